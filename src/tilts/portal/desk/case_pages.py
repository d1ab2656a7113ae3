"""One case on one page: where it stands, whose turn it is, what may be done now and why not, what happened.

GET /cases   /cases/{number}   /cases/{number}/{action}   /documents/{document_id}
POST /cases/new/{kind}   /cases/{number}/{action}
"""

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts.access.case_effects import EFFECTS, SERVES
from tilts.access.desk import Act, Desk
from tilts.account import Account
from tilts.lab.conformance import library
from tilts.lab.conformance.language import Scenario
from tilts.onboarding.cases import CONFIRM, DECLINE, Around, check_sees, find_case, open_case, side_of, take
from tilts.onboarding.workflows import OPENED_BY, WORKFLOWS
from tilts.portal.desk.step_forms import facts_of
from tilts.portal.parts import PortalParts
from tilts.portal.places import Place
from tilts.portal.state_picture import StatePicture, draw
from tilts.portal.visits import form_of, go_to, require
from tilts.portal.words import N_
from tilts.rules import Language, Refusal
from tilts.rules.cases import CASE_NOT_FOUND
from tilts.store.onboarding import cases, parties
from tilts.store.onboarding.cases import CaseRecord, DocumentRecord, StepRecord
from tilts.store.tx import Tx
from tilts.workflow import Offer, Words, Workflow

MOST_CASES = 200
INLINE = frozenset({"application/pdf", "image/png", "image/jpeg", "text/plain"})


@dataclass(frozen=True, slots=True)
class CaseView:
    case: CaseRecord
    steps: list[StepRecord]
    documents: list[DocumentRecord]
    possible: list[Offer]
    closed: list[Offer]


class CasePages:
    places: ClassVar[tuple[Place, ...]] = (
        Place("/cases", N_("My work"), 10, frozenset({"vendor", "institution", "it", "authority"})),
    )

    def __init__(self, parts: PortalParts) -> None:
        self._pages = parts.pages
        self._parts = parts
        self._desk = Desk(parts.database, parts.clock)

    def routes(self) -> list[Route]:
        return [
            Route("/cases", self.work),
            Route("/cases/new/{kind}", self.open, methods=["POST"]),
            Route("/cases/{number}", self.case),
            Route("/cases/{number}/{action}", self.step_form),
            Route("/cases/{number}/{action}", self.step, methods=["POST"]),
            Route("/documents/{document_id}", self.document),
        ]

    async def work(self, request: Request) -> Response:
        """Mine, or for the authority everybody's, what is due first standing first."""
        account = require(request, "vendor", "institution", "it", "authority")

        async def read(tx: Tx) -> tuple[list[CaseRecord], list[str]]:
            if account.role == "authority":
                return await cases.inbox(tx, None, MOST_CASES), []
            assert account.party_id is not None
            party = await parties.find_party(tx, account.party_id)
            kind = party.kind if party else ""
            may_open = [name for name, kinds in OPENED_BY.items() if kind in kinds and name in OPENED_HERE]
            return await cases.of_party(tx, account.party_id), may_open

        found, may_open = await self._desk.do(account, Act("case.listed", method="GET"), read)
        return self._pages.page(
            request,
            "desk/work.html",
            mine=[case for case in found if waits_for(case) == side_of(account)],
            theirs=[case for case in found if waits_for(case) not in (None, side_of(account))],
            rest=[case for case in found if waits_for(case) is None],
            may_open=may_open,
            workflows=WORKFLOWS,
            now=self._parts.clock.now(),
        )

    async def open(self, request: Request) -> Response:
        account = require(request, "vendor", "institution", "it")
        kind = request.path_params["kind"]
        if kind not in OPENED_HERE:
            raise HTTPException(404)
        assert account.party_id is not None
        party_id = account.party_id
        now = self._desk.clock.now()

        async def work(tx: Tx) -> CaseRecord:
            return await open_case(
                tx, kind, party_id=party_id, facts={}, account_id=account.account_id, now=now
            )

        opened = await self._desk.do(account, Act("case.opened", kind), work)
        return go_to(
            request, f"/cases/{opened.number}", N_("The case is opened. Its next steps stand below.")
        )

    async def case(self, request: Request) -> Response:
        account = require(request)
        view = await self._desk.do(
            account,
            Act("case.read", request.path_params["number"], method="GET"),
            self._reader(request, account),
        )
        return self._show(request, view)

    def _show(self, request: Request, view: CaseView, **more: Any) -> Response:
        workflow = WORKFLOWS[view.case.kind]
        return self._pages.page(
            request,
            "desk/case.html",
            view=view,
            workflow=workflow,
            state=workflow.state(view.case.state),
            step_words=lambda step: words_of(workflow, step),
            picture=lambda language: picture_of(view.case, language),
            now=self._parts.clock.now(),
            **more,
        )

    def _reader(self, request: Request, account: Account) -> Any:
        async def read(tx: Tx) -> CaseView:
            return await view_of(tx, request.path_params["number"], account)

        return read

    async def step_form(self, request: Request) -> Response:
        account = require(request)
        view = await self._desk.do(
            account,
            Act("case.read", request.path_params["number"], method="GET"),
            self._reader(request, account),
        )
        workflow = WORKFLOWS[view.case.kind]
        step = workflow.check(view.case.state, request.path_params["action"], side_of(account))
        return self._pages.page(
            request,
            "desk/step.html",
            case=view.case,
            workflow=workflow,
            step=step,
            offered=offered_in(view.case),
        )

    async def step(self, request: Request) -> Response:
        account = require(request)
        number, action = request.path_params["number"], request.path_params["action"]
        now = self._desk.clock.now()
        around = Around(self._parts.settings, self._parts.clock.wall())

        async def work(tx: Tx) -> CaseRecord:
            case = check_sees(await cases.lock(tx, number), account)
            if action in (CONFIRM, DECLINE):
                return await take(tx, number, action, account, now, effects=EFFECTS, around=around)
            step = WORKFLOWS[case.kind].check(case.state, action, side_of(account))
            facts = await facts_of(tx, case, step, form_of(request), account, now)
            return await take(tx, number, action, account, now, facts=facts, effects=EFFECTS, around=around)

        try:
            done = await self._desk.do(account, Act("case.step", number), work)
        except Refusal as no:
            return await self._refused(request, account, no)
        notice = (
            N_("Asked for. A second person has to confirm it.") if done.pending else N_("The step is taken.")
        )
        return go_to(request, f"/cases/{number}", notice)

    async def _refused(self, request: Request, account: Account, no: Refusal) -> Response:
        """The form again, with what was wrong; or the case, when the step is not possible any more."""
        number, action = request.path_params["number"], request.path_params["action"]
        view = await self._desk.do(
            account, Act("case.read", number, method="GET"), self._reader(request, account)
        )
        workflow = WORKFLOWS[view.case.kind]
        status = no.rule.http_status
        offer = next((one for one in view.possible if one.step.action == action and one.step.asks), None)
        if offer is None:
            return self._show(request, view, refusal=no, status=status)
        return self._pages.page(
            request,
            "desk/step.html",
            case=view.case,
            workflow=workflow,
            step=offer.step,
            refusal=no,
            status=status,
        )

    async def document(self, request: Request) -> Response:
        """As it came, byte for byte; never run by the browser."""
        account = require(request)
        document_id = uuid_in(request.path_params["document_id"])

        async def read(tx: Tx) -> tuple[DocumentRecord, bytes]:
            found = await cases.document(tx, document_id)
            if found is None:
                raise Refusal(CASE_NOT_FOUND)
            check_sees(await cases.by_id(tx, found.case_id), account)
            return found, await cases.content(tx, document_id)

        found, content = await self._desk.do(
            account, Act("document.read", str(document_id), method="GET"), read
        )
        return as_download(found.filename, found.media_type, content)


# Opened with one press of a button; the others begin on a page of their own that asks more.
OPENED_HERE = frozenset(
    {
        "testing-agreement",
        "cooperation-institution",
        "cooperation-pharmacy",
        "operator-agreement",
        "connection-application",
    }
)


WORDS = {
    "open": Words("Lieta atvērta", "The case was opened"),
    "ready-made": Words("Sagatavots smilškastē", "Ready-made by the sandbox"),
}


async def view_of(tx: Tx, number: str, account: Account) -> CaseView:
    case = await find_case(tx, number, account)
    offers = list(WORKFLOWS[case.kind].allowed(case.state, side_of(account)))
    return CaseView(
        case,
        await cases.steps(tx, case.case_id),
        await cases.documents(tx, case.case_id),
        [offer for offer in offers if offer.reason is None],
        [offer for offer in offers if offer.reason is not None],
    )


def offered_in(case: CaseRecord) -> dict[str, list[tuple[str, Words]]]:
    """What a field with several choices offers in this case; those chosen before are marked by the page."""
    if case.kind != "test-plan":
        return {}
    fitting = scenarios_for(case.facts["functionalities"])
    return {
        "scenarios": [
            (one.id, Words(f"{one.id} {one.title.lv}", f"{one.id} {one.title.en}")) for one in fitting
        ]
    }


def scenarios_for(functionalities: list[str]) -> tuple[Scenario, ...]:
    wanted = set(functionalities)
    return tuple(one for one in library.library() if wanted & {SERVES[role] for role in one.roles})


def words_of(workflow: Workflow, step: StepRecord) -> Words:
    """What a step of the history is called; what the exchange did itself has words of its own."""
    asked, _, action = step.action.partition("-")
    if step.action in WORDS:
        return WORDS[step.action]
    if asked in ("ask", "decline") and any(row.action == action for row in workflow.steps):
        label = workflow.step(action, step.to_state).label
        lv, en = ("Pieprasīts", "Asked for") if asked == "ask" else ("Noraidīts", "Declined")
        return Words(f"{lv}: {label.lv}", f"{en}: {label.en}")
    known = any(row.action == step.action for row in workflow.steps)
    return (
        workflow.step(step.action, step.from_state or "").label if known else Words(step.action, step.action)
    )


def waits_for(case: CaseRecord) -> str | None:
    if case.pending is not None:
        return "authority"
    return WORKFLOWS[case.kind].state(case.state).waits_for


def picture_of(case: CaseRecord, language: Language) -> StatePicture:
    workflow = WORKFLOWS[case.kind]
    labels = [(state.name, state.label.in_language(language)) for state in workflow.states]
    edges = [(state, step.to or state) for step in workflow.steps for state in step.of]
    return draw("case", labels, edges, case.state, workflow.state(case.state).label.in_language(language))


def uuid_in(written: str) -> UUID:
    try:
        return UUID(written)
    except ValueError:
        raise Refusal(CASE_NOT_FOUND) from None


def as_download(filename: str, media_type: str, content: bytes) -> Response:
    """Names may hold anything; RFC 6266 `filename*` carries them without a character that means something."""
    safe = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "_" for letter in filename
    )
    kind = media_type if media_type in INLINE else "application/octet-stream"
    headers = {
        "content-disposition": f'attachment; filename="{safe}"',
        "content-security-policy": "sandbox; default-src 'none'",
        "cache-control": "no-store",
    }
    return Response(content, headers=headers, media_type=kind)
