"""Looked at again and again: what its issuer has revoked is closed; what is known is written beside the certificate.

A call reads two columns and nothing else. They hold a moment, so that what is not renewed closes by itself, also
when nobody renews any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from cryptography import x509

from tilts.onboarding.certificates.standing import revocations_now
from tilts.onboarding.revocation import RevocationList, Status, Subject, best_of, read_answer, subject_of
from tilts.onboarding.revocation.kept import answers_among
from tilts.onboarding.standing.deciding import Graces, KnownOf, graces_from, usable
from tilts.onboarding.standing.issuers import Issuers, issuers_now
from tilts.settings import Settings
from tilts.store import connections
from tilts.store.onboarding import revocation_sources
from tilts.store.onboarding import standing as store
from tilts.store.onboarding.revocation_sources import SourceRecord
from tilts.store.onboarding.standing import StandingRecord, WatchedRecord
from tilts.store.tx import Tx

log = structlog.get_logger("tilts.certificates")


@dataclass(frozen=True, slots=True)
class AtHand:
    """All that one round goes by."""

    issuers: Issuers
    lists: tuple[RevocationList, ...]
    kept: Sequence[SourceRecord]
    graces: Graces
    wall: datetime


async def renew_standings(tx: Tx, settings: Settings, wall: datetime, only: bytes | None = None) -> bool:
    """Every live certificate of this environment, or one; False when another worker is at it."""
    if only is None and not await store.try_lock(tx, "renewing"):
        return False
    found = await at_hand_now(tx, settings, wall, only)
    for listed in found.lists:
        if listed.overdue(wall):
            log.warning("revocation list overdue", file=listed.file, next_update=str(listed.next_update))
    changed = []
    for watched in await store.watched(tx, wall, only):
        status = status_of(watched, found)
        if status.kind == "revoked":
            await close(tx, watched, status, wall)
        standing = stands(watched, status, found)
        if differs(watched, standing):
            changed.append(standing)
    await store.save(tx, changed)
    return True


async def at_hand_now(tx: Tx, settings: Settings, wall: datetime, only: bytes | None = None) -> AtHand:
    issuers = await issuers_now(tx, settings, wall)
    kept = await revocation_sources.sources(tx, only)
    lists = revocations_now(settings, issuers.trust, wall, kept)
    return AtHand(issuers, lists, kept, graces_from(settings), wall)


async def close(tx: Tx, watched: WatchedRecord, status: Status, wall: datetime) -> None:
    """By issuer and serial number, from the next call on; of what is registered alone, however long a list is."""
    revoked_at = status.revoked_at or status.this_update or wall
    await connections.revoke(tx, [watched.issuer], {int(watched.serial): revoked_at})


def status_of(watched: WatchedRecord, found: AtHand) -> Status:
    subject = subject_in(watched, found.issuers)
    lists = [one for one in found.lists if one.issuer == subject.issuer]
    told = [one.says(subject, found.wall) for one in lists]
    revoked = {serial for one in lists for serial in one.revoked}
    for content in answers_among(found.kept, watched.fingerprint):
        for issuer in found.issuers.of_name(watched.issuer):
            told.append(read_answer(content, subject, issuer, found.wall, revoked))
    return best_of(told)


def subject_in(watched: WatchedRecord, issuers: Issuers) -> Subject:
    if watched.certificate is not None:
        return subject_of(x509.load_der_x509_certificate(watched.certificate))
    own = issuers.own[0].subject.rfc4514_string() if issuers.own else ""
    return Subject(int(watched.serial), watched.issuer or own)


def stands(watched: WatchedRecord, status: Status, found: AtHand) -> StandingRecord:
    """Pure."""
    said = [status.next_update] if status.kind == "good" else []
    known_until = max(filter(None, [watched.known_good_until, *said]), default=None)
    known = KnownOf(
        watched_since=watched.watched_since or found.wall,
        known_good_until=known_until,
        issuer=found.issuers.standing(watched.issuer),
        kept_open_until=watched.kept_open_until,
    )
    ends = usable(known, found.graces)
    return StandingRecord(
        fingerprint=watched.fingerprint,
        looked_at=found.wall,
        status=status.kind,
        source=status.source,
        fault=status.fault,
        known_good_until=known_until,
        stale_from=ends.stale_from,
        usable_until=ends.until,
        unusable_rule=ends.rule.id,
    )


def differs(watched: WatchedRecord, standing: StandingRecord) -> bool:
    before = (watched.status, watched.fault, watched.known_good_until, watched.stale_from)
    before_usable = (watched.usable_until, watched.unusable_rule)
    now_usable = (standing.usable_until, standing.unusable_rule)
    return (before, before_usable) != (
        (standing.status, standing.fault, standing.known_good_until, standing.stale_from),
        now_usable,
    )
