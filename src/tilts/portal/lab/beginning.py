"""How a run begins: under a testing case with what its plan names, or freely, to practise.

GET /lab/runs/new?testing={number}&client={client_id}      POST /lab/runs
"""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts.access.desk import Act, Desk
from tilts.access.testing_runs import ROLE_OF, ReadySystem, order_under, practising, systems_of
from tilts.account import Account
from tilts.clock import day_in_riga
from tilts.lab.conformance import runs
from tilts.lab.conformance.allotment import hand_out_persons
from tilts.lab.conformance.library import library
from tilts.lab.conformance.runs import RunOrder
from tilts.onboarding.cases import find_case
from tilts.onboarding.testing import check_playable
from tilts.portal.incoming_forms import text_in
from tilts.portal.lab.pages import vendor_of
from tilts.portal.parts import PortalParts
from tilts.portal.visits import form_of, go_to, require
from tilts.portal.words import N_
from tilts.rules import Refusal
from tilts.rules.lab import LAB_NOT_TESTABLE
from tilts.store.lab import runs as store
from tilts.store.lab.runs import RunRecord
from tilts.store.onboarding.cases import CaseRecord
from tilts.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Beginning:
    """What may be begun: `case` is None for a run to practise; `why_not` says why it may not be today."""

    case: CaseRecord | None
    systems: list[ReadySystem]
    why_not: Refusal | None


class BeginPages:
    def __init__(self, parts: PortalParts) -> None:
        self._pages = parts.pages
        self._clock = parts.clock
        self._desk = Desk(parts.database, parts.clock)

    def routes(self) -> list[Route]:
        return [Route("/lab/runs/new", self.form), Route("/lab/runs", self.begin, methods=["POST"])]

    async def form(self, request: Request) -> Response:
        account = require(request, "vendor")
        number = request.query_params.get("testing", "")
        return await self._show(request, account, number, request.query_params.get("client", ""))

    async def _show(
        self, request: Request, account: Account, number: str, client_id: str, no: Refusal | None = None
    ) -> Response:
        async def read(tx: Tx) -> Beginning:
            if not number:
                assert account.party_id is not None, "developers act for a party"
                return Beginning(None, await practising(tx, account.party_id), None)
            case = await find_case(tx, number, account)
            why_not = self._why_not(case)
            return Beginning(case, await systems_of(tx, case) if case.kind == "testing" else [], why_not)

        beginning = await self._desk.do(account, Act("lab.read", number, method="GET"), read)
        systems, shown = beginning.systems, no or beginning.why_not
        chosen = next((one for one in systems if one.client.client_id == client_id), None)
        return self._pages.page(
            request,
            "lab/begin.html",
            beginning=beginning,
            chosen=systems[0] if chosen is None and len(systems) == 1 else chosen,
            titles={one.id: one.title for one in library()},
            refusal=shown,
            **({"status": shown.rule.http_status} if shown else {}),
        )

    def _why_not(self, case: CaseRecord) -> Refusal | None:
        try:
            check_playable(case, day_in_riga(self._clock.now()))
        except Refusal as no:
            return no
        return None

    async def begin(self, request: Request) -> Response:
        account = require(request, "vendor", "authority")
        form = form_of(request)
        number, client_id = text_in(form, "testing"), text_in(form, "client")
        chosen = tuple(str(value) for value in form.getlist("scenarios"))

        async def work(tx: Tx) -> RunRecord:
            client = await store.tested_client(tx, client_id)
            strange = client is None or vendor_of(account) not in (None, client.vendor_id)
            if client is None or strange or client.kind not in ROLE_OF:
                raise Refusal(LAB_NOT_TESTABLE, role="practice, pharmacy")
            order = RunOrder(client_id, ROLE_OF[client.kind], chosen)
            if number:
                case = await find_case(tx, number, account)
                order = await order_under(tx, case, client_id, chosen, day_in_riga(self._clock.now()))
            await hand_out_persons(tx, client.vendor_id, self._clock.wall())
            return await runs.start(tx, order, vendor_of(account), self._clock.wall())

        try:
            run = await self._desk.do(account, Act("lab.run-begun", number), work)
        except Refusal as no:
            if account.role != "vendor" or not number:
                raise
            return await self._show(request, account, number, client_id, no)
        return go_to(
            request,
            f"/lab/runs/{run.run_id}",
            N_("The run has begun: every call of this system is seen now."),
        )
