"""SQL for the desk of oversight: the names behind what is kept as ids, and what is not sealed yet."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row, scalar_row

from tilts.store.doors.holds import AlertRow, HoldRow
from tilts.store.tx import Tx

MOST_COUNTED: Final = 100_000

FIND_HOLD: Final[LiteralString] = """
SELECT hold_id, scope, actor, limit_id, since, facts, state, reason, asked_by, asked_at, released_by, released_at
  FROM hold
 WHERE hold_id = %(hold_id)s
"""

ALERTS_OF: Final[LiteralString] = """
SELECT alert_id, at, severity, limit_id, scope, actor, facts
  FROM alert
 WHERE scope = %(scope)s AND actor = %(actor)s
 ORDER BY at DESC, alert_id DESC
 LIMIT %(limit)s
"""

PEOPLE: Final[LiteralString] = """
SELECT r.practitioner_id, r.organization_id, r.display AS name, r.code, o.name AS organization, o.site
  FROM practitioner_role r
  JOIN organization o USING (organization_id)
 WHERE r.practitioner_id = ANY(%(practitioner_ids)s)
 ORDER BY r.active DESC, r.role_id
"""

ORGANIZATIONS: Final[LiteralString] = """
SELECT organization_id, name, kind, site
  FROM organization
 WHERE organization_id = ANY(%(organization_ids)s) OR site = ANY(%(sites)s)
"""

CLIENT_NAMES: Final[LiteralString] = """
SELECT client_id, name FROM onboarding.client WHERE client_id = ANY(%(client_ids)s)
"""

ACCOUNT_NAMES: Final[LiteralString] = """
SELECT account_id, name FROM onboarding.account WHERE account_id = ANY(%(account_ids)s)
"""

FIND_ORGANIZATION: Final[LiteralString] = """
SELECT organization_id
  FROM organization
 WHERE site = %(written)s OR organization_id::text = %(written)s OR lower(name) = lower(%(written)s)
 LIMIT 2
"""

FIND_PRACTITIONER: Final[LiteralString] = """
SELECT DISTINCT practitioner_id
  FROM practitioner_role
 WHERE (practitioner_id::text = %(written)s OR lower(display) = lower(%(written)s))
   AND (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
 LIMIT 2
"""

ORGANIZATION_OF_PARTY: Final[LiteralString] = """
SELECT o.organization_id
  FROM organization o
  JOIN onboarding.party p USING (registration_number)
 WHERE p.party_id = %(party_id)s AND o.kind = 'authority'
 ORDER BY o.site
 LIMIT 1
"""

# Above the last seal by xid; an installation without a sealer would have millions, so it stops counting.
UNSEALED: Final[LiteralString] = """
SELECT count(*)
  FROM (SELECT FROM audit_entry WHERE xid >= %(from_xid)s::text::xid8 LIMIT %(most)s) waiting
"""

# A paper names a prescription by its number; a consent by the content of one of its lines.
REQUEST_OF_NUMBER: Final[LiteralString] = """
SELECT l.line_id
  FROM prescription p
  JOIN prescription_line l USING (prescription_id)
 WHERE p.number = %(number)s AND p.patient_id = %(patient_id)s
 ORDER BY l.line_id
 LIMIT 1
"""

# Who sits at the portal is nobody's organisation (exchange/consents.py): what an organisation wrote came on paper.
ON_PAPER: Final[LiteralString] = """
SELECT resource_id, body
  FROM resource
 WHERE resource_type = 'Consent' AND patient_id = %(patient_id)s AND organization_id IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Workplace:
    """A practitioner at one of the organisations where they have a role."""

    practitioner_id: UUID
    organization_id: UUID
    name: str
    code: str
    organization: str
    site: str


@dataclass(frozen=True, slots=True)
class Place:
    organization_id: UUID
    name: str
    kind: str
    site: str


async def find_hold(tx: Tx, hold_id: UUID) -> HoldRow | None:
    async with tx.cursor(row_factory=class_row(HoldRow)) as cursor:
        await cursor.execute(FIND_HOLD, {"hold_id": hold_id})
        return await cursor.fetchone()


async def alerts_of(tx: Tx, scope: str, actor: str, limit: int) -> list[AlertRow]:
    async with tx.cursor(row_factory=class_row(AlertRow)) as cursor:
        await cursor.execute(ALERTS_OF, {"scope": scope, "actor": actor, "limit": limit})
        return await cursor.fetchall()


async def people(tx: Tx, practitioner_ids: Collection[UUID]) -> list[Workplace]:
    """Each of them at each organisation, roles that are held before those that have ended."""
    async with tx.cursor(row_factory=class_row(Workplace)) as cursor:
        await cursor.execute(PEOPLE, {"practitioner_ids": list(practitioner_ids)})
        return await cursor.fetchall()


async def organizations(tx: Tx, organization_ids: Collection[UUID], sites: Collection[str]) -> list[Place]:
    async with tx.cursor(row_factory=class_row(Place)) as cursor:
        values = {"organization_ids": list(organization_ids), "sites": list(sites)}
        await cursor.execute(ORGANIZATIONS, values)
        return await cursor.fetchall()


async def client_names(tx: Tx, client_ids: Collection[str]) -> dict[str, str]:
    return dict(await _pairs(tx, CLIENT_NAMES, {"client_ids": list(client_ids)}))


async def account_names(tx: Tx, account_ids: Collection[UUID]) -> dict[UUID, str]:
    return dict(await _pairs(tx, ACCOUNT_NAMES, {"account_ids": list(account_ids)}))


async def find_organization(tx: Tx, written: str) -> UUID | None:
    """By code of the site, id or whole name; of two nobody is meant."""
    return await _the_one(tx, FIND_ORGANIZATION, {"written": written})


async def find_practitioner(tx: Tx, written: str, organization_id: UUID | None) -> UUID | None:
    """By id or whole name, at this organisation if one is named; of two nobody is meant."""
    return await _the_one(tx, FIND_PRACTITIONER, {"written": written, "organization_id": organization_id})


async def organization_of_party(tx: Tx, party_id: UUID) -> UUID | None:
    """As which organisation of the register the authority writes."""
    return await _the_one(tx, ORGANIZATION_OF_PARTY, {"party_id": party_id})


async def unsealed(tx: Tx, from_xid: int) -> int:
    """Entries newer than the last seal; not counted beyond `MOST_COUNTED`."""
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(UNSEALED, {"from_xid": from_xid, "most": MOST_COUNTED})
        return int(await cursor.fetchone() or 0)


async def request_of_number(tx: Tx, patient_id: UUID, number: str) -> UUID | None:
    """None: the patient has no such prescription."""
    return await _the_one(tx, REQUEST_OF_NUMBER, {"patient_id": patient_id, "number": number})


async def on_paper(tx: Tx, patient_id: UUID) -> dict[UUID, bytes]:
    """The patient's consents that the authority entered, each with its document."""
    rows = await _pairs(tx, ON_PAPER, {"patient_id": patient_id})
    return {consent_id: bytes(body) for consent_id, body in rows}


async def _pairs(tx: Tx, statement: LiteralString, values: dict[str, Any]) -> Sequence[Any]:
    return await (await tx.execute(statement, values)).fetchall()


async def _the_one(tx: Tx, statement: LiteralString, values: dict[str, Any]) -> UUID | None:
    rows = await _pairs(tx, statement, values)
    return rows[0][0] if len(rows) == 1 else None
