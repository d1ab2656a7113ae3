"""The sandbox's signing page: signs the agreed text of a case with a test certificate, so that the step can be tried.

With the organisation's seal, or with the certificate of the person who signed in: whether that person may sign for
the party is not asked here but when the file is handed in, as it would be outside the sandbox.

A real party signs with its own program and its own certificate; what comes back is checked in the same way.

GET, POST /sandbox/sign/{number}
"""

from collections.abc import Callable
from functools import partial
from typing import Final, Literal, TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts.access.desk import Act, Desk
from tilts.account import Account, check_proof
from tilts.lab.people import BY_NAME
from tilts.lab.pki_trust import SignerCredentials, issue_signer
from tilts.lab.pki_trust.layout import open_trust
from tilts.lab.signing import add_signature, sign_container, sign_pdf, stamp_unit
from tilts.onboarding.cases import find_case
from tilts.portal.desk.case_pages import as_download, uuid_in
from tilts.portal.incoming_forms import text_in
from tilts.portal.parts import PortalParts
from tilts.portal.visits import form_of, require
from tilts.rules import Refusal
from tilts.rules.cases import CASE_DOCUMENT_MISSING
from tilts.store.onboarding import cases, parties, signatures
from tilts.store.onboarding.cases import CaseRecord
from tilts.store.onboarding.parties import PartyRecord
from tilts.store.tx import Tx

Form: TypeAlias = Literal["pdf", "asice", "edoc"]
FORMS: Final[tuple[Form, ...]] = ("pdf", "asice", "edoc")
TYPES: Final = {"pdf": "application/pdf"}
CONTAINER_TYPE: Final = "application/vnd.etsi.asic-e+zip"


class SigningPages:
    def __init__(self, parts: PortalParts) -> None:
        self._pages = parts.pages
        self._parts = parts
        self._desk = Desk(parts.database, parts.clock)

    def routes(self) -> list[Route]:
        return [
            Route("/sandbox/sign/{number}", self.page),
            Route("/sandbox/sign/{number}", self.sign, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        account = require(request, "vendor", "institution", "authority")
        case, party, _, earlier = await self._what(request, account)
        return self._pages.page(
            request,
            "desk/sign.html",
            case=case,
            party=party,
            second=earlier is not None,
            may_sign_as_person=account.name in BY_NAME,
        )

    async def sign(self, request: Request) -> Response:
        """The signed file as a download: handing it in is a step of its own, as it is outside the sandbox."""
        account = require(request, "vendor", "institution", "authority")
        check_proof(account.proven_until, self._parts.clock.wall())
        case, party, text, earlier = await self._what(request, account)
        wanted = text_in(form_of(request), "form")
        form: Form = next((known for known in FORMS if known == wanted), "pdf")
        if earlier is not None:  # who signs second signs the same file
            form = next((known for known in FORMS if earlier[0].lower().endswith(known)), "pdf")
        name = f"{case.facts['agreed_name'].removesuffix('.pdf')}-signed.{form}"
        content = await run_in_threadpool(
            self._signed,
            form,
            partial(self._signer, account, party, text_in(form_of(request), "signer")),
            (case.facts["agreed_name"], text),
            earlier,
        )
        return as_download(name, TYPES.get(form, CONTAINER_TYPE), content)

    def _signer(self, account: Account, party: PartyRecord, wanted: str) -> SignerCredentials:
        folder = self._parts.settings.pki_folder
        if wanted == "person" and account.name in BY_NAME:
            return issue_signer(folder, account.name, person=BY_NAME[account.name].code)
        return issue_signer(folder, party.name, party.registration_number)

    def _signed(
        self,
        form: Form,
        signer: Callable[[], SignerCredentials],
        text: tuple[str, bytes],
        earlier: tuple[str, bytes] | None,
    ) -> bytes:
        folder, moment = self._parts.settings.pki_folder, self._parts.clock.wall()
        seal = signer()
        stamps = stamp_unit(open_trust(folder))
        if form == "pdf":
            return sign_pdf(earlier[1] if earlier else text[1], seal, stamps, moment)
        if earlier is not None:
            return add_signature(earlier[1], seal, stamps, moment)
        return sign_container({text[0]: text[1]}, seal, stamps, f".{form}", moment)

    async def _what(
        self, request: Request, account: Account
    ) -> tuple[CaseRecord, PartyRecord, bytes, tuple[str, bytes] | None]:
        """The case, whose seal it will be, the agreed text, and what the other side has signed electronically."""
        number = request.path_params["number"]

        async def read(tx: Tx) -> tuple[CaseRecord, PartyRecord, bytes, tuple[str, bytes] | None]:
            case = await find_case(tx, number, account)
            party = await parties.find_party(tx, account.party_id) if account.party_id else None
            if "agreed" not in case.facts or party is None:
                raise Refusal(CASE_DOCUMENT_MISSING)
            text = await cases.content(tx, uuid_in(case.facts["agreed"]))
            own = "authority" if account.role == "authority" else "party"
            signed = [one for one in await signatures.of_case(tx, case.case_id) if one.counts]
            other = next((one for one in signed if one.side != own and one.method == "electronic"), None)
            if other is None:
                return case, party, text, None
            document = await cases.document(tx, other.document_id)
            assert document is not None
            return case, party, text, (document.filename, await cases.content(tx, other.document_id))

        return await self._desk.do(account, Act("document.read", number, method="GET"), read)
