"""The signed bytes of a document with their signature, so that anyone can verify them.

GET /Provenance/{id}/$signed-content -> one whole compact JWS (application/jose)
"""

from tilts.access import jose
from tilts.access.routes import Call, Reply, route
from tilts.rules import Refusal
from tilts.rules.wire import WIRE_NOT_FOUND
from tilts.store import signatures
from tilts.transport.reading import found


@route(
    "GET",
    "/Provenance/{id}/$signed-content",
    scope="system/Provenance.r",
    audit_event="signature.read",
    resource_type="Provenance",
    interaction="signed-content",
)
async def read_signed_content(call: Call) -> Reply:
    row = await found("Provenance", call)
    call.concerns(row.patient_id, "Provenance", row.resource_id, row.basis)
    kept = await signatures.read(call.tx, row.resource_id)
    if kept is None:
        raise Refusal(WIRE_NOT_FOUND)
    content, detached = kept
    protected, _, signature = detached.partition("..")
    whole = f"{protected}.{jose.unpadded(content)}.{signature}"
    return Reply(raw=whole.encode(), content_type="application/jose")
