"""What is done again and again while the exchange runs: revocations read, what is spent forgotten."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

import structlog

from tilts.access import certificates
from tilts.clock import Clock
from tilts.store import connections, prescriptions, request_keys
from tilts.store.tx import Database, Tx

REVOCATIONS_SECONDS: Final = 30  # effective within 60 s: Security 1.2
FORGETTING_SECONDS: Final = 3600
KEYS_LIVE: Final = timedelta(days=30)  # Design 5
MISSES_LIVE: Final = timedelta(days=1)  # counted for ten minutes: Security 3.3
log = structlog.get_logger("tilts.house")


async def keep_house(database: Database, clock: Clock, pki_folder: Path) -> None:
    """Never ends; cancelled when the house closes."""

    async def revoke(tx: Tx) -> None:
        await certificates.apply_revocations(tx, pki_folder / "crl.pem", pki_folder / "chain.pem")

    async def forget(tx: Tx) -> None:
        await connections.forget_assertions(tx, clock.wall())
        await request_keys.forget(tx, clock.now() - KEYS_LIVE)
        await prescriptions.forget_misses(tx, clock.now() - MISSES_LIVE)

    await asyncio.gather(
        again(database, revoke, REVOCATIONS_SECONDS), again(database, forget, FORGETTING_SECONDS)
    )


async def again(database: Database, work: Callable[[Tx], Awaitable[None]], seconds: int) -> None:
    while True:
        try:
            async with database.transaction() as tx:
                await work(tx)
        except Exception as fault:
            # The last state stays in force: what cannot be done now must not stop the exchange.
            log.error("housekeeping", work=work.__name__, kind=type(fault).__name__)
        await asyncio.sleep(seconds)
