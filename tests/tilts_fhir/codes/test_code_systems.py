"""What is known of a code in its code system."""

import pytest

from tests.tilts_fhir.codes.samples import COLOURS, a_code_system, codes_with
from tilts_fhir.codes import Codes
from tilts_fhir.library import RELEASE

SNOMED = "http://snomed.info/sct"


def test_a_code_of_a_complete_system_is_known_or_absent() -> None:
    codes = codes_with(a_code_system())
    assert codes.look_up(COLOURS, "rose").place == "known"
    assert codes.look_up(COLOURS, "green").place == "absent"


def test_a_fragment_does_not_rule_out_what_it_does_not_have() -> None:
    codes = codes_with(a_code_system(content="fragment"))
    assert codes.look_up(COLOURS, "rose").place == "known"
    assert codes.look_up(COLOURS, "green").place == "absent-in-part"


@pytest.mark.parametrize(
    ("display", "wrong"),
    [("Red", False), ("  rED ", False), ("Sarkans", False), ("Rouge", True), (None, False)],
)
def test_a_display_is_right_in_every_language_and_case(display: str | None, wrong: bool) -> None:
    assert codes_with(a_code_system()).look_up(COLOURS, "red", display).wrong_display is wrong


def test_a_supplement_that_is_given_adds_names() -> None:
    more = a_code_system(
        url="http://example.org/more",
        content="supplement",
        supplements=COLOURS,
        concept=[{"code": "red", "display": "Rouge"}],
    )
    assert not codes_with(a_code_system(), more).look_up(COLOURS, "red", "Rouge").wrong_display


def test_case_counts_only_if_the_system_says_so() -> None:
    assert codes_with(a_code_system()).look_up(COLOURS, "ROSE").place == "absent"
    assert codes_with(a_code_system(caseSensitive=False)).look_up(COLOURS, "ROSE").place == "known"
    assert codes_with(a_code_system(caseSensitive=None)).look_up(COLOURS, "ROSE").place == "known"


def test_inactive_and_abstract_codes_are_told() -> None:
    codes = codes_with(a_code_system())
    assert codes.look_up(COLOURS, "pink").inactive
    assert codes.look_up(COLOURS, "red").abstract
    blue = codes.look_up(COLOURS, "blue")
    assert (blue.inactive, blue.abstract) == (False, False)


@pytest.mark.parametrize(
    ("system", "place"),
    [
        (None, "no-system"),
        ("colours", "relative"),
        ("http://hl7.org/fhir/ValueSet/administrative-gender", "value-set"),
        ("http://example.org/unheard-of", "not-at-hand"),
        ("http://hl7.org/fhir/CodeSystem/example-supplement", "supplement"),
    ],
)
def test_a_system_that_is_none_is_named(system: str | None, place: str) -> None:
    assert Codes(RELEASE).look_up(system, "x").place == place


def test_another_version_than_the_one_at_hand_decides_nothing() -> None:
    codes = codes_with(a_code_system())
    assert codes.look_up(COLOURS, "green", None, "1.0").place == "other-version"
    assert codes.look_up(COLOURS, "green", None, "2.0").place == "absent"


def test_a_supplement_is_known_by_what_it_supplements_too() -> None:
    codes = codes_with(a_code_system(supplements="http://example.org/paints"))
    assert codes.look_up(COLOURS, "red").place == "supplement"


def test_hierarchy_stands_in_nesting_and_in_properties() -> None:
    flat = a_code_system(
        concept=[
            {"code": "red", "property": [{"code": "child", "valueCode": "rose"}]},
            {"code": "rose"},
            {"code": "pink", "property": [{"code": "parent", "valueCode": "red"}]},
        ]
    )
    system = codes_with(flat).system(COLOURS)
    assert system is not None
    assert system.below("red") == {"rose", "pink"}
    assert system.above("pink") == {"red"}


def test_a_hierarchy_in_a_circle_comes_to_an_end() -> None:
    circle = a_code_system(
        concept=[
            {"code": "a", "property": [{"code": "parent", "valueCode": "b"}]},
            {"code": "b", "property": [{"code": "parent", "valueCode": "a"}]},
        ]
    )
    system = codes_with(circle).system(COLOURS)
    assert system is not None
    assert system.below("a") == {"a", "b"}


def test_a_misshapen_code_system_raises_nothing() -> None:
    odd = {
        "resourceType": "CodeSystem",
        "url": COLOURS,
        "content": 1,
        "concept": [1, {"code": 2}, {"concept": "x"}],
    }
    assert codes_with(odd).look_up(COLOURS, "x").place == "absent-in-part"


@pytest.mark.parametrize("code", ["22298006", "404684003", "56248011000036107"])
def test_identifiers_of_snomed_ct_may_exist(code: str) -> None:
    assert Codes(RELEASE).look_up(SNOMED, code).place == "not-at-hand"


@pytest.mark.parametrize("code", ["1", "22298007", "T-15460", "022298006", "6547210000124112"])
def test_no_concept_of_snomed_ct_looks_like_that(code: str) -> None:
    assert Codes(RELEASE).look_up(SNOMED, code).place == "malformed"


def test_postcoordinated_expressions_are_left_to_a_service() -> None:
    assert Codes(RELEASE).look_up(SNOMED, "22298006:272741003=7771000").place == "not-at-hand"
