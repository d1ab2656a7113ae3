"""The egress worker's part: asks the issuers' addresses for lists and answers, and keeps what may be believed.

What cannot be believed is thrown away and the fault is kept; what was good before stays until its own end.
"""

from datetime import datetime, timedelta
from typing import Final

import structlog
from cryptography import x509

from tilts.onboarding.egress.fetching import Fetch
from tilts.onboarding.revocation import Unusable, read_answer, read_list, subject_of
from tilts.onboarding.revocation.kept import wanted_of
from tilts.onboarding.standing.issuers import issuers_now
from tilts.rules import Refusal
from tilts.settings import Settings
from tilts.store.onboarding import revocation_sources, standing
from tilts.store.onboarding.revocation_sources import SourceRecord
from tilts.store.onboarding.standing import WatchedRecord
from tilts.store.tx import Database, Tx

WANTED_FOR: Final = timedelta(days=7)  # after that nobody has a certificate with this address
AT_ONCE: Final = 50
log = structlog.get_logger("tilts.certificates")


async def look_at_sources(database: Database, fetch: Fetch, settings: Settings, wall: datetime) -> int:
    """One round: what is due is asked, outside of any transaction; gives how many were asked."""
    async with database.transaction() as tx:
        live = {one.fingerprint: one for one in await want_all(tx, settings, wall)}
        before = wall - timedelta(minutes=settings.revocation_look_minutes)
        due = await revocation_sources.due_sources(tx, wall - WANTED_FOR, before, AT_ONCE)
    for source in due:
        try:
            content = await fetch("crl" if source.kind == "crl" else "ocsp", source.place, source.request)
            next_update = believed_until(source, content, live.get(source.fingerprint), wall)
        except (Refusal, Unusable) as no:
            fault = no.rule.id if isinstance(no, Refusal) else str(no)
            log.warning("revocation source", place=source.place, fault=fault)
            async with database.transaction() as tx:
                await revocation_sources.saw(tx, source, wall, fault=fault)
        else:
            async with database.transaction() as tx:
                await revocation_sources.saw(tx, source, wall, content=content, next_update=next_update)
    return len(due)


async def named_places(tx: Tx, wall: datetime) -> list[str]:
    """The addresses that certificates of listed issuers name: these and no others are asked for revocations."""
    return await revocation_sources.named_places(tx, wall - WANTED_FOR)


async def want_all(tx: Tx, settings: Settings, wall: datetime) -> list[WatchedRecord]:
    """Addresses of live certificates by listed issuers; the list of our own CA is at hand."""
    issuers = await issuers_now(tx, settings, wall)
    live = await standing.watched(tx, wall)
    for one in live:
        if one.certificate is None or issuers.standing(one.issuer).own:
            continue
        certificate = x509.load_der_x509_certificate(one.certificate)
        for issuer in issuers.of_name(one.issuer):
            await revocation_sources.want(tx, wanted_of(certificate, issuer, wall))
    return live


def believed_until(
    source: SourceRecord, content: bytes, asked: WatchedRecord | None, wall: datetime
) -> datetime | None:
    """Pure. Raises Unusable when it is not to be kept."""
    issuer = x509.load_der_x509_certificate(source.issuer)
    if source.kind == "crl":
        listed = read_list(content, issuer, source.place)
        if listed.overdue(wall):
            raise Unusable("overdue")
        return listed.next_update
    if asked is None or asked.certificate is None:
        raise Unusable("another certificate")
    subject = subject_of(x509.load_der_x509_certificate(asked.certificate))
    told = read_answer(content, subject, issuer, wall)
    if told.kind == "unknown":
        raise Unusable(told.fault)
    return told.next_update
