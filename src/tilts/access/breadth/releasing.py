"""How a hold ends: one person of the authority asks and says why, another one confirms; then counting begins anew."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from tilts.rules import Refusal
from tilts.rules.trust.copying import CPY_NO_HOLD, CPY_NOT_AUTHORITY, CPY_REASON, CPY_SAME_PERSON
from tilts.store.doors import breadth, holds
from tilts.store.doors.holds import HoldRow
from tilts.store.onboarding import accounts
from tilts.store.tx import Tx
from tilts.workflow import Field, State, Step, Words, Workflow

LEAST_CHARACTERS: Final = 20
HOLD: Final = Workflow(
    kind="hold",
    title=Words("Aizturējums", "Hold"),
    states=(
        State("held", Words("Aizturēts", "Held"), waits_for="authority"),
        State("asked", Words("Lūgta atbrīvošana", "Release asked for"), waits_for="authority"),
        State("released", Words("Atbrīvots", "Released")),
    ),
    steps=(
        Step(
            "ask",
            ("held",),
            "asked",
            "authority",
            Words("Lūgt atbrīvošanu", "Ask for the release"),
            asks=(Field("reason", "long-text", Words("Pamatojums", "Reason")),),
        ),
        Step(
            "confirm", ("asked",), "released", "authority", Words("Apstiprināt", "Confirm"), two_persons=True
        ),
        Step("decline", ("asked",), "held", "authority", Words("Noraidīt", "Decline")),
    ),
)


async def ask(tx: Tx, hold_id: UUID, account_id: UUID, reason: str, now: datetime) -> HoldRow:
    """The door: the first person asks. Raises CPY-003, CPY-004, CPY-006, CASE-003 (not in this state)."""
    if len(reason.strip()) < LEAST_CHARACTERS:
        raise Refusal(CPY_REASON, characters=LEAST_CHARACTERS)
    return await _step(
        tx,
        hold_id,
        account_id,
        "ask",
        lambda row: replace(row, state="asked", reason=reason.strip(), asked_by=account_id, asked_at=now),
    )


async def confirm(tx: Tx, hold_id: UUID, account_id: UUID, now: datetime) -> HoldRow:
    """The door: another person confirms, and what was counted of the actor is forgotten. Raises CPY-005 too."""

    def released(row: HoldRow) -> HoldRow:
        if row.asked_by == account_id:
            raise Refusal(CPY_SAME_PERSON)
        return replace(row, state="released", released_by=account_id, released_at=now)

    row = await _step(tx, hold_id, account_id, "confirm", released)
    await breadth.lock(tx, [(row.scope, row.actor)])
    await breadth.forget_actor(tx, row.scope, row.actor)
    return row


async def decline(tx: Tx, hold_id: UUID, account_id: UUID) -> HoldRow:
    """The door: it stays held; somebody may ask again, with another reason."""
    return await _step(
        tx,
        hold_id,
        account_id,
        "decline",
        lambda row: replace(row, state="held", reason=None, asked_by=None, asked_at=None),
    )


async def _step(
    tx: Tx, hold_id: UUID, account_id: UUID, action: str, change: Callable[[HoldRow], HoldRow]
) -> HoldRow:
    """Lock, ask the state table, save."""
    if not any(
        role.role == "authority" and role.state == "held" for role in await accounts.roles_of(tx, account_id)
    ):
        raise Refusal(CPY_NOT_AUTHORITY)
    row = await holds.lock(tx, hold_id)
    if row is None:
        raise Refusal(CPY_NO_HOLD)
    HOLD.check(row.state, action, "authority")
    after = change(row)
    await holds.save(tx, after)
    return after
