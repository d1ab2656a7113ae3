"""How long one connection may take for what it sends, and how many of them one client may hold.

The server under us waits for ever (Security 4.3: none of five slow clients was closed), and so would everything
behind it. Deciding is pure; the protocol class (peer.py) sets the timers.
"""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """What one connection may take; seconds of 0 or a number of 0 switch a limit off."""

    head_bytes: int = 16_384
    head_seconds: float = 10
    body_seconds: float = 30
    body_bytes_per_second: int = 32_768
    connections_per_client: int = 64


@dataclass(slots=True)
class Held:
    """Connections of each client on one listener of this process, by the digest of its certificate."""

    most: int
    _by_client: Counter[bytes] = field(default_factory=Counter)

    def take(self, client: bytes) -> bool:
        """Whether it may have one more; counted either way, until it is given back."""
        self._by_client[client] += 1
        return not self.most or self._by_client[client] <= self.most

    def give_back(self, client: bytes) -> None:
        self._by_client[client] -= 1
        if self._by_client[client] <= 0:
            del self._by_client[client]


def body_time_left(limits: Limits, began: float, got_bytes: int, now: float) -> float:
    """Seconds that a body may still take: the fixed ones, and what its size needs at the slowest allowed pace."""
    return limits.body_seconds + got_bytes / limits.body_bytes_per_second - (now - began)
