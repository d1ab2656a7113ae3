"""The client's certificate, handed from the TLS layer to the door.

No released server gives it to the application (Stack 2.2), so the protocol class is told to.
Behind a proxy it comes as `Client-Cert` (RFC 9440), believed on a Unix socket only: there nobody but
the proxy can write, and the proxy strips what a client sends under that name.
"""

import base64
import binascii
import hashlib
import ssl
from asyncio import TimerHandle
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Literal

from starlette.types import Scope
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from tilts.front.answers import ANSWERS
from tilts.front.patience import Held, Limits, body_time_left
from tilts.ids import new_id
from tilts.transport.observing.losing import BREAK

CERTIFICATE: Final = "tilts.certificate"  # key in the ASGI scope's extensions
CLIENT_CERT: Final = b"client-cert"
CERTIFICATE_BYTES: Final = 8_192  # that a proxy may add to a head; it has held the head itself to its limit
UNTAKEN_BYTES: Final = 65_536  # of answers, before a reader has to hurry; as it is without TLS


class PeerProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, with the DER of the peer's leaf certificate in every scope, and with an end."""

    limits = Limits()
    held = Held(0)

    _certificate: bytes | None = None
    _client: bytes | None = None  # whose connection it is, by the digest of its certificate
    _crowded = False
    _head_bytes = 0  # of a head that is not yet whole
    _refused = "400"
    _reads: Literal["nothing", "head", "body"] = "nothing"
    _timer: TimerHandle | None = None
    _answer_timer: TimerHandle | None = None
    _body_began = 0.0
    _body_bytes = 0
    _trailer_bytes = 0
    _answered: RequestResponseCycle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        tls = transport.get_extra_info("ssl_object")
        if tls is not None:
            self._certificate = tls.getpeercert(binary_form=True)
            # 512 KiB by itself: so much of what nobody takes would lie here before anybody noticed.
            transport.set_write_buffer_limits(UNTAKEN_BYTES)
        if self._certificate:
            self._client = hashlib.sha256(self._certificate).digest()
            self._crowded = not self.held.take(self._client)
        self._wait(self.limits.head_seconds, self._silent)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answered = cycle
        super()._start_asgi_task(cycle, app)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answered is not None and not self._answered.response_complete:
            self._answered.disconnected = (
                True  # uvicorn says it to the last request only, this may be one before it
            )
            self._answered.message_event.set()
        super().connection_lost(exc)
        self._wait(0, None)
        if self._answer_timer is not None:
            self._answer_timer.cancel()
        if self._client is not None:
            self.held.give_back(self._client)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._reads == "nothing":  # the next one came in the same piece
            self._await_head()
        self.scope["extensions"] = {
            CERTIFICATE: {"der": self._certificate},
            BREAK: {"now": self.transport.abort},
        }

    def data_received(self, data: bytes) -> None:
        """httptools has no limit of its own: a head without end would fill the memory."""
        if self._reads == "nothing":
            self._await_head()
        super().data_received(data)
        self._head_bytes = self._head_bytes + len(data) if self._reads == "head" else 0
        if self._head_bytes > self.limits.head_bytes + CERTIFICATE_BYTES and not self.transport.is_closing():
            self._refuse("431")

    def on_headers_complete(self) -> None:
        counted = [header for header in self.headers if header[0] != CLIENT_CERT]
        head = len(self.url) + sum(len(name) + len(value) for name, value in counted)
        if head > self.limits.head_bytes:
            self._refused = "431"
            raise ValueError("a head over its limit")
        names = [name for name, _ in self.headers]
        is_old = self.parser.get_http_version() == "1.0"
        if names.count(b"host") != 1 and not is_old:
            raise ValueError("exactly one Host is wanted")  # RFC 9112 section 3.2: answered with 400
        if is_old and b"transfer-encoding" in names:
            raise ValueError("HTTP/1.0 knows no chunks")  # RFC 9112 section 6.1
        if self._crowded:
            self._refused = "429"
            raise ValueError("too many connections of one client")
        super().on_headers_complete()
        self._reads, self._body_began, self._body_bytes = "body", self.loop.time(), 0
        self._wait(self.limits.body_seconds, self._slow_body)

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._reads != "body":
            return super().on_header(name, value)
        # A trailer. It never stands among the headers (RFC 9110 section 6.5.1): a proxy that takes a forged
        # Client-Cert out of the head lets it through here. And it has no end of its own.
        self._body_bytes += len(name) + len(value)
        self._trailer_bytes += len(name) + len(value)
        if self._trailer_bytes > self.limits.head_bytes:
            self._refused = "431"
            raise ValueError("trailers over the limit of a head")

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._reads = "nothing"
        self._wait(0, None)
        super().on_message_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._answer_timer = self.loop.call_later(self.limits.body_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._answer_timer is not None:
            self._answer_timer.cancel()

    def _await_head(self) -> None:
        self._reads, self._head_bytes, self._trailer_bytes = "head", 0, 0
        self._wait(self.limits.head_seconds, self._slow_head)

    def _wait(self, seconds: float, then: Callable[[], None] | None) -> None:
        """One thing is waited for at a time; seconds of 0 wait for nothing."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_later(seconds, then) if then is not None and seconds > 0 else None

    @property
    def _answers(self) -> bool:
        """Whether an answer to a request before this one is still under way."""
        return self.cycle is not None and not self.cycle.response_complete

    def _silent(self) -> None:
        """Connected, and then not a byte: nobody waits for an answer."""
        self.transport.close()

    def _slow_head(self) -> None:
        if self._answers:  # its sender was not read meanwhile
            self._wait(self.limits.head_seconds, self._slow_head)
        else:
            self._refuse("408")

    def _slow_body(self) -> None:
        left = body_time_left(self.limits, self._body_began, self._body_bytes, self.loop.time())
        if left > 0 or self.flow.read_paused:
            self._wait(max(left, 0.1) if left > 0 else 1.0, self._slow_body)
        elif self._answers and not self.cycle.response_started and not self.pipeline:
            self._refuse("408")  # the application hears that the caller is gone
        else:
            self.transport.abort()

    def _refuse(self, status: str) -> None:
        self._refused = status
        self.send_400_response("")

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP has no language, no route and no audit row; it gets the same kind of answer."""
        if self.pipeline or (self._reads == "body" and self.cycle.response_started):
            self.transport.abort()  # an answer is under way, and a second one would be taken for another's
            return
        said = ANSWERS[self._refused]
        lines = [
            f"HTTP/1.1 {said.status} {said.reason}".encode(),
            b"content-type: application/fhir+json; charset=utf-8",
            b"content-language: lv, en",
            b"x-request-id: " + str(new_id()).encode(),
            b"content-length: " + str(len(said.outcome)).encode(),
            *([b"retry-after: " + said.retry.encode()] if said.retry else []),
            *(name + b": " + value for name, value in self.config.encoded_headers),
            b"connection: close",
        ]
        self.transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + said.outcome)
        self.transport.close()


def peer_protocol(limits: Limits) -> type[PeerProtocol]:
    """The protocol of one listener, which counts its own connections."""
    attributes = {"limits": limits, "held": Held(limits.connections_per_client)}
    return type("LimitedPeerProtocol", (PeerProtocol,), attributes)


def certificate_of(scope: Scope, *, behind_proxy: bool) -> bytes | None:
    """DER of the client's certificate, or None. `behind_proxy`: this listener is a Unix socket."""
    if behind_proxy and scope.get("client") is not None:
        return None  # came over TCP, where anybody can write that header
    if not behind_proxy:
        found: bytes | None = scope.get("extensions", {}).get(CERTIFICATE, {}).get("der")
        return found
    values = [value for name, value in scope["headers"] if name == CLIENT_CERT]
    if len(values) != 1:
        return None
    written = values[0].strip()
    if not (written.startswith(b":") and written.endswith(b":")):
        return None  # RFC 9440 section 2.1: a structured-field byte sequence
    try:
        return base64.b64decode(written[1:-1], validate=True) or None
    except binascii.Error:
        return None


def tls_context(certificate: Path, key: Path, trusted: Path) -> ssl.SSLContext:
    """TLS 1.2 and later; a client certificate is asked for, not demanded (Design 5).

    So a call without one, or with one that is not registered, gets an answer that says what to do
    instead of a dead socket; one that does not verify at all dies in the handshake.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
    context.load_cert_chain(certificate, key)
    context.load_verify_locations(trusted)
    # A trust list names issuing CAs, and most of them have a root above that it does not name.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_mode = ssl.CERT_OPTIONAL
    return context
