"""Nothing that comes in can make an evaluation run long, grow large, or fail in any way but one."""

import re
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilts_fhir.fhirpath import Context, FhirPathError, compile_expression

MANY = {"resourceType": "Questionnaire", "item": [{"linkId": str(n), "text": "a" * 50} for n in range(2_000)]}


@pytest.mark.parametrize(
    "expression",
    [
        "item.select(%context.item.select(%context.item)).count()",
        "item.where(%resource.descendants().exists($this = 'no'))",
        "item.combine(item).combine(item).select(item | %context.item).distinct().count()",
        "item.repeat(%context.item.select($this.linkId & '1'))",
        "item.aggregate($total & $this.text & $total, 'a')",
        "item.aggregate($total.replace('a', 'aaaaaaaaaa'), 'a')",
        "item.aggregate($total.replaceMatches('a', '$0$0$0$0'), 'a')",
        "item.text.join('').toChars().sort().select(%context.item)",
    ],
)
def test_work_without_end_is_stopped(expression: str) -> None:
    begun = time.perf_counter()

    with pytest.raises(FhirPathError) as refusal:
        compile_expression(expression, "Questionnaire").values(MANY, Context(MANY, steps=200_000))

    assert refusal.value.key == "too-costly"
    assert time.perf_counter() - begun < 20


def test_a_pattern_that_explodes_elsewhere_is_linear_here() -> None:
    text = {"resourceType": "Basic", "id": "a" * 50_000 + "!"}

    assert compile_expression("id.matches('^(a+)+$')").values(text) == [False]


def test_data_nested_beyond_all_measure_end_in_an_error_or_a_result() -> None:
    part: dict[str, Any] = {}
    for _ in range(5_000):
        part = {"part": part}
    deep = {"resourceType": "Parameters", "parameter": part}

    assert compile_expression("descendants().count()").values(deep) == [5_001]
    assert compile_expression("parameter = parameter").values(deep) == [True]
    with pytest.raises(FhirPathError) as refusal:
        compile_expression("parameter ~ parameter").values(deep)
    assert refusal.value.key == "too-deep"


def test_an_expression_as_deep_as_allowed_is_evaluated() -> None:
    nested = "iif(true, " * 45 + "1" + ")" * 45

    assert compile_expression(nested).values({}) == [1]


OPERATOR_WORDS = [
    "+", "-", "*", "/", "div", "mod", "&", "|", "=", "!=", "~", "!~", "<", ">", "<=", ">=", "and", "or", "xor", "implies", "in", "contains"
]  # fmt: skip
WORDS = st.sampled_from(
    [
        "a",
        "name",
        "given",
        "(",
        ")",
        "[",
        "]",
        ".",
        ",",
        *OPERATOR_WORDS,
        "is",
        "as",
        "$this",
        "$index",
        "$total",
        "%resource",
        "%ucum",
        "'x'",
        "''",
        "1",
        "2.50",
        "@2020",
        "@2020-02-30",
        "@T10:00",
        "@2020-01-01T10:00:00Z",
        "true",
        "{}",
        "where",
        "exists",
        "all",
        "select",
        "repeat",
        "first()",
        "count()",
        "ofType(Quantity)",
        "matches('(')",
        "3",
        "days",
        "4",
        "'mg'",
        "`",
        "'\\u'",
        "resolve()",
    ]
)


@given(st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=20).map(" ".join)))
@settings(max_examples=600, deadline=None)
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    for strict in (False, True):
        try:
            compiled = compile_expression(text, "Patient", strict)
        except FhirPathError as refusal:
            assert refusal.message
        else:
            assert compiled.text == text


PATHS = st.sampled_from(
    ["name", "Patient.name.given", "birthDate", "contact.name", "deceased", "identifier.value", "descendants()",
     "children()", "$this", "%resource", "extension.value", "name.first()", "multipleBirth", "telecom.rank"]
)  # fmt: skip
LITERALS = st.sampled_from(
    ["1", "2.50", "'a'", "@2020-02", "@T10:30", "true", "{}", "3 days", "4 'mg'", "'2020'"]
)
FUNCTIONS = st.sampled_from(
    ["exists()", "count()", "not()", "first()", "toString()", "toInteger()", "toQuantity()", "length()", "upper()",
     "lowBoundary()", "highBoundary(4)", "abs()", "round(1)", "sqrt()", "distinct()", "sort()", "type().name",
     "hasValue()", "resolve()", "single()", "matches('a')", "toChars()", "precision()", "toDateTime()", "ln()",
     "encode('hex')", "allTrue()", "extension('a')", "is(Quantity)", "ofType(string)"]
)  # fmt: skip
OPERATORS = st.sampled_from(OPERATOR_WORDS)


def wider(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    loops = st.sampled_from(["where", "select", "all", "exists", "repeat", "aggregate"])
    return st.one_of(
        st.builds("({}) {} ({})".format, inner, OPERATORS, inner),
        st.builds("({}).{}".format, inner, FUNCTIONS),
        st.builds("({}).{}({})".format, inner, loops, inner),
        st.builds("iif({}, {}, {})".format, inner, inner, inner),
    )


EXPRESSIONS = st.recursive(PATHS | LITERALS, wider, max_leaves=8)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.decimals(allow_nan=False, allow_infinity=False), st.text(max_size=5),
    st.sampled_from(["2020-02-30", "2020-02", "2020-01-01T10:00:00Z", "#o", "Patient/1"]),
)  # fmt: skip
KEYS = st.sampled_from(
    ["name", "given", "_given", "birthDate", "_birthDate", "contact", "deceasedBoolean", "identifier", "value", "id",
     "extension", "valueQuantity", "contained", "resourceType", "telecom", "rank", "url", "code", "multipleBirthInteger"]
)  # fmt: skip
SHAPES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(EXPRESSIONS, st.dictionaries(KEYS, SHAPES, max_size=6))
@settings(max_examples=400, deadline=None)
def test_any_expression_on_any_resource_ends_within_its_budget(
    expression: str, members: dict[str, Any]
) -> None:
    resource = {**members, "resourceType": "Patient"}
    context = Context(resource, steps=20_000)
    for evaluate in (
        compile_expression(expression, "Patient").values,
        compile_expression(expression, "Patient").holds,
    ):
        try:
            found = evaluate(resource, context)
        except FhirPathError as refusal:
            assert re.fullmatch(r"[a-z-]+", refusal.key)
        else:
            assert isinstance(found, list | bool)


@pytest.mark.parametrize("exponent", [300, -300, 9_000])
def test_numbers_of_any_size_are_only_numbers(exponent: int) -> None:
    resource = {
        "resourceType": "Observation",
        "valueQuantity": {"value": Decimal(1).scaleb(exponent), "code": "mg"},
    }

    for expression in ("value > 1 'g'", "value ~ 1 'mg'", "value.value.round(2)", "value.value.toString().length() > 0",
                       "value.value.lowBoundary()", "value.value.exp()", "@2020 + value", "value.value.power(5)"):  # fmt: skip
        try:
            compile_expression(expression, "Observation").values(resource)
        except FhirPathError as refusal:
            assert refusal.key in ("wrong-type", "too-costly")
        else:
            assert resource["valueQuantity"]["value"].adjusted() == exponent  # type: ignore[index]
