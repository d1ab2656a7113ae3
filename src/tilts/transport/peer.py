"""The client's certificate, handed from the TLS layer to the door.

No released server gives it to the application (Stack 2.2), so the protocol class is told to.
Behind a proxy it comes as `Client-Cert` (RFC 9440), believed on a Unix socket only: there nobody but
the proxy can write, and the proxy strips what a client sends under that name.
"""

import base64
import binascii
import ssl
from pathlib import Path
from typing import Any, Final

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tilts.ids import new_id
from tilts.transport.observing.losing import BREAK
from tilts_fhir.json_strict import encode

CERTIFICATE: Final = "tilts.certificate"  # key in the ASGI scope's extensions
HEAD_BYTES: Final = 16_384  # when house.py sets nothing else
TOO_LARGE: Final = "431 Request Header Fields Too Large"
NOT_HTTP: Final = encode(
    {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": "error",
                "code": "structure",
                "details": {"text": "Pieprasījums nav pareizs HTTP. / The request is not proper HTTP."},
                "diagnostics": "RFC 9112",
            }
        ],
    }
)


class PeerProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, with the DER of the peer's leaf certificate in every scope."""

    _certificate: bytes | None = None
    _in_head = True
    _head_bytes = 0  # of a head that is not yet whole
    _refused = "400 Bad Request"

    @property
    def _head_limit(self) -> int:
        return self.config.h11_max_incomplete_event_size or HEAD_BYTES

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        tls = transport.get_extra_info("ssl_object")
        if tls is not None:
            self._certificate = tls.getpeercert(binary_form=True)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self.scope["extensions"] = {
            CERTIFICATE: {"der": self._certificate},
            BREAK: {"now": self.transport.abort},
        }

    def data_received(self, data: bytes) -> None:
        """httptools has no limit of its own: a head without end would fill the memory."""
        super().data_received(data)
        self._head_bytes = self._head_bytes + len(data) if self._in_head else 0
        if self._head_bytes > self._head_limit and not self.transport.is_closing():
            self._refused = TOO_LARGE
            self.send_400_response("")

    def on_headers_complete(self) -> None:
        self._in_head = False
        head = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if head > self._head_limit:
            self._refused = TOO_LARGE
            raise ValueError("a head over its limit")
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts != 1 and self.parser.get_http_version() != "1.0":
            raise ValueError("exactly one Host is wanted")  # RFC 9112 section 3.2: answered with 400
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP has no language, no route and no audit row; it gets the same kind of answer."""
        lines = [
            b"HTTP/1.1 " + self._refused.encode(),
            b"content-type: application/fhir+json; charset=utf-8",
            b"content-language: lv, en",
            b"x-request-id: " + str(new_id()).encode(),
            b"content-length: " + str(len(NOT_HTTP)).encode(),
            *(name + b": " + value for name, value in self.config.encoded_headers),
            b"connection: close",
        ]
        self.transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + NOT_HTTP)
        self.transport.close()


def certificate_of(scope: Scope, *, behind_proxy: bool) -> bytes | None:
    """DER of the client's certificate, or None. `behind_proxy`: this listener is a Unix socket."""
    if behind_proxy and scope.get("client") is not None:
        return None  # came over TCP, where anybody can write that header
    if not behind_proxy:
        found: bytes | None = scope.get("extensions", {}).get(CERTIFICATE, {}).get("der")
        return found
    values = [value for name, value in scope["headers"] if name == b"client-cert"]
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
