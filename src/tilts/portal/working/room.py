"""What all pages of a health professional share: who works where, the desk that writes each look down, forms' numbers."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from tilts.access.routes import Call
from tilts.access.working import Act
from tilts.access.working.workplaces import Worker
from tilts.account import Role
from tilts.portal.incoming_forms import text_in
from tilts.portal.languages import language_for
from tilts.portal.parts import PortalParts
from tilts.portal.resident.room import uuid_in
from tilts.portal.visits import FIELD, form_of, require, session_from
from tilts.rules import Refusal
from tilts.rules.accounts import USR_FORM_TOKEN, USR_NOT_AT_WORK
from tilts.rules.wire import WIRE_NOT_FOUND

PRESCRIBERS: Final[frozenset[Role]] = frozenset({"prescriber"})
PHARMACISTS: Final[frozenset[Role]] = frozenset({"pharmacist"})
Done = TypeVar("Done")


class WorkRoom:
    """Pages of one kind of workplace; `roles` are those who may open them."""

    def __init__(self, parts: PortalParts, roles: frozenset[Role]) -> None:
        self.pages = parts.pages
        self.settings = parts.settings
        self.clock = parts.clock
        self.canonical_base = parts.work.ground.canonical_base
        self._roles = roles
        self.desk = parts.work

    def worker(self, request: Request) -> Worker:
        """Whoever has not signed in is sent to do so and comes back; who works elsewhere, or nowhere now, is told."""
        session = session_from(request)
        if session is not None and session.role is None and session.workplace_kind is None:
            raise Refusal(USR_NOT_AT_WORK)
        require(request, *self._roles)
        assert session is not None and session.workplace_role_id is not None, "the role says so"
        return Worker(session.account_id, session.workplace_role_id, session.assurance, session.token_hash)

    def act(self, request: Request, event: str, data: str, data_id: UUID | None = None) -> Act:
        """What is written down of a page that shows something."""
        path, language = request.url.path, language_for(request)
        return Act(event, data, path, language=language, method=request.method, data_id=data_id)

    def form_act(
        self,
        request: Request,
        event: str,
        data: str,
        data_id: UUID | None = None,
        *,
        signed: bool = False,
    ) -> Act:
        """What is written down of a form, with the number by which its second sending is known."""
        form = form_of(request)
        key = uuid_in(text_in(form, "key"))
        if key is None:
            raise Refusal(USR_FORM_TOKEN)
        sent = [
            (name, value) for name, value in form.multi_items() if isinstance(value, str) and name != FIELD
        ]
        return Act(
            event,
            data,
            request.url.path,
            language=language_for(request),
            method=request.method,
            data_id=data_id,
            signed=signed,
            key=key,
            content=urlencode(sorted(sent)),
        )

    async def do(self, request: Request, act: Act, work: Callable[[Call], Awaitable[Done]]) -> Done:
        """The work at the exchange, as this person at this workplace."""
        return await self.desk.do(self.worker(request), act, work)

    async def once(self, request: Request, act: Act, work: Callable[[Call], Awaitable[str]]) -> str:
        """The same for a form that changes something: sent again it leads where it led the first time."""
        return await self.desk.once(self.worker(request), act, work)

    def show(self, request: Request, template: str, no: Refusal | None = None, **values: Any) -> Response:
        """A page; with a "no" it has the rule's status and stands again with what was typed."""
        status = no.rule.http_status if no else 200
        return self.pages.page(request, template, status=status, refusal=no, **values)


def id_at(request: Request, name: str) -> UUID:
    """An id in an address; what is none names nothing."""
    found = uuid_in(request.path_params[name])
    if found is None:
        raise Refusal(WIRE_NOT_FOUND)
    return found
