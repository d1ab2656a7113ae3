"""What stands on the sheet of a prescription, gathered through the eyes of who prints it.

Of the patient there are initials and the year of birth only: number and name together open a prescription at the
counter (Latvia 6.1), so that a sheet which is lost opens nothing. Nothing of who collected is on it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, Final, TypeAlias
from uuid import UUID

from tilts.exchange.lifecycle import PRESCRIPTION
from tilts.exchange.lines import current, state_of
from tilts.exchange.medicines.dosage_text import DoseText, dose_texts
from tilts.rules import Language, Refusal
from tilts.rules.wire import WIRE_NOT_FOUND
from tilts.store import prescriptions as lines
from tilts.store import registers, resources
from tilts.store.prescriptions import LineCriteria
from tilts.store.records import LineRecord, Quantity, Viewer
from tilts.store.tx import Tx
from tilts_connector.sheets import SheetContent
from tilts_fhir.json_strict import decode

Seal: TypeAlias = Callable[[SheetContent], str]  # the token of what stands in a code
USABLE: Final = frozenset({"future", "ready", "claimed", "partly-dispensed"})
MOST_ROWS: Final = 360
MOST_CODES: Final = 24  # on one sheet: as many as a line may have issues; a sheet can be printed again
BRIEF: Final = 90  # characters of a text in a code


@dataclass(frozen=True, slots=True)
class SheetIssue:
    line: LineRecord
    state: str  # in words, of the moment of printing
    token: str  # empty: nothing of it can be handed out, or there are too many


@dataclass(frozen=True, slots=True)
class SheetLine:
    medicine: str
    dosage: DoseText
    issues: tuple[SheetIssue, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that is printed; the same sheet is the same file."""

    number: str
    kind: str
    patient_id: UUID
    initials: str
    born: int | None
    prescriber: str
    workplace: str
    written_at: datetime
    printed_at: datetime
    language: Language
    is_test: bool
    lines: tuple[SheetLine, ...]


@dataclass(frozen=True, slots=True)
class Print:
    """Who prints what: the prescription to which a Task belongs."""

    task_id: UUID
    viewer: Viewer
    now: datetime
    language: Language
    is_test: bool


async def gathered(tx: Tx, asked: Print, seal: Seal) -> Sheet:
    """The door: what this viewer may see of the prescription; what they may not see looks like missing."""
    asked_for = await lines.line_of_task(tx, asked.task_id, asked.viewer)
    if asked_for is None:
        raise Refusal(WIRE_NOT_FOUND)
    criteria = LineCriteria(numbers=[asked_for.number])
    rows = await lines.search_lines(tx, criteria, asked.viewer, before=None, limit=MOST_ROWS)
    rows.sort(key=lambda line: (line.line_id, line.issue))
    documents = {}
    for line_id in {line.line_id for line in rows}:
        if (row := await resources.read(tx, "MedicationRequest", line_id, asked.viewer)) is not None:
            documents[line_id] = decode(row.body)
    if not documents:
        raise Refusal(WIRE_NOT_FOUND)
    patient = await _register(tx, "Patient", asked_for.patient_id)
    first = documents[next(line.line_id for line in rows if line.line_id in documents)]
    names = await registers.organization_names(tx, [asked_for.organization_id])
    workplace = names.get(asked_for.organization_id, "")
    person = (initials_of(patient), born_in(patient), workplace)
    shown = [line for line in rows if line.line_id in documents]
    return Sheet(
        number=asked_for.number,
        kind=asked_for.kind,
        patient_id=asked_for.patient_id,
        initials=person[0],
        born=person[1],
        prescriber=await _prescriber(tx, first),
        workplace=workplace,
        written_at=asked_for.written_at,
        printed_at=asked.now,
        language=asked.language,
        is_test=asked.is_test,
        lines=tuple(_lines(shown, documents, asked, person, seal)),
    )


def _lines(
    rows: list[LineRecord],
    documents: dict[UUID, Any],
    asked: Print,
    person: tuple[str, int | None, str],
    seal: Seal,
) -> Iterable[SheetLine]:
    codes = 0
    for line_id, of_line in groupby(rows, key=lambda line: line.line_id):
        document = documents[line_id]
        issues = []
        for line in (current(one, asked.now) for one in of_line):
            state = state_of(line, asked.now)
            has_code = state in USABLE and codes < MOST_CODES
            codes += has_code
            token = seal(code_content(line, document, asked, person)) if has_code else ""
            issues.append(
                SheetIssue(line, PRESCRIPTION.state(state).label.in_language(asked.language), token)
            )
        yield SheetLine(medicine_of(document)[1], _dosage(document, asked.language), tuple(issues))


def code_content(
    line: LineRecord, document: dict[str, Any], asked: Print, person: tuple[str, int | None, str]
) -> SheetContent:
    """What the code of one issue says."""
    code, medicine = medicine_of(document)
    initials, born, workplace = person
    return SheetContent(
        number=line.number,
        task_id=str(line.task_id),
        kind=line.kind,
        issue=line.issue,
        issues=line.issues,
        code=code,
        medicine=brief(medicine),
        quantity=line.left,
        unit=line.allowed.unit,
        unit_system=line.allowed.system,
        unit_code=line.allowed.code,
        dosage=brief(_dosage(document, asked.language).text),
        first_day=line.valid_from,
        last_day=line.valid_to,
        initials=initials,
        born=born,
        organization=brief(workplace),
        printed_at=asked.now,
    )


def medicine_of(document: dict[str, Any]) -> tuple[str, str]:
    """Code and name as prescribed; the code is empty where it was prescribed in words."""
    concept = document.get("medicationCodeableConcept", {})
    coding: dict[str, Any] = next(iter(concept.get("coding", ())), {})
    name = concept.get("text") or coding.get("display") or coding.get("code") or ""
    return str(coding.get("code", "")), str(name)


def _dosage(document: dict[str, Any], language: Language) -> DoseText:
    told = document.get("dosageInstruction", ())
    return dose_texts(told, language) if told else DoseText("", True)


def brief(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= BRIEF else words[: BRIEF - 1].rstrip() + "…"


def initials_of(patient: dict[str, Any]) -> str:
    name: dict[str, Any] = next(iter(patient.get("name", ())), {})
    parts = [*name.get("given", ())[:1], name.get("family", "")]
    return " ".join(f"{part[0].upper()}." for part in parts if part)


def born_in(patient: dict[str, Any]) -> int | None:
    year = str(patient.get("birthDate", ""))[:4]
    return int(year) if year.isascii() and year.isdigit() else None


def amount(quantity: Quantity, value: Decimal) -> str:
    return f"{value.normalize():f} {quantity.unit or quantity.code}".strip()


async def _register(tx: Tx, resource_type: str, resource_id: UUID) -> dict[str, Any]:
    row = await resources.read(tx, resource_type, resource_id, None)
    found: dict[str, Any] = decode(row.body) if row else {}
    return found


async def _prescriber(tx: Tx, document: dict[str, Any]) -> str:
    """The name of who wrote it, by the role that the document names."""
    reference = document.get("requester", {}).get("reference", "")
    kind, _, written = reference.rpartition("/")
    if kind.endswith("PractitionerRole"):
        role = await _register(tx, "PractitionerRole", UUID(written))
        written = role.get("practitioner", {}).get("reference", "").rpartition("/")[2]
    person = await _register(tx, "Practitioner", UUID(written)) if written else {}
    name: dict[str, Any] = next(iter(person.get("name", ())), {})
    return " ".join([*name.get("given", ()), name.get("family", "")]).strip()
