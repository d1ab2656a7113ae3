"""What the lab does for a scenario: its practice prescribes, its pharmacy claims, a hold ends, a reply is lost."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tilts.clock import Clock
from tilts.lab.conformance.certificates import make_certificate
from tilts.lab.conformance.counterparts import Counterparts
from tilts.lab.conformance.language import Act, Scalar
from tilts.rules import Refusal
from tilts.rules.lab import LAB_NOT_PREPARED
from tilts.store.lab import allotments, certificates
from tilts.store.tx import Database
from tilts_connector import (
    AsyncPatientPortal,
    AsyncPharmacy,
    AsyncPractice,
    Line,
    PrescriptionOrder,
    TiltsError,
    packs,
)

MEDICINE: Final = "Paraugols 500 mg"  # an invented product
DOSAGE: Final = "1 tablete 3 reizes dienā"


@dataclass
class Stage:
    """Where a scenario is played: who acts for the lab, and the facts so far."""

    database: Database
    clock: Clock
    counterparts: Counterparts
    situation_id: UUID
    practice: str
    pharmacy: str
    facts: dict[str, str]
    loss: str | None = None
    kept: Mapping[str, str] = field(default_factory=dict)

    def fact(self, name: str) -> str:
        found = self.facts.get(name) or self.kept.get(name)
        if not found:
            raise Refusal(LAB_NOT_PREPARED, fault=f"'{name}' is not known yet: play the first steps")
        return found


Words = Mapping[str, Scalar]
Doing = Callable[[Stage, Words], Awaitable[None]]


async def play(stage: Stage, acts: Iterable[Act]) -> None:
    """One after the other. Raises LAB-008 when the lab's own side cannot do its part."""
    for act in acts:
        try:
            await DOING[act.verb](stage, act.words)
        except (TiltsError, OSError) as fault:
            raise Refusal(LAB_NOT_PREPARED, fault=f"{act.verb}: {fault}") from fault


async def prescribe(stage: Stage, words: Words) -> None:
    order = PrescriptionOrder(MEDICINE, packs(int(words["packs"])), DOSAGE)
    async with stage.counterparts.connect(stage.practice) as exchange:
        made = await AsyncPractice(exchange).prescribe(stage.fact("patient"), order)
    stage.facts |= {
        "number": made.number,
        "line": made.lines[0].medication_request_id,
        "task": made.lines[0].task_id,
        "packs": str(words["packs"]),
        "prescriber": str(stage.counterparts.clients[stage.practice]["name"]),
    }


async def claim(stage: Stage, words: Words) -> None:
    async with stage.counterparts.connect(stage.pharmacy) as exchange:
        pharmacy = AsyncPharmacy(exchange)
        line = await found(pharmacy, stage)
        await pharmacy.claim(line.task_id)
    stage.facts["holder"] = str(stage.counterparts.clients[stage.pharmacy]["name"])


async def dispense(stage: Stage, words: Words) -> None:
    async with stage.counterparts.connect(stage.pharmacy) as exchange:
        pharmacy = AsyncPharmacy(exchange)
        await pharmacy.dispense(await found(pharmacy, stage), int(words["packs"]))


async def release(stage: Stage, words: Words) -> None:
    async with stage.counterparts.connect(stage.pharmacy) as exchange:
        pharmacy = AsyncPharmacy(exchange)
        line = await found(pharmacy, stage)
        await pharmacy.release(line.task_id, "not-in-stock")


async def found(pharmacy: AsyncPharmacy, stage: Stage) -> Line:
    """As at any counter: by number and name."""
    lines = await pharmacy.find(stage.fact("number"), stage.fact("family"), stage.fact("given"))
    if not lines:
        raise Refusal(LAB_NOT_PREPARED, fault="the prescription was not found")
    return lines[0]


async def let_hold_end(stage: Stage, words: Words) -> None:
    async with stage.database.transaction() as tx:
        if not await allotments.end_hold(tx, stage.fact("task"), stage.clock.now()):
            raise Refusal(LAB_NOT_PREPARED, fault="nobody holds the line: claim it first")


async def lose_reply(stage: Stage, words: Words) -> None:
    stage.loss = str(words["call"])


async def issue_certificate(stage: Stage, words: Words) -> None:
    folder = stage.counterparts.folder / str(stage.situation_id)
    client_id, name = stage.fact("client_id"), stage.fact("organization")
    wall = stage.clock.wall()
    made = make_certificate(stage.counterparts.pki, folder, client_id, name, wall)
    if words["registered"]:
        async with stage.database.transaction() as tx:
            revoked_at = wall if words["revoked"] else None
            await certificates.register(tx, {**made.row, "revoked_at": revoked_at})
    stage.facts |= {"certificate_file": str(made.cert), "key_file": str(made.key)}


async def look_as_patient(stage: Stage, words: Words) -> None:
    async with stage.counterparts.connect("portal") as exchange:
        accesses = await AsyncPatientPortal(exchange).accesses(stage.fact("patient"))
    since = datetime.fromisoformat(
        stage.fact("begun_at")
    )  # what was looked at in an earlier test proves nothing
    own = [one for one in accesses if one.organization == stage.fact("organization") and one.at >= since]
    latest: Any = own[0] if own else None
    stage.facts |= {
        "seen_organization": latest.organization if latest else "",
        "seen_person": (latest.practitioner or "") if latest else "",
        "seen_purpose": (latest.purpose or "") if latest else "",
    }


DOING: Final[Mapping[str, Doing]] = {
    "prescribe": prescribe,
    "claim": claim,
    "dispense": dispense,
    "release": release,
    "let-hold-end": let_hold_end,
    "lose-reply": lose_reply,
    "issue-certificate": issue_certificate,
    "look-as-patient": look_as_patient,
}
