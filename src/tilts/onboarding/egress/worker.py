"""What is fetched again and again: the trust list, and what certificates of listed issuers say of their revocation.

A process of its own, beside the servers: what strangers publish is fetched and read first where no call is served. What
came stays in the database; the servers take it from there.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from tilts.clock import Clock
from tilts.onboarding.egress import egress_from
from tilts.onboarding.egress.addresses import host_in
from tilts.onboarding.standing import look_at_sources, named_places
from tilts.onboarding.trust_keeping import pinned, sources_from, take_list
from tilts.rules import Refusal
from tilts.settings import Settings
from tilts.store.tx import Database

SOON_SECONDS: Final = 60  # a list that could not be had is asked for again after so long
log = structlog.get_logger("tilts.egress")


async def keep_fetching(database: Database, clock: Clock, settings: Settings) -> None:
    """Never ends; cancelled when the process ends."""

    async def trust_list() -> float:
        good = await fetch_trust_list(database, clock, settings)
        return settings.trust_list_minutes * 60 if good else SOON_SECONDS

    async def revocations() -> float:
        await fetch_revocations(database, clock, settings)
        return settings.revocation_look_seconds

    works = [trust_list, revocations] if settings.trust_list_url else [revocations]
    await asyncio.gather(*(again(work) for work in works))


async def fetch_trust_list(database: Database, clock: Clock, settings: Settings) -> bool:
    """The publisher's list in use, if it is good; else the last good one stays, and the page of trust says why."""
    url = settings.trust_list_url
    came: bytes | Refusal
    try:
        came = await egress_from(settings).fetch("trust-list", url)
    except Refusal as no:
        came = no
    signers = pinned(sources_from(settings).signers)
    async with database.transaction() as tx:
        no_list = await take_list(tx, url, came, signers, clock.wall())
    if no_list is not None:
        log.warning("trust list", rule=no_list.rule.id, kept="the last good one")
    return no_list is None


async def fetch_revocations(database: Database, clock: Clock, settings: Settings) -> int:
    """What is due of lists and answers, from the addresses that certificates of listed issuers name."""
    async with database.transaction() as tx:
        places = await named_places(tx, clock.wall())
    egress = egress_from(settings, frozenset(host_in(place) for place in places) - {""})
    return await look_at_sources(database, egress.fetch, settings, clock.wall())


async def again(work: Callable[[], Awaitable[float]]) -> None:
    """The work says after how many seconds it wants to be done again."""
    while True:
        try:
            seconds = await work()
        except Exception as fault:
            # What was fetched before stays in use; one work that breaks must not stop the others.
            log.error("egress", work=work.__name__, kind=type(fault).__name__)
            seconds = SOON_SECONDS
        await asyncio.sleep(seconds)
