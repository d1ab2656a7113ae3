"""The invented institutions of the sandbox; always the same ones, only their ids come from the seed.

Their names and registration numbers also stand in the certificates (lab/pki/keeping.py), so they are a
table and not chance. The numbers satisfy the check that is known for such numbers and start with
9999, which no number seen so far does (unverified that it stays so; docs/adr/0013).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from tilts.lab.population.fhir_parts import (
    CANONICAL,
    INSTITUTION_CODE,
    PHARMACY_LICENCE,
    REGISTRATION_NUMBER,
    FhirObject,
    as_test,
    concept,
    identifier,
    mail,
    phone,
)
from tilts.lab.population.name_lists import INSTITUTION_WORDS, STREETS, TOWNS
from tilts.party import OrganizationKind
from tilts.registration_number import check_digit


@dataclass(frozen=True, slots=True)
class Institution:
    """One organisation with one system: what the certificate and the register say of it."""

    client: str  # short name of its system: practice, second-pharmacy, ..
    kind: OrganizationKind
    title: str
    site: str  # institution code or licence number; the registration number where there is neither
    registration_number: str


class ClientSubject(NamedTuple):
    """Whose certificate: the client's short name, its organisation and registration number."""

    name: str
    organization_name: str
    registration_number: str


def _registration_numbers() -> Iterator[str]:
    serial = 0
    while True:
        serial += 1
        first_ten = f"9999{serial:06d}"
        if last := check_digit(first_ten):
            yield f"{first_ten}{last}"


def _titles(kind: OrganizationKind, word: str) -> str:
    return {
        "practice": f'Parauga ģimenes ārsta prakse "{word}"',
        "pharmacy": f'Parauga aptieka "{word}"',
        "hospital": f'Parauga slimnīca "{word}"',
        "authority": "Parauga e-veselības iestāde",
        "vendor": f'Parauga sistēmu izstrādātājs "{word}"',
        "portal": "Parauga iedzīvotāju portāls",
    }[kind]


def _clients() -> list[tuple[str, OrganizationKind]]:
    named: list[tuple[str, OrganizationKind]] = [
        ("practice", "practice"),
        ("pharmacy", "pharmacy"),
        ("second-pharmacy", "pharmacy"),
        ("hospital", "hospital"),
        ("authority", "authority"),
        ("vendor", "vendor"),
        ("portal", "portal"),
        ("revoked", "pharmacy"),
    ]
    practices: list[tuple[str, OrganizationKind]] = [(f"practice-{n}", "practice") for n in range(2, 10)]
    pharmacies: list[tuple[str, OrganizationKind]] = [(f"pharmacy-{n}", "pharmacy") for n in range(4, 10)]
    return [*named, *practices, *pharmacies, ("hospital-2", "hospital")]


def _institutions() -> tuple[Institution, ...]:
    words = iter(INSTITUTION_WORDS)
    numbers = _registration_numbers()
    made: list[Institution] = []
    for serial, (client, kind) in enumerate(_clients(), start=1):
        number = next(numbers)
        word = next(words) if kind not in {"authority", "portal"} else ""
        site = {
            "practice": f"9999{serial:05d}",
            "hospital": f"9999{serial:05d}",
            "pharmacy": f"AP-99{serial:03d}",
        }
        made.append(Institution(client, kind, _titles(kind, word), site.get(kind, number), number))
    return tuple(made)


INSTITUTIONS: Final = _institutions()


def as_organization(institution: Institution, organization_id: str, serial: int) -> FhirObject:
    identifiers = [identifier(REGISTRATION_NUMBER, institution.registration_number)]
    if institution.kind == "pharmacy":
        identifiers.insert(0, identifier(PHARMACY_LICENCE, institution.site))
    if institution.kind in {"practice", "hospital"}:
        identifiers.insert(0, identifier(INSTITUTION_CODE, institution.site))
    place = {
        "line": [f"{STREETS[serial % len(STREETS)]} iela {serial + 1}"],
        "city": TOWNS[serial % len(TOWNS)],
        "postalCode": "LV-0000",
        "country": "LV",
    }
    return {
        "resourceType": "Organization",
        "id": organization_id,
        "meta": as_test(),
        "identifier": identifiers,
        "active": True,
        "type": [concept(f"{CANONICAL}/CodeSystem/organization-kind", institution.kind)],
        "name": institution.title,
        "telecom": [phone(9_000_000 + serial), mail(institution.client)],
        "address": [place],
    }
