"""Invented practitioners and the roles in which they work; the role is who acts, not the person."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tilts.lab.population.fhir_parts import (
    CANONICAL,
    PRACTITIONER_NUMBER,
    FhirObject,
    as_test,
    concept,
    identifier,
    seeded,
    seeded_ids,
)
from tilts.lab.population.name_lists import FAMILY_FIRST, FAMILY_SECOND, GIVEN_FEMALE, GIVEN_MALE
from tilts.lab.population.organizations import Institution

STANDARD_ROLES: Final = "http://terminology.hl7.org/CodeSystem/practitioner-role"
OWN_ROLES: Final = f"{CANONICAL}/CodeSystem/role"
ROLE_SYSTEMS: Final = {"doctor": STANDARD_ROLES, "nurse": STANDARD_ROLES, "pharmacist": STANDARD_ROLES}
ROLE_TITLES: Final = {
    "doctor": "Ārsts",
    "nurse": "Māsa",
    "physician-assistant": "Ārsta palīgs",
    "pharmacist": "Farmaceits",
    "pharmacist-assistant": "Farmaceita asistents",
}

# The first one is who acts when a client is used without naming anybody.
WORKERS: Final[Mapping[str, Sequence[str]]] = {
    "practice": ("doctor", "nurse", "physician-assistant"),
    "pharmacy": ("pharmacist", "pharmacist", "pharmacist-assistant"),
    "hospital": ("doctor", "doctor", "doctor", "nurse", "nurse", "physician-assistant"),
}
PATIENTS_PER_EXTRA_PRACTITIONER: Final = 50  # 100,000 patients bring 2,000 more practitioners
NUMBER_BLOCK: Final = 900_000
LAST_NUMBER: Final = 999_999


@dataclass(slots=True)
class Staff:
    """Everybody who works somewhere; grows while the population is made, then is only read."""

    resources: list[FhirObject] = field(default_factory=list)
    first_role: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # client -> ids, code


def family_name(chance: random.Random, female: bool) -> str:
    return chance.choice(FAMILY_FIRST) + chance.choice(FAMILY_SECOND)[1 if female else 0]


def given_name(chance: random.Random, female: bool) -> str:
    return chance.choice(GIVEN_FEMALE if female else GIVEN_MALE)


def hire(seed: int, patients: int, employers: Sequence[tuple[Institution, str]]) -> Staff:
    """Practitioners and roles of all employers, given as (institution, Organization.id)."""
    chance = seeded(seed, "staff")
    ids = seeded_ids(chance, day=1)
    staff = Staff()
    serials = iter(range(NUMBER_BLOCK, LAST_NUMBER + 1))
    places = [(one, organization_id) for one, organization_id in employers if one.kind in WORKERS]
    for institution, organization_id in places:
        for code in WORKERS[institution.kind]:
            person = _practitioner(chance, ids, next(serials), code)
            role = _role(next(ids), person["id"], organization_id, code)
            staff.first_role.setdefault(institution.client, (person["id"], role["id"], code))
            staff.resources += [person, role]
    _second_job(staff, ids, {one.client: organization_id for one, organization_id in places})
    for extra in range(patients // PATIENTS_PER_EXTRA_PRACTITIONER):
        institution, organization_id = places[extra % len(places)]
        code = WORKERS[institution.kind][0]
        person = _practitioner(chance, ids, next(serials), code)
        staff.resources += [person, _role(next(ids), person["id"], organization_id, code)]
    return staff


def _second_job(staff: Staff, ids: Iterator[str], organization_ids: Mapping[str, str]) -> None:
    """The doctor of the practice also works at the hospital: one person, two roles."""
    doctor_id, _, code = staff.first_role["practice"]
    staff.resources.append(_role(next(ids), doctor_id, organization_ids["hospital"], code))


def _practitioner(chance: random.Random, ids: Iterator[str], serial: int, code: str) -> FhirObject:
    female = chance.random() < 0.7
    registered = 2022 + serial % 5  # the right to practise is renewed every five years
    return {
        "resourceType": "Practitioner",
        "id": next(ids),
        "meta": as_test(),
        "identifier": [identifier(PRACTITIONER_NUMBER, f"pp{serial:06d}", "PRN")],
        "active": True,
        "name": [
            {"use": "official", "family": family_name(chance, female), "given": [given_name(chance, female)]}
        ],
        "gender": "female" if female else "male",
        "qualification": [
            {
                "code": {"text": ROLE_TITLES[code]},
                "period": {"start": f"{registered}-01-01", "end": f"{registered + 5}-12-31"},
            }
        ],
    }


def _role(role_id: str, practitioner_id: str, organization_id: str, code: str) -> FhirObject:
    return {
        "resourceType": "PractitionerRole",
        "id": role_id,
        "meta": as_test(),
        "active": True,
        "practitioner": {"reference": f"Practitioner/{practitioner_id}"},
        "organization": {"reference": f"Organization/{organization_id}"},
        "code": [concept(ROLE_SYSTEMS.get(code, OWN_ROLES), code)],
    }
