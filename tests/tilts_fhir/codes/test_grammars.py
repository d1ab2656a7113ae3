"""Codes that nobody can list, but that have a form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilts_fhir import core
from tilts_fhir.codes.ecl import is_ecl
from tilts_fhir.codes.grammars import LANGUAGES, LOINC, MEDIA_TYPES, UCUM, form_of
from tilts_fhir.codes.ucum import is_ucum, is_written_as_ucum


@pytest.mark.parametrize(
    "unit",
    [
        "mg",
        "mg/dL",
        "10*3/uL",
        "/min",
        "mm[Hg]",
        "mmol/(24.h)",
        "{beats}/min",
        "mL/min/{1.73_m2}",
        "%",
        "1",
        "m2",
    ],
)
def test_units_of_ucum(unit: str) -> None:
    assert is_ucum(unit)


@pytest.mark.parametrize("unit", ["mcg", "beats/min", "month", "ea"])
def test_symbols_that_ucum_does_not_have_are_only_doubted(unit: str) -> None:
    assert is_written_as_ucum(unit) and not is_ucum(unit)
    assert form_of(UCUM, unit) == "unknown"


@pytest.mark.parametrize("unit", ["", "mg / dL", "(mg", "mg)", "g//l", "mg/", "{x", "m[", "µg", "mg dL"])
def test_what_is_not_written_as_ucum(unit: str) -> None:
    assert form_of(UCUM, unit) == "out"


def test_every_common_unit_of_the_release_is_a_unit() -> None:
    common = core.find("ValueSet", "http://hl7.org/fhir/ValueSet/ucum-common")
    assert common is not None
    units = [each["code"] for include in common["compose"]["include"] for each in include["concept"]]
    assert len(units) > 1000
    assert [unit for unit in units if not is_ucum(unit)] == []


@pytest.mark.parametrize(
    "tag", ["lv", "lv-LV", "zh-Hant-TW", "de-CH-1996", "es-419", "x-lab", "i-klingon", "en-a-bbb-x-a"]
)
def test_language_tags(tag: str) -> None:
    assert form_of(LANGUAGES, tag) == "in"


@pytest.mark.parametrize("tag", ["lv_LV", "l", "latvian language", "lv-", "-lv", "lv--LV", "abcdefghi"])
def test_what_is_no_language_tag(tag: str) -> None:
    assert form_of(LANGUAGES, tag) == "out"


@pytest.mark.parametrize(
    "media_type",
    [
        "application/pdf",
        "text/plain; charset=utf-8",
        "application/fhir+json;fhirVersion=4.0",
        'a/b; c="d e"',
        "image/*",
    ],
)
def test_media_types(media_type: str) -> None:
    assert form_of(MEDIA_TYPES, media_type) == "in"


@pytest.mark.parametrize("media_type", ["pdf", "application/", "/pdf", "application pdf", "a/b/c", "a/b;c"])
def test_what_is_no_media_type(media_type: str) -> None:
    assert form_of(MEDIA_TYPES, media_type) == "out"


def test_the_check_digit_of_loinc_counts() -> None:
    assert form_of(LOINC, "8867-4") == "unknown"
    assert form_of(LOINC, "8867-5") == "out"
    assert form_of(LOINC, "LA6576-8") == "unknown"


@pytest.mark.parametrize(
    "constraint",
    [
        "22298006",
        "<< 22298006 |Myocardial infarction|",
        "< 19829001 AND < 301867009",
        "^ 700043003",
        "* : 246075003 = 387517004",
        "< 404684003 : { 363698007 = << 39057004, 116676008 = << 415582006 }",
        "< 27658006 : 411116001 = << 385055001, { [1..3] 1142135004 >= #10 }",
        "(< 19829001 OR < 301867009) MINUS << 301867009",
        "< 125605004 . 363698007",
        '< 64572001 {{ term = "heart" }}',
        "< 404684003: (363698007 = < 39057004 OR 116676008 = *)",
    ],
)
def test_expression_constraints(constraint: str) -> None:
    assert is_ecl(constraint)


@pytest.mark.parametrize(
    "constraint",
    [
        "",
        "<<",
        "22298006 << 22298006",
        "(< 22298006",
        "< 22298006 AND",
        "< 404684003 : 363698007",
        "hello",
        "< 12",
    ],
)
def test_what_is_no_expression_constraint(constraint: str) -> None:
    assert not is_ecl(constraint)


def test_a_constraint_nested_too_deep_is_not_judged() -> None:
    assert is_ecl("(" * 5000)


@given(st.text(max_size=200))
def test_no_text_breaks_a_grammar(text: str) -> None:
    answers = {
        form_of(system, text) for system in (UCUM, LANGUAGES, MEDIA_TYPES, LOINC, "http://snomed.info/sct")
    }
    assert answers <= {"in", "out", "unknown"}
    assert is_ecl(text) in (True, False)
