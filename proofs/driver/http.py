"""HTTP/1.1 over kept-open TLS connections, and nothing else: the driver must not be what is measured.

httpx takes about as much processor time for a request as the exchange itself, and both share the cores.
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import msgspec

Pair: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]
ANSWER_SECONDS: Final = 40.0  # above everything the exchange allows itself


class NoAnswer(Exception):
    """The line broke, or nothing came in time: the call may or may not have been done."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes = field(repr=False)

    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    @property
    def replayed(self) -> bool:
        return self.headers.get("idempotency-replayed") == "true"


class Line:
    """Connections of one client to one address; as many as there are calls at once."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None) -> None:
        self.address = (host, port)
        self._context = context
        self._idle: list[Pair] = []
        self.requests = 0

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        words = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"{method} {path} HTTP/1.1\r\nHost: {self.address[0]}:{self.address[1]}\r\n{words}Content-Length: {len(body)}\r\n\r\n"
        self.requests += 1
        pair: Pair | None = None
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                pair = self._waiting() or await self._open()
                pair[1].write(head.encode("latin-1") + body)
                answer = await read_answer(pair[0])
        except (OSError, EOFError, TimeoutError, ValueError) as fault:
            close(pair)
            raise NoAnswer(type(fault).__name__) from fault
        except BaseException:
            close(pair)
            raise
        if answer.headers.get("connection") == "close":
            close(pair)
        else:
            self._idle.append(pair)
        return answer

    def _waiting(self) -> Pair | None:
        """The connection used last; one that the exchange closed meanwhile (75 s without a call) is let go."""
        while self._idle:
            pair = self._idle.pop()
            if not (pair[0].at_eof() or pair[1].is_closing()):
                return pair
            close(pair)
        return None

    async def _open(self) -> Pair:
        name = self.address[0] if self._context else None
        return await asyncio.open_connection(*self.address, ssl=self._context, server_hostname=name)

    def close(self) -> None:
        while self._idle:
            close(self._idle.pop())


async def read_answer(reader: asyncio.StreamReader) -> Answer:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head[:-4].decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Answer(int(first.split(" ", 2)[1]), headers, body)


def close(pair: Pair | None) -> None:
    if pair is not None:
        pair[1].transport.abort()
