"""SQL for workplaces: where somebody who signed in at the portal works, as the registers say now."""

from dataclasses import dataclass
from typing import Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row

from tilts.store.tx import Tx

SIGN_IN_OF: Final[LiteralString] = """
SELECT issuer, subject FROM onboarding.account WHERE account_id = %(account_id)s AND active
"""

WORKPLACES: Final[LiteralString] = """
SELECT r.role_id, r.practitioner_id, r.code, o.organization_id, o.kind, o.name, o.site, o.registration_number
  FROM practitioner_role r
  JOIN organization o USING (organization_id)
 WHERE r.practitioner_id = %(practitioner_id)s AND r.active AND o.active
   AND o.kind IN ('practice', 'hospital', 'pharmacy')
 ORDER BY o.name, r.role_id
"""
# Read at a sign-in and where somebody chooses; the roles of a whole country are some tens of thousands of rows.

WORKPLACE: Final[LiteralString] = """
SELECT r.role_id, r.practitioner_id, r.code, o.organization_id, o.kind, o.name, o.site, o.registration_number
  FROM practitioner_role r
  JOIN organization o USING (organization_id)
 WHERE r.role_id = %(role_id)s AND r.active AND o.active AND o.kind IN ('practice', 'hospital', 'pharmacy')
"""
# By two primary keys: at every page.


@dataclass(frozen=True, slots=True)
class Workplace:
    """One role of one practitioner at one institution or pharmacy."""

    role_id: UUID
    practitioner_id: UUID
    code: str
    organization_id: UUID
    kind: str
    name: str
    site: str
    registration_number: str


async def sign_in_of(tx: Tx, account_id: UUID) -> tuple[str, str] | None:
    """By which provider and subject an account is known; None when it was closed."""
    row = await (await tx.execute(SIGN_IN_OF, {"account_id": account_id})).fetchone()
    return (row[0], row[1]) if row else None


async def workplaces(tx: Tx, practitioner_id: UUID) -> list[Workplace]:
    async with tx.cursor(row_factory=class_row(Workplace)) as cursor:
        await cursor.execute(WORKPLACES, {"practitioner_id": practitioner_id})
        return await cursor.fetchall()


async def workplace(tx: Tx, role_id: UUID) -> Workplace | None:
    """None when the role or the organisation is not there, or has ended."""
    async with tx.cursor(row_factory=class_row(Workplace)) as cursor:
        await cursor.execute(WORKPLACE, {"role_id": role_id})
        return await cursor.fetchone()
