"""Slow clients, too many connections and late faults where no HAProxy is in front: our own protocol ends them."""

import select
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from proofs.hostility.place import listening
from tests.running import Running, ThreadServer
from tests.transport.hostile.reading import answer_on, closed, request
from tests.transport.wire import Caller, connected, tls
from tilts.front.patience import Held, Limits, body_time_left

MOST = 4


@dataclass
class Impatient:
    """The exchange on a TLS and a plain port of its own, which wait one second."""

    exchange: Running
    ports: dict[str, int]
    sockets: dict[str, socket.socket]

    @property
    def base(self) -> str:
        return f"https://localhost:{self.ports['tls']}/fhir/r4"

    def line(self, port: str, client: str = "", *, narrow: bool = False) -> socket.socket:
        """`narrow`: with the buffers of a line through a network; those of loopback take 2 MB that nobody reads."""
        plain = socket.socket()
        plain.settimeout(20)
        if narrow:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1_460)
        plain.connect(("127.0.0.1", self.ports[port]))
        if port == "plain":
            return plain
        facts = self.exchange.facts["clients"][client or "practice"]
        own = (Path(facts["cert"]), Path(facts["key"])) if client else ()
        return tls(facts["ca"], *own).wrap_socket(plain, server_hostname="localhost")


@pytest.fixture(scope="module")
def impatient(exchange: Running) -> Iterator[Impatient]:
    with ExitStack() as stack:
        sockets = {name: stack.enter_context(listening()) for name in ("tls", "plain")}
        ports = {name: found.getsockname()[1] for name, found in sockets.items()}
        found = Impatient(exchange, ports, sockets)
        settings = replace(
            exchange.settings,
            public_base=found.base,
            plain_base=f"http://127.0.0.1:{ports['plain']}/fhir/r4",
            head_seconds=1,
            body_seconds=1,
            body_bytes_per_second=1_000_000,
            connections_per_client=MOST,
        )
        listener: Any = found
        server = ThreadServer(settings, listener, exchange.clock)
        yield found
        server.stop()


HEAD = b"POST /fhir/r4/Task/_search HTTP/1.1\r\nHost: localhost\r\n"
SLOW: dict[str, tuple[bytes, bytes]] = {  # what is sent at once, and what drips after it
    "a request line": (b"GET /", b"a"),
    "empty lines": (b"\r\n", b"\r\n"),
    "headers": (HEAD + b"X-Slow: ", b"a"),
    "a body": (HEAD + b"Content-Length: 1000\r\n\r\n", b"a"),
    "chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", b"1\r\na\r\n"),
    "nothing at all": (b"", b""),
}


@pytest.mark.parametrize("port", ["tls", "plain"])
@pytest.mark.parametrize("kind", SLOW)
def test_a_slow_client_is_ended_with_408_or_without_a_word(
    impatient: Impatient, port: str, kind: str
) -> None:
    first, drop = SLOW[kind]
    got = dripped(impatient.line(port), first, drop)
    assert got.startswith(b"HTTP/1.1 408") and b"OperationOutcome" in got if first else got == b""


def dripped(line: socket.socket, first: bytes, drop: bytes) -> bytes:
    """What comes back until the other side closes."""
    with line:
        line.sendall(first)
        line.settimeout(0.05)
        got, ends = b"", time.monotonic() + 20
        while time.monotonic() < ends:
            try:
                piece = line.recv(65_536)
                if not piece:
                    return got
                got += piece
            except TimeoutError:
                try:
                    line.sendall(drop)
                except OSError:
                    return got
            except OSError:
                return got
    raise AssertionError("still open")


def test_a_large_body_may_take_as_long_as_its_size_allows() -> None:
    limits = Limits(body_seconds=30, body_bytes_per_second=1_000)
    assert body_time_left(limits, began=100, got_bytes=0, now=129) == 1
    assert body_time_left(limits, began=100, got_bytes=0, now=131) < 0
    assert body_time_left(limits, began=100, got_bytes=60_000, now=189) == 1


def test_connections_are_counted_for_each_client_and_given_back() -> None:
    held = Held(2)
    assert [held.take(b"a"), held.take(b"a"), held.take(b"a"), held.take(b"b")] == [True, True, False, True]
    held.give_back(b"a")
    assert not held.take(b"a"), "two are open still"
    for _ in range(3):
        held.give_back(b"a")
    assert held.take(b"a")
    assert all(Held(0).take(b"a") for _ in range(100))


def test_one_certificate_holds_so_many_connections_and_the_next_one_is_told_so(impatient: Impatient) -> None:
    with ExitStack() as stack:
        lines = [stack.enter_context(impatient.line("tls", "pharmacy")) for _ in range(MOST)]
        with impatient.line("tls", "pharmacy") as further:
            further.sendall(request("localhost"))
            answer = answer_on(further)
            assert closed(further) == b""
        assert (answer.status_code, answer.json()["issue"][0]["code"]) == (429, "throttled")
        assert answer.headers["retry-after"]
        for client in ("practice", ""):
            with impatient.line("tls", client) as other:
                other.sendall(request("localhost"))
                assert answer_on(other).status_code == 404, "nobody else is concerned"
        for line in lines:
            line.sendall(request("localhost"))
            assert answer_on(line).status_code == 404, "those that were there first go on"


def test_a_fault_after_the_answer_gets_no_second_one(impatient: Impatient) -> None:
    """The body is over its limit, so the answer comes before its end; what follows is no chunk."""
    chunk = b"20000\r\n" + b" " * 131_072 + b"\r\n"
    with impatient.line("plain") as line:
        line.sendall(
            HEAD + b"Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        for _ in range(9):
            line.sendall(chunk)
        answer = answer_on(line)
        with suppress(OSError):
            line.sendall(b"zz\r\n")
        assert closed(line) == b""
    assert answer.status_code == 413


def test_trailers_without_end_are_refused(impatient: Impatient) -> None:
    with impatient.line("plain") as line:
        line.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X-A: b\r\n" * 5_000 + b"\r\n")
        assert answer_on(line).status_code == 431


@pytest.mark.parametrize("port", ["tls", "plain"])
def test_a_reader_who_takes_nothing_is_let_go(
    impatient: Impatient, port: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The metadata thirty times over, 290 KB, and not a byte of it read: the buffers fill, and the line is ended."""
    asked = b"GET /fhir/r4/metadata HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with impatient.line(port, narrow=True) as line:
        line.sendall(asked * 30)
        ends = time.monotonic() + 20
        with pytest.raises((ConnectionError, ssl.SSLEOFError)):
            while time.monotonic() < ends:
                select.select([], [], [line], 0.05)
                line.send(b"G")
    with connected(impatient.base, tls(impatient.exchange.facts["clients"]["practice"]["ca"])) as client:
        assert client.get("metadata").status_code == 200
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_a_healthy_caller_is_served_meanwhile(impatient: Impatient) -> None:
    caller = Caller(impatient.exchange, "practice-4", base=impatient.base)
    with impatient.line("tls") as slow:
        slow.sendall(HEAD)
        assert caller.get("Organization").status_code == 200
    caller.close()


def test_without_a_certificate_no_byte_of_the_application_comes_before_the_refusal(
    impatient: Impatient,
) -> None:
    authority = impatient.exchange.facts["clients"]["practice"]["ca"]
    with connected(impatient.base, tls(authority)) as client:
        assert client.get("Organization").status_code == 401
