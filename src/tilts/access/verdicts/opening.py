"""Is a connection open for what is asked of it now: what the gate last said, read with the connection itself.

Nothing is looked up for a call that is let through: the gate is asked for all connections again and again
(housekeeping.py), and what it said stands in the connection's row, which every call reads anew. So a condition
that falls also closes connections that are open. Only a refused call asks the gate, to be told what is unmet.
"""

from datetime import datetime
from typing import Literal

from tilts.access import gate
from tilts.access.certificates import NOT_ACTIVE, identify
from tilts.access.verdicts.telling import unmet_of
from tilts.functionality import OPEN_TO, Functionality
from tilts.rules import Refusal
from tilts.rules.access import ACC_PARTY_CLOSED
from tilts.store import connections
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
    """
    Whether the connection may be used for this now.

    Raises Refusal: ACC-011, with the gate's unmet conditions as its fact `conditions`, each once.
    """
    if connection.active and is_open(connection, functionality):
        return
    verdicts = await gate.ask(tx, connection.client_id, environment, now)
    conditions = unmet_of(one for one in verdicts if functionality in ("", one.functionality))
    # Nothing unmet: the operator switched it off, or it is met again since the gate was last asked.
    ids = sorted({condition.rule.id for condition in conditions})
    unmet = ", ".join(ids) or (functionality if connection.active else "") or NOT_ACTIVE
    raise Refusal(ACC_PARTY_CLOSED, client_id=connection.client_id, unmet=unmet, conditions=conditions)


async def still_open(
    tx: Tx,
    client_id: str,
    functionality: Functionality | Literal[""],
    certificate: bytes | None,
    wall: datetime,
) -> bool:
    """Asked again while a long answer is under way; nothing is looked up that a new call would not look up."""
    found = await connections.find_by_client_id(tx, client_id)
    if found is None or not found.active or not is_open(found, functionality):
        return False
    try:
        return certificate is None or bool(await identify(tx, certificate, wall))
    except Refusal:
        return False
