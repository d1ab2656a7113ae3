"""What is done again and again while the exchange runs: revocations read, the gate asked, what is spent forgotten."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

import structlog

from tilts.access import gate
from tilts.access.audit.sealing import keep_sealed
from tilts.access.audit.stamping import keep_stamped
from tilts.access.breadth import anomalies
from tilts.access.breadth.limits import limits_from
from tilts.clock import Clock
from tilts.exchange import telling
from tilts.exchange.settling import settle_all
from tilts.onboarding.issuing import keep_own_list
from tilts.onboarding.mail.couriers import courier_from
from tilts.onboarding.mail.rounds import Patience, intake_from, send_all
from tilts.onboarding.standing import keep_accepted, renew_standings, warn_of_ends
from tilts.onboarding.trust_keeping import pinned, refresh_trust_list, sources_from
from tilts.settings import Settings
from tilts.store import connections, relationships, request_keys
from tilts.store.doors import counter, proofs
from tilts.store.tx import Database, Tx

FORGETTING_SECONDS: Final = 3600
ANOMALIES_SECONDS: Final = 5
USUAL_SECONDS: Final = 60  # how often what is usual for an organisation in this hour is kept
KEYS_LIVE: Final = timedelta(days=30)  # Design 5
MISSES_LIVE: Final = timedelta(days=1)  # counted for ten minutes: Security 3.3
log = structlog.get_logger("tilts.house")


async def keep_house(database: Database, clock: Clock, settings: Settings) -> None:
    """Never ends; cancelled when the house closes."""
    limits = limits_from(settings.copying_limits)

    async def forget(tx: Tx) -> None:
        await connections.forget_assertions(tx, clock.wall())
        await proofs.forget(tx, clock.wall())
        await request_keys.forget(tx, clock.now() - KEYS_LIVE)
        await counter.forget_misses(tx, clock.now() - MISSES_LIVE)
        await relationships.forget_identifications(tx, clock.now())
        await anomalies.forget(tx, clock.now(), limits)
        await telling.forget(tx, clock.now())

    async def look_for_anomalies(tx: Tx) -> None:
        for row in await anomalies.look_for_anomalies(tx, clock.now(), limits):
            log.warning("anomaly", rule=row.limit_id, actor=row.actor, **row.facts)

    async def keep_usual(tx: Tx) -> None:
        await anomalies.keep_usual(tx, clock.now())

    async def settle() -> None:
        await settle_all(database, clock)

    async def ask_gate(tx: Tx) -> None:
        for client_id, before, now_open in await gate.refresh(tx, settings.environment, clock.now()):
            log.info("gate", client_id=client_id, before=before, open=now_open)

    rounds = [round_again(settle, settings.settling_seconds)] if settings.settling_seconds else []
    await asyncio.gather(
        *rounds,
        again(database, ask_gate, settings.gate_refresh_seconds),
        again(database, forget, FORGETTING_SECONDS),
        again(database, look_for_anomalies, ANOMALIES_SECONDS),
        again(database, keep_usual, USUAL_SECONDS),
        keep_certificates(database, clock, settings),
        keep_mail(database, clock, settings),
        keep_sealed(settings, clock),
        keep_stamped(database, clock, settings),
    )


async def keep_certificates(database: Database, clock: Clock, settings: Settings) -> None:
    """What is known of certificates and their issuers: ADR 0036."""
    sources = sources_from(settings)

    async def look_at_trust_list(tx: Tx) -> None:
        if settings.trust_list_url:
            return  # the egress worker brings it
        no = await refresh_trust_list(tx, sources.list_xml, pinned(sources.signers), clock.wall())
        if no is not None:
            log.warning("trust list", rule=no.rule.id, kept="the last good one", **no.told())

    async def sign_own_list(tx: Tx) -> None:
        await keep_own_list(tx, settings, clock.wall())

    async def renew_certificates(tx: Tx) -> None:
        await renew_standings(tx, settings, clock.wall())

    async def keep_accepted_issuers(tx: Tx) -> None:
        await keep_accepted(tx, settings, clock.wall())

    async def warn(tx: Tx) -> None:
        await warn_of_ends(tx, settings, clock.now(), clock.wall())

    rounds = (look_at_trust_list, sign_own_list, renew_certificates, keep_accepted_issuers)
    await asyncio.gather(
        *(again(database, work, settings.revocation_refresh_seconds) for work in rounds),
        again(database, warn, FORGETTING_SECONDS),
    )


async def keep_mail(database: Database, clock: Clock, settings: Settings) -> None:
    """Letters out and messages in, apart: a mail server that hangs must not keep messages lying."""
    courier, intake = courier_from(settings), intake_from(settings)
    if courier is None:
        log.warning("mail", courier=None, letters="wait in the outbox until a mail server is set")
    patience = Patience(settings.mail_attempts, timedelta(seconds=settings.mail_first_pause_seconds))

    async def send() -> None:
        if courier is not None:
            await send_all(database, clock, courier, patience)

    async def receive() -> None:
        if intake is not None:
            await intake.receive_all(database, clock)

    await asyncio.gather(*(round_again(work, settings.mail_round_seconds) for work in (send, receive)))


async def round_again(work: Callable[[], Awaitable[None]], seconds: int) -> None:
    while True:
        try:
            await work()
        except Exception as fault:
            # What waits goes on waiting; the next round tries again.
            log.error("housekeeping", work=work.__name__, kind=type(fault).__name__)
        await asyncio.sleep(seconds)


async def again(database: Database, work: Callable[[Tx], Awaitable[None]], seconds: int) -> None:
    while True:
        try:
            async with database.transaction() as tx:
                await work(tx)
        except Exception as fault:
            # The last state stays in force: what cannot be done now must not stop the exchange.
            log.error("housekeeping", work=work.__name__, kind=type(fault).__name__)
        await asyncio.sleep(seconds)
