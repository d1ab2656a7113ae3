"""What functions and operators give, most of all where there is nothing, too much, or not enough known."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tilts_fhir.fhirpath import Context, FhirPathError, compile_expression

NOW = datetime(2026, 11, 23, 9, 5, 7, 250_000, tzinfo=UTC)


def written(expression: str, **context: object) -> list[str]:
    found = compile_expression(expression).values({}, Context(**context))  # type: ignore[arg-type]
    return [str(value) for value in found]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # Three-valued comparison of moments.
        ("@2012-04-15 = @2012-04-15T10:00:00", []),
        ("@2012-04 < @2012-05-01", ["True"]),
        ("@2012-04 < @2012-04-02", []),
        ("@2012-04-15T15:00:00+02:00 = @2012-04-15T16:00:00+03:00", ["True"]),
        ("@2012-04-15T10:00:00Z < @2012-04-15T11:00:00", []),
        ("@2012-04-15T10:00:00Z < @2012-04-16T11:00:00", ["True"]),
        ("@2012-04-15T10:00:00 > @2012-04-12T10:00:00Z", ["True"]),
        ("@2012-04-15T15:30:31 = @2012-04-15T15:30:31.0", ["True"]),
        ("@2012-04-15 ~ @2012-04-15T10:00:00", ["False"]),
        ("@T10:30 < @T10:30:01", []),
        ("@2012 = @T12:00", ["False"]),
        # Moving them.
        ("@2016-02-29 + 1 year", ["2017-02-28"]),
        ("@2016-01-31 + 1 month", ["2016-02-29"]),
        ("@2014 + 24 months", ["2016"]),
        ("@2014-05 + 31 days", ["2014-06"]),
        ("@2026-11-23 - 1 week", ["2026-11-16"]),
        ("@2026-11-23 + 49 hours", ["2026-11-25"]),
        ("@T23:00:00 + 2 hours", ["01:00:00"]),
        ("@9999-12-31 + 1 day", []),
        ("@2026-11-23T23:59:59.5Z + 600 milliseconds", ["2026-11-24T00:00:00.1Z"]),
        # Quantities.
        ("7 days = 1 'wk'", ["True"]),
        ("1 year = 1 'a'", []),
        ("1 year ~ 1 'a'", ["True"]),
        ("12 months = 1 year", ["True"]),
        ("1000 'mg' = 1 'g'", ["True"]),
        ("1 'mmol/L' > 900 'umol/L'", ["True"]),
        ("1 'cm' = 1 's'", ["False"]),
        ("1 'cm' < 1 's'", []),
        ("5 'mg' + 1 'g'", ["1005 'mg'"]),
        ("2 'm' * 3 'm' = 6 'm2'", ["True"]),
        ("10 'mg' / 2 'mL' = 5 'g/L'", ["True"]),
        ("1 'cm'.comparable(1 '[in_i]')", ["True"]),
        ("1 'cm'.comparable(1 'Cel')", ["False"]),
        ("4 'g' ~ 4040 'mg'", ["True"]),
        ("(4 'mg').value + 1", ["5"]),
        ("4 days.unit", ["day"]),
        # Numbers are exact.
        ("0.1 + 0.2 = 0.3", ["True"]),
        ("1 / 3 * 3 = 1", ["False"]),
        ("7 mod 3", ["1"]),
        ("1 / 0", []),
        ("9223372036854775807 + 1", []),
        ("2.power(200)", []),
        ("(-1).sqrt()", []),
        ("1000.log(10)", ["3"]),
        ("2.5.round()", ["3"]),
        ("(-1.5).truncate()", ["-1"]),
        # Boundaries.
        ("1.587.lowBoundary()", ["1.58650000"]),
        ("1.587.highBoundary(2)", ["1.59"]),
        ("120.highBoundary(2)", ["120.50"]),
        ("(-1.587).lowBoundary(2)", ["-1.59"]),
        ("1.587.lowBoundary(40)", []),
        ("@2014.highBoundary(6)", ["2014-12"]),
        ("@2016-02.highBoundary()", ["2016-02-29"]),
        ("@2014-01-01T08:05.lowBoundary()", ["2014-01-01T08:05:00.000+14:00"]),
        ("@2014-01-01T08:05Z.highBoundary()", ["2014-01-01T08:05:59.999Z"]),
        ("@T10:30.highBoundary()", ["10:30:59.999"]),
        ("1.58700.precision() | @2014.precision() | @T10:30.precision()", ["5", "4"]),
        # Truth with three values.
        ("{} and false", ["False"]),
        ("{} and true", []),
        ("{} or true", ["True"]),
        ("{} implies true", ["True"]),
        ("false implies {}", ["True"]),
        ("true xor {}", []),
        ("{}.not()", []),
        ("'a'.not()", ["False"]),  # a single item is true where a truth is wanted
        # Collections.
        ("(1 | 2 | 2).count()", ["2"]),
        ("(1 | 2).combine(2).count()", ["3"]),
        ("(1 | 2 | 3).intersect(2 | 4)", ["2"]),
        ("(1 | 2 | 3).exclude(2)", ["1", "3"]),
        ("(3 | 1 | 2).sort()", ["1", "2", "3"]),
        ("('b' | 'a').sort(-$this)", ["b", "a"]),
        ("(1 | 2 | 3).select($this * $index)", ["0", "2", "6"]),
        ("(1 | 2 | 3).aggregate($total + $this, 0)", ["6"]),
        ("1 ~ {}", ["False"]),
        ("(1 | 2) ~ (2 | 1)", ["True"]),
        ("{}.all($this = 1)", ["True"]),
        ("(1 | 2).tail() | (1 | 2).skip(5) | (1 | 2).take(-1)", ["2"]),
        # Text.
        ("'abc'.substring(1, 9)", ["bc"]),
        ("'abc'.substring(3)", []),
        ("'A\nB'.matches('A.B')", ["True"]),
        ("'abc'.matches('b')", ["True"]),
        ("'abc'.matchesFull('b')", ["False"]),
        ("'a1b2'.replaceMatches('([a-z])([0-9])', '$2$1')", ["1a2b"]),
        ("'a,b'.split(',').join('-')", ["a-b"]),
        ("'a b'.encode('base64').decode('base64')", ["a b"]),
        ("'<a>'.escape('html').unescape('html')", ["<a>"]),
        ("{} & 'a'", ["a"]),
        # Conversions.
        ("'1.0'.toInteger()", []),
        ("'yes'.toBoolean()", ["True"]),
        ("'5.40'.toDecimal()", ["5.40"]),
        ("'4 days'.toQuantity()", ["4 days"]),
        ("'2015-02-30'.convertsToDate()", ["False"]),
        ("@2015-02-04T10:00:00Z.toDate()", ["2015-02-04"]),
    ],
)
def test_result(expression: str, expected: list[str]) -> None:
    assert written(expression) == expected


@pytest.mark.parametrize(
    ("expression", "key"),
    [
        ("(1 | 2).not()", "not-single"),
        ("1 < 'a'", "wrong-type"),
        ("'a' - 'b'", "wrong-type"),
        ("@2020-01-01 + 1 'mo'", "wrong-type"),
        ("-true", "wrong-type"),
        ("(true | 'a').allTrue()", "wrong-type"),
        ("'a'.matches('(')", "pattern"),
        ("'a'.matches('(?=a)')", "pattern"),
        ("'a'.replaceMatches('a', '$7')", "pattern"),
        ("%nothing", "unknown-constant"),
        ("now()", "not-available"),
        ("'a'.memberOf('http://example.org/vs')", "not-available"),
        ("'a'.conformsTo('http://example.org/profile')", "not-available"),
        ("'a'.encode('rot13')", "arguments"),
    ],
)
def test_what_has_no_result_is_an_error_with_a_key(expression: str, key: str) -> None:
    with pytest.raises(FhirPathError) as refusal:
        written(expression)

    assert refusal.value.key == key


def test_the_clock_is_that_of_the_context() -> None:
    assert written("now()", now=NOW) == ["2026-11-23T09:05:07.250Z"]
    assert written("today()", now=NOW) == ["2026-11-23"]
    assert written("timeOfDay()", now=NOW) == ["09:05:07.250"]


def test_terminology_and_profiles_are_asked_of_the_context() -> None:
    asked: list[tuple[object, str]] = []

    def member_of(value: object, canonical: str) -> bool:
        asked.append((value, canonical))
        return True

    assert written("'a'.memberOf('http://example.org/vs')", member_of=member_of) == ["True"]
    assert asked == [("a", "http://example.org/vs")]
    assert written("'a'.conformsTo('p')", conforms_to=lambda value, profile: False) == ["False"]


def test_constants_of_the_caller_are_values_or_lists() -> None:
    assert written("%a + 1", constants={"a": Decimal("1.5")}) == ["2.5"]
    assert written("%b.count()", constants={"b": ["x", "y"]}) == ["2"]


def test_trace_hands_over_and_lets_through() -> None:
    seen: list[tuple[str, list[object]]] = []

    found = written("(1 | 2).trace('t', $this + 1)", trace=lambda name, items: seen.append((name, items)))

    assert (found, seen) == (["1", "2"], [("t", [2, 3])])
