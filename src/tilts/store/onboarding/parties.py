"""SQL for who takes part: parties, the registers of institutions and pharmacies, systems and their versions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row

from tilts.store.tx import Tx


@dataclass(frozen=True, slots=True)
class PartyRecord:
    party_id: UUID
    kind: str
    name: str
    registration_number: str
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class SiteRecord:
    """An entry of the registers as it stands at a moment."""

    site: str
    kind: str
    name: str
    registration_number: str
    state: str
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class VersionRecord:
    version_id: UUID
    system_id: UUID
    system_name: str
    version: str
    functionalities: list[str]
    party_id: UUID
    party_name: str
    registered_at: datetime


ADD_PARTY: Final[LiteralString] = """
INSERT INTO onboarding.party (party_id, kind, name, registration_number, registered_at)
VALUES (%(party_id)s, %(kind)s, %(name)s, %(registration_number)s, %(registered_at)s)
ON CONFLICT ON CONSTRAINT party_is_registered_once DO NOTHING
RETURNING party_id
"""

FIND_PARTY: Final[LiteralString] = """
SELECT party_id, kind, name, registration_number, registered_at
  FROM onboarding.party
 WHERE party_id = %(party_id)s
"""

FIND_BY_REGISTRATION: Final[LiteralString] = """
SELECT party_id, kind, name, registration_number, registered_at
  FROM onboarding.party
 WHERE registration_number = %(registration_number)s
"""

PARTIES: Final[LiteralString] = """
SELECT party_id, kind, name, registration_number, registered_at
  FROM onboarding.party
 ORDER BY name, party_id
"""

ADD_SITE: Final[LiteralString] = """
INSERT INTO onboarding.site (site, kind, name, registration_number)
VALUES (%(site)s, %(kind)s, %(name)s, %(registration_number)s)
ON CONFLICT (site) DO NOTHING
"""

LOCK_SITE: Final[LiteralString] = """
SELECT site FROM onboarding.site WHERE site = %(site)s FOR UPDATE
"""

ADD_REGISTER_CHANGE: Final[LiteralString] = """
INSERT INTO onboarding.register_change (site, serial, state, effective_at, recorded_at, reason)
SELECT %(site)s, coalesce(max(serial), 0) + 1, %(state)s, %(effective_at)s, %(recorded_at)s, %(reason)s
  FROM onboarding.register_change
 WHERE site = %(site)s
"""

# As it was known and held at a moment: a change that is recorded later does not alter the answer given then.
SITES_AT: Final[LiteralString] = """
SELECT DISTINCT ON (s.site) s.site, s.kind, s.name, s.registration_number, r.state, r.effective_at AS since, r.reason
  FROM onboarding.site s
  JOIN onboarding.register_change r USING (site)
 WHERE s.registration_number = %(registration_number)s
   AND r.effective_at <= %(at)s AND r.recorded_at <= %(at)s
 ORDER BY s.site, r.effective_at DESC, r.serial DESC
"""

SITE_AT: Final[LiteralString] = """
SELECT s.site, s.kind, s.name, s.registration_number, r.state, r.effective_at AS since, r.reason
  FROM onboarding.site s
  JOIN onboarding.register_change r USING (site)
 WHERE s.site = %(site)s
   AND r.effective_at <= %(at)s AND r.recorded_at <= %(at)s
 ORDER BY r.effective_at DESC, r.serial DESC
 LIMIT 1
"""

ADD_SYSTEM: Final[LiteralString] = """
INSERT INTO onboarding.system (system_id, party_id, name)
VALUES (%(system_id)s, %(party_id)s, %(name)s)
ON CONFLICT ON CONSTRAINT system_is_named_once DO NOTHING
"""

ADD_VERSION: Final[LiteralString] = """
INSERT INTO onboarding.system_version (version_id, system_id, version, functionalities, registered_at)
SELECT %(version_id)s, system_id, %(version)s, %(functionalities)s, %(registered_at)s
  FROM onboarding.system
 WHERE party_id = %(party_id)s AND name = %(name)s
ON CONFLICT ON CONSTRAINT version_is_named_once DO NOTHING
RETURNING version_id
"""

VERSION: Final[LiteralString] = """
SELECT v.version_id, v.system_id, s.name AS system_name, v.version, v.functionalities, s.party_id, p.name AS party_name,
       v.registered_at
  FROM onboarding.system_version v
  JOIN onboarding.system s USING (system_id)
  JOIN onboarding.party p USING (party_id)
"""

FIND_VERSION: Final[LiteralString] = f"{VERSION} WHERE v.version_id = %(version_id)s"

VERSIONS_OF_PARTY: Final[LiteralString] = f"""{VERSION}
 WHERE s.party_id = %(party_id)s
 ORDER BY s.name, v.registered_at
"""

VERSIONS: Final[LiteralString] = f"""{VERSION}
 ORDER BY p.name, s.name, v.registered_at
"""


async def add_party(tx: Tx, party: Mapping[str, Any]) -> bool:
    """False when the registration number is a party already."""
    cursor = await tx.execute(ADD_PARTY, party)
    return await cursor.fetchone() is not None


async def find_party(tx: Tx, party_id: UUID) -> PartyRecord | None:
    async with tx.cursor(row_factory=class_row(PartyRecord)) as cursor:
        await cursor.execute(FIND_PARTY, {"party_id": party_id})
        return await cursor.fetchone()


async def find_by_registration(tx: Tx, registration_number: str) -> PartyRecord | None:
    async with tx.cursor(row_factory=class_row(PartyRecord)) as cursor:
        await cursor.execute(FIND_BY_REGISTRATION, {"registration_number": registration_number})
        return await cursor.fetchone()


async def parties(tx: Tx) -> list[PartyRecord]:
    async with tx.cursor(row_factory=class_row(PartyRecord)) as cursor:
        await cursor.execute(PARTIES)
        return await cursor.fetchall()


async def add_sites(tx: Tx, sites: Iterable[Mapping[str, Any]]) -> None:
    async with tx.cursor() as cursor:
        await cursor.executemany(ADD_SITE, list(sites))


async def add_register_change(tx: Tx, change: Mapping[str, Any]) -> None:
    await tx.execute(LOCK_SITE, {"site": change["site"]})
    await tx.execute(ADD_REGISTER_CHANGE, change)


async def sites_at(tx: Tx, registration_number: str, at: datetime) -> list[SiteRecord]:
    async with tx.cursor(row_factory=class_row(SiteRecord)) as cursor:
        await cursor.execute(SITES_AT, {"registration_number": registration_number, "at": at})
        return await cursor.fetchall()


async def site_at(tx: Tx, site: str, at: datetime) -> SiteRecord | None:
    async with tx.cursor(row_factory=class_row(SiteRecord)) as cursor:
        await cursor.execute(SITE_AT, {"site": site, "at": at})
        return await cursor.fetchone()


async def add_version(tx: Tx, version: Mapping[str, Any]) -> bool:
    """False when that version of the system is registered already."""
    await tx.execute(ADD_SYSTEM, version)
    cursor = await tx.execute(ADD_VERSION, version)
    return await cursor.fetchone() is not None


async def find_version(tx: Tx, version_id: UUID) -> VersionRecord | None:
    async with tx.cursor(row_factory=class_row(VersionRecord)) as cursor:
        await cursor.execute(FIND_VERSION, {"version_id": version_id})
        return await cursor.fetchone()


async def versions_of(tx: Tx, party_id: UUID) -> list[VersionRecord]:
    async with tx.cursor(row_factory=class_row(VersionRecord)) as cursor:
        await cursor.execute(VERSIONS_OF_PARTY, {"party_id": party_id})
        return await cursor.fetchall()


async def versions(tx: Tx) -> list[VersionRecord]:
    async with tx.cursor(row_factory=class_row(VersionRecord)) as cursor:
        await cursor.execute(VERSIONS)
        return await cursor.fetchall()
