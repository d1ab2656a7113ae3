"""Break-glass: in an emergency one practitioner opens one patient for an hour, with a reason that is looked at after.

load (store)  ->  decide (here, pure)  ->  save (store)
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from tilts.exchange.prescriptions import viewer_of
from tilts.ids import new_id
from tilts.party import PRESCRIBING_KINDS, Party
from tilts.rules import Refusal
from tilts.rules.trust.permission import MAY_GLASS_NOT_YOURS, MAY_GLASS_TOO_OFTEN, MAY_GLASS_UNREASONED
from tilts.rules.wire import WIRE_NOT_FOUND
from tilts.store import resources
from tilts.store.doors import glass as store
from tilts.store.doors.glass import GlassRecord
from tilts.store.tx import Tx

LEAST_CHARACTERS: Final = 20  # of a reason: Security 3.2
MOST_CHARACTERS: Final = 2000


@dataclass(frozen=True, slots=True)
class GlassTerms:
    """How long it stays open, and how often one practitioner may do so."""

    open_for: timedelta
    counted_for: timedelta
    most: int


def check_words(reason: str, confirmed: bool) -> str:
    """The reason as it is kept."""
    written = " ".join(reason.split())[:MOST_CHARACTERS]
    if len(written) < LEAST_CHARACTERS or not confirmed:
        raise Refusal(MAY_GLASS_UNREASONED, least=LEAST_CHARACTERS)
    return written


def decide(patient_id: UUID, reason: str, party: Party, now: datetime, terms: GlassTerms) -> GlassRecord:
    """The glass as it would be broken, but for how often it was and whether the patient is known here."""
    if party.kind not in PRESCRIBING_KINDS or party.purpose != "BTG":
        raise Refusal(MAY_GLASS_NOT_YOURS)
    if party.practitioner_id is None or party.role_id is None:
        raise Refusal(MAY_GLASS_NOT_YOURS)
    return GlassRecord(
        glass_id=new_id(),
        patient_id=patient_id,
        organization_id=party.organization_id,
        practitioner_id=party.practitioner_id,
        role_id=party.role_id,
        reason=reason,
        opened_at=now,
        ends_at=now + terms.open_for,
    )


async def break_glass(
    tx: Tx, patient_id: UUID, reason: str, party: Party, now: datetime, terms: GlassTerms
) -> tuple[GlassRecord, bool]:
    """The door: the patient is open from the commit on; False beside it: it was open already, and nothing is counted.

    A patient whom nobody here named lately, and with whom nothing connects the institution, is not found.
    """
    decided = decide(patient_id, reason, party, now, terms)
    calm = replace(viewer_of(party, now), emergency=False)
    if await resources.read(tx, "Patient", patient_id, calm) is None:
        raise Refusal(WIRE_NOT_FOUND)
    await store.lock_practitioner(tx, decided.practitioner_id)
    there = await store.open_now(tx, patient_id, decided.organization_id, decided.practitioner_id, now)
    if there is not None:
        return there, False
    if await store.count(tx, decided.practitioner_id, now - terms.counted_for) >= terms.most:
        raise Refusal(MAY_GLASS_TOO_OFTEN, most=terms.most)
    await store.add(tx, decided)
    return decided, True
