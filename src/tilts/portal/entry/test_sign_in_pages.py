"""The sandbox's test sign-in: its page with people to choose, and its addresses for programs.

GET /test-sign-in/.well-known/openid-configuration   /test-sign-in/keys   /test-sign-in/authorize
POST /test-sign-in/authorize   /test-sign-in/token   /test-sign-in/practitioner-token
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final
from urllib.parse import unquote_plus
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from tilts.access.sign_in.provider_documents import built_in_issuer
from tilts.access.sign_in.test_sign_in import Asked, Chosen, KnownClient, NotGranted, TestSignIn
from tilts.access.tokens.keys import key_ring
from tilts.access.tokens.proof import TEST_AUDIENCE
from tilts.access.working.workplaces import practitioner_name
from tilts.lab.identities import practitioner_subject
from tilts.lab.people import ASSURANCE, BY_SUBJECT, PEOPLE, TestPerson
from tilts.onboarding.eid_providers import eid_register
from tilts.portal.incoming_forms import text_in
from tilts.portal.parts import PortalParts
from tilts.portal.sandbox_facts import Person
from tilts.portal.visits import form_of
from tilts.production import TEST_SIGN_IN_PATH
from tilts.rules import Refusal
from tilts.rules.accounts import USR_SIGN_IN_STRANGE

PASSED_ON: Final = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
)
RESIDENT: Final = "resident-"
PRACTITIONER: Final = "practitioner-"
CARING: Final = ("practice", "hospital", "pharmacy")
MINUTES: Final = re.compile(r"[0-9]{1,5}\Z")


@dataclass(frozen=True, slots=True)
class PeopleOf:
    """The people of one organisation, as the page shows them."""

    organisation: str
    registration_number: str
    ready: bool
    people: tuple[TestPerson, ...]


@dataclass(frozen=True, slots=True)
class Professional:
    """A practitioner of the sandbox's registers, with the name and place that the page shows."""

    subject: str
    practitioner: str
    name: str
    organisation: str
    kind: str


class TestSignInPages:
    __test__ = False
    machine_paths: ClassVar[frozenset[str]] = frozenset(
        {f"{TEST_SIGN_IN_PATH}/token", f"{TEST_SIGN_IN_PATH}/practitioner-token"}
    )

    def __init__(self, parts: PortalParts) -> None:
        assert parts.facts is not None, "the test sign-in is there in the sandbox only"
        settings = parts.settings
        self._eid_register = settings.eid_register
        self._pages = parts.pages
        self._clock = parts.clock
        self._database = parts.database
        self._clients = [
            one for one in parts.facts.clients.values() if one.practitioner and one.kind in CARING
        ]
        self._residents = {
            RESIDENT + person.patient: person for person in parts.facts.persons if person.has_person_code
        }
        client = KnownClient(
            client_id=settings.oidc_client_id,
            secret=settings.oidc_client_secret,
            keys=key_ring(settings.keys_folder),
            redirect_uri=settings.portal_base.rstrip("/") + "/signed-in",
        )
        self._sign_in = TestSignIn(built_in_issuer(settings), client)

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(f"{TEST_SIGN_IN_PATH}/.well-known/openid-configuration", self.discovery),
            Route(f"{TEST_SIGN_IN_PATH}/keys", self.keys),
            Route(f"{TEST_SIGN_IN_PATH}/authorize", self.choose, methods=["GET"]),
            Route(f"{TEST_SIGN_IN_PATH}/authorize", self.chosen, methods=["POST"]),
            Route(f"{TEST_SIGN_IN_PATH}/token", self.token, methods=["POST"]),
            Route(f"{TEST_SIGN_IN_PATH}/practitioner-token", self.practitioner_token, methods=["POST"]),
        ]

    async def discovery(self, request: Request) -> Response:
        return JSONResponse(self._sign_in.discovery())

    async def keys(self, request: Request) -> Response:
        return JSONResponse(self._sign_in.keys())

    async def choose(self, request: Request) -> Response:
        given = {name: request.query_params.get(name, "") for name in PASSED_ON}
        self._asked(given)
        return self._pages.page(
            request,
            "entry/test_sign_in.html",
            given=given,
            organisations=organisations(),
            professionals=await self._professionals(),
            residents=list(self._residents.items()),
        )

    async def chosen(self, request: Request) -> Response:
        form = form_of(request)
        asked = self._asked({name: text_in(form, name) for name in PASSED_ON})
        chosen = await self._chosen(text_in(form, "person"))
        return RedirectResponse(self._sign_in.granted(asked, chosen, self._clock.wall()), 303)

    async def token(self, request: Request) -> Response:
        """For the portal as a program: no cookie, no form token, its own proof of who it is."""
        form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        headers = {"cache-control": "no-store"}
        try:
            answer = self._sign_in.redeemed(form, basic_in(request), self._clock.wall())
        except NotGranted as no:
            return JSONResponse({"error": str(no)}, status_code=400, headers=headers)
        return JSONResponse(answer, headers=headers)

    async def practitioner_token(self, request: Request) -> Response:
        """An ID token for a test practitioner, as a vendor's system would get one: for laptops and CI.

        `practitioner`; and, for what must be refused, `service` of the register, `audience`, `minutes_ago`.
        """
        form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        register = eid_register(self._eid_register)
        name = form.get("service", register.services[0].provider)
        service = next((one for one in register.services if one.provider == name), None)
        minutes = form.get("minutes_ago", "0")
        if service is None or not form.get("practitioner") or not MINUTES.match(minutes):
            return JSONResponse({"error": "invalid_request"}, status_code=400)
        audience = form.get("audience", TEST_AUDIENCE)
        answer = self._sign_in.practitioner_token(
            form["practitioner"], service, audience, int(minutes), self._clock.wall()
        )
        return JSONResponse(answer, headers={"cache-control": "no-store"})

    def _asked(self, given: dict[str, str]) -> Asked:
        asked = self._sign_in.asked(given)
        if asked is None:
            raise Refusal(USR_SIGN_IN_STRANGE)
        return asked

    async def _professionals(self) -> list[Professional]:
        """Who works at the ready-made institutions, by the register; known to the sign-in by a subject of its own."""
        async with self._database.transaction() as tx:
            return [
                Professional(
                    subject=PRACTITIONER + str(client.practitioner),
                    practitioner=str(client.practitioner),
                    name=await practitioner_name(tx, UUID(client.practitioner)),
                    organisation=client.name,
                    kind=client.kind,
                )
                for client in self._clients
            ]

    async def _chosen(self, subject: str) -> Chosen:
        if subject in BY_SUBJECT:
            return Chosen(subject, BY_SUBJECT[subject].name, ASSURANCE)
        if subject in self._residents:
            resident = self._residents[subject]
            return Chosen(pairwise(resident), resident.name, ASSURANCE, resident.code or "")
        for one in await self._professionals():
            if one.subject == subject:  # as by a card: professional work needs a sign-in of high assurance
                service = eid_register(self._eid_register).services[0]
                return Chosen(practitioner_subject(one.practitioner), one.name, service.acr)
        raise Refusal(USR_SIGN_IN_STRANGE)


def pairwise(resident: Person) -> str:
    """A subject that tells nothing: neither the person code nor the id of the record."""
    return hashlib.sha256(b"tilts test sign-in\x00" + resident.patient.encode()).hexdigest()[:32]


def organisations() -> list[PeopleOf]:
    found: dict[str, list[TestPerson]] = {}
    for person in PEOPLE:
        found.setdefault(person.organisation, []).append(person)
    return [
        PeopleOf(name, people[0].registration_number, people[0].ready, tuple(people))
        for name, people in found.items()
    ]


def basic_in(request: Request) -> tuple[str, str] | None:
    """client_secret_basic: both parts form-encoded first (RFC 6749 section 2.3.1)."""
    scheme, _, written = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(written, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return unquote_plus(name), unquote_plus(secret)
