"""Whose clients may speak at the TLS port at all: our own CA, and whoever stands on the trust list for connections.

One source: the list in use, which is the last good one, whether it came as a file or from its publisher. Written to
`accepted.pem`, which HAProxy reads too. Issuers that were withdrawn stay in it as long as the list names them, because
what they issued is refused with a reason (ACC-016) and not by a dead handshake.
"""

import asyncio
import os
import ssl
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog
from cryptography.hazmat.primitives.serialization import Encoding

from tilts.onboarding.standing.issuers import issuers_now
from tilts.settings import Settings
from tilts.store.tx import Tx

BUNDLE: Final = "accepted.pem"
log = structlog.get_logger("tilts.certificates")


def accepted_issuers(pki: Path) -> Path:
    """Our own CA alone, until a list has been read."""
    bundle = pki / BUNDLE
    return bundle if bundle.is_file() else pki / "ca.pem"


async def keep_accepted(tx: Tx, settings: Settings, wall: datetime) -> None:
    """Written anew when the list names others; without a list that may be believed it stays as it is."""
    issuers = await issuers_now(tx, settings, wall)
    if issuers.trust is None:
        return
    file, own = settings.pki_folder / BUNDLE, settings.pki_folder / "ca.pem"
    listed = [one.certificate.public_bytes(Encoding.PEM) for one in issuers.listed]
    wanted = b"".join([own.read_bytes() if own.is_file() else b"", *dict.fromkeys(listed)])
    if wanted and (not file.is_file() or file.read_bytes() != wanted):
        half = file.with_name(f".{file.name}.{os.getpid()}")
        half.write_bytes(wanted)
        half.replace(file)
        log.info("accepted issuers", listed=len(listed))


async def keep_listening_to(contexts: Sequence[ssl.SSLContext], pki: Path, seconds: int) -> None:
    """Issuers that came onto the list speak without a new start; never ends. OpenSSL forgets none before one."""
    known = b""
    while True:
        try:
            known = taken_on(contexts, accepted_issuers(pki).read_bytes(), known)
        except (OSError, ValueError) as fault:  # SSLError is an OSError; those of before stay
            log.error("accepted issuers", fault=type(fault).__name__)
        await asyncio.sleep(seconds)


def taken_on(contexts: Sequence[ssl.SSLContext], found: bytes, known: bytes) -> bytes:
    for context in contexts if found != known else ():
        context.load_verify_locations(cadata=found.decode("ascii"))
    return found
