"""SQL for breadth: how many different patients an actor opened, exactly, whatever runs beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from psycopg.rows import scalar_row

from tilts.store.audit import subject_rows
from tilts.store.records import AuditEntry, AuditSubject
from tilts.store.trail.leaves import SUBJECT_FIELDS
from tilts.store.tx import Tx

_KEYS: Final = """
SELECT DISTINCT hashtextextended('tilts breadth ' || scope || ' ' || actor, 0) AS key
  FROM unnest(%(scopes)s::text[], %(actors)s::text[]) AS a (scope, actor)
 ORDER BY key
"""
# 64 bits for each actor, always in the same order; two actors of one key would only wait for each other.

SEE: Final[LiteralString] = (
    """
WITH told AS (
    INSERT INTO audit_subject (audit_id, patient_id, resource_type, resource_id, repeated, basis, salt, leaf)
    SELECT * FROM unnest(%(audit_id)s::uuid[], %(patient_id)s::uuid[], %(resource_type)s::text[],
                         %(resource_id)s::uuid[], %(repeated)s::boolean[], %(basis)s::text[],
                         %(salt)s::bytea[], %(leaf)s::bytea[])
    ON CONFLICT (patient_id, audit_id) DO NOTHING
), seen AS (
    INSERT INTO breadth_seen AS s (scope, actor, patient_id, seen_at)
    SELECT a.scope, a.actor, p.patient_id, %(now)s::timestamptz
      FROM unnest(%(scopes)s::text[], %(actors)s::text[]) AS a (scope, actor),
           unnest(%(patient_id)s::uuid[]) AS p (patient_id)
     ORDER BY 1, 2, 3
    ON CONFLICT ON CONSTRAINT one_row_for_actor_and_patient
    DO UPDATE SET before_at = s.seen_at, seen_at = greatest(s.seen_at, excluded.seen_at)
    RETURNING before_at
), news AS (
    SELECT bool_or(before_at IS NULL OR before_at <= %(since)s) AS found FROM seen)
SELECT n.found, pg_advisory_xact_lock(k.key) FROM news n LEFT JOIN ("""
    + _KEYS
    + """) k ON n.found
"""
)
# One row for each actor and patient, by primary key, always in the same order: two calls cannot block each other.
# bool_or reads all of them before the first lock is taken. Nobody new: a row without a key, and nothing is locked.

LOCK: Final[LiteralString] = "SELECT pg_advisory_xact_lock(k.key) FROM (" + _KEYS + ") k"
# Kept until the commit is seen by all.

COUNT: Final[LiteralString] = """
WITH w AS MATERIALIZED (
    SELECT * FROM unnest(%(limit_ids)s::text[], %(scopes)s::text[], %(actors)s::text[],
                         %(since)s::timestamptz[], %(canaries)s::boolean[])
                  AS w (limit_id, scope, actor, since, canaries))
SELECT w.limit_id, count(*) FILTER (WHERE NOT w.canaries OR EXISTS (SELECT 1 FROM canary c WHERE c.patient_id = s.patient_id))
  FROM w
  JOIN breadth_seen s ON s.scope = w.scope AND s.actor = w.actor AND s.seen_at > w.since
 GROUP BY w.limit_id
UNION ALL
SELECT '', 1 FROM w JOIN hold h ON h.scope = w.scope AND h.actor = w.actor WHERE h.state <> 'released'
"""
# Rows of the actors of one call, by the first columns of the primary key: a day of them at most. A row without a
# limit says that one of them is held by now.

REGISTERED: Final[LiteralString] = """
SELECT count(*) FROM relationship
 WHERE organization_id = %(organization_id)s AND kind = 'home-doctor'
   AND starts_at <= %(now)s AND (ends_at IS NULL OR ends_at > %(now)s)
"""

USUAL: Final[LiteralString] = """
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY patients), count(*)
  FROM breadth_hour
 WHERE scope = %(scope)s AND actor = %(actor)s AND hour = ANY(%(hours)s::timestamptz[])
"""

KEEP_HOURS: Final[LiteralString] = """
INSERT INTO breadth_hour (scope, actor, hour, patients)
SELECT scope, actor, %(hour)s, count(*)
  FROM breadth_seen
 WHERE scope = 'organization' AND seen_at >= %(hour)s
 GROUP BY scope, actor
ON CONFLICT (scope, actor, hour) DO UPDATE SET patients = greatest(breadth_hour.patients, excluded.patients)
"""

FORGET_SEEN: Final[LiteralString] = """
DELETE FROM breadth_seen WHERE seen_at < %(before)s
"""

FORGET_ACTOR: Final[LiteralString] = """
DELETE FROM breadth_seen WHERE scope = %(scope)s AND actor = %(actor)s
"""

ADD_MISSES: Final[LiteralString] = """
INSERT INTO find_miss (client_id, at, counted, patient_id)
SELECT %(actor)s, %(at)s::timestamptz, %(counted)s, %(patient_id)s::uuid FROM generate_series(1, %(times)s::int)
"""

COUNT_MISSES: Final[LiteralString] = """
SELECT count(DISTINCT patient_id) + count(*) FILTER (WHERE patient_id IS NULL)
  FROM find_miss
 WHERE client_id = %(actor)s AND counted = %(counted)s AND at > %(since)s
"""
# Of what was denied, different patients: who asks again for the same one is a machine that repeats.

FORGET_MISSES_OF: Final[LiteralString] = """
DELETE FROM find_miss WHERE client_id = %(actor)s
"""


@dataclass(frozen=True, slots=True)
class Window:
    """One limit as the database is asked: whose patients since when, all of them or canaries only."""

    limit_id: str
    scope: str
    actor: str
    since: datetime
    canaries: bool


async def see(
    tx: Tx,
    entry: AuditEntry,
    subjects: Sequence[AuditSubject],
    actors: Sequence[tuple[str, str]],
    since: datetime,
) -> bool:
    """Adds the patients to the call's audit entry and to those whom its actors have opened.

    True when one is new to an actor since then; then nobody else decides about these actors until this transaction
    has ended, and the next statement sees all that was committed before.
    """
    rows = subject_rows(entry, subjects)
    columns = {name: [row[name] for row in rows] for name in (*SUBJECT_FIELDS, "salt", "leaf")}
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(SEE, {**columns, **_named(actors), "now": entry.at, "since": since})
        return bool(await cursor.fetchone())


async def lock(tx: Tx, actors: Sequence[tuple[str, str]]) -> None:
    """Nobody else decides about these actors until this transaction has ended."""
    await tx.execute(LOCK, _named(actors))


def _named(actors: Sequence[tuple[str, str]]) -> dict[str, Sequence[str]]:
    return {"scopes": [scope for scope, _ in actors], "actors": [actor for _, actor in actors]}


async def counts(tx: Tx, windows: Sequence[Window]) -> dict[str, int]:
    values = {
        "limit_ids": [one.limit_id for one in windows],
        "scopes": [one.scope for one in windows],
        "actors": [one.actor for one in windows],
        "since": [one.since for one in windows],
        "canaries": [one.canaries for one in windows],
    }
    rows = await (await tx.execute(COUNT, values)).fetchall()
    return {row[0]: row[1] for row in rows}


async def registered(tx: Tx, organization_id: UUID, now: datetime) -> int:
    """How many patients have this practice as their family doctor's."""
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(REGISTERED, {"organization_id": organization_id, "now": now})
        return int(await cursor.fetchone() or 0)


async def usual(tx: Tx, scope: str, actor: str, hours: Sequence[datetime]) -> tuple[float, int]:
    """The median of these hours, and how many of them are known."""
    row = await (await tx.execute(USUAL, {"scope": scope, "actor": actor, "hours": list(hours)})).fetchone()
    assert row is not None, "an aggregate always gives a row"
    return float(row[0] or 0), row[1]


async def keep_hours(tx: Tx, hour: datetime) -> None:
    await tx.execute(KEEP_HOURS, {"hour": hour})


async def forget_seen(tx: Tx, before: datetime) -> None:
    await tx.execute(FORGET_SEEN, {"before": before})


async def forget_actor(tx: Tx, scope: str, actor: str) -> None:
    """A fresh start, after a release."""
    await tx.execute(FORGET_ACTOR, {"scope": scope, "actor": actor})
    await tx.execute(FORGET_MISSES_OF, {"actor": actor})


async def add_misses(
    tx: Tx, counted: str, actor: str, at: datetime, *, times: int = 1, patient_id: UUID | None = None
) -> None:
    values = {"counted": counted, "actor": actor, "at": at, "times": times, "patient_id": patient_id}
    await tx.execute(ADD_MISSES, values)


async def count_misses(tx: Tx, counted: str, actor: str, since: datetime) -> int:
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(COUNT_MISSES, {"counted": counted, "actor": actor, "since": since})
        return int(await cursor.fetchone() or 0)
