"""SQL for test results: the worksheet of their analysis, approvals, and the public register made of these."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row

from tilts.store.tx import Tx


@dataclass(frozen=True, slots=True)
class WorksheetEntry:
    scenario: str
    step: int
    serial: int
    verdict: str | None
    comment: str
    account_id: UUID
    account_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ApprovedSystem:
    """One line of the public register: a version and one functionality, with what was found last."""

    version_id: UUID
    vendor: str
    system: str
    version: str
    functionality: str
    verdict: str
    reservation: str
    until: date | None
    at: datetime


ADD_ENTRY: Final[LiteralString] = """
INSERT INTO onboarding.worksheet_entry (case_id, scenario, step, serial, verdict, comment, account_id, at)
SELECT %(case_id)s, %(scenario)s, %(step)s, coalesce(max(serial), 0) + 1, %(verdict)s, %(comment)s, %(account_id)s,
       %(at)s
  FROM onboarding.worksheet_entry
 WHERE case_id = %(case_id)s AND scenario = %(scenario)s AND step = %(step)s
"""

ENTRIES: Final[LiteralString] = """
SELECT e.scenario, e.step, e.serial, e.verdict, e.comment, e.account_id, coalesce(a.name, '') AS account_name, e.at
  FROM onboarding.worksheet_entry e
  LEFT JOIN onboarding.account a USING (account_id)
 WHERE e.case_id = %(case_id)s
 ORDER BY e.scenario, e.step, e.serial
"""

LOCK_VERSION: Final[LiteralString] = """
SELECT version_id FROM onboarding.system_version WHERE version_id = %(version_id)s FOR UPDATE
"""

ADD_APPROVAL: Final[LiteralString] = """
INSERT INTO onboarding.approval (version_id, functionality, serial, verdict, reservation, until, case_id, at)
SELECT %(version_id)s, %(functionality)s, coalesce(max(serial), 0) + 1, %(verdict)s, %(reservation)s, %(until)s,
       %(case_id)s, %(at)s
  FROM onboarding.approval
 WHERE version_id = %(version_id)s AND functionality = %(functionality)s
"""

REGISTER: Final[LiteralString] = """
SELECT DISTINCT ON (p.name, s.name, v.registered_at, v.version_id, a.functionality)
       v.version_id, p.name AS vendor, s.name AS system, v.version, a.functionality, a.verdict, a.reservation, a.until,
       a.at
  FROM onboarding.approval a
  JOIN onboarding.system_version v USING (version_id)
  JOIN onboarding.system s USING (system_id)
  JOIN onboarding.party p USING (party_id)
 WHERE a.at <= %(at)s
 ORDER BY p.name, s.name, v.registered_at, v.version_id, a.functionality, a.serial DESC
"""


async def add_entry(tx: Tx, entry: Mapping[str, Any]) -> None:
    """The case's row is held by the caller, so that two entries at once get two serials."""
    await tx.execute(ADD_ENTRY, entry)


async def entries(tx: Tx, case_id: UUID) -> list[WorksheetEntry]:
    async with tx.cursor(row_factory=class_row(WorksheetEntry)) as cursor:
        await cursor.execute(ENTRIES, {"case_id": case_id})
        return await cursor.fetchall()


async def add_approval(tx: Tx, approval: Mapping[str, Any]) -> None:
    await tx.execute(LOCK_VERSION, {"version_id": approval["version_id"]})
    await tx.execute(ADD_APPROVAL, approval)


async def register(tx: Tx, at: datetime) -> list[ApprovedSystem]:
    """What was found last about every version and functionality, as of a moment."""
    async with tx.cursor(row_factory=class_row(ApprovedSystem)) as cursor:
        await cursor.execute(REGISTER, {"at": at})
        return await cursor.fetchall()
