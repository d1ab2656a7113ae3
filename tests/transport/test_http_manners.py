"""Headers as HTTP and FHIR want them: versions, places, preferences, languages, forms."""

import json
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from tests.transport.documents import Line, bundle, parameters, prescribed, prescription
from tests.transport.wire import Caller, refused

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture(scope="module")
def cancelled(practice: Caller, patient: str) -> Line:
    line = prescribed(practice, patient)
    assert practice.post(f"Task/{line.task}/$cancel", parameters(reason="other")).status_code == 200
    return line


def test_a_create_says_where_which_version_and_when(practice: Caller, patient: str) -> None:
    answer = practice.post("MedicationRequest", prescription(practice, patient), signed=True)
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"{practice.base}/MedicationRequest/{made['id']}/_history/1"
    assert answer.headers["etag"] == 'W/"1"'
    assert parsedate_to_datetime(answer.headers["last-modified"]).tzinfo is not None
    read = practice.get(answer.headers["location"])
    assert (read.content, read.headers["etag"]) == (answer.content, 'W/"1"')
    assert read.headers["last-modified"] == answer.headers["last-modified"]


def test_a_cancelled_prescription_has_two_versions_and_both_can_be_read(
    practice: Caller, cancelled: Line
) -> None:
    address = f"MedicationRequest/{cancelled.request}"
    now, first, second = (practice.get(address + end) for end in ("", "/_history/1", "/_history/2"))
    assert (now.json()["status"], now.headers["etag"]) == ("cancelled", 'W/"2"')
    assert (first.json()["status"], first.headers["etag"]) == ("active", 'W/"1"')
    assert second.content == now.content
    assert first.json()["meta"]["versionId"] == "1"


@pytest.mark.parametrize("version", ["0", "3", "-1", "1.0", "x", "99999999999", "१"])
def test_a_version_that_never_was_is_missing_with_WIRE_012(
    practice: Caller, cancelled: Line, version: str
) -> None:
    answer = practice.get(f"MedicationRequest/{cancelled.request}/_history/{version}")
    refused(answer, 404, "WIRE-012")


@pytest.mark.parametrize("id_written", ["1", "x" * 64, "%00", "..", "%2e%2e%2fmetadata", "a%0d%0ab", "ā"])
def test_an_id_that_cannot_be_one_is_missing(practice: Caller, id_written: str) -> None:
    answer = practice.get(f"MedicationRequest/{id_written}/_history/1")
    assert answer.status_code == 404


def test_prefer_minimal_gives_no_body_but_all_headers(practice: Caller, patient: str) -> None:
    answer = practice.post(
        "MedicationRequest",
        prescription(practice, patient),
        signed=True,
        headers={"Prefer": "return=minimal"},
    )
    assert (answer.status_code, answer.content) == (201, b"")
    assert "content-type" not in answer.headers
    assert practice.get(answer.headers["location"]).status_code == 200


def test_prefer_operation_outcome_says_that_it_went_well(practice: Caller, patient: str) -> None:
    answer = practice.post(
        "MedicationRequest",
        prescription(practice, patient),
        signed=True,
        headers={"Prefer": "respond-async, return=OperationOutcome"},
    )
    assert answer.status_code == 201
    assert answer.json()["issue"][0]["severity"] == "information"


def test_a_repeat_honours_its_own_preference(practice: Caller, patient: str) -> None:
    body = prescription(practice, patient)
    minimal = practice.post("MedicationRequest", body, signed=True, headers={"Prefer": "return=minimal"})
    again = practice.post("MedicationRequest", body, signed=True)
    assert (minimal.content, again.json()["resourceType"]) == (b"", "MedicationRequest")


def test_prefer_does_not_empty_a_search(practice: Caller, cancelled: Line) -> None:
    answer = practice.post(
        "MedicationRequest/_search", f"_id={cancelled.request}", headers={"Prefer": "return=minimal"}
    )
    assert answer.json()["total"] == 1


ACCEPTED = [
    "",
    "*/*",
    "application/*",
    "application/fhir+json",
    "application/json",
    "application/fhir+json; fhirVersion=4.0",
    'application/fhir+json; fhirVersion="4.0"',
    "application/fhir+json; fhirVersion=4.3",
    "application/fhir+xml, application/fhir+json;q=0.5",
    "text/html, */*;q=0.1",
]
NOT_ACCEPTED = [
    "application/fhir+xml",
    "text/xml",
    "text/html",
    "application/fhir+json; fhirVersion=5.0",
    "application/fhir+json; fhirVersion=3.0",
    "application/fhir+ndjson",
    "image/*",
]


@pytest.mark.parametrize("address", ["Organization", "metadata"])
@pytest.mark.parametrize("accept", ACCEPTED)
def test_json_of_this_release_is_given(practice: Caller, address: str, accept: str) -> None:
    answer = practice.get(address, headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/fhir+json")


@pytest.mark.parametrize("address", ["Organization", "metadata"])
@pytest.mark.parametrize("accept", NOT_ACCEPTED)
def test_any_other_form_is_refused_with_WIRE_007(practice: Caller, address: str, accept: str) -> None:
    refused(practice.get(address, headers={"Accept": accept}), 406, "WIRE-007")


@pytest.mark.parametrize(("form", "status"), [("json", 200), ("application/fhir%2Bjson", 200), ("xml", 406)])
def test_format_in_the_address_stands_over_accept(practice: Caller, form: str, status: int) -> None:
    answer = practice.get(f"Organization?_format={form}", headers={"Accept": "text/html"})
    assert answer.status_code == status


@pytest.mark.parametrize("version", ["4.0", "4.0.1"])
def test_a_body_that_names_this_release_is_read(practice: Caller, patient: str, version: str) -> None:
    kind = f"application/fhir+json; fhirVersion={version}; charset=utf-8"
    answer = practice.post(
        "MedicationRequest", prescription(practice, patient), signed=True, headers={"Content-Type": kind}
    )
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("written", "language"),
    [
        ("", "lv"),
        ("lv", "lv"),
        ("en", "en"),
        ("en-GB", "en"),
        ("lv-LV,lv;q=0.9,en;q=0.8", "lv"),
        ("lv;q=0.3, en;q=0.7", "en"),
        ("de, fr;q=0.9", "lv"),
        ("de, en;q=0.1", "en"),
        ("*", "lv"),
        ("en;q=none, lv;q=0.1", "lv"),
    ],
)
def test_the_language_is_the_one_that_is_preferred(practice: Caller, written: str, language: str) -> None:
    answer = practice.get("MedicationRequest/none", language=written)
    assert answer.headers["content-language"] == language


def test_the_trace_of_the_caller_comes_back(practice: Caller) -> None:
    answer = practice.get("Organization", headers={"traceparent": TRACE})
    assert answer.headers["traceparent"] == TRACE
    assert "traceparent" not in practice.get("Organization", headers={"traceparent": "x"}).headers


@pytest.mark.parametrize("written", ["mine-1", "a" * 64])
def test_the_callers_request_id_comes_back(practice: Caller, written: str) -> None:
    answer = practice.get("Organization", headers={"X-Request-Id": written})
    assert answer.headers["x-request-id"] == written


@pytest.mark.parametrize("written", ["", "a b", "a" * 65, 'a"b', "<x>", "a\x1b[31m"])
def test_a_request_id_that_could_harm_a_log_is_replaced(practice: Caller, written: str) -> None:
    answer = practice.get("Organization", headers={b"X-Request-Id": written.encode()})
    assert answer.headers["x-request-id"] != written


def test_a_method_that_is_not_offered_is_told_which_are(practice: Caller) -> None:
    answer = practice.send("PATCH", "MedicationRequest")
    refused(answer, 405, "WIRE-006")
    assert answer.headers["allow"] == "GET, POST"


def test_nothing_is_kept_by_caches_on_the_way(practice: Caller) -> None:
    assert practice.get("Organization").headers["cache-control"] == "no-store"


@pytest.mark.parametrize("base", ["", "/"])
def test_a_transaction_goes_to_the_base_with_and_without_a_slash(
    practice: Caller, patient: str, base: str
) -> None:
    answer = practice.post(practice.base + base, bundle(prescription(practice, patient)), signed=True)
    assert (answer.status_code, answer.json()["type"]) == (200, "transaction-response")


def test_a_name_with_diacritics_in_the_provenance_stays_as_it_was_sent(
    practice: Caller, patient: str
) -> None:
    body = json.dumps(prescription(practice, patient)).encode()
    provenance = practice.provenance(body)
    provenance["agent"][0]["who"]["display"] = "Jānis Bērziņš"
    header = json.dumps(provenance, ensure_ascii=False).encode()
    made = posted(practice, body, header)
    kept = practice.found("Provenance", target=f"MedicationRequest/{made['id']}")["entry"][0]["resource"]
    assert kept["agent"][0]["who"]["display"] == "Jānis Bērziņš"


def posted(caller: Caller, body: bytes, provenance: bytes) -> dict[str, Any]:
    """Sent as bytes, because libraries would refuse or rewrite a header that is not ASCII."""
    headers = [
        (b"Authorization", f"Bearer {caller.token()}".encode()),
        (b"Content-Type", b"application/fhir+json"),
        (b"X-Provenance", provenance),
    ]
    answer = caller.http.post("MedicationRequest", content=body, headers=httpx.Headers(headers))
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made
