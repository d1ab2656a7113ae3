"""A request out of a sealed container: one file in it, and the organisation's own qualified seal over it.

The same check as of signed agreements (ADR 0024), in a process of its own. A person's signature is not enough here,
also of one who may sign for the organisation: the seal is what the register and the certificate have in common.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tilts.onboarding.effects.signing import revocation_lists
from tilts.onboarding.signing.opening.containers import data_files, unpacked
from tilts.onboarding.signing.process import verify
from tilts.onboarding.signing.report import (
    Expected,
    SignatureFound,
    SignatureReport,
    SigningParty,
    Terms,
    Trust,
    VerifyRequest,
)
from tilts.onboarding.signing.requirements import terms_of
from tilts.onboarding.taking import Around
from tilts.onboarding.trust_keeping import pinned, sources_from, trust_state
from tilts.rules import Refusal
from tilts.rules.trust.issuing import ISS_CONTENT
from tilts.store.onboarding.parties import PartyRecord
from tilts.store.tx import Tx

LARGEST_BYTES: Final = 1_048_576  # a request has two kilobytes, a seal with its time stamp some ten
NAMES_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Sealed:
    """What was handed in."""

    filename: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """The request, and the seal over it."""

    request: bytes
    seal: SignatureFound


async def open_sealed(tx: Tx, sealed: Sealed, party: PartyRecord, around: Around) -> Opened:
    """Raises Refusal SGN-001 to SGN-029 (the seal), ISS-001 (not exactly one request in it)."""
    sources = sources_from(around.settings)
    trust = await trust_state(tx, pinned(sources.signers))
    services = trust.list.services if trust.list is not None and trust.list.current(around.wall) else ()
    request = VerifyRequest(
        content=sealed.content,
        filename=sealed.filename,
        expected=Expected((SigningParty("party", party.name, party.registration_number),)),
        trust=Trust(services, revocation_lists(sources.revocation_lists)),
        moment=around.wall,
        terms=terms_now(around.wall),
    )
    report = await verify(request)
    return Opened(only_file(sealed.content, report), report.signatures[0])


def terms_now(wall: datetime) -> Terms:
    """A qualified seal, whatever agreements ask for on that day (Security 1.2)."""
    found = terms_of(wall)
    return Terms("qualified", found.time_stamp, found.limits)


def only_file(content: bytes, report: SignatureReport) -> bytes:
    """The one document; its bytes are the very ones over which the seal was found to hold."""
    names = [one.name for one in report.files]
    if report.kind != "asic-e" or len(names) != 1:
        raise Refusal(ISS_CONTENT, files=", ".join(names)[:NAMES_SHOWN])
    found = data_files(unpacked(content, terms_now(report.checked_at).limits))[names[0]]
    assert hashlib.sha256(found).hexdigest() == report.files[0].sha256, "one container, read twice alike"
    return found
