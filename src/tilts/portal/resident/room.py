"""What all pages of a resident share: who sits there, for whom, and the "no" when that right has ended."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts.access.residents import Act, Resident, ResidentDesk, Seat, names_of
from tilts.account import Role
from tilts.portal.incoming_forms import text_in
from tilts.portal.parts import PortalParts
from tilts.portal.visits import form_of, require, session_from
from tilts.rules import Refusal
from tilts.rules.access import ACC_PATIENT_ONLY
from tilts.rules.accounts import USR_FORM_TOKEN, USR_NO_RECORD
from tilts.rules.trust.permission import MAY_NOT_FOR_PATIENT
from tilts.store import residents
from tilts.store.residents import Opened

RESIDENTS: Final[frozenset[Role]] = frozenset({"resident"})
MOST_OPENED: Final = 100
WAYS_OUT: Final = {
    MAY_NOT_FOR_PATIENT.id: "resident/no_longer.html",
    ACC_PATIENT_ONLY.id: "resident/not_for_you.html",
}
Done = TypeVar("Done")
Page = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody for whom the resident may act."""

    patient_id: UUID
    name: str
    acting_as: str


@dataclass(frozen=True, slots=True)
class ForWhom:
    """Whose data the page shows, and for whom else the resident could act."""

    patient_id: UUID
    name: str
    acting_as: str
    choices: list[Choice]

    @property
    def oneself(self) -> bool:
        return self.acting_as == "self"


class Room:
    def __init__(self, parts: PortalParts) -> None:
        self.pages = parts.pages
        self.settings = parts.settings
        self.clock = parts.clock
        self.database = parts.database
        self._desk = ResidentDesk(parts.database, parts.clock)

    def route(self, path: str, page: Page, method: str = "GET") -> Route:
        """A page with the way out, when the resident may not act for the chosen patient any more, or not here."""

        async def kept(request: Request) -> Response:
            try:
                return await page(request)
            except Refusal as no:
                if no.rule.id not in WAYS_OUT:
                    raise
                template, status = WAYS_OUT[no.rule.id], no.rule.http_status
                return self.pages.page(request, template, status=status, refusal=no)

        return Route(path, kept, methods=[method])

    def resident(self, request: Request) -> Resident:
        """Whose record it is comes from the session and stands in no address."""
        session = session_from(request)
        if session is not None and session.role is None and session.patient_id is None:
            raise Refusal(USR_NO_RECORD)
        account = require(request, "resident")
        assert account.patient_id is not None, "a resident is somebody with a record"
        chosen = session.for_patient_id if session is not None else None
        return Resident(account.patient_id, chosen or account.patient_id, account.assurance)

    def form_key(self, request: Request) -> UUID:
        """The form's own number, by which its second sending is known; without one it is no form of ours."""
        self.resident(request)
        found = uuid_in(text_in(form_of(request), "key"))
        if found is None:
            raise Refusal(USR_FORM_TOKEN)
        return found

    async def do(
        self,
        request: Request,
        event: str,
        data: str,
        work: Callable[[Seat], Awaitable[Done]],
        resident: Resident | None = None,
        data_id: UUID | None = None,
    ) -> Done:
        act = Act(event, data, request.url.path, request.method, data_id)
        return await self._desk.do(resident or self.resident(request), act, work)

    async def page(
        self,
        request: Request,
        template: str,
        event: str,
        data: str,
        read: Callable[[Seat], Awaitable[dict[str, Any]]],
        refusal: Refusal | None = None,
    ) -> Response:
        async def work(seat: Seat) -> tuple[ForWhom, dict[str, Any]]:
            return await for_whom(seat), await read(seat)

        whom, values = await self.do(request, event, data, work)
        status = refusal.rule.http_status if refusal else 200
        return self.pages.page(request, template, status=status, whom=whom, refusal=refusal, **values)


async def for_whom(seat: Seat) -> ForWhom:
    opened = await residents.opened_to(seat.tx, seat.person_id, MOST_OPENED)
    names = await named(seat, opened)
    choices: dict[UUID, Choice] = {}
    for one in opened:
        if one.holds(seat.now) and one.kind != "collection" and one.patient_id in names:
            acting_as = "guardian" if one.kind == "guardian" else "delegate"
            known = choices.get(one.patient_id)
            if known is None or acting_as == "guardian":
                choices[one.patient_id] = Choice(one.patient_id, names[one.patient_id], acting_as)
    everybody = sorted(choices.values(), key=lambda choice: choice.name)
    return ForWhom(seat.patient_id, names.get(seat.patient_id, ""), seat.acting_as, everybody)


async def named(seat: Seat, opened: list[Opened]) -> dict[UUID, str]:
    wanted = sorted({seat.person_id, seat.patient_id, *(one.patient_id for one in opened)})
    return {patient_id: str(name) for patient_id, name in (await names_of(seat, wanted)).items()}


def uuid_in(written: str | None) -> UUID | None:
    try:
        return UUID(written) if written else None
    except ValueError:
        return None
