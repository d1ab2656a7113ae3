"""The exchange as a FHIR server: read, search, create, operate; the verbs of each kind of user stand on it."""

from collections.abc import AsyncIterator, Mapping
from copy import copy
from dataclasses import replace
from typing import Any, Self
from uuid import uuid4

from tilts_connector._async.connection import AsyncConnection
from tilts_connector._core import Answer, Call, Page, Params, Resource, page_of, parameters_of
from tilts_connector.credentials import Actor, Credentials, Options

LONGEST_PAGE = "50"


class AsyncExchange:
    """
    The exchange, as one organisation sees it.

    Keep one object for the life of the program: it holds the open connections (a mutual TLS handshake
    costs about eighteen requests) and the tokens. Tasks of one event loop may share it. Use it in
    `async with`, or call `aclose()`.

    Args:
        base_url: FHIR base, `https://host/fhir/r4`; `http://127.0.0.1:port/fhir/r4` is the plain port of a
            sandbox, where no certificate is shown.
        credentials: The system that calls.
        actor: The person and purpose; default: the practitioner of the credentials, for treatment.
        options: Language, patience, pool and the `on_call` hook.

    Raises:
        Misused: A file cannot be read, or the base is not an address that may be called.
    """

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        actor: Actor | None = None,
        options: Options | None = None,
    ) -> None:
        self._connection = AsyncConnection(base_url, credentials, options or Options())
        self.actor = actor or credentials.actor()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections, for all that act through them."""
        await self._connection.aclose()

    @property
    def credentials(self) -> Credentials:
        return self._connection.credentials

    @property
    def options(self) -> Options:
        return self._connection.options

    def acting_as(self, actor: Actor) -> Self:
        """The same exchange for another person or purpose: same connections, a token of its own."""
        other = copy(self)
        other.actor = actor
        return other

    async def bearer_token(self) -> str:
        """
        A token for this actor, for tools beside the connector; it lives minutes and is bound to the certificate.

        Raises:
            Refused: The exchange does not know the client, the person or the purpose.
            Unreachable: No answer; try again.
        """
        return await self._connection.bearer_token(self.actor)

    def signature_of(self, body: bytes) -> str:
        """
        The value of the header `X-Provenance` for exactly these bytes, signed as this actor.

        Raises:
            Misused: The actor names no practitioner.
        """
        return self._connection.signature_of(body, self.actor)

    async def metadata(self) -> Resource:
        """The CapabilityStatement; asked without a token."""
        call = self._connection.base.call("GET", "metadata")
        answer = await self._connection.ask(call, None)
        return answer.resource()

    async def read(self, resource_type: str, resource_id: str) -> Resource:
        """
        One resource by its logical id.

        Raises:
            Refused: Status 404 for one that does not exist and for one that is not yours to see.
            Unreachable: No usable answer; safe to repeat.
        """
        call = self._connection.base.read(resource_type, resource_id)
        return await self._ask(call)

    async def search(self, resource_type: str, params: Params) -> AsyncIterator[Page]:
        """
        Page after page of a search, newest first.

        Always sent as `POST {type}/_search`, so that person codes never stand in a URL. A next page can be
        fetched for 10 minutes; a list as value repeats the parameter.

        Raises:
            Refused: The parameters are not allowed, or the link of the next page has ended.
            Unreachable: No usable answer; safe to repeat from the start.
        """
        call = self._connection.base.search(resource_type, params)
        while True:
            page = page_of(await self._ask(call))
            yield page
            if page.next_url is None:
                return
            call = self._connection.base.next_page(page.next_url)

    async def matches(self, resource_type: str, params: Params) -> list[Resource]:
        """All that a search finds, from all its pages."""
        found: list[Resource] = []
        async for page in self.search(resource_type, {"_count": LONGEST_PAGE, **params}):
            found.extend(page.matches)
        return found

    async def by_identity(self, resource_type: str, system: str, value: str) -> Resource:
        """
        One resource by an identifier that must not stand in a URL, such as a person code.

        Raises:
            Refused: Status 404 if nobody has it.
            Unreachable: No usable answer; safe to repeat.
        """
        parameters = parameters_of(system={"valueUri": system}, value={"valueString": value})
        return await self.operation(f"{resource_type}/by-identity", parameters)

    async def create(self, resource: Mapping[str, Any]) -> Resource:
        """
        Store a resource, signed over the exact bytes that are sent.

        Safe to repeat if the resource has an `identifier` of your own: with the same one and the same
        content the exchange answers as the first time.

        Raises:
            Refused: The content breaks a rule, or IDM-002: the identifier was used for other content.
            Unreachable: Repeat with the same identifier; without one (`repeatable` is false) search first.
            Misused: No resourceType, not JSON, or no practitioner to sign for.
        """
        call = self._connection.base.create(dict(resource))
        return await self._ask(call)

    async def operation(
        self,
        path: str,
        parameters: Mapping[str, Any] | None = None,
        key: str | None = None,
        *,
        signed: bool = False,
    ) -> Resource:
        """
        Call an operation, such as `Task/{id}/$claim`.

        Args:
            path: Below the base.
            parameters: A Parameters resource, or nothing.
            key: Idempotency-Key, 1 to 64 visible characters, kept 30 days by the exchange; default: a new
                one, which `Unreachable.key` gives back.
            signed: Whether the operation wants the body signed.

        Raises:
            Refused: 409 for a state that does not allow it, with the facts; 422 for a key used otherwise.
            Unreachable: Repeat with the same key.
        """
        body = dict(parameters) if parameters is not None else None
        call = self._connection.base.operation(path, body, key or str(uuid4()))
        return await self._ask(replace(call, signed=signed))

    async def transaction(self, bundle: Mapping[str, Any], key: str | None = None) -> Resource:
        """
        Store several resources together or none, signed as one.

        Raises:
            Refused: One entry breaks a rule: nothing was stored.
            Unreachable: Repeat with the same key.
        """
        call = self._connection.base.transaction(dict(bundle), key or str(uuid4()))
        return await self._ask(call)

    async def beside(self, path: str, etag: str | None = None) -> Answer:
        """
        What stands beside the FHIR base, such as `classifiers`; status 304 when the copy with `etag` is still good.

        Raises:
            Refused: It is not yours to have, or not there.
            Unreachable: No usable answer; safe to repeat.
        """
        return await self._connection.ask(self._connection.base.beside(path, etag), self.actor)

    async def _ask(self, call: Call) -> Resource:
        answer = await self._connection.ask(call, self.actor)
        return answer.resource()
