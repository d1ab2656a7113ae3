"""What is said of definitions that are themselves the resource that is checked."""

from typing import Any

import pytest

from tests.tilts_fhir.definitions.stated import TYPE, URL, Json, profile
from tilts_fhir.issues import Issue
from tilts_fhir.library import RELEASE, Library
from tilts_fhir.validation.conformance.capability_statements import check_capability_statement
from tilts_fhir.validation.conformance.operation_definitions import check_operation_definition
from tilts_fhir.validation.conformance.search_parameters import check_search_parameter
from tilts_fhir.validation.conformance.structure_definitions import check_structure_definition
from tilts_fhir.validation.structure import root_path
from tilts_fhir.validation.walk import Options, Scene, Walk

RULES = {
    "CapabilityStatement": check_capability_statement,
    "StructureDefinition": check_structure_definition,
    "OperationDefinition": check_operation_definition,
    "SearchParameter": check_search_parameter,
}


def issues(resource: Json, *others: Json) -> list[Issue]:
    """What the rule of its type says of a resource."""
    library = Library(others, beneath=RELEASE)
    path = root_path(resource)
    walk = Walk(Options(library=library), Scene(resource, path))
    RULES[resource["resourceType"]](walk, resource, path)
    return walk.issues


def said(resource: Json, *others: Json) -> list[tuple[str, str]]:
    return [(issue.key, issue.expression) for issue in issues(resource, *others)]


def extension(fixed: str, **members: Any) -> Json:
    return profile("Extension", {"path": "Extension.url", "fixedUri": fixed}, kind="complex-type", **members)


ELEMENT = "StructureDefinition.differential.element[0]"


def test_a_right_profile_has_nothing_said_of_it() -> None:
    rule = {"key": "x", "severity": "error", "human": "x", "expression": "name.given.exists()"}
    assert not said(
        profile(
            "Patient",
            {"path": "Patient", "constraint": [rule]},
            {
                "path": "Patient.extension",
                "sliceName": "n",
                "type": [{"code": "Extension", "profile": [URL + "-n"]}],
            },
            {"path": "Patient.birthDate", "min": 1, "patternDate": "1980"},
            {"path": "Patient.managingOrganization.identifier.system", "fixedUri": "urn:x"},
        ),
        extension(URL + "-n", url=URL + "-n"),
    )


@pytest.mark.parametrize(
    ("element", "key", "place"),
    [
        ({"path": "Patient.none"}, "sd-element-unknown", ""),
        ({"path": "Patient", "slicing": {}}, "sd-root-slicing", ".slicing"),
        ({"path": "Patient.active", "fixedString": "x"}, "sd-value-type", ""),
        ({"path": "Patient.name", "type": [{"code": "Humanname"}]}, "sd-type-unknown", ".type[0].code"),
        (
            {"path": "Patient.name", "type": [{"code": "HumanName", "profile": ["http://example.lv/none"]}]},
            "sd-profile-unknown",
            ".type[0].profile[0]",
        ),
        (
            {"path": "Patient.name", "type": [{"code": "HumanName", "profile": [TYPE + "Address"]}]},
            "sd-profile-type",
            ".type[0].profile[0]",
        ),
        (
            {
                "path": "Patient.name",
                "type": [{"code": "HumanName", "profile": ["http://hl7.org/fhir/ValueSet/languages"]}],
            },
            "sd-profile-kind",
            ".type[0].profile[0]",
        ),
        (
            {
                "path": "Patient.generalPractitioner",
                "type": [{"code": "Reference", "targetProfile": [TYPE + "Money"]}],
            },
            "sd-target-type",
            ".type[0].targetProfile[0]",
        ),
        (
            {"path": "Patient.gender", "binding": {"valueSet": "http://hl7.org/fhir/administrative-gender"}},
            "sd-value-set-kind",
            ".binding.valueSet",
        ),
        (
            {"path": "Patient.identifier", "slicing": {"discriminator": [{"type": "value", "path": "code"}]}},
            "sd-discriminator",
            ".slicing.discriminator[0]",
        ),
        (
            {"path": "Patient", "constraint": [{"key": "x", "expression": "name.exists("}]},
            "definition-expression",
            ".constraint[0].expression",
        ),
        (
            {"path": "Patient.contact", "constraint": [{"key": "x", "expression": "birthDate.exists()"}]},
            "definition-expression",
            ".constraint[0].expression",
        ),
    ],
)
def test_a_wrong_element_is_named_with_its_place(element: Json, key: str, place: str) -> None:
    found = [each for each in said(profile("Patient", element)) if each[0] != "sd-type-loosened"]

    assert found == [(key, ELEMENT + place)]


@pytest.mark.parametrize(
    "path",
    [
        "$this",
        "system",
        "type.coding.code",
        "period.start",
        "extension('x').value",
        "type.ofType(CodeableConcept).text",
        "assigner.resolve().name",
        "assigner.resolve().anything.at.all",
    ],
)
def test_paths_of_discriminators_that_lead_somewhere_pass(path: str) -> None:
    slicing = {"discriminator": [{"type": "value", "path": path}], "rules": "open"}

    assert said(profile("Patient", {"path": "Patient.identifier", "slicing": slicing})) == []


def test_discriminators_of_backbone_elements_and_choices_are_followed() -> None:
    def slicing(path: str) -> Json:
        return {"discriminator": [{"type": "value", "path": path}], "rules": "open"}

    assert said(profile("Patient", {"path": "Patient.contact", "slicing": slicing("name.use")})) == []
    assert said(profile("Patient", {"path": "Patient.contact", "slicing": slicing("birthDate")}))
    component = {"path": "Observation.component", "slicing": slicing("value.coding")}
    assert said(profile("Observation", component)) == []


def test_the_url_of_an_extension_is_the_one_it_fixes() -> None:
    assert said(extension(URL)) == []
    assert said(extension(URL + "-other")) == [("sd-extension-url", ELEMENT)]


def test_the_context_of_an_extension_is_an_element() -> None:
    context = [
        {"type": "element", "expression": expression}
        for expression in ("Patient", "Patient.contact.name", "string", "Element", "Patient.none", "Nothing")
    ]
    found = said(extension(URL, context=context))

    assert found == [
        ("sd-context-unknown", "StructureDefinition.context[4].expression"),
        ("sd-context-unknown", "StructureDefinition.context[5].expression"),
    ]


def test_a_profile_keeps_type_and_kind_of_its_base() -> None:
    found = said(profile("Patient", baseDefinition=TYPE + "Quantity"))

    assert ("sd-base-differs", "StructureDefinition.type") in found
    assert ("sd-base-differs", "StructureDefinition.kind") in found


def test_an_unknown_base_is_no_error() -> None:
    (issue,) = issues(profile("Patient", {"path": "Patient.none"}, baseDefinition="http://example.lv/none"))

    assert (issue.key, issue.severity) == ("sd-base-unknown", "warning")
    assert "http://example.lv/none" in issue.text_en and "http://example.lv/none" in issue.text_lv


def test_obligations_come_from_marked_profiles_of_the_same_base() -> None:
    def heir(canonical: str) -> Json:
        stated = {"url": TYPE + "inherit-obligations", "valueCanonical": canonical}
        return profile("Patient", extension=[stated])

    mark = [{"url": TYPE + "obligation-profile", "valueBoolean": True}]
    right = profile("Patient", url="http://example.lv/a", extension=mark)
    plain = profile("Patient", url="http://example.lv/b")
    strange = profile("Patient", url="http://example.lv/c", baseDefinition=URL + "2", extension=mark)
    place = "StructureDefinition.extension[0]"

    assert said(heir(right["url"]), right) == []
    assert said(heir(plain["url"]), plain) == [("sd-obligations-unmarked", place)]
    assert said(heir(strange["url"]), strange) == [("sd-obligations-base", place)]


def parameters(*slices: tuple[str, Json], **members: Any) -> Json:
    """A profile of Parameters with one slice for each name and what its resource or value is."""
    elements: list[Json] = [
        {"path": "Parameters.parameter", "slicing": {"discriminator": [{"type": "value", "path": "name"}]}}
    ]
    for name, value in slices:
        root = f"Parameters.parameter:{name}"
        elements += [
            {"id": root, "path": "Parameters.parameter", "sliceName": name, "min": 1, "max": "1"},
            {"id": f"{root}.name", "path": "Parameters.parameter.name", "fixedString": name},
            {"id": f"{root}.{value['path']}", **value, "path": f"Parameters.parameter.{value['path']}"},
        ]
    return profile("Parameters", *elements, **members)


def operation(*parameters: Json) -> Json:
    return {"resourceType": "OperationDefinition", "inputProfile": URL, "parameter": list(parameters)}


def test_parameters_of_an_operation_agree_with_its_profile() -> None:
    value = {"path": "value[x]", "type": [{"code": "string"}]}
    given = parameters(("a", value))
    right = {"name": "a", "use": "in", "min": 1, "max": "1", "type": "string"}
    place = "OperationDefinition.inputProfile"

    assert said(operation(right), parameters(("a", value | {"min": 1}))) in (
        [],
        [("op-parameter-extra", place)],
    )
    assert ("op-parameter-min", place) in said(operation(right | {"min": 0}), given)
    assert ("op-parameter-max", place) in said(operation(right | {"max": "*"}), given)
    assert said(operation({**right, "name": "b"}), given) == [
        ("op-parameter-extra", place),
        ("op-parameter-missing", place),
    ]


def test_types_of_parameters_agree_where_the_profile_leaves_one_place() -> None:
    elements = {"path": "resource", "type": [{"code": "Patient"}]}
    given = parameters(("a", elements))
    closing = {"id": "Parameters.parameter:a.value[x]", "path": "Parameters.parameter.value[x]", "max": "0"}
    given["differential"]["element"].insert(3, closing)
    right = {"name": "a", "use": "in", "min": 1, "max": "1", "type": "Patient"}

    assert said(operation(right), given) == []
    assert said(operation(right | {"type": "Person"}), given) == [
        ("op-parameter-type", "OperationDefinition.inputProfile")
    ]


def test_the_profile_of_an_operation_is_one_of_parameters() -> None:
    place = "OperationDefinition.inputProfile"

    assert said(operation(), profile("Patient")) == [("op-profile-type", place)]
    assert said(operation()) == [("op-profile-unknown", place)]


def search(**members: Any) -> Json:
    stated = {
        "resourceType": "SearchParameter",
        "type": "string",
        "base": ["Patient"],
        "expression": "Patient.name",
    }
    return stated | members


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, []),
        ({"expression": "Patient.name | Person.name", "base": ["Patient", "Person"]}, []),
        ({"expression": "Patient.name ="}, [("definition-expression", "error")]),
        ({"expression": "Patient.nam"}, [("definition-expression", "error")]),
        ({"expression": "Person.nam"}, [("definition-expression", "warning")]),
        ({"derivedFrom": "http://hl7.org/fhir/SearchParameter/individual-family"}, []),
        ({"derivedFrom": "http://example.lv/none"}, [("sp-derived-unknown", "warning")]),
        (
            {"derivedFrom": "http://hl7.org/fhir/SearchParameter/individual-family", "type": "token"},
            [("sp-derived-type", "error")],
        ),
        (
            {
                "derivedFrom": "http://hl7.org/fhir/SearchParameter/individual-family",
                "base": ["Observation"],
                "expression": "Observation.code",
            },
            [("sp-derived-base", "error")],
        ),
    ],
)
def test_a_search_parameter_can_be_evaluated_and_fits_its_origin(
    members: Json, expected: list[tuple[str, str]]
) -> None:
    assert [(issue.key, issue.severity) for issue in issues(search(**members))] == expected


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        (["Organization"], []),
        (["Patient"], ["sd-target-loosened"]),
        (["Organization", "Group"], ["sd-target-loosened"]),
    ],
)
def test_a_profile_points_only_to_what_its_base_points_to(targets: list[str], expected: list[str]) -> None:
    kind = {"code": "Reference", "targetProfile": [TYPE + each for each in targets]}
    element = {"path": "Patient.managingOrganization", "type": [kind]}

    assert [key for key, _ in said(profile("Patient", element))] == expected


def test_where_the_base_points_to_anything_so_may_a_profile() -> None:
    kind = {"code": "Reference", "targetProfile": [TYPE + "Patient"]}

    assert said(profile("Observation", {"path": "Observation.focus", "type": [kind]})) == []


def test_a_definition_with_a_base_says_how_it_is_derived() -> None:
    without = {key: value for key, value in profile("Patient").items() if key != "derivation"}

    assert "sd-no-derivation" in [key for key, _ in said(without)]
    assert said(profile("Patient")) == []


def test_a_constraint_of_a_profile_names_elements_that_exist() -> None:
    def severity(of: str, name: str, expression: str, **members: Any) -> list[str]:
        rule = {"key": "x", "severity": "error", "human": "x", "expression": expression}
        found = issues(profile(of, {"path": name, "constraint": [rule]}, **members))
        return [each.severity for each in found if each.key == "definition-expression"]

    assert severity("Patient", "Patient.name", "family.exists()") == []
    assert severity("Patient", "Patient.name", "famly.exists()") == ["error"]
    assert severity("Extension", "Extension", "famly.exists()", kind="complex-type") == ["warning"]


def test_a_fixed_primitive_value_is_of_the_very_type() -> None:
    assert said(profile("Patient", {"path": "Patient.gender", "fixedCode": "male"})) == []
    assert said(profile("Patient", {"path": "Patient.gender", "fixedString": "male"})) == [
        ("sd-value-type", ELEMENT)
    ]


def test_codes_of_a_profile_are_bound_to_a_value_set() -> None:
    system = "http://hl7.org/fhir/administrative-gender"
    element = {"path": "Patient.maritalStatus", "binding": {"strength": "required", "valueSet": system}}

    assert [(each.key, each.severity) for each in issues(profile("Patient", element))] == [
        ("sd-value-set-kind", "error")
    ]


def test_a_search_parameter_is_stated_with_the_type_it_is_defined_with() -> None:
    own = {"resourceType": "SearchParameter", "url": "http://example.lv/krasa", "type": "token"}

    def stated(definition: str, kind: str) -> list[tuple[str, str]]:
        parameter = {"name": "x", "definition": definition, "type": kind}
        rest = [{"mode": "server", "resource": [{"type": "Patient", "searchParam": [parameter]}]}]
        found = issues({"resourceType": "CapabilityStatement", "rest": rest}, own)
        return [(each.severity, each.expression) for each in found]

    place = "CapabilityStatement.rest[0].resource[0].searchParam[0].type"
    assert stated("http://example.lv/krasa", "token") == []
    assert stated("http://example.lv/krasa", "string") == [("error", place)]
    assert stated("http://hl7.org/fhir/SearchParameter/individual-gender", "string") == [("warning", place)]
    assert stated("http://example.lv/none", "string") == []
