"""What a profile asks of single elements: numbers, types, values, codes, rules."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.tilts_fhir.profiles.definitions import BASE, a_patient, a_profile, an_observation, found

Json = dict[str, Any]
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def asking(path: str, **facts: Any) -> Json:
    return a_profile("asking", path.partition(".")[0], {"path": path, **facts})


@pytest.mark.parametrize(
    ("profile", "right", "wrong", "expected"),
    [
        (
            asking("Patient.name", min=1),
            a_patient(name=[{"text": "A"}]),
            a_patient(),
            ("profile-minimum", "Patient.name"),
        ),
        (
            asking("Patient.name", max="1"),
            a_patient(name=[{"text": "A"}]),
            a_patient(name=[{"text": "A"}, {"text": "B"}]),
            ("profile-maximum", "Patient.name"),
        ),
        (
            asking("Patient.photo", max="0"),
            a_patient(),
            a_patient(photo=[{"url": "urn:x"}]),
            ("profile-maximum", "Patient.photo[0]"),
        ),
        (
            asking("Patient.name.family", min=1),
            a_patient(
                name=[
                    {"_family": {"extension": [{"url": BASE + "data-absent-reason", "valueCode": "unknown"}]}}
                ]
            ),
            a_patient(name=[{"given": ["A"]}]),
            ("profile-minimum", "Patient.name[0].family"),
        ),
        (
            asking("Observation.value[x]", type=[{"code": "Quantity"}, {"code": "string"}]),
            an_observation(valueString="a"),
            an_observation(valueBoolean=True),
            ("profile-type", "Observation.value"),
        ),
        (
            asking("Bundle.entry.resource", type=[{"code": "Patient"}]),
            {
                "resourceType": "Bundle",
                "type": "collection",
                "entry": [{"fullUrl": "urn:uuid:1", "resource": a_patient()}],
            },
            {
                "resourceType": "Bundle",
                "type": "collection",
                "entry": [
                    {"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Basic", "code": {"text": "x"}}}
                ],
            },
            ("profile-type", "Bundle.entry[0].resource"),
        ),
        (
            asking("Patient.gender", fixedCode="other"),
            a_patient(gender="other"),
            a_patient(gender="male"),
            ("profile-fixed", "Patient.gender"),
        ),
        (
            asking("Patient.maritalStatus", fixedCodeableConcept={"text": "M"}),
            a_patient(maritalStatus={"text": "M"}),
            a_patient(maritalStatus={"text": "M", "id": "x"}),
            ("profile-fixed", "Patient.maritalStatus.id"),
        ),
        (
            asking("Observation.code", patternCodeableConcept={"coding": [{"system": "urn:x", "code": "a"}]}),
            an_observation(
                code={"coding": [{"system": "urn:y", "code": "b"}, {"system": "urn:x", "code": "a"}]}
            ),
            an_observation(code={"coding": [{"system": "urn:x", "code": "b"}]}),
            ("profile-pattern", "Observation.code.coding"),
        ),
        (
            asking("Observation.value[x]", minValueInteger=3),
            an_observation(valueInteger=3),
            an_observation(valueInteger=2),
            ("profile-min-value", "Observation.value"),
        ),
        (
            asking("Patient.birthDate", maxValueDate="2020-06"),
            a_patient(birthDate="2020-06-30"),
            a_patient(birthDate="2020-07"),
            ("profile-max-value", "Patient.birthDate"),
        ),
        (
            asking("Patient.name.family", maxLength=3),
            a_patient(name=[{"family": "Abc"}]),
            a_patient(name=[{"family": "Abcd"}]),
            ("profile-max-length", "Patient.name[0].family"),
        ),
        (
            asking("Patient.name.family", extension=[{"url": BASE + "minLength", "valueInteger": 3}]),
            a_patient(name=[{"family": "Abc"}]),
            a_patient(name=[{"family": "Ab"}]),
            ("profile-min-length", "Patient.name[0].family"),
        ),
        (
            asking(
                "Patient.maritalStatus",
                binding={
                    "strength": "required",
                    "valueSet": "http://hl7.org/fhir/ValueSet/administrative-gender",
                },
            ),
            a_patient(
                maritalStatus={
                    "coding": [{"system": "http://hl7.org/fhir/administrative-gender", "code": "male"}]
                }
            ),
            a_patient(
                maritalStatus={
                    "coding": [
                        {"system": "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "code": "M"}
                    ]
                }
            ),
            ("binding-required", "Patient.maritalStatus"),
        ),
        (
            asking(
                "Patient.contact",
                constraint=[
                    {"key": "t-1", "severity": "error", "human": "x", "expression": "gender.exists()"}
                ],
            ),
            a_patient(contact=[{"gender": "male", "name": {"text": "A"}}]),
            a_patient(contact=[{"name": {"text": "A"}}]),
            ("invariant", "Patient.contact[0]"),
        ),
        (
            asking(
                "Patient.active",
                extension=[
                    {
                        "url": "http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.valueAlternatives",
                        "valueCanonical": BASE + "data-absent-reason",
                    }
                ],
            ),
            a_patient(_active={"extension": [{"url": BASE + "data-absent-reason", "valueCode": "unknown"}]}),
            a_patient(_active={"extension": [{"url": "http://example.org/other", "valueCode": "unknown"}]}),
            ("profile-alternative", "Patient.active"),
        ),
    ],
)
def test_a_profile_finds_what_it_asks_for_and_nothing_else(
    profile: Json, right: Json, wrong: Json, expected: tuple[str, str]
) -> None:
    assert found(right, profile) == []
    assert found(wrong, profile) == [expected]


def test_a_binding_may_have_others_beside_it() -> None:
    gender = "http://hl7.org/fhir/ValueSet/administrative-gender"
    beside = {
        "url": "http://hl7.org/fhir/tools/StructureDefinition/additional-binding",
        "extension": [
            {"url": "purpose", "valueCode": "required"},
            {"url": "valueSet", "valueCanonical": gender},
        ],
    }
    main = {
        "strength": "example",
        "valueSet": "http://hl7.org/fhir/ValueSet/marital-status",
        "extension": [beside],
    }
    profile = asking("Patient.maritalStatus", binding=main)
    male = {"system": "http://hl7.org/fhir/administrative-gender", "code": "male"}
    other = {"system": "urn:x", "code": "male"}
    assert found(a_patient(maritalStatus={"coding": [male]}), profile) == []
    assert found(a_patient(maritalStatus={"coding": [other]}), profile) == [
        ("binding-required", "Patient.maritalStatus")
    ]


@pytest.mark.parametrize(
    ("quantity", "is_right"),
    [
        ({"value": Decimal("1.0"), "system": "http://unitsofmeasure.org", "code": "kg"}, True),
        ({"value": 999, "system": "http://unitsofmeasure.org", "code": "g"}, False),
        ({"value": 1000, "system": "http://unitsofmeasure.org", "code": "g"}, True),
        ({"value": 0, "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}, True),
    ],
    ids=["same unit", "below in grams", "as much in grams", "not to be compared"],
)
def test_quantities_are_compared_over_metric_prefixes(quantity: Json, is_right: bool) -> None:
    least = {"value": 1, "system": "http://unitsofmeasure.org", "code": "kg"}
    profile = asking("Observation.value[x]", minValueQuantity=least)
    assert (found(an_observation(valueQuantity=quantity), profile) == []) is is_right


@pytest.mark.parametrize(
    ("born", "is_right"), [("1950-01-01", True), ("1926-11-23", True), ("1926-11-22", False)]
)
def test_a_duration_as_bound_of_a_date_is_measured_from_now(born: str, is_right: bool) -> None:
    hundred_years = {"value": 100, "system": "http://unitsofmeasure.org", "code": "a"}
    profile = asking("Patient.birthDate", minValueQuantity=hundred_years)
    assert (found(a_patient(birthDate=born), profile, now=NOW) == []) is is_right
    assert found(a_patient(birthDate=born), profile) == []


def ruled(path: str, expression: str) -> Json:
    return asking(
        path, constraint=[{"key": "t-1", "severity": "error", "human": "x", "expression": expression}]
    )


def test_a_rule_may_ask_for_a_value_set() -> None:
    profile = ruled("Patient.maritalStatus", "memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')")
    male = {"system": "http://hl7.org/fhir/administrative-gender", "code": "male"}
    assert found(a_patient(maritalStatus={"coding": [male]}), profile) == []
    assert found(a_patient(maritalStatus={"coding": [{**male, "code": "x"}]}), profile)[-1] == (
        "invariant",
        "Patient.maritalStatus",
    )


def test_a_rule_may_ask_for_a_profile() -> None:
    named = a_profile("named", "Patient", {"path": "Patient.name", "min": 1})
    profile = ruled("Patient", f"conformsTo('{named['url']}')")
    profile["differential"]["element"].pop(0)
    assert found(a_patient(name=[{"text": "A"}]), profile, named) == []
    assert found(a_patient(), profile, named) == [("invariant", "Patient")]


def test_a_rule_on_a_primitive_sees_its_extensions() -> None:
    profile = ruled("Patient.birthDate", "extension.exists()")
    absent = {"extension": [{"url": BASE + "data-absent-reason", "valueCode": "unknown"}]}
    assert found(a_patient(_birthDate=absent), profile) == []
    assert found(a_patient(birthDate="1970-01-01"), profile) == [("invariant", "Patient.birthDate")]


def test_rules_of_elements_inside_a_contained_resource_see_that_resource() -> None:
    rule = "%resource.type().name = 'Practitioner' and %rootResource.type().name = 'Patient'"
    profile = a_profile(
        "containing",
        "Patient",
        {"path": "Patient.contained", "type": [{"code": "Practitioner"}]},
        {
            "path": "Patient.contained.name",
            "constraint": [{"key": "t-1", "severity": "error", "human": "x", "expression": rule}],
        },
    )
    practitioner = {"resourceType": "Practitioner", "id": "p", "name": [{"text": "A"}]}
    assert (
        found(a_patient(contained=[practitioner], generalPractitioner=[{"reference": "#p"}]), profile) == []
    )


@pytest.mark.parametrize(
    ("control", "code", "div", "expected"),
    [
        ("narrative-language-control", "_no", '<div lang="lv">a</div>', "profile-narrative-no-language"),
        ("narrative-language-control", "_yes", "<p>a</p>", "profile-narrative-language"),
        ("narrative-language-control", "lv", '<div lang="lv">a</div>', None),
        ("narrative-language-control", "_resource", '<div lang="en">a</div>', "profile-narrative-language"),
        ("narrative-source-control", "warning", "<p>a</p>", "profile-narrative-source"),
        ("narrative-source-control", "warning", '<p class="original">a <b>b</b></p>', None),
    ],
)
def test_a_profile_controls_languages_and_sources_of_the_narrative(
    control: str, code: str, div: str, expected: str | None
) -> None:
    profile = asking("Patient.text", extension=[{"url": BASE + control, "valueCode": code}])
    text = {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{div}</div>'}
    keys = [key for key, _ in found(a_patient(language="lv", text=text), profile)]
    assert keys == ([] if expected is None else [expected])


def test_a_simple_quantity_has_no_comparator_also_without_a_profile() -> None:
    def observed(**low: Any) -> Json:
        return an_observation(
            referenceRange=[{"low": {"value": 1, **low}}], valueQuantity={"value": 1, "comparator": "<"}
        )

    assert found(observed()) == []
    assert found(observed(comparator="<")) == [
        ("profile-simple-quantity", "Observation.referenceRange[0].low.comparator")
    ]
