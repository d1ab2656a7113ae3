"""Keeps the last good trust list: looked for again and again, replaced only by a better one.

A list that is bad, unreadable or older changes nothing but the note of why. A list comes from a file, or from its
publisher's address: then the egress worker brings it (ADR 0037), or the Refusal that says why it could not.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509

from tilts.onboarding.trust_list import TrustList, read_kept, read_list
from tilts.rules import Refusal
from tilts.rules.certificates import TRUST_OLDER, TRUST_UNREADABLE
from tilts.settings import Settings
from tilts.store.onboarding import trust
from tilts.store.onboarding.trust import RefreshRecord, TrustListRecord
from tilts.store.tx import Tx


@dataclass(frozen=True, slots=True)
class TrustSources:
    """Where the list, its pinned signers and the issuers' revocation lists are."""

    list_xml: Path
    signers: Path
    revocation_lists: Path


@dataclass(frozen=True, slots=True)
class TrustState:
    """The list in use, if there is one, and how the last look went."""

    list: TrustList | None
    fetched_at: datetime | None
    refresh: RefreshRecord | None


def sources_from(settings: Settings) -> TrustSources:
    own = settings.pki_folder / "trust"
    return TrustSources(
        list_xml=own / "list.xml" if settings.trust_list == Path() else settings.trust_list,
        signers=own / "list-signer.pem" if settings.trust_signers == Path() else settings.trust_signers,
        revocation_lists=own if settings.revocation_lists == Path() else settings.revocation_lists,
    )


def pinned(signers: Path) -> tuple[x509.Certificate, ...]:
    """Who may sign the list; nobody, when there is no such file."""
    try:
        return tuple(x509.load_pem_x509_certificates(signers.read_bytes()))
    except (OSError, ValueError):
        return ()


async def refresh_trust_list(
    tx: Tx, path: Path, signers: Sequence[x509.Certificate], wall: datetime
) -> Refusal | None:
    """The list of the file in use, if it is good; otherwise the last good one stays, and why is noted."""
    return await take_list(tx, str(path), _content(path), signers, wall)


async def take_list(
    tx: Tx, source: str, came: bytes | Refusal, signers: Sequence[x509.Certificate], wall: datetime
) -> Refusal | None:
    """The same for what came from anywhere: a list, or why there is none."""
    await trust.lock_refresh(tx)
    kept = await trust.list_in_use(tx)
    try:
        record = _read(came, signers, wall, kept)
    except Refusal as no:
        await trust.note_refresh(tx, source, wall, no.rule.id, no.told())
        return no
    if kept is None or kept.sha256 != record.sha256:
        await trust.put_in_use(tx, record)
    await trust.note_refresh(tx, source, wall, None, {})
    return None


async def trust_state(tx: Tx, signers: Sequence[x509.Certificate]) -> TrustState:
    """What was kept; its signature is verified again, because a database is not a signer."""
    kept = await trust.list_in_use(tx)
    refresh = await trust.last_refresh(tx)
    if kept is None:
        return TrustState(None, None, refresh)
    try:
        return TrustState(read_kept(kept.xml, signers), kept.fetched_at, refresh)
    except Refusal:  # the signer is pinned no longer: nobody is trusted by that list
        return TrustState(None, kept.fetched_at, refresh)


def _content(path: Path) -> bytes | Refusal:
    try:
        return path.read_bytes()
    except OSError:
        return Refusal(TRUST_UNREADABLE, fault="no such file")


def _read(
    xml: bytes | Refusal, signers: Sequence[x509.Certificate], wall: datetime, kept: TrustListRecord | None
) -> TrustListRecord:
    if isinstance(xml, Refusal):
        raise xml
    found = read_list(xml, signers, wall)
    if kept is not None and found.issued_at < kept.issued_at:
        raise Refusal(TRUST_OLDER, issued_at=found.issued_at, kept_at=kept.issued_at)
    return TrustListRecord(
        sha256=hashlib.sha256(xml).digest(),
        sequence=found.sequence,
        issued_at=found.issued_at,
        next_update=found.next_update,
        fetched_at=wall,
        xml=xml,
    )
