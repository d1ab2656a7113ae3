"""What HAProxy with our configuration lets through to whom: hosts, headers, TLS, numbers of connections, slow clients."""

import base64
import socket
import ssl
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from proofs.driver.front import HAPROXY, PORTAL_HOST, Front, haproxy
from tests.running import Running
from tests.transport.hostile.echoing import echoing, open_port
from tests.transport.hostile.reading import answer_on, closed, request
from tests.transport.wire import tls

pytestmark = pytest.mark.skipif(
    not HAPROXY.exists(), reason="haproxy is not installed (Debian: apt-get install haproxy)"
)
PRODUCTION = "production.localhost"
MOST = 6  # connections of one client in these tests


@dataclass
class Street:
    """The front before three servers that tell what reached them, and the ways to come to it."""

    front: Front
    facts: dict[str, Any]

    def context(self, client: str = "") -> ssl.SSLContext:
        facts = self.facts["clients"][client or "practice"]
        context = tls(facts["ca"], *((Path(facts["cert"]), Path(facts["key"])) if client else ()))
        context.check_hostname = False  # one certificate serves all hosts here
        return context

    def line(self, host: str = "localhost", context: ssl.SSLContext | None = None) -> ssl.SSLSocket:
        plain = socket.create_connection(("127.0.0.1", self.front.port), timeout=10)
        return (context or self.context()).wrap_socket(plain, server_hostname=host)

    def asked(
        self, content: bytes, host: str = "localhost", context: ssl.SSLContext | None = None
    ) -> httpx.Response:
        with self.line(host, context) as line:
            line.sendall(content)
            return answer_on(line)

    def get(self, host: str, client: str = "", headers: dict[str, str] | None = None) -> httpx.Response:
        return self.asked(request(host, headers), host, self.context(client))


@pytest.fixture(scope="module")
def street(exchange: Running) -> Iterator[Street]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tilts-")))
        front = stack.enter_context(open_port())
        for name in ("test", "production", "portal"):
            stack.enter_context(echoing(folder / f"{name}.sock", name))
        test = replace(
            exchange.settings,
            sandbox=False,  # as where it stands on the street
            public_base="https://localhost/fhir/r4",
            portal_base=f"https://{PORTAL_HOST}/",
            front_portal=f"unix@{folder}/portal.sock",
            front_sockets=str(folder / "test.sock"),
            front_handshakes_per_second=0,
            connections_per_client=MOST,
            head_seconds=1,
            body_seconds=1,
        )
        production = replace(
            test,
            environment="production",
            public_base=f"https://{PRODUCTION}/fhir/r4",
            front_portal="",
            front_sockets=str(folder / "production.sock"),
        )
        started = stack.enter_context(haproxy(folder / "front", front, test, production))
        yield Street(started, exchange.facts)


def seen(answer: httpx.Response) -> dict[str, list[str]]:
    assert answer.status_code == 200, answer.text
    found: dict[str, list[str]] = {}
    for name, value in answer.json()["headers"]:
        found.setdefault(name.lower(), []).append(value)
    return found


def leaf_of(street: Street, client: str) -> str:
    certificate = x509.load_pem_x509_certificate(Path(street.facts["clients"][client]["cert"]).read_bytes())
    return f":{base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()}:"


@pytest.mark.parametrize(
    ("host", "name"), [("localhost", "test"), (PRODUCTION, "production"), (PORTAL_HOST, "portal")]
)
def test_each_environment_has_a_host_and_a_socket_of_its_own(street: Street, host: str, name: str) -> None:
    assert street.get(host, "practice").json()["name"] == name


@pytest.mark.parametrize(
    ("opened_for", "asked_for"),
    [
        ("localhost", PRODUCTION),
        ("localhost", PORTAL_HOST),
        (PORTAL_HOST, "localhost"),
        ("localhost", "x.example"),
    ],
)
def test_a_connection_serves_only_the_host_that_it_was_opened_for(
    street: Street, opened_for: str, asked_for: str
) -> None:
    answer = street.asked(request(asked_for), opened_for, street.context("practice"))
    assert (answer.status_code, answer.json()["resourceType"]) == (421, "OperationOutcome")


def test_a_host_that_is_not_ours_dies_in_the_handshake(street: Street) -> None:
    with pytest.raises(ssl.SSLError):
        street.line("x.example")


def test_the_exchange_hears_the_certificate_and_the_portal_never_asks_for_one(street: Street) -> None:
    assert seen(street.get("localhost", "practice"))["client-cert"] == [leaf_of(street, "practice")]
    assert "client-cert" not in seen(street.get(PORTAL_HOST, "practice"))
    assert "client-cert" not in seen(street.get("localhost"))


def test_a_strangers_certificate_dies_at_the_exchange_and_is_not_looked_at_by_the_portal(
    street: Street,
) -> None:
    folder = Path(street.facts["pki"]) / "clients" / "wrong-issuer"
    context = street.context()
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    assert street.asked(request(PORTAL_HOST), PORTAL_HOST, context).status_code == 200
    with pytest.raises((ssl.SSLError, OSError, AssertionError)):
        street.asked(request("localhost"), "localhost", context)


FORGED = (
    "Client-Cert",
    "client-cert",
    "Client_Cert",
    "Client-Cert-Chain",
    "X-SSL-Cert",
    "X-SSL-Client-Verify",
    "X-SSL-Client-Cert",
    "SSL-Client-Cert",
    "X_SSL_Client_Cert",
    "X-Client-Cert",
    "X-Client-Verify",
    "X-Forwarded-Client-Cert",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "Forwarded",
    "X-Real-IP",
    "X-Original-URL",
    "X-Rewrite-URL",
    "X-HTTP-Method-Override",
    "X-Method-Override",
)


@pytest.mark.parametrize("name", FORGED)
@pytest.mark.parametrize("client", ["practice", ""])
def test_a_header_that_speaks_of_certificates_or_senders_does_not_come_through(
    street: Street, client: str, name: str
) -> None:
    forged = leaf_of(street, "pharmacy")
    came = seen(street.get("localhost", client, {name: forged, "X-Request-Id": "kept"}))
    assert not [value for values in came.values() for value in values if value == forged]
    assert came["x-request-id"] == ["kept"]


@pytest.mark.parametrize(
    ("version", "ciphers", "taken"),
    [
        (ssl.TLSVersion.TLSv1, "ALL:@SECLEVEL=0", None),
        (ssl.TLSVersion.TLSv1_1, "ALL:@SECLEVEL=0", None),
        (ssl.TLSVersion.TLSv1_2, "ECDHE+AESGCM", "TLSv1.2"),
        (ssl.TLSVersion.TLSv1_2, "ECDHE+CHACHA20", "TLSv1.2"),
        (ssl.TLSVersion.TLSv1_2, "AES128-GCM-SHA256:AES256-SHA:@SECLEVEL=0", None),  # key exchange by RSA
        (ssl.TLSVersion.TLSv1_2, "ECDHE+AES:!AESGCM:!AESCCM:@SECLEVEL=0", None),  # CBC
        (ssl.TLSVersion.TLSv1_2, "DHE+AESGCM:!ECDHE:@SECLEVEL=0", None),
        (ssl.TLSVersion.TLSv1_2, "aNULL:@SECLEVEL=0", None),
        (ssl.TLSVersion.TLSv1_3, "DEFAULT", "TLSv1.3"),
    ],
)
@pytest.mark.parametrize("host", ["localhost", PORTAL_HOST])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_tls_is_1_3_or_1_2_with_ecdhe_and_aead(
    street: Street, host: str, version: ssl.TLSVersion, ciphers: str, taken: str | None
) -> None:
    context = street.context()
    context.set_ciphers(ciphers)
    context.minimum_version = context.maximum_version = version
    if taken is None:
        with pytest.raises(OSError):
            street.line(host, context).close()
        return
    with street.line(host, context) as line:
        assert line.version() == taken


def test_no_ticket_is_given_and_a_session_taken_up_again_brings_its_certificate(street: Street) -> None:
    context = street.context("practice")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with street.line("localhost", context) as first:
        first.sendall(request("localhost"))
        before = seen(answer_on(first))["client-cert"]
        session = first.session
    assert session is not None and not session.has_ticket
    plain = socket.create_connection(("127.0.0.1", street.front.port), timeout=10)
    with context.wrap_socket(plain, server_hostname="localhost", session=session) as again:
        assert again.session_reused
        again.sendall(request("localhost"))
        assert seen(answer_on(again))["client-cert"] == before


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (request("localhost", first="GET /" + "a" * 9_000), 414),
        (request("localhost", {"X-Long": "a" * 17_000}), 431),
        (request("localhost", {f"X-{n}": "a" for n in range(150)}), 431),
        (request("localhost", {"Content-Length": str(2**30)}, first="POST /fhir/r4/x"), 413),
        (request("localhost", first="TRACE /fhir/r4/x"), 405),
        (request("localhost", first="CONNECT localhost:443"), 405),
        (request("localhost", first="FETCH /fhir/r4/x"), 405),
        (b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "",
)
def test_what_is_beyond_a_limit_of_the_front_is_told_so_and_the_line_ends(
    street: Street, content: bytes, status: int
) -> None:
    with street.line() as line:
        line.sendall(content)
        answer = answer_on(line)
        assert closed(line) == b""
    assert (answer.status_code, answer.json()["resourceType"]) == (status, "OperationOutcome")
    assert answer.headers["content-language"] == "lv, en"
    assert answer.headers["x-request-id"]


def test_a_person_gets_a_page_where_a_system_gets_an_outcome(street: Street) -> None:
    answer = street.asked(request(PORTAL_HOST, first="TRACE /"), PORTAL_HOST)
    assert answer.status_code == 405
    assert answer.headers["content-type"].startswith("text/html")
    assert "Šī metode" in answer.content.decode()


def test_one_client_holds_so_many_connections_and_the_next_one_is_told_so(street: Street) -> None:
    with ExitStack() as stack:
        context = street.context("pharmacy")
        lines = [stack.enter_context(street.line("localhost", context)) for _ in range(MOST)]
        for line in lines:
            line.sendall(request("localhost"))
            assert answer_on(line).status_code == 200
        with street.line("localhost", context) as further:
            further.sendall(request("localhost"))
            answer = answer_on(further)
            assert closed(further) == b""
        assert (answer.status_code, answer.json()["issue"][0]["code"]) == (429, "throttled")
        assert answer.headers["retry-after"]
        assert street.get("localhost", "practice").status_code == 200, "another client is not concerned"
        for line in lines:
            line.sendall(request("localhost"))
            assert answer_on(line).status_code == 200, "those that were there first go on"
    assert street.get("localhost", "pharmacy").status_code == 200


def test_people_behind_one_address_are_not_counted_as_one_client(street: Street) -> None:
    with ExitStack() as stack:
        context = street.context()
        for _ in range(2 * MOST + 2):
            line = stack.enter_context(street.line(PORTAL_HOST, context))
            line.sendall(request(PORTAL_HOST))
            assert answer_on(line).status_code == 200


HEAD = b"POST /fhir/r4/x HTTP/1.1\r\nHost: localhost\r\n"
SLOW: dict[str, tuple[bytes, bytes]] = {  # what is sent at once, and what drips after it
    "a request line": (b"GET /", b"a"),
    "headers": (HEAD + b"X-Slow: ", b"a"),
    "a body": (HEAD + b"Content-Length: 1000\r\n\r\n", b"a"),
    "chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", b"1\r\na\r\n"),
    "nothing at all": (b"", b""),
}


@pytest.mark.parametrize("kind", SLOW)
def test_a_slow_client_is_closed_while_a_healthy_one_is_served(street: Street, kind: str) -> None:
    """It drips as long as it is let; the limit of one second is set here, ten and thirty are shipped."""
    first, drop = SLOW[kind]
    with street.line() as line:
        line.sendall(first)
        line.settimeout(0.05)
        ends = time.monotonic() + 20
        got = b""
        while time.monotonic() < ends:
            try:
                piece = line.recv(65_536)
                got += piece
                if not piece:
                    break
            except TimeoutError:
                assert street.get("localhost", "practice").status_code == 200
                try:
                    line.sendall(drop)
                except OSError:
                    break
            except OSError:
                break
        else:
            pytest.fail(f"{kind}: still open")
    assert not got or (got.startswith(b"HTTP/1.1 408") and b"OperationOutcome" in got), got


def test_a_handshake_that_does_not_go_on_is_closed(street: Street) -> None:
    with socket.create_connection(("127.0.0.1", street.front.port), timeout=20) as line:
        line.sendall(b"\x16\x03\x01\x02\x00\x01")
        assert line.recv(100) == b""


def test_nothing_of_the_portals_or_the_exchanges_answers_says_who_serves_it(street: Street) -> None:
    for host in ("localhost", PORTAL_HOST):
        answer = street.get(host)
        assert "haproxy" not in str(answer.headers).lower()
        assert answer.headers["strict-transport-security"]


def test_a_server_that_goes_away_costs_no_read(exchange: Running) -> None:
    """Two sockets for one environment, as for a restart of one after the other."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tilts-")))
        front = stack.enter_context(open_port())
        stack.enter_context(echoing(folder / "stays.sock", "stays"))
        leaves = stack.enter_context(ExitStack())
        leaves.enter_context(echoing(folder / "leaves.sock", "leaves"))
        settings = replace(
            exchange.settings,
            public_base="https://localhost/fhir/r4",
            front_sockets=f"{folder}/stays.sock,{folder}/leaves.sock",
            front_handshakes_per_second=0,
        )
        street = Street(stack.enter_context(haproxy(folder / "front", front, settings)), exchange.facts)
        both = {street.get("localhost").json()["name"] for _ in range(8)}
        leaves.close()
        after = [street.get("localhost").json()["name"] for _ in range(8)]
    assert both == {"stays", "leaves"}
    assert set(after) == {"stays"}
