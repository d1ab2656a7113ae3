"""SQL for what was seen on the wire: each call of a client that is observed, added and never changed."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row, scalar_row
from psycopg.types.json import Jsonb

from tilts.store.tx import Tx

MOST_SHOWN: Final = 10_000  # calls of one run that are judged

RUN_OF_FINGERPRINT: Final[LiteralString] = """
SELECT c.client_id, c.observed_run AS run_id, f.revoked_at IS NOT NULL AS revoked
  FROM onboarding.client_certificate f
  JOIN onboarding.client c USING (client_id)
 WHERE f.fingerprint = %(fingerprint)s
"""

RUN_OF_CLIENT: Final[LiteralString] = """
SELECT client_id, observed_run AS run_id, false AS revoked
  FROM onboarding.client
 WHERE client_id = %(client_id)s
"""

LOSE: Final[LiteralString] = """
UPDATE lab_situation s
   SET loss = NULL
  FROM lab_run r
 WHERE r.run_id = %(run_id)s
   AND s.situation_id = r.situation_id
   AND s.loss = %(call)s
RETURNING true
"""
# One conditional statement: of two calls at once, one loses its answer.

ADD: Final[LiteralString] = """
INSERT INTO lab_observation (run_id, situation_id, at, request_id, method, route, status, rule_id, proven, whole,
                             reply_lost, request, answer, request_body, answer_body)
SELECT r.run_id, r.situation_id, %(at)s, %(request_id)s, %(method)s, %(route)s, %(status)s, %(rule_id)s, %(proven)s,
       %(whole)s, %(reply_lost)s, %(request)s, %(answer)s, %(request_body)s, %(answer_body)s
  FROM lab_run r
 WHERE r.run_id = %(run_id)s
"""

NOTE_GAP: Final[LiteralString] = "UPDATE lab_run SET gap = true WHERE run_id = %(run_id)s"

OF_RUN: Final[LiteralString] = """
SELECT (row_number() OVER (ORDER BY sequence))::integer AS number, run_id, situation_id, at, request_id, method, route,
       status, rule_id, proven, whole, reply_lost, request, answer, request_body, answer_body
  FROM lab_observation
 WHERE run_id = %(run_id)s
 ORDER BY sequence
 LIMIT %(limit)s
"""
# A range of the primary key. Numbered within the run: how busy others are is nobody's business.

UNSEEN: Final[LiteralString] = """
SELECT EXISTS (
    SELECT 1
      FROM (SELECT request_id, count(*) AS calls FROM audit_entry
             WHERE detail ? 'run' AND detail ->> 'run' = %(run)s
             GROUP BY request_id) a
      LEFT JOIN (SELECT request_id, count(*) AS calls FROM lab_observation
                  WHERE run_id = %(run_id)s
                  GROUP BY request_id) o USING (request_id)
     WHERE a.calls > coalesce(o.calls, 0))
"""
# A call that the audit trail knows and that was not seen: the process that served it died in between.


@dataclass(frozen=True, slots=True)
class ObservedClient:
    client_id: str
    run_id: UUID | None
    revoked: bool


@dataclass(frozen=True, slots=True)
class NewObservation:
    run_id: UUID
    at: datetime
    request_id: str
    method: str
    route: str
    status: int
    rule_id: str | None
    proven: bool
    whole: bool
    reply_lost: bool
    request: dict[str, Any]
    answer: dict[str, Any]
    request_body: bytes
    answer_body: bytes


@dataclass(frozen=True, slots=True)
class ObservationRecord:
    number: int
    run_id: UUID
    situation_id: UUID | None
    at: datetime
    request_id: str
    method: str
    route: str
    status: int
    rule_id: str | None
    proven: bool
    whole: bool
    reply_lost: bool
    request: dict[str, Any]
    answer: dict[str, Any]
    request_body: bytes
    answer_body: bytes


async def run_of_fingerprint(tx: Tx, fingerprint: bytes) -> ObservedClient | None:
    async with tx.cursor(row_factory=class_row(ObservedClient)) as cursor:
        await cursor.execute(RUN_OF_FINGERPRINT, {"fingerprint": fingerprint})
        return await cursor.fetchone()


async def run_of_client(tx: Tx, client_id: str) -> ObservedClient | None:
    async with tx.cursor(row_factory=class_row(ObservedClient)) as cursor:
        await cursor.execute(RUN_OF_CLIENT, {"client_id": client_id})
        return await cursor.fetchone()


async def lose(tx: Tx, run_id: UUID, call: str) -> bool:
    """Whether the answer to this call is to be lost; once."""
    cursor = await tx.execute(LOSE, {"run_id": run_id, "call": call})
    return await cursor.fetchone() is not None


async def add(tx: Tx, new: NewObservation) -> None:
    row = {field.name: getattr(new, field.name) for field in fields(new)}
    await tx.execute(ADD, {**row, "request": Jsonb(new.request), "answer": Jsonb(new.answer)})


async def note_gap(tx: Tx, run_id: UUID) -> None:
    await tx.execute(NOTE_GAP, {"run_id": run_id})


async def of_run(tx: Tx, run_id: UUID, *, limit: int = MOST_SHOWN) -> list[ObservationRecord]:
    async with tx.cursor(row_factory=class_row(ObservationRecord)) as cursor:
        await cursor.execute(OF_RUN, {"run_id": run_id, "limit": limit})
        return await cursor.fetchall()


async def any_unseen(tx: Tx, run_id: UUID) -> bool:
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(UNSEEN, {"run": str(run_id), "run_id": run_id})
        return bool(await cursor.fetchone())
