"""Writes down who signed a case: a checked file at once, a letter when a second person confirms it.

The callers hold the case's row locked; beneath, two named indexes see to it that a side signs once and
that a letter is entered once, whoever comes at the same time.
"""

from datetime import datetime, time
from typing import Any
from uuid import UUID

import msgspec

from tilts.clock import RIGA
from tilts.ids import new_id
from tilts.onboarding.paper import PaperReceipt, check_confirmation
from tilts.onboarding.signing.report import Side, SignatureFound, SignatureReport
from tilts.rules import Refusal
from tilts.rules.paper import SGN_SIGNED_ALREADY
from tilts.store.onboarding import signatures
from tilts.store.onboarding.signatures import SignatureRecord
from tilts.store.tx import Tx


async def record_electronic(
    tx: Tx, case_id: UUID, party_id: UUID, document: tuple[UUID, str], report: SignatureReport
) -> list[SignatureRecord]:
    """
    One row for each side that signed the file and is not written down yet.

    `document` is its id and the channel by which it came. Raises SGN-038 when the file brings nothing new.
    """
    known = {row.side for row in await signatures.of_case(tx, case_id) if row.withdrawn_at is None}
    fresh = [first_of(side, report) for side in sides_in(report) if side not in known]
    if not fresh:
        raise Refusal(SGN_SIGNED_ALREADY)
    rows = [electronic_row(case_id, party_id, document, report, one) for one in fresh]
    for row in rows:
        if not await signatures.add(tx, row):
            raise Refusal(SGN_SIGNED_ALREADY)
    return rows


def sides_in(report: SignatureReport) -> list[Side]:
    return list(dict.fromkeys(one.side for one in report.signatures))


def first_of(side: Side, report: SignatureReport) -> SignatureFound:
    return next(one for one in report.signatures if one.side == side)


def electronic_row(
    case_id: UUID, party_id: UUID, document: tuple[UUID, str], report: SignatureReport, one: SignatureFound
) -> SignatureRecord:
    document_id, channel = document
    written: dict[str, Any] = msgspec.to_builtins(report)
    return SignatureRecord(
        signature_id=new_id(),
        case_id=case_id,
        party_id=party_id,
        document_id=document_id,
        side=one.side,
        method="electronic",
        channel=channel,
        letter_number="",
        report=written,
        signed_at=one.proven_at or one.claimed_at or report.checked_at,
        recorded_at=report.checked_at,
        entered_by=None,
    )


async def record_paper(
    tx: Tx, case_id: UUID, side: Side, scan_ids: list[UUID], receipt: PaperReceipt, now: datetime
) -> SignatureRecord:
    """A letter that `check_paper` let pass; it counts when confirmed. Raises SGN-038."""
    row = SignatureRecord(
        signature_id=new_id(),
        case_id=case_id,
        party_id=receipt.party_id,
        document_id=scan_ids[0],
        side=side,
        method="paper",
        channel=receipt.channel,
        letter_number=receipt.letter_number.strip(),
        report={
            "copies": receipt.copies,
            "received_on": receipt.received_on.isoformat(),
            "scans": [str(scan_id) for scan_id in scan_ids],
        },
        signed_at=datetime.combine(receipt.received_on, time(), RIGA),
        recorded_at=now,
        entered_by=receipt.entered_by,
    )
    if not await signatures.add(tx, row):
        raise Refusal(SGN_SIGNED_ALREADY)
    return row


async def confirm_paper(tx: Tx, signature_id: UUID, confirmed_by: UUID, now: datetime) -> SignatureRecord:
    """The second person's word. Raises SGN-037 for the first one, SGN-038 when it was confirmed already."""
    row = await signatures.lock(tx, signature_id)
    assert row is not None, "the page of the case gave the id"
    check_confirmation(row.entered_by, confirmed_by)
    if not await signatures.confirm(tx, signature_id, confirmed_by, now):
        raise Refusal(SGN_SIGNED_ALREADY)
    found = await signatures.lock(tx, signature_id)
    assert found is not None
    return found
