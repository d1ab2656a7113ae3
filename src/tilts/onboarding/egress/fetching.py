"""The only place that fetches what others publish: one checked address, one connection, one answer, within limits.

The name is resolved once, all its addresses are looked at, and the connection goes to the one that was looked at: a
name that leads elsewhere a moment later (DNS rebinding) gains nothing. No redirects, no proxy, nothing unpacked.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Final, TypeAlias

import h11
import structlog

from tilts.onboarding.egress.addresses import Allowed, Target, checked_address, target_of
from tilts.onboarding.egress.purposes import Limits, Purpose, table
from tilts.rules import Refusal
from tilts.rules.trust.egress import EGR_ANSWER, EGR_SIZE, EGR_SLOW, EGR_UNREACHED

Fetch: TypeAlias = Callable[[Purpose, str, bytes | None], Awaitable[bytes]]
Resolve: TypeAlias = Callable[[str, int], Awaitable[list[str]]]

OK: Final = 200  # anything else, redirects among it, is not what was asked for
READ_BYTES: Final = 65_536
HEADER_BYTES: Final = 16_384
AS_IT_IS: Final = (b"", b"identity")
log = structlog.get_logger("tilts.egress")


async def resolve(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


class Egress:
    """What may be asked by whom is given; `fetch` is a `Fetch`."""

    def __init__(self, allowed: Allowed, ca_file: Path = Path(), resolve: Resolve = resolve) -> None:
        self._allowed = allowed
        self._ca_file = None if ca_file == Path() else ca_file
        self._resolve = resolve

    async def fetch(self, purpose: Purpose, url: str, body: bytes | None = None) -> bytes:
        """
        What stands at this address; with a body it is posted.

        Raises Refusal: EGR-001 the address, EGR-002 the host, EGR-003 it leads inside, EGR-004 not reached, EGR-005
        too slow, EGR-006 another answer, EGR-007 too large. Each is logged with purpose and host, nothing else.
        """
        seconds = table().seconds
        host = ""
        try:
            target = target_of(purpose, url, self._allowed)
            host = target.host
            try:
                async with asyncio.timeout(seconds):
                    return await self._fetched(target, body)
            except TimeoutError:
                raise Refusal(EGR_SLOW, purpose=purpose, host=host, seconds=f"{seconds:g}") from None
        except Refusal as no:
            log.warning("egress refused", rule=no.rule.id, purpose=purpose, host=no.facts.get("host", host))
            raise

    async def _fetched(self, target: Target, body: bytes | None) -> bytes:
        try:
            found = await self._resolve(target.host, target.port)
        except OSError:
            raise _unreached(target, "no such name") from None
        address = checked_address(target, found, self._allowed)
        limits = table().purposes[target.purpose]
        try:
            async with self._connected(target, str(address)) as (reader, writer):
                talk, asked = _asked(target, limits, body)
                writer.write(asked)
                await writer.drain()
                return await _answer(reader, talk, target, limits)
        except ssl.SSLError:
            raise _unreached(target, "TLS") from None
        except h11.RemoteProtocolError:
            raise _unreached(target, "no HTTP") from None
        except OSError:
            raise _unreached(target, "connection") from None

    @contextlib.asynccontextmanager
    async def _connected(
        self, target: Target, address: str
    ) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """To the address that was checked; name and certificate are those of the host."""
        secured = self._tls() if target.scheme == "https" else None
        name = target.host if secured else None
        reader, writer = await asyncio.open_connection(
            address, target.port, ssl=secured, server_hostname=name, limit=READ_BYTES
        )
        try:
            yield reader, writer
        finally:
            writer.transport.abort()  # no farewell that a slow server could draw out

    def _tls(self) -> ssl.SSLContext:
        made = ssl.create_default_context(cafile=self._ca_file)
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        return made


def _asked(target: Target, limits: Limits, body: bytes | None) -> tuple[h11.Connection, bytes]:
    """The request as bytes, and what will read the answer to it."""
    headers = [
        ("Host", target.authority),
        ("User-Agent", "tilts-egress"),
        ("Accept", limits.accepts),
        ("Accept-Encoding", "identity"),
        ("Connection", "close"),
    ]
    if body is not None:
        headers += [("Content-Type", limits.sends), ("Content-Length", str(len(body)))]
    talk = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEADER_BYTES)
    asked = h11.Request(method="GET" if body is None else "POST", target=target.path, headers=headers)
    events = (asked, h11.Data(data=body or b""), h11.EndOfMessage())
    return talk, b"".join(talk.send(event) or b"" for event in events)


async def _answer(
    reader: asyncio.StreamReader, talk: h11.Connection, target: Target, limits: Limits
) -> bytes:
    """Counted while it comes: what is too large is let go at the first byte too many."""
    content = bytearray()
    while True:
        event = talk.next_event()
        if event is h11.NEED_DATA:
            talk.receive_data(await reader.read(READ_BYTES))
        elif isinstance(event, h11.Response):
            _check_head(event, target, limits)
        elif isinstance(event, h11.Data):
            content += event.data
            if len(content) > limits.limit_bytes:
                raise _too_large(target, limits)
        elif isinstance(event, h11.EndOfMessage):
            return bytes(content)
        elif not isinstance(event, h11.InformationalResponse):
            raise _unreached(target, "it broke off")


def _check_head(head: h11.Response, target: Target, limits: Limits) -> None:
    headers = dict(head.headers)
    if head.status_code != OK:
        raise Refusal(
            EGR_ANSWER, purpose=target.purpose, host=target.host, fault=f"status {head.status_code}"
        )
    if headers.get(b"content-encoding", b"").strip().lower() not in AS_IT_IS:
        raise Refusal(EGR_ANSWER, purpose=target.purpose, host=target.host, fault="compressed")
    if int(headers.get(b"content-length", b"0")) > limits.limit_bytes:
        raise _too_large(target, limits)


def _too_large(target: Target, limits: Limits) -> Refusal:
    return Refusal(EGR_SIZE, purpose=target.purpose, host=target.host, limit_bytes=limits.limit_bytes)


def _unreached(target: Target, fault: str) -> Refusal:
    return Refusal(EGR_UNREACHED, purpose=target.purpose, host=target.host, fault=fault)
