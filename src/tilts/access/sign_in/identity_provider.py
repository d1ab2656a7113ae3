"""Talks to the identity provider for the portal: where to send a visitor, and a code for an ID token.

What the provider publishes is kept by access/sign_in/provider_documents.py.
"""

from dataclasses import replace
from typing import Final

import httpx

from tilts.access.jose import signed
from tilts.access.sign_in import openid
from tilts.access.sign_in.openid import Attempt, Identity, Provider
from tilts.access.sign_in.provider_documents import ProviderDocuments, ask, is_built_in
from tilts.access.tokens.keys import ALGORITHM, KeyRing
from tilts.clock import Clock
from tilts.ids import new_id
from tilts.lab.people import TEST_SIGN_IN
from tilts.rules import Refusal
from tilts.rules.accounts import USR_IDENTITY_NOT_PROVEN
from tilts.settings import Settings
from tilts_fhir.json_strict import encode

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class IdentityProvider:
    """This portal as the relying party of one provider."""

    def __init__(self, settings: Settings, clock: Clock, keys: KeyRing) -> None:
        self._settings = settings
        self._clock = clock
        self._keys = keys
        self.documents = ProviderDocuments(settings, clock)

    @property
    def redirect_uri(self) -> str:
        return self._settings.portal_base.rstrip("/") + "/signed-in"

    async def begin(self, back: str, *, again: bool = False) -> tuple[str, Attempt]:
        """Where to send the visitor, and what to remember of the attempt."""
        provider = await self.documents.provider()
        attempt = openid.new_attempt(back, self._clock.wall(), again=again)
        client_id = self._settings.oidc_client_id
        return openid.authorization_address(provider, client_id, self.redirect_uri, attempt), attempt

    async def finish(self, code: str, attempt: Attempt) -> Identity:
        """The identity for the code that came back; refused if any part of the proof is wrong."""
        provider = await self.documents.provider()
        token = await self._redeemed(provider, code, attempt)
        claims = openid.verified_claims(token, await self.documents.keys_for(token))
        found = openid.identity_from(
            claims,
            provider.issuer,
            self._settings.oidc_client_id,
            attempt,
            self._clock.wall(),
            self._settings.oidc_person_claim,
        )
        if is_built_in(self._settings):
            return replace(found, issuer=TEST_SIGN_IN)
        return found

    async def _redeemed(self, provider: Provider, code: str, attempt: Attempt) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": attempt.verifier,
        }
        secret, client_id = self._settings.oidc_client_secret, self._settings.oidc_client_id
        if secret:
            answer = await ask("POST", provider.token_endpoint, form, httpx.BasicAuth(client_id, secret))
        else:
            assertion = self._assertion(provider.token_endpoint)
            form |= {"client_id": client_id, "client_assertion_type": ASSERTION_TYPE}
            form["client_assertion"] = assertion
            answer = await ask("POST", provider.token_endpoint, form)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise Refusal(USR_IDENTITY_NOT_PROVEN, why=str(answer.get("error", "no ID token")))
        return token

    def _assertion(self, audience: str) -> str:
        """private_key_jwt (OpenID Connect Core 1.0, section 9) with the exchange's own key."""
        wall = self._clock.wall()
        now, key = int(wall.timestamp()), self._keys.signing(wall)
        client_id = self._settings.oidc_client_id
        claims = {"iss": client_id, "sub": client_id, "aud": audience, "jti": str(new_id())}
        return signed(
            encode({**claims, "iat": now, "exp": now + 60}),
            {"alg": ALGORITHM, "typ": "JWT", "kid": key.kid},
            key.private,
        )
