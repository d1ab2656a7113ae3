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
from tilts.access.verdicts.telling import BEGIN_AT, OVER
from tilts.account import Account
from tilts.portal.parts import PortalParts
from tilts.portal.visits import require
from tilts.rules import Refusal
from tilts.rules.cases import CASE_NOT_FOUND
from tilts.store import connections
from tilts.store.tx import Tx

ENVIRONMENTS: Final = ("test", "production")


@dataclass(frozen=True, slots=True)
class GateView:
    facts: Facts
    verdicts: tuple[Verdict, ...]
    organization_id: str = ""  # as this environment knows it; in another one it is another

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
        own = {"GATE-002": f"/my/certificates?client={view.facts.client.client_id}"}
        begin_at = {**BEGIN_AT, **own, **checklists_for(account)}
        return self._pages.page(request, "desk/gate.html", view=view, begin_at=begin_at, over=OVER)


def checklists_for(account: Account) -> dict[str, str]:
    """Who declares goes to the own declaration; others are shown what it is."""
    own = {"institution": "GATE-006", "vendor": "GATE-007"}.get(account.role)
    return {
        rule: "/my/checklist" if rule == own else "/procedures/checklist" for rule in ("GATE-006", "GATE-007")
    }


async def gate_view(tx: Tx, client_id: str, account: Account, desk: Desk) -> GateView:
    """Of one's own connections; the authority may ask about any."""
    now = desk.clock.now()
    for environment in ENVIRONMENTS:
        for facts in await gate.facts_at(tx, environment, now, client_id):
            if account.role == "authority" or facts.client.party_id == account.party_id:
                verdicts = [decide(facts, name, now) for name in facts.client.functionalities]
                known = await connections.find_by_client_id(tx, client_id)
                return GateView(
                    facts, tuple(verdicts), str(known.organization_id) if known else own_id(facts)
                )
    raise Refusal(CASE_NOT_FOUND)


def own_id(facts: Facts) -> str:
    """A developer's own connection to production is known there by its party; other ids are of that environment."""
    return str(facts.client.party_id) if facts.client.party_kind == "vendor" else ""
