"""The sandbox's sockets, bound once by the parent: a server that is started again finds them open."""

import socket
from dataclasses import dataclass
from typing import Final

LOOPBACK: Final = "127.0.0.1"
TRIES: Final = 200


@dataclass(frozen=True, slots=True)
class Listening:
    tls: socket.socket
    portal: socket.socket
    plain: socket.socket | None

    @property
    def tls_root(self) -> str:
        return f"https://localhost:{port_of(self.tls)}"

    @property
    def portal_root(self) -> str:
        return f"http://{LOOPBACK}:{port_of(self.portal)}"

    @property
    def plain_root(self) -> str | None:
        return f"http://{LOOPBACK}:{port_of(self.plain)}" if self.plain else None

    @property
    def sockets(self) -> dict[str, socket.socket]:
        named = {"tls": self.tls, "portal": self.portal}
        return named | ({"plain": self.plain} if self.plain else {})

    def close(self) -> None:
        for listening in self.sockets.values():
            listening.close()


def listen(port: int, *, plain: bool) -> Listening:
    """TLS on `port` or the next free one (0: any), then the portal and, if wanted, the plain port."""
    tls = bound(port)
    after = port_of(tls) + 1 if port else 0
    portal = bound(after)
    return Listening(tls, portal, bound(port_of(portal) + 1 if port else 0) if plain else None)


def following(listening: Listening) -> int:
    """The port after those that are listened on, for what runs beside it."""
    return max(port_of(found) for found in listening.sockets.values()) + 1


def bound(port: int) -> socket.socket:
    for wanted in range(port, port + TRIES) if port else [0]:
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        # A port that was just left may be taken at once; one that is in use still may not.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((LOOPBACK, wanted))
        except OSError:
            listening.close()
            continue
        listening.listen(1024)
        listening.set_inheritable(True)
        return listening
    raise OSError(f"no free port from {port} to {port + TRIES - 1} on {LOOPBACK}")


def port_of(listening: socket.socket) -> int:
    number: int = listening.getsockname()[1]
    return number
