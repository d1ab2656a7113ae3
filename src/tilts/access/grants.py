"""Who gets a token: certificate, assertion, gate, binding, person; in this order, and spent once.

Until certificate and assertion both verify there is one answer for every fault (TOK-001); the true
reason stands in the audit entry only.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from tilts.access import certificates, jose, scopes
from tilts.access.jose import NotSigned
from tilts.access.opening import check_open
from tilts.ids import new_id
from tilts.rules import Refusal
from tilts.rules.access import (
    TOK_BAD_SCOPE,
    TOK_BINDING_WRONG,
    TOK_NOT_AUTHENTICATED,
    TOK_PERSON_NOT_THERE,
    TOK_PURPOSE,
)
from tilts.settings import Settings
from tilts.store import connections
from tilts.store.records import ConnectionRecord, RoleRecord
from tilts.store.tx import Tx

VISIBLE: Final = re.compile(r"[\x21-\x7e]{1,128}\Z")


@dataclass(frozen=True, slots=True)
class GrantRequest:
    assertion: str
    scope: str
    certificate: bytes | None
    plain: bool
    token_url: str
    audience: str  # of the token to be made


@dataclass(frozen=True, slots=True)
class Binding:
    """What extensions.hl7-b2b says: for whom, why, for which patient."""

    purpose: str
    practitioner_id: UUID | None
    role_id: UUID | None
    patient_id: UUID | None


async def grant(
    tx: Tx, request: GrantRequest, wall: datetime, settings: Settings, now: datetime | None = None
) -> dict[str, Any]:
    """The claims of the token to be issued, its assertion spent in the same transaction.

    `now` is business time, by which the gate is asked what is unmet; certificates and assertions live by `wall`.
    """
    connection = await authenticate(tx, request, wall, settings)
    await check_open(tx, connection, "", settings.environment, now or wall)
    claims = jose.unverified_claims(request.assertion)
    binding = read_binding(claims, connection)
    role = await role_now(tx, binding, connection)
    if binding.patient_id and not await connections.patient_exists(tx, binding.patient_id):
        raise Refusal(TOK_BINDING_WRONG, fault="patient is not in the register")
    scope = scopes.granted(connection.kind, request.scope)
    if not scope:
        raise Refusal(TOK_BAD_SCOPE, asked=request.scope)
    claims = token_claims(connection, binding, role, int(wall.timestamp()), settings)
    claims |= {"aud": request.audience, "scope": scopes.as_text(scope)}
    if request.certificate is not None and not request.plain:
        claims["cnf"] = {"x5t#S256": jose.unpadded(certificates.fingerprint_of(request.certificate))}
    return claims


async def authenticate(tx: Tx, request: GrantRequest, wall: datetime, settings: Settings) -> ConnectionRecord:
    """Certificate and assertion, both; any fault is TOK-001."""
    try:
        claims = jose.unverified_claims(request.assertion)
        client_id = str(claims.get("sub"))
        if not VISIBLE.match(client_id):
            raise NotSigned("sub is not a client id")
        if request.plain:
            connection = await connections.find_by_client_id(tx, client_id)
        else:
            connection = await certificates.identify(tx, request.certificate, wall)
        if connection is None or connection.client_id != client_id or claims.get("iss") != client_id:
            raise NotSigned("iss, sub and certificate are not of one client")
        keys = await connections.keys_of_client(tx, client_id)
        algorithm, jwk = jose.key_named(request.assertion, keys)
        claims = jose.claims_of(request.assertion, jwk, algorithm)
        expires_at = check_times(claims, request.token_url, wall, settings)
    except NotSigned as fault:
        raise Refusal(TOK_NOT_AUTHENTICATED, reason=str(fault)) from fault
    except Refusal as no:
        raise Refusal(TOK_NOT_AUTHENTICATED, reason=no.rule.id) from no
    if not await connections.spend_assertion(tx, client_id, claims["jti"], expires_at):
        raise Refusal(TOK_NOT_AUTHENTICATED, reason="assertion replayed", client_id=client_id)
    return connection


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
    not_before = claims.get("nbf", now)
    if (
        isinstance(not_before, bool)
        or not isinstance(not_before, int | float | Decimal)
        or not_before > now + skew
    ):
        raise NotSigned("nbf in the future")
    return datetime.fromtimestamp(float(expires) + skew, UTC)


def read_binding(claims: dict[str, Any], connection: ConnectionRecord) -> Binding:
    extensions = claims.get("extensions")
    b2b = extensions.get("hl7-b2b") if isinstance(extensions, dict) else None
    if not isinstance(b2b, dict) or b2b.get("version") != "1":
        raise Refusal(TOK_BINDING_WRONG, fault="version '1' is missing")
    if str(b2b.get("organization_id")).removeprefix("urn:uuid:") != str(connection.organization_id):
        raise Refusal(TOK_BINDING_WRONG, fault="organization_id is not the client's organisation")
    open_purposes = scopes.PURPOSES[connection.kind]
    purposes = b2b.get("purpose_of_use")
    if not isinstance(purposes, list) or len(purposes) != 1 or purposes[0] not in open_purposes:
        raise Refusal(TOK_PURPOSE, purposes=", ".join(open_purposes))
    practitioner_id, role_id = _uuid(b2b, "subject_id"), _uuid(b2b, "subject_role")
    if (practitioner_id is None) != (role_id is None):
        raise Refusal(TOK_BINDING_WRONG, fault="subject_id and subject_role go together")
    patient_id = _uuid(b2b, "patient")
    if patient_id is None and connection.kind == "portal":
        raise Refusal(TOK_BINDING_WRONG, fault="the portal names the patient at the screen (patient)")
    if patient_id is not None and connection.kind != "portal":
        raise Refusal(TOK_BINDING_WRONG, fault="patient comes from the portal only")
    return Binding(purposes[0], practitioner_id, role_id, patient_id)


async def role_now(tx: Tx, binding: Binding, connection: ConnectionRecord) -> RoleRecord | None:
    """The role as the register has it at this moment; a person without it gets no token."""
    if binding.role_id is None:
        return None
    role = await connections.find_role(tx, binding.role_id)
    if role is None or not role.active:
        raise Refusal(TOK_PERSON_NOT_THERE)
    if (role.practitioner_id, role.organization_id) != (binding.practitioner_id, connection.organization_id):
        raise Refusal(TOK_PERSON_NOT_THERE)
    return role


def token_claims(
    connection: ConnectionRecord,
    binding: Binding,
    role: RoleRecord | None,
    issued_at: int,
    settings: Settings,
) -> dict[str, Any]:
    claims: dict[str, Any] = {
        "sub": connection.client_id,
        "client_id": connection.client_id,
        "jti": str(new_id()),
        "iat": issued_at,
        "exp": issued_at + settings.token_seconds,
        "environment": settings.environment,
        "org": str(connection.organization_id),
        "site": connection.site,
        "purpose": binding.purpose,
    }
    if role is not None:
        claims |= {
            "practitioner": str(role.practitioner_id),
            "role": str(role.role_id),
            "role_code": role.code,
        }
    if binding.patient_id is not None:
        claims["patient"] = str(binding.patient_id)
    return claims


def _uuid(b2b: dict[str, Any], name: str) -> UUID | None:
    written = b2b.get(name)
    if written is None:
        return None
    try:
        return UUID(str(written).rpartition("/")[2].removeprefix("urn:uuid:"))
    except ValueError:
        raise Refusal(TOK_BINDING_WRONG, fault=f"{name} is not an id of the register") from None
