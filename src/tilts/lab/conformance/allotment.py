"""Test persons and organisations for one vendor: no two vendors share any, so their tests do not meet."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tilts import person_code
from tilts.rules import Refusal
from tilts.rules.lab import LAB_NO_TEST_PERSONS
from tilts.store.lab import allotments
from tilts.store.tx import Tx

PERSONS: Final = 6
LOOKED_AT: Final = 60  # of the free ones; some have no person code, some have died


@dataclass(frozen=True, slots=True)
class Allotment:
    """What one vendor was given."""

    persons: tuple[str, ...]  # ids of patients
    practice: str  # names of the lab's own clients that act for this vendor
    pharmacy: str


@dataclass(frozen=True, slots=True)
class TestPerson:
    __test__ = False  # not a test of pytest's

    patient_id: str
    family: str
    given: str
    code: str


async def allot(tx: Tx, vendor_id: UUID, counterparts: Iterable[str], now: datetime) -> Allotment:
    """What this vendor has, given out at the first asking; the same for ever after.

    `counterparts` are the names of the lab's clients: practice-2, pharmacy-4, ..
    """
    await hand_out_persons(tx, vendor_id, now)
    found = await allotments.of_vendor(tx, vendor_id)
    names = sorted(counterparts)
    for kind in ("practice", "pharmacy"):
        if not found[kind]:
            taken = await allotments.taken(tx, kind)
            free = [name for name in names if name.startswith(f"{kind}-") and name not in taken]
            if not free:
                raise Refusal(LAB_NO_TEST_PERSONS, kind=kind)
            found[kind] = free[:1]
            await allotments.give(tx, kind, found[kind], vendor_id, now)
    return Allotment(tuple(sorted(found["person"])), found["practice"][0], found["pharmacy"][0])


async def hand_out_persons(tx: Tx, vendor_id: UUID, now: datetime) -> None:
    """Test persons for this vendor alone, if it has none yet. Raises Refusal LAB-007 when none are left."""
    await allotments.one_at_a_time(tx)
    if (await allotments.of_vendor(tx, vendor_id))["person"]:
        return
    chosen = [one for one, body in await allotments.free_persons(tx, LOOKED_AT) if is_usable(body)]
    if len(chosen) < PERSONS:
        raise Refusal(LAB_NO_TEST_PERSONS, kind="person")
    await allotments.give(tx, "person", chosen[:PERSONS], vendor_id, now)


async def sites_of(tx: Tx, vendor_id: UUID, now: datetime) -> list[str]:
    """The test practice and the test pharmacy in which this vendor's own systems act; the same for ever after."""
    await allotments.one_at_a_time(tx)
    given = await allotments.of_vendor(tx, vendor_id)
    sites = []
    for kind in ("practice", "pharmacy"):
        own = given.get(f"{kind}-site", [])
        if not own:
            free = await allotments.free_site(tx, kind)
            if free is None:
                raise Refusal(LAB_NO_TEST_PERSONS, kind=kind)
            own = [free]
            await allotments.give(tx, f"{kind}-site", own, vendor_id, now)
        sites.append(own[0])
    return sites


def is_usable(body: bytes) -> bool:
    """Alive, with a person code and a name: a test must not depend on who it happened to be."""
    patient = json.loads(body)
    return "deceasedDateTime" not in patient and bool(code_of(patient)) and bool(patient.get("name"))


def code_of(patient: dict[str, Any]) -> str:
    values = [one.get("value", "") for one in patient.get("identifier", [])]
    return next((value for value in values if person_code.compact(value) is not None), "")


async def test_person(tx: Tx, patient_id: str) -> TestPerson:
    body = await allotments.person(tx, patient_id)
    assert body is not None, "a test person is in the register"
    patient = json.loads(body)
    name = patient["name"][0]
    return TestPerson(patient_id, name["family"], " ".join(name["given"]), code_of(patient))


test_person.__test__ = False  # type: ignore[attr-defined]
