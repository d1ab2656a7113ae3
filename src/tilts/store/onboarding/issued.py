"""SQL for certificates of the exchange's own CA: which there are, and which are revoked, with the reason."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString

from psycopg.rows import class_row

from tilts.store.tx import Tx


@dataclass(frozen=True, slots=True)
class RevokedRecord:
    serial: str
    revoked_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class IssuedRecord:
    """One certificate as the authority's list shows it; those of the sandbox's own clients have no case."""

    fingerprint: bytes
    serial: str
    party_name: str
    client_id: str
    site: str
    environment: str
    registered_at: datetime
    not_after: datetime
    revoked_at: datetime | None
    ended_at: datetime | None
    case_number: str | None
    sealed: bool
    reason: str


LOCK_LIST: Final[LiteralString] = """
SELECT pg_advisory_xact_lock(hashtextextended('tilts own revocation list', 0))
"""

REVOKED_BY: Final[LiteralString] = """
SELECT f.serial, f.revoked_at, coalesce(k.facts ->> 'revocation', '') AS reason
  FROM onboarding.client_certificate f
  LEFT JOIN onboarding.case_file k USING (case_id)
 WHERE f.issuer = ANY(ARRAY[%(issuer)s, ''])
   AND f.revoked_at IS NOT NULL
"""
# Of certificates registered before issuers were kept the issuer is '': they are all our own CA's.

ISSUED_BY: Final[LiteralString] = """
SELECT f.fingerprint, f.serial, coalesce(p.name, c.name) AS party_name, f.client_id, c.site, c.environment,
       f.registered_at, f.not_after, f.revoked_at, f.ended_at, k.number AS case_number,
       coalesce(k.facts ->> 'sealed_by', '') <> '' AS sealed, coalesce(k.facts ->> 'revocation', '') AS reason
  FROM onboarding.client_certificate f
  JOIN onboarding.client c USING (client_id)
  LEFT JOIN onboarding.party p ON p.party_id = c.party_id
  LEFT JOIN onboarding.case_file k ON k.case_id = f.case_id
 WHERE f.issuer = ANY(ARRAY[%(issuer)s, ''])
 ORDER BY k.number IS NULL, f.registered_at DESC, f.fingerprint
 LIMIT %(most)s
"""


async def lock_list(tx: Tx) -> None:
    await tx.execute(LOCK_LIST)


async def revoked_by(tx: Tx, issuer: str) -> list[RevokedRecord]:
    async with tx.cursor(row_factory=class_row(RevokedRecord)) as cursor:
        await cursor.execute(REVOKED_BY, {"issuer": issuer})
        return await cursor.fetchall()


async def issued_by(tx: Tx, issuer: str, most: int) -> list[IssuedRecord]:
    async with tx.cursor(row_factory=class_row(IssuedRecord)) as cursor:
        await cursor.execute(ISSUED_BY, {"issuer": issuer, "most": most})
        return await cursor.fetchall()
