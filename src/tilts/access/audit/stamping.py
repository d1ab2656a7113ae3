"""Time stamps over the newest head (RFC 3161): somebody else's clock says that all of it was there by then.

The authority sees a hash and nothing else. It is asked through the egress worker's rules (host named in the settings,
small answer, few seconds); when it does not answer, sealing goes on and the next round asks again.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import timedelta
from typing import Final, Protocol
from urllib.parse import urlsplit

import structlog
from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from tilts.access.audit import heads
from tilts.clock import Clock
from tilts.ids import new_id
from tilts.onboarding.egress import egress_from
from tilts.rules import Refusal
from tilts.settings import Settings
from tilts.store.trail import reading
from tilts.store.trail.seals import Stamp
from tilts.store.tx import Database

LOOK_SECONDS: Final = 60
log = structlog.get_logger("tilts.audit")


class Fetch(Protocol):
    def __call__(self, url: str, body: bytes) -> Awaitable[bytes]: ...


async def keep_stamped(database: Database, clock: Clock, settings: Settings) -> None:
    """Never ends; does nothing without an authority."""
    while settings.timestamp_url:
        try:
            await stamp_newest(database, clock, settings, fetching(settings))
        except Exception as fault:
            log.error(
                "audit time stamp", kind=type(fault).__name__, seals="stand unstamped until the next round"
            )
        await asyncio.sleep(LOOK_SECONDS)


def fetching(settings: Settings) -> Fetch:
    egress = egress_from(settings)

    async def fetch(url: str, body: bytes) -> bytes:
        return await egress.fetch("timestamp", url, body)

    return fetch


async def stamp_newest(database: Database, clock: Clock, settings: Settings, fetch: Fetch) -> bool:
    """Whether a stamp was due and was had; raises nothing for an authority that is away."""
    now = clock.wall()
    async with database.transaction() as tx:
        [*newest] = await reading.heads(tx, 1)
        last = await reading.newest_stamp(tx)
    stamped = last.sequence if last else -1
    is_due = last is None or now - last.at >= timedelta(minutes=settings.timestamp_minutes)
    if not newest or not is_due or stamped >= newest[0].sequence:
        return False
    head = heads.head_bytes(newest[0], settings.environment)
    request = TimestampRequestBuilder().data(head).hash_algorithm(HashAlgorithm.SHA256).build()
    try:
        came = await fetch(settings.timestamp_url, request.as_bytes())
    except Refusal as no:
        log.warning("audit time stamp", rule=no.rule.id, authority=urlsplit(settings.timestamp_url).hostname)
        return False
    authority = urlsplit(settings.timestamp_url).hostname or ""
    stamp = Stamp(newest[0].sequence, now, authority, came)
    fault = fault_of(stamp, head, roots_of(settings))
    if fault or decode_timestamp_response(came).tst_info.nonce != request.nonce:
        log.warning("audit time stamp", refused=fault or "nonce", authority=authority)
        return False
    async with database.transaction() as tx:
        await reading.add_stamp(tx, new_id(), stamp)
    return True


def roots_of(settings: Settings) -> list[x509.Certificate]:
    file = settings.timestamp_ca_file
    return x509.load_pem_x509_certificates(file.read_bytes()) if file.is_file() else []


def fault_of(stamp: Stamp, head: bytes, roots: Sequence[x509.Certificate]) -> str:
    """What is wrong with a stamp; empty: it is over this head, and from one of these if any are named."""
    try:
        answer = decode_timestamp_response(bytes(stamp.response))
        builder = VerifierBuilder(roots=list(roots)) if roots else None
        if builder is not None:
            builder.build().verify_message(answer, head)
        elif answer.tst_info.message_imprint.message != heads.digest(head):
            return "it is over something else"
    except (VerificationError, ValueError) as no:
        return f"{no}"[:200] or type(no).__name__
    return ""
