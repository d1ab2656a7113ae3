"""The test persons and test organisations that one vendor was given, and what each person is good for.

Nothing is given out here (allotment.py does); this is what stands on the vendor's own page and on a run's.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from tilts.lab.conformance.allotment import code_of
from tilts.lab.conformance.language import Text
from tilts.store.lab import allotments
from tilts.store.tx import Tx

CHILD_YEARS: Final = 14  # up to this age a legal representative sees the prescriptions
ADULT_YEARS: Final = 18
OLD_YEARS: Final = 65
NEW_CODE: Final = "32"  # Population Register Law, section 10: codes without a date of birth

CHILD: Final = Text("bērns, par kuru rīkojas likumiskais pārstāvis", "a child for whom a representative acts")
YOUNG: Final = Text("pusaudzis, vēl nav pilngadīgs", "a minor who acts in person")
OLD: Final = Text("vecāka gadagājuma pacients", "an older patient")
ADULT: Final = Text("pilngadīgs pacients: parastais gadījums", "an adult: the ordinary case")
NEW_KIND_OF_CODE: Final = Text("personas kods bez dzimšanas datuma", "a person code without a date of birth")
TWO_NAMES: Final = Text("vairāki vārdi vai dubultuzvārds", "several given names or a double surname")
MARKED_LETTERS: Final = Text(
    "latviešu burti vārdā: kodējuma pārbaudei", "Latvian letters in the name: to check the encoding"
)


@dataclass(frozen=True, slots=True)
class HandedOutPerson:
    patient_id: str
    name: str
    code: str
    born: date
    good_for: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class HandedOut:
    """`sites`: codes of the test organisations where the vendor's own systems act."""

    persons: tuple[HandedOutPerson, ...]
    sites: tuple[str, ...]


async def handed_out(tx: Tx, vendor_id: UUID, day: date) -> HandedOut:
    given = await allotments.of_vendor(tx, vendor_id)
    bodies = [await allotments.person(tx, one) for one in given["person"]]
    persons = [person_of(json.loads(body), day) for body in bodies if body is not None]
    sites = [site for kind in ("practice", "pharmacy") for site in given.get(f"{kind}-site", ())]
    return HandedOut(tuple(sorted(persons, key=lambda one: one.name)), tuple(sites))


def person_of(patient: Mapping[str, Any], day: date) -> HandedOutPerson:
    name, born = patient["name"][0], date.fromisoformat(patient["birthDate"])
    full = " ".join([*name["given"], name["family"]])
    code = code_of(dict(patient))
    return HandedOutPerson(patient["id"], full, code, born, good_for(full, code, age_on(born, day)))


def good_for(full_name: str, code: str, age: int) -> tuple[Text, ...]:
    """What a test with this person shows; the age first."""
    found = [
        CHILD if age < CHILD_YEARS else YOUNG if age < ADULT_YEARS else OLD if age >= OLD_YEARS else ADULT
    ]
    if code.startswith(NEW_CODE):
        found.append(NEW_KIND_OF_CODE)
    if len(full_name.replace("-", " ").split()) > 2:
        found.append(TWO_NAMES)
    if not full_name.isascii():
        found.append(MARKED_LETTERS)
    return tuple(found)


def age_on(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
