"""SQL for runs of the lab and their situations."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row, scalar_row
from psycopg.types.json import Jsonb

from tilts.store.tx import Tx

CLIENT: Final[LiteralString] = """
SELECT c.client_id, o.organization_id, o.name AS organization_name, o.kind, c.party_id, c.version_id
  FROM onboarding.client c
  JOIN organization o USING (site)
 WHERE c.client_id = %(client_id)s
"""

CLIENTS_OF_PARTY: Final[LiteralString] = """
SELECT c.client_id, o.organization_id, o.name AS organization_name, o.kind, c.party_id, c.version_id
  FROM onboarding.client c
  JOIN organization o USING (site)
 WHERE c.party_id = %(party_id)s
   AND c.environment = current_schema() COLLATE "C"
   AND c.active
   AND o.kind IN ('practice', 'hospital', 'pharmacy')
 ORDER BY o.name
"""

ACTING: Final[LiteralString] = """
SELECT practitioner_id, role_id, code, display
  FROM practitioner_role
 WHERE organization_id = %(organization_id)s AND active
 ORDER BY code IN ('doctor', 'pharmacist') DESC, code, role_id
 LIMIT 1
"""

KEEP_SCENARIO: Final[LiteralString] = """
INSERT INTO lab_scenario (sha256, scenario_id, version, content)
VALUES (%(sha256)s, %(scenario_id)s, %(version)s, %(content)s)
ON CONFLICT (sha256) DO NOTHING
"""

START: Final[LiteralString] = """
INSERT INTO lab_run (run_id, client_id, vendor_id, version_id, role, plan, scenarios, state, started_at)
VALUES (%(run_id)s, %(client_id)s, %(vendor_id)s, %(version_id)s, %(role)s, %(plan)s, %(scenarios)s, 'active',
        %(started_at)s)
ON CONFLICT (client_id) WHERE state = 'active' DO NOTHING
RETURNING true
"""
# Two starts at once: the index one_active_run_for_a_client lets one through.

OBSERVE: Final[LiteralString] = """
UPDATE onboarding.client SET observed_run = %(run_id)s WHERE client_id = %(client_id)s
"""

STOP_OBSERVING: Final[LiteralString] = """
UPDATE onboarding.client SET observed_run = NULL WHERE client_id = %(client_id)s AND observed_run = %(run_id)s
"""

FIND: Final[LiteralString] = """
SELECT run_id, client_id, vendor_id, version_id, role, plan, scenarios, state, started_at, finished_at, situation_id, gap
  FROM lab_run
 WHERE run_id = %(run_id)s
"""

LOCK: Final[LiteralString] = """
SELECT run_id, client_id, vendor_id, version_id, role, plan, scenarios, state, started_at, finished_at, situation_id, gap
  FROM lab_run
 WHERE run_id = %(run_id)s
   FOR NO KEY UPDATE
"""

OF_VENDOR: Final[LiteralString] = """
SELECT run_id, client_id, vendor_id, version_id, role, plan, scenarios, state, started_at, finished_at, situation_id, gap
  FROM lab_run
 WHERE %(vendor_id)s::uuid IS NULL OR vendor_id = %(vendor_id)s
 ORDER BY started_at DESC
 LIMIT %(limit)s
"""

ACTIVE_OF_CLIENT: Final[LiteralString] = """
SELECT run_id FROM lab_run WHERE client_id = %(client_id)s AND state = 'active'
"""

CONTENTS: Final[LiteralString] = """
SELECT sha256, content FROM lab_scenario WHERE sha256 = ANY(%(hashes)s)
"""

FINISH: Final[LiteralString] = """
UPDATE lab_run SET state = 'finished', finished_at = %(now)s WHERE run_id = %(run_id)s AND state = 'active'
"""

PREPARE: Final[LiteralString] = """
INSERT INTO lab_situation (situation_id, run_id, sha256, attempt, state, facts, prepared_at)
SELECT %(situation_id)s, %(run_id)s, %(sha256)s, count(*) + 1, 'preparing', %(facts)s, %(now)s
  FROM lab_situation
 WHERE run_id = %(run_id)s AND sha256 = %(sha256)s
"""
# Under the lock of its run, so that attempts are counted one at a time.

CLOSE: Final[LiteralString] = """
UPDATE lab_situation SET state = 'closed', closed_at = %(now)s, loss = NULL
 WHERE run_id = %(run_id)s AND state <> 'closed'
"""

NOW_PLAYED: Final[LiteralString] = (
    "UPDATE lab_run SET situation_id = %(situation_id)s WHERE run_id = %(run_id)s"
)

OPEN: Final[LiteralString] = """
UPDATE lab_situation SET state = %(state)s, facts = %(facts)s, loss = %(loss)s
 WHERE situation_id = %(situation_id)s AND state <> 'closed'
RETURNING true
"""

SITUATIONS: Final[LiteralString] = """
SELECT situation_id, run_id, sha256, attempt, state, facts, loss, prepared_at, closed_at
  FROM lab_situation
 WHERE run_id = %(run_id)s
 ORDER BY prepared_at, situation_id
"""


@dataclass(frozen=True, slots=True)
class TestedClient:
    __test__ = False  # not a test of pytest's

    client_id: str
    organization_id: UUID
    organization_name: str
    kind: str
    party_id: UUID | None
    version_id: UUID | None

    @property
    def vendor_id(self) -> UUID:
        """Whose test persons it uses: its vendor's; without one, those of its own organisation."""
        return self.party_id or self.organization_id


@dataclass(frozen=True, slots=True)
class ActingPerson:
    """Who of an organisation prescribes or dispenses when the tester has no reason to take somebody else."""

    practitioner_id: UUID
    role_id: UUID
    code: str
    display: str


@dataclass(frozen=True, slots=True)
class NewRun:
    run_id: UUID
    client_id: str
    vendor_id: UUID
    version_id: UUID | None
    role: str
    plan: str
    scenarios: list[str]
    started_at: datetime


@dataclass(frozen=True, slots=True)
class RunRecord:
    run_id: UUID
    client_id: str
    vendor_id: UUID
    version_id: UUID | None
    role: str
    plan: str
    scenarios: list[str]
    state: str
    started_at: datetime
    finished_at: datetime | None
    situation_id: UUID | None
    gap: bool


@dataclass(frozen=True, slots=True)
class SituationRecord:
    situation_id: UUID
    run_id: UUID
    sha256: str
    attempt: int
    state: str
    facts: dict[str, str]
    loss: str | None
    prepared_at: datetime
    closed_at: datetime | None


async def tested_client(tx: Tx, client_id: str) -> TestedClient | None:
    async with tx.cursor(row_factory=class_row(TestedClient)) as cursor:
        await cursor.execute(CLIENT, {"client_id": client_id})
        return await cursor.fetchone()


async def clients_of(tx: Tx, party_id: UUID) -> list[TestedClient]:
    """Those of this vendor that can be tested."""
    async with tx.cursor(row_factory=class_row(TestedClient)) as cursor:
        await cursor.execute(CLIENTS_OF_PARTY, {"party_id": party_id})
        return await cursor.fetchall()


async def acting_person(tx: Tx, organization_id: UUID) -> ActingPerson | None:
    async with tx.cursor(row_factory=class_row(ActingPerson)) as cursor:
        await cursor.execute(ACTING, {"organization_id": organization_id})
        return await cursor.fetchone()


async def keep_scenario(tx: Tx, scenario: dict[str, Any]) -> None:
    await tx.execute(KEEP_SCENARIO, scenario)


async def start(tx: Tx, new: NewRun) -> bool:
    """False when this client is observed already."""
    row = {name: getattr(new, name) for name in NewRun.__slots__}
    return await (await tx.execute(START, row)).fetchone() is not None


async def observe(tx: Tx, client_id: str, run_id: UUID) -> None:
    await tx.execute(OBSERVE, {"client_id": client_id, "run_id": run_id})


async def stop_observing(tx: Tx, client_id: str, run_id: UUID) -> None:
    await tx.execute(STOP_OBSERVING, {"client_id": client_id, "run_id": run_id})


async def find(tx: Tx, run_id: UUID) -> RunRecord | None:
    async with tx.cursor(row_factory=class_row(RunRecord)) as cursor:
        await cursor.execute(FIND, {"run_id": run_id})
        return await cursor.fetchone()


async def lock(tx: Tx, run_id: UUID) -> RunRecord | None:
    async with tx.cursor(row_factory=class_row(RunRecord)) as cursor:
        await cursor.execute(LOCK, {"run_id": run_id})
        return await cursor.fetchone()


async def of_vendor(tx: Tx, vendor_id: UUID | None, limit: int) -> list[RunRecord]:
    """Newest first; None is everybody's, for the authority."""
    async with tx.cursor(row_factory=class_row(RunRecord)) as cursor:
        await cursor.execute(OF_VENDOR, {"vendor_id": vendor_id, "limit": limit})
        return await cursor.fetchall()


async def active_of(tx: Tx, client_id: str) -> UUID | None:
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(ACTIVE_OF_CLIENT, {"client_id": client_id})
        return await cursor.fetchone()


async def contents(tx: Tx, hashes: list[str]) -> dict[str, str]:
    cursor = await tx.execute(CONTENTS, {"hashes": hashes})
    return dict(await cursor.fetchall())


async def finish(tx: Tx, run_id: UUID, now: datetime) -> None:
    await tx.execute(FINISH, {"run_id": run_id, "now": now})


async def prepare(
    tx: Tx, run_id: UUID, situation_id: UUID, sha256: str, facts: dict[str, str], now: datetime
) -> None:
    row = {
        "run_id": run_id,
        "situation_id": situation_id,
        "sha256": sha256,
        "facts": Jsonb(facts),
        "now": now,
    }
    await tx.execute(PREPARE, row)


async def close_situations(tx: Tx, run_id: UUID, now: datetime) -> None:
    await tx.execute(CLOSE, {"run_id": run_id, "now": now})


async def now_played(tx: Tx, run_id: UUID, situation_id: UUID | None) -> None:
    await tx.execute(NOW_PLAYED, {"run_id": run_id, "situation_id": situation_id})


async def set_situation(
    tx: Tx, situation_id: UUID, state: str, facts: dict[str, str], loss: str | None
) -> bool:
    """False when it was closed meanwhile."""
    row = {"situation_id": situation_id, "state": state, "facts": Jsonb(facts), "loss": loss}
    return await (await tx.execute(OPEN, row)).fetchone() is not None


async def situations(tx: Tx, run_id: UUID) -> list[SituationRecord]:
    async with tx.cursor(row_factory=class_row(SituationRecord)) as cursor:
        await cursor.execute(SITUATIONS, {"run_id": run_id})
        return await cursor.fetchall()
