"""The egress worker's part: asks the issuers' addresses for lists and answers, and keeps what may be believed.

What cannot be believed is thrown away and the fault is kept; what was good before stays until its own end.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from cryptography import x509

from tilts.onboarding.egress.addresses import host_in
from tilts.onboarding.egress.fetching import Fetch
from tilts.onboarding.egress.purposes import Purpose
from tilts.onboarding.revocation import Unusable, read_answer, read_list, subject_of
from tilts.onboarding.revocation.kept import wanted_of
from tilts.onboarding.standing.issuers import issuers_now
from tilts.rules import Refusal
from tilts.rules.trust.egress import EGR_SLOW, EGR_UNREACHED
from tilts.settings import Settings
from tilts.store.onboarding import revocation_sources, standing
from tilts.store.onboarding.revocation_sources import SourceRecord
from tilts.store.onboarding.standing import WatchedRecord
from tilts.store.tx import Database, Tx

WANTED_FOR: Final = timedelta(days=7)  # after that nobody has a certificate with this address
AT_ONCE: Final = 2000
HOST_SECONDS: Final = 10.0  # for one host in one round
DOWN: Final = frozenset({EGR_UNREACHED.id, EGR_SLOW.id})
log = structlog.get_logger("tilts.certificates")


async def look_at_sources(database: Database, fetch: Fetch, settings: Settings, wall: datetime) -> int:
    """One round: what is due is asked, outside of any transaction; gives how many were asked."""
    async with database.transaction() as tx:
        live = {one.fingerprint: one for one in await want_all(tx, settings, wall)}
        before = wall - timedelta(seconds=settings.revocation_look_seconds)
        due = await revocation_sources.due_sources(tx, wall - WANTED_FOR, before, AT_ONCE)
    hosts: dict[str, list[SourceRecord]] = {}
    for source in due:
        hosts.setdefault(host_in(source.place), []).append(source)
    look = Look(database, fetch, live, wall)
    await asyncio.gather(*(look.at_host(host, queue) for host, queue in hosts.items()))
    return len(due)


@dataclass(frozen=True, slots=True)
class Look:
    """One round. Each host is asked beside the others, so that one that is down or slow keeps nobody waiting."""

    database: Database
    fetch: Fetch
    live: Mapping[bytes, WatchedRecord]
    wall: datetime

    async def at_host(self, host: str, queue: Sequence[SourceRecord]) -> None:
        ends = asyncio.get_running_loop().time() + HOST_SECONDS
        for number, source in enumerate(queue):
            fault = await self.at_source(source)
            if fault in DOWN:  # what is left at that address is not asked before the next round
                await self.saw(queue[number + 1 :], fault)
                return
            if asyncio.get_running_loop().time() > ends:
                log.warning("revocation source", host=host, left=len(queue) - number - 1)
                return  # they are the first of the next round

    async def at_source(self, source: SourceRecord) -> str:
        """ "" or why nothing came that may be believed."""
        try:
            kind: Purpose = "crl" if source.kind == "crl" else "ocsp"
            content = await self.fetch(kind, source.place, source.request)
            next_update = believed_until(source, content, self.live.get(source.fingerprint), self.wall)
        except (Refusal, Unusable) as no:
            fault = no.rule.id if isinstance(no, Refusal) else str(no)
            log.warning("revocation source", place=source.place, fault=fault)
            await self.saw([source], fault)
            return fault
        async with self.database.transaction() as tx:
            await revocation_sources.saw(tx, source, self.wall, content=content, next_update=next_update)
        return ""

    async def saw(self, sources: Sequence[SourceRecord], fault: str) -> None:
        async with self.database.transaction() as tx:
            for source in sources:
                await revocation_sources.saw(tx, source, self.wall, fault=fault)


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
