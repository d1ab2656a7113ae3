"""Is a connection open, and if not, what is missing: every condition with whose turn it is and until when.

GET /gate/{client_id}
"""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts.access import gate
from tilts.access.desk import Act, Desk
from tilts.access.gate import Facts, Verdict, decide
from tilts.account import Account
from tilts.portal.parts import PortalParts
from tilts.portal.visits import require
from tilts.rules import Refusal
from tilts.rules.cases import CASE_NOT_FOUND
from tilts.store.tx import Tx

ENVIRONMENTS: Final = ("test", "production")
# Where to go on from an unmet condition when there is no case yet.
BEGIN_AT: Final = {
    "GATE-001": "/procedures/testing-agreement",
    "GATE-002": "/my/certificates",
    "GATE-003": "/procedures",
    "GATE-005": "/procedures/connection-application",
    "GATE-006": "/my/checklist",
    "GATE-007": "/procedures/checklist",
    "GATE-009": "/systems",
    "GATE-010": "/my/connections",
    "GATE-011": "/procedures/operator-agreement",
}


@dataclass(frozen=True, slots=True)
class GateView:
    facts: Facts
    verdicts: tuple[Verdict, ...]

    @property
    def open(self) -> bool:
        return bool(self.verdicts) and all(verdict.open for verdict in self.verdicts)


class GatePages:
    def __init__(self, parts: PortalParts) -> None:
        self._pages = parts.pages
        self._desk = Desk(parts.database, parts.clock)

    def routes(self) -> list[Route]:
        return [Route("/gate/{client_id}", self.gate)]

    async def gate(self, request: Request) -> Response:
        account = require(request, "vendor", "institution", "it", "authority")
        client_id = request.path_params["client_id"]

        async def read(tx: Tx) -> GateView:
            return await gate_view(tx, client_id, account, self._desk)

        view = await self._desk.do(account, Act("gate.asked", client_id[:40], method="GET"), read)
        return self._pages.page(request, "desk/gate.html", view=view, begin_at=BEGIN_AT)


async def gate_view(tx: Tx, client_id: str, account: Account, desk: Desk) -> GateView:
    """Of one's own connections; the authority may ask about any."""
    now = desk.clock.now()
    for environment in ENVIRONMENTS:
        for facts in await gate.facts_at(tx, environment, now, client_id):
            if account.role == "authority" or facts.client.party_id == account.party_id:
                verdicts = [decide(facts, name, now) for name in facts.client.functionalities]
                return GateView(facts, tuple(verdicts))
    raise Refusal(CASE_NOT_FOUND)
