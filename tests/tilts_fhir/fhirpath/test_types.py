"""What the engine knows of the types of R4: choices, namespaces, `is`, `as`, and the strict reading."""

from decimal import Decimal
from typing import Any

import pytest

from tilts_fhir.fhirpath import Context, FhirPathError, Node, compile_expression

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p",
    "active": True,
    "name": [{"family": "Bērziņa", "given": ["Anna", "Marija"]}, {"given": ["Ance"], "use": "nickname"}],
    "gender": "female",
    "birthDate": "1974-12",
    "_birthDate": {"extension": [{"url": "http://example.org/e", "valueString": "at noon"}]},
    "_deceasedBoolean": {"id": "d"},
    "multipleBirthInteger": 2,
    "contact": [{"name": {"family": "Kalns"}}],
    "managingOrganization": {"reference": "#o"},
    "contained": [{"resourceType": "Organization", "id": "o", "name": "Klīnika"}],
}
OBSERVATION: dict[str, Any] = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"text": "weight"},
    "valueQuantity": {
        "value": Decimal("72.50"),
        "unit": "kg",
        "system": "http://unitsofmeasure.org",
        "code": "kg",
    },
}


def values(
    expression: str, focus: Any = PATIENT, start: str | None = None, strict: bool = False
) -> list[Any]:
    return compile_expression(expression, start, strict).values(focus)


def test_a_choice_is_found_by_its_name_without_type() -> None:
    assert values("Observation.value.unit", OBSERVATION) == ["kg"]
    assert values("Observation.valueQuantity", OBSERVATION) == []
    assert values("multipleBirth") == [2]


def test_a_primitive_without_value_is_there_but_has_none() -> None:
    assert values("deceased.exists()") == [True]
    assert values("deceased.hasValue()") == [False]
    assert values("deceased.id") == ["d"]
    assert values("deceased = true") == []


def test_extensions_of_a_primitive_are_its_children() -> None:
    assert values("birthDate.extension('http://example.org/e').value") == ["at noon"]
    assert values("birthDate.hasExtension('http://example.org/other')") == [False]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("Patient.active.type().namespace & '.' & Patient.active.type().name", "FHIR.boolean"),
        ("true.type().namespace & '.' & true.type().name", "System.Boolean"),
        ("contact.first().type().name", "BackboneElement"),
        ("gender is code", True),
        ("gender is string", True),
        ("gender is id", False),
        ("gender is System.String", False),
        ("$this is DomainResource", True),
        ("$this is FHIR.Resource", True),
        ("contained.first() is Organization", True),
        ("name.first() is Element", True),
    ],
)
def test_types_are_those_of_the_definitions(expression: str, expected: object) -> None:
    assert values(expression) == [expected]


def test_as_and_of_type_want_the_very_primitive() -> None:
    assert values("gender.as(code)") == ["female"]
    assert values("gender.as(string)") == []
    assert values("gender.ofType(string)") == []


def test_a_system_name_means_the_fhir_primitive_too_unless_strict() -> None:
    assert values("active is Boolean") == [True]
    assert values("active is Boolean", strict=True) == [False]


def test_as_filters_a_collection_unless_strict() -> None:
    assert values("name.as(HumanName).family") == ["Bērziņa"]
    with pytest.raises(FhirPathError) as refusal:
        values("name.as(HumanName).family", strict=True)
    assert refusal.value.key == "not-single"


@pytest.mark.parametrize(
    "expression",
    [
        "name.given1",
        "Patient.name.given.family",
        "contact.name.where(nothing = 'a')",
        "(multipleBirth as integer).start",
        "identifier.startsWith('a')",
        "children().first()",
        "descendants()[0]",
        "iif(true, nothing)",
    ],
)
def test_strict_refuses_what_no_patient_can_have(expression: str) -> None:
    with pytest.raises(FhirPathError) as refusal:
        compile_expression(expression, "Patient", strict=True)

    assert refusal.value.key == "semantic"


@pytest.mark.parametrize(
    "expression",
    [
        "name.given",
        "Patient.contact.name.family",
        "contained.anything",
        "extension.value.coding.code",
        "managingOrganization.resolve().name",
        "DomainResource.text",
        "name.aggregate($total + given.count(), 0)",
        "contact.repeat(name | period)",
        "name.trace('names', family)",
        "birthDate.extension.url",
        "name.where(use = 'official').given.first().startsWith('A')",
    ],
)
def test_strict_lets_through_what_a_patient_can_have(expression: str) -> None:
    assert compile_expression(expression, "Patient", strict=True).text == expression


def test_a_node_knows_its_place() -> None:
    found = compile_expression("name.given", "Patient").evaluate(PATIENT)

    assert [node.path() for node in found] == [
        "Patient.name[0].given[0]",
        "Patient.name[0].given[1]",
        "Patient.name[1].given[0]",
    ]
    assert all(type(node) is Node and node.type == "string" for node in found)


def test_an_evaluation_can_go_on_from_a_node() -> None:
    name = compile_expression("name", "Patient").evaluate(PATIENT)[1]

    assert compile_expression("given & '/' & %resource.gender", "HumanName").values(
        name, Context(PATIENT)
    ) == ["Ance/female"]


def test_references_are_resolved_inside_the_resource_the_bundle_and_by_the_caller() -> None:
    bundle = {
        "resourceType": "Bundle",
        "entry": [
            {"fullUrl": "http://a.test/Patient/p", "resource": PATIENT},
            {
                "fullUrl": "urn:uuid:1",
                "resource": {
                    **OBSERVATION,
                    "subject": {"reference": "Patient/p"},
                    "device": {"reference": "Device/d"},
                },
            },
        ],
    }
    given = {"Device/d": {"resourceType": "Device", "id": "d"}}
    resolved = compile_expression(
        "Bundle.entry.resource.select(subject | device | managingOrganization).resolve()"
    )

    found = resolved.evaluate(bundle, Context(bundle, resolve=given.get))

    assert [node.type for node in found] == ["Organization", "Patient", "Device"]


def test_decimals_keep_their_digits() -> None:
    assert values("value.value.toString()", OBSERVATION) == ["72.50"]
    assert values("value = 72500 'g'", OBSERVATION) == [True]


def test_a_resource_without_known_type_is_read_by_its_keys() -> None:
    model = {"resourceType": "Form", "part": [{"dose": 1}, {"valueString": "x"}]}

    assert values("part.dose", model) == [1]
    assert values("part.value", model) == ["x"]
