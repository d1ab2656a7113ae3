"""Who visits, and whether the form they send was ours: looked at before any page.

Every POST carries a token in a hidden field. For somebody signed in it stands in their session; for
anybody else it is derived from a random cookie that only we can have signed (ADR 0026).
"""

import base64
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tilts.access.sign_in.accounts import Lives, account_from, session_of
from tilts.access.sign_in.logbook import Comer, network_of
from tilts.account import Account, Role
from tilts.clock import Clock
from tilts.ids import unguessable
from tilts.portal.cookies import Cookies
from tilts.portal.incoming_forms import NO_TEXT, read_form
from tilts.rules import Refusal, Unavailable
from tilts.rules.accounts import USR_CHARACTER_NOT_TEXT, USR_FORM_TOKEN, USR_NOT_FOR_THIS_ROLE
from tilts.settings import Settings
from tilts.store.onboarding.accounts import SessionRecord
from tilts.store.tx import Database

SESSION: Final = "tilts_session"
VISIT: Final = "tilts_visit"
NOTICE: Final = "tilts_notice"
NOTICE_SECONDS: Final = 60
FIELD: Final = "form_token"
LOOPBACK: Final = ("127.0.0.1", "::1")
QUIET: Final = ("/static/", "/healthz", "/metrics")  # neither a person nor a form


class SignInFirst(Exception):
    """Raised by `require`: the shell sends the visitor to sign in and back to `back`."""

    def __init__(self, back: str, *, register: bool = False) -> None:
        super().__init__(back)
        self.address = "/register" if register else "/sign-in?" + urlencode({"next": back})


@dataclass(slots=True)
class Visit:
    """One request's visitor: who, the token that their forms carry, and cookies that the answer sets."""

    secret: bytes
    cookies: Cookies
    session: SessionRecord | None = None
    proof: timedelta = timedelta()  # how long the provider's word is good for weighty acts
    nonce: str = ""
    form: FormData | None = None
    notice: str = ""  # what the page before wants said on this one; an English text marked with N_
    fresh_nonce: bool = False
    dropped: list[str] = field(default_factory=list)

    @property
    def form_token(self) -> str:
        """Asked for by a template that shows a form; a visitor without a cookie gets one with the page."""
        if self.session is not None:
            return self.session.form_token
        if not self.nonce:
            self.nonce = unguessable(16)
            self.fresh_nonce = True
        return signed(self.secret, "form", self.nonce)

    @property
    def proven_until(self) -> datetime | None:
        session = self.session
        return (session.proven_at or session.started_at) + self.proof if session is not None else None

    def expects(self, token: str) -> bool:
        if self.session is None and not self.nonce:
            return False
        return hmac.compare_digest(self.form_token.encode(), token.encode())

    def put_cookies(self, response: Response) -> None:
        if self.fresh_nonce:
            self.cookies.put(response, VISIT, f"{self.nonce}.{signed(self.secret, 'visit', self.nonce)}")
        for name in self.dropped:
            self.cookies.drop(response, name)


def signed(secret: bytes, purpose: str, text: str) -> str:
    return hmac.new(secret, f"{purpose}\x00{text}".encode(), hashlib.sha256).hexdigest()


def visit_of(request: Request) -> Visit:
    """A fault before we looked at the visitor leaves nobody: a page can be shown all the same."""
    visit: Visit | None = request.scope.get("state", {}).get("visit")
    return visit or Visit(b"", Cookies(secure=False))


def session_from(request: Request) -> SessionRecord | None:
    return visit_of(request).session


def comer_of(request: Request) -> Comer:
    """Who comes or goes, for the logbook; through the front on this machine, from where it says."""
    peer = request.client.host if request.client else ""
    if peer in LOOPBACK:
        peer = request.headers.get("x-forwarded-for", peer).rpartition(",")[2].strip()
    who = Comer(request.method, network_of(peer))
    session = session_from(request)
    if session is not None:
        who.is_at(session)
    return who


def account_of(request: Request) -> Account | None:
    """Who is signed in, in the role they act in; None for a visitor, and for a person without a role."""
    visit = visit_of(request)
    return account_from(visit.session, visit.proven_until) if visit.session else None


def require(request: Request, *roles: Role) -> Account:
    """The account, if its role is one of these (none named: any).

    Who is not signed in is sent to sign in and comes back; who has no role yet is sent to register.
    """
    account = account_of(request)
    if account is None:
        back = request.url.path if request.method == "GET" else "/my"
        if request.method == "GET" and request.url.query:
            back += f"?{request.url.query}"
        raise SignInFirst(back, register=session_from(request) is not None)
    if roles and account.role not in roles:
        raise Refusal(USR_NOT_FOR_THIS_ROLE)
    return account


def form_of(request: Request) -> FormData:
    """The form of a POST, read and found to be ours before the page was asked."""
    form = visit_of(request).form
    assert form is not None, "only a POST has a form"
    return form


def go_to(request: Request, address: str, notice: str = "") -> Response:
    """After a POST: to a page that can be reloaded, which shows the notice once."""
    response = RedirectResponse(address, 303)
    visit = visit_of(request)
    if notice:
        said = base64.urlsafe_b64encode(notice.encode()).decode()
        content = f"{said}.{signed(visit.secret, 'notice', said)}"
        visit.cookies.put(response, NOTICE, content, seconds=NOTICE_SECONDS)
    return response


def lives_from(settings: Settings) -> Lives:
    return Lives(
        idle=timedelta(minutes=settings.session_idle_minutes),
        whole=timedelta(hours=settings.session_hours),
        proof=timedelta(minutes=settings.session_proof_minutes),
    )


class Visits:
    """The middleware: finds the session, reads the form, refuses what is not ours."""

    def __init__(self, app: ASGIApp, door: "Door") -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        door, request = self._door, Request(scope, receive)
        visit = Visit(door.secret, door.cookies, proof=door.lives.proof)
        scope.setdefault("state", {})["visit"] = visit
        try:
            if not scope["path"].startswith(QUIET):
                await door.recognise(request, visit)
            if NO_TEXT.search(scope["path"] + "".join(map("".join, request.query_params.multi_items()))):
                raise Refusal(USR_CHARACTER_NOT_TEXT)
            if scope["method"] == "POST":
                visit.form, receive = await read_form(scope, receive, door.upload_limit_bytes)
                by_program = scope["path"] in door.machine_paths
                if not by_program and not visit.expects(str(visit.form.get(FIELD, ""))):
                    raise Refusal(USR_FORM_TOKEN)
        except (Refusal, Unavailable) as no:
            answer = await door.say_no(request, no)
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)


@dataclass(frozen=True, slots=True)
class Door:
    """What the middleware needs to know a visitor."""

    database: Database
    clock: Clock
    lives: Lives
    secret: bytes
    cookies: Cookies
    upload_limit_bytes: int
    say_no: Callable[[Request, Exception], Awaitable[Response]]  # outside the router nobody else does it
    machine_paths: frozenset[str]  # called by programs with credentials of their own, never by a browser

    async def recognise(self, request: Request, visit: Visit) -> None:
        nonce, _, mark = self.cookies.read(request, VISIT).partition(".")
        if nonce and hmac.compare_digest(signed(self.secret, "visit", nonce).encode(), mark.encode()):
            visit.nonce = nonce
        visit.notice = self._notice(request, visit)
        token = self.cookies.read(request, SESSION)
        if not token:
            return
        async with self.database.transaction() as tx:
            visit.session = await session_of(tx, token, self.lives, self.clock.wall())
        if visit.session is None:
            visit.dropped.append(SESSION)

    def _notice(self, request: Request, visit: Visit) -> str:
        """Only texts that we signed ourselves; shown by the first whole page, then gone."""
        said, _, mark = self.cookies.read(request, NOTICE).partition(".")
        if not said:
            return ""
        visit.dropped.append(NOTICE)
        true = hmac.compare_digest(signed(self.secret, "notice", said).encode(), mark.encode())
        return base64.urlsafe_b64decode(said).decode() if true else ""
