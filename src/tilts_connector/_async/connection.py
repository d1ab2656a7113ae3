"""The line to the exchange: kept open, authorised for the person who acts, and tried again when it breaks."""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from tilts_connector._core import Answer, Call, Failure, Sent, accepted, base_of, wait_before_next
from tilts_connector._signing import load_signer, provenance_header
from tilts_connector._tls import broken_line, certificate_fault, tls_context
from tilts_connector._tokens import Token, TokenCache, assertion_claims, read_token, token_call
from tilts_connector.credentials import Actor, Credentials, Options, Seen
from tilts_connector.errors import Misused


class AsyncConnection:
    """One pool of connections and one store of tokens, shared by all who act for an organisation."""

    def __init__(self, base_url: str, credentials: Credentials, options: Options) -> None:
        self.credentials = credentials
        self.options = options
        self.base = base_of(base_url, options.token_url)
        self._signer = load_signer(credentials)
        self._tokens = TokenCache()
        self._one_token_at_a_time = asyncio.Lock()
        self._client = self._open_pool()

    def _open_pool(self) -> httpx.AsyncClient:
        options = self.options
        limits = httpx.Limits(
            max_connections=options.connections,
            max_keepalive_connections=options.connections,
            keepalive_expiry=options.keep_alive_seconds,
        )
        context = tls_context(self.credentials) if self.base.encrypted else None
        try:
            return httpx.AsyncClient(
                verify=context or True,
                timeout=options.patience.timeout_seconds,
                limits=limits,
                proxy=options.proxy,
                # .netrc would replace our Authorization header.
                trust_env=False,
            )
        except (ValueError, ImportError, httpx.InvalidURL) as error:
            raise Misused(f"the proxy cannot be used: {error}") from error

    async def aclose(self) -> None:
        await self._client.aclose()

    async def ask(self, call: Call, actor: Actor | None) -> Answer:
        """Send a call as this actor (None: as nobody) and give its "yes"; anything else is raised."""
        request_id = str(uuid4())
        call = self._signed(call, actor) if call.signed else call
        if actor is None:
            return accepted(await self._send(lambda: call, request_id), request_id)
        token = await self._token(actor)
        sent = await self._send(lambda: _with_token(call, token), request_id)
        if isinstance(sent.seen, Answer) and sent.seen.status == 401:
            # The exchange closes tokens before their end when a condition of access falls, or forgets
            # them at a restart. A 401 did nothing, so even what must not be repeated may be sent again.
            self._tokens.forget(actor, token)
            renewed = await self._token(actor)
            sent = await self._send(lambda: _with_token(call, renewed), request_id)
        return accepted(sent, request_id)

    def _signed(self, call: Call, actor: Actor | None) -> Call:
        if actor is None or actor.role_id is None:
            if self.base.encrypted:
                raise Misused("a signed write names a practitioner: give practitioner_id and role_id")
            return call  # the plain port of a sandbox takes unsigned writes, with a warning
        header = self.signature_of(call.body or b"", actor)
        return replace(call, headers={**call.headers, "X-Provenance": header})

    def signature_of(self, body: bytes, actor: Actor) -> str:
        if actor.role_id is None:
            raise Misused("a signature names a practitioner: give practitioner_id and role_id")
        organization_id = self.credentials.organization_id
        return provenance_header(self._signer, body, actor, organization_id, datetime.now(UTC))

    async def bearer_token(self, actor: Actor) -> str:
        token = await self._token(actor)
        return token.value

    async def _token(self, actor: Actor) -> Token:
        async with self._one_token_at_a_time:
            token = self._tokens.find(actor, time.monotonic())
            if token is None:
                asked_at = time.monotonic()
                request_id = str(uuid4())
                # Built anew for each try: an assertion is good once.
                sent = await self._send(lambda: self._token_call(actor), request_id)
                token = read_token(accepted(sent, request_id), asked_at)
                self._tokens.keep(actor, token, asked_at)
            return token

    def _token_call(self, actor: Actor) -> Call:
        claims = assertion_claims(self.credentials, actor, self.base.token_url, time.time())
        return token_call(self.base.token_url, self._signer, claims, actor)

    async def _send(self, prepare: Callable[[], Call], request_id: str) -> Sent:
        tries = 0
        while True:
            call = prepare()
            seen = await self._send_once(call, request_id)
            tries += 1
            wait = wait_before_next(call, seen, tries, self.options.patience, random.random())
            if wait is None:
                return Sent(call, seen, tries)
            await asyncio.sleep(wait)

    async def _send_once(self, call: Call, request_id: str) -> Answer | Failure:
        started = time.perf_counter()
        seen = await self._over_the_wire(call, request_id)
        if self.options.on_call is not None:
            answer = seen if isinstance(seen, Answer) else None
            self.options.on_call(
                Seen(
                    method=call.method,
                    path=urlsplit(call.url).path,
                    status=answer.status if answer else None,
                    milliseconds=(time.perf_counter() - started) * 1000,
                    replayed=answer.replayed if answer else False,
                )
            )
        return seen

    async def _over_the_wire(self, call: Call, request_id: str) -> Answer | Failure:
        if self._client.is_closed:
            raise Misused("this exchange object is closed")
        headers = {"Accept-Language": self.options.language, "X-Request-Id": request_id, **call.headers}
        try:
            response = await self._client.request(call.method, call.url, content=call.body, headers=headers)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError, UnicodeError) as error:
            raise Misused(f"the request cannot be sent as asked: {error}") from error
        except (
            httpx.HTTPError,
            OSError,
        ) as error:  # a TLS alert after the handshake comes as a bare SSLError
            if fault := certificate_fault(error):
                raise Misused(fault) from error
            return Failure(broken_line(error), error)
        return Answer(response.status_code, dict(response.headers), response.content)


def _with_token(call: Call, token: Token) -> Call:
    return replace(call, headers={**call.headers, "Authorization": f"Bearer {token.value}"})
