"""A small real exchange for the connector's own tests: TLS, client certificates, tokens, and a few verbs.

It keeps what it received, and a test may plant faults: answers, silence, or a broken line.
"""

import asyncio
import base64
import json
import ssl
import threading
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

import uvicorn
from joserfc import jws, jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tests.connector.clinic import Clinic

RULES = "https://tilts.example/fhir/CodeSystem/rule"
FACT = "https://tilts.example/fhir/StructureDefinition/refusal-fact"

Fault = Callable[["Peer", Request], Awaitable[Response]]


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    certificate: bytes | None
    connection: tuple[str, int]


def outcome(status: int, rule_id: str, facts: dict[str, str], text: str = "No.") -> JSONResponse:
    extensions = [
        {"url": FACT, "extension": [{"url": "name", "valueCode": k}, {"url": "value", "valueString": v}]}
        for k, v in facts.items()
    ]
    issue = {
        "severity": "error",
        "code": "conflict",
        "details": {"coding": [{"system": RULES, "code": rule_id}], "text": text},
        "diagnostics": "Ask the holder.",
        "extension": extensions,
    }
    headers = {"X-Request-Id": "quoted-1"}
    return JSONResponse({"resourceType": "OperationOutcome", "issue": [issue]}, status, headers)


def answers(response: Callable[[], Response]) -> Fault:
    async def fault(_peer: "Peer", _request: Request) -> Response:
        return response()

    return fault


async def silent(_peer: "Peer", _request: Request) -> Response:
    await asyncio.sleep(30)
    return Response(status_code=500)


async def cuts_the_line(peer: "Peer", request: Request) -> Response:
    assert request.client is not None
    peer.transports[request.client.host, request.client.port].abort()
    return Response(status_code=500)


@dataclass
class Peer:
    jwk: dict[str, Any]
    clinic: Clinic = field(default_factory=Clinic)
    received: list[Received] = field(default_factory=list)
    claims: list[dict[str, Any]] = field(default_factory=list)
    faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    certificates: dict[tuple[str, int], bytes | None] = field(default_factory=dict)
    transports: dict[tuple[str, int], asyncio.Transport] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    token_seconds: float = 300
    url: str = ""

    def plant(self, path_end: str, *faults: Fault) -> None:
        self.faults[path_end].extend(faults)

    def seen(self, path_end: str) -> list[Received]:
        return [one for one in self.received if one.path.endswith(path_end)]

    async def serve(self, request: Request) -> Response:
        body = await request.body()
        assert request.client is not None
        client = (request.client.host, request.client.port)
        path, query = request.url.path, request.url.query
        headers = dict(request.headers)
        certificate = self.certificates[client]
        self.received.append(Received(request.method, path, query, headers, body, certificate, client))
        for path_end, faults in self.faults.items():
            if path.endswith(path_end) and faults:
                return await faults.popleft()(self, request)
        if path == "/oauth/token":
            return self.give_token(body)
        return self.fhir(request, path.removeprefix("/fhir/r4/"), body)

    def give_token(self, body: bytes) -> Response:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        assertion = jwt.decode(form["client_assertion"], ECKey.import_key(self.jwk), algorithms=["ES256"])
        claims = assertion.claims
        fresh = claims["jti"] not in {earlier["jti"] for earlier in self.claims}
        in_time = time.time() < claims["exp"] <= time.time() + 60
        if not (fresh and in_time and claims["aud"] == f"{self.url}/oauth/token"):
            return JSONResponse({"error": "invalid_client", "error_description": "no"}, 401)
        self.claims.append(claims)
        token = str(uuid4())
        self.tokens.add(token)
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": self.token_seconds}
        return JSONResponse({**answer, "scope": "system/*.rs"})

    def fhir(self, request: Request, path: str, body: bytes) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if path == "metadata":
            return JSONResponse({"resourceType": "CapabilityStatement"})
        if token not in self.tokens:
            return outcome(401, "TOK-002", {})
        if "x-provenance" in request.headers:
            self.verify(json.loads(request.headers["x-provenance"]), body)
        key = request.headers.get("idempotency-key")
        answer = self.clinic.answer(request.method, path, body, key)
        if answer is None:
            return outcome(404, "RES-001", {}, "Not found.")
        headers = {"Idempotency-Replayed": "true"} if answer.replayed else {}
        return Response(answer.body, answer.status, headers, "application/fhir+json")

    def verify(self, provenance: dict[str, Any], body: bytes) -> None:
        detached = base64.b64decode(provenance["signature"][0]["data"]).decode()
        verified = jws.deserialize_compact(_whole(detached, body), ECKey.import_key(self.jwk))
        assert verified.payload == body


def _whole(detached: str, body: bytes) -> str:
    head, _, signature = detached.split(".")
    return f"{head}.{base64.urlsafe_b64encode(body).decode().rstrip('=')}.{signature}"


@contextmanager
def running(peer: Peer, tls: tuple[Path, Path, Path] | None) -> Iterator[Peer]:
    """Serve on a free port in a thread; tls = (certificate, key, authority of the clients)."""

    class Protocol(HttpToolsProtocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            line = transport.get_extra_info("ssl_object")
            address = transport.get_extra_info("peername")[:2]
            peer.certificates[address] = line.getpeercert(binary_form=True) if line else None
            peer.transports[address] = transport

    app = Starlette(routes=[Route("/{path:path}", peer.serve, methods=["GET", "POST"])])
    config = uvicorn.Config(app, port=0, http=Protocol, log_level="critical", lifespan="off")
    if tls:
        config.ssl_certfile, config.ssl_keyfile, config.ssl_ca_certs = map(str, tls)
        config.ssl_cert_reqs = ssl.CERT_REQUIRED
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    peer.url = f"https://localhost:{port}" if tls else f"http://127.0.0.1:{port}"
    try:
        yield peer
    finally:
        server.should_exit = server.force_exit = True
        thread.join(5)
