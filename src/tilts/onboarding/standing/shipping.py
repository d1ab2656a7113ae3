"""An OCSP answer that the holder hands in, when the issuer's address cannot be reached from here."""

from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.serialization import Encoding

from tilts.onboarding.revocation import Status, read_answer
from tilts.onboarding.standing.renewing import at_hand_now, renew_standings, subject_in
from tilts.rules import Refusal
from tilts.rules.certificates import CERT_NOT_LIVE
from tilts.rules.trust.standing import CERT_ANSWER_NOT_USABLE
from tilts.settings import Settings
from tilts.store.onboarding import certificates, revocation_sources
from tilts.store.onboarding import standing as store
from tilts.store.onboarding.standing import WatchedRecord
from tilts.store.tx import Tx


async def ship_ocsp(
    tx: Tx, party_id: UUID, fingerprint: bytes, content: bytes, settings: Settings, wall: datetime
) -> Status:
    """
    What the answer says of this party's certificate; it counts from now on until its own end.

    Raises Refusal: CERT-008 not a live certificate of this party, CERT-011 the answer is not to be believed.
    """
    watched = await watched_of(tx, party_id, fingerprint, wall)
    found = await at_hand_now(tx, settings, wall, fingerprint)
    subject = subject_in(watched, found.issuers)
    revoked = {serial for one in found.lists if one.issuer == subject.issuer for serial in one.revoked}
    fault = "another issuer"
    for issuer in found.issuers.of_name(watched.issuer):
        told = read_answer(content, subject, issuer, wall, revoked)
        if told.kind != "unknown":
            ends = told.next_update or wall
            await revocation_sources.ship(
                tx, fingerprint, issuer.public_bytes(Encoding.DER), content, ends, wall
            )
            await renew_standings(tx, settings, wall, fingerprint)
            return told
        fault = told.fault
    raise Refusal(CERT_ANSWER_NOT_USABLE, fault=fault)


async def watched_of(tx: Tx, party_id: UUID, fingerprint: bytes, wall: datetime) -> WatchedRecord:
    own = {one.fingerprint for one in await certificates.of_party(tx, party_id)}
    found = await store.watched(tx, wall, fingerprint) if fingerprint in own else []
    if not found:
        raise Refusal(CERT_NOT_LIVE)
    return found[0]
