"""Many slow clients at once, of six kinds, from a process of their own, while somebody else works."""

import asyncio
import resource
import socket
import ssl
import time
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Final

from proofs.driver.http import close
from proofs.driver.parties import FHIR, Request
from proofs.hostility.place import Door
from tilts_connector import Credentials
from tilts_connector._tls import tls_context

HEAD: Final = b"POST /fhir/r4/Task/_search HTTP/1.1\r\nHost: {host}\r\n"
LARGE: Final = b"GET /fhir/r4/metadata HTTP/1.1\r\nHost: {host}\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Kind:
    """What is sent at once, and what drips after it. `reads`: whether it takes what comes back from the beginning."""

    name: str
    first: bytes
    drop: bytes
    has_head: bool  # then it has the time of a body, otherwise that of a head
    reads: bool = True


# Those that are let for longer come first, so that all stand at once.
KINDS: Final = (
    Kind("slow body", HEAD + b"Content-Length: 100000\r\n\r\n", b"a", has_head=True),
    Kind("slow chunks", HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n", has_head=True),
    Kind("reader who looks up 2 seconds too late", LARGE * 60, b"", has_head=True, reads=False),
    Kind("slow head", HEAD + b"X-Slow: ", b"a", has_head=False),
    Kind("half a request", b"GET /fhir/r4/Org", b"", has_head=False),
    Kind("silent after the handshake", b"", b"", has_head=False),
)
DRIP_SECONDS: Final = 0.5
GIVES_UP_SECONDS: Final = 10  # after its time
LATE_SECONDS: Final = 2  # only who reads on comes to the end that the other side made
OPENED_PER_SECOND: Final = 250
CALLS_PER_SECOND: Final = 50
CALLS_BEFORE: Final = 400
FILES: Final = 16_384


@dataclass(frozen=True, slots=True)
class Slow:
    """One of the crowd: when it was there, and how long; 0 if it was never let in."""

    kind: str
    began: float
    seconds: float


@dataclass(slots=True)
class Calls:
    """Of somebody who only works: seconds of each."""

    seconds: list[float]
    unserved: int = 0

    @property
    def p99_ms(self) -> float:
        return round(sorted(self.seconds)[int(len(self.seconds) * 0.99)] * 1_000, 1)


@dataclass(frozen=True, slots=True)
class Crowd:
    slow: list[Slow]
    before: Calls
    beside: Calls

    @property
    def most_at_once(self) -> int:
        turns = sorted(
            [(one.began, 1) for one in self.slow] + [(one.began + one.seconds, -1) for one in self.slow]
        )
        most = now = 0
        for _, step in turns:
            now += step
            most = max(most, now)
        return most

    def longest(self) -> dict[str, float]:
        return {kind.name: max(one.seconds for one in self.slow if one.kind == kind.name) for kind in KINDS}


def allow_files() -> None:
    """So many connections are so many files, here and in the servers that are started from here."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(FILES, hard)), hard))


def apart() -> Executor:
    """A process for the crowd: in one with who only works it would be the crowd that keeps them waiting."""
    return ProcessPoolExecutor(1, get_context("spawn"), allow_files)


async def crowded(
    door: Door,
    number: int,
    let_seconds: float,
    pool: Executor | None = None,
    calls_before: int = CALLS_BEFORE,
) -> Crowd:
    """
    Args:
        pool: Where the crowd is; a thread without it.
        let_seconds: What the exchange allows for a body. Ten seconds after that a slow client gives up.
    """
    before, beside = Calls([]), Calls([])
    for _ in range(calls_before):
        await work(door, before)
    port = door.port
    credentials = door.hostile.credentials if port.context else None
    slow = asyncio.get_running_loop().run_in_executor(
        pool, besiege, port.number, port.host, credentials, number, let_seconds
    )
    while not slow.done():
        await work(door, beside)
    return Crowd(await slow, before, beside)


async def work(door: Door, calls: Calls) -> None:
    """One call, at a pace that leaves the server time for others."""
    own, began = door.healthy.credentials.organization_id, time.monotonic()
    answer = await door.healthy.send(Request("GET", f"/Organization/{own}", dict(FHIR)))
    calls.seconds.append(time.monotonic() - began)
    calls.unserved += answer.status != 200
    await asyncio.sleep(1 / CALLS_PER_SECOND)


def besiege(
    number: int, host: str, credentials: Credentials | None, many: int, let_seconds: float
) -> list[Slow]:
    """The crowd in its own process; a certificate if there are credentials."""
    context = tls_context(credentials) if credentials else None
    chosen = [KINDS[n * len(KINDS) // many] for n in range(many)]

    async def all_of_them() -> list[Slow]:
        return await asyncio.gather(
            *(drip(number, host, context, kind, n, let_seconds) for n, kind in enumerate(chosen))
        )

    return asyncio.run(all_of_them())


async def drip(
    number: int, host: str, context: ssl.SSLContext | None, kind: Kind, place: int, let_seconds: float
) -> Slow:
    await asyncio.sleep(place / OPENED_PER_SECOND)
    pair, began = None, time.monotonic()
    line = socket.socket()
    line.setblocking(False)
    if not kind.reads:  # as through a network: with segments of 64 KB loopback takes 2 MB that nobody reads
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1_460)
    try:
        await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", number))
        name = "localhost" if context else None
        pair = await asyncio.open_connection(sock=line, ssl=context, server_hostname=name, limit=1_024)
        began = time.monotonic()
        if context:
            pair[1].transport.set_read_buffer_limits(1_024)  # type: ignore[attr-defined]  # of the TLS layer: 256 KB
        pair[1].write(kind.first.replace(b"{host}", host.encode()))
        if not kind.reads:  # what comes stays in the buffers, and soon they are full
            await asyncio.sleep(let_seconds + LATE_SECONDS)
        while time.monotonic() - began < let_seconds + GIVES_UP_SECONDS and await is_open(pair[0]):
            pair[1].write(kind.drop.replace(b"{host}", host.encode()))
    except OSError:
        pass
    finally:
        close(pair)
        line.close()
    return Slow(kind.name, began, time.monotonic() - began if pair else 0.0)


async def is_open(reader: asyncio.StreamReader) -> bool:
    """Looks for so long as there is between two drops."""
    try:
        return bool(await asyncio.wait_for(reader.read(65_536), DRIP_SECONDS))
    except TimeoutError:
        return True
