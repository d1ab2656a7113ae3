"""The signed sheet of a prescription as a page of its own: for its patient, and for who wrote it."""

import asyncio
from uuid import UUID

from starlette.responses import Response

from tilts.access.sheets import MEDIA_TYPE, SheetSeal
from tilts.exchange.sheets.content import Print, Sheet, gathered
from tilts.exchange.sheets.drawing import drawn
from tilts.portal.resident.prescription_views import Eyes
from tilts.rules import Language, Refusal
from tilts.rules.wire import WIRE_NOT_FOUND


async def sheet_for(eyes: Eyes, seal: SheetSeal | None, task_id: UUID | None, language: Language) -> Sheet:
    """What these eyes may see of it; what they may not see is not there."""
    assert seal is not None, "sheets without a key"
    if task_id is None:
        raise Refusal(WIRE_NOT_FOUND)
    asked = Print(task_id, eyes.viewer, eyes.now, language, seal.is_test)
    return await gathered(eyes.tx, asked, seal.signed)


async def as_pdf(sheet: Sheet) -> Response:
    """Drawn when no transaction is open: that takes longer than all before it."""
    content = await asyncio.to_thread(drawn, sheet)
    named = {"content-disposition": f'inline; filename="{sheet.number}.pdf"', "cache-control": "no-store"}
    return Response(content, media_type=MEDIA_TYPE, headers=named)
