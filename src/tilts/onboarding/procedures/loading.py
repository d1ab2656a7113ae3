"""Reads the texts of the procedures and refuses to start with one that is not whole.

One file a version: texts/testing-agreement.1.toml. A new wording is a new file with its own
valid_from; the older one stays, because agreements made with it stay.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar

from tilts.onboarding.procedures.kinds import (
    Choice,
    Clause,
    Column,
    Condition,
    Document,
    Field,
    Procedure,
    SigningOrder,
    Step,
    Term,
    Text,
)
from tilts.onboarding.procedures.questions import QuestionList, question_fields, read_questions
from tilts.onboarding.procedures.soundness import faults_of

TEXTS: Final = Path(__file__).with_name("texts")
FILE: Final = re.compile(r"(?P<id>[a-z-]+)\.(?P<version>\d+)\.toml\Z")
SHARED: Final = "_shared.toml"
Table = Mapping[str, Any]
Made = TypeVar("Made")


class TextsNotWhole(Exception):
    """A file of texts that nobody could fill in: our fault, said at the start."""


def procedures(day: date | None = None) -> Mapping[str, Procedure]:
    """What is in use on a day, by id; without a day the newest version of each."""
    found: dict[str, Procedure] = {}
    for procedure in versions():
        if day is None or procedure.is_valid_on(day):
            found[procedure.id] = procedure
    return MappingProxyType(found)


def procedure_version(procedure_id: str, version: int) -> Procedure | None:
    return next((p for p in versions() if (p.id, p.version) == (procedure_id, version)), None)


def questions_of(procedure_id: str, version: int) -> QuestionList | None:
    """The questions that belong to a version; most procedures have none."""
    return _questions_in(TEXTS / "questions" / f"{procedure_id}.{version}.toml")


@cache
def _questions_in(path: Path) -> QuestionList | None:
    return read_questions(path) if path.exists() else None


def versions() -> tuple[Procedure, ...]:
    """Every version of every procedure, older before newer."""
    return _versions_in(TEXTS)


@cache
def _versions_in(folder: Path) -> tuple[Procedure, ...]:
    shared = tomllib.loads((folder / SHARED).read_text(encoding="utf-8"))
    names = (FILE.match(path.name) for path in sorted(folder.glob("*.toml")))
    found = [_read_file(folder / name.string, shared) for name in names if name]
    return tuple(sorted(found, key=lambda procedure: (procedure.id, procedure.version)))


def _read_file(path: Path, shared: Table) -> Procedure:
    try:
        procedure = read_procedure(tomllib.loads(path.read_text(encoding="utf-8")), shared)
    except (KeyError, TypeError, ValueError) as fault:
        raise TextsNotWhole(f"{path.name}: {fault!r}") from fault
    faults = faults_of(procedure)
    if f"{procedure.id}.{procedure.version}.toml" != path.name:
        faults.append("its name is not its id and version")
    if faults:
        raise TextsNotWhole(f"{path.name}: {'; '.join(faults)}")
    return procedure


def read_procedure(written: Table, shared: Table) -> Procedure:
    """A procedure from its table; fields that all agreements share come from the shared ones."""
    included = [
        {**field, "document": document}
        for document, groups in written.get("include", {}).items()
        for group in groups
        for field in shared["fields"][group]
    ]
    titles = {**shared["sections"], **written.get("sections", {})}
    sections = {name: written_text(title) for name, title in titles.items()}
    asked = questions_of(written["id"], written["version"])
    taken = {"include", "sections", "fields", "title", "purpose", "who", "result", "signing"}
    plain = {name: written[name] for name in written.keys() - taken if not isinstance(written[name], list)}
    return Procedure(
        **{"valid_to": None, **plain},
        title=written_text(written["title"]),
        purpose=written_text(written["purpose"]),
        who=written_text(written["who"]),
        result=written_text(written["result"]),
        signing=_made(SigningOrder, written["signing"]),
        applicants=tuple(written["applicants"]),
        facts=tuple(written["facts"]),
        needs=tuple(map(written_text, written["needs"])),
        unverified=tuple(map(written_text, written["unverified"])),
        sections=MappingProxyType({**sections, **(asked.groups if asked else {})}),
        steps=_each(Step, written["steps"]),
        terms=_each(Term, written["terms"]),
        documents=_each(Document, (_with_letter(row, shared) for row in written["documents"])),
        clauses=_each(Clause, written.get("clauses", [])),
        fields=(
            *_each(Field, [*included, *written["fields"]]),
            *(question_fields(asked) if asked else ()),
        ),
    )


def _with_letter(document: Table, shared: Table) -> Table:
    """All cover letters say the same, unless one has words of its own."""
    return {"intro": shared["letter"], **document} if document["kind"] == "cover-letter" else document


def _each(kind: type[Made], rows: Iterable[Table]) -> tuple[Made, ...]:
    return tuple(_made(kind, row) for row in rows)


def _made(kind: type[Made], row: Table) -> Made:
    """A dataclass from a table: every name known, nothing wanting, texts in both languages."""
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    if stray := row.keys() - known.keys():
        raise ValueError(f"{kind.__name__} has no {sorted(stray)}: {dict(row)}")
    if wanting := {n for n, f in known.items() if f.default is MISSING} - row.keys():
        raise ValueError(f"{kind.__name__} lacks {sorted(wanting)}: {dict(row)}")
    return kind(**{name: _value(name, value) for name, value in row.items()})


def _value(name: str, value: Any) -> Any:
    nested = {"choices": Choice, "columns": Column}
    if name in nested:
        return _each(nested[name], value)
    if name in {"needed_if", "applies_if"}:
        return _made(Condition, value)
    if isinstance(value, dict):
        return written_text(value)
    return tuple(value) if isinstance(value, list) else value


def written_text(written: Table) -> Text:
    if written.keys() != {"lv", "en"} or not all(str(part).strip() for part in written.values()):
        raise ValueError(f"not a text in two languages: {dict(written)}")
    return Text(**written)
