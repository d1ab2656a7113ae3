"""Whom the exchange trusts, for people: the trust list, the register of sign-in services, and a look at one's own
certificate before it is handed in.

/trust   /trust/eid   /trust/why (GET, POST)   (Source page B2, B4). Nothing that is uploaded is stored.
"""

from collections.abc import Sequence
from typing import ClassVar, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tilts.onboarding.certificates import LARGEST_BYTES, CertificateReport, check_table, report_for
from tilts.onboarding.eid_providers import eid_register
from tilts.onboarding.trust_keeping import TrustState, pinned, sources_from, trust_state
from tilts.onboarding.trust_list import TrustService
from tilts.portal.incoming_forms import file_in, text_in
from tilts.portal.parts import PortalParts
from tilts.portal.places import Place
from tilts.portal.visits import form_of
from tilts.portal.words import N_
from tilts.rules import Refusal
from tilts.rules.accounts import USR_FIELD_EMPTY
from tilts.rules.catalogue import BY_ID

KIND_WORDS: Final = {
    "signature": N_("electronic signatures"),
    "seal": N_("electronic seals"),
    "timestamp": N_("time stamps"),
    "connection": N_("certificates for connections"),
}
STATUS_WORDS: Final = {"granted": N_("granted"), "withdrawn": N_("withdrawn")}
LEVEL_WORDS: Final = {"qualified": N_("qualified"), "qualified-high": N_("qualified, high assurance")}
OUTCOME_WORDS: Final = {"pass": N_("In order"), "fail": N_("Not in order"), "not-asked": N_("Not asked here")}
OUTCOME_KINDS: Final = {"pass": "done", "fail": "fault", "not-asked": "none"}


class TrustPages:
    places: ClassVar[tuple[Place, ...]] = (Place("/trust", N_("Trust"), 45),)

    def __init__(self, parts: PortalParts) -> None:
        self._pages = parts.pages
        self._database = parts.database
        self._clock = parts.clock
        self._settings = parts.settings

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/trust", self.trust_list),
            Route("/trust/eid", self.eid),
            Route("/trust/why", self.ask, methods=["GET"]),
            Route("/trust/why", self.answer, methods=["POST"]),
        ]

    async def trust_list(self, request: Request) -> Response:
        wall = self._clock.wall()
        async with self._database.transaction() as tx:
            state = await trust_state(tx, pinned(sources_from(self._settings).signers))
        return self._pages.page(
            request,
            "trust/list.html",
            state=state,
            overdue=state.list is not None and not state.list.current(wall),
            providers=by_provider(state),
            refused=BY_ID.get(state.refresh.rule or "") if state.refresh else None,
            kinds=KIND_WORDS,
            statuses=STATUS_WORDS,
        )

    async def eid(self, request: Request) -> Response:
        register = eid_register(self._settings.eid_register)
        now = self._clock.now()
        return self._pages.page(
            request,
            "trust/eid.html",
            register=register,
            current={one.provider for one in register.services_at(now)},
            levels=LEVEL_WORDS,
        )

    async def ask(self, request: Request) -> Response:
        return self._why(request, None, None)

    async def answer(self, request: Request) -> Response:
        """Looked at and forgotten; a private key is refused before anything of it is read."""
        try:
            content = await uploaded(request)
            async with self._database.transaction() as tx:
                report = await report_for(tx, content, None, self._settings, self._clock.wall())
        except Refusal as no:
            told = Refusal(no.rule, expressions=("certificate",), **no.facts)
            return self._why(request, None, told)
        return self._why(request, report, None)

    def _why(self, request: Request, report: CertificateReport | None, no: Refusal | None) -> Response:
        table = check_table(self._settings.certificate_checks)
        return self._pages.page(
            request,
            "trust/why.html",
            status=no.rule.http_status if no else 200,
            report=report,
            refusal=no,
            checks=table.at(self._clock.wall()),
            table=table,
            limit_kib=LARGEST_BYTES // 1024,
            outcomes=OUTCOME_WORDS,
            outcome_kinds=OUTCOME_KINDS,
        )


async def uploaded(request: Request) -> bytes:
    """The chosen file, or what was pasted; one of the two is needed."""
    form = form_of(request)
    file = await file_in(form, "certificate")
    content = file.content if file is not None else text_in(form, "pasted").encode()
    if not content:
        raise Refusal(USR_FIELD_EMPTY, field="PEM / DER")
    return content


def by_provider(state: TrustState) -> dict[str, list[TrustService]]:
    """Every service as it stands now, under its provider."""
    found: dict[str, list[TrustService]] = {}
    for service in state.list.services if state.list else ():
        if service.until is None:
            found.setdefault(service.provider, []).append(service)
    return found
