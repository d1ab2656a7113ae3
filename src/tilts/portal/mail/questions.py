"""What a party writes to the desks: questions of their own, and messages in its cases.

GET /my/questions   /cases/{number}/messages   /cases/{number}/messages/{row_id}
POST /my/questions   /cases/{number}/messages
"""

from collections.abc import Sequence
from typing import ClassVar, Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tilts.access.case_effects import EFFECTS
from tilts.access.desk import Act, Desk
from tilts.account import Account
from tilts.onboarding.cases import check_sees, find_case, open_case
from tilts.onboarding.mail.addressing import address_of, one_line
from tilts.onboarding.mail.answering import thread_of, write
from tilts.onboarding.mail.contacting import ASKED_WITH
from tilts.onboarding.mail.desks import desks_from
from tilts.onboarding.mail.texts import without_person_codes
from tilts.onboarding.taking import Around, Taker, take
from tilts.onboarding.workflows import WORKFLOWS
from tilts.portal.incoming_forms import LONGEST_LINE, needed, text_in
from tilts.portal.languages import language_for, translations
from tilts.portal.mail.thread_views import ON_A_PAGE, ThreadView, thread_view
from tilts.portal.parts import PortalParts
from tilts.portal.places import Place
from tilts.portal.visits import form_of, go_to, require
from tilts.portal.words import N_
from tilts.rules import Refusal
from tilts.rules.cases import CASE_NOT_FOUND
from tilts.store.onboarding import cases
from tilts.store.onboarding.cases import CaseRecord
from tilts.store.onboarding.mail_records import MessageRecord
from tilts.store.tx import Tx

QUESTION: Final = "question"
FIELDS: Final = ("desk", "subject", "text", "e_mail")
MOST_QUESTIONS: Final = 100


class QuestionPages:
    places: ClassVar[tuple[Place, ...]] = (
        Place("/my/questions", N_("Questions"), 60, frozenset({"vendor", "institution", "it"})),
    )

    def __init__(self, parts: PortalParts) -> None:
        self._pages = parts.pages
        self._parts = parts
        self._desk = Desk(parts.database, parts.clock)
        self._desks_at = desks_from(parts.settings.contacts_file)

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/my/questions", self.questions, methods=["GET"]),
            Route("/my/questions", self.ask, methods=["POST"]),
            Route("/cases/{number}/messages", self.messages, methods=["GET"]),
            Route("/cases/{number}/messages", self.write, methods=["POST"]),
            Route("/cases/{number}/messages/{row_id}", self.message, methods=["GET"]),
        ]

    async def questions(self, request: Request) -> Response:
        return await self._show(request, require(request, "vendor", "institution", "it"), None)

    async def _show(self, request: Request, account: Account, no: Refusal | None) -> Response:
        async def read(tx: Tx) -> list[CaseRecord]:
            assert account.party_id is not None, "each of these roles is for a party"
            return (await cases.of_kind(tx, account.party_id, QUESTION))[-MOST_QUESTIONS:]

        found = await self._desk.do(account, Act("question.listed", method="GET"), read)
        form = form_of(request) if no else FormData()
        return self._pages.page(
            request,
            "mail/questions.html",
            status=no.rule.http_status if no else 200,
            refusal=no,
            questions=list(reversed(found)),
            workflow=WORKFLOWS[QUESTION],
            open_to=self._desks_at(self._desk.clock.now()).values(),
            given={name: text_in(form, name) for name in FIELDS},
        )

    async def ask(self, request: Request) -> Response:
        account, form = require(request, "vendor", "institution", "it"), form_of(request)
        now = self._desk.clock.now()

        async def work(tx: Tx) -> CaseRecord:
            assert account.party_id is not None, "each of these roles is for a party"
            text = needed(form, "text", self._label(request, N_("Your question")))
            facts = self._facts(request, form)
            opened = await open_case(
                tx,
                QUESTION,
                party_id=account.party_id,
                facts=facts,
                account_id=account.account_id,
                now=now,
            )
            await write(tx, opened, account, text, now, subject=facts["subject"])
            return opened

        try:
            opened = await self._desk.do(account, Act("question.asked"), work)
        except Refusal as no:
            return await self._show(request, account, no)
        return go_to(request, f"/cases/{opened.number}", N_("The question waits for the desk's answer."))

    def _facts(self, request: Request, form: FormData) -> dict[str, str]:
        subject = needed(form, "subject", self._label(request, N_("Subject")), LONGEST_LINE)
        facts = {
            "desk": "test" if text_in(form, "desk") == "test" else "contract",
            "subject": without_person_codes(one_line(subject)),
            "language": language_for(request),
        }
        if written := text_in(form, "e_mail"):
            try:
                facts[ASKED_WITH] = address_of(written)
            except Refusal as no:
                raise Refusal(no.rule, expressions=("e_mail",), **no.facts) from no
        return facts

    async def messages(self, request: Request) -> Response:
        """The whole thread, page by page."""
        return await self._show_thread(request, require(request), None)

    async def _show_thread(self, request: Request, account: Account, no: Refusal | None) -> Response:
        number = request.path_params["number"]
        written = request.query_params.get("page", "1")
        page = int(written) if written.isascii() and written.isdigit() and 0 < len(written) < 4 else 1

        async def read(tx: Tx) -> tuple[CaseRecord, ThreadView]:
            case = await find_case(tx, number, account)
            before = ON_A_PAGE * (max(page, 1) - 1)
            return case, await thread_view(tx, case, account, shown=ON_A_PAGE, before=before)

        case, thread = await self._desk.do(account, Act("mail.read", number, method="GET"), read)
        return self._pages.page(
            request,
            "mail/messages.html",
            status=no.rule.http_status if no else 200,
            refusal=no,
            case=case,
            thread=thread,
            number_of_page=page,
            given_text=text_in(form_of(request), "text") if no else "",
        )

    async def write(self, request: Request) -> Response:
        """Into the case's thread; a question that was answered waits for the desk again."""
        account, number = require(request), request.path_params["number"]
        text, now = text_in(form_of(request), "text"), self._desk.clock.now()

        async def work(tx: Tx) -> None:
            case = check_sees(await cases.lock(tx, number), account)
            if (case.kind, case.state) != (QUESTION, "answered"):
                await write(tx, case, account, text, now)
                return
            facts = {"question": text}
            around = Around(self._parts.settings, self._parts.clock.wall())
            await take(tx, number, "ask-again", Taker(account, now, EFFECTS, around), facts=facts)

        try:
            await self._desk.do(account, Act("message.written", number), work)
        except Refusal as no:
            marked = Refusal(no.rule, expressions=("text",), **no.facts)
            return await self._show_thread(request, account, marked)
        return go_to(request, f"/cases/{number}", N_("The message was given to the desk."))

    async def message(self, request: Request) -> Response:
        account, number = require(request), request.path_params["number"]

        async def read(tx: Tx) -> tuple[CaseRecord, MessageRecord]:
            case = await find_case(tx, number, account)
            for one in await thread_of(tx, case.case_id):
                if str(one.row_id) == request.path_params["row_id"]:
                    return case, one
            raise Refusal(CASE_NOT_FOUND)

        case, found = await self._desk.do(account, Act("mail.read", number, method="GET"), read)
        return self._pages.page(request, "mail/message.html", case=case, message=found)

    def _label(self, request: Request, label: str) -> str:
        return str(translations(language_for(request)).gettext(label))
