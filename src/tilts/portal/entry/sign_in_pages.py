"""To the identity provider and back, and out again.

GET /sign-in   /signed-in   POST /sign-out
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from tilts import person_code
from tilts.access.sign_in import openid
from tilts.access.sign_in.accounts import SignedPerson, give_role, sign_in, sign_out
from tilts.access.sign_in.identity_provider import IdentityProvider
from tilts.access.sign_in.logbook import Logbook
from tilts.access.sign_in.openid import ATTEMPT_SECONDS, Attempt, Identity
from tilts.access.tokens.keys import key_ring
from tilts.access.working.workplaces import workplaces_of
from tilts.ids import new_id
from tilts.portal.parts import PortalParts
from tilts.portal.visits import SESSION, VISIT, comer_of, lives_from, session_from, visit_of
from tilts.rules import Refusal
from tilts.rules.accounts import USR_SIGN_IN_NOT_DONE
from tilts.store import registers
from tilts.store.onboarding import accounts, parties
from tilts.store.tx import Tx

ATTEMPT: Final = "tilts_signing_in"
START_OF_ROLE: Final = "/my"
AGAIN: Final = "again"
# OpenID Connect Core 1.0, 3.1.2.6, and RFC 6749, 4.1.2.1; anything else may have been typed by anybody.
SAID_BY_PROVIDERS: Final = frozenset(
    {
        "access_denied",
        "login_required",
        "interaction_required",
        "consent_required",
        "account_selection_required",
    }
    | {"invalid_request", "invalid_scope", "unauthorized_client", "server_error", "temporarily_unavailable"}
)
LEFT_BEHIND: Final = '"cache", "storage"'  # of ours in the browser; the language that was chosen stays


class SignInPages:
    def __init__(self, parts: PortalParts) -> None:
        self._parts = parts
        self._lives = lives_from(parts.settings)
        self._logbook = Logbook(parts.database, parts.clock)
        keys = key_ring(parts.settings.keys_folder)
        self._provider = IdentityProvider(parts.settings, parts.clock, keys)
        self._person_code_system = f"{parts.settings.identifier_arc}.1.1"
        named = parts.settings.oidc_authority_subjects.split(",")
        self._officers = frozenset(subject.strip() for subject in named if subject.strip())

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/sign-in", self.begin),
            Route("/signed-in", self.finish),
            Route("/sign-out", self.leave, methods=["POST"]),
        ]

    async def begin(self, request: Request) -> Response:
        """A link and no form: the policy lets a form lead nowhere but here."""
        asked = request.query_params
        again = session_from(request) is not None and AGAIN in asked
        address, attempt = await self._provider.begin(asked.get("next", START_OF_ROLE), again=again)
        visit = visit_of(request)
        response = RedirectResponse(address, 303)
        sealed = openid.sealed(attempt, visit.secret)
        visit.cookies.put(response, ATTEMPT, sealed, seconds=ATTEMPT_SECONDS)
        return response

    async def finish(self, request: Request) -> Response:
        visit, who = visit_of(request), comer_of(request)
        async with self._logbook.tried("session.opened", who):
            attempt, identity = await self._proven(request)
            who.issuer, who.assurance = identity.issuer, identity.assurance
            before = visit.cookies.read(request, SESSION)
            async with self._parts.database.transaction() as tx:
                await self._make_officer(tx, identity)
                person = replace(await self._person(tx, identity), network=who.network)
                sign_in_of = (identity.issuer, identity.subject)
                now = self._parts.clock.now()
                workplaces = await workplaces_of(tx, sign_in_of, self._parts.settings, now)
                if len(workplaces) == 1:
                    person = replace(person, workplace_role_id=workplaces[0].role_id)
                if before:
                    await sign_out(tx, before)
                opened = await sign_in(tx, person, self._lives, self._parts.clock.wall())
                who.came(opened)
                await self._logbook.add(tx, "session.opened", who)
        known = bool(opened.roles or workplaces) or person.patient_id is not None
        response = RedirectResponse(attempt.back if known else "/register", 303)
        visit.cookies.put(response, SESSION, opened.token)
        for name in (ATTEMPT, VISIT):
            visit.cookies.drop(response, name)
        return response

    async def _proven(self, request: Request) -> tuple[Attempt, Identity]:
        visit, given = visit_of(request), request.query_params
        sealed = visit.cookies.read(request, ATTEMPT)
        attempt = openid.unsealed(sealed, visit.secret, self._parts.clock.wall())
        openid.check_state(attempt, given.get("state", ""))
        visit.dropped.append(ATTEMPT)  # whatever comes of it, this answer is used up
        if given.get("error") or not given.get("code"):
            said = given.get("error", "")
            raise Refusal(USR_SIGN_IN_NOT_DONE, why=said if said in SAID_BY_PROVIDERS else "")
        return attempt, await self._provider.finish(given["code"], attempt)

    async def leave(self, request: Request) -> Response:
        visit, session = visit_of(request), session_from(request)
        if session is not None:
            who = comer_of(request)
            async with self._parts.database.transaction() as tx:
                await accounts.end_session(tx, session.token_hash)
                await self._logbook.add(tx, "session.ended", who)
        response = RedirectResponse("/", 303, headers={"clear-site-data": LEFT_BEHIND})
        visit.cookies.drop(response, SESSION)
        return response

    async def _person(self, tx: Tx, identity: Identity) -> SignedPerson:
        """A resident is found by the person code that the provider vouches for; it is kept nowhere."""
        code = person_code.compact(identity.person_code) if identity.person_code else None
        found = await registers.find_patient(tx, self._person_code_system, code) if code else None
        return SignedPerson(
            identity.issuer, identity.subject, identity.name, identity.assurance, found, identity.proven_at
        )

    async def _make_officer(self, tx: Tx, identity: Identity) -> None:
        """The authority's first people are named by the installation (setting oidc_authority_subjects)."""
        if identity.subject not in self._officers:
            return
        wall = self._parts.clock.wall()
        authority = next((one for one in await parties.parties(tx) if one.kind == "authority"), None)
        if authority is None:
            return
        account_id, _ = await accounts.find_or_make(
            tx, new_id(), identity.issuer, identity.subject, identity.name, wall
        )
        await give_role(tx, account_id, "authority", authority.party_id, wall)
