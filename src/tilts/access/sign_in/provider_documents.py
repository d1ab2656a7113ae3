"""What an identity provider publishes, as it was last fetched: its addresses and its keys.

Documents are kept for an hour and fetched anew behind the caller's back from the half on. A key that is not
known is asked for at once, but not more often than once a minute: somebody who sends tokens with made-up key
names must not make us a nuisance.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from tilts.access.sign_in import openid
from tilts.access.sign_in.openid import Provider
from tilts.clock import Clock
from tilts.production import TEST_SIGN_IN_PATH
from tilts.rules import Refusal
from tilts.rules.accounts import USR_NO_PROVIDER, USR_PROVIDER_SILENT
from tilts.settings import Settings

KEPT: Final = timedelta(hours=1)
AGAIN: Final = timedelta(minutes=1)
PATIENCE_SECONDS: Final = 10
LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


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


@dataclass(slots=True)
class ProviderDocuments:
    """Of the one provider that is set; one object for each that asks it."""

    settings: Settings
    clock: Clock
    kept: Kept = field(default_factory=Kept)
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)
    _renewing: asyncio.Task[None] | None = None

    async def provider(self) -> Provider:
        if not issuer_of(self.settings):
            raise Refusal(USR_NO_PROVIDER)
        async with self._one_at_a_time:
            if self.kept.provider is None or self._older_than(KEPT):
                await self._fetch()
        self._renew()
        assert self.kept.provider is not None, "fetched just now"
        return self.kept.provider

    async def keys_for(self, token: str) -> list[dict[str, Any]]:
        """All keys; anew if the one that the token names is not among them."""
        kid = openid.key_id_of(token)
        known = kid is None or any(key.get("kid") == kid for key in self.kept.keys)
        if not known and self._older_than(AGAIN):
            async with self._one_at_a_time:
                await self._fetch()
        return list(self.kept.keys)

    def _renew(self) -> None:
        idle = self._renewing is None or self._renewing.done()
        if idle and self._older_than(KEPT / 2):
            self._renewing = asyncio.ensure_future(self._fetched_quietly())

    async def _fetched_quietly(self) -> None:
        try:
            await self._fetch()
        except Refusal:
            return  # what is kept is good for its hour; then the caller is told

    def _older_than(self, age: timedelta) -> bool:
        fetched = self.kept.fetched_at
        return fetched is None or self.clock.wall() - fetched >= age

    async def _fetch(self) -> None:
        issuer = issuer_of(self.settings)
        said = await ask("GET", issuer.rstrip("/") + "/.well-known/openid-configuration")
        provider = provider_from(said, issuer)
        if provider.for_tests and self.settings.environment == "production":
            raise Refusal(USR_NO_PROVIDER)
        keys = (await ask("GET", provider.jwks_uri)).get("keys")
        signing = [key for key in keys or () if isinstance(key, dict) and key.get("use", "sig") == "sig"]
        self.kept = Kept(provider, tuple(signing), self.clock.wall())


async def ask(
    method: str, address: str, form: dict[str, str] | None = None, auth: httpx.Auth | None = None
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
