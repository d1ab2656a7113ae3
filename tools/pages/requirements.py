"""docs/reference/requirements*.md: what others ask of such an exchange, row by row, each with its one answer.

The rows are data (tools/requirements/*.json): kept by hand, held by tests/house/test_requirements.py. An answer is a
list of tests, an evidence (a file, a setting or a page of the portal, with a sentence), or a reason; reasons are
written once for all rows of a kind. A reason that begins with "Not met" or "Cannot be said" is counted as such.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from tools.pages.blocks import code, table

DATA: Final = Path(__file__).resolve().parents[1] / "requirements"
LISTS: Final = ("smart", "udap", "regulation-134", "cyber-security", "asvs")
ANSWERS: Final = ("test", "evidence", "reason")
PLACES: Final = ("file", "setting", "page")
STANDINGS: Final = ("test", "evidence", "does not apply", "not met", "cannot be said")
LINK: Final = re.compile(r"\[([^\[\]]*)\]\((?:[^()]|\([^()]*\))*\)")
SPECIAL: Final = re.compile(r"([\[\]<>*_~])")
BETWEEN: Final = re.compile(r"(?<=[\w\]])`(?=[\w\[(])")  # the lists leave out blanks beside code
PAGE: Final = re.compile(r"\bdocs/([\w/-]+\.md)\b")
OPENINGS: Final = {"Not met": "not met", "Cannot be said": "cannot be said"}


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    url: str
    conformance: str
    requirement: str = ""
    conditional: bool = False
    since: str = ""  # what is law: from when, and how far it was read
    known: str = ""
    test: tuple[str, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""  # a key of the list's reasons


@dataclass(frozen=True, slots=True)
class Requirements:
    name: str
    title: str
    source: tuple[str, ...]
    licence: str
    read_on: str
    reasons: Mapping[str, str]
    rows: tuple[Row, ...]

    def standing(self, row: Row) -> str:
        """One of STANDINGS."""
        if row.test:
            return "test"
        if row.evidence:
            return "evidence"
        told = self.reasons[row.reason]
        return next(
            (standing for words, standing in OPENINGS.items() if told.startswith(words)), "does not apply"
        )

    def counts(self) -> Counter[str]:
        return Counter(self.standing(row) for row in self.rows)


@cache
def requirements(name: str) -> Requirements:
    written = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    rows = tuple(Row(**{**row, "test": tuple(row.get("test", ()))}) for row in written.pop("rows"))
    return Requirements(**{**written, "name": name, "source": tuple(written["source"]), "rows": rows})


def made_for_overview() -> dict[str, str]:
    head = ("list", "rows", *STANDINGS)
    every = [requirements(name) for name in LISTS]
    return {
        "requirements": table(
            head,
            [
                [
                    f"[{one.title}](requirements-{one.name}.md)",
                    str(len(one.rows)),
                    *(str(one.counts()[standing]) for standing in STANDINGS),
                ]
                for one in every
            ],
        )
    }


def made_for_requirements(name: str) -> dict[str, str]:
    found = requirements(name)
    return {
        "counts": counts_of(found),
        "reasons": table(
            ("reason", "rows", "what it says"),
            [
                [code(key), str(sum(row.reason == key for row in found.rows)), linked(told)]
                for key, told in found.reasons.items()
            ],
        ),
        "rows": rows_of(found),
    }


def counts_of(found: Requirements) -> str:
    words = list(dict.fromkeys(row.conformance for row in found.rows))
    lines = [(word, [row for row in found.rows if row.conformance == word]) for word in words]
    lines.append(("all", list(found.rows)))
    sources = " · ".join(f"[{address}]({address})" for address in found.source)
    return f"{sources}, read {found.read_on}. {found.licence}.\n\n" + table(
        ("word", "rows", *STANDINGS), [[word, str(len(rows)), *shares(found, rows)] for word, rows in lines]
    )


def shares(found: Requirements, rows: Iterable[Row]) -> list[str]:
    standing = Counter(found.standing(row) for row in rows)
    return [str(standing[name]) for name in STANDINGS]


def rows_of(found: Requirements) -> str:
    dated = any(row.since or row.known for row in found.rows)
    told = any(row.requirement for row in found.rows)
    head = [
        "id",
        "word",
        *(["requirement"] if told else []),
        *(["since", "how far read"] if dated else []),
        "answer",
    ]
    lines = []
    for row in found.rows:
        word = f"{row.conformance}, if" if row.conditional else row.conformance
        words = [asked(found, row)] if told else []
        dates = [row.since, row.known] if dated else []
        lines.append([f"[{row.id}]({row.url})", word, *words, *dates, answer(row)])
    return table(head, lines)


def asked(found: Requirements, row: Row) -> str:
    """What does not apply is left to the address of the row; what is known of law has none of its own."""
    return plain(row.requirement) if row.known or found.standing(row) != "does not apply" else ""


def answer(row: Row) -> str:
    if row.test:
        return "<br>".join(code(name) for name in row.test)
    if row.evidence:
        return f"{code(where(row.evidence))}: {linked(row.evidence['says'])}"
    return f"reason {code(row.reason)}"


def where(evidence: Mapping[str, Any]) -> str:
    return next(str(evidence[place]) for place in PLACES if place in evidence)


def plain(sentence: str) -> str:
    """The sentence without its links and marks: the id leads to where it stands."""
    words = BETWEEN.sub(" ", LINK.sub(r"\1", sentence).replace("**", "")).replace("`", "")
    return SPECIAL.sub(r"\\\1", words)


def linked(told: str) -> str:
    """Pages of ours that it names, as links."""
    return PAGE.sub(r"[\g<0>](../\1)", told)
