"""One's declaration on the requirements of point 14: where it stands, answering it, and reading what was declared.

GET  /my/checklist   /cases/{number}/declare   /cases/{number}/checklist
POST /my/checklist   /cases/{number}/declare
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, ClassVar, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts.access.case_effects import EFFECTS
from tilts.access.desk import Act, Desk
from tilts.account import Account
from tilts.clock import day_in_riga
from tilts.onboarding.cases import find_case, side_of
from tilts.onboarding.checklist import DECLARE, KIND, MOST_FILES, Kept, begin, declarant_of, keep
from tilts.onboarding.procedures.checklist import Answer, checklist_version
from tilts.onboarding.taking import Around, Taker, take
from tilts.onboarding.workflows import WORKFLOWS
from tilts.portal.checklist.sending import sent_in
from tilts.portal.checklist.sheet import Marks, Sheet, source_address
from tilts.portal.checklist.standing import Standing, declared_in, sheet_of, standing_of, version_of
from tilts.portal.incoming_forms import text_in
from tilts.portal.languages import language_for
from tilts.portal.parts import PortalParts
from tilts.portal.places import Place
from tilts.portal.visits import form_of, go_to, require
from tilts.portal.words import N_
from tilts.rules import Refusal
from tilts.rules.procedures import PRC_CHANGED_MEANWHILE
from tilts.store.onboarding.cases import CaseRecord
from tilts.store.tx import Tx

TAKEN: Final = ".pdf,.asice,.edoc,.png,.jpg,.jpeg,.tif,.tiff,.txt"


class ChecklistPages:
    places: ClassVar[tuple[Place, ...]] = (
        Place("/my/checklist", N_("Checklist"), 25, frozenset({"vendor", "institution"})),
    )

    def __init__(self, parts: PortalParts) -> None:
        self._pages = parts.pages
        self._parts = parts
        self._desk = Desk(parts.database, parts.clock)

    def routes(self) -> list[Route]:
        return [
            Route("/my/checklist", self.mine),
            Route("/my/checklist", self.begin, methods=["POST"]),
            Route(f"/cases/{{number}}/{DECLARE}", self.form),
            Route(f"/cases/{{number}}/{DECLARE}", self.send, methods=["POST"]),
            Route("/cases/{number}/checklist", self.read),
        ]

    async def mine(self, request: Request) -> Response:
        account = require(request, "vendor", "institution")

        async def read(tx: Tx) -> Standing:
            return await standing_of(tx, account, self._today())

        standing = await self._desk.do(account, Act("case.listed", KIND, method="GET"), read)
        return self._pages.page(
            request,
            "checklist/mine.html",
            standing=standing,
            workflow=WORKFLOWS[KIND],
            declarant=declarant_of(account),
            today=self._today(),
            version_of=version_of,
        )

    async def begin(self, request: Request) -> Response:
        account, now = require(request, "vendor", "institution"), self._parts.clock.now()

        async def work(tx: Tx) -> CaseRecord:
            return await begin(tx, account, now)

        case = await self._desk.do(account, Act("case.opened", KIND), work)
        return go_to(request, f"/cases/{case.number}/{DECLARE}")

    async def form(self, request: Request) -> Response:
        account = require(request, "vendor", "institution")
        return await self._show(request, account, Marks())

    async def send(self, request: Request) -> Response:
        """What was filled in is kept first, whatever comes of the declaration after that."""
        account = require(request, "vendor", "institution")
        number, now = request.path_params["number"], self._parts.clock.now()
        sent = await sent_in(form_of(request), self._parts.settings.mail_attachment_limit_bytes)

        async def work(tx: Tx) -> Kept:
            return await keep(tx, number, account, sent, now)

        kept = await self._desk.do(account, Act("case.kept", number), work)
        marks = Marks(refused=kept.refused, clashes=kept.clashes, by=kept.by)
        if kept.clashes:
            no = Refusal(PRC_CHANGED_MEANWHILE, count=len(kept.clashes))
            return await self._show(request, account, marks, refusal=no, typed=sent.answers)
        if kept.refused:
            return await self._show(request, account, marks, refusal=kept.refused[0][1])
        if text_in(form_of(request), "do") != DECLARE:
            return go_to(request, f"/cases/{number}/{DECLARE}", N_("Kept. You can go on now or another day."))
        return await self._declare(request, account, kept.case)

    async def _declare(self, request: Request, account: Account, case: CaseRecord) -> Response:
        now, around = self._parts.clock.now(), Around(self._parts.settings, self._parts.clock.wall())
        facts = {"answers": {"version": case.version, "language": language_for(request)}}

        async def work(tx: Tx) -> CaseRecord:
            return await take(tx, case.number, DECLARE, Taker(account, now, EFFECTS, around), facts=facts)

        try:
            await self._desk.do(account, Act("case.step", case.number), work)
        except Refusal as no:
            gaps = {gap.field: gap for gap in no.facts.get("gaps", ())}  # type: ignore[attr-defined]
            return await self._show(request, account, Marks(gaps=gaps), refusal=no)
        return go_to(
            request, f"/cases/{case.number}/checklist", N_("It is declared. Now it waits for the authority.")
        )

    async def _show(
        self,
        request: Request,
        account: Account,
        marks: Marks,
        refusal: Refusal | None = None,
        typed: Mapping[str, Answer] | None = None,
    ) -> Response:
        number = request.path_params["number"]

        async def read(tx: Tx) -> tuple[CaseRecord, Sheet]:
            case = await find_case(tx, number, account)
            WORKFLOWS[case.kind].check(case.state, DECLARE, side_of(account))
            return case, await sheet_of(tx, case, account, self._today())

        case, sheet = await self._desk.do(account, Act("case.read", number, method="GET"), read)
        if typed:
            shown = {
                name: replace(answer, evidence=sheet.draft.answers.get(name, answer).evidence)
                for name, answer in typed.items()
            }
            sheet = replace(sheet, draft=replace(sheet.draft, answers={**sheet.draft.answers, **shown}))
        return self._pages.page(
            request,
            "checklist/form.html",
            status=refusal.rule.http_status if refusal else 200,
            case=case,
            sheet=sheet,
            sections=list(sheet.sections(marks)),
            marks=marks,
            refusal=refusal,
            today=self._today(),
            taken=TAKEN,
            most_files=MOST_FILES,
            file_limit=self._parts.settings.mail_attachment_limit_bytes // 1_048_576,
            form_limit=self._parts.settings.upload_limit_bytes // 1_048_576,
            source_address=source_address,
        )

    async def read(self, request: Request) -> Response:
        """What was declared, word for word as it was frozen."""
        account = require(request)
        number = request.path_params["number"]

        async def read(tx: Tx) -> tuple[CaseRecord, dict[str, Any] | None]:
            case = await find_case(tx, number, account)
            WORKFLOWS[case.kind].step(DECLARE, case.state)  # of another kind of case there is no declaration
            return case, await declared_in(tx, case)

        case, told = await self._desk.do(account, Act("case.read", number, method="GET"), read)
        return self._pages.page(
            request,
            "checklist/declaration.html",
            case=case,
            told=told,
            declared_at=datetime.fromisoformat(told["declared_at"]) if told else None,
            workflow=WORKFLOWS[KIND],
            state=WORKFLOWS[KIND].state(case.state),
            checklist=checklist_version(told["questions"]["version"]) if told else None,
            today=self._today(),
            source_address=source_address,
        )

    def _today(self) -> date:
        return day_in_riga(self._parts.clock.now())
