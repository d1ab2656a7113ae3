"""Talks to the identity provider: its discovery document, its keys, and a code for an ID token.

Documents are kept for an hour. A key that is not known is asked for at once, but not more often than
once a minute: somebody who sends tokens with made-up key names must not make us a nuisance.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from tilts.access.jose import signed
from tilts.access.sign_in import openid
from tilts.access.sign_in.openid import Attempt, Identity, Provider
from tilts.access.tokens import SigningKey
from tilts.clock import Clock
from tilts.ids import new_id
from tilts.lab.people import TEST_SIGN_IN
from tilts.production import TEST_SIGN_IN_PATH
from tilts.rules import Refusal
from tilts.rules.accounts import USR_IDENTITY_NOT_PROVEN, USR_NO_PROVIDER, USR_PROVIDER_SILENT
from tilts.settings import Settings
from tilts_fhir.json_strict import encode

KEPT: Final = timedelta(hours=1)
AGAIN: Final = timedelta(minutes=1)
PATIENCE_SECONDS: Final = 10
LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def issuer_of(settings: Settings) -> str:
    """The provider that is set; in a sandbox without one the built-in test sign-in; else none."""
    if settings.oidc_issuer or not settings.sandbox or settings.environment == "production":
        return settings.oidc_issuer
    return built_in_issuer(settings)


def built_in_issuer(settings: Settings) -> str:
    return settings.portal_base.rstrip("/") + TEST_SIGN_IN_PATH


def is_built_in(settings: Settings) -> bool:
    return bool(settings.portal_base) and issuer_of(settings) == built_in_issuer(settings)


@dataclass(slots=True)
class Kept:
    """Documents of the provider and when they were fetched."""

    provider: Provider | None = None
    keys: tuple[dict[str, Any], ...] = ()
    fetched_at: datetime | None = None


class IdentityProvider:
    """This portal as the relying party of one provider."""

    def __init__(self, settings: Settings, clock: Clock, key: SigningKey) -> None:
        self._settings = settings
        self._clock = clock
        self._key = key
        self._issuer = issuer_of(settings)
        self._kept = Kept()
        self._one_at_a_time = asyncio.Lock()

    @property
    def redirect_uri(self) -> str:
        return self._settings.portal_base.rstrip("/") + "/signed-in"

    async def begin(self, back: str) -> tuple[str, Attempt]:
        """Where to send the visitor, and what to remember of the attempt."""
        provider = await self._provider()
        attempt = openid.new_attempt(back, self._clock.wall())
        client_id = self._settings.oidc_client_id
        return openid.authorization_address(provider, client_id, self.redirect_uri, attempt), attempt

    async def finish(self, code: str, attempt: Attempt) -> Identity:
        """The identity for the code that came back; refused if any part of the proof is wrong."""
        provider = await self._provider()
        token = await self._redeemed(provider, code, attempt)
        claims = openid.verified_claims(token, await self._keys_for(token))
        found = openid.identity_from(
            claims,
            provider.issuer,
            self._settings.oidc_client_id,
            attempt.nonce,
            self._clock.wall(),
            self._settings.oidc_person_claim,
        )
        if is_built_in(self._settings):
            return Identity(TEST_SIGN_IN, found.subject, found.name, found.assurance, found.person_code)
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
            answer = await self._call(
                "POST", provider.token_endpoint, form, httpx.BasicAuth(client_id, secret)
            )
        else:
            assertion = self._assertion(provider.token_endpoint)
            form |= {"client_id": client_id, "client_assertion_type": ASSERTION_TYPE}
            form["client_assertion"] = assertion
            answer = await self._call("POST", provider.token_endpoint, form)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise Refusal(USR_IDENTITY_NOT_PROVEN, why=str(answer.get("error", "no ID token")))
        return token

    def _assertion(self, audience: str) -> str:
        """private_key_jwt (OpenID Connect Core 1.0, section 9) with the exchange's own key."""
        now = int(self._clock.wall().timestamp())
        client_id = self._settings.oidc_client_id
        claims = {"iss": client_id, "sub": client_id, "aud": audience, "jti": str(new_id())}
        return signed(
            encode({**claims, "iat": now, "exp": now + 60}),
            {"alg": "ES256", "typ": "JWT", "kid": self._key.kid},
            self._key.private,
        )

    async def _provider(self) -> Provider:
        if not self._issuer:
            raise Refusal(USR_NO_PROVIDER)
        async with self._one_at_a_time:
            if self._kept.provider is None or self._older_than(KEPT):
                await self._fetch()
        assert self._kept.provider is not None, "fetched just now"
        return self._kept.provider

    async def _keys_for(self, token: str) -> list[dict[str, Any]]:
        kid = openid.key_id_of(token)
        known = kid is None or any(key.get("kid") == kid for key in self._kept.keys)
        if not known and self._older_than(AGAIN):
            async with self._one_at_a_time:
                await self._fetch()
        return list(self._kept.keys)

    def _older_than(self, age: timedelta) -> bool:
        fetched = self._kept.fetched_at
        return fetched is None or self._clock.wall() - fetched >= age

    async def _fetch(self) -> None:
        said = await self._call("GET", self._issuer.rstrip("/") + "/.well-known/openid-configuration")
        provider = provider_from(said, self._issuer)
        if provider.for_tests and self._settings.environment == "production":
            raise Refusal(USR_NO_PROVIDER)
        keys = (await self._call("GET", provider.jwks_uri)).get("keys")
        signing = [key for key in keys or () if isinstance(key, dict) and key.get("use", "sig") == "sig"]
        self._kept = Kept(provider, tuple(signing), self._clock.wall())

    async def _call(
        self, method: str, address: str, form: dict[str, str] | None = None, auth: httpx.Auth | None = None
    ) -> dict[str, Any]:
        try:
            async with httpx.AsyncClient(timeout=PATIENCE_SECONDS, trust_env=False) as client:
                answer = await client.request(
                    method, address, data=form, auth=auth, headers={"accept": "application/json"}
                )
            found = answer.json()
        except (httpx.HTTPError, ValueError) as fault:
            raise Refusal(USR_PROVIDER_SILENT, why=type(fault).__name__) from fault
        if answer.is_server_error or not isinstance(found, dict):
            raise Refusal(USR_PROVIDER_SILENT, why=answer.status_code)
        return found


def provider_from(said: dict[str, Any], issuer: str) -> Provider:
    """A discovery document of another issuer, or with addresses anybody may read on the way, is none."""
    begin, token, keys = (said.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"))
    if said.get("issuer") != issuer or not (is_safe(begin) and is_safe(token) and is_safe(keys)):
        raise Refusal(USR_PROVIDER_SILENT, why="the discovery document is not this issuer's")
    return Provider(issuer, str(begin), str(token), str(keys), said.get("tilts_test_sign_in") is True)


def is_safe(address: object) -> bool:
    if not isinstance(address, str):
        return False
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
