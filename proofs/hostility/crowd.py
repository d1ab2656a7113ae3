"""Many slow clients at once, of five kinds, while somebody else works."""

import asyncio
import time
from dataclasses import dataclass
from typing import Final

from proofs.driver.http import close
from proofs.driver.parties import FHIR, Request
from proofs.hostility.place import Door
from proofs.hostility.sending import HANG_SECONDS

HEAD: Final = b"POST /fhir/r4/Task/_search HTTP/1.1\r\nHost: {host}\r\n"
KINDS: Final[tuple[tuple[bytes, bytes], ...]] = (  # what is sent at once, and what drips after it
    (b"GET /", b"a"),
    (HEAD + b"X-Slow: ", b"a"),
    (HEAD + b"Content-Length: 100000\r\n\r\n", b"a"),
    (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
    (b"", b""),
)
DRIP_SECONDS: Final = 0.5


@dataclass(slots=True)
class Crowd:
    """What came of it: seconds until each was closed, and of each healthy call meanwhile."""

    closed: list[float]
    healthy: list[float]
    unserved: int = 0


async def crowded(door: Door, number: int) -> Crowd:
    found = Crowd([], [])
    slow = asyncio.gather(*(drip(door, *KINDS[n % len(KINDS)], found) for n in range(number)))
    own = door.healthy.credentials.organization_id
    while not slow.done():
        began = time.monotonic()
        answer = await door.healthy.send(Request("GET", f"/Organization/{own}", dict(FHIR)))
        found.healthy.append(time.monotonic() - began)
        found.unserved += answer.status != 200
        await asyncio.sleep(0.02)
    await slow
    return found


async def drip(door: Door, first: bytes, drop: bytes, found: Crowd) -> None:
    began, pair, port = time.monotonic(), None, door.port
    try:
        name = "localhost" if port.context else None
        pair = await asyncio.open_connection("127.0.0.1", port.number, ssl=port.context, server_hostname=name)
        pair[1].write(first.replace(b"{host}", port.host.encode()))
        while time.monotonic() - began < HANG_SECONDS:
            try:
                if not await asyncio.wait_for(pair[0].read(65_536), DRIP_SECONDS):
                    break
            except TimeoutError:
                pair[1].write(drop)
    except OSError:
        pass
    finally:
        close(pair)
    found.closed.append(time.monotonic() - began)
