"""What the tests of forms share: a party that exists, values that are right, a form that somebody filled in."""

from collections.abc import Mapping
from datetime import date
from io import BytesIO

from pypdf import PdfReader, PdfWriter

from tilts.lab.population.organizations import INSTITUTIONS
from tilts.onboarding.procedures.kinds import Column, Field, Procedure
from tilts.onboarding.procedures.register import RegisterEntry

TODAY = date(2026, 11, 23)
REGISTER = tuple(
    RegisterEntry(i.registration_number, i.kind, i.site if i.kind != "vendor" else "", i.title)
    for i in INSTITUTIONS
)
LETTERS = 'SIA "Ķēniņa Ģērbšūtava" āčēģīķļņšūž ĀČĒĢĪĶĻŅŠŪŽ'


def party_of(kind: str, place: int = 0) -> RegisterEntry:
    return [entry for entry in REGISTER if entry.kind == kind][place]


def right_values(procedure: Procedure) -> dict[str, str]:
    """Every field of the applicant with a value that is right, the first row of each list."""
    party = party_of(procedure.applicants[0])
    values: dict[str, str] = {}
    for field in procedure.fields:
        if field.kind == "list":
            values |= {field.cell(1, column): _right(column, party) for column in field.columns}
        elif field.who == "applicant":
            values[field.id] = _right(field, party)
    return values | {"registration_number": party.registration_number, "party_name": party.name}


def _right(asked: Field | Column, party: RegisterEntry) -> str:
    if asked.kind == "site":
        return party.site
    if asked.kind == "registration-number":
        return party_of("practice", 1).registration_number
    return asked.choices[0].id if asked.choices else asked.example or "ir"


def filled_in(pdf: bytes, values: Mapping[str, str]) -> bytes:
    """As a program for PDF does it: the fields of the form get values, nothing else changes."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf)))
    for page in writer.pages:
        if "/Annots" in page:
            writer.update_page_form_field_values(page, dict(values), auto_regenerate=False)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
