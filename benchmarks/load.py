"""Many clients at once for some seconds, and whose processor time it took."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import psutil

from benchmarks.scenes import Cast, Scene
from proofs.driver.http import Answer
from proofs.driver.parties import Party, Request

WARMING_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class Measured:
    """Per scene played: how many a second, and processor milliseconds of each side."""

    per_second: float
    server_ms: float
    postgres_ms: float
    driver_ms: float
    p50_ms: float
    p99_ms: float
    played: int
    calls: dict[str, tuple[float, float]] = field(
        default_factory=dict
    )  # p50 and p99 in ms of each kind of call

    @property
    def exchange_ms(self) -> float:
        return self.server_ms + self.postgres_ms


class Meter:
    """Processor time so far of one process and all its children, ended ones included."""

    def __init__(self, pid: int | None) -> None:
        self._process = psutil.Process(pid) if pid else None

    def seconds(self) -> float:
        if self._process is None:
            return 0.0
        own = self._process.cpu_times()
        total = own.user + own.system + own.children_user + own.children_system
        for child in self._process.children(recursive=True):
            try:
                times = child.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system
        return float(total)


class Refused(Exception):
    """A call of a benchmark went wrong: a figure of errors would be no figure."""


async def send(party: Party, request: Request) -> Answer:
    answer = await party.send(request)
    if answer.status >= 300:
        raise Refused(f"{request.method} {request.path}: {answer.status} {answer.body[:300]!r}")
    return answer


async def played(
    scene: Scene, cast: Cast, clients: int, seconds: float, meters: dict[str, Meter]
) -> Measured:
    """Closed loop: each client begins anew when it has its answer; the first part is for warming up."""
    spans: list[tuple[float, float]] = []
    calls: dict[str, list[float]] = {}

    async def timed(party: Party, request: Request) -> Answer:
        began = time.perf_counter()
        answer = await send(party, request)
        calls.setdefault(name_of(request), []).append(1000 * (time.perf_counter() - began))
        return answer

    ends = time.perf_counter() + seconds * (1 + WARMING_SHARE)

    async def client(number: int) -> None:
        turn = number
        while time.perf_counter() < ends:
            began = time.perf_counter()
            await scene.play(cast, cast.patients[turn % len(cast.patients)], timed)
            spans.append((began, time.perf_counter()))
            turn += clients

    async with asyncio.TaskGroup() as group:
        for number in range(clients):
            group.create_task(client(number))
        await asyncio.sleep(seconds * WARMING_SHARE)
        before, first = marks(meters), len(spans)
        calls.clear()
        began = time.perf_counter()
        await asyncio.sleep(seconds)
        after, last = marks(meters), len(spans)
        took = time.perf_counter() - began
        kinds = {name: sorted(each) for name, each in calls.items()}
    count = max(1, last - first)
    spent = {name: 1000 * (after[name] - before[name]) / count for name in after}
    waits = sorted(end - start for start, end in spans[first:last])
    return Measured(
        per_second=count / took,
        server_ms=spent.get("server", 0.0),
        postgres_ms=spent.get("postgres", 0.0),
        driver_ms=spent["driver"],
        p50_ms=1000 * share(waits, 0.5),
        p99_ms=1000 * share(waits, 0.99),
        played=count,
        calls={name: (share(each, 0.5), share(each, 0.99)) for name, each in kinds.items()},
    )


def name_of(request: Request) -> str:
    """Method and path without ids."""
    parts = request.path.strip("/").split("/")
    return f"{request.method} " + "/".join("{id}" if len(part) == 36 else part for part in parts)


def marks(meters: dict[str, Meter]) -> dict[str, float]:
    return {name: meter.seconds() for name, meter in meters.items()} | {"driver": time.process_time()}


def share(waits: list[float], part: float) -> float:
    return waits[min(len(waits) - 1, int(part * len(waits)))] if waits else 0.0


def middle(values: list[Measured], of: Callable[[Measured], float]) -> float:
    ordered = sorted(of(value) for value in values)
    return ordered[len(ordered) // 2]
