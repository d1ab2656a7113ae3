"""The authority's mail: both desks' queues by clock, mail to be sorted, what was not taken, and threads to answer.

GET /desk/mail   /desk/mail/{number}
POST /desk/mail/letters/{letter_id}   /desk/mail/{number}/answer, sort, give, keep, put-aside
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import UUID

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tilts.access.case_effects import EFFECTS
from tilts.access.desk import Act, Desk
from tilts.account import Account
from tilts.onboarding.cases import check_sees, find_case
from tilts.onboarding.effects.questions import answered_as
from tilts.onboarding.mail import answering, sorting
from tilts.onboarding.mail.addressing import DeskCode
from tilts.onboarding.mail.answering import Answer
from tilts.onboarding.mail.desks import desks_from
from tilts.onboarding.mail.posting import send_again
from tilts.onboarding.mail.receiving import UNMATCHED
from tilts.onboarding.mail.room import room_from
from tilts.onboarding.taking import Around, Taker, take
from tilts.onboarding.workflows import OPENED_BY
from tilts.portal.desk.step_forms import files_in
from tilts.portal.incoming_forms import LONGEST_TEXT, needed, text_in
from tilts.portal.languages import language_for, translations
from tilts.portal.mail.thread_views import ThreadView, thread_view
from tilts.portal.parts import PortalParts
from tilts.portal.places import Place
from tilts.portal.visits import form_of, go_to, require
from tilts.portal.words import N_
from tilts.rules import Refusal
from tilts.rules.cases import CASE_NOT_FOUND
from tilts.rules.mail import MAIL_LETTER_NOT_GIVEN_UP, MAIL_NOBODY_TO_ANSWER
from tilts.store.onboarding import cases, mail, mail_sorting, parties
from tilts.store.onboarding.cases import CaseRecord
from tilts.store.onboarding.mail_records import LetterRecord, QueueRow, ReceivedRecord
from tilts.store.onboarding.parties import PartyRecord
from tilts.store.tx import Tx

IN_A_QUEUE: Final = 50
NOT_TAKEN: Final = 20
QUESTION: Final = "question"
CLOSED: Final = "closed"
SORTED: Final = {
    "sort": N_("The mail stands in its case now."),
    "give": N_("The party sees the case now."),
    "keep": N_("It is a question of its own now."),
    "put-aside": N_("It was put aside."),
}


@dataclass(frozen=True, slots=True)
class Queues:
    contract: list[QueueRow]
    test: list[QueueRow]
    to_sort: list[QueueRow]
    not_taken: list[ReceivedRecord]
    not_sent: list[LetterRecord]


@dataclass(frozen=True, slots=True)
class MailView:
    case: CaseRecord
    thread: ThreadView
    answer_to: str
    parties: list[PartyRecord]  # to whom it may be given; none when it has a party
    may_sort: bool


class DeskMailPages:
    places: ClassVar[tuple[Place, ...]] = (Place("/desk/mail", N_("Mail"), 20, frozenset({"authority"})),)

    def __init__(self, parts: PortalParts) -> None:
        self._pages = parts.pages
        self._parts = parts
        self._desk = Desk(parts.database, parts.clock)
        self._room = room_from(parts.settings, desks_from(parts.settings.contacts_file))

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/desk/mail", self.queues, methods=["GET"]),
            Route("/desk/mail/letters/{letter_id}", self.send_again, methods=["POST"]),
            Route("/desk/mail/{number}", self.thread, methods=["GET"]),
            Route("/desk/mail/{number}/answer", self.answer, methods=["POST"]),
            Route("/desk/mail/{number}/{verb}", self.sort, methods=["POST"]),
        ]

    async def queues(self, request: Request) -> Response:
        account = require(request, "authority")
        found = await self._desk.do(account, Act("mail.listed", method="GET"), queues)
        return self._pages.page(
            request, "mail/desks.html", queues=found, most=IN_A_QUEUE, now=self._desk.clock.now()
        )

    async def send_again(self, request: Request) -> Response:
        account = require(request, "authority")
        letter_id = id_in(request.path_params["letter_id"])
        if letter_id is None:
            raise Refusal(MAIL_LETTER_NOT_GIVEN_UP)

        async def work(tx: Tx) -> None:
            await send_again(tx, letter_id, account)

        await self._desk.do(account, Act("mail.sent-again", str(letter_id)), work)
        return go_to(request, "/desk/mail", N_("The letter is tried again."))

    async def thread(self, request: Request) -> Response:
        return await self._show(request, require(request, "authority"), None)

    async def _show(self, request: Request, account: Account, no: Refusal | None) -> Response:
        """After a refusal the thread as it is now, and the form as it was filled in."""
        number = request.path_params["number"]

        async def read(tx: Tx) -> MailView:
            return await mail_view(tx, number, account)

        view = await self._desk.do(account, Act("mail.read", number, method="GET"), read)
        form = form_of(request) if no else FormData()
        return self._pages.page(
            request,
            "mail/desk_thread.html",
            status=no.rule.http_status if no else 200,
            refusal=no,
            view=view,
            thread=view.thread,
            given={name: text_in(form, name) for name in ("to", "text", "into", "party", "reason")},
            now=self._desk.clock.now(),
        )

    async def answer(self, request: Request) -> Response:
        account, number = require(request, "authority"), request.path_params["number"]
        form, now = form_of(request), self._desk.clock.now()

        async def work(tx: Tx) -> None:
            said = Answer(
                needed(form, "text", self._label(request, N_("Answer"))),
                to=text_in(form, "to"),
                attachments=tuple([(one.filename, one.content) for one in await files_in(form, "files")]),
                seen=text_in(form, "seen"),
            )
            case = check_sees(await cases.lock(tx, number), account)
            if case.kind != QUESTION or case.state == CLOSED:
                await answering.answer(tx, case, account, said, self._room, now)
                return
            effects = {**EFFECTS, (QUESTION, "answer"): answered_as(said)}
            around = Around(self._parts.settings, self._parts.clock.wall())
            facts = {"answer": said.text}
            await take(tx, number, "answer", Taker(account, now, effects, around), facts=facts)

        try:
            await self._desk.do(account, Act("mail.answered", number), work)
        except Refusal as no:
            return await self._show(request, account, no)
        return go_to(request, f"/desk/mail/{number}", N_("The answer stands in the thread."))

    async def sort(self, request: Request) -> Response:
        account, number = require(request, "authority"), request.path_params["number"]
        verb = request.path_params["verb"]

        async def work(tx: Tx) -> str:
            return await self._sorted(tx, request, account, verb)

        try:
            where = await self._desk.do(account, Act("mail.sorted", number), work)
        except Refusal as no:
            return await self._show(request, account, no)
        return go_to(request, where, SORTED[verb])

    async def _sorted(self, tx: Tx, request: Request, account: Account, verb: str) -> str:
        """Does it, and says which page shows the outcome."""
        number, form, now = request.path_params["number"], form_of(request), self._desk.clock.now()
        if verb == "sort":
            into = needed(form, "into", self._label(request, N_("Number of the case"))).upper()
            await sorting.sort_mail(tx, number, into, account, now)
            return f"/desk/mail/{into}"
        if verb == "give":
            party_id = id_in(text_in(form, "party"))
            if party_id is None:
                raise Refusal(CASE_NOT_FOUND, expressions=("party",))
            await sorting.give_to_party(tx, number, party_id, account, now)
        elif verb == "keep":
            await sorting.keep_as_question(tx, number, account, now)
        elif verb == "put-aside":
            reason = needed(form, "reason", self._label(request, N_("Reason")), LONGEST_TEXT)
            await sorting.put_aside(tx, number, reason, account, now)
            return "/desk/mail"
        else:
            raise Refusal(CASE_NOT_FOUND)
        return f"/desk/mail/{number}"

    def _label(self, request: Request, label: str) -> str:
        return str(translations(language_for(request)).gettext(label))


async def queues(tx: Tx) -> Queues:
    return Queues(
        await waiting(tx, "contract"),
        await waiting(tx, "test"),
        await mail_sorting.to_sort(tx, IN_A_QUEUE),
        await mail_sorting.not_taken(tx, NOT_TAKEN),
        await mail.unsent_letters(tx, NOT_TAKEN),
    )


async def waiting(tx: Tx, desk: DeskCode) -> list[QueueRow]:
    """What has to be sorted first stands in a list of its own."""
    found = await answering.queue_of(tx, desk)
    return [row for row in found if row.facts.get(UNMATCHED) is not True][:IN_A_QUEUE]


async def mail_view(tx: Tx, number: str, account: Account) -> MailView:
    case = await find_case(tx, number, account)
    nobodys = case.party_id is None and case.state != CLOSED
    everybody = await parties.parties(tx) if nobodys else []
    return MailView(
        case,
        await thread_view(tx, case, account),
        await answer_to(tx, case),
        [party for party in everybody if party.kind in OPENED_BY[case.kind]],
        sorting.may_sort(case),
    )


async def answer_to(tx: Tx, case: CaseRecord) -> str:
    """Empty when nobody has an address: then the clerk has to give one, or it stands in the thread alone."""
    try:
        return await answering.recipient_of(tx, case, await answering.thread_of(tx, case.case_id))
    except Refusal as no:
        if no.rule is not MAIL_NOBODY_TO_ANSWER:
            raise
        return ""


def id_in(written: str) -> UUID | None:
    try:
        return UUID(written)
    except ValueError:
        return None
