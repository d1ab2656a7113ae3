"""Behind HAProxy, with the configuration that `tilts front` writes: TLS ends there, the certificate comes on.

HAProxy is a Debian package (`make packages`); without it these tests are skipped.
"""

import base64
import socket
import ssl
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from proofs.driver.front import HAPROXY, PORTAL_HOST, haproxy
from tests.running import Running, ThreadServer
from tests.transport.documents import (
    parameters,
    patient_of,
    prescription,
)
from tests.transport.raw import RawLine
from tests.transport.tables import Tables
from tests.transport.wire import Caller, connected, refused, tls
from tilts.lab.pki_trust import ConnectionSubject, issue_connection_certificate

pytestmark = pytest.mark.skipif(
    not HAPROXY.exists(), reason="haproxy is not installed (Debian: apt-get install haproxy)"
)


@dataclass
class OnlyProxied:
    """The one socket that the exchange listens on."""

    sockets: dict[str, socket.socket]


@dataclass
class Proxied:
    """The exchange behind HAProxy: its address for callers, its own socket, what HAProxy said."""

    exchange: Running
    base: str
    unix_socket: Path
    log: Path

    def caller(self, name: str) -> Caller:
        return Caller(self.exchange, name, base=self.base)


@pytest.fixture(scope="module")
def proxied(exchange: Running) -> Iterator[Proxied]:
    with (
        tempfile.TemporaryDirectory(prefix="tilts-") as place,
        socket.create_server(("127.0.0.1", 0)) as front,
    ):
        folder = Path(place)
        base = f"https://localhost:{front.getsockname()[1]}/fhir/r4"
        behind = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        behind.bind(str(folder / "proxied.sock"))
        behind.listen(64)
        settings = replace(
            exchange.settings,
            public_base=base,
            plain_base="",
            front_sockets=str(folder / "proxied.sock"),
            front_handshakes_per_second=0,
        )
        listening: Any = OnlyProxied({"proxied": behind})
        server = ThreadServer(settings, listening, exchange.clock)
        try:
            with haproxy(folder / "front", front, settings) as started:
                yield Proxied(exchange, base, folder / "proxied.sock", started.log)
        finally:
            server.stop()
            behind.close()


@pytest.fixture(scope="module")
def behind(proxied: Proxied) -> Iterator[Callable[[str], Caller]]:
    made: dict[str, Caller] = {}

    def by_name(name: str) -> Caller:
        if name not in made:
            made[name] = proxied.caller(name)
        return made[name]

    yield by_name
    for one in made.values():
        one.close()


def leaf_of(caller: Caller) -> str:
    certificate = x509.load_pem_x509_certificate(Path(caller.facts["cert"]).read_bytes())
    return f":{base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()}:"


def test_definitions_are_not_taken_where_all_callers_have_one_address(
    behind: Callable[[str], Caller],
) -> None:
    practice = behind("practice-3")
    assert practice.post("Patient/$validate", {"resourceType": "Patient"}).status_code == 200
    answer = practice.send("PUT", "StructureDefinition/x", {"resourceType": "StructureDefinition"})
    refused(answer, 404, "WIRE-003")


def test_prescribing_and_dispensing_go_through(behind: Callable[[str], Caller], patient: str) -> None:
    practice, pharmacy = behind("practice-3"), behind("pharmacy-4")
    made = practice.post("MedicationRequest", prescription(practice, patient), signed=True)
    assert (made.status_code, made.headers["location"][: len(practice.base)]) == (201, practice.base)
    task = practice.found("Task", focus=f"MedicationRequest/{made.json()['id']}")["entry"][0]["resource"]
    name = patient_of(practice, patient)["name"][0]
    shown = parameters(
        number=task["groupIdentifier"]["value"], family=name["family"], given=" ".join(name["given"])
    )
    assert pharmacy.post("Task/$find", shown).json()["total"] == 1
    assert pharmacy.post(f"Task/{task['id']}/$claim").status_code == 200


def test_without_a_certificate_the_exchange_says_ACC_001(proxied: Proxied, tables: Tables) -> None:
    authority = proxied.exchange.facts["clients"]["practice"]["ca"]
    with connected(proxied.base, tls(authority)) as client:
        answer = client.get("Organization", headers={"Accept-Language": "en"})
    refused(answer, 401, "ACC-001")
    assert tables.audit(answer.headers["x-request-id"])["rule_id"] == "ACC-001"


@pytest.mark.parametrize("spelled", ["Client-Cert", "client-cert", "CLIENT-CERT"])
def test_a_forged_certificate_is_taken_away(
    proxied: Proxied, behind: Callable[[str], Caller], spelled: str
) -> None:
    practice = behind("practice-3")
    forged = {spelled: leaf_of(practice), "Authorization": f"Bearer {practice.token()}"}
    with connected(proxied.base, tls(practice.facts["ca"])) as client:
        refused(client.get("Organization", headers=forged), 401, "ACC-001")


@pytest.mark.parametrize("where", ["haproxy", "unix socket"])
def test_a_certificate_in_a_trailer_opens_nothing(
    proxied: Proxied, behind: Callable[[str], Caller], where: str
) -> None:
    """HAProxy takes Client-Cert out of the head, and passes on what stands after the last chunk."""
    practice = behind("practice-3")
    form = {"Content-Type": "application/x-www-form-urlencoded", "Connection": "close"}
    chunks = {"Transfer-Encoding": "chunked", "Trailer": "Client-Cert"}
    head = practice.head("POST", "Organization/_search", {**form, **chunks})
    forged = head + f"0\r\nClient-Cert: {leaf_of(practice)}\r\n\r\n".encode()
    if where == "haproxy":
        answer = answer_to(without_certificate(proxied), forged)
    else:
        inside = socket.socket(socket.AF_UNIX)
        inside.connect(str(proxied.unix_socket))
        answer = answer_to(inside, forged)
    assert answer.startswith(b"HTTP/1.1 401")
    assert b"ACC-001" in answer


def without_certificate(proxied: Proxied) -> ssl.SSLSocket:
    port = int(proxied.base.partition("localhost:")[2].partition("/")[0])
    line = socket.create_connection(("127.0.0.1", port), timeout=10)
    authority = proxied.exchange.facts["clients"]["practice"]["ca"]
    return tls(authority).wrap_socket(line, server_hostname="localhost")


def answer_to(line: socket.socket, content: bytes) -> bytes:
    """All that comes until the other side closes."""
    with line:
        line.settimeout(10)
        line.sendall(content)
        return b"".join(iter(lambda: line.recv(65_536), b""))


def test_a_forged_certificate_is_replaced_by_the_one_of_the_connection(
    behind: Callable[[str], Caller], tables: Tables
) -> None:
    practice, pharmacy = behind("practice-3"), behind("pharmacy-4")
    forged = {"Client-Cert": leaf_of(practice)}
    answer = pharmacy.get("Organization", token=practice.token(), headers=forged)
    refused(answer, 401, "ACC-008")
    assert tables.audit(answer.headers["x-request-id"])["client_id"] == pharmacy.facts["client_id"]
    assert pharmacy.get("Organization", headers=forged).status_code == 200


def test_a_certificate_of_a_listed_issuer_comes_through(proxied: Proxied, tmp_path: Path) -> None:
    """It is not registered: the exchange itself says so."""
    pki = Path(proxied.exchange.facts["pki"])
    signer = issue_connection_certificate(pki, ConnectionSubject("Parauga", "99990000011"))
    (tmp_path / "cert.pem").write_bytes(signer.cert_pem)  # without its CA: HAProxy has it
    (tmp_path / "key.pem").write_bytes(signer.key_pem)
    authority = proxied.exchange.facts["clients"]["practice"]["ca"]
    with connected(proxied.base, tls(authority, tmp_path / "cert.pem", tmp_path / "key.pem")) as client:
        refused(client.get("Organization"), 401, "ACC-002")


@pytest.mark.parametrize("defect", ["expired", "wrong-issuer"])
def test_a_certificate_that_does_not_verify_dies_in_the_handshake(proxied: Proxied, defect: str) -> None:
    folder = Path(proxied.exchange.facts["pki"]) / "clients" / defect
    authority = proxied.exchange.facts["clients"]["practice"]["ca"]
    context = tls(authority, folder / "cert.pem", folder / "key.pem")
    with connected(proxied.base, context) as client, pytest.raises((httpx.TransportError, ssl.SSLError)):
        client.get("Organization")


def test_a_revoked_certificate_is_told_so(proxied: Proxied) -> None:
    revoked = proxied.exchange.facts["clients"]["revoked"]
    context = tls(revoked["ca"], Path(revoked["cert"]), Path(revoked["key"]))
    with connected(proxied.base, context) as client:
        refused(client.get("Organization"), 401, "ACC-003")


def test_the_unix_socket_itself_takes_only_a_well_formed_client_cert(
    proxied: Proxied, behind: Callable[[str], Caller]
) -> None:
    practice = behind("practice-3")
    good = leaf_of(practice)
    line = httpx.HTTPTransport(uds=str(proxied.unix_socket))
    with httpx.Client(transport=line, base_url="http://localhost/fhir/r4") as inside:
        headers = {"Authorization": f"Bearer {practice.token()}"}
        assert inside.get("Organization", headers={**headers, "Client-Cert": good}).status_code == 200
        for wrong in ("", good.strip(":"), good[:-9] + ":", "::", ":%%%:", ":AAAA:"):
            answer = inside.get("Organization", headers={**headers, "Client-Cert": wrong})
            assert answer.status_code == 401, wrong
        twice = httpx.Headers([*headers.items(), ("Client-Cert", good), ("Client-Cert", good)])
        refused(inside.get("Organization", headers=twice), 401, "ACC-001")


@pytest.mark.parametrize(
    "broken",
    [
        b"GET /fhir/r4/metadata HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /fhir/r4/metadata HTTP/1.1\r\nHost : a\r\n\r\n",
        b"GET /fhir/r4/metadata HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST /fhir/r4/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, x\r\n\r\n",
        b"\x16\x03\x01 nonsense\r\n\r\n",
    ],
)
def test_broken_framing_does_not_reach_the_exchange(behind: Callable[[str], Caller], broken: bytes) -> None:
    with RawLine(behind("practice-3")) as line:
        answer = line.answers(broken)
    assert answer == b"", "HAProxy ends what is no HTTP without a word"


def test_a_request_without_a_host_gets_an_operation_outcome(behind: Callable[[str], Caller]) -> None:
    with RawLine(behind("practice-3")) as line:
        answer = line.answers(b"GET /fhir/r4/metadata HTTP/1.1\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"OperationOutcome" in answer


def test_without_the_exchange_behind_it_haproxy_says_when_to_come_again(exchange: Running) -> None:
    authority = exchange.facts["clients"]["practice"]["ca"]
    with (
        tempfile.TemporaryDirectory(prefix="tilts-") as place,
        socket.create_server(("127.0.0.1", 0)) as front,
        haproxy(Path(place), front, replace(exchange.settings, front_sockets=f"{place}/nobody.sock")),
        httpx.Client(verify=tls(authority), trust_env=False) as client,
    ):
        answer = client.get(f"https://localhost:{front.getsockname()[1]}/fhir/r4/metadata")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.headers["x-request-id"]
    assert answer.json()["issue"][0]["code"] == "transient"


@pytest.mark.parametrize(
    ("path", "status"), [("/healthz", 200), ("/metrics", 404), ("/%6detrics", 404), ("/metrics?x=1", 404)]
)
def test_measures_are_not_shown_to_the_street(exchange: Running, path: str, status: int) -> None:
    portal = exchange.facts["portal"].removeprefix("http://").rstrip("/")
    with (
        tempfile.TemporaryDirectory(prefix="tilts-") as place,
        socket.create_server(("127.0.0.1", 0)) as front,
    ):
        own = {"portal_base": f"https://{PORTAL_HOST}/", "front_portal": portal}
        settings = replace(exchange.settings, front_sockets=f"{place}/nobody.sock", **own)
        with haproxy(Path(place), front, settings):
            context = tls(exchange.facts["clients"]["practice"]["ca"])
            context.check_hostname = False
            address = ("127.0.0.1", front.getsockname()[1])
            line = context.wrap_socket(socket.create_connection(address, 10), server_hostname=PORTAL_HOST)
            asked = f"GET {path} HTTP/1.1\r\nHost: {PORTAL_HOST}\r\nConnection: close\r\n\r\n"
            answer = answer_to(line, asked.encode())
    assert answer.startswith(f"HTTP/1.1 {status}".encode())


def test_a_length_beside_chunks_gives_no_second_answer(behind: Callable[[str], Caller]) -> None:
    practice = behind("practice-3")
    smuggled = b"0\r\n\r\nGET /fhir/r4/metadata HTTP/1.1\r\nHost: localhost\r\n\r\n"
    head = practice.head(
        "POST", "Task/$find", {"Content-Length": str(len(smuggled)), "Transfer-Encoding": "chunked"}
    )
    with RawLine(practice) as line:
        answer = line.answers(head + smuggled)
    assert b"CapabilityStatement" not in answer


def test_the_log_of_haproxy_holds_no_address_and_no_header(
    proxied: Proxied, behind: Callable[[str], Caller]
) -> None:
    behind("practice-3").get("Patient?identifier=urn:x|010101-12345", headers={"User-Agent": "secret-agent"})
    said = proxied.log.read_text()
    assert "proxied" in said
    for hidden in ("010101", "secret-agent", "/fhir/", "Bearer"):
        assert hidden not in said
