"""Is a connection open for what is asked of it now: what the gate last said, read with the connection itself.

Nothing is looked up for a call that is let through: the gate is asked for all connections again and again
(housekeeping.py), and what it said stands in the connection's row, which every call reads anew. So a condition
that falls also closes connections that are open. Only a refused call asks the gate, to be told what is unmet.
"""

from datetime import datetime
from typing import Literal

from tilts.access import gate
from tilts.access.certificates import NOT_ACTIVE
from tilts.functionality import OPEN_TO, Functionality
from tilts.rules import Refusal
from tilts.rules.access import ACC_PARTY_CLOSED
from tilts.store.records import ConnectionRecord
from tilts.store.tx import Tx


def is_open(connection: ConnectionRecord, functionality: Functionality | Literal[""]) -> bool:
    """Pure. A call that belongs to no functionality needs any open one.

    So does a call of a kind of party that can never have its functionality: the room says no, with a better reason.
    """
    measured = functionality and connection.kind in OPEN_TO[functionality]
    return functionality in connection.open_for if measured else bool(connection.open_for)


async def check_open(
    tx: Tx,
    connection: ConnectionRecord,
    functionality: Functionality | Literal[""],
    environment: str,
    now: datetime,
) -> None:
    if not is_open(connection, functionality):
        unmet = await unmet_conditions(tx, connection.client_id, functionality, environment, now)
        raise Refusal(ACC_PARTY_CLOSED, client_id=connection.client_id, unmet=unmet)


async def unmet_conditions(
    tx: Tx, client_id: str, functionality: str, environment: str, now: datetime
) -> str:
    """Ids of the gate's conditions; of all functionalities when the call belongs to none."""
    verdicts = await gate.ask(tx, client_id, environment, now)
    asked = [verdict for verdict in verdicts if functionality in ("", verdict.functionality)]
    unmet = {condition.rule.id for verdict in asked for condition in verdict.unmet}
    # Nothing unmet: it is met again since the gate was last asked, or was never asked for at all.
    return ", ".join(sorted(unmet)) or functionality or NOT_ACTIVE
