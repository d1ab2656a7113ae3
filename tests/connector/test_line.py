"""The line to the exchange: certificates on both sides, one handshake for many calls, tokens kept."""

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.connector.keys import Held, make_authority
from tests.connector.peer import Peer, answers, cuts_the_line, outcome, silent
from tilts_connector import (
    Actor,
    AsyncExchange,
    Credentials,
    Exchange,
    Misused,
    Options,
    Patience,
    Refused,
    Seen,
    Unreachable,
)

pytestmark = pytest.mark.anyio


def base(peer: Peer) -> str:
    return f"{peer.url}/fhir/r4"


async def test_the_exchange_sees_the_certificate_of_the_client(
    peer: Peer, credentials: Credentials, options: Options
) -> None:
    async with AsyncExchange(base(peer), credentials, options=options) as exchange:
        await exchange.read("Patient", "patient-1")

    assert credentials.certificate is not None
    own = ssl.PEM_cert_to_DER_cert(credentials.certificate.read_text())
    assert {one.certificate for one in peer.received} == {own}


async def test_many_calls_share_one_handshake(peer: Peer, credentials: Credentials, options: Options) -> None:
    async with AsyncExchange(base(peer), credentials, options=options) as exchange:
        for _ in range(10):
            await exchange.read("Patient", "patient-1")

    assert len({one.connection for one in peer.received}) == 1


async def test_an_exchange_with_a_foreign_certificate_is_not_trusted(
    peer: Peer, credentials: Credentials, options: Options, tmp_path: Path
) -> None:
    stranger = replace(credentials, authority=make_authority(tmp_path).pem)
    async with AsyncExchange(base(peer), stranger, options=options) as exchange:
        with pytest.raises(Misused, match="check `authority`"):
            await exchange.read("Patient", "patient-1")

    assert peer.received == []


async def test_a_certificate_of_a_foreign_authority_dies_in_the_handshake(
    peer: Peer, credentials: Credentials, options: Options, tmp_path: Path
) -> None:
    certificate, key = make_authority(tmp_path).issue("stranger")
    stranger = replace(credentials, certificate=certificate, private_key=key)

    async with AsyncExchange(base(peer), stranger, options=options) as exchange:
        with pytest.raises(Unreachable, match="check `certificate`"):
            await exchange.metadata()

    assert peer.received == []


@pytest.mark.parametrize("kind", ["async", "sync"])
async def test_a_server_that_says_why_it_broke_off_makes_it_misuse(
    kind: str, held: Held, credentials: Credentials, options: Options, tmp_path: Path
) -> None:
    certificate, key = make_authority(tmp_path).issue("stranger")
    stranger = replace(credentials, certificate=certificate, private_key=key)

    with refusing_with_an_alert(held) as url, pytest.raises(Misused, match="check `certificate`"):
        if kind == "async":
            async with AsyncExchange(url, stranger, options=options) as exchange:
                await exchange.metadata()
        else:
            await asyncio.to_thread(Exchange(url, stranger, options=options).metadata)


@contextmanager
def refusing_with_an_alert(held: Held) -> Iterator[str]:
    """A listener that hangs up late enough for its alert to arrive."""
    certificate, key, authority = held.server
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority)
    context.load_cert_chain(certificate, key)
    context.verify_mode = ssl.CERT_REQUIRED
    listener = socket.create_server(("127.0.0.1", 0))

    def answer_one() -> None:
        line, _ = listener.accept()
        with context.wrap_socket(line, server_side=True, do_handshake_on_connect=False) as secured:
            with pytest.raises(ssl.SSLError):
                secured.do_handshake()
            time.sleep(0.3)

    thread = threading.Thread(target=answer_one)
    thread.start()
    yield f"https://localhost:{listener.getsockname()[1]}/fhir/r4"
    thread.join()
    listener.close()


async def test_one_token_serves_until_shortly_before_its_end(
    peer: Peer, credentials: Credentials, options: Options
) -> None:
    async with AsyncExchange(base(peer), credentials, options=options) as exchange:
        await exchange.read("Patient", "patient-1")
        await exchange.read("Patient", "patient-1")
        assert len(peer.claims) == 1

        peer.token_seconds = 30  # at its end already, counted with the margin
        other = exchange.acting_as(Actor("practitioner-2", "role-2"))
        await other.read("Patient", "patient-1")
        await other.read("Patient", "patient-1")

    assert [one["extensions"]["hl7-b2b"]["subject_id"] for one in peer.claims] == [
        "practitioner-1",
        "practitioner-2",
        "practitioner-2",
    ]


async def test_the_assertion_says_who_and_why(peer: Peer, credentials: Credentials, options: Options) -> None:
    async with AsyncExchange(base(peer), credentials, options=options) as exchange:
        await exchange.read("Patient", "patient-1")

    [claims] = peer.claims
    assert claims["iss"] == claims["sub"] == "practice-1"
    assert claims["extensions"]["hl7-b2b"] == {
        "version": "1",
        "organization_id": "urn:uuid:org-1",
        "purpose_of_use": ["TREAT"],
        "subject_id": "practitioner-1",
        "subject_role": "role-1",
    }


async def test_calls_at_once_fetch_one_token(peer: Peer, credentials: Credentials, options: Options) -> None:
    async with AsyncExchange(base(peer), credentials, options=options) as exchange:
        await asyncio.gather(*(exchange.read("Patient", "patient-1") for _ in range(8)))

    assert len(peer.claims) == 1


async def test_a_token_that_was_closed_is_fetched_anew(
    peer: Peer, credentials: Credentials, options: Options
) -> None:
    async with AsyncExchange(base(peer), credentials, options=options) as exchange:
        await exchange.read("Patient", "patient-1")
        peer.tokens.clear()
        await exchange.read("Patient", "patient-1")

    assert len(peer.claims) == 2


async def test_each_try_for_a_token_has_an_assertion_of_its_own(
    peer: Peer, credentials: Credentials, options: Options
) -> None:
    peer.plant("/oauth/token", cuts_the_line, answers(lambda: outcome(503, "TOK-009", {})))
    async with AsyncExchange(base(peer), credentials, options=options) as exchange:
        await exchange.read("Patient", "patient-1")

    assert len({one.body for one in peer.seen("/oauth/token")}) == 3


async def test_silence_is_unreachable_after_three_tries(peer: Peer, credentials: Credentials) -> None:
    peer.plant("patient-1", silent, silent, silent)
    options = Options(patience=Patience(timeout_seconds=0.2, first_wait_seconds=0.001))
    async with AsyncExchange(base(peer), credentials, options=options) as exchange:
        with pytest.raises(Unreachable) as error:
            await exchange.read("Patient", "patient-1")

    assert (error.value.tries, error.value.status, error.value.repeatable) == (3, None, True)


async def test_nobody_there_is_unreachable(credentials: Credentials, options: Options) -> None:
    async with AsyncExchange("https://localhost:1/fhir/r4", credentials, options=options) as exchange:
        with pytest.raises(Unreachable, match="ConnectError"):
            await exchange.metadata()


async def test_on_call_tells_each_request_without_its_query(
    peer: Peer, credentials: Credentials, options: Options, calls: list[Seen]
) -> None:
    async with AsyncExchange(base(peer), credentials, options=options) as exchange:
        await exchange.by_identity("Patient", "urn:oid:2.999.1.3.1.1", "10039025379")

    assert [(one.method, one.path, one.status) for one in calls] == [
        ("POST", "/oauth/token", 200),
        ("POST", "/fhir/r4/Patient/by-identity", 200),
    ]
    assert all("10039025379" not in one.path + one.query for one in peer.received)


def test_the_plain_port_needs_no_certificate(plain_peer: Peer, held: Held, options: Options) -> None:
    plain = Credentials.from_ready_line({**held.ready_line, "cert": None, "key": None, "ca": None})
    with Exchange(base(plain_peer), plain, options=options) as exchange:
        assert exchange.read("Patient", "patient-1")["id"] == "patient-1"


@pytest.mark.parametrize(
    "url", ["http://exchange.example/fhir/r4", "localhost:8443", "https://localhost:1/fhir?x=1"]
)
def test_a_base_that_may_not_be_called_is_misused(url: str, credentials: Credentials) -> None:
    with pytest.raises(Misused):
        Exchange(url, credentials)


def test_files_that_cannot_be_used_are_misused(credentials: Credentials, tmp_path: Path) -> None:
    broken = tmp_path / "jwk.json"
    broken.write_text('{"kty": "EC", "crv": "P-256", "kid": "a"}')
    missing = tmp_path / "none.json"
    for wrong in (
        replace(credentials, jwk=missing),
        replace(credentials, jwk=broken),
        replace(credentials, certificate=broken),
        replace(credentials, certificate=None),
    ):
        with pytest.raises(Misused):
            Exchange("https://localhost:1/fhir/r4", wrong)


async def test_a_client_that_is_not_known_is_refused(
    peer: Peer, credentials: Credentials, options: Options
) -> None:
    peer.plant("/oauth/token", answers(lambda: outcome(401, "TOK-001", {})))
    async with AsyncExchange(base(peer), credentials, options=options) as exchange:
        with pytest.raises(Refused) as error:
            await exchange.read("Patient", "patient-1")

    assert (error.value.rule_id, error.value.status) == ("TOK-001", 401)


async def test_a_closed_exchange_is_misused(peer: Peer, credentials: Credentials, options: Options) -> None:
    exchange = AsyncExchange(base(peer), credentials, options=options)
    await exchange.aclose()
    with pytest.raises(Misused, match="closed"):
        await exchange.metadata()
