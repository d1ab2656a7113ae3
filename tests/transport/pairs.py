"""Request and answer as they went over the wire, kept as files of the docs and compared at every run.

`TILTS_GOLDEN=write pytest tests/transport/test_pairs.py` writes docs/examples/ anew. Ids, numbers, moments and days are
replaced (steady); which side asked, and from which state to which it led, is measured and not written by hand.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.transport.documents import Line
from tests.transport.steady import steady
from tests.transport.wire import FHIR_JSON, Body, Caller, as_bytes
from tilts_fhir.json_strict import decode

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
TOLD = ("content-type", "accept-language", "idempotency-key", "if-match")
OF_A_FILE = ("content-type", "content-disposition")
ANSWERED = ("etag", "location", "idempotency-replayed", "retry-after")
CORRECTIONS = ("withdraw", "amend")


@dataclass(frozen=True)
class Stage:
    """`practice` prescribed the lines: it always sees their state."""

    practice: Caller

    def state_of(self, line: Line) -> tuple[str, str]:
        """State and holder."""
        task = decode(self.practice.get(f"Task/{line.task}").content)
        return task["businessStatus"]["coding"][0]["code"], task.get("owner", {}).get("reference", "")

    def show(
        self,
        verb: str,
        name: str,
        caller: Caller,
        path: str,
        body: Body = b"",
        *,
        line: Line | None = None,
        rule: str | None = None,
        **how: Any,
    ) -> httpx.Response:
        """One call, without a body (None) by GET; the file of it is docs/examples/{verb}/{name}.json."""
        before = self.state_of(line) if line else ("", "")
        answer = caller.send("GET" if body is None else "POST", path, body, **how)
        assert (answer.status_code >= 400) == (rule is not None), answer.text
        found = body_of(answer)
        seen: dict[str, Any] = {"verb": verb, "name": name}
        if rule is not None:
            assert found["issue"][0]["details"]["coding"][0]["code"] == rule, answer.text
            seen["rule"] = rule
        if line is not None:
            seen["step"] = self.step(verb, caller, before, None if rule else self.state_of(line)[0])
        seen["request"] = request_of(answer, path, body)
        seen["answer"] = {
            "status": answer.status_code,
            "headers": {one: answer.headers[one] for one in answered(found) if one in answer.headers},
            "body": found,
        }
        kept(EXAMPLES / verb / f"{name}.json", seen)
        return answer

    def step(self, verb: str, caller: Caller, before: tuple[str, str], to: str | None) -> dict[str, str]:
        state, owner = before
        kind = caller.facts["kind"]
        side = {"portal": "patient", "authority": "authority", "pharmacy": "pharmacy"}.get(kind, "prescriber")
        if side == "pharmacy" and owner == f"Organization/{caller.facts['org']}":
            side = "holder"
        if verb in CORRECTIONS and not (to is None and side == "pharmacy"):
            side = "dispenser"
        action = "cancel" if verb == "cancel-by-identifier" else verb
        told = {"action": action, "by": side, "from": state}
        return told if to is None else {**told, "to": to}


def body_of(answer: httpx.Response) -> Any:
    """What was answered; of a file only what kind it is."""
    kind = answer.headers.get("content-type", "")
    if not answer.content:
        return None
    return decode(answer.content) if kind.startswith(FHIR_JSON) else f"<the file, {kind}>"


def answered(found: Any) -> tuple[str, ...]:
    """Headers that are shown: of a file what it is, too."""
    return (*OF_A_FILE, *ANSWERED) if isinstance(found, str) else ANSWERED


def request_of(answer: httpx.Response, path: str, body: Body) -> dict[str, Any]:
    sent = {name: value for name, value in answer.request.headers.items() if name in TOLD}
    if "x-provenance" in answer.request.headers:
        sent["x-provenance"] = "<Provenance with the signature over the body>"
    content = as_bytes(body)
    told: dict[str, Any] = {"method": answer.request.method, "path": f"/fhir/r4/{path}", "headers": sent}
    return {**told, "body": decode(content)} if content else told


def kept(file: Path, seen: Mapping[str, Any]) -> None:
    text = steady(seen)
    if os.environ.get("TILTS_GOLDEN") == "write":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    assert file.exists(), f"{file} is missing: TILTS_GOLDEN=write makes it"
    assert text == file.read_text("utf-8"), f"the answer is no longer as in {file}"


def recorded() -> list[dict[str, Any]]:
    """Every pair there is."""
    return [json.loads(file.read_text("utf-8")) for file in sorted(EXAMPLES.glob("*/*.json"))]
