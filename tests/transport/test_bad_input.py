"""What is wrong is refused whole: named, explained in two languages, written down, and nothing half done."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.running import Running
from tests.transport.documents import ABSENT, Line, bundle, claimed, dispense, prescribed, prescription
from tests.transport.promises import refused_whole
from tests.transport.tables import Tables
from tests.transport.wire import Body, Caller, Key, refused
from tilts.rules.catalogue import BY_ID

LANGUAGES = ("lv", "en")
NOBODY = "01900000-0000-7000-8000-00000000dead"


@dataclass
class Scene:
    """A practice with a prescription of its own, a pharmacy that holds it, and somebody else's line."""

    exchange: Running
    practice: Caller
    pharmacy: Caller
    patient: str
    line: Line
    foreign: Line
    used: dict[str, Any] = field(default_factory=dict)  # a prescription that was sent before

    def order(self, **changes: Any) -> dict[str, Any]:
        return prescription(self.practice, self.patient, **changes)

    def prescribe(self, body: Body, **how: Any) -> httpx.Response:
        return self.practice.post("MedicationRequest", body, **{"signed": True, **how})


@pytest.fixture(scope="module")
def scene(
    exchange: Running, practice: Caller, pharmacy: Caller, caller: Callable[..., Caller], patient: str
) -> Scene:
    line = prescribed(practice, patient)
    claimed(pharmacy, line)
    foreign = prescribed(caller("practice-4"), patient)
    found = Scene(exchange, practice, pharmacy, patient, line, foreign)
    found.used = found.order()
    assert found.prescribe(found.used).status_code == 201
    return found


WRONG_JSON: dict[str, bytes] = {
    "nothing": b"",
    "blanks": b"  \n ",
    "cut short": b'{"resourceType": "MedicationRequest", "status": ',
    "text after the end": b'{"resourceType": "MedicationRequest"} {}',
    "single quotes": b"{'resourceType': 'MedicationRequest'}",
    "a comment": b'{"resourceType": "MedicationRequest" /* x */}',
    "a comma too many": b'{"resourceType": "MedicationRequest",}',
    "a number with a leading zero": b'{"resourceType": "MedicationRequest", "a": 01}',
    "NaN": b'{"resourceType": "MedicationRequest", "a": NaN}',
    "Infinity": b'{"resourceType": "MedicationRequest", "a": -Infinity}',
    "a number beyond doubles": b'{"resourceType": "MedicationRequest", "a": 1e400}',
    "a number of 400 digits": b'{"resourceType": "MedicationRequest", "a": ' + b"9" * 400 + b"}",
    "a byte order mark": b'\xef\xbb\xbf{"resourceType": "MedicationRequest"}',
    "UTF-16": '{"resourceType": "MedicationRequest"}'.encode("utf-16"),
    "bytes that are no UTF-8": b'{"resourceType": "MedicationRequest", "a": "\xc3\x28"}',
    "half a surrogate pair": b'{"resourceType": "MedicationRequest", "a": "\\ud800"}',
    "a line break in a string": b'{"resourceType": "MedicationRequest", "a": "\n"}',
    "XML": b'<MedicationRequest xmlns="http://hl7.org/fhir"/>',
    "a duplicate key": b'{"resourceType": "MedicationRequest", "status": "active", "status": "draft"}',
    "a duplicate key far inside": b'{"resourceType": "MedicationRequest", "a": [{"b": {"c": 1, "c": 1}}]}',
    "the same key in another spelling": b'{"resourceType": "Patient", "\\u0072esourceType": "MedicationRequest"}',
    "65 levels": b'{"a":' * 65 + b"1" + b"}" * 65,
    "2,000 levels": b'{"a":' * 2000 + b"1" + b"}" * 2000,
    "200,000 brackets": b"[" * 200_000,
}
NOT_THE_TYPE: dict[str, bytes] = {
    "a list": b"[]",
    "a string": b'"MedicationRequest"',
    "null": b"null",
    "an object without a type": b"{}",
    "another type": b'{"resourceType": "Patient"}',
    "a type that is no text": b'{"resourceType": ["MedicationRequest"]}',
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fault", WRONG_JSON)
def test_json_that_is_wrong_is_refused_with_WIRE_001(
    scene: Scene, tables: Tables, fault: str, language: str
) -> None:
    refused_whole(tables, lambda how: scene.prescribe(WRONG_JSON[fault], **how), 400, "WIRE-001", language)


@pytest.mark.parametrize("fault", NOT_THE_TYPE)
def test_a_body_of_another_type_is_refused_with_WIRE_011(scene: Scene, tables: Tables, fault: str) -> None:
    refused_whole(tables, lambda how: scene.prescribe(NOT_THE_TYPE[fault], **how), 400, "WIRE-011", "en")


Send = Callable[[Scene, dict[str, Any]], httpx.Response]
BAD: dict[str, tuple[int, str, Send]] = {
    "a content type that is not read": (
        415,
        "WIRE-002",
        lambda s, how: s.prescribe(s.order(), **more(how, **{"Content-Type": "text/plain"})),
    ),
    "XML as content type": (
        415,
        "WIRE-002",
        lambda s, how: s.prescribe(b"<a/>", **more(how, **{"Content-Type": "application/fhir+xml"})),
    ),
    "a packed body": (
        415,
        "WIRE-002",
        lambda s, how: s.prescribe(b"\x1f\x8b\x08", **more(how, **{"Content-Encoding": "gzip"})),
    ),
    "another release of FHIR": (
        415,
        "WIRE-002",
        lambda s, how: s.prescribe(
            s.order(), **more(how, **{"Content-Type": "application/fhir+json; fhirVersion=3.0"})
        ),
    ),
    "a form where JSON is due": (
        415,
        "WIRE-002",
        lambda s, how: s.practice.post(f"Task/{s.line.task}/$cancel", b"reason=other", **form(how)),
    ),
    "JSON where a form is due": (
        415,
        "WIRE-002",
        lambda s, how: s.practice.post(
            "Task/_search", b"{}", **more(how, **{"Content-Type": "application/fhir+json"})
        ),
    ),
    "a type that is not there": (404, "WIRE-003", lambda s, how: s.practice.get("Observation/1", **how)),
    "an address that is not there": (404, "WIRE-003", lambda s, how: s.practice.get("a/b/c/d/e", **how)),
    "another release in the address": (
        404,
        "WIRE-003",
        lambda s, how: s.practice.get(s.practice.base.replace("/r4", "/r5") + "/Patient", **how),
    ),
    "an address outside of FHIR": (
        404,
        "WIRE-003",
        lambda s, how: s.practice.get(s.practice.base.replace("/fhir/r4", "/admin"), **how),
    ),
    "a method that is not offered": (
        405,
        "WIRE-006",
        lambda s, how: s.practice.send("DELETE", f"MedicationRequest/{s.line.request}", **how),
    ),
    "PUT on a document": (
        405,
        "WIRE-006",
        lambda s, how: s.practice.send("PUT", f"MedicationRequest/{s.line.request}", s.order(), **how),
    ),
    "a body over the limit, its length told": (
        413,
        "WIRE-004",
        lambda s, how: s.prescribe(b" " * 1_048_577, **how),
    ),
    "a Bundle over the limit": (
        413,
        "WIRE-004",
        lambda s, how: s.practice.post("", b" " * 10_485_761, **how),
    ),
    "an answer in XML": (
        406,
        "WIRE-007",
        lambda s, how: s.practice.get(
            f"Patient/{s.patient}", **more(how, Accept="application/fhir+xml;q=1.0, text/xml")
        ),
    ),
    "a patient who is not there": (
        422,
        "PRE-002",
        lambda s, how: s.prescribe(s.order(subject={"reference": f"Patient/{NOBODY}"}), **how),
    ),
    "a patient of another server": (
        422,
        "PRE-002",
        lambda s, how: s.prescribe(
            s.order(subject={"reference": f"https://elsewhere.example/fhir/Patient/{s.patient}"}), **how
        ),
    ),
    "a patient by number only": (
        422,
        "PRE-002",
        lambda s, how: s.prescribe(
            s.order(subject={"identifier": {"system": "urn:oid:2.999.1.3.1.1", "value": "1"}}), **how
        ),
    ),
    "a plan that is no order": (
        422,
        "PRE-001",
        lambda s, how: s.prescribe(s.order(intent="plan"), **how),
    ),
    "another requester": (
        422,
        "PRE-003",
        lambda s, how: s.prescribe(s.order(requester={"reference": s.pharmacy.role}), **how),
    ),
    "no quantity": (422, "PRE-004", lambda s, how: s.prescribe(s.order(dispenseRequest=ABSENT), **how)),
    "a period that is over": (
        422,
        "PRE-005",
        lambda s, how: s.prescribe(s.order(dispenseRequest=supply(end="2020-01-01")), **how),
    ),
    "a period to the end of the calendar": (
        422,
        "PRE-005",
        lambda s, how: s.prescribe(s.order(dispenseRequest=supply(end="9999-12-31")), **how),
    ),
    "no identifier of the sender's own": (
        422,
        "IDM-001",
        lambda s, how: s.prescribe(s.order(identifier=ABSENT), **how),
    ),
    "an identifier without a system": (
        422,
        "IDM-001",
        lambda s, how: s.prescribe(s.order(identifier=[{"value": "7"}]), **how),
    ),
    "no identifier in a Bundle": (
        422,
        "IDM-001",
        lambda s, how: s.practice.post("", bundle(s.order(), s.order(identifier=ABSENT)), signed=True, **how),
    ),
    "an identifier used before, another content": (
        422,
        "IDM-002",
        lambda s, how: s.prescribe({**s.used, "note": [{"text": "changed"}]}, **how),
    ),
    "an identifier used before, in a Bundle": (
        422,
        "IDM-002",
        lambda s, how: s.practice.post("", bundle(s.used), signed=True, key=str(uuid4()), **how),
    ),
    "a key with blanks": (
        400,
        "IDM-003",
        lambda s, how: s.pharmacy.post(f"Task/{s.line.task}/$claim", key="two words", **how),
    ),
    "a key of 65 characters": (
        400,
        "IDM-003",
        lambda s, how: s.pharmacy.post(f"Task/{s.line.task}/$claim", key="k" * 65, **how),
    ),
    "a write without a signature": (
        400,
        "SIG-001",
        lambda s, how: s.prescribe(s.order(), **{**how, "signed": False}),
    ),
    "a dispense without a signature": (
        400,
        "SIG-001",
        lambda s, how: s.pharmacy.post("MedicationDispense", dispense(s.pharmacy, s.line), **how),
    ),
    "more than is left": (
        409,
        "DSP-003",
        lambda s, how: s.pharmacy.post(
            "MedicationDispense", dispense(s.pharmacy, s.line, packs=3), signed=True, **how
        ),
    ),
    "a dispense for somebody's else prescription": (
        422,
        "DSP-007",
        lambda s, how: s.pharmacy.post(
            "MedicationDispense", dispense(s.pharmacy, s.foreign), signed=True, **how
        ),
    ),
    "a Bundle that is no transaction": (
        422,
        "PRE-008",
        lambda s, how: s.practice.post("", {**bundle(s.order()), "type": "batch"}, signed=True, **how),
    ),
    "a search parameter that is not offered": (
        400,
        "WIRE-008",
        lambda s, how: s.practice.post("MedicationRequest/_search", "colour=red", **how),
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fault", BAD)
def test_bad_input_is_refused_in_words_written_down_and_leaves_nothing(
    scene: Scene, tables: Tables, fault: str, language: str
) -> None:
    status, rule_id, send = BAD[fault]
    refused_whole(tables, lambda how: send(scene, how), status, rule_id, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_wrong_structure_is_named_by_its_path_with_WIRE_005(
    scene: Scene, tables: Tables, language: str
) -> None:
    faulty = scene.order(status="sleeping", dosageInstruction={"text": "not a list"}, colour="red")
    request_id = str(uuid4())
    with tables.unchanged():
        answer = scene.prescribe(faulty, language=language, headers={"X-Request-Id": request_id})
    assert answer.status_code == 400
    issues = answer.json()["issue"]
    places = {issue["expression"][0] for issue in issues}
    assert {"MedicationRequest.status", "MedicationRequest.dosageInstruction"} <= places
    assert {issue["details"]["coding"][0]["code"] for issue in issues} == {"WIRE-005"}
    assert {issue["diagnostics"] for issue in issues} == {BY_ID["WIRE-005"].fix(language)}  # type: ignore[arg-type]
    assert tables.audit(request_id)["rule_id"] == "WIRE-005"


def test_the_two_languages_of_a_structure_fault_differ(scene: Scene) -> None:
    texts = [
        scene.prescribe(scene.order(status="sleeping"), language=language).json()["issue"][0]["details"][
            "text"
        ]
        for language in LANGUAGES
    ]
    assert texts[0] != texts[1]


def test_a_body_over_the_limit_in_chunks_is_refused_with_WIRE_004(scene: Scene, tables: Tables) -> None:
    request_id = str(uuid4())
    headers = {
        "Authorization": f"Bearer {scene.practice.token()}",
        "Content-Type": "application/fhir+json",
        "X-Request-Id": request_id,
    }
    with tables.unchanged():
        answer = scene.practice.http.post(
            "MedicationRequest", content=(b" " * 65_536 for _ in range(17)), headers=headers
        )
    refused(answer, 413, "WIRE-004")
    assert tables.audit(request_id)["rule_id"] == "WIRE-004"


def test_signatures_that_do_not_hold_are_refused_with_SIG_003(scene: Scene, tables: Tables) -> None:
    body = json.dumps(scene.order()).encode()
    other = Key(scene.pharmacy.key.jwk)
    as_ours = Key({**scene.pharmacy.key.jwk, "kid": scene.practice.key.jwk["kid"]})
    headers = {
        "the body was altered": scene.practice.provenance(body.replace(b"active", b"active ")),
        "key of another client": scene.practice.provenance(body, key=other),
        "key of another client under our kid": scene.practice.provenance(body, key=as_ours),
    }
    for what, provenance in headers.items():
        sent = {"X-Provenance": json.dumps(provenance), "X-Request-Id": str(uuid4())}
        with tables.unchanged():
            answer = scene.prescribe(body, signed=False, headers=sent)
        assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == "SIG-003", what
        assert tables.audit(sent["X-Request-Id"])["rule_id"] == "SIG-003"


def test_somebody_elses_line_looks_exactly_like_a_missing_one(scene: Scene) -> None:
    calls: list[tuple[str, str, str, Body]] = [
        ("GET", "MedicationRequest/{}", scene.foreign.request, None),
        ("GET", "MedicationRequest/{}/_history/1", scene.foreign.request, None),
        ("GET", "Task/{}", scene.foreign.task, None),
        ("POST", "Task/{}/$claim", scene.foreign.task, b""),
        ("POST", "Task/{}/$release", scene.foreign.task, reasoned("other")),
        ("POST", "Task/{}/$cancel", scene.foreign.task, reasoned("other")),
    ]
    for method, path, known, body in calls:
        for somebody in (scene.practice, scene.pharmacy):
            answers = [somebody.send(method, path.format(one), body) for one in (known, NOBODY, "no-id")]
            assert {answer.status_code for answer in answers} == {404}, path
            assert len({answer.content for answer in answers}) == 1, path
            assert len({tuple(names(answer)) for answer in answers}) == 1, path


def names(answer: httpx.Response) -> list[tuple[str, str]]:
    """All headers but those of the moment."""
    return [(name, value) for name, value in answer.headers.items() if name not in ("date", "x-request-id")]


def reasoned(reason: str) -> dict[str, Any]:
    return {"resourceType": "Parameters", "parameter": [{"name": "reason", "valueCode": reason}]}


def supply(**period: str) -> dict[str, Any]:
    return {"quantity": {"value": 1}, "validityPeriod": period}


def more(how: dict[str, Any], **headers: str) -> dict[str, Any]:
    return {**how, "headers": {**how["headers"], **headers}}


def form(how: dict[str, Any]) -> dict[str, Any]:
    return more(how, **{"Content-Type": "application/x-www-form-urlencoded"})
