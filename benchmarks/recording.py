"""The statements of a call, written down while the exchange itself sends them.

A second house, in this process and on the same database, is called without a network; its sessions keep
a list of what they send. So the floor (floor.py) always follows the code.
"""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from unittest import mock

from psycopg import AsyncConnection, AsyncCursor
from psycopg.abc import Params
from psycopg.sql import Composable

from benchmarks.scenes import Cast, Scene
from proofs.driver.http import Answer
from proofs.driver.parties import Party, Patient, Request
from tilts.house import build, configure_logs
from tilts.lab.environment import Environment
from tilts.store import tx
from tilts.transport.peer import CERTIFICATE

SENT: Final[list["Statement"]] = []


@dataclass(frozen=True, slots=True)
class Statement:
    text: str  # with %(name)s where a value goes
    rows: list[dict[str, Any]]  # more than one: sent as a batch


@dataclass(slots=True)
class Recorded:
    """One play of a scene: the transactions in order, and the prescription number that was made in it."""

    transactions: list[list[Statement]] = field(default_factory=list)
    number: str = ""


class RecordingCursor(AsyncCursor[Any]):
    async def execute(self, query: Any, params: Params | None = None, **rest: Any) -> Any:
        SENT.append(Statement(text_of(query, self.connection), [dict(params or {})]))
        return await super().execute(query, params, **rest)

    async def executemany(self, query: Any, params_seq: Any, **rest: Any) -> None:
        rows = [dict(row) for row in params_seq]
        SENT.append(Statement(text_of(query, self.connection), rows))
        await super().executemany(query, rows, **rest)


class RecordingSession(tx.Session):
    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.cursor_factory = RecordingCursor


def text_of(query: str | bytes | Composable, connection: AsyncConnection[Any]) -> str:
    if isinstance(query, bytes):
        return query.decode()
    return query if isinstance(query, str) else query.as_string(connection)


class Recorder:
    """Calls the application as the TLS port would, with the caller's certificate."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._now = Recorded()

    async def play(self, scene: Scene, cast: Cast, patient: Patient) -> Recorded:
        self._now = Recorded()
        await scene.play(cast, patient, self.send)
        return self._now

    async def send(self, party: Party, request: Request) -> Answer:
        headers = request.headers | {"Authorization": f"Bearer {await party.token()}"}
        SENT.clear()
        answer = await self._call(party, request, headers)
        if answer.status >= 300:
            raise RuntimeError(f"recording {request.path}: {answer.status} {answer.body!r}")
        self._now.transactions.append(list(SENT))
        if request.path == "/MedicationRequest":
            self._now.number = answer.json()["groupIdentifier"]["value"]
        return answer

    async def _call(self, party: Party, request: Request, headers: dict[str, str]) -> Answer:
        pem = party.credentials.certificate
        assert pem is not None, "a client of the sandbox has a certificate"
        scope = {
            "type": "http",
            "method": request.method,
            "path": party.base + request.path,
            "query_string": b"",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "extensions": {CERTIFICATE: {"der": first_certificate(pem.read_text())}},
        }
        told: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": request.body}

        async def send(message: Any) -> None:
            told.append(message)

        await self._app(scope, receive, send)
        body = b"".join(message.get("body", b"") for message in told)
        return Answer(told[0]["status"], {}, body)


def first_certificate(pem: str) -> bytes:
    end = "-----END CERTIFICATE-----"
    return ssl.PEM_cert_to_DER_cert(pem[: pem.index(end) + len(end)])


@asynccontextmanager
async def recorder(environment: Environment) -> AsyncIterator[Recorder]:
    configure_logs("warning", "test")
    with mock.patch.object(tx, "Session", RecordingSession):
        house = build(environment.settings)
    await house.database.open()
    try:
        yield Recorder(house.tls)
    finally:
        await house.database.close()
