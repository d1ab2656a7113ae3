"""Would this token open anything now: asked by the authority's operator (RFC 7662).

The same questions in the same order as a call would meet at the door; the first no makes it inactive, and the
reason is told to nobody.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tilts.access import certificates, jose
from tilts.access.jose import NotSigned
from tilts.access.permission.asking import check_acting
from tilts.access.pipeline import party_from
from tilts.access.tokens.issuing import Tokens
from tilts.access.verdicts.opening import is_open
from tilts.exchange.prescriptions import viewer_of
from tilts.rules import Refusal
from tilts.rules.access import ACC_PARTY_CLOSED, ACC_TOKEN_OF_ANOTHER
from tilts.store import connections
from tilts.store.records import ConnectionRecord
from tilts.store.tx import Tx

# Ids and codes; nothing that a name or a person code could stand in.
TOLD: Final[tuple[str, ...]] = (
    "iss",
    "sub",
    "aud",
    "client_id",
    "jti",
    "iat",
    "exp",
    "scope",
    "environment",
    "org",
    "site",
    "purpose",
    "practitioner",
    "role",
    "role_code",
    "delegator_role",
    "patient",
    "acting_patient",
    "assurance",
    "cnf",
)


async def looked_into(tx: Tx, token: str, tokens: Tokens, wall: datetime, now: datetime) -> dict[str, Any]:
    """What is told of the token."""
    try:
        claims = tokens.live(token, wall)
        connection = await bearer_now(tx, claims, wall)
        if not connection.active or not is_open(connection, ""):
            raise Refusal(ACC_PARTY_CLOSED, unmet="-")
        party = party_from(connection, claims, plain="cnf" not in claims)
        await check_acting(tx, party, viewer_of(party, now))
    except Refusal:
        return {"active": False}
    told = {name: claims[name] for name in TOLD if name in claims}
    return {"active": True, "token_type": "Bearer", **told}


async def bearer_now(tx: Tx, claims: dict[str, Any], wall: datetime) -> ConnectionRecord:
    """The client of the token, by the certificate that it is bound to, as that stands now."""
    bound_to = claims.get("cnf", {}).get("x5t#S256")
    if bound_to is None:
        found = await connections.find_by_client_id(tx, claims["client_id"])
    else:
        found = certificates.check(await connections.find_by_fingerprint(tx, thumbprint(bound_to)), wall)
    if found is None or found.client_id != claims["client_id"]:
        raise Refusal(ACC_TOKEN_OF_ANOTHER)
    return found


def thumbprint(written: str) -> bytes:
    try:
        return jose.strict_bytes(written)
    except NotSigned as fault:
        raise Refusal(ACC_TOKEN_OF_ANOTHER) from fault


def noted(token: str) -> dict[str, str]:
    """For the audit entry, which is written before anything is looked into: which token, if it is one of ours at all."""
    try:
        jti = str(jose.unverified_claims(token).get("jti"))
        return {"token": str(UUID(jti))}
    except (NotSigned, ValueError):
        return {"token": "-"}
