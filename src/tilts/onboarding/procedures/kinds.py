"""What a procedure is made of: texts in two languages, steps, terms, fields, clauses, documents."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from tilts.rules import Language

Side: TypeAlias = Literal["applicant", "authority"]
FieldKind: TypeAlias = Literal[
    "text", "long-text", "date", "registration-number", "site", "e-mail", "phone", "choice", "list"
]
DocumentKind: TypeAlias = Literal["application", "agreement", "annex", "declaration", "cover-letter"]
TermUnit: TypeAlias = Literal["working-days", "days"]
Values: TypeAlias = Mapping[str, str]  # field id -> what was written; a row of a list: `sites-1-site`


@dataclass(frozen=True, slots=True)
class Text:
    lv: str
    en: str

    def of(self, language: Language) -> str:
        return self.lv if language == "lv" else self.en


@dataclass(frozen=True, slots=True)
class Choice:
    id: str
    label: Text


@dataclass(frozen=True, slots=True)
class Condition:
    """Asked for only when another field says one of these."""

    field: str
    any: tuple[str, ...]

    def holds(self, values: Values) -> bool:
        return values.get(self.field, "").strip() in self.any


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list: a site's code, a mandate's date."""

    id: str
    label: Text
    kind: FieldKind
    required: bool
    width: int  # share of the page's width
    example: str = ""
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    id: str
    document: str
    section: str
    label: Text
    kind: FieldKind
    who: Side
    required: bool
    example: str = ""
    help: Text | None = None
    choices: tuple[Choice, ...] = ()
    columns: tuple[Column, ...] = ()  # of a list
    rows: int = 0  # of a list: how many the form has
    needed_if: Condition | None = None
    wide: bool = False  # takes the whole width of the page

    def cell(self, row: int, column: Column) -> str:
        """The name of one cell, in the PDF and on the page."""
        return f"{self.id}-{row}-{column.id}"

    def is_needed(self, values: Values) -> bool:
        if self.needed_if is not None:
            return self.needed_if.holds(values)
        return self.required


@dataclass(frozen=True, slots=True)
class Term:
    """How long somebody has, as dated data; `verified` says whether a public text was read."""

    id: str
    amount: int
    unit: TermUnit
    who: Side
    counted_from: Text
    text: Text
    source: str
    verified: bool
    valid_from: date
    runs_in: tuple[str, ...] = ()  # states of the case in which its clock runs; none: outside the case


@dataclass(frozen=True, slots=True)
class Step:
    who: Side
    text: Text
    term: str = ""  # id of the term that runs


@dataclass(frozen=True, slots=True)
class Clause:
    id: str
    document: str
    text: Text
    heading: Text | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One paper of the set. What is signed is signed by both sides or by the applicant alone."""

    id: str
    kind: DocumentKind
    title: Text
    signed_by: tuple[Side, ...]
    intro: Text | None = None
    applies_if: Condition | None = None


@dataclass(frozen=True, slots=True)
class SigningOrder:
    """Who signs first: data, because the two official descriptions differ (Latvia 4.2, Source page C3)."""

    first: Side
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Procedure:
    id: str
    version: int
    valid_from: date
    valid_to: date | None
    title: Text
    purpose: Text
    applicants: tuple[str, ...]  # kinds of party that may ask for it
    who: Text
    needs: tuple[Text, ...]
    signing: SigningOrder
    result: Text  # what it opens
    facts: tuple[str, ...]  # of the source page: A2, B5
    unverified: tuple[Text, ...]
    sections: Mapping[str, Text]
    steps: tuple[Step, ...]
    terms: tuple[Term, ...]
    documents: tuple[Document, ...]
    clauses: tuple[Clause, ...]
    fields: tuple[Field, ...]

    @property
    def reference(self) -> str:
        """`operator-agreement/1`: what the form carries, and what a case keeps."""
        return f"{self.id}/{self.version}"

    def field(self, field_id: str) -> Field:
        return next(field for field in self.fields if field.id == field_id)

    def document(self, document_id: str) -> Document:
        return next(document for document in self.documents if document.id == document_id)

    def clause(self, clause_id: str) -> Clause:
        return next(clause for clause in self.clauses if clause.id == clause_id)

    def term(self, term_id: str) -> Term:
        return next(term for term in self.terms if term.id == term_id)

    def term_in(self, state: str) -> Term | None:
        """The clock that runs while a case stands in that state."""
        return next((term for term in self.terms if state in term.runs_in), None)

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)
