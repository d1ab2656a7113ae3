"""Code systems, value sets and concept maps as resources of their own."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.tilts_fhir.codes.samples import COLOURS, LIGHT, Json, a_code_system, a_filter, a_value_set
from tilts_fhir.library import RELEASE, Library
from tilts_fhir.validation.conformance.code_systems import check_code_system
from tilts_fhir.validation.conformance.concept_maps import check_concept_map
from tilts_fhir.validation.conformance.value_sets import check_value_set
from tilts_fhir.validation.walk import Options, Path, Scene, Walk

PROPERTIES = "http://hl7.org/fhir/concept-properties#"
PARAMETER = "http://hl7.org/fhir/tools/StructureDefinition/valueset-parameter"
EXPRESSION = "http://hl7.org/fhir/StructureDefinition/cqf-expression"
SNOMED = "http://snomed.info/sct"


def found(
    rule: Callable[[Walk, Json, Path], None], resource: Json, *others: Json
) -> list[tuple[str, str, str]]:
    path: Path = (None, resource["resourceType"], None)
    walk = Walk(Options(library=Library(others, beneath=RELEASE)), Scene(resource, path))
    rule(walk, resource, path)
    return [(each.key, each.severity, each.expression.partition(".")[2]) for each in walk.issues]


def of_system(*others: Json, **facts: Any) -> list[tuple[str, str, str]]:
    return found(check_code_system, a_code_system(**facts), *others)


def of_value_set(*include: Json, **facts: Any) -> list[tuple[str, str, str]]:
    return found(check_value_set, a_value_set(*include, **facts), a_code_system())


def test_a_right_code_system_has_no_issue() -> None:
    assert of_system() == []
    assert of_system(count=4) == []


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"count": 5}, ("code-system-count", "error", "count")),
        ({"count": 3, "content": "fragment"}, ("code-system-count", "error", "count")),
        ({"content": "not-present"}, ("code-system-not-present", "error", "concept[0]")),
        ({"concept": None}, ("code-system-no-concepts", "warning", "")),
        ({"caseSensitive": None}, ("code-system-case", "information", "")),
        ({"hierarchyMeaning": None}, ("code-system-hierarchy", "information", "")),
        ({"supplements": "http://example.org/far"}, ("code-system-supplement-content", "error", "content")),
        ({"content": "supplement"}, ("code-system-supplements-nothing", "error", "content")),
        (
            {"valueSet": "http://hl7.org/fhir/ValueSet/administrative-gender"},
            ("code-system-value-set", "error", "valueSet"),
        ),
        ({"valueSet": "http://hl7.org/fhir/issue-type"}, ("code-system-value-set-type", "error", "valueSet")),
    ],
)
def test_a_wrong_code_system_is_named(facts: Json, expected: tuple[str, str, str]) -> None:
    assert of_system(**facts) == [expected]


def test_a_fragment_may_have_fewer_concepts_than_its_system() -> None:
    assert of_system(count=100, content="fragment") == []


def test_the_value_set_of_all_codes_is_right() -> None:
    assert of_system(a_value_set({"system": COLOURS}), valueSet=LIGHT) == []


def test_a_supplement_adds_only_to_codes_that_exist() -> None:
    supplement = a_code_system(
        url="http://example.org/more",
        content="supplement",
        supplements=COLOURS,
        property=None,
        hierarchyMeaning=None,
        concept=[{"code": "red"}, {"code": "green"}],
    )
    assert found(check_code_system, supplement, a_code_system()) == [
        ("code-system-supplement-code", "error", "concept[1]")
    ]


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        (
            [{"code": "a", "type": "string"}, {"code": "a", "type": "string"}],
            ("code-system-property-twice", "error", "property[1]"),
        ),
        (
            [{"code": "inactive", "uri": f"{PROPERTIES}inactive", "type": "string"}],
            ("code-system-property-type", "error", "property[0]"),
        ),
        (
            [{"code": "parent", "uri": f"{PROPERTIES}child", "type": "code"}],
            ("code-system-property-code", "error", "property[0]"),
        ),
        ([{"code": "inactive", "type": "boolean"}], ("code-system-property-uri", "warning", "property[0]")),
    ],
)
def test_a_wrong_declaration_of_a_property_is_named(
    declared: list[Json], expected: tuple[str, str, str]
) -> None:
    assert of_system(property=declared, concept=[{"code": "x"}]) == [expected]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"code": "warm", "valueString": "yes"}, ("code-system-property-value", "error")),
        ({"code": "size", "valueInteger": 1}, ("code-system-property-undeclared", "warning")),
        ({"code": "above", "valueCode": "gone"}, ("code-system-property-concept", "error")),
        ({"code": "same", "valueCode": "gone"}, ("code-system-property-concept", "warning")),
    ],
)
def test_a_wrong_property_of_a_concept_is_named(said: Json, expected: tuple[str, str]) -> None:
    declared = [
        {"code": "warm", "type": "boolean"},
        {"code": "above", "uri": f"{PROPERTIES}parent", "type": "code"},
        {"code": "same", "uri": f"{PROPERTIES}synonym", "type": "code"},
    ]
    issues = [
        (key, severity)
        for key, severity, place in of_system(property=declared, concept=[{"code": "x", "property": [said]}])
        if place == "concept[0].property[0]"
    ]
    assert issues == [expected]


def test_a_designation_that_adds_nothing_is_named() -> None:
    concept = {
        "code": "x",
        "display": "X",
        "designation": [{"value": "Ex"}, {"language": "lv", "value": "Iks"}],
    }
    assert of_system(concept=[concept]) == [
        ("code-system-designation", "warning", "concept[0].designation[0]")
    ]


def test_a_right_value_set_has_no_issue() -> None:
    listed = {"system": COLOURS, "concept": [{"code": "rose", "display": "Rose"}]}
    assert of_value_set(listed, a_filter("concept", "is-a", "red"), a_filter("warm", "=", "true")) == []


@pytest.mark.parametrize(
    ("include", "expected"),
    [
        ({"system": "#c"}, ("value-set-system-relative", "error", "system")),
        (
            {"system": "http://hl7.org/fhir/ValueSet/languages"},
            ("value-set-system-value-set", "error", "system"),
        ),
        ({"system": COLOURS, "concept": [{"code": "green"}]}, ("value-set-code", "error", "concept[0].code")),
        ({"system": SNOMED, "concept": [{"code": "12"}]}, ("value-set-code", "error", "concept[0].code")),
        (
            {"system": COLOURS, "concept": [{"code": "rose", "display": "Tulip"}]},
            ("value-set-display", "warning", "concept[0].display"),
        ),
        (
            {"system": COLOURS, "concept": [{"code": "rose"}, {"code": "rose"}]},
            ("value-set-code-twice", "warning", "concept[1]"),
        ),
        ({"valueSet": [LIGHT]}, ("value-set-import-itself", "error", "valueSet[0]")),
        ({"valueSet": [COLOURS]}, ("value-set-import-type", "error", "valueSet[0]")),
        ({"valueSet": ["http://example.org/far"]}, ("value-set-import-unknown", "warning", "valueSet[0]")),
    ],
)
def test_a_wrong_include_is_named(include: Json, expected: tuple[str, str, str]) -> None:
    key, severity, place = expected
    assert of_value_set(include) == [(key, severity, f"compose.include[0].{place}")]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (("warm", "=", "1"), ("value-set-filter-value", "error")),
        (("warm", "is-a", "red"), ("value-set-filter-operator", "error")),
        (("warm", "exists", "maybe"), ("value-set-filter-value", "error")),
        (("weight", "=", "1"), ("value-set-filter-property", "warning")),
        (("concept", "is-a", "green"), ("value-set-filter-code", "error")),
        (("concept", "in", "rose,green"), ("value-set-filter-code", "error")),
    ],
)
def test_a_wrong_filter_is_named(condition: tuple[str, str, str], expected: tuple[str, str]) -> None:
    assert of_value_set(a_filter(*condition)) == [(*expected, "compose.include[0].filter[0]")]


@pytest.mark.parametrize(
    ("kind", "value", "right"),
    [
        ("integer", "3", True),
        ("integer", "lt3", True),
        ("integer", "three", False),
        ("decimal", "1.5", True),
        ("decimal", "1,5", False),
        ("dateTime", "2026-11", True),
        ("dateTime", "2026-02-30", False),
        ("Coding", f"{COLOURS}#rose", True),
        ("Coding", f"{COLOURS}|2.0#rose", True),
        ("Coding", "rose", False),
    ],
)
def test_the_value_of_a_filter_fits_the_type_of_the_property(kind: str, value: str, right: bool) -> None:
    paints = a_code_system(url="http://example.org/paints", property=[{"code": "p", "type": kind}])
    include = {"system": paints["url"], "filter": [{"property": "p", "op": "=", "value": value}]}
    issues = found(check_value_set, a_value_set(include), paints, a_code_system())
    assert [key for key, _, _ in issues] == ([] if right else ["value-set-filter-value"])


def test_a_filter_by_coding_names_a_code_that_exists() -> None:
    paints = a_code_system(url="http://example.org/paints", property=[{"code": "p", "type": "Coding"}])
    include = {"system": paints["url"], "filter": [{"property": "p", "op": "=", "value": f"{COLOURS}#green"}]}
    issues = found(check_value_set, a_value_set(include), paints, a_code_system())
    assert [key for key, _, _ in issues] == ["value-set-filter-code"]


@pytest.mark.parametrize(
    ("condition", "key"),
    [
        (("constraint", "=", "<< 22298006 22298006"), "value-set-filter-ecl"),
        (("concept", "is-a", "heart"), "value-set-filter-code"),
        (("constraint", "=", "<< 22298006"), None),
        (("concept", "is-a", "22298006"), None),
    ],
)
def test_filters_on_snomed_ct(condition: tuple[str, str, str], key: str | None) -> None:
    issues = of_value_set(a_filter(*condition, system=SNOMED))
    assert [each[0] for each in issues] == ([] if key is None else [key])


def with_expression(expression: str, language: str = "text/fhirpath", declared: str = "p-lot") -> list[str]:
    computed = {"url": EXPRESSION, "valueExpression": {"language": language, "expression": expression}}
    parameter = {"url": PARAMETER, "extension": [{"url": "name", "valueCode": declared}]}
    include = {
        "system": COLOURS,
        "filter": [{"property": "warm", "op": "=", "_value": {"extension": [computed]}}],
    }
    return [key for key, _, _ in of_value_set(include, extension=[parameter])]


def test_expressions_use_the_parameters_that_are_declared() -> None:
    assert with_expression("%p-lot") == []
    assert with_expression("%p-lot = '%x'") == []
    assert with_expression("%other") == ["value-set-parameter-unknown", "value-set-parameter-unused"]


def test_expressions_are_fhirpath() -> None:
    assert with_expression("%p-lot", "text/cql") == [
        "value-set-expression-language",
        "value-set-parameter-unused",
    ]
    assert with_expression("$ and %p-lot") == ["value-set-expression", "value-set-parameter-unused"]


def test_an_expansion_holds_no_more_codes_than_its_total() -> None:
    contains = [{"system": COLOURS, "code": "rose"}, {"system": COLOURS, "code": "green"}]
    assert of_value_set({"system": COLOURS}, expansion={"total": 1, "contains": contains}) == [
        ("value-set-code", "error", "expansion.contains[1].code"),
        ("value-set-expansion-total", "error", "expansion.total"),
    ]


def test_an_entry_of_an_expansion_has_a_code_or_is_abstract() -> None:
    def of_entry(**facts: Any) -> list[tuple[str, str, str]]:
        return of_value_set({"system": COLOURS}, expansion={"contains": [{"display": "Rose", **facts}]})

    assert of_entry(abstract=True) == []
    assert of_entry(system=COLOURS, code="rose") == []
    assert of_entry() == [("value-set-expansion-code", "error", "expansion.contains[0]")]


def test_a_pointer_to_a_contained_code_system_finds_it() -> None:
    pointer = {"url": "http://hl7.org/fhir/StructureDefinition/valueset-system", "valueCanonical": "#c"}
    include = {"system": "http://example.org/own", "_system": {"extension": [pointer]}}
    own = {"resourceType": "CodeSystem", "id": "c", "url": "http://example.org/own"}
    assert of_value_set(include, contained=[own]) == []
    assert [key for key, _, _ in of_value_set(include, contained=[{**own, "url": COLOURS}])] == [
        "value-set-pointer"
    ]


def a_map(**facts: Any) -> Json:
    element = {"code": "rose", "target": [{"code": "female", "equivalence": "relatedto"}]}
    group = {"source": COLOURS, "target": "http://hl7.org/fhir/administrative-gender", "element": [element]}
    return {"resourceType": "ConceptMap", "group": [{**group, **facts.pop("group", {})}], **facts}


def of_map(**facts: Any) -> list[tuple[str, str, str]]:
    light = a_value_set({"system": COLOURS, "concept": [{"code": "blue"}]})
    return found(check_concept_map, a_map(**facts), a_code_system(), light)


def test_a_right_map_has_no_issue() -> None:
    assert of_map() == []


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (
            {"group": {"element": [{"code": "green"}]}},
            ("concept-map-code", "warning", "group[0].element[0].code"),
        ),
        (
            {"group": {"element": [{"code": "rose", "target": [{"code": "woman"}]}]}},
            ("concept-map-code", "warning", "group[0].element[0].target[0].code"),
        ),
        (
            {"group": {"element": [{"code": "rose", "display": "Tulip"}]}},
            ("concept-map-display", "warning", "group[0].element[0].display"),
        ),
        (
            {"group": {"unmapped": {"mode": "fixed", "code": "woman"}}},
            ("concept-map-code", "warning", "group[0].unmapped.code"),
        ),
        ({"sourceCanonical": LIGHT}, ("concept-map-value-set", "error", "group[0].element[0].code")),
        ({"targetUri": "http://hl7.org/fhir/issue-type"}, ("concept-map-scope", "error", "target")),
        ({"group": {"source": LIGHT}}, ("concept-map-system", "error", "group[0].source")),
    ],
)
def test_a_wrong_map_is_named(facts: Json, expected: tuple[str, str, str]) -> None:
    assert of_map(**facts) == [expected]
