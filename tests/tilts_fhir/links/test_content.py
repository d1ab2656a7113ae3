"""Attachments, identifiers, URLs and texts say what they seem to say."""

import base64
import hashlib
from typing import Any

import pytest

from tests.tilts_fhir.links.findings import Json, an_observation, errors, found
from tilts_fhir.validation.content.attachments import decoded_size
from tilts_fhir.validation.content.plain_texts import plain
from tilts_fhir.validation.plans import plan

HASH = base64.b64encode(hashlib.sha1(b"hello", usedforsecurity=False).digest()).decode()


def a_photo(**facts: Any) -> Json:
    return {"resourceType": "Patient", "photo": [{"contentType": "image/png", **facts}]}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"data": "aGVsbG8=", "size": 5, "hash": HASH}, []),
        ({"data": "aGVsbG8=", "size": 6}, ["attachment-size"]),
        ({"data": "aGVsbG8h", "hash": HASH}, ["attachment-hash"]),
        ({"data": "aGVsbG8=", "hash": "aGVsbG8="}, ["attachment-hash-length"]),
        ({"data": "aGVs\nbG8="}, ["base64-blanks"]),
        ({"contentType": "png", "url": "https://a.example/a.png"}, ["media-type"]),
        ({"contentType": "text/plain; charset=UTF-8", "url": "https://a.example/a"}, []),
        ({"contentType": "text/plain;a=1;" * 40 + "/", "url": "https://a.example/a"}, ["media-type"]),
    ],
)
def test_the_data_of_an_attachment_is_what_is_said_of_it(facts: Json, expected: list[str]) -> None:
    assert [key for key, _ in found(a_photo(**facts))] == expected


def test_a_signature_names_its_formats_as_media_types() -> None:
    who = {"reference": "Practitioner/1"}
    kind = [{"system": "urn:iso-astm:E1762-95:2013", "code": "1.2.840.10065.1.12.1.1"}]
    signature = {"type": kind, "when": "2026-11-23T10:00:00Z", "who": who, "data": "aGVsbG8="}
    bundle = {"resourceType": "Bundle", "type": "collection"}
    right = {**signature, "sigFormat": "application/jose", "targetFormat": "application/fhir+json"}
    assert found({**bundle, "signature": right}) == []
    wrong = {**signature, "sigFormat": "jose"}
    assert found({**bundle, "signature": wrong}) == [("media-type", "Bundle.signature.sigFormat")]


def test_an_attachment_with_nothing_in_it_is_pointed_out() -> None:
    patient = {"resourceType": "Patient", "photo": [{"title": "A"}]}
    assert found(patient) == [("attachment-nothing", "Patient.photo[0]")]


@pytest.mark.parametrize("content", [b"", b"a", b"ab", b"abc", b"abcd"])
def test_the_size_is_told_from_the_base64(content: bytes) -> None:
    expected = len(content) or None
    assert decoded_size(base64.b64encode(content).decode()) == expected


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ({"system": "https://a.example/id", "value": "1"}, []),
        ({"system": "urn:ietf:rfc:3986", "value": "urn:oid:1.2.3"}, []),
        ({"system": "urn:ietf:rfc:3986", "value": "1.2.3"}, ["identifier-not-uri"]),
        ({"system": "a/b", "value": "1"}, ["system-relative"]),
        ({"system": "urn:oid:2.16.840.1.113883", "value": "1"}, []),
        ({"system": "urn:oid:2.16.x", "value": "1"}, ["oid-form"]),
        ({"system": "urn:uuid:12", "value": "1"}, ["uuid-form"]),
        ({"system": "urn:uuid:54FC3E09-E279-4B74-A8FF-2649EC968642", "value": "1"}, []),
        ({"system": "oid:1.2.3", "value": "1"}, ["oid-form"]),
    ],
)
def test_the_system_of_an_identifier_is_an_absolute_uri(identifier: Json, expected: list[str]) -> None:
    assert errors({"resourceType": "Patient", "identifier": [identifier]}) == expected


def test_that_a_canonical_is_absolute_is_advised() -> None:
    answers = {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "questionnaire": "Questionnaire/1",
    }
    plan_of_care = {"resourceType": "PlanDefinition", "status": "draft", "library": ["Library/1"]}
    assert errors(answers) == errors(plan_of_care) == []
    assert ("canonical-relative", "QuestionnaireResponse.questionnaire") in found(answers)
    assert found(plan_of_care) == [("canonical-relative", "PlanDefinition.library[0]")]


def test_the_ids_of_elements_are_unique_in_a_resource() -> None:
    def names(*ids: str) -> Json:
        return {"resourceType": "Patient", "id": "a", "name": [{"id": each, "family": "A"} for each in ids]}

    assert found(names("a", "b")) == []
    assert found(names("b", "b")) == [("element-same-id", "Patient.name[1].id")]
    assert found(names("b c")) == [("element-id-blank", "Patient.name[0].id")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ozoliņa", []),
        ("a < b", []),
        (" a", ["text-blanks"]),
        ("a\xa0", ["text-blanks"]),
        ("a\u202eb", ["text-hidden"]),
        ("a\x85b", ["text-hidden"]),
        ("<b>a</b>", ["text-tags"]),
        ("a <script>", ["text-tags"]),
    ],
)
def test_suspicious_texts_are_pointed_out_and_allowed(text: str, expected: list[str]) -> None:
    patient = {"resourceType": "Patient", "name": [{"family": text}]}
    assert [key for key, _ in found(patient)] == expected
    assert errors(patient) == []


def test_suspicions_do_not_crowd_out_errors() -> None:
    patient = {
        "resourceType": "Patient",
        "name": [{"family": " a"}] * 300,
        "identifier": [{"system": "a", "value": "1"}],
    }
    assert errors(patient) == ["system-relative"]


def test_an_unlikely_year_is_pointed_out() -> None:
    assert found({"resourceType": "Patient", "birthDate": "0198-01-01"}) == [
        ("date-unlikely", "Patient.birthDate")
    ]
    assert found(an_observation(effectiveDateTime="2024-02-29T10:00:00+02:00")) == []


@pytest.mark.parametrize(
    ("part", "key", "right", "odd"),
    [
        ("HumanName", "family", ["A", "A b", "Ā"], ["", " a", "a ", "a<b", "a\u202eb", "a\x01", "a\x85"]),
        (
            "Patient",
            "birthDate",
            ["2024-12-31", "2024-04-30", "1950"],
            ["2023-02-29", "2023-04-31", "1799", "2301", "1950-13"],
        ),
        (
            "Coding",
            "system",
            ["http://loinc.org", "urn:oid:1.2"],
            ["loinc", "urn:oid:x", "urn:uuid:1", "a b"],
        ),
        ("Bundle.entry", "fullUrl", ["Patient/1", "a"], ["urn:oid:x", "oid:1", "a b"]),
        ("Meta", "profile", ["https://a.example"], ["a", "urn:uuid:1", "https://a b"]),
    ],
)
def test_the_quick_check_lets_only_plain_texts_through(
    part: str, key: str, right: list[str], odd: list[str]
) -> None:
    check = plain(plan(part).slots[key])
    assert check is not None
    assert [text for text in right if not check(text)] == []
    assert [text for text in odd if check(text)] == []


def test_the_ids_of_elements_are_never_let_through_quickly() -> None:
    assert plain(plan("HumanName").slots["id"]) is None


def test_a_text_longer_than_a_string_may_be_is_not_let_through() -> None:
    check = plain(plan("HumanName").slots["family"])
    assert check is not None
    assert check("a" * 1_048_576) and not check("a" * 1_048_577)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://a.example/ValueSet/v", []),
        ("urn:oid:1.2.3", []),
        ("ValueSet/v", ["url-relative"]),
        ("v", ["url-relative"]),
    ],
)
def test_the_url_of_a_definition_is_absolute(url: str, expected: list[str]) -> None:
    assert errors({"resourceType": "ValueSet", "status": "draft", "url": url}) == expected


def test_the_url_of_a_device_is_an_address_and_no_name() -> None:
    assert errors({"resourceType": "Device", "url": "v"}) == []


@pytest.mark.parametrize(
    ("canonical", "expected"),
    [("http://a.example/p", []), ("Patient/p", []), ("p", ["canonical-relative"])],
)
def test_a_canonical_that_names_nothing_anywhere_is_wrong(canonical: str, expected: list[str]) -> None:
    assert errors({"resourceType": "Patient", "meta": {"profile": [canonical]}}) == expected
