"""Which calls are measured: each scene is what one client does once, over and over."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final, TypeAlias
from urllib.parse import urlencode

from proofs.driver.http import Answer, Line
from proofs.driver.parties import FORM, Party, Patient, Request
from tilts.ids import new_id

Send: TypeAlias = Callable[[Party, Request], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who calls: a practice and a pharmacy, and the patients they call about."""

    practice: Party
    pharmacy: Party
    patients: list[Patient]

    async def over(self, line: Callable[[Party], Line]) -> "Cast":
        """The same with other connections, and with tokens that last longer than a measurement."""
        for party in (self.practice, self.pharmacy):
            await party.token(fresh=True)
        practice, pharmacy = (replace(party, line=line(party)) for party in (self.practice, self.pharmacy))
        return Cast(practice, pharmacy, self.patients)

    def close(self) -> None:
        self.practice.line.close()
        self.pharmacy.line.close()


Play: TypeAlias = Callable[[Cast, Patient, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scene:
    name: str
    what: str
    calls: int
    play: Play


async def prescribe(cast: Cast, patient: Patient, send: Send) -> None:
    await send(cast.practice, cast.practice.prescribe(patient, str(new_id())))


async def read(cast: Cast, patient: Patient, send: Send) -> None:
    await send(cast.practice, Request("GET", f"/Patient/{patient.patient_id}"))


async def search(cast: Cast, patient: Patient, send: Send) -> None:
    words = {"family": patient.family, "given": patient.given.split()[0]}
    await send(cast.practice, Request("POST", "/Patient/_search", FORM, urlencode(words).encode()))


async def counter(cast: Cast, patient: Patient, send: Send) -> None:
    practice, pharmacy = cast.practice, cast.pharmacy
    document = (await send(practice, practice.prescribe(patient, str(new_id())))).json()
    found = await send(pharmacy, pharmacy.find(document["groupIdentifier"]["value"], patient))
    task_id = found.json()["entry"][0]["resource"]["id"]
    await send(pharmacy, pharmacy.claim(task_id, str(new_id())))
    await send(pharmacy, pharmacy.dispense(patient, document["id"], str(new_id())))


async def mixed(cast: Cast, patient: Patient, send: Send) -> None:
    """Design 8, in a fixed order so that the floor can send the same: one prescription among reads and searches."""
    practice, pharmacy = cast.practice, cast.pharmacy
    for _ in range(4):
        await search(cast, patient, send)
    document = (await send(practice, practice.prescribe(patient, str(new_id())))).json()
    for _ in range(4):
        await read(cast, patient, send)
    found = await send(pharmacy, pharmacy.find(document["groupIdentifier"]["value"], patient))
    task_id = found.json()["entry"][0]["resource"]["id"]
    await send(pharmacy, pharmacy.claim(task_id, str(new_id())))
    for _ in range(4):
        await search(cast, patient, send)
    await send(pharmacy, pharmacy.dispense(patient, document["id"], str(new_id())))
    for _ in range(3):
        await read(cast, patient, send)
    await send(pharmacy, pharmacy.step(task_id, "close", str(new_id())))


SCENES: Final = (
    Scene("prescribe", "POST MedicationRequest, signed", 1, prescribe),
    Scene("read", "GET Patient/{id}", 1, read),
    Scene("search", "POST Patient/_search by names", 1, search),
    Scene("counter", "prescribe, $find, $claim, dispense: four calls, two signed", 4, counter),
    Scene(
        "mixed", "8 searches, 7 reads, prescribe, $find, $claim, dispense, $close with its receipt", 20, mixed
    ),
)
