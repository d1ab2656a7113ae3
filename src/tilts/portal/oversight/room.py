"""What all pages of oversight share: an officer of the authority, the desk that writes each look down, ids in addresses.

Any officer of the authority may open each page. Two of them are needed for one thing alone: the release of a hold.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from tilts.access.desk import Act, Desk
from tilts.account import Account, Role
from tilts.portal.incoming_forms import text_in
from tilts.portal.languages import language_for, translations
from tilts.portal.parts import PortalParts
from tilts.portal.resident.room import uuid_in
from tilts.portal.visits import form_of, require
from tilts.rules import Refusal
from tilts.rules.accounts import USR_FIELD_EMPTY, USR_FORM_TOKEN
from tilts.rules.wire import WIRE_NOT_FOUND
from tilts.store.tx import Tx

OFFICERS: Final[frozenset[Role]] = frozenset({"authority"})
PURPOSE: Final = "HOPERAT"
Done = TypeVar("Done")


class OversightRoom:
    def __init__(self, parts: PortalParts) -> None:
        self.pages = parts.pages
        self.settings = parts.settings
        self.clock = parts.clock
        self.database = parts.database
        self._desk = Desk(parts.database, parts.clock)

    def officer(self, request: Request) -> Account:
        return require(request, *OFFICERS)

    def act(self, request: Request, event: str, about: str = "") -> Act:
        return Act(event, about, method=request.method, purpose=PURPOSE)

    async def do(self, request: Request, act: Act, work: Callable[[Tx], Awaitable[Done]]) -> Done:
        return await self._desk.do(self.officer(request), act, work)

    def show(self, request: Request, template: str, no: Refusal | None = None, **values: Any) -> Response:
        status = no.rule.http_status if no else 200
        return self.pages.page(request, f"oversight/{template}.html", status=status, refusal=no, **values)


def id_at(request: Request, name: str) -> UUID:
    """An id in an address; what is none names nothing."""
    found = uuid_in(request.path_params[name])
    if found is None:
        raise Refusal(WIRE_NOT_FOUND)
    return found


def form_key(request: Request) -> UUID:
    """The form's own number: the same form sent twice is one act."""
    found = uuid_in(text_in(form_of(request), "key"))
    if found is None:
        raise Refusal(USR_FORM_TOKEN)
    return found


def empty(request: Request, field: str, label: str) -> Refusal:
    """`label` is an English text marked with N_."""
    said = translations(language_for(request)).gettext(label)
    return Refusal(USR_FIELD_EMPTY, expressions=(field,), field=said)


def at(no: Refusal, fields: dict[str, str]) -> Refusal:
    """The same no at the field of our form that the rule is about, if it names none itself."""
    field = fields.get(no.rule.id, "")
    named = no.expressions if not field else (field,)
    return Refusal(no.rule, expressions=named, **no.facts)
