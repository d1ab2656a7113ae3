"""SQL for the gate: what held for a party and its connection at a moment, from rows that are only added to."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row

from tilts.store.tx import Tx


@dataclass(frozen=True, slots=True)
class GateClient:
    client_id: str
    name: str
    site: str
    environment: str
    party_id: UUID | None
    party_kind: str | None
    party_name: str | None
    registration_number: str | None
    version_id: UUID | None
    vendor_id: UUID | None
    functionalities: list[str]
    open_for: list[str]


@dataclass(frozen=True, slots=True)
class Holding:
    """A case of a party as it stood at the moment asked for."""

    party_id: UUID
    number: str
    kind: str
    state: str
    facts: dict[str, Any]
    due_at: datetime | None  # of a past moment it is reckoned from `since`
    since: datetime | None = None  # when it came into this state


@dataclass(frozen=True, slots=True)
class GateCertificate:
    client_id: str
    not_before: datetime
    not_after: datetime
    revoked_at: datetime | None
    usable_until: datetime | None = None  # by what was known of it at that moment; None: nothing closes it
    unusable_rule: str | None = None
    stale_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class GateSite:
    site: str
    registration_number: str
    state: str
    since: datetime


@dataclass(frozen=True, slots=True)
class GateApproval:
    version_id: UUID
    functionality: str
    verdict: str
    until: date | None


# One that has ended answers for the time before; asked for by its name also now, to be told what ended.
CLIENTS: Final[LiteralString] = """
SELECT c.client_id, c.name, c.site, c.environment, c.party_id, p.kind AS party_kind, p.name AS party_name,
       p.registration_number, c.version_id, s.party_id AS vendor_id, c.functionalities, c.open_for
  FROM onboarding.client c
  LEFT JOIN onboarding.party p USING (party_id)
  LEFT JOIN onboarding.system_version v ON v.version_id = c.version_id
  LEFT JOIN onboarding.system s USING (system_id)
 WHERE c.environment = %(environment)s
   AND (%(client_id)s::text IS NULL OR c.client_id = %(client_id)s)
   AND (c.active OR c.ended_at > %(at)s OR (c.client_id = %(client_id)s AND c.ended_at IS NOT NULL))
   AND c.registered_at <= %(at)s
 ORDER BY c.client_id
"""

# The last step up to that moment says the state; the facts are those of all steps up to it, later ones last.
HOLDINGS: Final[LiteralString] = """
SELECT c.party_id, c.number, c.kind,
       (array_agg(s.to_state ORDER BY s.serial DESC))[1] AS state,
       coalesce(jsonb_object_agg(f.key, f.value ORDER BY s.serial) FILTER (WHERE f.key IS NOT NULL), '{}') AS facts,
       CASE WHEN (max(s.serial) = (SELECT max(l.serial) FROM onboarding.case_step l WHERE l.case_id = c.case_id))
            THEN c.due_at END AS due_at,
       max(s.at) FILTER (WHERE s.from_state IS DISTINCT FROM s.to_state) AS since
  FROM onboarding.case_file c
  JOIN onboarding.case_step s USING (case_id)
  LEFT JOIN LATERAL jsonb_each(s.facts) f ON true
 WHERE c.party_id = ANY(%(parties)s)
   AND s.at <= %(at)s
 GROUP BY c.case_id
 ORDER BY c.opened_at, c.number
"""

CERTIFICATES: Final[LiteralString] = """
SELECT f.client_id, f.not_before, f.not_after,
       least(greatest(f.revoked_at, f.revocation_known_at), f.ended_at) AS revoked_at,
       CASE WHEN s.looked_at <= %(at)s THEN f.usable_until ELSE p.closed_at END AS usable_until,
       CASE WHEN s.looked_at <= %(at)s THEN f.unusable_rule ELSE p.rule END AS unusable_rule,
       CASE WHEN s.looked_at <= %(at)s THEN s.stale_from END AS stale_from
  FROM onboarding.client_certificate f
  LEFT JOIN onboarding.certificate_standing s USING (fingerprint)
  LEFT JOIN onboarding.certificate_closed p
         ON p.fingerprint = f.fingerprint AND p.closed_at < %(at)s AND p.known_until >= %(at)s
 WHERE f.client_id = ANY(%(clients)s)
   AND f.registered_at <= %(at)s
"""
# Since the last look changed something its columns hold; before it, the spells that are over.

SITES: Final[LiteralString] = """
SELECT DISTINCT ON (s.site) s.site, s.registration_number, r.state, r.effective_at AS since
  FROM onboarding.site s
  JOIN onboarding.register_change r USING (site)
 WHERE s.site = ANY(%(sites)s)
   AND r.effective_at <= %(at)s AND r.recorded_at <= %(at)s
 ORDER BY s.site, r.effective_at DESC, r.serial DESC
"""

APPROVALS: Final[LiteralString] = """
SELECT DISTINCT ON (version_id, functionality) version_id, functionality, verdict, until
  FROM onboarding.approval
 WHERE version_id = ANY(%(versions)s)
   AND at <= %(at)s
 ORDER BY version_id, functionality, serial DESC
"""

PARTY_OF_CLIENT: Final[LiteralString] = """
SELECT party_id FROM onboarding.client WHERE client_id = %(client_id)s
"""

SAVE_OPEN: Final[LiteralString] = """
UPDATE onboarding.client SET open_for = %(open_for)s WHERE client_id = %(client_id)s
"""


async def clients(tx: Tx, environment: str, at: datetime, client_id: str | None = None) -> list[GateClient]:
    """All of an environment, or one."""
    async with tx.cursor(row_factory=class_row(GateClient)) as cursor:
        await cursor.execute(CLIENTS, {"environment": environment, "client_id": client_id, "at": at})
        return await cursor.fetchall()


async def holdings(tx: Tx, parties: list[UUID], at: datetime) -> list[Holding]:
    async with tx.cursor(row_factory=class_row(Holding)) as cursor:
        await cursor.execute(HOLDINGS, {"parties": parties, "at": at})
        return await cursor.fetchall()


async def certificates(tx: Tx, clients: list[str], at: datetime) -> list[GateCertificate]:
    async with tx.cursor(row_factory=class_row(GateCertificate)) as cursor:
        await cursor.execute(CERTIFICATES, {"clients": clients, "at": at})
        return await cursor.fetchall()


async def sites(tx: Tx, sites: list[str], at: datetime) -> list[GateSite]:
    async with tx.cursor(row_factory=class_row(GateSite)) as cursor:
        await cursor.execute(SITES, {"sites": sites, "at": at})
        return await cursor.fetchall()


async def approvals(tx: Tx, versions: list[UUID], at: datetime) -> list[GateApproval]:
    async with tx.cursor(row_factory=class_row(GateApproval)) as cursor:
        await cursor.execute(APPROVALS, {"versions": versions, "at": at})
        return await cursor.fetchall()


async def party_of_client(tx: Tx, client_id: str) -> UUID | None:
    cursor = await tx.execute(PARTY_OF_CLIENT, {"client_id": client_id})
    row = await cursor.fetchone()
    return row[0] if row else None


async def save_open(tx: Tx, client_id: str, open_for: list[str]) -> None:
    await tx.execute(SAVE_OPEN, {"client_id": client_id, "open_for": open_for})
