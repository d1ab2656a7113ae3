"""Bytes out, answers in, and after the answer a probe on the same line: whose answer comes now?"""

import asyncio
import json
import ssl
import time
from dataclasses import dataclass, field
from typing import Any, Final

from proofs.driver.http import Pair, close
from proofs.hostility.cases import Case

HANG_SECONDS: Final = 30.0  # above the patience of every server here
TRIES: Final = 5  # of a connection
PROBE: Final = b"GET /healthz HTTP/1.1\r\nHost: {host}\r\nX-Request-Id: probe\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Port:
    """A way to the exchange."""

    name: str
    number: int
    context: ssl.SSLContext | None

    @property
    def host(self) -> str:
        return f"localhost:{self.number}" if self.context else f"127.0.0.1:{self.number}"


@dataclass(slots=True)
class Seen:
    """What came back: answers as (status, body), and how the line ended."""

    answers: list[tuple[int, bytes]] = field(default_factory=list)
    hangs: bool = False
    seconds: float = 0.0

    @property
    def status(self) -> int:
        return self.answers[0][0] if self.answers else 0

    @property
    def told_of_itself(self) -> bool:
        """The answer to the hidden request came."""
        return any(b"CapabilityStatement" in body for _, body in self.answers)


async def send(port: Port, case: Case, token: str) -> Seen:
    pair = await connected(port)
    seen, began = Seen(), time.monotonic()
    try:
        async with asyncio.timeout(HANG_SECONDS):
            writing = asyncio.ensure_future(write(pair[1], case.filled(port.host, token)))
            try:
                await read(pair[0], pair[1], case, port, seen)
            finally:
                writing.cancel()
                await asyncio.gather(writing, return_exceptions=True)
    except TimeoutError:
        seen.hangs = True
    except (OSError, EOFError):
        pass  # closed: an answer to what is no HTTP
    finally:
        close(pair)
    seen.seconds = time.monotonic() - began
    return seen


async def connected(port: Port) -> Pair:
    """A server with little patience ends a handshake for which this machine was too busy: that is its right."""
    name = "localhost" if port.context else None
    for left in reversed(range(TRIES)):
        try:
            return await asyncio.open_connection(
                "127.0.0.1", port.number, ssl=port.context, server_hostname=name, limit=2**20
            )
        except ConnectionError:
            if not left:
                raise
    raise AssertionError


async def write(writer: asyncio.StreamWriter, content: bytes) -> None:
    """In pieces, since the other side may stop reading; that it does is not our concern."""
    try:
        for start in range(0, len(content), 65_536):
            writer.write(content[start : start + 65_536])
            await writer.drain()
    except OSError:
        pass


async def read(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, case: Case, port: Port, seen: Seen
) -> None:
    await answer(reader, case.method, seen)
    if case.kind == "framing" and case.whole:
        await write(writer, PROBE.replace(b"{host}", port.host.encode()))
        while True:
            await answer(reader, "GET", seen)


async def answer(reader: asyncio.StreamReader, method: str, seen: Seen) -> None:
    """One final answer; those of 1xx before it are passed over."""
    while True:
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head.split(b" ", 2)[1])
        if status >= 200:
            break
        if status == 101:
            seen.answers.append((status, b""))
            raise EOFError
    names = dict(line.lower().split(b": ", 1) for line in head[:-4].split(b"\r\n")[1:] if b": " in line)
    size = int(names.get(b"content-length", b"0"))
    body = (
        b"" if method == "HEA" or method == "HEAD" or status in (204, 304) else await reader.readexactly(size)
    )
    seen.answers.append((status, body))


def has_outcome(body: bytes) -> bool:
    try:
        found: Any = json.loads(body)
    except ValueError:
        return False
    return isinstance(found, dict) and found.get("outcome", found).get("resourceType") == "OperationOutcome"


def faults(case: Case, seen: Seen, *, mended: bool) -> list[str]:
    """What must not be. `mended`: a proxy put the framing right before it handed the request on."""
    found = []
    if seen.hangs:
        found.append("no end")
    if any(status >= 500 for status, _ in seen.answers):
        found.append(f"answered with {seen.status}")
    if seen.status == 101:
        found.append("the protocol was switched")
    if case.kind == "framing" and seen.told_of_itself and (mended or case.broken):
        found.append("a hidden request was answered")
    if case.broken and not mended and 200 <= seen.status < 300:
        found.append("broken framing was taken")
    if case.unsigned and 200 <= seen.status < 300:
        found.append("a token in a trailer was believed")
    return found
