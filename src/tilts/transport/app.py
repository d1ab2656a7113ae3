"""The ASGI application: from a request to the route that answers it, and nothing more.

POST /oauth/token   GET /fhir/r4/metadata   GET /healthz   everything else below /fhir/r4
"""

import re
import time
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qsl

import structlog
from starlette.types import Receive, Scope, Send

from tilts.access.admitting import Trace
from tilts.access.pipeline import Pipeline
from tilts.access.routes import Incoming, Route
from tilts.measures import Measures
from tilts.rules import Refusal
from tilts.rules.wire import WIRE_METHOD, WIRE_NO_SUCH_ADDRESS, WIRE_TOO_LARGE
from tilts.settings import Settings
from tilts.transport.long_answers import PIECE_BYTES, Watch, cut, send_in_pieces
from tilts.transport.negotiate import check_accept, language_of, preference, request_id_of
from tilts.transport.observing.eye import Exchanged, Observer
from tilts.transport.observing.losing import lose_answer
from tilts.transport.outcomes import answer_for, log_fault, outcome
from tilts.transport.peer import certificate_of
from tilts.transport.routing import RouteTable
from tilts_fhir.json_strict import encode

BASE: Final = ("fhir", "r4")
VALIDATE: Final = "$validate"
UNKNOWN: Final = "address.unknown"  # the audit event of an address that is not there
TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\Z")
log = structlog.get_logger("tilts.calls")


@dataclass(frozen=True, slots=True)
class Listener:
    """How this application is reached: which port, and who hands over the certificate."""

    plain: bool = False
    behind_proxy: bool = False


class CutOff(Exception):
    """The caller went away before the body was whole."""


class FhirApp:
    """Everything below /fhir/r4 of one listener."""

    def __init__(
        self,
        table: RouteTable,
        pipeline: Pipeline,
        settings: Settings,
        measures: Measures,
        listener: Listener,
        observer: Observer | None = None,
    ) -> None:
        self._table = table
        self._pipeline = pipeline
        self._settings = settings
        self._measures = measures
        self._listener = listener
        self.observer = observer  # the lab's; None outside the test environment

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        try:
            incoming, too_large = await self.incoming(scope, receive)
        except CutOff:
            return  # nobody is there to be answered, and half a body asks for nothing
        route, ids = self._table.find(incoming.method, incoming.path)
        trace = Trace()
        try:
            await self._check(route, incoming, too_large)
            status, headers, body = await self._answer(route, incoming, ids, trace)
        except Exception as end:
            log_fault(end, incoming.request_id)
            status, headers, body = answer_for(
                end,
                incoming.language,
                incoming.request_id,
                self._settings.canonical_base,
                self._settings.portal_base,
            )
            if status == 405:
                headers["allow"] = ", ".join(self._table.methods(incoming.path))
        if self.observer is not None:
            seen = Exchanged(incoming, route.path if route else "*", ids, status, headers, body)
            if await self.observer.saw(seen, trace.connection):
                return await lose_answer(scope, receive)
        watch = self._watch(route, incoming, trace) if len(body) > PIECE_BYTES else None
        if not await respond(send, incoming, status, headers, body, watch):
            await cut(scope, receive, incoming.request_id)
        event = route.audit_event if route else UNKNOWN
        self._measures.record(event, status, time.perf_counter() - began)
        log.info("call", request_id=incoming.request_id, audit_event=event, status=status)

    def _watch(self, route: Route | None, incoming: Incoming, trace: Trace) -> Watch | None:
        """Of files that are given to a connection; what the sandbox gives to everybody is not watched."""
        if route is None or not route.feed or trace.connection is None:
            return None
        asked = partial(self._pipeline.still_open, route, incoming, trace.connection.client_id)
        return Watch(asked, self._settings.gate_refresh_seconds)

    async def _check(self, route: Route | None, incoming: Incoming, too_large: bool) -> None:
        """What can be refused before anybody is asked who they are; written down like the rest."""
        try:
            if too_large:
                raise Refusal(WIRE_TOO_LARGE, limit_bytes=self._limit(incoming.path))
            if route is None:
                raise Refusal(WIRE_METHOD if self._table.knows(incoming.path) else WIRE_NO_SUCH_ADDRESS)
            if not route.feed:  # files are taken as they are: RFC 9110 section 12.5.1 lets a server send them
                check_accept(incoming.headers.get("accept", ""), dict(incoming.query).get("_format"))
        except Refusal as no:
            event = route.audit_event if route else UNKNOWN
            await self._pipeline.write_down(event, incoming, Trace(), no)
            raise

    async def _answer(
        self, route: Route | None, incoming: Incoming, ids: dict[str, str], trace: Trace
    ) -> tuple[int, dict[str, str], bytes]:
        assert route is not None, "checked before"
        status, headers, body = await self._pipeline.run(route, incoming, ids, trace)
        if route.key != "none" and body and trace.no is None:  # a search, and a no, are told in full
            body = preferred(incoming.headers.get("prefer", ""), body, headers)
        return status, headers, body

    async def incoming(self, scope: Scope, receive: Receive) -> tuple[Incoming, bool]:
        """The request as a value; the body is cut off as soon as it is over its limit."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        segments = tuple(part for part in scope["path"].split("/") if part)
        path = segments[len(BASE) :] if segments[: len(BASE)] == BASE else segments
        body, too_large = await read_body(receive, self._limit(path))
        incoming = Incoming(
            method=scope["method"],
            path=path,
            query=parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True),
            headers=headers,
            body=body,
            certificate=certificate_of(scope, behind_proxy=self._listener.behind_proxy),
            plain=self._listener.plain,
            request_id=request_id_of(headers.get("x-request-id", "")),
            language=language_of(headers.get("accept-language", "")),
            peer=str(scope["client"][0]) if scope.get("client") else "",
        )
        return incoming, too_large

    def _limit(self, path: tuple[str, ...]) -> int:
        """The larger one for what may be a Bundle: a transaction, and what is to be checked."""
        may_be_bundle = not path or path[-1] == VALIDATE
        return self._settings.bundle_limit_bytes if may_be_bundle else self._settings.body_limit_bytes


async def read_body(receive: Receive, limit_bytes: int) -> tuple[bytes, bool]:
    parts: list[bytes] = []
    length = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise CutOff  # an operation with an empty body is a good one: half a body must not become it
        part = message.get("body", b"")
        length += len(part)
        if length > limit_bytes:
            return b"", True
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts), False


async def respond(
    send: Send,
    incoming: Incoming,
    status: int,
    headers: dict[str, str],
    body: bytes,
    watch: Watch | None = None,
) -> bool:
    """False when the caller may no longer have the rest of it."""
    headers["X-Request-Id"] = incoming.request_id
    headers.setdefault("content-language", incoming.language)
    headers["content-length"] = str(len(body))
    headers.setdefault("cache-control", "no-store")
    traceparent = incoming.headers.get("traceparent", "")
    if TRACEPARENT.match(traceparent):
        headers["traceparent"] = traceparent
    encoded = [
        (name.lower().encode("latin-1"), value.encode("latin-1", "replace"))
        for name, value in headers.items()
    ]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    if watch is not None:
        return await send_in_pieces(send, body, watch)
    await send({"type": "http.response.body", "body": body})
    return True


def preferred(prefer: str, body: bytes, headers: dict[str, str]) -> bytes:
    """Prefer: return=minimal gives no body, return=OperationOutcome says that it went well."""
    wanted = preference(prefer)
    if wanted == "representation":
        return body
    if wanted == "minimal":
        headers.pop("content-type", None)
        return b""
    issue: dict[str, Any] = {"severity": "information", "code": "informational"}
    issues = [issue]
    if "Warning" in headers:
        issues = [{"severity": "warning", "code": "security", "diagnostics": headers["Warning"]}]
    return encode(outcome(issues))
