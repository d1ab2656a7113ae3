"""One small exchange with TLS for each test, and what a client of it holds."""

from collections.abc import Iterator

import pytest

from tests.connector.keys import Held, make_authority, write_jwk
from tests.connector.peer import Peer, running
from tilts_connector import Credentials, Options, Patience, Seen


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def held(tmp_path_factory: pytest.TempPathFactory) -> Held:
    folder = tmp_path_factory.mktemp("pki")
    authority = make_authority(folder)
    server = authority.issue("server", server=True)
    certificate, key = authority.issue("client")
    jwk = write_jwk(folder / "jwk.json")
    ready_line = {
        "client_id": "practice-1",
        "org": "org-1",
        "site": "site-1",
        "cert": str(certificate),
        "key": str(key),
        "ca": str(authority.pem),
        "jwk": str(folder / "jwk.json"),
        "kid": "key-1",
        "practitioner": "practitioner-1",
        "role": "role-1",
    }
    return Held(authority, jwk, ready_line, (*server, authority.pem))


@pytest.fixture
def credentials(held: Held) -> Credentials:
    return Credentials.from_ready_line(held.ready_line)


@pytest.fixture
def peer(held: Held) -> Iterator[Peer]:
    with running(Peer(held.jwk), held.server) as one:
        yield one


@pytest.fixture
def plain_peer(held: Held) -> Iterator[Peer]:
    with running(Peer(held.jwk), None) as one:
        yield one


@pytest.fixture
def calls() -> list[Seen]:
    return []


@pytest.fixture
def options(calls: list[Seen]) -> Options:
    """Waits of thousandths, so that tests of repetition are quick; every request is noted in `calls`."""
    patience = Patience(timeout_seconds=5, first_wait_seconds=0.001, longest_wait_seconds=0.01)
    return Options(language="en", patience=patience, on_call=calls.append)
