"""SQL for certificates of connections: who holds them, whose their keys are, when they ended; which our own CA issued."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row, scalar_row

from tilts.store.tx import Tx


@dataclass(frozen=True, slots=True)
class HolderRecord:
    """A client as the doors of certificates see it, with its row locked."""

    client_id: str
    name: str
    party_id: UUID | None
    environment: str


@dataclass(frozen=True, slots=True)
class CertificateRecord:
    fingerprint: bytes
    client_id: str
    client_name: str
    serial: str
    issuer: str
    not_before: datetime
    not_after: datetime
    registered_at: datetime
    revoked_at: datetime | None
    ended_at: datetime | None
    case_id: UUID | None
    usable_until: datetime | None = None  # by what is known of it (onboarding/standing)
    unusable_rule: str | None = None  # what closes it then

    def live_at(self, wall: datetime) -> bool:
        return self.ended_at is None and self.revoked_at is None and wall <= self.not_after


@dataclass(frozen=True, slots=True)
class NewCertificate:
    fingerprint: bytes
    client_id: str
    serial: str
    issuer: str
    public_key: bytes
    not_before: datetime
    not_after: datetime
    case_id: UUID | None
    certificate: bytes


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


LOCK_CLIENT: Final[LiteralString] = """
SELECT client_id, name, party_id, environment
  FROM onboarding.client
 WHERE client_id = %(client_id)s
   FOR UPDATE
"""

CERTIFICATES_OF_CLIENTS: Final[LiteralString] = """
SELECT f.fingerprint, f.client_id, c.name AS client_name, f.serial, f.issuer, f.not_before, f.not_after,
       f.registered_at, f.revoked_at, f.ended_at, f.case_id, f.usable_until, f.unusable_rule
  FROM onboarding.client_certificate f
  JOIN onboarding.client c USING (client_id)
 WHERE f.client_id = ANY(%(client_ids)s)
 ORDER BY f.registered_at, f.fingerprint
"""

CERTIFICATES_OF_PARTY: Final[LiteralString] = """
SELECT f.fingerprint, f.client_id, c.name AS client_name, f.serial, f.issuer, f.not_before, f.not_after,
       f.registered_at, f.revoked_at, f.ended_at, f.case_id, f.usable_until, f.unusable_rule
  FROM onboarding.client_certificate f
  JOIN onboarding.client c USING (client_id)
 WHERE c.party_id = %(party_id)s
 ORDER BY c.name, f.registered_at, f.fingerprint
"""

REGISTER: Final[LiteralString] = """
INSERT INTO onboarding.client_certificate
       (fingerprint, client_id, serial, issuer, public_key, not_before, not_after, case_id, certificate, registered_at)
VALUES (%(fingerprint)s, %(client_id)s, %(serial)s, %(issuer)s, %(public_key)s, %(not_before)s, %(not_after)s,
        %(case_id)s, %(certificate)s, %(registered_at)s)
ON CONFLICT (fingerprint) DO NOTHING
RETURNING true
"""

# Is there one of this fingerprint, and does it belong to this party?
CERTIFICATE_PARTY: Final[LiteralString] = """
SELECT c.party_id
  FROM onboarding.client_certificate f
  JOIN onboarding.client c USING (client_id)
 WHERE f.fingerprint = %(fingerprint)s
"""

CLAIM_KEY: Final[LiteralString] = """
INSERT INTO onboarding.party_key (public_key, party_id, registered_at)
VALUES (%(public_key)s, %(party_id)s, %(registered_at)s)
ON CONFLICT (public_key) DO NOTHING
"""

# Who claimed it first; then whoever is connected with it, of those registered before keys were claimed.
KEY_PARTY: Final[LiteralString] = """
SELECT party_id FROM (
    SELECT party_id, 1 AS rank FROM onboarding.party_key WHERE public_key = %(public_key)s
     UNION ALL
    SELECT c.party_id, 2
      FROM onboarding.client_certificate f
      JOIN onboarding.client c USING (client_id)
     WHERE f.public_key = %(public_key)s AND c.party_id IS NOT NULL
) AS found
 ORDER BY rank
 LIMIT 1
"""

KEY_REVOKED: Final[LiteralString] = """
SELECT EXISTS (
    SELECT 1
      FROM onboarding.client_certificate
     WHERE public_key = %(public_key)s
       AND revoked_at IS NOT NULL
)
"""

END: Final[LiteralString] = """
UPDATE onboarding.client_certificate f
   SET ended_at = %(at)s
  FROM onboarding.client c
 WHERE f.client_id = c.client_id
   AND f.fingerprint = %(fingerprint)s
   AND c.party_id = %(party_id)s
   AND f.ended_at IS NULL
   AND f.revoked_at IS NULL
RETURNING true
"""

REVOKE_ONE: Final[LiteralString] = """
UPDATE onboarding.client_certificate
   SET revoked_at = %(at)s, revocation_known_at = %(at)s
 WHERE fingerprint = %(fingerprint)s
   AND revoked_at IS NULL
RETURNING true
"""

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


async def lock_client(tx: Tx, client_id: str) -> HolderRecord | None:
    async with tx.cursor(row_factory=class_row(HolderRecord)) as cursor:
        await cursor.execute(LOCK_CLIENT, {"client_id": client_id})
        return await cursor.fetchone()


async def of_clients(tx: Tx, client_ids: Sequence[str]) -> list[CertificateRecord]:
    async with tx.cursor(row_factory=class_row(CertificateRecord)) as cursor:
        await cursor.execute(CERTIFICATES_OF_CLIENTS, {"client_ids": list(client_ids)})
        return await cursor.fetchall()


async def of_party(tx: Tx, party_id: UUID) -> list[CertificateRecord]:
    async with tx.cursor(row_factory=class_row(CertificateRecord)) as cursor:
        await cursor.execute(CERTIFICATES_OF_PARTY, {"party_id": party_id})
        return await cursor.fetchall()


async def register(tx: Tx, new: NewCertificate, at: datetime) -> bool:
    """False when it stands there already; of two at once the second waits and is told so."""
    row = {name: getattr(new, name) for name in NewCertificate.__slots__} | {"registered_at": at}
    cursor = await tx.execute(REGISTER, row)
    return await cursor.fetchone() is not None


async def is_registered(tx: Tx, fingerprint: bytes) -> bool:
    cursor = await tx.execute(CERTIFICATE_PARTY, {"fingerprint": fingerprint})
    return await cursor.fetchone() is not None


async def claim_key(tx: Tx, public_key: bytes, party_id: UUID, at: datetime) -> UUID:
    """Whose key it is from now on: this party's, unless another one was first."""
    await tx.execute(CLAIM_KEY, {"public_key": public_key, "party_id": party_id, "registered_at": at})
    owner = await key_party(tx, public_key)
    assert owner is not None
    return owner


async def key_party(tx: Tx, public_key: bytes) -> UUID | None:
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(KEY_PARTY, {"public_key": public_key})
        found: UUID | None = await cursor.fetchone()
        return found


async def key_revoked(tx: Tx, public_key: bytes) -> bool:
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(KEY_REVOKED, {"public_key": public_key})
        return bool(await cursor.fetchone())


async def end(tx: Tx, fingerprint: bytes, party_id: UUID, at: datetime) -> bool:
    cursor = await tx.execute(END, {"fingerprint": fingerprint, "party_id": party_id, "at": at})
    return await cursor.fetchone() is not None


async def revoke_one(tx: Tx, fingerprint: bytes, at: datetime) -> bool:
    cursor = await tx.execute(REVOKE_ONE, {"fingerprint": fingerprint, "at": at})
    return await cursor.fetchone() is not None


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
