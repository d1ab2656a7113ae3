"""A patient as the register of the exchange knows them."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tilts_connector.errors import Misused, reading

PERSON_CODE_DIGITS = 11


@dataclass(frozen=True, slots=True)
class Person:
    """Shows only its id when printed: names and codes of patients do not belong in logs."""

    id: str  # Patient/{id}
    family: str = field(repr=False)
    given: str = field(repr=False)  # all given names, with a space between
    birthdate: date | None = field(repr=False)  # None if only a year or month is known
    resource: dict[str, Any] = field(repr=False)


def compact_person_code(person_code: str) -> str:
    """Eleven digits, written with or without the hyphen after the sixth."""
    compact = person_code.replace("-", "").replace(" ", "")
    if not (len(compact) == PERSON_CODE_DIGITS and compact.isascii() and compact.isdigit()):
        raise Misused("a person code has eleven digits")
    return compact


def person_of(patient: dict[str, Any]) -> Person:
    with reading("Patient"):
        names = patient.get("name", [])
        name = next((one for one in names if one.get("use") == "official"), names[0] if names else {})
        born = patient.get("birthDate", "")
        return Person(
            id=patient["id"],
            family=name.get("family", ""),
            given=" ".join(name.get("given", [])),
            birthdate=date.fromisoformat(born) if len(born) == len("2000-01-31") else None,
            resource=patient,
        )
