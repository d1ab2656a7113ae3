"""What one request brings or says changes nothing for the next: neither its definitions nor what was found in order."""

import json
from typing import Any

from tilts_fhir.library import MAX_STRUCTURES_KEPT, MAX_URL_KEPT, Library
from tilts_fhir.structures import TYPE_ROOT
from tilts_fhir.validation import Options, validate
from tilts_fhir.validation.profiles.items import NO_ELEMENTS, by_name

Json = dict[str, Any]

PATIENT = TYPE_ROOT + "Patient"
MARITAL = "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus"


def told(resource: Json, library: Library) -> list[tuple[str, str, str]]:
    issues = validate(resource, options=Options(library=library))
    return [(each.severity, each.key, each.expression) for each in issues]


def married(user_selected: object) -> Json:
    coding = {"system": MARITAL, "code": "M", "userSelected": user_selected}
    return {"resourceType": "Patient", "maritalStatus": {"coding": [coding]}}


def resources() -> list[Json]:
    return [
        married(True),
        {"resourceType": "Patient", "gender": "unknown", "birthDate": "1980-01-01"},
        {"resourceType": "Patient", "extension": [{"url": "http://a.example/x", "valueString": "a"}]},
        {
            "resourceType": "Patient",
            "maritalStatus": {"coding": [{"system": MARITAL, "code": "QQ"}]},
            "meta": {"profile": ["http://a.example/p"]},
        },
    ]


def definitions_that_say_otherwise() -> list[Json]:
    """Of urls that the release has, and of such as it has not."""
    profile = {
        "resourceType": "StructureDefinition",
        "name": "P",
        "status": "active",
        "kind": "resource",
        "abstract": False,
        "url": "http://a.example/p",
        "type": "Patient",
        "baseDefinition": PATIENT,
        "derivation": "constraint",
        "differential": {"element": [{"path": "Patient"}, {"path": "Patient.name", "min": 1}]},
    }
    extension = {
        **profile,
        "url": "http://a.example/x",
        "type": "Extension",
        "baseDefinition": TYPE_ROOT + "Extension",
        "context": [{"type": "element", "expression": "Patient"}],
        "differential": {"element": [{"path": "Extension"}]},
    }
    system = {
        "resourceType": "CodeSystem",
        "url": MARITAL,
        "content": "complete",
        "concept": [{"code": "QQ", "display": "?"}],
    }
    values = {
        "resourceType": "ValueSet",
        "url": "http://hl7.org/fhir/ValueSet/marital-status",
        "compose": {"include": [{"system": MARITAL}]},
    }
    return [profile, extension, system, values, {**profile, "url": PATIENT}]


def test_definitions_of_one_request_change_nothing_for_the_next() -> None:
    shared = Library()
    before = [told(each, shared) for each in resources()]
    own = Library(definitions_that_say_otherwise(), beneath=shared)
    with_own = [told(each, own) for each in resources()]

    assert with_own != before
    assert [told(each, shared) for each in resources()] == before
    assert [told(each, Library()) for each in resources()] == before


def test_what_was_in_order_is_remembered_by_what_it_is_and_not_by_what_is_equal_to_it() -> None:
    shared = Library()
    assert ("error", "json-type", "Patient.maritalStatus.coding[0].userSelected") not in told(
        married(True), shared
    )
    assert ("error", "json-type", "Patient.maritalStatus.coding[0].userSelected") in told(married(1), shared)


def test_what_is_remembered_of_requests_is_bounded_in_length() -> None:
    shared = Library()
    told({"resourceType": "Patient", "maritalStatus": {"coding": [{"display": "x" * 100_000}]}}, shared)
    told({"resourceType": "Patient", "extension": [{"url": "http://a.example/" + "x" * 100_000}]}, shared)
    told({"resourceType": "Patient", "meta": {"profile": ["http://a.example/" + "x" * 100_000]}}, shared)
    kept = [*map(repr, shared._structures), *shared.plain_extensions]
    kept += [json.dumps(mark, default=str) for mark in shared.in_order]
    assert all(len(each) <= 4 * MAX_URL_KEPT for each in kept)


def test_unknown_definitions_that_are_asked_for_do_not_fill_the_memory() -> None:
    shared = Library()
    for number in range(MAX_STRUCTURES_KEPT + 10):
        assert shared.structure(f"http://a.example/{number}") is None
    assert len(shared._structures) <= MAX_STRUCTURES_KEPT
    assert shared.structure(PATIENT) is not None


def test_names_of_unknown_types_are_not_kept() -> None:
    assert by_name("Nonsense") is NO_ELEMENTS
    assert {"name", "gender"} <= by_name("Patient").keys()
