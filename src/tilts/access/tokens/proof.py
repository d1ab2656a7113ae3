"""Proof of the person from inside a vendor's system: an ID token of the identity provider (RFC 8693).

The practitioner signs in at the provider with a means of high assurance (Latvia 3); the vendor's system sends
the ID token beside its own assertion. It is good while it lives, for the audiences that are set, for a sign-in
that is not too long ago, by a service of the register, for the practitioner whose sign-in it is, and for the
first client that shows it.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from tilts.access.jose import NotSigned, header_of
from tilts.access.sign_in import openid
from tilts.access.sign_in.openid import LONGEST_SUBJECT, SKEW_SECONDS, moment_in
from tilts.access.sign_in.provider_documents import ProviderDocuments, is_built_in, issuer_of
from tilts.lab.people import TEST_SIGN_IN
from tilts.onboarding.eid_providers import eid_register, may_sign_in
from tilts.onboarding.signing.code_key import code_key
from tilts.person_code import sign_in_hash
from tilts.rules import Refusal
from tilts.rules.accounts import USR_IDENTITY_NOT_PROVEN
from tilts.rules.trust.tokens import (
    ACC_PROOF_MISSING,
    TOK_ANOTHER_PERSON,
    TOK_NO_PROVIDER,
    TOK_PROOF_MISSING,
    TOK_SPENT_ELSEWHERE,
    TOK_SUBJECT_TOKEN,
)
from tilts.settings import Settings
from tilts.store.doors import proofs
from tilts.store.tx import Tx

TEST_AUDIENCE: Final = "tilts-test-systems"  # of the sandbox's own provider
LONGEST_TOKEN: Final = 16_384  # characters
PROVEN: Final = "eid"
ASSERTED: Final = "org-asserted"


@dataclass(frozen=True, slots=True)
class Shown:
    """An ID token as it came, with the keys that the provider publishes; nothing is believed yet."""

    token: str = field(repr=False)
    keys: list[dict[str, Any]] = field(default_factory=list)
    no: Refusal | None = None  # why there are no keys


@dataclass(frozen=True, slots=True)
class Proof:
    """A sign-in that was proven."""

    issuer: str
    subject: str
    token_hash: bytes
    expires_at: datetime


async def shown(token: str, documents: ProviderDocuments) -> Shown:
    """Asked before any transaction is begun: the provider's keys may have to be fetched."""
    try:
        if not audiences_of(documents.settings):
            raise Refusal(TOK_NO_PROVIDER)
        await documents.provider()
        return Shown(token, await documents.keys_for(token))
    except Refusal as no:
        return Shown(token, no=no)


def audiences_of(settings: Settings) -> frozenset[str]:
    """For whom an ID token must have been made: the systems of vendors, as the provider knows them."""
    written = settings.person_proof_audiences.split(",")
    found = frozenset(name.strip() for name in written if name.strip())
    if not issuer_of(settings):
        return frozenset()
    return found or (frozenset({TEST_AUDIENCE}) if is_built_in(settings) else frozenset())


def proven(one: Shown, settings: Settings, wall: datetime) -> Proof:
    """Pure. OpenID Connect Core 1.0, 3.1.3.7, and what this exchange asks besides."""
    if one.no is not None and one.no.rule is not USR_IDENTITY_NOT_PROVEN:
        raise one.no
    try:
        is_id_token = len(one.token) <= LONGEST_TOKEN and header_of(one.token).get("typ", "JWT") == "JWT"
        claims = openid.verified_claims(one.token, one.keys) if is_id_token else None
    except (Refusal, NotSigned) as no:
        raise Refusal(TOK_SUBJECT_TOKEN, fault="it is not signed by the provider", why=str(no)) from no
    if claims is None:
        raise Refusal(TOK_SUBJECT_TOKEN, fault="it is no ID token")
    fault = fault_of(claims, settings, wall)
    if fault:
        raise Refusal(TOK_SUBJECT_TOKEN, fault=fault)
    service = str(claims.get(settings.oidc_service_claim) or claims["iss"])
    register = eid_register(settings.eid_register)
    verdict = may_sign_in(service, str(claims.get("acr", "")), wall, "professional", register)
    if verdict.reason is not None:
        raise verdict.reason
    signed_part = one.token.rpartition(".")[0]  # an ES256 signature can be rewritten, what it signs cannot
    ends = moment_in(claims, "exp") or 0
    return Proof(
        issuer=TEST_SIGN_IN if is_built_in(settings) else str(claims["iss"]),
        subject=str(claims["sub"]),
        token_hash=hashlib.sha256(signed_part.encode()).digest(),
        expires_at=datetime.fromtimestamp(ends, UTC) + timedelta(seconds=SKEW_SECONDS),
    )


def fault_of(claims: dict[str, Any], settings: Settings, wall: datetime) -> str:
    """In words what is wrong with it; empty when nothing is."""
    now, audiences = wall.timestamp(), audiences_of(settings)
    said = claims.get("aud")
    named = {one for one in (said if isinstance(said, list) else [said]) if isinstance(one, str)}
    party = claims.get("azp")
    ends, made, signed_in = (moment_in(claims, name) for name in ("exp", "iat", "auth_time"))
    subject, longest = claims.get("sub"), settings.person_proof_minutes * 60
    wrong = {
        "it is another provider's": claims.get("iss") != issuer_of(settings),
        "it was not made for a system that is known here": not named & audiences
        or (len(named) > 1 and party is None)
        or (party is not None and party not in audiences),
        "it has ended": ends is None or ends + SKEW_SECONDS <= now,
        "it is dated in the future": made is None or made - now > SKEW_SECONDS,
        "it does not say when the person signed in": signed_in is None,
        f"the person signed in more than {settings.person_proof_minutes} minutes ago": signed_in is not None
        and not -SKEW_SECONDS <= now - signed_in <= longest + SKEW_SECONDS,
        "it names nobody": not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT,
    }
    return next((words for words, is_so in wrong.items() if is_so), "")


async def check_person(
    tx: Tx, proof: Proof, practitioner_id: UUID | None, client_id: str, settings: Settings, now: datetime
) -> None:
    """The sign-in is this practitioner's, and no other client has shown the token."""
    if not await proofs.take(tx, proof.token_hash, client_id, proof.expires_at):
        raise Refusal(TOK_SPENT_ELSEWHERE)
    hashed = sign_in_hash(proof.issuer, proof.subject, code_key(settings))
    known = await proofs.practitioner_of(tx, proof.issuer, hashed, now)
    if known is None or known != practitioner_id:
        raise Refusal(TOK_ANOTHER_PERSON)


def check_wanted(is_person: bool, is_proven: bool, settings: Settings) -> None:
    """Setting person_proof `all`: no token names a practitioner without proof."""
    if settings.person_proof == "all" and is_person and not is_proven:
        raise Refusal(TOK_PROOF_MISSING)


def check_signed(is_signed: bool, assurance: str, person_proof: str) -> None:
    """Setting person_proof `writes` (and `all`): a signed document needs a token with proof of the person."""
    if is_signed and person_proof and assurance != PROVEN:
        raise Refusal(ACC_PROOF_MISSING)
