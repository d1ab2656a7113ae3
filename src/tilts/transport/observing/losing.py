"""An answer that never comes: the work is done, then the line breaks, as it happens to real systems.

Only the lab does this, to a system whose test says so (lab/conformance, act lose-reply).
"""

from typing import Final

from starlette.types import Receive, Scope

BREAK: Final = "tilts.break"  # in the ASGI scope's extensions: ends the connection at once


async def lose_answer(scope: Scope, receive: Receive) -> None:
    """Nothing is sent; the caller sees a line that broke."""
    scope["extensions"][BREAK]["now"]()
    while (await receive())["type"] != "http.disconnect":
        pass
