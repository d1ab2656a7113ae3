"""Is a procedure's text whole: every name leads somewhere, and nothing stands twice."""

import re
from collections.abc import Iterator
from typing import Final, get_args

from tilts.onboarding.procedures.kinds import (
    Column,
    Condition,
    DocumentKind,
    Field,
    FieldKind,
    Procedure,
    Side,
    TermUnit,
)

FIELD_ID: Final = re.compile(r"[a-z][a-z_]*\Z")
CLAUSE_ID: Final = re.compile(r"(?:[a-z]\w*\.)?\d+(?:\.\d+)*\Z")


def faults_of(procedure: Procedure) -> list[str]:
    return [*_names(procedure), *_leading(procedure), *_fields(procedure)]


def _names(procedure: Procedure) -> Iterator[str]:
    for what in ("steps", "documents", "fields", "needs", "facts", "applicants"):
        if not getattr(procedure, what):
            yield f"has no {what}"
    for what in ("documents", "clauses", "fields", "terms"):
        ids = [each.id for each in getattr(procedure, what)]
        yield from (f"{what}: {each} stands twice" for each in sorted({i for i in ids if ids.count(i) > 1}))
    if procedure.valid_to is not None and procedure.valid_to <= procedure.valid_from:
        yield "ends before it begins"


def _leading(procedure: Procedure) -> Iterator[str]:
    documents = {document.id for document in procedure.documents}
    terms = {term.id for term in procedure.terms}
    sides = get_args(Side)
    for document in procedure.documents:
        if document.kind not in get_args(DocumentKind) or set(document.signed_by) - set(sides):
            yield f"document {document.id}: kind or signer unknown"
        yield from _condition(procedure, f"document {document.id}", document.applies_if)
    for clause in procedure.clauses:
        if clause.document not in documents or not CLAUSE_ID.match(clause.id):
            yield f"clause {clause.id}: its document or number"
    for step in procedure.steps:
        if step.who not in sides or (step.term and step.term not in terms):
            yield f"step '{step.text.en}': its side or term"
    for term in procedure.terms:
        if term.unit not in get_args(TermUnit) or term.amount <= 0 or term.who not in sides:
            yield f"term {term.id}: its amount, unit or side"
    timed = [state for term in procedure.terms for state in term.runs_in]
    yield from (f"two clocks run in {state}" for state in sorted({s for s in timed if timed.count(s) > 1}))
    if procedure.signing.first not in sides:
        yield "who signs first is neither side"


def _fields(procedure: Procedure) -> Iterator[str]:
    documents = {document.id for document in procedure.documents}
    for field in procedure.fields:
        where = f"field {field.id}"
        if not FIELD_ID.match(field.id) or field.kind not in get_args(FieldKind):
            yield f"{where}: its id or kind"
        if field.document not in documents or field.section not in procedure.sections:
            yield f"{where}: its document or section"
        if field.who not in get_args(Side) or (field.who == "authority" and field.required):
            yield f"{where}: its side (nothing is required of the authority on a form)"
        if (field.kind == "list") != bool(field.columns and field.rows):
            yield f"{where}: a list has columns and rows, and nothing else has"
        yield from _choices(where, field)
        for column in field.columns:
            yield from _choices(f"{where} {column.id}", column)
            if column.kind == "list" or not FIELD_ID.match(column.id):
                yield f"{where} {column.id}: its id or kind"
        yield from _condition(procedure, where, field.needed_if)


def _choices(where: str, asked: Field | Column) -> Iterator[str]:
    if (asked.kind == "choice") != bool(asked.choices):
        yield f"{where}: a choice has choices, and nothing else has"


def _condition(procedure: Procedure, where: str, condition: Condition | None) -> Iterator[str]:
    if condition is None:
        return
    asked = next((field for field in procedure.fields if field.id == condition.field), None)
    if asked is None or set(condition.any) - {choice.id for choice in asked.choices}:
        yield f"{where}: its condition names no choice"
