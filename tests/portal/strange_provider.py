"""An identity provider on the street that can be told to lie: real HTTP on loopback, real keys."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from joserfc import jws
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

REGISTRY = jws.JWSRegistry(algorithms=["ES256", "HS256"])


@dataclass
class StrangeProvider:
    """What it says can be changed between two calls; what it was sent is kept."""

    issuer: str
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", auto_kid=True))
    claims: dict[str, Any] = field(default_factory=dict)
    discovery: dict[str, Any] = field(default_factory=dict)
    published: list[ECKey] | None = None
    sent: list[dict[str, str]] = field(default_factory=list)
    authorization: list[str] = field(default_factory=list)
    key_calls: int = 0
    spoil: Any = None  # changes the finished token

    def token(self) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": "tilts-portal", "sub": "someone", "name": "Kāda Persona"}
        claims |= {"acr": "high", "iat": now, "exp": now + 300, **self.claims}
        header = {"alg": "ES256", "kid": str(self.key.kid)}
        written = {name: value for name, value in claims.items() if value is not None}
        compact = jws.serialize_compact(header, json.dumps(written).encode(), self.key, registry=REGISTRY)
        return str(self.spoil(compact)) if self.spoil else compact

    def routes(self) -> list[Route]:
        async def discovery(request: Request) -> Response:
            said = {"issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize"}
            said |= {"token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys"}
            return JSONResponse({**said, **self.discovery})

        async def keys(request: Request) -> Response:
            self.key_calls += 1
            shown = self.published if self.published is not None else [self.key]
            return JSONResponse({"keys": [key.as_dict(private=False) for key in shown]})

        async def token(request: Request) -> Response:
            self.sent.append({name: str(value) for name, value in (await request.form()).items()})
            self.authorization.append(request.headers.get("authorization", ""))
            return JSONResponse({"id_token": self.token(), "access_token": "x", "token_type": "Bearer"})

        return [
            Route("/.well-known/openid-configuration", discovery),
            Route("/keys", keys),
            Route("/token", token, methods=["POST"]),
        ]


@contextmanager
def strange_provider() -> Iterator[StrangeProvider]:
    listening = socket.create_server(("127.0.0.1", 0))
    found = StrangeProvider(f"http://127.0.0.1:{listening.getsockname()[1]}")
    config = uvicorn.Config(Starlette(routes=found.routes()), log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.should_exit = True
        thread.join()
