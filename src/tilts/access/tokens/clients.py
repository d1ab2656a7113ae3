"""Which client asks: its certificate and its signed assertion, both of one client, the assertion spent once.

The assertion is signed by a registered key (`kid`), or carries a registered certificate of the client (`x5c`,
HL7 UDAP Security). Until all of it verifies there is one answer for every fault (TOK-001); the true reason
stands in the audit entry only.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tilts.access import certificates, jose
from tilts.access.jose import NotSigned
from tilts.access.tokens.chains import algorithms_of, certificate_chain, jwk_of
from tilts.access.tokens.proof import Shown
from tilts.rules import Refusal
from tilts.rules.trust.tokens import TOK_NOT_AUTHENTICATED
from tilts.settings import Settings
from tilts.store import connections
from tilts.store.records import ConnectionRecord
from tilts.store.tx import Tx

VISIBLE: Final = re.compile(r"[\x21-\x7e]{1,128}\Z")
LONGEST_ASSERTION: Final = 32_768  # characters; five certificates and a binding fit
TYPES: Final = (None, "jwt", "client-authentication+jwt")  # RFC 7519 section 5.1; RFC 8725 section 3.11


@dataclass(frozen=True, slots=True)
class GrantRequest:
    assertion: str
    scope: str
    certificate: bytes | None
    plain: bool
    token_url: str
    audience: str  # of the token to be made
    shown: Shown | None = None  # an ID token of an OpenID provider, to be exchanged (RFC 8693)


async def authenticate(
    tx: Tx, request: GrantRequest, wall: datetime, settings: Settings
) -> tuple[ConnectionRecord, dict[str, Any]]:
    """Certificate and assertion, both; any fault is TOK-001. Gives the client and what it claims."""
    try:
        client_id = client_named(request.assertion)
        connection = await at_the_port(tx, request, client_id, wall)
        claims = await verified_claims(tx, request.assertion, connection, wall)
        if claims.get("sub") != client_id or claims.get("iss") != client_id:
            raise NotSigned("iss and sub are not the client")
        expires_at = check_times(claims, request.token_url, wall, settings)
    except NotSigned as fault:
        raise Refusal(TOK_NOT_AUTHENTICATED, reason=str(fault)) from fault
    except Refusal as no:
        raise Refusal(TOK_NOT_AUTHENTICATED, reason=no.rule.id) from no
    if not await connections.spend_assertion(tx, client_id, claims["jti"], expires_at):
        raise Refusal(TOK_NOT_AUTHENTICATED, reason="assertion replayed", client_id=client_id)
    return connection, claims


def client_named(assertion: str) -> str:
    """Whom the assertion says it is of; nothing is believed yet."""
    if len(assertion) > LONGEST_ASSERTION:
        raise NotSigned("assertion too long")
    client_id = jose.unverified_claims(assertion).get("sub")
    if not isinstance(client_id, str) or not VISIBLE.match(client_id):
        raise NotSigned("sub is not a client id")
    return client_id


async def at_the_port(tx: Tx, request: GrantRequest, client_id: str, wall: datetime) -> ConnectionRecord:
    if request.plain:
        connection = await connections.find_by_client_id(tx, client_id)
    else:
        connection = await certificates.identify(tx, request.certificate, wall)
    if connection is None or connection.client_id != client_id:
        raise NotSigned("certificate and sub are not of one client")
    return connection


async def verified_claims(
    tx: Tx, assertion: str, connection: ConnectionRecord, wall: datetime
) -> dict[str, Any]:
    header = jose.header_of(assertion, also=("x5c",))
    typ = header.get("typ")
    if (typ.lower() if isinstance(typ, str) else typ) not in TYPES:
        raise NotSigned("typ of something else")
    if "x5c" in header:
        leaf = certificate_chain(header["x5c"])
        await check_registered(tx, leaf, connection, wall)
        algorithm = header.get("alg")
        if algorithm not in algorithms_of(leaf):
            raise NotSigned("another algorithm than the certificate's key has")
        return jose.claims_of(assertion, jwk_of(leaf), str(algorithm), with_chain=True)
    algorithm, jwk = jose.key_named(assertion, await connections.keys_of_client(tx, connection.client_id))
    return jose.claims_of(assertion, jwk, algorithm)


async def check_registered(
    tx: Tx, leaf: x509.Certificate, connection: ConnectionRecord, wall: datetime
) -> None:
    """As at the TLS port: exactly this certificate is registered for this client, in its dates and not revoked.

    UDAP ties a client's URI to the names in its certificate: where the client id is an address, it is one of them.
    """
    found = await certificates.identify(tx, leaf.public_bytes(Encoding.DER), wall)
    if found.client_id != connection.client_id:
        raise NotSigned("x5c is another client's certificate")
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return
    addresses = names.get_values_for_type(x509.UniformResourceIdentifier)
    if connection.client_id.startswith(("https://", "http://")) and connection.client_id not in addresses:
        raise NotSigned("x5c does not name the client's address")


def check_times(claims: dict[str, Any], token_url: str, wall: datetime, settings: Settings) -> datetime:
    audience = claims.get("aud")
    if token_url not in (audience if isinstance(audience, list) else [audience]):
        raise NotSigned("aud is not this token endpoint")
    jti, expires = claims.get("jti"), claims.get("exp")
    if not isinstance(jti, str) or not VISIBLE.match(jti):
        raise NotSigned("jti missing, too long or not of visible characters")
    if isinstance(expires, bool) or not isinstance(expires, int | Decimal):
        raise NotSigned("exp missing")
    now, skew = wall.timestamp(), settings.clock_skew_seconds
    if not now - skew < expires <= now + settings.assertion_seconds + skew:
        raise NotSigned(f"exp must be at most {settings.assertion_seconds} s ahead and not over")
    for name in ("nbf", "iat"):
        begins = claims.get(name, now)
        if isinstance(begins, bool) or not isinstance(begins, int | float | Decimal) or begins > now + skew:
            raise NotSigned(f"{name} in the future")
    return datetime.fromtimestamp(float(expires) + skew, UTC)
