"""Systems that call again and again over connections that they keep open, and what they are told after a moment."""

import asyncio
import contextlib
import re
import time
from collections import Counter as Tally
from datetime import datetime
from typing import Any, Final, Self

from proofs.driver.http import Line, Pair

RULE: Final = re.compile(rb'"code":\s?"([A-Z]+-[0-9]{3})"')
AFTER: Final = 3  # refusals on one connection, until it is believed


class Socket(Line):
    """One connection at a time, and how often it had to be opened."""

    opened = 0

    @classmethod
    def like(cls, line: Line) -> Self:
        return cls(*line.address, line._context)

    async def _open(self) -> Pair:
        self.opened += 1
        return await super()._open()


class Crowd:
    """The connections of one system; every answer counts, also the one that was under way at the moment."""

    def __init__(self, sockets: list[Socket], path: str, headers: dict[str, str], pause: float) -> None:
        self.sockets, self._path, self._headers, self._pause = sockets, path, headers, pause
        self.answers: Tally[str] = Tally()
        self._moment = 0.0
        self._last_success = 0.0
        self._refused: dict[int, list[float]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.ensure_future(self._call(each)) for each in range(len(self.sockets))]

    def cut(self, at: datetime | None = None) -> None:
        """Seconds are counted from here, or from a moment that was told ahead."""
        self._moment = at.timestamp() if at else time.time()

    async def _call(self, number: int) -> None:
        refused = self._refused.setdefault(number, [])
        while len(refused) < AFTER:
            answer = await self.sockets[number].send("GET", self._path, self._headers)
            now = time.time()
            if answer.status == 200:
                self.answers["200"] += 1
                self._last_success = max(self._last_success, now)
            else:
                rule = RULE.search(answer.body)
                self.answers[rule[1].decode() if rule else str(answer.status)] += 1
                refused.append(now)
            await asyncio.sleep(self._pause)

    async def until_refused(self, seconds: float) -> dict[str, Any]:
        await asyncio.wait(self._tasks, timeout=seconds)
        return await self.stopped()

    async def stopped(self) -> dict[str, Any]:
        for task in self._tasks:
            if not task.done():
                task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        for each in self.sockets:
            each.close()
        firsts = [times[0] for times in self._refused.values() if times]
        return {
            "sockets": len(self.sockets),
            "opened": sum(each.opened for each in self.sockets),
            "refused": len(firsts),
            "answers": dict(self.answers),
            "first_refusal": round(min(firsts) - self._moment, 1) if firsts else None,
            "last_success": round(self._last_success - self._moment, 1),
        }
