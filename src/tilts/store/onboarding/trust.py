"""SQL for the trust list: the one in use, those before it, and how the last look at the publisher's went."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from tilts.store.tx import Tx


@dataclass(frozen=True, slots=True)
class TrustListRecord:
    sha256: bytes
    sequence: int
    issued_at: datetime
    next_update: datetime
    fetched_at: datetime
    xml: bytes


@dataclass(frozen=True, slots=True)
class RefreshRecord:
    source: str
    tried_at: datetime
    good_at: datetime | None
    rule: str | None
    facts: dict[str, Any]


LOCK_REFRESH: Final[LiteralString] = """
SELECT pg_advisory_xact_lock(hashtextextended('tilts trust list', 0))
"""

LIST_IN_USE: Final[LiteralString] = """
SELECT sha256, sequence, issued_at, next_update, fetched_at, xml
  FROM onboarding.trust_list
 WHERE state = 'in-use'
"""

SUPERSEDE_LIST: Final[LiteralString] = """
UPDATE onboarding.trust_list SET state = 'superseded' WHERE state = 'in-use'
"""

ADD_LIST: Final[LiteralString] = """
INSERT INTO onboarding.trust_list (sha256, sequence, issued_at, next_update, fetched_at, xml, state)
VALUES (%(sha256)s, %(sequence)s, %(issued_at)s, %(next_update)s, %(fetched_at)s, %(xml)s, 'in-use')
ON CONFLICT (sha256) DO UPDATE SET state = 'in-use', fetched_at = excluded.fetched_at
"""

NOTE_REFRESH: Final[LiteralString] = """
INSERT INTO onboarding.trust_refresh (source, tried_at, good_at, rule, facts)
VALUES (%(source)s, %(tried_at)s, %(good_at)s, %(rule)s, %(facts)s)
ON CONFLICT (source) DO UPDATE
   SET tried_at = excluded.tried_at,
       good_at = coalesce(excluded.good_at, trust_refresh.good_at),
       rule = excluded.rule,
       facts = excluded.facts
"""

LAST_REFRESH: Final[LiteralString] = """
SELECT source, tried_at, good_at, rule, facts
  FROM onboarding.trust_refresh
 ORDER BY tried_at DESC
 LIMIT 1
"""


async def lock_refresh(tx: Tx) -> None:
    """Several workers look at the same file: one at a time decides which list is in use."""
    await tx.execute(LOCK_REFRESH)


async def list_in_use(tx: Tx) -> TrustListRecord | None:
    async with tx.cursor(row_factory=class_row(TrustListRecord)) as cursor:
        await cursor.execute(LIST_IN_USE)
        return await cursor.fetchone()


async def put_in_use(tx: Tx, record: TrustListRecord) -> None:
    await tx.execute(SUPERSEDE_LIST)
    row = {name: getattr(record, name) for name in TrustListRecord.__slots__}
    await tx.execute(ADD_LIST, row)


async def note_refresh(
    tx: Tx, source: str, tried_at: datetime, rule: str | None, facts: Mapping[str, str]
) -> None:
    row = {
        "source": source,
        "tried_at": tried_at,
        "good_at": tried_at if rule is None else None,
        "rule": rule,
        "facts": Jsonb(dict(facts)),
    }
    await tx.execute(NOTE_REFRESH, row)


async def last_refresh(tx: Tx) -> RefreshRecord | None:
    async with tx.cursor(row_factory=class_row(RefreshRecord)) as cursor:
        await cursor.execute(LAST_REFRESH)
        return await cursor.fetchone()
