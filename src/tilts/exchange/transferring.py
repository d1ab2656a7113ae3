"""A patient who went to another pharmacy, or the prescriber, asks the holder to let a line go.

The holder keeps it for some minutes, in which it may still hand out; then the line is open again (Exchanges 3.2
row 8). So no line stays locked because somebody forgot it, and none is taken out of a pharmacist's hands.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from tilts.exchange.lines import about, check, save
from tilts.exchange.prescriptions import locked_line
from tilts.exchange.terms import Terms
from tilts.party import Party
from tilts.store.records import LineRecord
from tilts.store.tx import Tx


async def request_transfer(
    tx: Tx, task_id: UUID, party: Party, now: datetime, terms: Terms, if_match: int | None
) -> LineRecord:
    """The door: the hold ends when the holder's minutes are over, if that is earlier. Again: the same answer."""
    line = await locked_line(tx, task_id, party, now, if_match)
    with about(line):
        after = decide_transfer(line, party, now, terms)
    return await save(tx, line, "transfer-request", after, now)


def decide_transfer(line: LineRecord, party: Party, now: datetime, terms: Terms) -> LineRecord:
    check(line, "transfer-request", party, now)
    assert line.hold is not None
    if line.transfer_wanted_at is not None:
        return line
    hold = replace(line.hold, lease_until=min(line.hold.lease_until, now + terms.transfer))
    return replace(line, hold=hold, transfer_wanted_at=now, changed_at=now)
