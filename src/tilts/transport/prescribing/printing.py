"""The printed sheet over HTTP; no rule in between.

GET /Task/{id}/$sheet -> application/pdf: the whole prescription of that Task, in the language of Accept-Language
"""

import asyncio

from tilts.access.routes import Call, Reply, route
from tilts.access.sheets import MEDIA_TYPE
from tilts.exchange.prescriptions import viewer_of
from tilts.exchange.sheets.content import Print, gathered
from tilts.exchange.sheets.drawing import drawn
from tilts.transport.prescribing.tasks import task_id_of


@route(
    "GET",
    "/Task/{id}/$sheet",
    scope="system/Task.r",
    audit_event="prescription.printed",
    resource_type="Task",
    interaction="sheet",
)
async def print_prescription(call: Call) -> Reply:
    assert call.sheets is not None, "sheets without a key"
    task_id = task_id_of(call)
    viewer = viewer_of(call.party, call.now)
    asked = Print(task_id, viewer, call.now, call.incoming.language, call.sheets.is_test)
    sheet = await gathered(call.tx, asked, call.sheets.signed)
    call.concerns(sheet.patient_id, "Task", task_id, sheet.lines[0].issues[0].line.basis)

    async def draw() -> Reply:
        """Takes longer than all before it, and needs no connection to the database."""
        headers = {"content-disposition": f'inline; filename="{sheet.number}.pdf"'}
        content = await asyncio.to_thread(drawn, sheet)
        return Reply(raw=content, content_type=MEDIA_TYPE, headers=headers)

    return Reply(later=draw)
