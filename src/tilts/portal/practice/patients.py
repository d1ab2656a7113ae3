"""Whose prescription it is: found by the person code, or among those for whom the institution wrote lately.

The same doors as by the wire: who names a code exactly may read that entry for a day; guesses that hit nobody are counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from tilts import person_code
from tilts.access.permission.identifying import identify
from tilts.access.routes import Call
from tilts.exchange.prescriptions import viewer_of
from tilts.rules import Refusal
from tilts.rules.environments import ENV_TEST_PERSON
from tilts.rules.prescriptions import PRE_PATIENT_UNKNOWN
from tilts.rules.wire import WIRE_NOT_FOUND
from tilts.store import prescriptions, resources
from tilts.store.prescriptions import LineCriteria
from tilts.store.resources import Criteria
from tilts_fhir.json_strict import decode

LATELY: Final = 40  # lines of the worklist
MOST_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Person:
    patient_id: UUID
    name: str
    born: str  # as the register has it: a year, a month or a day


async def by_code(call: Call, written: str, system: str) -> Person:
    """Raises PRE-002 where nobody has this code, ENV-... where it is a test person's and this is production."""
    code = person_code.compact(written) or written
    if not call.knows_test_persons and person_code.is_reserved(code):
        raise Refusal(ENV_TEST_PERSON)
    criteria = Criteria("Patient", register=True, identifiers=[[(system, code)]])
    rows = await resources.search(call.tx, criteria, viewer_of(call.party, call.now), before=None, limit=2)
    if len(rows) != 1:
        call.noticed.append("misses")
        raise Refusal(PRE_PATIENT_UNKNOWN, expressions=("code",))
    [row] = rows
    call.concerns(row.resource_id, "Patient", row.resource_id, row.basis or "identified")
    await identify(call.tx, call.party, [row.resource_id], call.now)
    return person_in(row.resource_id, decode(row.body))


async def by_id(call: Call, patient_id: UUID | None) -> Person:
    """Somebody whom this institution may see; anybody else looks like nobody: WIRE-..."""
    found = await seen(call, [patient_id] if patient_id else [])
    if not found:
        raise Refusal(WIRE_NOT_FOUND)
    [person] = found.values()
    return person


async def seen(call: Call, patient_ids: Iterable[UUID]) -> dict[UUID, Person]:
    """Of these patients those whose entry is open to the institution now; each is written down."""
    bases = await resources.opened(call.tx, sorted(patient_ids), viewer_of(call.party, call.now))
    if not bases:
        return {}
    for patient_id, basis in bases.items():
        call.concerns(patient_id, "Patient", patient_id, basis)
    criteria = Criteria("Patient", register=True, ids=list(bases))
    viewer = viewer_of(call.party, call.now)
    rows = await resources.search(call.tx, criteria, viewer, before=None, limit=len(bases))
    return {row.resource_id: person_in(row.resource_id, decode(row.body)) for row in rows}


async def lately(call: Call) -> list[Person]:
    """Patients of the institution's newest prescriptions."""
    criteria = LineCriteria(author_ids=[call.party.organization_id])
    viewer = viewer_of(call.party, call.now)
    lines = await prescriptions.search_lines(call.tx, criteria, viewer, before=None, limit=LATELY)
    newest = list(dict.fromkeys(line.patient_id for line in lines))[:MOST_SHOWN]
    found = await seen(call, newest)
    return [found[one] for one in newest if one in found]


def person_in(patient_id: UUID, document: dict[str, Any]) -> Person:
    name: dict[str, Any] = next(iter(document.get("name", ())), {})
    shown = " ".join([*name.get("given", ()), name.get("family", "")])
    return Person(patient_id, shown.strip(), document.get("birthDate", ""))
