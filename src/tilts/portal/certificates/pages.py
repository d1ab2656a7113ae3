"""Certificates of one's own connections: hand in, see every check, change, stop using, report a lost key.

GET /my/certificates   /my/certificates/guide   /my/certificates/report/{number}      POST /my/certificates
(Source page B2, B3). What a step changes is a step of the case; the case's own page takes it.
"""

from typing import ClassVar, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts.access.desk import Act, Desk
from tilts.account import Account, Role
from tilts.onboarding.cases import find_case
from tilts.onboarding.certificates import LARGEST_BYTES, CertificateReport, own_issuers, report_for
from tilts.onboarding.certificates.submitting import (
    KIND,
    Times,
    applicant_of,
    examined,
    party_of,
    submit,
)
from tilts.onboarding.effects.certificates import submitted
from tilts.onboarding.issuing import issues_here
from tilts.onboarding.taking import Around
from tilts.onboarding.workflows import WORKFLOWS
from tilts.portal.certificates.guiding import Guide, guide_for
from tilts.portal.certificates.viewing import (
    CONDITIONS,
    CheckLine,
    ConnectionView,
    connections_of,
    issued_in,
    kept_lines,
    lines_of,
    table_of,
)
from tilts.portal.incoming_forms import text_in
from tilts.portal.parts import PortalParts
from tilts.portal.places import Place
from tilts.portal.trust.pages import OUTCOME_KINDS, OUTCOME_WORDS, uploaded
from tilts.portal.visits import form_of, go_to, require
from tilts.portal.words import N_
from tilts.rules import Refusal
from tilts.rules.cases import CASE_NOT_FOUND
from tilts.rules.certificates import CERT_CLIENT_OF_ANOTHER
from tilts.settings import Settings
from tilts.store import connections
from tilts.store.onboarding import parties
from tilts.store.onboarding.cases import CaseRecord, DocumentRecord
from tilts.store.tx import Tx

HOLDERS: Final[tuple[Role, ...]] = ("vendor", "institution", "it")


class CertificatePages:
    places: ClassVar[tuple[Place, ...]] = (
        Place("/my/certificates", N_("My certificates"), 35, frozenset(HOLDERS)),
    )

    def __init__(self, parts: PortalParts) -> None:
        self._pages = parts.pages
        self._parts = parts
        self._desk = Desk(parts.database, parts.clock)

    def routes(self) -> list[Route]:
        return [
            Route("/my/certificates", self.mine, methods=["GET"]),
            Route("/my/certificates", self.send, methods=["POST"]),
            Route("/my/certificates/guide", self.guide),
            Route("/my/certificates/report/{number}", self.report),
        ]

    async def mine(self, request: Request) -> Response:
        """All of them; with ?client=.. one, with what can be done."""
        account = require(request, *HOLDERS)
        client_id = request.query_params.get("client", "")
        views = await self.views(account)
        if not client_id:
            return self._pages.page(request, "certificates/list.html", views=views, conditions=CONDITIONS)
        return self.one(request, view_of(views, client_id), None, None)

    async def send(self, request: Request) -> Response:
        account = require(request, *HOLDERS)
        client_id = text_in(form_of(request), "client")
        seen: list[CertificateReport] = []
        try:
            content = await uploaded(request)
            case = await self._handed_in(account, client_id, content, seen)
        except Refusal as no:
            view = view_of(await self.views(account), client_id)
            told = Refusal(no.rule, expressions=("certificate",), **no.facts)
            return self.one(request, view, seen[0] if seen else None, told)
        return go_to(
            request,
            f"/my/certificates/report/{case.number}",
            N_("It was handed in and waits to be accepted."),
        )

    async def _handed_in(
        self, account: Account, client_id: str, content: bytes, seen: list[CertificateReport]
    ) -> CaseRecord:
        """`seen` gets the report: when it is refused, the page tells every check."""
        around = Around(self._parts.settings, self._parts.clock.wall())
        times = Times(self._parts.clock.now(), around.wall)

        async def work(tx: Tx) -> CaseRecord:
            report = await examined(tx, account, content, around)
            seen.append(report)
            return await submit(tx, account, client_id, report, times)

        return await self._desk.do(account, Act("certificate.submitted"), work)

    async def report(self, request: Request) -> Response:
        """Every check of what was handed in; while it waits, as it would be answered now."""
        account = require(request, *HOLDERS, "authority")
        number = request.path_params["number"]

        async def read(tx: Tx) -> tuple[CaseRecord, list[CheckLine], DocumentRecord | None]:
            case = await find_case(tx, number, account)
            if case.kind != KIND:
                raise Refusal(CASE_NOT_FOUND)
            return case, await self._lines(tx, case), await issued_in(tx, case)

        case, lines, issued = await self._desk.do(account, Act("case.read", number, method="GET"), read)
        return self._pages.page(
            request,
            "certificates/report.html",
            case=case,
            issued=issued,
            state=WORKFLOWS[KIND].state(case.state),
            lines=lines,
            faults=[line for line in lines if line.outcome == "fail"],
            table=table_of(self._parts.settings),
            outcomes=OUTCOME_WORDS,
            outcome_kinds=OUTCOME_KINDS,
        )

    async def _lines(self, tx: Tx, case: CaseRecord) -> list[CheckLine]:
        settings = self._parts.settings
        party = await parties.find_party(tx, case.party_id) if case.party_id else None
        if case.state != "submitted" or party is None:
            return kept_lines(case.facts, table_of(settings))
        content = await submitted(tx, case)
        report = await report_for(tx, content, applicant_of(party), settings, self._parts.clock.wall())
        return lines_of(report)

    async def guide(self, request: Request) -> Response:
        account = require(request, *HOLDERS)
        client_id = request.query_params.get("client", "")

        async def read(tx: Tx) -> tuple[ConnectionView, Guide]:
            views = await connections_of(tx, account, self._parts.clock.wall())
            view = view_of(views, client_id)
            base = self._address_of(view.client.environment)
            known = await connections.find_by_client_id(tx, client_id)
            organization_id = str(known.organization_id) if known else ""
            return view, guide_for(await party_of(tx, account), view.client, base, organization_id)

        view, guide = await self._desk.do(account, Act("certificate.listed", method="GET"), read)
        return self._pages.page(request, "certificates/guide.html", view=view, guide=guide)

    def _address_of(self, environment: str) -> str:
        """Where that environment answers; empty when only the authority can tell."""
        if environment == self._parts.settings.environment:
            return self._parts.settings.public_base
        facts = self._parts.facts
        return facts.production.fhir if facts and facts.production and environment == "production" else ""

    async def views(self, account: Account) -> list[ConnectionView]:
        async def read(tx: Tx) -> list[ConnectionView]:
            return await connections_of(tx, account, self._parts.clock.wall())

        return await self._desk.do(account, Act("certificate.listed", method="GET"), read)

    def one(
        self, request: Request, view: ConnectionView, report: CertificateReport | None, no: Refusal | None
    ) -> Response:
        return self._pages.page(
            request,
            "certificates/connection.html",
            status=no.rule.http_status if no else 200,
            view=view,
            refusal=no,
            lines=lines_of(report) if report else [],
            faults=report.faults if report else [],
            table=table_of(self._parts.settings),
            conditions=CONDITIONS,
            outcomes=OUTCOME_WORDS,
            outcome_kinds=OUTCOME_KINDS,
            limit_kib=LARGEST_BYTES // 1024,
            issues=issues_here(self._parts.settings),
            by_others=[one for one in view.live if one.record.issuer not in own_names(self._parts.settings)],
        )


def own_names(settings: Settings) -> set[str]:
    """Of those registered before issuers were kept the issuer is '': they are all our own CA's."""
    return {"", *(one.subject.rfc4514_string() for one in own_issuers(settings.pki_folder))}


def view_of(views: list[ConnectionView], client_id: str) -> ConnectionView:
    found = next((view for view in views if view.client.client_id == client_id), None)
    if found is None:
        raise Refusal(CERT_CLIENT_OF_ANOTHER)
    return found
