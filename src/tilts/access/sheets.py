"""The exchange's signature over what the code of a printed prescription says, and the sheet for whoever may print it.

    seal = sheet_seal(settings, clock)                               once, where the pages are put together
    sheet_of(tx, seal, task_id, viewer, now, language) -> bytes      the PDF, for a page of the portal
    GET /Task/{id}/$sheet                                            the same over HTTP (transport/prescribing/printing.py)

Who may see the Task may print its prescription: the prescriber, the patient, the pharmacy to which it was shown. The
caller writes down who printed, as `prescription.printed`. The keys are of a purpose of their own (`tilts keys list --purpose sheet`): what they
sign opens no door, and is a sheet by its header.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tilts.access import jose
from tilts.access.tokens.keys import ALGORITHM, KeyRing, key_ring
from tilts.clock import Clock
from tilts.exchange.sheets.content import Print, gathered
from tilts.exchange.sheets.drawing import drawn
from tilts.rules import Language
from tilts.settings import Settings
from tilts.store.records import Viewer
from tilts.store.tx import Tx
from tilts_connector.sheets import PURPOSE, TYPE, SheetContent, token_in, verified

MEDIA_TYPE: Final = "application/pdf"


@dataclass(frozen=True, slots=True)
class SheetSeal:
    """Of one installation: the keys, and whether its prescriptions are only tests."""

    keys: KeyRing
    clock: Clock
    is_test: bool

    def signed(self, content: SheetContent) -> str:
        key = self.keys.signing(self.clock.wall())
        return jose.signed(content.packed(), {"alg": ALGORITHM, "kid": key.kid, "typ": TYPE}, key.private)

    def opened(self, code: str) -> tuple[SheetContent, bytes]:
        """What a code says that this exchange signed, and a hash of it; raises NotVerified for any other."""
        token = token_in(code)
        now = self.clock.wall().timestamp()
        believed = {key.kid: key.public for key in self.keys.all() if not key.is_over(now)}
        payload, _ = verified(token, believed)
        return SheetContent.unpacked(payload), hashlib.sha256(payload).digest()


def sheet_seal(settings: Settings, clock: Clock) -> SheetSeal:
    return SheetSeal(key_ring(settings.keys_folder, "sheet"), clock, settings.mark != "production")


def published_keys(keys: KeyRing, settings: Settings, now: datetime) -> dict[str, Any]:
    """What a pharmacy keeps for the day without a network: a JWK Set that says what it is for, and how long it is good."""
    return {
        "issuer": settings.public_base,
        "purpose": PURPOSE,
        "usable_days": settings.sheet_keys_days,
        **keys.published(now),
    }


async def sheet_of(
    tx: Tx, seal: SheetSeal, task_id: UUID, viewer: Viewer, now: datetime, language: Language
) -> bytes:
    """The sheet of the prescription of this Task, as PDF/A-2b; raises WIRE-012 for who may not see it."""
    sheet = await gathered(tx, Print(task_id, viewer, now, language, seal.is_test), seal.signed)
    return await asyncio.to_thread(drawn, sheet)
