"""Invented patients, as many as wanted; the first ones are the test persons with a story.

Their person codes satisfy the check digit and lie in the block that nobody can have been given
(tilts/person_code.py, docs/adr/0013). A patient's birth date has nothing to do with the date inside
an old code. The first patients are the same however many are made.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from math import gcd
from typing import Final

from tilts.lab.population.fhir_parts import (
    PERSON_CODE,
    TEMPORARY_NUMBER,
    FhirObject,
    address,
    as_test,
    identifier,
    mail,
    phone,
    seeded,
    seeded_ids,
)
from tilts.lab.population.name_lists import STREETS, TOWNS
from tilts.lab.population.person_stories import TOLD, Told
from tilts.lab.population.staff import family_name, given_name
from tilts.person_code import RESERVED, check_digit

AS_OF: Final = date(2026, 11, 23)  # ages are counted from here, so that a seed means one population
NEW_FORM_SINCE: Final = date(2017, 7, 1)
OLDEST_DAYS: Final = 96 * 365
NEW_CODES: Final = 10 ** (10 - len(RESERVED.new_form_prefix))
CANARY_CODES: Final = 10  # at the end of the block: population/canaries.py
OLD_DAYS: Final = (
    date(RESERVED.old_form_last_year, 12, 31) - date(RESERVED.old_form_first_year, 1, 1)
).days + 1
OLD_CODES: Final = OLD_DAYS * 1000


class Codes:
    """Hands out each reserved code once, in an order that looks like chance."""

    def __init__(self, chance: random.Random) -> None:
        self._new = _shuffled(NEW_CODES, chance)
        self._old = _shuffled(OLD_CODES, chance)

    def new_form(self) -> str:
        serial = next((one for one in self._new if one < NEW_CODES - CANARY_CODES), None)
        if serial is None:
            return self.old_form()
        digits = f"{RESERVED.new_form_prefix}{serial:0{10 - len(RESERVED.new_form_prefix)}d}"
        return digits + check_digit(digits)

    def old_form(self) -> str:
        serial = next(self._old)  # 3.6 million; more patients than that end here, loudly
        day = date(RESERVED.old_form_first_year, 1, 1) + timedelta(days=serial // 1000)
        digits = f"{day:%d%m%y}2{serial % 1000:03d}"
        return digits + check_digit(digits)


def _shuffled(size: int, chance: random.Random) -> Iterator[int]:
    """Every number below `size` once: steps of a length that has no common factor with it."""
    step = chance.randrange(size // 3, size // 2)
    while gcd(step, size) != 1:
        step += 1
    place = chance.randrange(size)
    for _ in range(size):
        yield place
        place = (place + step) % size


@dataclass(slots=True)
class _Maker:
    chance: random.Random
    ids: Iterator[str]
    codes: Codes
    serial: int = 0


def patients(seed: int, count: int, *, told: bool) -> Iterator[FhirObject]:
    """The first `count` patients of this seed, one at a time: nothing is kept in memory.

    `told`: the first ones are the test persons with a story.
    """
    chance = seeded(seed, "patients")
    maker = _Maker(chance, seeded_ids(chance, day=2), Codes(chance))
    for serial in range(count):
        maker.serial = serial
        yield _told(maker, TOLD[serial]) if told and serial < len(TOLD) else _anybody(maker)


def _told(maker: _Maker, told: Told) -> FhirObject:
    coded = {"old": maker.codes.old_form, "new": maker.codes.new_form}
    number = _coded(coded[told.code]()) if told.code != "none" else _uncoded(maker.serial)
    patient = _patient(maker, number, (told.family, *told.given), told.gender, told.born)
    if told.died is not None:
        patient["deceasedDateTime"] = told.died.isoformat()
    return patient


def _anybody(maker: _Maker) -> FhirObject:
    chance = maker.chance
    female = chance.random() < 0.54
    born = AS_OF - timedelta(days=chance.randrange(OLDEST_DAYS))
    family = family_name(chance, female)
    if chance.random() < 0.06:
        family = f"{family}-{family_name(chance, female)}"
    given = [given_name(chance, female) for _ in range(2 if chance.random() < 0.08 else 1)]
    kind = chance.random()
    if kind < 0.005:
        number = _uncoded(maker.serial)
    elif born >= NEW_FORM_SINCE or kind < 0.3:  # adults may ask for a code of the new form
        number = _coded(maker.codes.new_form())
    else:
        number = _coded(maker.codes.old_form())
    patient = _patient(maker, number, (family, *given), "female" if female else "male", born)
    if chance.random() < 0.01:
        since_birth = (AS_OF - born).days
        patient["deceasedDateTime"] = (born + timedelta(days=chance.randrange(since_birth + 1))).isoformat()
    return patient


def _coded(code: str) -> FhirObject:
    return identifier(PERSON_CODE, code, "NI")


def _uncoded(serial: int) -> FhirObject:
    return identifier(TEMPORARY_NUMBER, f"TMP-{serial:07d}", use="temp")


def _patient(
    maker: _Maker, number: FhirObject, names: tuple[str, ...], gender: str, born: date
) -> FhirObject:
    return {
        "resourceType": "Patient",
        "id": next(maker.ids),
        "meta": as_test(),
        "identifier": [number],
        "active": True,
        "name": [{"use": "official", "family": names[0], "given": list(names[1:])}],
        "telecom": [phone(maker.serial), mail(f"person-{maker.serial}")],
        "gender": gender,
        "birthDate": born.isoformat(),
        "address": [{"use": "home", **address(maker.chance, TOWNS, STREETS)}],
    }
