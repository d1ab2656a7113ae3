"""The page about the connector is true: its code blocks run, one after the other, against the small exchange."""

import json
import re
from pathlib import Path

import pytest

import tilts_connector
from tests.connector.keys import Held
from tests.connector.peer import Peer

PAGE = Path(__file__).resolve().parents[2] / "docs" / "howto" / "connector.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_code_blocks_run(
    peer: Peer,
    held: Held,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    clients = {"practice": held.ready_line, "pharmacy": {**held.ready_line, "client_id": "pharmacy-1"}}
    ready = {"fhir": f"{peer.url}/fhir/r4", "clients": clients}
    (tmp_path / "ready.json").write_text(json.dumps(ready))
    monkeypatch.chdir(tmp_path)

    names: dict[str, object] = {"__name__": "page"}
    for block in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        exec(compile(block, str(PAGE), "exec"), names)  # noqa: S102 - our own page

    assert "GET /fhir/r4/metadata 200" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["Refused", "Unreachable", "Misused", "AsyncPharmacy", "PatientPortal"])
def test_the_page_names_what_a_caller_needs(name: str) -> None:
    assert name in PAGE.read_text(encoding="utf-8")
    assert name in tilts_connector.__all__
