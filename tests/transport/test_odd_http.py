"""Odd and hostile HTTP against a server process of its own, whose log is read afterwards."""

import base64
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

from tests.running import Running
from tests.transport.documents import Line, parameters, patient_of, prescribed, prescription
from tests.transport.raw import RawLine
from tests.transport.tables import Tables
from tests.transport.wire import FHIR_JSON, Caller, refused
from tilts.lab.listening import listen
from tilts.lab.server import Server

FORGED = "FORGED"
INJECTED = [
    '\r\n{"event": "FORGED"}',
    "\x1b[2J\x1b[31mFORGED",
    "\u202eFORGED",
    "\u2028FORGED",
    "\x00FORGED",
    "F" * 5000,
]


@dataclass
class Logged:
    """A server as the sandbox starts it: a process of its own that writes its log to a file."""

    exchange: Running
    base: str
    log: Path

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text("utf-8").split("\n") if line]


@pytest.fixture(scope="module")
def logged(exchange: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logged]:
    listening = listen(0, plain=False)
    base = f"{listening.tls_root}/fhir/r4"
    settings = replace(
        exchange.settings, public_base=base, plain_base="", portal_base=f"{listening.portal_root}/"
    )
    folder = tmp_path_factory.mktemp("logs")
    server = Server(settings, listening, folder)
    try:
        server.wait_until_ready(listening.portal)
        yield Logged(exchange, base, folder / "server.log")
    finally:
        server.stop()
        listening.close()


@pytest.fixture(scope="module")
def somebody(logged: Logged) -> Iterator[Caller]:
    found = Caller(logged.exchange, "practice-3", base=logged.base)
    yield found
    found.close()


HOST = b"Host: localhost\r\n"
GET = b"GET /fhir/r4/metadata HTTP/1.1\r\n"
BROKEN: dict[str, bytes] = {
    "no Host": GET + b"\r\n",
    "two Hosts": GET + HOST + HOST + b"\r\n",
    "a length and chunks": b"POST /fhir/r4/ HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"POST /fhir/r4/ HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
    "a negative length": b"POST /fhir/r4/ HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n",
    "a length in words": b"POST /fhir/r4/ HTTP/1.1\r\n" + HOST + b"Content-Length: three\r\n\r\n",
    "a length beyond numbers": b"POST /fhir/r4/ HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 99999999999999999999999\r\n\r\n",
    "an unknown coding": b"POST /fhir/r4/ HTTP/1.1\r\n"
    + HOST
    + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
    "an escape in a header": GET + HOST + b"X-A: \x1b[31m\r\n\r\n",
    "a NUL in a header": GET + HOST + b"X-A: a\x00b\r\n\r\n",
    "a blank in a header's name": GET + HOST + b"X A: b\r\n\r\n",
    "a blank before the colon": GET + HOST + b"X-A : b\r\n\r\n",
    "a line without a colon": GET + HOST + b"nonsense\r\n\r\n",
    "bytes above ASCII in the path": b"GET /fhir/r4/\xc4\x81 HTTP/1.1\r\n" + HOST + b"\r\n",
    "an unknown method": b"FETCH /fhir/r4/metadata HTTP/1.1\r\n" + HOST + b"\r\n",
    "a method in small letters": b"get /fhir/r4/metadata HTTP/1.1\r\n" + HOST + b"\r\n",
    "another protocol": b"GET /fhir/r4/metadata SPDY/3\r\n" + HOST + b"\r\n",
    "HTTP of the future": b"GET /fhir/r4/metadata HTTP/9.9\r\n" + HOST + b"\r\n",
    "no HTTP at all": b"\x16\x03\x01\x02\x00 nonsense\r\n\r\n",
}


@pytest.mark.parametrize("fault", BROKEN)
def test_broken_http_gets_400_an_operation_outcome_and_the_end_of_the_line(
    somebody: Caller, fault: str
) -> None:
    with RawLine(somebody) as line:
        answer = line.answers(BROKEN[fault])
    assert answer.startswith(b"HTTP/1.1 400"), answer[:200]
    assert b"OperationOutcome" in answer
    assert b"x-request-id: " in answer
    assert answer.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize(
    "head",
    [
        GET + HOST + b"X-Long: " + b"a" * 20_000 + b"\r\n\r\n",
        GET + HOST + b"X-Long: " + b"a" * 300_000,
        GET + HOST + b"".join(b"X-%d: a\r\n" % number for number in range(10_000)) + b"\r\n",
        b"GET /fhir/r4/" + b"a" * 300_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET /fhir/r4/Patient?" + b"a" * 20_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    ],
    ids=["a long header", "a header without end", "10,000 headers", "a long path", "a long query"],
)
def test_a_head_over_16_KiB_gets_431(somebody: Caller, head: bytes) -> None:
    with RawLine(somebody) as line:
        answer = line.answers(head)
    assert answer.startswith(b"HTTP/1.1 431"), answer[:200]
    assert b"OperationOutcome" in answer


@pytest.mark.parametrize(
    "upgrade", [b"Upgrade: h2c\r\nConnection: Upgrade\r\n", b"Upgrade: websocket\r\nConnection: Upgrade\r\n"]
)
def test_an_upgrade_is_not_followed(somebody: Caller, upgrade: bytes) -> None:
    with RawLine(somebody) as line:
        answer = line.answers(GET + HOST + upgrade + b"\r\n")
    assert answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 400")), answer[:200]
    assert b"101 Switching" not in answer


def test_requests_in_one_go_get_their_answers_in_order(somebody: Caller) -> None:
    two = somebody.head("GET", "Organization/x", {}) + somebody.head("GET", "metadata", {})
    with RawLine(somebody) as line:
        answer = line.answers(two)
    assert answer.index(b"WIRE-012") < answer.index(b"CapabilityStatement")


def test_a_body_in_pieces_longer_than_the_head_may_be_is_read(somebody: Caller, patient: str) -> None:
    long = prescription(somebody, patient, note=[{"text": "ā" * 100_000}])
    assert somebody.post("MedicationRequest", long, signed=True).status_code == 201


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"])
def test_methods_that_are_not_offered_are_refused_with_WIRE_006(somebody: Caller, method: str) -> None:
    answer = somebody.send(method, "Patient")
    assert answer.status_code == 405
    if method != "HEAD":
        refused(answer, 405, "WIRE-006")


def attempts(person: dict[str, Any]) -> list[tuple[str, str, dict[bytes, bytes], Any]]:
    """Calls that try to bring a forged line or a person into the log: method, path, headers, body."""
    code, family = person["identifier"][0]["value"], person["name"][0]["family"]
    system = person["identifier"][0]["system"]
    dashed = f"{code[:6]}-{code[6:]}"
    calls: list[tuple[str, str, dict[bytes, bytes], Any]] = []
    for number in (code, dashed):
        calls += [
            ("GET", f"Patient/{number}", {}, None),
            ("GET", number, {}, None),
            ("GET", f"Patient/{number}/_history/1", {}, None),
            ("GET", f"Patient?identifier={quote(system)}%7C{number}", {}, None),
            ("GET", f"Patient?{number}=1", {}, None),
            ("GET", f"MedicationRequest?patient.identifier={number}", {}, None),
            ("GET", "Organization", {b"X-Request-Id": number.encode()}, None),
            ("GET", "Organization", {b"X-Request-Id": f"call:{number}".encode()}, None),
            ("GET", "Organization", {b"User-Agent": number.encode(), b"Referer": number.encode()}, None),
            ("POST", "Patient/by-identity", {}, parameters(system=system, value=number)),
            ("POST", "Task/_search", {}, f"patient={number}"),
            ("POST", number, {}, b"{"),
            ("PUT", f"Patient/{number}", {}, b"{}"),
        ]
    calls += [("GET", f"Patient?family={quote(family)}", {}, None)]
    for evil in INJECTED:
        calls += [
            ("GET", quote(f"Patient/{evil}"), {}, None),
            ("GET", f"Patient?{quote(evil)}={quote(evil)}", {}, None),
            ("POST", "Task/$find", {}, parameters(number=evil, family=evil, given=evil)),
            ("POST", "MedicationRequest", {}, {"resourceType": evil, evil: evil}),
            ("POST", "MedicationRequest", {b"Content-Type": quote(evil).encode()}, b"{}"),
            ("GET", "Organization", {b"Accept-Language": quote(evil).encode()}, None),
            ("GET", "Organization", {b"X-Request-Id": quote(evil).encode()}, None),
        ]
    return calls


def test_nothing_that_callers_wrote_reaches_the_log_and_no_person_is_in_it(
    logged: Logged, somebody: Caller, patient: str, tables: Tables
) -> None:
    person = patient_of(somebody, patient)
    seen = []
    for method, path, headers, body in attempts(person):
        content = body.encode() if isinstance(body, str) else body
        content = json.dumps(body).encode() if isinstance(body, dict) else content
        kind = b"application/x-www-form-urlencoded" if isinstance(body, str) else FHIR_JSON.encode()
        sent = {b"Authorization": f"Bearer {somebody.token()}".encode(), b"Content-Type": kind, **headers}
        answer = somebody.http.request(
            method, f"{somebody.base}/{path}", content=content, headers=list(sent.items())
        )
        seen.append(answer.headers["x-request-id"])
    code = person["identifier"][0]["value"]
    hidden = [code, f"{code[:6]}-{code[6:]}", person["name"][0]["family"], FORGED, somebody.token()[:40]]
    text = logged.log.read_text("utf-8")
    assert not [one for one in hidden if one in text]
    assert "\x1b" not in text
    by_id = {line.get("request_id") for line in logged.lines()}
    assert set(seen) <= by_id
    for entry in tables.rows("SELECT * FROM audit_entry WHERE request_id = ANY(%s)", seen):
        assert not [one for one in hidden if one in str(entry)], entry


def test_every_line_of_the_log_is_one_json_object(logged: Logged, somebody: Caller) -> None:
    with RawLine(somebody) as line:
        line.answers(b"nonsense \x1b[31m\r\n\r\n")
    somebody.get("Organization")
    lines = logged.lines()
    assert len(lines) > 50
    assert all(line["event"] and line["timestamp"] and line["level"] for line in lines)
    assert not [line for line in lines if line["level"] in ("error", "critical")]


def test_names_with_line_breaks_and_escapes_in_a_document_are_kept_or_refused_but_never_logged(
    logged: Logged, somebody: Caller, patient: str
) -> None:
    for evil in INJECTED:
        document = prescription(somebody, patient, medicationCodeableConcept={"text": evil})
        answer = somebody.post("MedicationRequest", document, signed=True)
        assert answer.status_code in (201, 400)
        if answer.status_code == 201:
            kept = somebody.get(f"MedicationRequest/{answer.json()['id']}").json()
            assert kept["medicationCodeableConcept"]["text"] == evil
    assert FORGED not in logged.log.read_text("utf-8")


@pytest.mark.parametrize("length", [1, 200, 2_600, 100_000])
def test_an_identifier_longer_than_256_characters_is_refused_with_IDM_004(
    somebody: Caller, patient: str, length: int
) -> None:
    value = "".join(random.Random(7).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=length))
    own = [{"system": "https://practice.example/orders", "value": f"{uuid4()}{value}"}]
    answer = somebody.post("MedicationRequest", prescription(somebody, patient, identifier=own), signed=True)
    if length > 256 - 36:
        refused(answer, 422, "IDM-004")
    else:
        assert answer.status_code == 201


@pytest.fixture(scope="module")
def line(somebody: Caller, patient: str) -> Line:
    return prescribed(somebody, patient)


def test_half_a_body_changes_nothing(somebody: Caller, line: Line, tables: Tables) -> None:
    head = somebody.head("POST", f"Task/{line.task}/$cancel", {"Content-Length": "900"})
    with tables.unchanged():
        with RawLine(somebody) as raw:
            raw.send(head + json.dumps(parameters(reason="other")).encode())
        assert somebody.get(f"Task/{line.task}").json()["status"] == "ready"


def test_a_chunk_that_breaks_off_changes_nothing(somebody: Caller, line: Line, tables: Tables) -> None:
    head = somebody.head("POST", f"Task/{line.task}/$cancel", {"Transfer-Encoding": "chunked"})
    with tables.unchanged(), RawLine(somebody) as raw:
        answer = raw.answers(head + b'5\r\n{"re\r\nzz\r\n')
    assert b"HTTP/1.1 200" not in answer


def test_certificates_in_headers_are_not_believed_on_this_port(somebody: Caller) -> None:
    leaf = base64.b64encode(b"anything").decode()
    spoofed = {"Client-Cert": f":{leaf}:", "X-SSL-Client-Verify": "SUCCESS", "X-Forwarded-For": "127.0.0.1"}
    answer = somebody.get("Organization", headers=spoofed)
    assert answer.status_code == 200
