"""The egress worker as a process: `tilts serve` and the sandbox start it, and it ends with them."""

import asyncio
import contextlib
import signal
from typing import Final

from tilts.clock import WallClock
from tilts.logs import configure_logs
from tilts.onboarding.egress.worker import keep_fetching
from tilts.settings import Settings, from_environment
from tilts.store.tx import Database

CONNECTIONS: Final = 2


async def run(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    database = Database(settings.database_url, connections=CONNECTIONS, environment=settings.environment)
    await database.open()
    work = asyncio.ensure_future(keep_fetching(database, WallClock(), settings))
    try:
        await stop.wait()
    finally:
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
        await database.close()


if __name__ == "__main__":
    chosen = from_environment()
    configure_logs(chosen.log_level, chosen.mark)
    asyncio.run(run(chosen))
