"""Connections of systems: a test client of a developer, and what an institution declares to use in production (A6).

A connection has a client id, a site, a version of a system, functionalities and a public signing key of its own;
its certificate comes as a case of its own. Whether data may flow is the gate's answer, asked again and again.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from tilts.account import Account
from tilts.functionality import OPEN_TO
from tilts.ids import new_id
from tilts.onboarding.cases import open_case
from tilts.onboarding.taking import Taking
from tilts.rules import Refusal
from tilts.rules.connections import (
    CON_EXISTS,
    CON_FUNCTIONALITY,
    CON_KEY,
    CON_KEY_TAKEN,
    CON_NOT_APPROVED,
    CON_PRIVATE_KEY,
    CON_SITE,
)
from tilts.store.onboarding import cases, connections, parties, testing
from tilts.store.onboarding.cases import CaseRecord
from tilts.store.onboarding.parties import SiteRecord, VersionRecord
from tilts.store.tx import Tx

KEY_LIMIT_BYTES: Final = 8_192
SMALLEST_RSA_BITS: Final = 2048
PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
PUBLIC_MEMBERS: Final = ("kty", "crv", "x", "y", "n", "e")
CURVES: Final = {"P-256": "ES256", "P-384": "ES384"}
RSA_ALGORITHMS: Final = ("PS256", "RS384")
APPROVED: Final = frozenset({"approved", "reservation"})
FEED: Final = "classifiers"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key with the one algorithm it is used with."""

    kid: str
    algorithm: str
    jwk: dict[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a connection is to be: where, with which version, for what, with which key."""

    site: str
    version_id: UUID | None  # none for the classifier feed
    functionalities: tuple[str, ...]
    key: SigningKey


def read_key(content: bytes) -> SigningKey:
    """A public JWK, or a JWKS with one key; a private one is refused and not kept."""
    if len(content) > KEY_LIMIT_BYTES:
        raise Refusal(CON_KEY, fault="more than 8 KiB")
    if b"PRIVATE KEY" in content:
        raise Refusal(CON_PRIVATE_KEY)
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise Refusal(CON_KEY, fault="not JSON") from None
    if isinstance(found, dict) and isinstance(found.get("keys"), list) and len(found["keys"]) == 1:
        found = found["keys"][0]
    if not isinstance(found, dict):
        raise Refusal(CON_KEY, fault="not one JWK")
    if PRIVATE_MEMBERS & found.keys():
        raise Refusal(CON_PRIVATE_KEY)
    return checked_key(
        {name: found[name] for name in PUBLIC_MEMBERS if isinstance(found.get(name), str)}, found
    )


def checked_key(public: dict[str, str], written: dict[str, Any]) -> SigningKey:
    """Its kid is always its thumbprint (RFC 7638): nobody can take the name of another one's key."""
    try:
        if public.get("kty") == "EC" and public.get("crv") in CURVES:
            kid, algorithm = ECKey.import_key(dict(public)).thumbprint(), CURVES[public["crv"]]
        elif public.get("kty") == "RSA":
            key = RSAKey.import_key(dict(public))
            kid, algorithm = key.thumbprint(), str(written.get("alg", RSA_ALGORITHMS[0]))
            native = key.raw_value
            if not isinstance(native, rsa.RSAPublicKey) or native.key_size < SMALLEST_RSA_BITS:
                raise Refusal(CON_KEY, fault="RSA of less than 2048 bits")
        else:
            raise Refusal(CON_KEY, fault="neither EC P-256, EC P-384 nor RSA")
    except (JoseError, ValueError, TypeError, KeyError):
        raise Refusal(CON_KEY, fault="not a valid key") from None
    if algorithm not in (*CURVES.values(), *RSA_ALGORITHMS):
        raise Refusal(CON_KEY, fault="an algorithm that is not used")
    return SigningKey(kid, algorithm, {**public, "kid": kid})


def check_wanted(
    wanted: Wanted, sites: Sequence[SiteRecord], version: VersionRecord | None, approved: Sequence[str]
) -> SiteRecord:
    """Pure. `approved`: functionalities for which the version may be used in that environment."""
    site = next((one for one in sites if one.site == wanted.site and one.state == "active"), None)
    if site is None:
        raise Refusal(CON_SITE, site=wanted.site[:40])
    if not wanted.functionalities:
        raise Refusal(CON_FUNCTIONALITY, functionality="-", kind=site.kind)
    for functionality in wanted.functionalities:
        if site.kind not in OPEN_TO.get(functionality, frozenset()):
            raise Refusal(CON_FUNCTIONALITY, functionality=functionality[:40], kind=site.kind)
        if version is None or functionality not in approved:
            raise Refusal(CON_NOT_APPROVED, functionality=functionality)
    return site


async def declare(tx: Tx, account: Account, wanted: Wanted, now: datetime) -> CaseRecord:
    """
    A6: the institution says which approved version it uses at a site, and for what.

    Raises Refusal: CON-001 the site, CON-002 not approved, CON-003 the functionality, CON-006 the key, CON-007 there
    is such a connection already.
    """
    assert account.party_id is not None, "institutions act for a party"
    await connections.lock_party(tx, account.party_id)
    party = await parties.find_party(tx, account.party_id)
    assert party is not None
    sites = await parties.sites_at(tx, party.registration_number, now)
    version = await parties.find_version(tx, wanted.version_id) if wanted.version_id else None
    register = await testing.register(tx, now)
    approved = [
        line.functionality
        for line in register
        if line.version_id == wanted.version_id and line.verdict in APPROVED
    ]
    check_wanted(wanted, sites, version, approved)
    for other in await cases.of_kind(tx, account.party_id, "connection"):
        same = (other.facts.get("site"), other.facts.get("version_id")) == (
            wanted.site,
            str(wanted.version_id),
        )
        if same and other.state == "declared":
            raise Refusal(CON_EXISTS, site=wanted.site, number=other.number)
    assert version is not None
    client_id = await add_client(tx, account.party_id, wanted, "production", now)
    facts = {
        "client_id": client_id,
        "site": wanted.site,
        "version_id": str(wanted.version_id),
        "version": f"{version.system_name} {version.version}",
        "functionalities": list(wanted.functionalities),
        "kid": wanted.key.kid,
    }
    return await open_case(
        tx, "connection", party_id=account.party_id, facts=facts, account_id=account.account_id, now=now
    )


async def add_test_client(
    tx: Tx, account: Account, wanted: Wanted, sites: Sequence[SiteRecord], now: datetime
) -> str:
    """A developer's system in the test environment, at a test organisation that was handed out to it."""
    assert account.party_id is not None, "developers act for a party"
    await connections.lock_party(tx, account.party_id)
    version = await parties.find_version(tx, wanted.version_id) if wanted.version_id else None
    own = version if version and version.party_id == account.party_id else None
    check_wanted(wanted, sites, own, own.functionalities if own else ())
    return await add_client(tx, account.party_id, wanted, "test", now)


async def add_feed_client(tx: Tx, account: Account, key: SigningKey, now: datetime) -> str:
    """
    C1: a developer's connection to the classifier feed of production; what opens it is the operator agreement.

    Raises Refusal: CON-007 there is such a connection already, CON-004 the key is somebody's.
    """
    assert account.party_id is not None, "developers act for a party"
    await connections.lock_party(tx, account.party_id)
    party = await parties.find_party(tx, account.party_id)
    assert party is not None
    for other in await connections.of_party(tx, account.party_id):
        if other.environment == "production" and FEED in other.functionalities:
            raise Refusal(CON_EXISTS, site=party.registration_number, number=other.client_id)
    wanted = Wanted(party.registration_number, None, (FEED,), key)
    return await add_client(tx, account.party_id, wanted, "production", now)


async def add_client(tx: Tx, party_id: UUID, wanted: Wanted, environment: str, now: datetime) -> str:
    client_id = str(new_id())
    client = {
        "client_id": client_id,
        "name": client_id,
        "site": wanted.site,
        "environment": environment,
        "party_id": party_id,
        "version_id": wanted.version_id,
        "functionalities": list(wanted.functionalities),
        "at": now,
    }
    await connections.add_client(tx, client)
    if not await connections.add_key(tx, client_id, wanted.key.kid, wanted.key.algorithm, wanted.key.jwk):
        raise Refusal(CON_KEY_TAKEN)
    return client_id


async def end(taking: Taking) -> None:
    """The connection is closed at once; its certificate opens nothing any more."""
    await connections.end(taking.tx, str(taking.case.facts["client_id"]), taking.now)
