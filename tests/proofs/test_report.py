"""The page of the proofs is made from the figures alone."""

from pathlib import Path

from proofs.report import page, write

PROOF = {"name": "last-pack", "title": "One last pack", "what": "What is done.", "seed": 1, "size": 10}


def test_the_page_tells_figures_and_machine_without_places(tmp_path: Path) -> None:
    write(PROOF, {"postgres": "18.6", "findings": [], "figures": {"races": 10_000}}, tmp_path)
    text = page(tmp_path)
    assert "| races | 10,000 |" in text
    assert "PostgreSQL 18.6" in text
    assert "Nothing was found" in text
    assert str(tmp_path) not in text
    assert "/root" not in text and "/home" not in text


def test_findings_stand_on_the_page(tmp_path: Path) -> None:
    found = ["2 x more handed out than allowed: a, b"]
    write(PROOF, {"postgres": "18.6", "findings": found, "figures": {}}, tmp_path)
    assert found[0] in page(tmp_path)
    assert "1 findings" in page(tmp_path)
