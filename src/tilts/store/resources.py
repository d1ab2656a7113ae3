"""SQL for resources of every type: current versions, history, and search.

One statement, one constant, one function; only the search is put together from pieces, through
the library's composition.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from psycopg import sql
from psycopg.rows import args_row, class_row, scalar_row

from tilts.store.records import NewResource, ResourceRecord, Viewer
from tilts.store.sight import SEEN_PATIENT, SEEN_RESOURCE, eyes
from tilts.store.tx import Tx

ADD: Final[LiteralString] = """
WITH named AS (
    INSERT INTO resource_identifier (resource_type, value, system, resource_id)
    SELECT %(resource_type)s, w.value, w.system, %(resource_id)s
      FROM unnest(%(identifier_values)s::text[], %(identifier_systems)s::text[]) AS w(value, system)
), worded AS (
    INSERT INTO resource_text (resource_type, parameter, folded, resource_id)
    SELECT %(resource_type)s, w.parameter, w.folded, %(resource_id)s
      FROM unnest(%(text_parameters)s::text[], %(texts_folded)s::text[]) AS w(parameter, folded)
)
INSERT INTO resource (resource_type, resource_id, version, last_updated_at, patient_id, organization_id, thread_id,
                      tokens, body)
VALUES (%(resource_type)s, %(resource_id)s, 1, %(last_updated_at)s, %(patient_id)s, %(organization_id)s,
        %(thread_id)s, %(tokens)s, %(body)s)
"""
# One round trip: the resource with all that it is found by; identifiers and texts come without repeats.

LOCK: Final[LiteralString] = """
SELECT resource_type, resource_id, version, last_updated_at, patient_id, body
  FROM resource
 WHERE resource_type = %(resource_type)s AND resource_id = %(resource_id)s
   FOR UPDATE
"""

KEEP_VERSION: Final[LiteralString] = """
INSERT INTO resource_history (resource_type, resource_id, version, last_updated_at, body)
SELECT resource_type, resource_id, version, last_updated_at, body
  FROM resource
 WHERE resource_type = %(resource_type)s AND resource_id = %(resource_id)s
"""

REPLACE: Final[LiteralString] = """
UPDATE resource
   SET version = version + 1, last_updated_at = %(last_updated_at)s, tokens = %(tokens)s, body = %(body)s
 WHERE resource_type = %(resource_type)s AND resource_id = %(resource_id)s
"""

READ: Final[LiteralString] = """
SELECT r.resource_type, r.resource_id, r.version, r.last_updated_at, r.patient_id, r.body
  FROM resource r
 WHERE r.resource_type = %(resource_type)s AND r.resource_id = %(resource_id)s
"""

SEEN_BY_ID: Final = """
 WHERE r.resource_type = %(resource_type)s AND r.resource_id = %(resource_id)s AND seen.basis IS NOT NULL
"""
SEEN_COLUMNS: Final = """
SELECT r.resource_type, r.resource_id, r.version, r.last_updated_at, r.patient_id, r.body, seen.basis
  FROM resource r"""

READ_VISIBLE: Final[LiteralString] = SEEN_COLUMNS + SEEN_RESOURCE + SEEN_BY_ID

READ_PATIENT: Final[LiteralString] = SEEN_COLUMNS + SEEN_PATIENT + SEEN_BY_ID

# Named patients with what opens each to the viewer; primary key.
OPENED: Final[LiteralString] = (
    "SELECT r.resource_id, seen.basis FROM resource r"
    + SEEN_PATIENT
    + " WHERE r.resource_type = 'Patient' AND r.resource_id = ANY(%(patient_ids)s) AND seen.basis IS NOT NULL"
)

READ_VERSION: Final[LiteralString] = """
SELECT h.resource_type, h.resource_id, h.version, h.last_updated_at, r.patient_id, h.body
  FROM resource_history h
  JOIN resource r USING (resource_type, resource_id)
 WHERE h.resource_type = %(resource_type)s AND h.resource_id = %(resource_id)s AND h.version = %(version)s
"""


@dataclass(frozen=True, slots=True)
class Criteria:
    """What is looked for. Each list is an AND of ORs; empty lists ask for nothing."""

    resource_type: str
    register: bool  # open to all connected parties; the rest is seen through the viewer's eyes
    tokens: list[list[int]] = field(default_factory=list)
    identifiers: list[list[tuple[str | None, str]]] = field(default_factory=list)
    texts: list[tuple[str, list[str]]] = field(default_factory=list)  # parameter, folded prefixes
    ids: list[UUID] | None = None
    patient_ids: list[UUID] | None = None
    own: bool = False  # only what the caller's organisation wrote


async def add(tx: Tx, new: NewResource) -> None:
    await tx.execute(ADD, row_of(new))


def row_of(new: NewResource) -> dict[str, object]:
    row: dict[str, object] = {
        name: getattr(new, name) for name in NewResource.__slots__ if name not in {"identifiers", "texts"}
    }
    return row | {
        "identifier_systems": [system for system, _ in new.identifiers],
        "identifier_values": [value for _, value in new.identifiers],
        "text_parameters": [parameter for parameter, _ in new.texts],
        "texts_folded": [folded for _, folded in new.texts],
    }


async def lock(tx: Tx, resource_type: str, resource_id: UUID) -> ResourceRecord | None:
    return await _one(tx, LOCK, {"resource_type": resource_type, "resource_id": resource_id})


async def replace(
    tx: Tx, resource_type: str, resource_id: UUID, body: bytes, tokens: list[int], at: datetime
) -> None:
    """A new current version; the one before goes to the history. The row must be locked."""
    key = {"resource_type": resource_type, "resource_id": resource_id}
    await tx.execute(KEEP_VERSION, key)
    await tx.execute(REPLACE, {**key, "body": body, "tokens": tokens, "last_updated_at": at})


async def read(tx: Tx, resource_type: str, resource_id: UUID, viewer: Viewer | None) -> ResourceRecord | None:
    """`viewer` None reads a register."""
    key = {"resource_type": resource_type, "resource_id": resource_id}
    if viewer is None:
        return await _one(tx, READ, key)
    seen = READ_PATIENT if resource_type == "Patient" else READ_VISIBLE
    return await _one(tx, seen, {**key, **eyes(viewer)})


async def opened(tx: Tx, patient_ids: list[UUID], viewer: Viewer) -> dict[UUID, str]:
    """patient -> basis; who is not open to the viewer is left out."""
    cursor = await tx.execute(OPENED, {"patient_ids": patient_ids, **eyes(viewer)})
    return dict(await cursor.fetchall())


async def read_version(tx: Tx, resource_type: str, resource_id: UUID, version: int) -> ResourceRecord | None:
    """An earlier version; the caller has read the current one first, which is where sight is decided."""
    key = {"resource_type": resource_type, "resource_id": resource_id, "version": version}
    return await _one(tx, READ_VERSION, key)


async def search(
    tx: Tx, criteria: Criteria, viewer: Viewer, *, before: UUID | None, limit: int
) -> list[ResourceRecord]:
    """Newest first, strictly before the id `before`: ids run with time, so pages never shift."""
    where, values = _conditions(criteria, viewer)
    if before is not None:
        where.append(sql.SQL("r.resource_id < %(before)s"))
    statement = sql.SQL(
        "SELECT r.resource_type, r.resource_id, r.version, r.last_updated_at, r.patient_id, r.body, {}"
        " FROM resource r{} WHERE {} ORDER BY r.resource_id DESC LIMIT %(limit)s"
    ).format(
        sql.SQL("''" if criteria.register else "seen.basis"), _seen(criteria), sql.SQL(" AND ").join(where)
    )
    async with tx.cursor(row_factory=args_row(ResourceRecord)) as cursor:
        await cursor.execute(statement, {**values, "before": before, "limit": limit})
        return await cursor.fetchall()


async def count(tx: Tx, criteria: Criteria, viewer: Viewer) -> int:
    where, values = _conditions(criteria, viewer)
    statement = sql.SQL("SELECT count(*) FROM resource r{} WHERE {}").format(
        _seen(criteria), sql.SQL(" AND ").join(where)
    )
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(statement, values)
        return int(await cursor.fetchone() or 0)


def _seen(criteria: Criteria) -> sql.SQL:
    if criteria.register:
        return sql.SQL("")
    return sql.SQL(SEEN_PATIENT if criteria.resource_type == "Patient" else SEEN_RESOURCE)


def _conditions(criteria: Criteria, viewer: Viewer) -> tuple[list[sql.Composable], dict[str, object]]:
    where: list[sql.Composable] = [sql.SQL("r.resource_type = %(resource_type)s")]
    values: dict[str, object] = {"resource_type": criteria.resource_type, **eyes(viewer)}

    def condition(text: LiteralString, **bound: object) -> None:
        names = {name: f"{name}_{len(values)}" for name in bound}
        values.update({names[name]: value for name, value in bound.items()})
        where.append(sql.SQL(text).format(**{name: sql.Placeholder(names[name]) for name in bound}))

    for alternatives in criteria.tokens:
        condition("r.tokens && {any}::bigint[]", any=alternatives)
    for pairs in criteria.identifiers:
        condition(
            "r.resource_id IN (SELECT i.resource_id FROM resource_identifier i"
            " JOIN unnest({systems}::text[], {values}::text[]) AS w(system, value)"
            " ON i.value = w.value AND (w.system IS NULL OR i.system = w.system)"
            " WHERE i.resource_type = {type})",
            systems=[system for system, _ in pairs],
            values=[value for _, value in pairs],
            type=criteria.resource_type,
        )
    for parameter, prefixes in criteria.texts:
        condition(
            "r.resource_id IN (SELECT t.resource_id FROM resource_text t JOIN unnest({prefixes}::text[]) AS w(prefix)"
            ' ON t.folded >= w.prefix COLLATE "C" AND t.folded < (w.prefix || U&\'\\+10FFFF\') COLLATE "C"'
            " WHERE t.resource_type = {type} AND t.parameter = {parameter})",
            prefixes=prefixes,
            type=criteria.resource_type,
            parameter=parameter,
        )
    if criteria.ids is not None:
        condition("r.resource_id = ANY({ids}::uuid[])", ids=criteria.ids)
    if criteria.patient_ids is not None:
        condition("r.patient_id = ANY({patients}::uuid[])", patients=criteria.patient_ids)
    if criteria.own:
        where.append(sql.SQL("r.organization_id = %(viewer_organization_id)s"))
    if not criteria.register:
        where.append(sql.SQL("seen.basis IS NOT NULL"))
        if viewer.patient_id is not None:  # sight asks for it too, but a planner cannot look into it
            where.append(sql.SQL("r.patient_id = %(viewer_patient_id)s"))
    return where, values


async def _one(tx: Tx, statement: LiteralString, values: dict[str, object]) -> ResourceRecord | None:
    async with tx.cursor(row_factory=class_row(ResourceRecord)) as cursor:
        await cursor.execute(statement, values)
        return await cursor.fetchone()
