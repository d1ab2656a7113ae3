"""HTTP as bytes over TLS: what no well-behaved library would send."""

import socket
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from tests.transport.wire import Caller, tls


class RawLine:
    """A TLS connection of a client, byte by byte."""

    def __init__(self, caller: Caller) -> None:
        target = urlsplit(caller.base)
        assert target.hostname and target.port
        plain = socket.create_connection((target.hostname, target.port), timeout=10)
        facts = caller.facts
        context = tls(facts["ca"], Path(facts["cert"]), Path(facts["key"]))
        self._line = context.wrap_socket(plain, server_hostname=target.hostname)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close()

    def send(self, content: bytes) -> None:
        self._line.sendall(content)

    def answers(self, content: bytes) -> bytes:
        """Everything that comes back until the other side closes or falls silent for a moment."""
        self.send(content)
        self._line.settimeout(0.5)
        parts = []
        try:
            while part := self._line.recv(65_536):
                parts.append(part)
        except (TimeoutError, ConnectionError):
            pass
        return b"".join(parts)
