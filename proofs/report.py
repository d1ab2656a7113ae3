"""Figures to docs/proof: one JSON file for each proof, and a page made from these files alone."""

import json
from pathlib import Path
from typing import Any, Final

from proofs.machine import commit, machine, today

FOLDER: Final = Path(__file__).parent.parent / "docs" / "proof"
HEAD: Final = """# Proofs

Made by `make proof` from the JSON files beside it; do not edit. A proof that needs one drives a real sandbox (embedded
PostgreSQL with fsync, server process, mutual TLS) from outside and then searches the database for what must not be there.
Times are of the machine named with them and of what else ran there: compare only within one run. SIGKILL is not
power loss: what the disk promised and lost is not covered here.
"""


def write(proof: dict[str, Any], outcome: dict[str, Any], folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    known = {
        **proof,
        "date": today(),
        "commit": commit(),
        "machine": machine(outcome.pop("postgres")),
        **outcome,
    }
    file = folder / f"{proof['name']}.json"
    file.write_text(json.dumps(known, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(page(folder), encoding="utf-8")
    return file


def page(folder: Path) -> str:
    proofs = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))]
    return "\n".join([HEAD, *(section(proof) for proof in proofs)])


def section(proof: dict[str, Any]) -> str:
    machine = ", ".join(f"{name} {value}" for name, value in proof["machine"].items())
    found = proof["findings"]
    verdict = "Nothing was found that must not be there." if not found else f"**{len(found)} findings.**"
    parts = [f"## {proof['title']}", "", proof["what"], "", f"**{verdict}**" if not found else verdict, ""]
    parts += [f"- {text}" for text in found[:20]]
    parts += table("figure", proof["figures"])
    for name, heading in (("kinds", "kind of race"), ("rows", "rows in the database at the end")):
        if name in proof:
            parts += table(heading, proof[name])
    seed = f"`python -m proofs {proof['name']} --seed {proof['seed']}`"
    parts += [f"{proof['date']}, commit {proof['commit']}, {seed}. {machine}.", ""]
    return "\n".join(parts)


def table(heading: str, rows: dict[str, Any]) -> list[str]:
    lines = [f"| {heading} | |", "| --- | ---: |"]
    lines += [f"| {name} | {number(value)} |" for name, value in rows.items()]
    return [*lines, ""]


def number(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(number(one) for one in value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
