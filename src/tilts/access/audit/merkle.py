"""Trees of hashes after RFC 9162, 2.1: one root says what a whole batch of leaves was.

A node is SHA-256(0x01 || left || right), an empty tree SHA-256 of nothing. The left part of a tree is the
largest power of two below its size; where nothing stands beside a node it goes up as it is.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

EMPTY: Final = sha256(b"").digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def above(level: Sequence[bytes]) -> list[bytes]:
    found = [node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    return [*found, level[-1]] if len(level) % 2 else found


def root_of(leaves: Sequence[bytes]) -> bytes:
    level = list(leaves) or [EMPTY]
    while len(level) > 1:
        level = above(level)
    return level[0]


def path_of(leaves: Sequence[bytes], place: int) -> list[bytes]:
    """What stands beside the way from one leaf to the root, from below (RFC 9162, 2.1.3.1)."""
    level, path = list(leaves), []
    while len(level) > 1:
        beside = place ^ 1
        if beside < len(level):
            path.append(level[beside])
        level, place = above(level), place >> 1
    return path


def root_from(leaf: bytes, place: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a path leads to; None when it cannot be a path in a tree of this size."""
    at, last, found, rest = place, size - 1, leaf, list(path)
    while last > 0:
        if at % 2 or at < last:
            if not rest:
                return None
            beside = rest.pop(0)
            found = node(beside, found) if at % 2 else node(found, beside)
        at, last = at >> 1, last >> 1
    return None if rest or place >= size else found
