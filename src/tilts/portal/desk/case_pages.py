"""One case on one page: where it stands, whose turn it is, what may be done now and why not, what happened.

GET /cases   /cases/{number}   /cases/{number}/{action}   /documents/{document_id}
POST /cases/new/{kind}   /cases/{number}/{action}
"""

from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts.access.case_effects import EFFECTS
from tilts.access.desk import Act, Desk
from tilts.account import Account
from tilts.onboarding.cases import check_sees, open_case, side_of
from tilts.onboarding.taking import CONFIRM, DECLINE, Around, Taker, may_act_in, take
from tilts.onboarding.workflows import OPENED_BY, WORKFLOWS, table_of
from tilts.portal.desk.case_views import (
    CaseView,
    offered_in,
    picture_of,
    possible_in,
    view_of,
    waits_for,
    words_of,
)
from tilts.portal.desk.step_forms import facts_of
from tilts.portal.incoming_forms import text_in
from tilts.portal.parts import PortalParts
from tilts.portal.places import Place
from tilts.portal.visits import form_of, go_to, require
from tilts.portal.words import N_
from tilts.rules import Refusal
from tilts.rules.cases import CASE_CHANGED_MEANWHILE, CASE_NOT_FOUND
from tilts.store.onboarding import cases, parties
from tilts.store.onboarding.cases import CaseRecord, DocumentRecord
from tilts.store.tx import Tx

MOST_CASES = 200
SEEN = "seen"  # the version of the case that the page of a form showed
INLINE = frozenset({"application/pdf", "image/png", "image/jpeg", "text/plain"})


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
            may_open = [
                name
                for name, kinds in OPENED_BY.items()
                if kind in kinds and name in OPENED_HERE and may_act_in(name, account)
            ]
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
        account = require(request, "vendor", "institution")
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
        workflow = table_of(view.case.kind, view.case.facts)
        return self._pages.page(
            request,
            "desk/case.html",
            view=view,
            workflow=workflow,
            state=workflow.state(view.case.state),
            possible_in=partial(possible_in, workflow),
            step_words=lambda step: words_of(workflow, step),
            picture=lambda language: picture_of(view.case, language),
            now=self._parts.clock.now(),
            **more,
        )

    def _reader(self, request: Request, account: Account) -> Any:
        async def read(tx: Tx) -> CaseView:
            return await view_of(tx, request.path_params["number"], account, self._parts.clock.wall())

        return read

    async def step_form(self, request: Request) -> Response:
        account = require(request)
        view = await self._desk.do(
            account,
            Act("case.read", request.path_params["number"], method="GET"),
            self._reader(request, account),
        )
        workflow = table_of(view.case.kind, view.case.facts)
        step = workflow.check(view.case.state, request.path_params["action"], side_of(account))
        return self._pages.page(
            request,
            "desk/step.html",
            case=view.case,
            workflow=workflow,
            step=step,
            offered=offered_in(view),
            given={},
        )

    async def step(self, request: Request) -> Response:
        account = require(request)
        number, action = request.path_params["number"], request.path_params["action"]
        now = self._desk.clock.now()
        around = Around(self._parts.settings, self._parts.clock.wall())

        async def work(tx: Tx) -> CaseRecord:
            case = check_sees(await cases.lock(tx, number), account)
            if action in (CONFIRM, DECLINE):
                if case.pending is not None:
                    check_seen(case, form_of(request))
                return await take(tx, number, action, Taker(account, now, EFFECTS, around))
            step = table_of(case.kind, case.facts).check(case.state, action, side_of(account))
            check_seen(case, form_of(request))
            facts = await facts_of(tx, case, step, form_of(request), account, now)
            return await take(tx, number, action, Taker(account, now, EFFECTS, around), facts=facts)

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
        workflow = table_of(view.case.kind, view.case.facts)
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
            offered=offered_in(view),
            given={name: value for name, value in form_of(request).items() if isinstance(value, str)},
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


def check_seen(case: CaseRecord, form: FormData) -> None:
    """Somebody may have gone on between the page and the button: what was not seen is not agreed to."""
    if text_in(form, SEEN) not in ("", str(case.version)):
        raise Refusal(CASE_CHANGED_MEANWHILE)


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
