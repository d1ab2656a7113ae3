"""From the plan of tests to the approval: scenarios proposed, testing asked for, results analysed on a worksheet.

GET  /my/plans/new   /cases/{number}/worksheet
POST /my/plans   /my/testing   /cases/{number}/worksheet
"""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts.access.case_effects import EFFECTS
from tilts.access.desk import Act, Desk
from tilts.account import Account
from tilts.lab.conformance.language import Scenario
from tilts.onboarding import testing
from tilts.onboarding.cases import check_sees, find_case
from tilts.onboarding.taking import Around, Taker, take
from tilts.onboarding.testing import Remark, Row, unsettled, worksheet
from tilts.onboarding.workflows import WORKFLOWS
from tilts.portal.desk.case_pages import uuid_in
from tilts.portal.desk.case_views import scenarios_for
from tilts.portal.desk.system_pages import party_of
from tilts.portal.incoming_forms import LONGEST_TEXT, needed, text_in
from tilts.portal.parts import PortalParts
from tilts.portal.visits import form_of, go_to, require
from tilts.portal.words import N_
from tilts.rules import Refusal
from tilts.rules.cases import CASE_NO_SUCH_STEP, CASE_NOT_NOW
from tilts.store.onboarding import cases
from tilts.store.onboarding import testing as stored
from tilts.store.onboarding.cases import CaseRecord
from tilts.store.onboarding.parties import VersionRecord
from tilts.store.tx import Tx

VERDICTS = ("passed", "failed")


@dataclass(frozen=True, slots=True)
class PlanView:
    version: VersionRecord
    scenarios: tuple[Scenario, ...]
    plans: list[CaseRecord]
    testings: list[CaseRecord]


class TestingPages:
    __test__ = False  # not a test of pytest's

    def __init__(self, parts: PortalParts) -> None:
        self._pages = parts.pages
        self._parts = parts
        self._desk = Desk(parts.database, parts.clock)

    def routes(self) -> list[Route]:
        return [
            Route("/my/plans/new", self.plan_form),
            Route("/my/plans", self.propose, methods=["POST"]),
            Route("/my/testing", self.request_testing, methods=["POST"]),
            Route("/cases/{number}/worksheet", self.worksheet),
            Route("/cases/{number}/worksheet", self.comment, methods=["POST"]),
        ]

    async def plan_form(self, request: Request) -> Response:
        account = require(request, "vendor")
        version_id = uuid_in(request.query_params.get("version", ""))

        async def read(tx: Tx) -> PlanView:
            version = await testing.own_version(tx, version_id, account)
            of_version = [
                await cases.of_kind(tx, party_of(account), kind) for kind in ("test-plan", "testing")
            ]
            plans, testings = (
                [case for case in found if case.facts.get("version_id") == str(version_id)]
                for found in of_version
            )
            return PlanView(version, scenarios_for(version.functionalities), plans, testings)

        view = await self._desk.do(account, Act("plan.read", method="GET"), read)
        agreed = any(plan.state == "agreed" for plan in view.plans)
        return self._pages.page(request, "desk/plan.html", view=view, agreed=agreed, workflows=WORKFLOWS)

    async def propose(self, request: Request) -> Response:
        """A plan of one's own: opened and proposed in one."""
        account = require(request, "vendor")
        form = form_of(request)
        version_id = uuid_in(text_in(form, "version"))
        facts = {"scenarios": [str(value) for value in form.getlist("scenarios")]}
        now, around = self._parts.clock.now(), Around(self._parts.settings, self._parts.clock.wall())

        async def work(tx: Tx) -> CaseRecord:
            plan = await testing.open_plan(tx, account, version_id, now)
            return await take(tx, plan.number, "propose", Taker(account, now, EFFECTS, around), facts=facts)

        plan = await self._desk.do(account, Act("plan.proposed"), work)
        return go_to(
            request,
            f"/cases/{plan.number}",
            N_("The plan is proposed. The authority agrees or proposes another."),
        )

    async def request_testing(self, request: Request) -> Response:
        account = require(request, "vendor")
        version_id = uuid_in(text_in(form_of(request), "version"))
        now = self._parts.clock.now()

        async def work(tx: Tx) -> CaseRecord:
            return await testing.request_testing(tx, account, version_id, now)

        case = await self._desk.do(account, Act("testing.requested"), work)
        return go_to(
            request, f"/cases/{case.number}", N_("Testing is asked for. The authority sets the window.")
        )

    async def worksheet(self, request: Request) -> Response:
        account = require(request, "vendor", "authority")
        number = request.path_params["number"]

        async def read(tx: Tx) -> tuple[CaseRecord, list[Row]]:
            return await sheet_of(tx, number, account)

        case, rows = await self._desk.do(account, Act("worksheet.read", number, method="GET"), read)
        return self._pages.page(
            request,
            "desk/worksheet.html",
            case=case,
            rows=rows,
            unsettled=unsettled(rows),
            chosen_row=request.query_params.get("row", ""),
            verdicts=case.facts.get("verdicts", {}),
            may_write=account.role == "authority" and case.state == "under-analysis",
        )

    async def comment(self, request: Request) -> Response:
        """One entry for one row: a comment, or a verdict overruled with its reason."""
        account = require(request, "authority")
        number, form = request.path_params["number"], form_of(request)
        text = needed(form, "comment", "comment", LONGEST_TEXT)
        scenario, _, step = text_in(form, "row").rpartition("#")
        verdict = text_in(form, "verdict")
        place = int(step) if step.isascii() and step.isdigit() and len(step) < 4 else -1
        remark = Remark(scenario, place, verdict if verdict in VERDICTS else None, text)
        now = self._parts.clock.now()

        async def work(tx: Tx) -> None:
            case = check_sees(await cases.lock(tx, number), account)
            if case.state != "under-analysis":
                raise Refusal(CASE_NOT_NOW, action="worksheet", state=case.state, possible="-")
            await testing.comment(tx, case, remark, account, now)

        await self._desk.do(account, Act("worksheet.written", number), work)
        return go_to(request, f"/cases/{number}/worksheet", N_("The entry is kept."))


async def sheet_of(tx: Tx, number: str, account: Account) -> tuple[CaseRecord, list[Row]]:
    case = await find_case(tx, number, account)
    if case.kind != "testing":
        raise Refusal(CASE_NO_SUCH_STEP, action="worksheet")
    return case, worksheet(case.facts.get("verdicts", {}), await stored.entries(tx, case.case_id))
