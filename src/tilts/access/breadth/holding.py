"""What a refusal leaves behind, in the transaction that writes it down: alert and hold, misses, denied patients."""

from datetime import datetime
from typing import Final
from uuid import UUID

from tilts.access.breadth.counting import Passed, decide, facts_of, lock, misses, tell
from tilts.access.breadth.limits import UNCOUNTED, Limits, actor_of, limits_from
from tilts.ids import new_id
from tilts.party import Party
from tilts.rules import FaultyContent, Refusal
from tilts.rules.trust.copying import CPY_LIMIT
from tilts.store.doors import breadth, holds
from tilts.store.doors.holds import HoldRow
from tilts.store.records import AuditSubject, LineRecord
from tilts.store.tx import Tx

DENIED: Final = "MAY-"  # reasons of access/permission: asked for a patient whom nothing opens


async def after_refusal(
    tx: Tx, party: Party, no: Refusal | FaultyContent, now: datetime, limits: Limits | None = None
) -> None:
    if not isinstance(no, Refusal) or party.kind == UNCOUNTED:
        return
    if no.rule is CPY_LIMIT:
        passed = no.facts["passed"]
        assert isinstance(passed, Passed)
        await lock(tx, party, [passed.limit])
        await hold(tx, party, passed, now)
    elif str(no.facts.get("reason", "")).startswith(DENIED):
        about = no.facts.get("about")
        patient_id = about.patient_id if isinstance(about, AuditSubject | LineRecord) else None
        await stumbled(tx, party, "denied", now, limits or limits_from(), patient_id)
    elif no.facts.get("noticed") == "misses":
        await stumbled(tx, party, "misses", now, limits or limits_from())


async def stumbled(
    tx: Tx, party: Party, counted: str, now: datetime, limits: Limits, patient_id: UUID | None = None
) -> None:
    """One more of what was asked for in vain; too many of them are a hold from the next call on."""
    for limit in limits.of(party, now):
        if limit.counts != counted:
            continue
        await breadth.add_misses(tx, counted, actor_of(party, limit.scope), now, patient_id=patient_id)
        await lock(tx, party, [limit])
        number = await misses(tx, party, limit, now)
        for passed in decide([limit], {limit.id: number}, {}):
            await (hold(tx, party, passed, now) if passed.held else tell(tx, party, passed, now))


async def hold(tx: Tx, party: Party, passed: Passed, now: datetime) -> None:
    """The alert and the hold; a second refusal at the same time adds nothing."""
    limit = passed.limit
    await tell(tx, party, passed, now)
    facts = {**facts_of(passed, party), "title": {"lv": limit.title.lv, "en": limit.title.en}}
    actor = actor_of(party, limit.scope)
    await holds.add(tx, HoldRow(new_id(), limit.scope, actor, limit.id, now, facts, "held"))
