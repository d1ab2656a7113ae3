"""SQL for holds and alerts: who may not go on and why, and what the authority is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from tilts.party import Party
from tilts.store.tx import Tx

IN_FORCE: Final[LiteralString] = """
SELECT h.hold_id, h.scope, h.actor, h.limit_id, h.since, h.facts, h.state, h.reason, h.asked_by, h.asked_at,
       h.released_by, h.released_at
  FROM hold h
  JOIN unnest(%(scopes)s::text[], %(actors)s::text[]) AS a (scope, actor)
    ON a.scope = h.scope AND a.actor = h.actor
 WHERE h.state <> 'released'
 ORDER BY h.since
 LIMIT 1
"""
# The partial unique index one_hold_for_an_actor: as many look-ups as the call has actors.

STANDING: Final[LiteralString] = (
    """
SELECT %(role_id)s::uuid IS NULL
       OR EXISTS (SELECT 1 FROM practitioner_role
                   WHERE role_id = %(role_id)s AND practitioner_id = %(practitioner_id)s
                     AND organization_id = %(organization_id)s AND active)
      AND (%(delegator_id)s::uuid IS NULL
           OR EXISTS (SELECT 1 FROM practitioner_role
                       WHERE role_id = %(delegator_id)s AND organization_id = %(organization_id)s AND active)), h.*
  FROM (VALUES (1)) AS call (number) LEFT JOIN ("""
    + IN_FORCE
    + """) h ON true
"""
)
# On the path of every call.

ADD: Final[LiteralString] = """
INSERT INTO hold (hold_id, scope, actor, limit_id, since, facts, state)
VALUES (%(hold_id)s, %(scope)s, %(actor)s, %(limit_id)s, %(since)s, %(facts)s, 'held')
ON CONFLICT (scope, actor) WHERE state <> 'released' DO NOTHING
RETURNING hold_id
"""

LOCK: Final[LiteralString] = """
SELECT hold_id, scope, actor, limit_id, since, facts, state, reason, asked_by, asked_at, released_by, released_at
  FROM hold
 WHERE hold_id = %(hold_id)s
   FOR UPDATE
"""

SAVE: Final[LiteralString] = """
UPDATE hold
   SET state = %(state)s, reason = %(reason)s, asked_by = %(asked_by)s, asked_at = %(asked_at)s,
       released_by = %(released_by)s, released_at = %(released_at)s
 WHERE hold_id = %(hold_id)s
"""

LIST: Final[LiteralString] = """
SELECT hold_id, scope, actor, limit_id, since, facts, state, reason, asked_by, asked_at, released_by, released_at
  FROM hold
 WHERE %(all)s OR state <> 'released'
 ORDER BY since DESC
 LIMIT %(limit)s
"""

ADD_ALERT: Final[LiteralString] = """
INSERT INTO alert (alert_id, at, severity, limit_id, scope, actor, facts)
SELECT %(alert_id)s, %(at)s, %(severity)s, %(limit_id)s, %(scope)s, %(actor)s, %(facts)s
 WHERE NOT EXISTS (SELECT 1 FROM alert
                    WHERE scope = %(scope)s AND actor = %(actor)s AND limit_id = %(limit_id)s
                      AND severity = %(severity)s AND at > %(since)s)
RETURNING alert_id
"""
# At most once for each actor, limit and window; whoever adds one has locked the actor.

ALERTS: Final[LiteralString] = """
SELECT alert_id, at, severity, limit_id, scope, actor, facts
  FROM alert
 ORDER BY at DESC, alert_id DESC
 LIMIT %(limit)s
"""


CLERK: Final[LiteralString] = """
SELECT a.account_id, a.name, p.party_id, p.name AS party_name
  FROM onboarding.account a
  JOIN onboarding.account_role r ON r.account_id = a.account_id AND r.role = 'authority' AND r.state = 'held'
  JOIN onboarding.party p USING (party_id)
 WHERE a.active AND (a.account_id::text = %(person)s OR a.subject = %(person)s)
 LIMIT 2
"""


@dataclass(frozen=True, slots=True)
class Clerk:
    """A person of the authority."""

    account_id: UUID
    name: str
    party_id: UUID
    party_name: str


@dataclass(frozen=True, slots=True)
class HoldRow:
    hold_id: UUID
    scope: str
    actor: str
    limit_id: str
    since: datetime
    facts: dict[str, Any]  # counts and limits, never a person
    state: str
    reason: str | None = None  # why it may be released
    asked_by: UUID | None = None
    asked_at: datetime | None = None
    released_by: UUID | None = None
    released_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertRow:
    alert_id: UUID
    at: datetime
    severity: str
    limit_id: str
    scope: str
    actor: str
    facts: dict[str, Any]


async def in_force(tx: Tx, actors: Sequence[tuple[str, str]]) -> HoldRow | None:
    """The oldest hold on any of them."""
    values = {"scopes": [scope for scope, _ in actors], "actors": [actor for _, actor in actors]}
    async with tx.cursor(row_factory=class_row(HoldRow)) as cursor:
        await cursor.execute(IN_FORCE, values)
        return await cursor.fetchone()


async def standing(tx: Tx, party: Party, actors: Sequence[tuple[str, str]]) -> tuple[bool, HoldRow | None]:
    """The oldest hold on any of the actors; before it, whether who acts has the role now.

    So must whom they act for, if they act in somebody's name.
    """
    values = {
        "scopes": [scope for scope, _ in actors],
        "actors": [actor for _, actor in actors],
        "role_id": party.role_id,
        "practitioner_id": party.practitioner_id,
        "organization_id": party.organization_id,
        "delegator_id": party.delegator_role_id,
    }
    row = await (await tx.execute(STANDING, values)).fetchone()
    assert row is not None, "there is a row without a hold too"
    return row[0], None if row[1] is None else HoldRow(*row[1:])


async def add(tx: Tx, row: HoldRow) -> bool:
    """False when the actor is held already."""
    values = {name: getattr(row, name) for name in ("hold_id", "scope", "actor", "limit_id", "since")}
    added = await tx.execute(ADD, {**values, "facts": Jsonb(row.facts)})
    return await added.fetchone() is not None


async def lock(tx: Tx, hold_id: UUID) -> HoldRow | None:
    async with tx.cursor(row_factory=class_row(HoldRow)) as cursor:
        await cursor.execute(LOCK, {"hold_id": hold_id})
        return await cursor.fetchone()


async def save(tx: Tx, row: HoldRow) -> None:
    await tx.execute(SAVE, {name: getattr(row, name) for name in HoldRow.__slots__ if name != "facts"})


async def listed(tx: Tx, *, released_too: bool, limit: int) -> list[HoldRow]:
    async with tx.cursor(row_factory=class_row(HoldRow)) as cursor:
        await cursor.execute(LIST, {"all": released_too, "limit": limit})
        return await cursor.fetchall()


async def clerk(tx: Tx, person: str) -> Clerk | None:
    """By account id, or by the name under which the identity provider knows the person; of two nobody is meant."""
    async with tx.cursor(row_factory=class_row(Clerk)) as cursor:
        await cursor.execute(CLERK, {"person": person})
        found = await cursor.fetchall()
    return found[0] if len(found) == 1 else None


async def add_alert(tx: Tx, row: AlertRow, since: datetime) -> bool:
    """False when the same was told since then."""
    values = {name: getattr(row, name) for name in AlertRow.__slots__}
    added = await tx.execute(ADD_ALERT, {**values, "facts": Jsonb(row.facts), "since": since})
    return await added.fetchone() is not None


async def alerts(tx: Tx, *, limit: int) -> list[AlertRow]:
    async with tx.cursor(row_factory=class_row(AlertRow)) as cursor:
        await cursor.execute(ALERTS, {"limit": limit})
        return await cursor.fetchall()
