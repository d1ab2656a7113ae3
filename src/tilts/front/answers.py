"""What is said before any rule can say it: one text in both languages, because nobody's language is known yet."""

import html
import json
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from tilts_fhir.json_strict import encode


@dataclass(frozen=True, slots=True)
class Answer:
    """A status that HAProxy or our own protocol gives by itself; `retry` is for Retry-After, in seconds."""

    status: str
    reason: str
    code: str
    lv: str
    en: str
    source: str = ""
    retry: str = ""

    @property
    def outcome(self) -> bytes:
        """The OperationOutcome for systems."""
        issue: dict[str, Any] = {"severity": "error", "code": self.code}
        issue["details"] = {"text": f"{self.lv} / {self.en}"}
        if self.source:
            issue["diagnostics"] = self.source
        return encode({"resourceType": "OperationOutcome", "issue": [issue]})

    @property
    def page(self) -> str:
        """The page for people; no picture and no style, because nothing else may be reachable."""
        lv, en = html.escape(self.lv), html.escape(self.en)
        return (
            f'<!doctype html><html lang="lv"><meta charset="utf-8"><title>{self.status}</title>'
            f'<p>{lv}</p><p lang="en">{en}</p></html>'
        )


def _read() -> dict[str, Answer]:
    text = files("tilts.front").joinpath("answers.json").read_text("utf-8")
    return {status: Answer(status, **words) for status, words in json.loads(text).items()}


ANSWERS: Final = MappingProxyType(_read())
