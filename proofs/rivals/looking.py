"""The clock of one line, and what a supervisor sees in the database while the others work and afterwards."""

import asyncio
import contextlib
from typing import Any, Final, LiteralString

import psycopg

from proofs.checks import OFFENDERS, STANDING
from tilts.lab.environment import Environment

LOOK_SECONDS: Final = 1.0
RETRY_SECONDS: Final = 0.2

# As if the hold had begun so much earlier that its end is a second ago: for this line time has passed.
END_LEASE: Final[LiteralString] = """
UPDATE prescription_line l
   SET claimed_at = claimed_at - ago, lease_until = lease_until - ago, first_dispensed_at = first_dispensed_at - ago
  FROM (SELECT task_id, lease_until - now() + interval '1 second' AS ago FROM prescription_line
         WHERE task_id = %s AND state = 'claimed' FOR UPDATE) held
 WHERE l.task_id = held.task_id AND held.ago > interval '1 second'
"""
ALWAYS: Final = (
    "more handed out than allowed",
    "the balance is not the sum of the dispenses",
    "one identifier of a pharmacy, several dispenses",
    "a row that looks like no state",
)  # true at each moment, in each snapshot

# Once the clock has been written down everywhere.
AT_REST: Final[dict[str, LiteralString]] = {
    "a hold or a line whose end is over": """
        SELECT task_id FROM prescription_line
         WHERE state = 'claimed' AND lease_until < now() - interval '1 minute'
            OR state = 'open' AND valid_to < current_date - 1""",
    "the order does not say what its issues say": """
        SELECT line_id FROM (
            SELECT line_id, CASE
                     WHEN bool_or(state IN ('open', 'claimed') AND cancelling IS NULL AND dispensed < allowed)
                     THEN 'active'
                     WHEN bool_or(state = 'completed' OR dispensed = allowed) THEN 'completed'
                     WHEN bool_or(state = 'cancelled' OR cancelling IS NOT NULL) THEN 'cancelled'
                     ELSE 'stopped' END AS wanted
              FROM prescription_line GROUP BY line_id) i
          JOIN resource r ON r.resource_type = 'MedicationRequest' AND r.resource_id = i.line_id
         WHERE position('"status":"' || wanted || '"' IN convert_from(r.body, 'UTF8')) = 0""",
}


class BusinessClock:
    """Moves one line's time; several tables share the connection, which is opened anew when it was killed."""

    def __init__(self, url: str) -> None:
        self._url, self._one_at_a_time = url, asyncio.Lock()
        self._connection: psycopg.AsyncConnection[Any] | None = None

    async def end_lease(self, task_id: str) -> int:
        """Whether there was a hold to end."""
        async with self._one_at_a_time:
            while True:
                try:
                    if self._connection is None or self._connection.closed:
                        self._connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True)
                    return (await self._connection.execute(END_LEASE, [task_id])).rowcount
                except psycopg.OperationalError:
                    await self.close()
                    await asyncio.sleep(RETRY_SECONDS)

    async def close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                await self._connection.close()
            self._connection = None


class Supervisor:
    """Looks again and again, each time at one snapshot of everything; a kill is no finding, it looks again."""

    def __init__(self, environment: Environment) -> None:
        self._url = environment.settings.database_url
        self.looks = 0
        self.findings: list[str] = []

    async def watch(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                connection = await psycopg.AsyncConnection.connect(self._url)
                async with connection:
                    await connection.execute(STANDING)
                    await connection.commit()
                    while True:
                        await self._look(connection)
                        await asyncio.sleep(LOOK_SECONDS)
            except psycopg.OperationalError:
                await asyncio.sleep(RETRY_SECONDS)

    async def _look(self, connection: psycopg.AsyncConnection[Any]) -> None:
        await connection.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
        async with connection.transaction():
            for check in ALWAYS:
                found = await (await connection.execute(OFFENDERS[check])).fetchall()
                self.findings += [f"while they worked: {check}: {row[0]}" for row in found[:3]]
        self.looks += 1


def at_rest(connection: psycopg.Connection[Any]) -> list[str]:
    findings = []
    for check, query in AT_REST.items():
        rows = connection.execute(query).fetchall()
        if rows:
            findings.append(f"{len(rows)} x {check}: {', '.join(str(row[0]) for row in rows[:5])}")
    return findings


def balances(connection: psycopg.Connection[Any]) -> dict[str, str]:
    rows = connection.execute("SELECT task_id::text, dispensed::text FROM prescription_line").fetchall()
    return {str(task_id): str(dispensed) for task_id, dispensed in rows}
