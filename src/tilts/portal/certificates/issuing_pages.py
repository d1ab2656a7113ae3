"""Certificates of the exchange's own CA: a sealed request is answered, the authority sees all that were issued.

POST /my/certificates/sealed   /my/certificates/answer (an OCSP answer that the holder brings)
GET  /issued-certificates (the authority)   /trust/issuing.crl   /trust/issuing.cer (everybody)
"""

from collections.abc import Awaitable, Callable
from typing import ClassVar, Final

from cryptography.hazmat.primitives.serialization import Encoding
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts.access.desk import Act, Desk
from tilts.account import Account
from tilts.onboarding.certificates import own_issuers
from tilts.onboarding.issuing import Sealed, authority_from, issue_sealed, own_list
from tilts.onboarding.issuing.sealed import LARGEST_BYTES
from tilts.onboarding.revocation import Status
from tilts.onboarding.standing import ship_ocsp
from tilts.onboarding.taking import Around
from tilts.portal.certificates.pages import HOLDERS, CertificatePages, view_of
from tilts.portal.certificates.viewing import CONDITIONS, REASON_WORDS, IssuedView, issued_view
from tilts.portal.incoming_forms import IncomingFile, file_in, text_in
from tilts.portal.parts import PortalParts
from tilts.portal.places import Place
from tilts.portal.visits import form_of, go_to, require
from tilts.portal.words import N_
from tilts.rules import Refusal
from tilts.rules.accounts import USR_FIELD_EMPTY
from tilts.rules.certificates import CERT_NOT_LIVE, CERT_TOO_LARGE
from tilts.store.onboarding import certificates as store
from tilts.store.onboarding.cases import CaseRecord
from tilts.store.tx import Tx

MOST: Final = 500
FINGERPRINT_DIGITS: Final = 64
ANSWER_BYTES: Final = 65_536


class IssuingPages:
    places: ClassVar[tuple[Place, ...]] = (
        Place("/issued-certificates", N_("Issued certificates"), 36, frozenset({"authority"})),
    )

    def __init__(self, parts: PortalParts) -> None:
        self._pages = parts.pages
        self._parts = parts
        self._desk = Desk(parts.database, parts.clock)
        self._certificates = CertificatePages(parts)

    def routes(self) -> list[Route]:
        return [
            Route("/my/certificates/sealed", self.seal, methods=["POST"]),
            Route("/my/certificates/answer", self.bring_answer, methods=["POST"]),
            Route("/issued-certificates", self.all_issued),
            Route("/trust/issuing.crl", self.own_list),
            Route("/trust/issuing.cer", self.own_certificate),
        ]

    async def seal(self, request: Request) -> Response:
        """Source page B2: proof of the organisation once, by its seal; then a certificate of the exchange."""

        async def work(account: Account, client_id: str) -> str:
            file = await chosen(request, "sealed", LARGEST_BYTES)
            around = Around(self._parts.settings, self._parts.clock.wall())
            now = self._parts.clock.now()

            async def issue(tx: Tx) -> CaseRecord:
                issuer = authority_from(around.settings)
                sealed = Sealed(file.filename, file.content)
                return await issue_sealed(tx, account, client_id, sealed, issuer, (now, around))

            case = await self._desk.do(account, Act("certificate.issued"), issue)
            return f"/my/certificates/report/{case.number}"

        said = N_("The certificate is issued and registered. Download it below.")
        return await self._handed_in(request, "sealed", work, said)

    async def bring_answer(self, request: Request) -> Response:
        """When the issuer cannot be reached from here, its holder brings what it answers (OCSP)."""

        async def work(account: Account, client_id: str) -> str:
            file = await chosen(request, "answer", ANSWER_BYTES)
            fingerprint = fingerprint_in(text_in(form_of(request), "fingerprint"))
            party_id, wall = account.party_id, self._parts.clock.wall()
            assert party_id is not None, "certificates are a party's"

            async def ship(tx: Tx) -> Status:
                settings = self._parts.settings
                return await ship_ocsp(tx, party_id, fingerprint, file.content, settings, wall)

            await self._desk.do(account, Act("certificate.answer-brought"), ship)
            return f"/my/certificates?client={client_id}"

        return await self._handed_in(request, "answer", work, N_("The answer of the issuer is taken in."))

    async def _handed_in(
        self, request: Request, field: str, work: Callable[[Account, str], Awaitable[str]], said: str
    ) -> Response:
        account = require(request, *HOLDERS)
        client_id = text_in(form_of(request), "client")
        try:
            address = await work(account, client_id)
        except Refusal as no:
            view = view_of(await self._certificates.views(account), client_id)
            told = Refusal(no.rule, expressions=(field,), **no.facts)
            return self._certificates.one(request, view, None, told)
        return go_to(request, address, said)

    async def all_issued(self, request: Request) -> Response:
        """Revoking is a step of the case, which the row leads to."""
        account = require(request, "authority")
        settings, wall = self._parts.settings, self._parts.clock.wall()
        issuer = next(iter(own_issuers(settings.pki_folder)), None)

        async def read(tx: Tx) -> list[IssuedView]:
            if issuer is None:
                return []
            found = await store.issued_by(tx, issuer.subject.rfc4514_string(), MOST)
            return [issued_view(one, wall) for one in found]

        views = await self._desk.do(account, Act("certificate.listed", method="GET"), read)
        return self._pages.page(
            request,
            "certificates/issued.html",
            views=views,
            issuer=issuer,
            listed=own_list(settings.pki_folder, issuer) if issuer is not None else None,
            most=MOST,
            conditions=CONDITIONS,
            reasons=REASON_WORDS,
        )

    async def own_list(self, request: Request) -> Response:
        """What certificates of the exchange name as distribution point (RFC 5280 4.2.1.13): DER."""
        issuer = next(iter(own_issuers(self._parts.settings.pki_folder)), None)
        listed = own_list(self._parts.settings.pki_folder, issuer) if issuer is not None else None
        return published(listed.public_bytes(Encoding.DER) if listed else None, "application/pkix-crl")

    async def own_certificate(self, request: Request) -> Response:
        issuer = next(iter(own_issuers(self._parts.settings.pki_folder)), None)
        return published(issuer.public_bytes(Encoding.DER) if issuer else None, "application/pkix-cert")


def published(content: bytes | None, media_type: str) -> Response:
    if content is None:
        raise HTTPException(404)
    return Response(content, media_type=media_type, headers={"Cache-Control": "no-cache"})


async def chosen(request: Request, name: str, limit_bytes: int) -> IncomingFile:
    file = await file_in(form_of(request), name)
    if file is None or not file.content:
        raise Refusal(USR_FIELD_EMPTY, field=".asice / .edoc" if name == "sealed" else "OCSP")
    if len(file.content) > limit_bytes:
        raise Refusal(CERT_TOO_LARGE, limit_bytes=limit_bytes)
    return file


def fingerprint_in(written: str) -> bytes:
    if len(written) != FINGERPRINT_DIGITS or set(written) - set("0123456789abcdef"):
        raise Refusal(CERT_NOT_LIVE)
    return bytes.fromhex(written)
