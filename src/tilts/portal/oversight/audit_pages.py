"""The supervisor's view of the trail: nothing is shown without a reason, and the look itself stands in the trail.

GET /oversight/audit: the form, and how the trail is sealed      POST /oversight/audit: a look, a page of it
A reason may name a case, so it travels in a form and never in an address; each page is a look of its own.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts.access.audit.oversight import MOST_DAYS, REASON_CHARACTERS, Look, Overseer, overseen
from tilts.audit_words import EVENTS, event_text
from tilts.clock import RIGA, day_in_riga
from tilts.portal.incoming_forms import LONGEST_LINE, LONGEST_TEXT, day_in, not_longer, text_in
from tilts.portal.languages import language_for
from tilts.portal.oversight.room import OversightRoom, at
from tilts.portal.parts import PortalParts
from tilts.portal.resident.room import uuid_in
from tilts.portal.visits import form_of
from tilts.portal.words import OUTCOMES
from tilts.rules import Refusal
from tilts.rules.trust.audit import AUD_PERIOD_TOO_LONG, AUD_PURPOSE_MISSING
from tilts.rules.trust.oversight import OVS_NOT_IN_REGISTER
from tilts.store.doors import oversight
from tilts.store.trail import reading
from tilts.store.trail.reading import Criteria
from tilts.store.trail.seals import Row
from tilts.store.tx import Tx

HERE: Final = "/oversight/audit"
ON_A_PAGE: Final = 40
SINCE_DAYS: Final = 6  # before today, when nothing was chosen
LINES: Final = ("organization", "practitioner", "outcome", "rule", "event")
FIELDS: Final = {AUD_PURPOSE_MISSING.id: "why", AUD_PERIOD_TOO_LONG.id: "since"}


class AuditPages:
    def __init__(self, parts: PortalParts) -> None:
        self._room = OversightRoom(parts)

    def routes(self) -> list[Route]:
        return [
            Route(HERE, self.form, methods=["GET"]),
            Route(HERE, self.look, methods=["POST"]),
        ]

    async def form(self, request: Request) -> Response:
        return await self._page(request, FormData(), None, None)

    async def look(self, request: Request) -> Response:
        officer, form = self._room.officer(request), form_of(request)
        try:
            criteria = await self._criteria(form)
            reason = not_longer(text_in(form, "why"), LONGEST_TEXT, "why")
            before = uuid_in(text_in(form, "before"))
            asked = Look(criteria, reason, self._room.clock.now(), before, ON_A_PAGE)
            rows = await overseen(self._room.database, Overseer.of(officer), asked)
        except Refusal as no:
            return await self._page(request, form, None, at(no, FIELDS))
        return await self._page(request, form, rows, None)

    async def _criteria(self, form: FormData) -> Criteria:
        since, until = day_in(form, "since"), day_in(form, "until")
        if since is None or until is None or not date(1990, 1, 1) <= since <= until < date(2200, 1, 1):
            raise Refusal(AUD_PERIOD_TOO_LONG, days=MOST_DAYS)
        written = {name: not_longer(text_in(form, name), LONGEST_LINE, name) for name in LINES}
        async with self._room.database.transaction() as tx:
            organization_id, practitioner_id = await named(tx, written)
        return Criteria(
            since=first_moment(since),
            until=first_moment(until + timedelta(days=1)),
            organization_id=organization_id,
            practitioner_id=practitioner_id,
            outcome=written["outcome"] or None,
            rule_id=written["rule"].upper() or None,
            event=written["event"] or None,
        )

    async def _page(
        self, request: Request, form: FormData, rows: Sequence[Row] | None, no: Refusal | None
    ) -> Response:
        now, language = self._room.clock.now(), language_for(request)
        sealed = await self._room.do(request, self._room.act(request, "seal.listed"), sealed_now)
        events = sorted((event_text(event, language), event) for event in EVENTS)
        return self._room.show(
            request,
            "audit",
            no,
            sealed=sealed,
            rows=rows,
            given=given_in(form, day_in_riga(now)),
            events=[(event, f"{words} ({event})") for words, event in events],
            outcomes=OUTCOMES,
            older=rows[-1]["audit_id"] if rows and len(rows) == ON_A_PAGE else None,
            most_days=MOST_DAYS,
            least=REASON_CHARACTERS,
        )


async def named(tx: Tx, written: dict[str, str]) -> tuple[UUID | None, UUID | None]:
    """Organisation and practitioner, each by code, id or whole name. Raises OVS-001 at the field."""
    organization_id = practitioner_id = None
    if text := written["organization"]:
        organization_id = await oversight.find_organization(tx, text)
        if organization_id is None:
            raise Refusal(OVS_NOT_IN_REGISTER, expressions=("organization",))
    if text := written["practitioner"]:
        practitioner_id = await oversight.find_practitioner(tx, text, organization_id)
        if practitioner_id is None:
            raise Refusal(OVS_NOT_IN_REGISTER, expressions=("practitioner",))
    return organization_id, practitioner_id


async def sealed_now(tx: Tx) -> dict[str, Any]:
    head = next(iter(await reading.heads(tx, 1)), None)
    return {
        "head": head,
        "stamp": await reading.newest_stamp(tx),
        "waiting": await oversight.unsealed(tx, head.to_xid if head else 0),
        "most": oversight.MOST_COUNTED,
    }


def first_moment(day: date) -> datetime:
    return datetime.combine(day, time(), RIGA)


def given_in(form: FormData, today: date) -> dict[str, str]:
    """What stands in the fields: as it was sent, or this week."""
    given = {name: text_in(form, name) for name in (*LINES, "why")}
    for name, day in (("since", today - timedelta(days=SINCE_DAYS)), ("until", today)):
        for part, number in (("day", day.day), ("month", day.month), ("year", day.year)):
            key = f"{name}-{part}"
            given[key] = text_in(form, key) if key in form else str(number)
    return given
