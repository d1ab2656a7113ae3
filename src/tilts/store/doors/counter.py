"""SQL for what a pharmacy is shown at its counter: a number with a name, and what was looked for in vain."""

from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from psycopg.rows import scalar_row

from tilts.store.tx import Tx

FIND_PRESENTED: Final[LiteralString] = """
SELECT p.prescription_id
  FROM prescription p
  JOIN patient t USING (patient_id)
 WHERE p.number = %(number)s
   AND t.family_folded = %(family)s
   AND (t.given_folded = %(given)s OR starts_with(t.given_folded, %(given)s || ' '))
"""
# The first of several given names is enough: at the counter people say the one they are called by.

ADD_MISS: Final[LiteralString] = """
INSERT INTO find_miss (client_id, at) VALUES (%(client_id)s, %(at)s)
"""

COUNT_MISSES: Final[LiteralString] = """
SELECT count(*) FROM find_miss WHERE client_id = %(client_id)s AND at > %(since)s
"""

FORGET_MISSES: Final[LiteralString] = """
DELETE FROM find_miss WHERE at < %(before)s
"""


async def find_presented(tx: Tx, number: str, family: str, given: str) -> UUID | None:
    """By number and folded name together: a wrong number and a wrong name look the same."""
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(FIND_PRESENTED, {"number": number, "family": family, "given": given})
        return await cursor.fetchone()


async def add_miss(tx: Tx, client_id: str, at: datetime) -> None:
    await tx.execute(ADD_MISS, {"client_id": client_id, "at": at})


async def count_misses(tx: Tx, client_id: str, since: datetime) -> int:
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(COUNT_MISSES, {"client_id": client_id, "since": since})
        return int(await cursor.fetchone() or 0)


async def forget_misses(tx: Tx, before: datetime) -> None:
    await tx.execute(FORGET_MISSES, {"before": before})
