"""Whether a value set has a code: in, out, or unknown."""

import time

import pytest

from tests.tilts_fhir.codes.samples import (
    COLOURS,
    LIGHT,
    Json,
    a_code_system,
    a_filter,
    a_value_set,
    codes_with,
)
from tilts_fhir.codes import Codes
from tilts_fhir.library import RELEASE

ALL = {"red", "pink", "rose", "blue"}


def kinds(value_set: Json, *others: Json) -> dict[str, str]:
    """The answer for each colour, and for one that is none."""
    codes = codes_with(a_code_system(), value_set, *others)
    return {code: codes.check(LIGHT, COLOURS, code).kind for code in (*sorted(ALL), "green")}


def members(value_set: Json, *others: Json) -> set[str]:
    found = kinds(value_set, *others)
    assert "unknown" not in found.values()
    return {code for code, kind in found.items() if kind == "in"}


def test_a_whole_system_has_all_its_codes() -> None:
    assert members(a_value_set({"system": COLOURS})) == ALL


def test_a_list_has_what_it_lists() -> None:
    assert members(a_value_set({"system": COLOURS, "concept": [{"code": "red"}, {"code": "rose"}]})) == {
        "red",
        "rose",
    }


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (("concept", "is-a", "red"), {"red", "pink", "rose"}),
        (("concept", "descendent-of", "red"), {"pink", "rose"}),
        (("concept", "is-not-a", "red"), {"blue"}),
        (("concept", "generalizes", "rose"), {"rose", "red"}),
        (("concept", "=", "rose"), {"rose"}),
        (("concept", "in", "rose, blue"), {"rose", "blue"}),
        (("concept", "not-in", "rose,blue"), {"red", "pink"}),
        (("concept", "is-a", "green"), set()),
        (("code", "regex", "r.*"), {"red", "rose"}),
        (("warm", "=", "true"), {"red"}),
        (("warm", "exists", "false"), {"pink", "rose", "blue"}),
        (("inactive", "=", "false"), {"red", "rose", "blue"}),
        (("notSelectable", "=", "true"), {"red"}),
        (("parent", "=", "red"), {"pink", "rose"}),
        (("child", "=", "rose"), {"red"}),
        (("display", "=", "Blue"), {"blue"}),
    ],
)
def test_filters(condition: tuple[str, str, str], expected: set[str]) -> None:
    assert members(a_value_set(a_filter(*condition))) == expected


@pytest.mark.parametrize(
    "condition", [("weight", "=", "1"), ("code", "regex", "(?=r)r.*"), ("warm", "child-of", "x")]
)
def test_what_a_filter_means_is_not_guessed(condition: tuple[str, str, str]) -> None:
    assert kinds(a_value_set(a_filter(*condition)))["rose"] == "unknown"


def test_all_filters_of_an_include_must_be_met() -> None:
    both = a_filter("concept", "is-a", "red")
    both["filter"].append({"property": "inactive", "op": "=", "value": "true"})
    assert members(a_value_set(both)) == {"pink"}


def test_excludes_take_away() -> None:
    exclude = [{"system": COLOURS, "concept": [{"code": "red"}]}]
    assert members(a_value_set({"system": COLOURS}, exclude=exclude)) == ALL - {"red"}


def test_value_sets_within_an_include_intersect_and_includes_unite() -> None:
    warm = a_value_set(a_filter("concept", "is-a", "red"), url="http://example.org/ValueSet/warm")
    listed = a_value_set(
        {"system": COLOURS, "concept": [{"code": "rose"}, {"code": "blue"}]},
        url="http://example.org/ValueSet/two",
    )
    both: Json = {"valueSet": [warm["url"], listed["url"]]}
    assert members(a_value_set(both), warm, listed) == {"rose"}
    assert (
        members(a_value_set({"valueSet": [warm["url"]]}, {"valueSet": [listed["url"]]}), warm, listed) == ALL
    )


def test_a_value_set_that_is_not_at_hand_makes_what_it_decides_unknown() -> None:
    far: Json = {"valueSet": ["http://example.org/ValueSet/far"]}
    near: Json = {"system": COLOURS, "concept": [{"code": "rose"}]}
    assert kinds(a_value_set(far, near)) == dict.fromkeys((*ALL, "green"), "unknown") | {"rose": "in"}


def test_a_system_that_is_not_at_hand_is_decided_only_where_it_is_listed() -> None:
    codes = codes_with(a_value_set({"system": "http://example.org/far", "concept": [{"code": "a"}]}))
    assert codes.check(LIGHT, "http://example.org/far", "a").kind == "in"
    assert codes.check(LIGHT, "http://example.org/far", "b").kind == "out"
    whole = codes_with(a_value_set({"system": "http://example.org/far"}))
    assert whole.check(LIGHT, "http://example.org/far", "a").kind == "unknown"
    assert whole.check(LIGHT, COLOURS, "red").kind == "out"


def test_another_version_of_the_system_decides_nothing() -> None:
    assert kinds(a_value_set({"system": COLOURS, "version": "1.0"}))["rose"] == "unknown"
    assert kinds(a_value_set({"system": COLOURS, "version": "2.0"}))["green"] == "out"


def test_without_a_system_any_system_of_the_set_fits() -> None:
    codes = codes_with(a_code_system(), a_value_set({"system": COLOURS}))
    assert codes.check(LIGHT, None, "rose").kind == "in"
    assert codes.check(LIGHT, None, "green").kind == "out"


def test_a_stored_expansion_decides_what_the_composition_cannot() -> None:
    expansion = {
        "contains": [{"system": COLOURS, "code": "a", "contains": [{"system": COLOURS, "code": "b"}]}]
    }
    value_set = a_value_set(a_filter("unknown", "=", "x"), expansion=expansion)
    codes = codes_with(value_set)
    assert [codes.check(LIGHT, COLOURS, code).kind for code in "abc"] == ["in", "in", "out"]
    partly = codes_with({**value_set, "expansion": {**expansion, "total": 100}})
    assert partly.check(LIGHT, COLOURS, "c").kind == "unknown"


def test_value_sets_that_include_each_other_come_to_an_end() -> None:
    other = a_value_set({"valueSet": [LIGHT]}, url="http://example.org/ValueSet/other")
    circle = a_value_set({"valueSet": [other["url"]]}, {"system": COLOURS, "concept": [{"code": "rose"}]})
    assert kinds(circle, other)["rose"] == "in"
    assert kinds(circle, other)["blue"] == "unknown"


def test_a_ladder_of_doubled_imports_is_climbed_once() -> None:
    ladder = [
        a_value_set(
            {"valueSet": [f"{LIGHT}{step + 1}"]}, {"valueSet": [f"{LIGHT}{step + 1}"]}, url=f"{LIGHT}{step}"
        )
        for step in range(200)
    ]
    started = time.process_time()
    assert codes_with(*ladder).check(f"{LIGHT}0", COLOURS, "red").kind == "unknown"
    assert codes_with(*ladder).expand(f"{LIGHT}0") is None
    assert time.process_time() - started < 1


def test_the_codes_of_a_value_set_can_be_listed() -> None:
    codes = codes_with(a_code_system(), a_value_set(a_filter("concept", "is-a", "red")))
    assert codes.expand(LIGHT) == {(COLOURS, "red"), (COLOURS, "pink"), (COLOURS, "rose")}
    assert codes.expand("http://example.org/ValueSet/far") is None
    assert codes.expand("http://hl7.org/fhir/ValueSet/condition-code") is None


def test_a_value_set_may_give_a_code_a_name_of_its_own() -> None:
    include = {"system": COLOURS, "concept": [{"code": "rose", "display": "Rosy"}]}
    codes = codes_with(a_code_system(), a_value_set(include))
    assert not codes.check(LIGHT, COLOURS, "rose", "Rosy").wrong_display
    assert codes.check(LIGHT, COLOURS, "rose", "Violet").wrong_display


def test_a_value_set_itself_can_be_asked() -> None:
    codes = codes_with(a_code_system())
    assert codes.check(a_value_set(a_filter("concept", "is-a", "red")), COLOURS, "rose").kind == "in"


def test_a_contained_code_system_is_used_where_it_is_pointed_to() -> None:
    pointer = {"url": "http://hl7.org/fhir/StructureDefinition/valueset-system", "valueCanonical": "#c"}
    value_set = a_value_set(
        {"system": COLOURS, "_system": {"extension": [pointer]}}, contained=[a_code_system(id="c")]
    )
    codes = codes_with(value_set)
    assert codes.check(LIGHT, COLOURS, "rose").kind == "in"
    assert codes.check(LIGHT, COLOURS, "green").kind == "out"


def test_a_misshapen_value_set_raises_nothing() -> None:
    odd: Json = {"resourceType": "ValueSet", "url": LIGHT, "compose": {"include": [1, {"concept": [2, {}]}]}}
    assert codes_with(odd).check(LIGHT, COLOURS, "x").kind == "unknown"


def test_the_release_knows_its_own_value_sets() -> None:
    codes = Codes(RELEASE)
    gender = "http://hl7.org/fhir/ValueSet/administrative-gender"
    assert codes.check(gender, "http://hl7.org/fhir/administrative-gender", "female", "Female").kind == "in"
    assert codes.check(f"{gender}|4.0.1", None, "woman").kind == "out"
    assert codes.check("http://hl7.org/fhir/ValueSet/all-languages", None, "lv-LV").kind == "in"
