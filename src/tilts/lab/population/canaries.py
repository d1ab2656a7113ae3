"""Invented patients who belong to nobody: no practice, no prescription, no story. Nobody has a reason to open one.

Their family names are made of words that no other name is made of, so that a search for somebody else never shows
one. Their person codes come from the end of the reserved block, where no other patient's do.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from tilts.lab.population.fhir_parts import PERSON_CODE, FhirObject, as_test, identifier, seeded, seeded_ids
from tilts.lab.population.persons import NEW_CODES
from tilts.person_code import RESERVED, check_digit

NAMES: Final = (
    ("Dzeltenspalviņa", "Austra", "female"),
    ("Dziesmiņsprosts", "Tālis", "male"),
    ("Zeltspārniņa", "Dzidra", "female"),
)


def canaries(seed: int) -> Iterator[FhirObject]:
    """The same for the same seed; a stream of chance of their own, so that nobody else changes."""
    chance = seeded(seed, "canaries")
    ids = seeded_ids(chance, day=3)
    for serial, (family, given, gender) in enumerate(NAMES):
        digits = f"{RESERVED.new_form_prefix}{NEW_CODES - 1 - serial:0{10 - len(RESERVED.new_form_prefix)}d}"
        born = date(1940, 1, 1) + timedelta(days=chance.randrange(25_000))
        yield {
            "resourceType": "Patient",
            "id": next(ids),
            "meta": as_test(),
            "identifier": [identifier(PERSON_CODE, digits + check_digit(digits), "NI")],
            "active": True,
            "name": [{"use": "official", "family": family, "given": [given]}],
            "gender": gender,
            "birthDate": born.isoformat(),
        }
