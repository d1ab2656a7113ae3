"""Under one's own name: register for an organisation, choose a role, let colleagues in.

GET /my   /my/roles   /my/people   /register     POST /register   /my/roles   /my/people   /my/sessions
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar, Final
from uuid import UUID

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from tilts.access.desk import Act, Desk
from tilts.access.sign_in.accounts import act_as, decide_joining, work_at
from tilts.access.sign_in.logbook import Logbook
from tilts.access.sign_in.registering import KINDS, Application, register
from tilts.access.working.workplaces import workplaces_of
from tilts.account import Role, check_proof
from tilts.portal.incoming_forms import text_in
from tilts.portal.languages import language_for, translations
from tilts.portal.parts import PortalParts
from tilts.portal.places import Place, opens
from tilts.portal.visits import (
    SESSION,
    SignInFirst,
    account_of,
    comer_of,
    form_of,
    go_to,
    lives_from,
    require,
    session_from,
    visit_of,
)
from tilts.portal.words import N_
from tilts.rules import Refusal
from tilts.rules.accounts import (
    USR_FIELD_EMPTY,
    USR_NOT_AT_WORK,
    USR_NOT_OF_THE_PARTY,
    USR_PROVE_AGAIN,
    USR_ROLE_NOT_HELD,
)
from tilts.store.onboarding import accounts
from tilts.store.onboarding.accounts import SessionRecord
from tilts.store.tx import Tx
from tilts.store.workplaces import Workplace, sign_in_of

DECIDING: Final[tuple[Role, ...]] = ("vendor", "institution", "authority")
AS_RESIDENT: Final = "resident"
AT_WORK: Final = "at:"
FIRST_PAGES: Final[Mapping[Role, str]] = MappingProxyType(
    {"resident": "/my/accesses", "pharmacist": "/pharmacy", "prescriber": "/practice"}
)


class AccountPages:
    places: ClassVar[tuple[Place, ...]] = (
        Place("/my/people", N_("People"), 90, frozenset({"vendor", "institution", "it", "authority"})),
    )

    def __init__(self, parts: PortalParts) -> None:
        self._pages = parts.pages
        self._database = parts.database
        self._clock = parts.clock
        self._settings = parts.settings
        self._lives = lives_from(parts.settings)
        self._desk = Desk(parts.database, parts.clock)
        self._logbook = Logbook(parts.database, parts.clock)

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/my", self.my),
            Route("/my/roles", self.roles, methods=["GET"]),
            Route("/my/roles", self.choose, methods=["POST"]),
            Route("/my/people", self.people, methods=["GET"]),
            Route("/my/people", self.decide, methods=["POST"]),
            Route("/my/sessions", self.end_others, methods=["POST"]),
            Route("/register", self.form, methods=["GET"]),
            Route("/register", self.register, methods=["POST"]),
        ]

    async def my(self, request: Request) -> Response:
        """To the first page of the role somebody acts in; who works in several places chooses first."""
        session = session_from(request)
        if session is not None and account_of(request) is None:
            async with self._database.transaction() as tx:
                choices = await self._workplaces(tx, session)
            if choices:
                return RedirectResponse("/my/roles", 303)
        account = require(request)
        first = FIRST_PAGES.get(account.role, "/cases")
        return RedirectResponse(first if opens(request, first) else "/my/roles", 303)

    async def roles(self, request: Request) -> Response:
        return await self._roles(request, None)

    async def _roles(self, request: Request, no: Refusal | None) -> Response:
        session = signed_in(request)
        async with self._database.transaction() as tx:
            roles = await accounts.roles_of(tx, session.account_id)
            workplaces = await self._workplaces(tx, session)
            wall = self._clock.wall()
            sessions = await accounts.sessions_of(tx, session.account_id, wall, wall - self._lives.idle)
        return self._pages.page(
            request,
            "entry/roles.html",
            roles=roles,
            workplaces=workplaces,
            is_resident=session.patient_id is not None,
            sessions=sessions,
            refusal=no,
            status=no.rule.http_status if no else 200,
        )

    async def _workplaces(self, tx: Tx, session: SessionRecord) -> list[Workplace]:
        sign_in = await sign_in_of(tx, session.account_id)
        return await workplaces_of(tx, sign_in, self._settings, self._clock.now())

    async def end_others(self, request: Request) -> Response:
        """Every other browser of this person is signed out; a weighty act, which asks who sits here."""
        session, who = signed_in(request), comer_of(request)
        try:
            async with self._logbook.tried("session.ended-others", who):
                check_proof(visit_of(request).proven_until, self._clock.wall())
                async with self._database.transaction() as tx:
                    who.more["sessions"] = await accounts.end_sessions(
                        tx, session.account_id, session.token_hash
                    )
                    await self._logbook.add(tx, "session.ended-others", who)
        except Refusal as no:
            return await self._roles(request, no)
        return go_to(request, "/my/roles", N_("You are signed out everywhere else."))

    async def choose(self, request: Request) -> Response:
        session = signed_in(request)
        wanted = text_in(form_of(request), "role")
        if wanted.startswith(AT_WORK):
            return await self._work_at(request, session, id_in(wanted.removeprefix(AT_WORK)))
        if wanted == AS_RESIDENT and session.patient_id is None:
            raise Refusal(USR_ROLE_NOT_HELD)
        role_id = None if wanted == AS_RESIDENT else id_in(wanted)
        if wanted != AS_RESIDENT and role_id is None:
            raise Refusal(USR_ROLE_NOT_HELD)
        who = comer_of(request)
        async with self._logbook.tried("role.chosen", who), self._database.transaction() as tx:
            token = await act_as(tx, session, role_id, self._clock.wall())
            await self._logbook.add(tx, "role.chosen", who.acting(role_id))
        response = go_to(request, "/my/roles", N_("You act in this role now."))
        visit_of(request).cookies.put(response, SESSION, token)
        return response

    async def _work_at(
        self, request: Request, session: SessionRecord, workplace_role_id: UUID | None
    ) -> Response:
        """At one of the places that the registers name today; a form opened at another is not taken here."""
        who = comer_of(request)
        async with self._logbook.tried("workplace.chosen", who), self._database.transaction() as tx:
            known = {one.role_id for one in await self._workplaces(tx, session)}
            if workplace_role_id not in known:
                raise Refusal(USR_NOT_AT_WORK)
            token = await work_at(tx, session, workplace_role_id, self._clock.wall())
            await self._logbook.add(tx, "workplace.chosen", who)
        response = go_to(request, "/my", N_("You work there now."))
        visit_of(request).cookies.put(response, SESSION, token)
        return response

    async def people(self, request: Request) -> Response:
        return await self._people(request, None)

    async def _people(self, request: Request, no: Refusal | None) -> Response:
        account = require(request, "vendor", "institution", "it", "authority")
        assert account.party_id is not None, "each of these roles is for a party"
        async with self._database.transaction() as tx:
            people = await accounts.roles_at(tx, account.party_id)
        return self._pages.page(
            request,
            "entry/people.html",
            people=people,
            may_decide=account.role in DECIDING,
            refusal=no,
            status=no.rule.http_status if no else 200,
        )

    async def decide(self, request: Request) -> Response:
        account = require(request, *DECIDING)
        form = form_of(request)
        role_id = id_in(text_in(form, "role"))
        if role_id is None:
            raise Refusal(USR_NOT_OF_THE_PARTY)
        confirmed = text_in(form, "answer") == "yes"

        async def work(tx: Tx) -> None:
            await decide_joining(tx, role_id, account, self._clock.wall(), confirmed=confirmed)

        try:
            await self._desk.do(account, Act("role.decided", str(role_id)), work)
        except Refusal as no:
            if no.rule is not USR_PROVE_AGAIN:
                raise
            return await self._people(request, no)
        said = (
            N_("This person acts for your organisation now.") if confirmed else N_("The request was refused.")
        )
        return go_to(request, "/my/people", said)

    async def form(self, request: Request) -> Response:
        signed_in(request)
        return self._form(request, FormData(), None)

    async def register(self, request: Request) -> Response:
        session, form, who = signed_in(request), form_of(request), comer_of(request)
        try:
            application = self._application(request, form)
            async with self._logbook.tried("role.asked", who), self._database.transaction() as tx:
                role = await register(
                    tx, session.account_id, application, self._clock.now(), self._clock.wall()
                )
                if role.state != "held":
                    token = ""
                else:
                    token = await act_as(tx, session, role.role_id, self._clock.wall())
                who.more["state"] = role.state
                await self._logbook.add(tx, "role.asked", who.acting(role.role_id))
        except Refusal as no:
            return self._form(request, form, self._named(request, no))
        if not token:
            said = N_("Somebody of this organisation has to confirm you first.")
            return go_to(request, "/my/roles", said)
        response = go_to(request, "/my", N_("You act for this organisation now."))
        visit_of(request).cookies.put(response, SESSION, token)
        return response

    def _application(self, request: Request, form: FormData) -> Application:
        kind = text_in(form, "kind")
        for known in KINDS:
            if kind == known:
                as_it = text_in(form, "as") == "it"
                return Application(known, text_in(form, "name"), text_in(form, "number"), as_it)
        raise Refusal(USR_FIELD_EMPTY, expressions=("kind",), field="–")

    def _named(self, request: Request, no: Refusal) -> Refusal:
        """The field under the name that the page gave it."""
        labels = {"kind": N_("For whom do you act?"), "name": N_("Name of the organisation")}
        if no.rule is not USR_FIELD_EMPTY:
            return no
        words = translations(language_for(request))
        label = words.gettext(labels[no.expressions[0]])
        return Refusal(USR_FIELD_EMPTY, expressions=no.expressions, field=label)

    def _form(self, request: Request, given: FormData, no: Refusal | None) -> Response:
        return self._pages.page(
            request,
            "entry/register.html",
            status=no.rule.http_status if no else 200,
            refusal=no,
            given={name: text_in(given, name) for name in ("kind", "name", "number", "as")},
        )


def signed_in(request: Request) -> SessionRecord:
    """A person, whether or not they have a role yet."""
    session = session_from(request)
    if session is None:
        raise SignInFirst(request.url.path if request.method == "GET" else "/my")
    return session


def id_in(written: str) -> UUID | None:
    try:
        return UUID(written)
    except ValueError:
        return None
