"""Codes in a resource: in their code system, and against the value set of their element."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.tilts_fhir.codes.samples import COLOURS, LIGHT, Json, a_code_system, a_value_set
from tilts_fhir.library import RELEASE, Library
from tilts_fhir.structures import Binding
from tilts_fhir.validation.bindings import (
    check_binding,
    check_code,
    check_coding,
    check_concept,
    check_quantity,
)
from tilts_fhir.validation.plans import Slot
from tilts_fhir.validation.walk import Options, Scene, Walk

SLOT = Slot("Paint", "colour", "colour", "object", "Coding")
HERE = (None, "Paint", None)
UNITS = "http://unitsofmeasure.org"


def found(check: Callable[[Walk], None]) -> list[tuple[str, str, str]]:
    """Key, severity and place of what a check says."""
    light = a_value_set({"system": COLOURS, "concept": [{"code": "rose"}]})
    library = Library([a_code_system(), light], beneath=RELEASE)
    walk = Walk(Options(library=library), Scene({"resourceType": "Basic"}, HERE))
    check(walk)
    return [(each.key, each.severity, each.expression) for each in walk.issues]


def of_coding(binding: Binding | None = None, **coding: Any) -> list[tuple[str, str, str]]:
    return found(lambda walk: check_coding(walk, replace(SLOT, binding=binding), coding, HERE))


def of_concept(binding: Binding | None, concept: Json) -> list[tuple[str, str, str]]:
    return found(lambda walk: check_concept(walk, replace(SLOT, binding=binding), concept, HERE))


def test_a_right_coding_has_no_issue() -> None:
    assert of_coding(system=COLOURS, code="rose", display="rose") == []


@pytest.mark.parametrize(
    ("coding", "expected"),
    [
        ({"system": COLOURS, "code": "green"}, ("coding-unknown", "error", "Paint.code")),
        (
            {"system": COLOURS, "code": "rose", "display": "Tulip"},
            ("coding-display", "error", "Paint.display"),
        ),
        ({"system": COLOURS, "code": "pink"}, ("coding-inactive", "warning", "Paint")),
        ({"system": COLOURS, "code": "red"}, ("coding-abstract", "warning", "Paint")),
        ({"code": "rose"}, ("coding-no-system", "warning", "Paint")),
        ({"system": "colours", "code": "rose"}, ("coding-system-relative", "error", "Paint.system")),
        ({"system": LIGHT, "code": "rose"}, ("coding-system-value-set", "error", "Paint.system")),
        ({"system": COLOURS, "code": "green", "version": "1"}, ("coding-version", "warning", "Paint.system")),
        ({"system": "http://loinc.org", "code": "8867-5"}, ("coding-malformed", "error", "Paint.code")),
        (
            {"system": "http://hl7.org/fhir/CodeSystem/example-supplement", "code": "x"},
            ("coding-system-supplement", "error", "Paint.system"),
        ),
    ],
)
def test_a_wrong_coding_is_named(coding: Json, expected: tuple[str, str, str]) -> None:
    assert of_coding(**coding) == [expected]


@pytest.mark.parametrize(
    "system", ["https://loinc.org", "http://loinc.org/", "http://hl7.org/fhir/unheard-of", f"{COLOURS}/"]
)
def test_a_system_that_does_not_exist_is_doubted(system: str) -> None:
    assert of_coding(system=system, code="8867-4") == [("coding-system-unknown", "warning", "Paint.system")]


def test_what_cannot_be_decided_is_not_reported() -> None:
    far = Binding("required", "http://example.org/ValueSet/far")
    assert of_coding(far, system="http://example.org/far", code="x", display="y") == []


def test_a_code_that_hl7_terminology_may_have_by_now_is_a_warning() -> None:
    system = "http://terminology.hl7.org/CodeSystem/v2-0203"
    assert of_coding(system=system, code="NEW") == [("coding-unknown", "warning", "Paint.code")]
    assert of_coding(system=system, code="NEW", version="2.9") == [("coding-unknown", "error", "Paint.code")]


@pytest.mark.parametrize(
    ("strength", "expected"),
    [
        ("required", [("binding-required", "error", "Paint")]),
        ("extensible", [("binding-extensible", "warning", "Paint")]),
        ("preferred", [("binding-preferred", "information", "Paint")]),
        ("example", []),
    ],
)
def test_the_strength_of_a_binding_is_its_severity(
    strength: str, expected: list[tuple[str, str, str]]
) -> None:
    assert of_coding(Binding(strength, LIGHT), system=COLOURS, code="blue") == expected
    assert of_coding(Binding(strength, LIGHT), system=COLOURS, code="rose") == []


def test_nothing_leaves_the_maximum() -> None:
    binding = Binding("preferred", "http://example.org/ValueSet/far", LIGHT)
    assert of_coding(binding, system=COLOURS, code="blue") == [("binding-maximum", "error", "Paint")]


def test_one_coding_of_a_concept_in_the_value_set_is_enough() -> None:
    blue, rose = {"system": COLOURS, "code": "blue"}, {"system": COLOURS, "code": "rose"}
    required = Binding("required", LIGHT)
    assert of_concept(required, {"coding": [blue, rose]}) == []
    assert of_concept(required, {"coding": [blue]}) == [("binding-required", "error", "Paint")]


def test_every_coding_of_a_concept_is_looked_at() -> None:
    concept = {"coding": [{"system": COLOURS, "code": "rose"}, {"system": COLOURS, "code": "green"}]}
    assert of_concept(None, concept) == [("coding-unknown", "error", "Paint.coding[1].code")]


@pytest.mark.parametrize(("strength", "severity"), [("required", "error"), ("extensible", "warning")])
def test_text_alone_is_not_a_code(strength: str, severity: str) -> None:
    assert of_concept(Binding(strength, LIGHT), {"text": "rosy"}) == [("binding-no-code", severity, "Paint")]
    assert of_concept(Binding("preferred", LIGHT), {"text": "rosy"}) == []


def test_a_coding_without_system_is_in_no_required_value_set() -> None:
    keys = [key for key, _, _ in of_concept(Binding("required", LIGHT), {"coding": [{"code": "rose"}]})]
    assert keys == ["coding-no-system", "binding-required"]


def test_the_name_that_the_bound_value_set_gives_is_right() -> None:
    named = a_value_set(
        {"system": COLOURS, "concept": [{"code": "rose", "display": "Rosy"}]}, url=f"{LIGHT}2"
    )
    library = Library([a_code_system(), named], beneath=RELEASE)
    walk = Walk(Options(library=library), Scene({}, HERE))
    slot = replace(SLOT, binding=Binding("required", f"{LIGHT}2"))
    check_coding(walk, slot, {"system": COLOURS, "code": "rose", "display": "Rosy"}, HERE)
    assert walk.issues == []


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        ({"value": 1, "unit": "mg", "system": UNITS, "code": "mg"}, []),
        ({"value": 1, "unit": "mg"}, []),
        ({"system": UNITS, "code": "mg / dL"}, [("coding-malformed", "error", "Paint.code")]),
        ({"system": UNITS, "code": "tablets"}, [("coding-unknown-in-part", "warning", "Paint.code")]),
    ],
)
def test_units_of_quantities(quantity: Json, expected: list[tuple[str, str, str]]) -> None:
    assert found(lambda walk: check_quantity(walk, SLOT, quantity, HERE)) == expected


@pytest.mark.parametrize(
    ("value_set", "text", "expected"),
    [
        ("mimetypes", "application/pdf", []),
        ("mimetypes", "pdf", [("binding-required", "error", "Paint")]),
        ("all-languages", "lv", []),
        ("all-languages", "lv_LV", [("binding-required", "error", "Paint")]),
    ],
)
def test_bound_codes_without_a_list(value_set: str, text: str, expected: list[tuple[str, str, str]]) -> None:
    slot = replace(
        SLOT, type="code", binding=Binding("required", f"http://hl7.org/fhir/ValueSet/{value_set}")
    )
    assert found(lambda walk: check_code(walk, slot, text, HERE)) == expected


def test_the_binding_of_a_profile_names_it() -> None:
    walk = Walk(Options(), Scene({}, HERE))
    gender = Binding("required", "http://hl7.org/fhir/ValueSet/administrative-gender")
    check_binding(walk, gender, "woman", HERE, "http://example.org/profile")
    assert [(each.key, each.source) for each in walk.issues] == [
        ("binding-required", "http://example.org/profile")
    ]
