"""Closing: what was handed out is final, and what was not is given up.

    load (store)  ->  decide (lifecycle.py)  ->  save (store)

Handed over is not closed: a line of which everything was handed out stays with its pharmacy until it closes it, or
until the hand-over period ends (Design 5). Who closes gets a receipt that the exchange signs: what was handed out,
and from when until when the line was this pharmacy's. It is a document as any other, and nobody changes it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from tilts.exchange import documents
from tilts.exchange.documents import Belonging, Signed
from tilts.exchange.lines import Action, about, check, let_go, save
from tilts.exchange.prescriptions import locked_line, viewer_of
from tilts.ids import new_id
from tilts.party import Party
from tilts.store import dispensing as dispenses
from tilts.store import resources
from tilts.store.records import DispenseRecord, Hold, LineRecord
from tilts.store.tx import Tx
from tilts_fhir.json_strict import decode, encode

EXCHANGE: Final = "exchange"  # who signs a receipt, where a client's id stands


@dataclass(frozen=True, slots=True)
class Closed:
    """A line that was just closed, whose it was until then, and what is out."""

    line: LineRecord
    hold: Hold
    dispenses: list[DispenseRecord]
    documents: list[dict[str, Any]]  # of these dispenses, as they stand
    at: datetime


class Receipts(Protocol):
    """What the roof lends: how a receipt is written, and the exchange's key."""

    def document(self, closed: Closed) -> dict[str, Any]: ...

    def signed(self, document: dict[str, Any], content: bytes) -> tuple[dict[str, Any], str]:
        """The Provenance of the receipt, and the detached JWS in it."""
        ...


async def close(
    tx: Tx,
    task_id: UUID,
    party: Party,
    now: datetime,
    if_match: int | None,
    receipts: Receipts | None = None,
) -> LineRecord:
    """The door: the holder says that all was handed over and nothing will be changed any more.

    Closed again by the same pharmacy: the same answer with the same receipt.
    """
    line = await locked_line(tx, task_id, party, now, if_match)
    if line.receipt_id is not None and await is_own_receipt(tx, line.receipt_id, party, now):
        return line
    with about(line):
        after = decide_close(line, "close", party, now)
    if receipts is None:
        return await save(tx, line, "close", after, now)
    assert line.hold is not None
    after = await save(tx, line, "close", replace(after, receipt_id=new_id()), now)
    out = await dispenses.standing(tx, line.line_id, task_id)
    told = [await document_of(tx, one) for one in out]
    await keep_receipt(tx, receipts, Closed(after, line.hold, out, told, now), party)
    return after


async def document_of(tx: Tx, dispense: DispenseRecord) -> dict[str, Any]:
    row = await resources.read(tx, "MedicationDispense", dispense.dispense_id, None)
    assert row is not None, "a dispense without its document"
    found: dict[str, Any] = decode(row.body)
    return found


async def is_own_receipt(tx: Tx, receipt_id: UUID, party: Party, now: datetime) -> bool:
    """Whether this very pharmacy closed it."""
    row = await resources.read(tx, "Bundle", receipt_id, viewer_of(party, now))
    return row is not None and row.basis == "author" and party.kind == "pharmacy"


async def keep_receipt(tx: Tx, receipts: Receipts, closed: Closed, party: Party) -> None:
    """The receipt and the exchange's signature over its very bytes."""
    line = closed.line
    assert line.receipt_id is not None
    belonging = Belonging(line.receipt_id, line.patient_id, party.organization_id, line.prescription_id)
    document = await documents.keep(tx, receipts.document(closed), belonging, closed.at)
    content = encode(document)
    provenance, jws = receipts.signed(document, content)
    seal = replace(belonging, resource_id=new_id())
    signed = Signed(provenance, content, jws, EXCHANGE)
    await documents.keep_signature(tx, signed, [f"Bundle/{line.receipt_id}"], seal, closed.at)


async def close_remaining(
    tx: Tx, task_id: UUID, party: Party, now: datetime, if_match: int | None
) -> LineRecord:
    """The door: what is left of a line of which a part was handed out will not be handed out."""
    line = await locked_line(tx, task_id, party, now, if_match)
    with about(line):
        after = decide_close(line, "close-remaining", party, now)
    return await save(tx, line, "close-remaining", after, now)


def decide_close(line: LineRecord, action: Action, party: Party, now: datetime) -> LineRecord:
    check(line, action, party, now)
    return replace(let_go(line), state="completed", changed_at=now)
