"""The form of an agreement or application as a page: the same fields as in the PDF, checked in the same way.

GET, POST /cases/{number}/fill-here
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts.access.case_effects import EFFECTS
from tilts.access.desk import Act, Desk
from tilts.account import Account
from tilts.clock import day_in_riga
from tilts.onboarding.cases import find_case, side_of
from tilts.onboarding.procedures import procedures
from tilts.onboarding.procedures.completeness import begun_rows, field_names
from tilts.onboarding.procedures.kinds import Procedure
from tilts.onboarding.taking import Around, Taker, take
from tilts.onboarding.workflows import table_of
from tilts.portal.incoming_forms import text_in
from tilts.portal.languages import language_for
from tilts.portal.parts import PortalParts
from tilts.portal.visits import form_of, go_to, require
from tilts.portal.words import N_
from tilts.rules import Refusal
from tilts.rules.cases import CASE_NO_SUCH_STEP
from tilts.store.onboarding import parties
from tilts.store.onboarding.cases import CaseRecord
from tilts.store.onboarding.parties import PartyRecord
from tilts.store.tx import Tx

STEP = "fill-here"


class FillingPages:
    def __init__(self, parts: PortalParts) -> None:
        self._pages = parts.pages
        self._parts = parts
        self._desk = Desk(parts.database, parts.clock)

    def routes(self) -> list[Route]:
        return [
            Route(f"/cases/{{number}}/{STEP}", self.form),
            Route(f"/cases/{{number}}/{STEP}", self.fill, methods=["POST"]),
        ]

    async def form(self, request: Request) -> Response:
        account = require(request, "vendor", "institution")
        case, party = await self._case(request, account)
        table_of(case.kind, case.facts).check(case.state, STEP, side_of(account))
        return self._show(request, case, {**known_of(party), **case.facts.get("values", {})})

    async def fill(self, request: Request) -> Response:
        account = require(request, "vendor", "institution")
        case, _ = await self._case(request, account)
        procedure = self._procedure(case)
        form = form_of(request)
        values = {name: text_in(form, name) for name in sorted(field_names(procedure)) if text_in(form, name)}
        now, around = self._parts.clock.now(), Around(self._parts.settings, self._parts.clock.wall())
        facts = {"values": {**values, "language": language_for(request)}}

        async def work(tx: Tx) -> CaseRecord:
            return await take(tx, case.number, STEP, Taker(account, now, EFFECTS, around), facts=facts)

        try:
            await self._desk.do(account, Act("case.step", case.number), work)
        except Refusal as no:
            return self._show(request, case, values, refusal=no, status=no.rule.http_status)
        return go_to(request, f"/cases/{case.number}", N_("The form is complete. Now send it to be agreed."))

    def _show(self, request: Request, case: CaseRecord, values: dict[str, str], **more: Any) -> Response:
        refusal = more.get("refusal")
        gaps = refusal.facts.get("gaps", ()) if refusal else ()
        procedure = self._procedure(case)
        return self._pages.page(
            request,
            "desk/fill.html",
            case=case,
            procedure=procedure,
            papers=[paper for paper in procedure.documents if paper.kind != "cover-letter"],
            values=values,
            gaps={gap.field: gap for gap in gaps},
            begun_rows=begun_rows,
            **more,
        )

    def _procedure(self, case: CaseRecord) -> Procedure:
        found = procedures(day_in_riga(self._parts.clock.now())).get(case.kind)
        if found is None:
            raise Refusal(CASE_NO_SUCH_STEP, action=STEP)
        return found

    async def _case(self, request: Request, account: Account) -> tuple[CaseRecord, PartyRecord | None]:
        number = request.path_params["number"]

        async def read(tx: Tx) -> tuple[CaseRecord, PartyRecord | None]:
            case = await find_case(tx, number, account)
            return case, await parties.find_party(tx, case.party_id) if case.party_id else None

        return await self._desk.do(account, Act("case.read", number, method="GET"), read)


def known_of(party: PartyRecord | None) -> dict[str, str]:
    """What need not be asked again."""
    if party is None:
        return {}
    return {"party_name": party.name, "registration_number": party.registration_number}
