"""What the operator agreement of a party opens of the classifiers: the same for the feed, the API and the portal.

The register and the lists without a clause are for everybody. What stands under a clause is given under an operator
agreement that is in force and covers it, in each environment (Source page C1, C2, C4). In production a developer's
connection is opened by that agreement alone: without one there is no token, and the gate says what is missing.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from tilts.access.gate import holds, over
from tilts.access.routes import Call
from tilts.clock import day_in_riga
from tilts.functionality import CLASSIFIER_CLAUSES
from tilts.store.onboarding import gate
from tilts.store.onboarding.gate import Holding
from tilts.store.tx import Tx
from tilts.terminology.access import NO_AGREEMENT, AgreementAccess

KIND: Final = "operator-agreement"


def access_from(holdings: Sequence[Holding], at: datetime) -> AgreementAccess:
    """Pure. One that is in force opens; else the last one that ended is told; one on its way or suspended is none."""
    of_kind = [holding for holding in holdings if holding.kind == KIND]
    for holding in reversed(of_kind):
        if holds(holding, at):
            return opened(holding)
    for holding in reversed(of_kind):
        if over(holding, at) or holding.state == "ended":
            return AgreementAccess("expired", ends_on=ended_on(holding))
    return NO_AGREEMENT


def opened(holding: Holding) -> AgreementAccess:
    """Everything, unless the authority has limited it (section 3 of our sample text)."""
    clauses = frozenset(holding.facts.get("clauses") or CLASSIFIER_CLAUSES)
    limited = not clauses >= frozenset(CLASSIFIER_CLAUSES)
    return AgreementAccess("limited" if limited else "granted", clauses, last_day(holding))


def last_day(holding: Holding) -> date | None:
    written = holding.facts.get("ends_on")
    return date.fromisoformat(str(written)) if written else None


def ended_on(holding: Holding) -> date | None:
    """The day that was agreed, or the earlier one on which somebody ended it."""
    closed = day_in_riga(holding.since) if holding.state == "ended" and holding.since else None
    days = [day for day in (closed, last_day(holding)) if day is not None]
    return min(days, default=None)


async def of_party(tx: Tx, party_id: UUID | None, at: datetime) -> AgreementAccess:
    if party_id is None:
        return NO_AGREEMENT
    return access_from(await gate.holdings(tx, [party_id], at), at)


async def of_caller(call: Call) -> AgreementAccess:
    """Of the party that answers for the connection; nobody's in the sandbox's open routes."""
    return await of_party(call.tx, await gate.party_of_client(call.tx, call.party.client_id), call.now)
