"""The report as one page that can be kept and sent: nothing is loaded from anywhere, and it prints well."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tilts.clock import RIGA
from tilts.lab.conformance.language import Verdict
from tilts.lab.conformance.reports.values import report_values
from tilts.lab.conformance.runs import JudgedRun
from tilts.rules import Language

LETTERS_SHOWN: Final = 4_000  # of one body; the JSON report has all
WORDS: Final[dict[str, dict[Language, str]]] = {
    "passed": {"lv": "izpildīts", "en": "passed"},
    "failed": {"lv": "neizpildīts", "en": "failed"},
    "inconclusive": {"lv": "nav izšķirams", "en": "inconclusive"},
    "open": {"lv": "nav pabeigts", "en": "open"},
    "practice": {"lv": "ārstniecības iestādes sistēma", "en": "system of a medical institution"},
    "pharmacy": {"lv": "aptiekas sistēma", "en": "system of a pharmacy"},
    "positive": {"lv": "pozitīvs", "en": "positive"},
    "negative": {"lv": "negatīvs", "en": "negative"},
}


def report_html(judged: JudgedRun, language: Language) -> bytes:
    text: str = _template().render(
        report=report_values(judged),
        language=language,
        word=lambda name: WORDS[name][language],
        told=lambda both: both[language],
        moment=shown,
        pretty=pretty,
        ring=ring(judged),
    )
    return text.encode()


@cache
def _template() -> Any:
    folder = Path(__file__).parent
    found = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return found.get_template("report.html.j2")


def shown(written: str | None) -> str:
    return f"{datetime.fromisoformat(written).astimezone(RIGA):%d.%m.%Y %H:%M:%S}" if written else "–"


def pretty(body: str) -> str:
    """JSON with a line for each member; anything else as it came; not without end."""
    try:
        text = json.dumps(json.loads(body), ensure_ascii=False, indent=1)
    except ValueError:
        text = body
    return text if len(text) <= LETTERS_SHOWN else f"{text[:LETTERS_SHOWN]}\n…"


def ring(judged: JudgedRun) -> list[tuple[Verdict, float, float]]:
    """Parts of a circle of length 100: (verdict, length, where it begins)."""
    total = len(judged.played) or 1
    parts: list[tuple[Verdict, float, float]] = []
    begins = 0.0
    for verdict in ("passed", "failed", "inconclusive", "open"):
        length = round(100 * judged.count(verdict) / total, 3)
        if length:
            parts.append((verdict, length, begins))
        begins += length
    return parts
