"""Long answers are sent in pieces, and cut off when the caller's connection is closed meanwhile (Design 2).

A file of a classifier may be under way for minutes on a slow line. Between two pieces, as often as the gate is asked,
it is looked up whether a new call would still be let in.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog
from starlette.types import Receive, Scope, Send

from tilts.transport.observing.losing import lose_answer

PIECE_BYTES: Final = 65_536
log = structlog.get_logger("tilts.calls")


@dataclass(frozen=True, slots=True)
class Watch:
    """How it is asked whether the caller may have the rest, and how often."""

    still_open: Callable[[], Awaitable[bool]]
    seconds: int


async def send_in_pieces(send: Send, body: bytes, watch: Watch) -> bool:
    """False when it was cut: the caller has a part, and is told by the length that it is one."""
    looked = time.monotonic()
    for start in range(0, len(body), PIECE_BYTES):
        if start and time.monotonic() - looked >= watch.seconds:
            if not await watch.still_open():
                return False
            looked = time.monotonic()
        piece = body[start : start + PIECE_BYTES]
        more = start + PIECE_BYTES < len(body)
        await send({"type": "http.response.body", "body": piece, "more_body": more})
    return True


async def cut(scope: Scope, receive: Receive, request_id: str) -> None:
    log.warning("cut", request_id=request_id, why="the connection was closed while a file was under way")
    await lose_answer(scope, receive)
