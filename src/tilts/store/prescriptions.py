"""SQL for prescriptions and their lines. One statement, one constant, one function."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg import sql
from psycopg.rows import dict_row, scalar_row

from tilts.store.records import Hold, LineRecord, PrescriptionRecord, Quantity, Viewer
from tilts.store.sight import SEEN_LINE, eyes
from tilts.store.tx import Tx

ADD_PRESCRIPTION: Final[LiteralString] = """
INSERT INTO prescription (prescription_id, number, patient_id, organization_id, role_id, written_at, paper)
VALUES (%(prescription_id)s, %(number)s, %(patient_id)s, %(organization_id)s, %(role_id)s, %(written_at)s, %(paper)s)
ON CONFLICT ON CONSTRAINT paper_form_is_entered_once DO NOTHING
"""
# Of two pharmacies that enter one form at once the second waits for the first, and then adds nothing.

ADD_LINE: Final[LiteralString] = """
INSERT INTO prescription_line (line_id, task_id, prescription_id, patient_id, organization_id, kind, issue, issues,
                               state, reason, valid_from, valid_to, allowed, unit, unit_system, unit_code,
                               changed_at, pack_units)
VALUES (%(line_id)s, %(task_id)s, %(prescription_id)s, %(patient_id)s, %(organization_id)s, %(kind)s, %(issue)s,
        %(issues)s, %(state)s, %(reason)s, %(valid_from)s, %(valid_to)s, %(allowed)s, %(unit)s, %(unit_system)s,
        %(unit_code)s, %(changed_at)s, %(pack_units)s)
"""

LINES: Final[LiteralString] = """
SELECT l.line_id, l.task_id, l.prescription_id, l.patient_id, l.organization_id, l.state, l.valid_from, l.valid_to,
       l.allowed, l.dispensed, l.unit, l.unit_system, l.unit_code, l.holder_id, l.holder_site, l.holder_client_id,
       l.claimed_at, l.lease_until, l.first_dispensed_at, l.reason, l.version, l.changed_at, l.kind, l.issue, l.issues,
       l.cancelling, l.transfer_wanted_at, l.receipt_id, l.pack_units, l.units_out, p.number, p.written_at,
       (SELECT h.name FROM organization h WHERE h.organization_id = l.holder_id) AS holder_name
  FROM prescription_line l
  JOIN prescription p USING (prescription_id)
"""
# The holder's name is no join: a statement that waited for the row's lock reads that row anew, but keeps
# what it had joined before, and would name nobody (https://www.postgresql.org/docs/current/transaction-iso.html).

# Sight is a join: the line is there with what opened it to the viewer, or not at all.
SEEN_LINES: Final[LiteralString] = LINES.replace("AS holder_name", "AS holder_name, seen.basis") + SEEN_LINE

LINE_OF_TASK: Final[LiteralString] = SEEN_LINES + " WHERE l.task_id = %(task_id)s AND seen.basis IS NOT NULL"

LOCK_LINE_OF_TASK: Final[LiteralString] = LINE_OF_TASK + " FOR UPDATE OF l"
# One locked row, unique index: nothing else can be decided about this line meanwhile.

LOCK_ISSUES: Final[LiteralString] = (
    SEEN_LINES
    + " WHERE l.line_id = %(line_id)s AND seen.basis IS NOT NULL ORDER BY l.task_id FOR UPDATE OF l"
)
# Always in this order, so that two who lock several never wait for each other.

LOCK_ISSUE: Final[LiteralString] = LINES + " WHERE l.task_id = %(task_id)s FOR UPDATE OF l"
# Whoever asks: what gives the right to it was looked at before.

ISSUES_OF_LINE: Final[LiteralString] = LINES + " WHERE l.line_id = %(line_id)s ORDER BY l.task_id"

SAVE_LINE: Final[LiteralString] = """
UPDATE prescription_line
   SET state = %(state)s, dispensed = %(dispensed)s, units_out = %(units_out)s, holder_id = %(holder_id)s, holder_site = %(holder_site)s,
       holder_client_id = %(holder_client_id)s, claimed_at = %(claimed_at)s, lease_until = %(lease_until)s,
       first_dispensed_at = %(first_dispensed_at)s, reason = %(reason)s, cancelling = %(cancelling)s,
       transfer_wanted_at = %(transfer_wanted_at)s, receipt_id = %(receipt_id)s, changed_at = %(changed_at)s, version = version + 1
 WHERE task_id = %(task_id)s
   AND version = %(version)s
RETURNING version
"""

PRESENT: Final[LiteralString] = """
INSERT INTO presentation (prescription_id, organization_id, ends_at)
VALUES (%(prescription_id)s, %(organization_id)s, %(ends_at)s)
ON CONFLICT (prescription_id, organization_id)
DO UPDATE SET ends_at = greatest(presentation.ends_at, excluded.ends_at)
"""

LINES_OF_PRESCRIPTION: Final[LiteralString] = (
    LINES + " WHERE l.prescription_id = %(prescription_id)s ORDER BY l.line_id, l.issue"
)


@dataclass(frozen=True, slots=True)
class LineCriteria:
    task_ids: list[UUID] | None = None
    line_ids: list[UUID] | None = None
    patient_ids: list[UUID] | None = None
    numbers: list[str] | None = None
    holder_ids: list[UUID] | None = None
    author_ids: list[UUID] | None = None  # organisations that prescribed
    by_lease: bool = False  # what is held, whose hold ends first
    after_lease: datetime | None = None


async def add_prescription(tx: Tx, prescription: PrescriptionRecord) -> bool:
    """False when the paper it was written on was entered before."""
    row = {name: getattr(prescription, name) for name in PrescriptionRecord.__slots__}
    return (await tx.execute(ADD_PRESCRIPTION, row)).rowcount == 1


async def add_line(tx: Tx, line: LineRecord) -> None:
    row = {
        "line_id": line.line_id,
        "task_id": line.task_id,
        "prescription_id": line.prescription_id,
        "patient_id": line.patient_id,
        "organization_id": line.organization_id,
        "kind": line.kind,
        "issue": line.issue,
        "issues": line.issues,
        "state": line.state,
        "reason": line.reason,
        "valid_from": line.valid_from,
        "valid_to": line.valid_to,
        "allowed": line.allowed.value,
        "unit": line.allowed.unit,
        "unit_system": line.allowed.system,
        "unit_code": line.allowed.code,
        "changed_at": line.changed_at,
        "pack_units": line.pack_units,
    }
    await tx.execute(ADD_LINE, row)


async def line_of_task(tx: Tx, task_id: UUID, viewer: Viewer) -> LineRecord | None:
    return await _one_line(tx, LINE_OF_TASK, {"task_id": task_id, **eyes(viewer)})


async def lock_line_of_task(tx: Tx, task_id: UUID, viewer: Viewer) -> LineRecord | None:
    return await _one_line(tx, LOCK_LINE_OF_TASK, {"task_id": task_id, **eyes(viewer)})


async def lock_issue(tx: Tx, task_id: UUID) -> LineRecord | None:
    return await _one_line(tx, LOCK_ISSUE, {"task_id": task_id})


async def lock_issues(tx: Tx, line_id: UUID, viewer: Viewer) -> list[LineRecord]:
    """Every issue of a line, first to last."""
    async with tx.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(LOCK_ISSUES, {"line_id": line_id, **eyes(viewer)})
        return sorted((_line(row) for row in await cursor.fetchall()), key=lambda one: one.issue)


async def all_issues(tx: Tx, line_id: UUID) -> list[LineRecord]:
    """For what follows from all of them together, whoever asks."""
    async with tx.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(ISSUES_OF_LINE, {"line_id": line_id})
        return [_line(row) for row in await cursor.fetchall()]


async def save_line(tx: Tx, line: LineRecord) -> LineRecord:
    """Saves a line that was locked and decided; its version must still be the one that was read."""
    hold = line.hold
    row = {
        "task_id": line.task_id,
        "version": line.version,
        "state": line.state,
        "dispensed": line.dispensed,
        "units_out": line.units_out,
        "holder_id": hold.organization_id if hold else None,
        "holder_site": hold.site if hold else None,
        "holder_client_id": hold.client_id if hold else None,
        "claimed_at": hold.claimed_at if hold else None,
        "lease_until": hold.lease_until if hold else None,
        "first_dispensed_at": hold.first_dispensed_at if hold else None,
        "reason": line.reason,
        "cancelling": line.cancelling,
        "transfer_wanted_at": line.transfer_wanted_at,
        "receipt_id": line.receipt_id,
        "changed_at": line.changed_at,
    }
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(SAVE_LINE, row)
        version = await cursor.fetchone()
    assert version is not None, "a locked line changed under its lock"
    return _with_version(line, int(version))


async def present(tx: Tx, prescription_id: UUID, organization_id: UUID, ends_at: datetime) -> None:
    await tx.execute(
        PRESENT,
        {"prescription_id": prescription_id, "organization_id": organization_id, "ends_at": ends_at},
    )


async def lines_of_prescription(tx: Tx, prescription_id: UUID) -> list[LineRecord]:
    async with tx.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(LINES_OF_PRESCRIPTION, {"prescription_id": prescription_id})
        return [_line(row) for row in await cursor.fetchall()]


async def search_lines(
    tx: Tx, criteria: LineCriteria, viewer: Viewer, *, before: UUID | None, limit: int
) -> list[LineRecord]:
    """Newest first by task id, or by the end of the hold; through the viewer's eyes."""
    values = {name: getattr(criteria, name) for name in LineCriteria.__slots__}
    async with tx.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            search_statement(criteria, viewer, before),
            {**values, **eyes(viewer), "before": before, "limit": limit},
        )
        return [_line(row) for row in await cursor.fetchall()]


def search_statement(criteria: LineCriteria, viewer: Viewer, before: UUID | None) -> sql.Composed:
    by_lease = criteria.by_lease
    wanted: list[tuple[LiteralString, object]] = [
        ("l.task_id = ANY(%(task_ids)s::uuid[])", criteria.task_ids),
        ("l.line_id = ANY(%(line_ids)s::uuid[])", criteria.line_ids),
        ("l.patient_id = ANY(%(patient_ids)s::uuid[])", criteria.patient_ids),
        ("p.number = ANY(%(numbers)s::text[])", criteria.numbers),
        ("l.holder_id = ANY(%(holder_ids)s::uuid[])", criteria.holder_ids),
        ("l.organization_id = ANY(%(author_ids)s::uuid[])", criteria.author_ids),
        ("l.task_id < %(before)s", None if by_lease else before),
        ("(l.lease_until, l.task_id) > (%(after_lease)s, %(before)s)", criteria.after_lease),
        ("l.patient_id = %(viewer_patient_id)s", viewer.patient_id),
    ]
    where = [sql.SQL(_equation(text, value)) for text, value in wanted if value is not None]
    return sql.SQL("{} WHERE {} ORDER BY {} LIMIT %(limit)s").format(
        sql.SQL(SEEN_LINES),
        sql.SQL(" AND ").join([*where, sql.SQL("seen.basis IS NOT NULL")]),
        sql.SQL("l.lease_until, l.task_id" if by_lease else "l.task_id DESC"),
    )


def _equation(text: LiteralString, value: object) -> LiteralString:
    """One value is no list: behind an equation an index keeps its order, and a page is read and no more."""
    is_one = isinstance(value, list) and len(value) == 1
    return text.replace("ANY(", "(").replace("[])", "[])[1]") if is_one else text


async def _one_line(tx: Tx, statement: LiteralString, values: dict[str, object]) -> LineRecord | None:
    async with tx.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement, values)
        row = await cursor.fetchone()
    return _line(row) if row else None


def _line(row: dict[str, Any]) -> LineRecord:
    hold = None
    if row["holder_id"] is not None:
        hold = Hold(
            organization_id=row["holder_id"],
            organization_name=row["holder_name"],
            site=row["holder_site"],
            client_id=row["holder_client_id"],
            claimed_at=row["claimed_at"],
            lease_until=row["lease_until"],
            first_dispensed_at=row["first_dispensed_at"],
        )
    dispensed: Decimal = row["dispensed"]
    shared = {name: row[name] for name in LineRecord.__slots__ if name in row and name != "allowed"}
    allowed = Quantity(row["allowed"], row["unit"], row["unit_system"], row["unit_code"])
    return LineRecord(**{**shared, "allowed": allowed, "dispensed": dispensed, "hold": hold})


def _with_version(line: LineRecord, version: int) -> LineRecord:
    values = {name: getattr(line, name) for name in LineRecord.__slots__}
    return LineRecord(**{**values, "version": version})
