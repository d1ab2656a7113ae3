"""A resource is built as FHIR R4 says, or every fault in it is named with its place."""

import copy
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tilts_fhir import definitions
from tilts_fhir.issues import TEXTS, Issue
from tilts_fhir.texts import structure
from tilts_fhir.validation import Options, validate

Json = dict[str, Any]


def check(resource: Json, **bounds: int) -> list[Issue]:
    """What is said of structure and references; the other rules have tests of their own."""
    found = validate(resource, options=Options(**bounds))
    return [issue for issue in found if issue.key in structure.TEXTS or issue.key.startswith("reference-")]


def a_prescription(**facts: Any) -> Json:
    order = {
        "resourceType": "MedicationRequest",
        "id": "a1",
        "identifier": [{"system": "urn:oid:2.999.1", "value": "1"}],
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": "Amoxicillin 500 mg"},
        "subject": {"reference": "Patient/1"},
        "authoredOn": "2026-11-23T10:00:00+02:00",
        "dispenseRequest": {
            "quantity": {"value": Decimal("1.50"), "unit": "box"},
            "numberOfRepeatsAllowed": 2,
        },
    }
    return {key: value for key, value in {**order, **facts}.items() if value is not None}


def a_patient(**facts: Any) -> Json:
    return {"resourceType": "Patient", **facts}


def found(resource: Json) -> list[tuple[str, str]]:
    return [(issue.key, issue.expression) for issue in check(resource)]


def test_a_right_prescription_has_no_issue() -> None:
    assert found(a_prescription()) == []


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"status": None}, ("missing", "MedicationRequest.status")),
        ({"medicationCodeableConcept": None}, ("missing", "MedicationRequest.medication")),
        ({"status": "aktive"}, ("code", "MedicationRequest.status")),
        ({"statuss": "active"}, ("unknown-element", "MedicationRequest")),
        ({"status": ["active"]}, ("array", "MedicationRequest.status")),
        ({"status": ""}, ("empty-text", "MedicationRequest.status")),
        ({"status": None, "_status": {"id": "x"}}, ("empty-object", "MedicationRequest.status")),
        ({"identifier": {"value": "1"}}, ("not-an-array", "MedicationRequest.identifier")),
        ({"identifier": []}, ("empty-array", "MedicationRequest.identifier")),
        ({"identifier": [{}]}, ("empty-object", "MedicationRequest.identifier[0]")),
        ({"identifier": [None]}, ("null", "MedicationRequest.identifier[0]")),
        (
            {"medicationReference": {"reference": "Medication/1"}},
            ("choice-twice", "MedicationRequest.medication"),
        ),
        ({"medicationString": "x"}, ("choice-type", "MedicationRequest.medication")),
        ({"medication": {"text": "x"}}, ("choice-type", "MedicationRequest.medication")),
        (
            {"subject": {"reference": "Practitioner/1"}},
            ("reference-target", "MedicationRequest.subject.reference"),
        ),
        ({"subject": {"reference": "Patients/1"}}, ("reference-type", "MedicationRequest.subject.reference")),
        (
            {"subject": {"reference": "Patient/1", "type": "Group"}},
            ("reference-differs", "MedicationRequest.subject.type"),
        ),
        (
            {"subject": {"type": "Device", "identifier": {"value": "1"}}},
            ("reference-target", "MedicationRequest.subject.type"),
        ),
        ({"authoredOn": "2026-02-30"}, ("format", "MedicationRequest.authoredOn")),
        ({"authoredOn": "2026-11-23T10:00:00"}, ("format", "MedicationRequest.authoredOn")),
        ({"authoredOn": 2026}, ("json-type", "MedicationRequest.authoredOn")),
        ({"doNotPerform": "true"}, ("json-type", "MedicationRequest.doNotPerform")),
        ({"doNotPerform": None, "_doNotPerform": None}, None),
        (
            {"dispenseRequest": {"quantity": {"value": "1.5"}}},
            ("json-type", "MedicationRequest.dispenseRequest.quantity.value"),
        ),
        (
            {"dispenseRequest": {"numberOfRepeatsAllowed": Decimal("1.0")}},
            ("format", "MedicationRequest.dispenseRequest.numberOfRepeatsAllowed"),
        ),
        ({"dispenseRequest": {"id": "only"}}, ("empty-object", "MedicationRequest.dispenseRequest")),
        ({"contained": [{"id": "m"}]}, ("no-resource-type", "MedicationRequest.contained[0]")),
        (
            {"contained": [{"resourceType": "Medication", "id": "m", "statis": "x"}]},
            ("unknown-element", "MedicationRequest.contained[0]"),
        ),
        ({"extension": [{"valueString": "x"}]}, ("missing", "MedicationRequest.extension[0].url")),
        (
            {"extension": [{"url": "http://x.example/a"}]},
            ("extension-nothing", "MedicationRequest.extension[0]"),
        ),
        (
            {"extension": [{"url": "u", "valueCode": "x", "extension": [{"url": "v", "valueCode": "y"}]}]},
            ("extension-both", "MedicationRequest.extension[0]"),
        ),
    ],
)
def test_names_the_fault_and_its_place(facts: Json, expected: tuple[str, str] | None) -> None:
    assert found(a_prescription(**facts)) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ({"given": ["A", None], "_given": [None, {"extension": [{"url": "u", "valueCode": "c"}]}]}, []),
        ({"_given": [{"extension": [{"url": "u", "valueCode": "c"}]}]}, []),
        ({"given": ["A", None]}, [("null", "Patient.name[0].given[1]")]),
        ({"given": ["A", None], "_given": [{"id": "x"}, None]}, [("null", "Patient.name[0].given[1]")]),
        ({"_given": [None]}, [("null", "Patient.name[0].given[0]")]),
        ({"_given": {"id": "x"}}, [("not-an-array", "Patient.name[0].given")]),
        ({"_given": [{"ids": "x", "id": "y"}]}, [("unknown-element", "Patient.name[0].given[0]")]),
    ],
)
def test_nulls_stand_only_where_the_companion_array_fills_them(
    name: Json, expected: list[tuple[str, str]]
) -> None:
    without_bare_ids = [each for each in found(a_patient(name=[name])) if each[0] != "empty-object"]

    assert without_bare_ids == expected


def test_a_shorter_companion_array_is_a_warning() -> None:
    telling = {"extension": [{"url": "u", "valueCode": "c"}]}
    issues = check(a_patient(name=[{"given": ["A", "B"], "_given": [telling]}]))

    assert [(issue.key, issue.severity) for issue in issues] == [("companion-length", "warning")]


def test_every_fault_is_found_not_the_first() -> None:
    order = a_prescription(status="x", intent=None, authoredOn="yesterday", foo=1)

    assert [key for key, _ in found(order)] == ["code", "format", "unknown-element", "missing"]


def test_resources_in_bundles_and_parameters_are_checked() -> None:
    bundle = {"resourceType": "Bundle", "type": "batch", "entry": [{"resource": a_patient(gender="m")}]}
    parameters = {
        "resourceType": "Parameters",
        "parameter": [{"name": "p", "resource": {"resourceType": "Nope"}}],
    }

    assert found(bundle) == [("code", "Bundle.entry[0].resource.gender")]
    assert found(parameters) == [("resource-type", "Parameters.parameter[0].resource")]


def test_texts_tell_what_to_do_in_both_languages() -> None:
    [issue] = check(a_prescription(statuss="active"))

    assert issue.text_en == "MedicationRequest has no element 'statuss'. Did you mean 'status'?"
    assert issue.text_lv == "Tipam MedicationRequest nav elementa 'statuss'. Varbūt domāts 'status'?"


@pytest.mark.parametrize(
    "resource", [{}, {"resourceType": None}, {"resourceType": "Patiant"}, {"resourceType": "Element"}]
)
def test_a_resource_needs_a_known_type(resource: Json) -> None:
    assert next(key for key, _ in found(resource)) in {"no-resource-type", "resource-type"}


def test_issues_and_values_are_bounded() -> None:
    many = a_patient(name=[{"x": 1}] * 5_000)

    assert [issue.key for issue in check(many)][99:] == ["unknown-element", "more-issues"]
    assert [issue.key for issue in check(many, max_values=1_000)][-1] == "too-large"


def test_nesting_is_bounded() -> None:
    inner: Json = {"url": "u", "valueCode": "c"}
    for _ in range(500):
        inner = {"url": "u", "extension": [inner]}

    assert [key for key, _ in found(a_patient(extension=[inner]))] == ["too-deep"]


def test_hostile_sizes_are_checked_fast() -> None:
    start = time.process_time()
    check(a_patient(**{"x" * 1_000_000: 1, "id": "a" * 1_000_000}, name=[{"text": "ab " * 400_000}]))
    check(a_patient(**{f"e{number}": number for number in range(100_000)}))

    assert time.process_time() - start < 5


def test_every_type_has_a_plan_and_every_text_both_languages() -> None:
    for name in definitions.resource_types():
        assert check({"resourceType": name, "id": "1"}) is not None
    assert all(text.en and text.lv and text.en != text.lv for text in TEXTS.values())
    assert len(definitions.resource_types()) == 146


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    return [path, *(deeper for key, item in inside for deeper in places(item, (*path, key)))]


ORDER = a_prescription()
junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "url", "value", "x"]), inner)
    ),
    max_leaves=5,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(places(ORDER)[1:]), junk)
def test_any_value_anywhere_gives_issues_and_no_crash(place: tuple[Any, ...], value: Any) -> None:
    order = copy.deepcopy(ORDER)
    holder = order
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = value

    for issue in check(order):
        assert issue.expression.startswith(("MedicationRequest", "Resource"))


@pytest.mark.parametrize("name", ["contained", "entry", "meta", "text", "extension", "item", "value"])
@pytest.mark.parametrize("odd", [None, "", [], {}, [None], [1], "x", {"extension": [{"url": "u"}]}], ids=repr)
@pytest.mark.parametrize("kind", ["Bundle", "Patient", "Questionnaire", "Parameters", "ValueSet"])
def test_an_element_that_is_not_there_or_not_so_is_refused_and_hurts_no_rule(
    kind: str, name: str, odd: object
) -> None:
    for holder in ({"resourceType": kind, "id": "1"}, {"resourceType": kind, "name": "x", "status": "draft"}):
        assert any(issue.severity == "error" for issue in validate({**holder, name: odd}))
