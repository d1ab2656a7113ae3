"""Who gets a token: certificate, assertion, gate, binding, people, proof, scopes; in this order, and spent once.

Until certificate and assertion both verify there is one answer for every fault (TOK-001); the true
reason stands in the audit entry only.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tilts.access import certificates, jose, scopes
from tilts.access.breadth.held import check_grant
from tilts.access.tokens import proof
from tilts.access.tokens.binding import Binding, read_binding
from tilts.access.tokens.clients import GrantRequest, authenticate
from tilts.access.tokens.people import Actors, actors_now
from tilts.access.verdicts.opening import check_open
from tilts.clock import RIGA
from tilts.ids import new_id
from tilts.rules import Refusal
from tilts.settings import Settings
from tilts.store.records import ConnectionRecord
from tilts.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Granted:
    """A token to be issued: its claims, its scopes as they are told, and what is only written down."""

    claims: dict[str, Any]
    connection: ConnectionRecord
    kept: dict[str, Any]


async def grant(
    tx: Tx, request: GrantRequest, wall: datetime, settings: Settings, now: datetime | None = None
) -> Granted:
    """The token to be issued, its assertion spent in the same transaction.

    `now` is business time, by which gate and registers are asked; certificates and assertions live by `wall`.
    """
    now = now or wall
    connection, said = await authenticate(tx, request, wall, settings)
    with named(connection):
        await check_open(tx, connection, "", settings.environment, now)
        binding = read_binding(said, connection, now.astimezone(RIGA).date())
        actors = await actors_now(tx, binding, connection, now)
        await check_grant(tx, connection, binding.practitioner_id)
        assurance = await assurance_of(tx, request, binding, connection, settings, wall)
        scope = scopes.decide(connection.kind, request.scope, extended=binding.is_extended)
        claims = token_claims(connection, binding, actors, int(wall.timestamp()), settings)
        claims |= {"aud": request.audience, "scope": scopes.as_text(scope, request.scope)}
        if actors.role is not None:
            claims["assurance"] = assurance
        if request.certificate is not None and not request.plain:
            claims["cnf"] = {"x5t#S256": jose.unpadded(certificates.fingerprint_of(request.certificate))}
        kept = {name: value for name, value in binding.kept.items() if value != binding.purpose}
        return Granted(claims, connection, kept)


@contextmanager
def named(connection: ConnectionRecord) -> Iterator[None]:
    """A refusal within is of this client, which has proven itself: its audit entry names it."""
    try:
        yield
    except Refusal as no:
        no.facts["connection"] = connection
        raise


async def assurance_of(
    tx: Tx,
    request: GrantRequest,
    binding: Binding,
    connection: ConnectionRecord,
    settings: Settings,
    wall: datetime,
) -> str:
    """How surely it is known who acts: `eid` when an ID token was shown and is theirs."""
    proof.check_wanted(binding.role_id is not None, request.shown is not None, settings)
    if request.shown is None:
        return proof.ASSERTED
    found = proof.proven(request.shown, settings, wall)
    await proof.check_person(tx, found, binding.practitioner_id, connection.client_id, settings, wall)
    return proof.PROVEN


def token_claims(
    connection: ConnectionRecord, binding: Binding, actors: Actors, issued_at: int, settings: Settings
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
    role, delegator = actors.role, actors.delegator
    if role is not None:
        claims |= {
            "practitioner": str(role.practitioner_id),
            "role": str(role.role_id),
            "role_code": role.code,
        }
    if delegator is not None:
        claims["delegator_role"] = str(delegator.role_id)
    if actors.patient_id is not None:
        claims["patient"] = str(actors.patient_id)
    if actors.acting_patient_id is not None:
        claims["acting_patient"] = str(actors.acting_patient_id)
    return claims
