"""SQL for the registers: organisations, roles and patients, as far as rules need them in columns."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row

from tilts.store import resources
from tilts.store.records import NewResource
from tilts.store.tx import Tx

SAVE_ORGANIZATION: Final[LiteralString] = """
INSERT INTO organization (organization_id, kind, name, site, registration_number, active)
VALUES (%(organization_id)s, %(kind)s, %(name)s, %(site)s, %(registration_number)s, %(active)s)
"""

SAVE_ROLE: Final[LiteralString] = """
INSERT INTO practitioner_role (role_id, practitioner_id, organization_id, code, display, active)
VALUES (%(role_id)s, %(practitioner_id)s, %(organization_id)s, %(code)s, %(display)s, %(active)s)
"""

SAVE_PATIENT: Final[LiteralString] = """
INSERT INTO patient (patient_id, family_folded, given_folded)
VALUES (%(patient_id)s, %(family_folded)s, %(given_folded)s)
"""

ANY_ORGANIZATION: Final[LiteralString] = "SELECT EXISTS (SELECT 1 FROM organization)"

ORGANIZATIONS_OF: Final[LiteralString] = """
SELECT organization_id FROM organization WHERE kind = %(kind)s ORDER BY site
"""

FIND_TREATING: Final[LiteralString] = """
SELECT organization_id
  FROM organization
 WHERE (site = %(written)s OR organization_id::text = %(written)s) AND kind IN ('practice', 'hospital')
"""

COUNT_PATIENTS: Final[LiteralString] = """
SELECT (SELECT count(*) FROM patient) - (SELECT count(*) FROM canary)
"""

MARK_CANARY: Final[LiteralString] = "INSERT INTO canary (patient_id) VALUES (%(patient_id)s)"

# Once, before a production environment is served: the index over values is walked, not the resources.
PATIENT_IDENTIFIED_LIKE: Final[LiteralString] = """
SELECT EXISTS (SELECT 1 FROM resource_identifier WHERE resource_type = 'Patient' AND value ~ %(pattern)s)
"""

FIND_PATIENT: Final[LiteralString] = """
SELECT resource_id
  FROM resource_identifier
 WHERE resource_type = 'Patient' AND value = %(value)s AND system = %(system)s
 LIMIT 2
"""

PORTAL_CLIENT: Final[LiteralString] = """
SELECT c.client_id, o.organization_id, o.name
  FROM organization o
  JOIN onboarding.client c USING (organization_id)
 WHERE o.kind = 'portal'
 ORDER BY c.active DESC, c.client_id
 LIMIT 1
"""

ORGANIZATION_NAMES: Final[LiteralString] = """
SELECT organization_id, name FROM organization WHERE organization_id = ANY(%(organization_ids)s)
"""

SAVE: Final = {"Organization": SAVE_ORGANIZATION, "PractitionerRole": SAVE_ROLE, "Patient": SAVE_PATIENT}


@dataclass(frozen=True, slots=True)
class PortalClient:
    """As whom a resident's look through the portal is written down."""

    client_id: str
    organization_id: UUID
    name: str


class NoPortal(Exception):
    """The registers name no organisation of the kind `portal`: nobody's look could be written down."""


async def portal_client(tx: Tx) -> PortalClient:
    async with tx.cursor(row_factory=class_row(PortalClient)) as cursor:
        await cursor.execute(PORTAL_CLIENT)
        found = await cursor.fetchone()
    if found is None:
        raise NoPortal
    return found


async def organization_names(tx: Tx, organization_ids: Iterable[UUID]) -> dict[UUID, str]:
    rows = await (
        await tx.execute(ORGANIZATION_NAMES, {"organization_ids": list(organization_ids)})
    ).fetchall()
    return {row[0]: row[1] for row in rows}


async def is_seeded(tx: Tx) -> bool:
    row = await (await tx.execute(ANY_ORGANIZATION)).fetchone()
    return bool(row and row[0])


async def save_rows(tx: Tx, resource_type: str, rows: Iterable[dict[str, Any]]) -> None:
    async with tx.cursor() as cursor:
        await cursor.executemany(SAVE[resource_type], list(rows))


async def save_resources(tx: Tx, many: list[NewResource]) -> None:
    """Many at once: psycopg sends executemany as a pipeline."""
    async with tx.cursor() as cursor:
        await cursor.executemany(resources.ADD, [resources.row_of(new) for new in many])


async def patient_identified_like(tx: Tx, pattern: str) -> bool:
    row = await (await tx.execute(PATIENT_IDENTIFIED_LIKE, {"pattern": pattern})).fetchone()
    return bool(row and row[0])


async def mark_canaries(tx: Tx, patient_ids: Iterable[UUID]) -> None:
    """Patients who belong to nobody: whoever opens one is told of at once (Security 3.3)."""
    async with tx.cursor() as cursor:
        await cursor.executemany(MARK_CANARY, [{"patient_id": one} for one in patient_ids])


async def organizations_of(tx: Tx, kind: str) -> list[UUID]:
    rows = await (await tx.execute(ORGANIZATIONS_OF, {"kind": kind})).fetchall()
    return [row[0] for row in rows]


async def find_treating(tx: Tx, written: str) -> UUID | None:
    """A practice or hospital by the code of its site or by its id."""
    row = await (await tx.execute(FIND_TREATING, {"written": written})).fetchone()
    return row[0] if row else None


async def count_patients(tx: Tx) -> int:
    row = await (await tx.execute(COUNT_PATIENTS)).fetchone()
    return int(row[0]) if row else 0


async def find_patient(tx: Tx, system: str, value: str) -> UUID | None:
    """The one patient with this identifier; of two nobody can say which is meant."""
    rows = await (await tx.execute(FIND_PATIENT, {"system": system, "value": value})).fetchall()
    return rows[0][0] if len(rows) == 1 else None
