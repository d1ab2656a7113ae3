"""Dates are checked against the calendar, and a text stands for a span of time."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilts_fhir.primitives import (
    NUMBER_CHECKS,
    TEXT_CHECKS,
    parse_date,
    parse_datetime,
    parse_decimal,
    parse_instant,
)

RIGA = ZoneInfo("Europe/Riga")


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("date", ["2026", "2026-11", "2024-02-29", "0001-01-01"], ["2026-02-30", "2023-02-29", "0000", "26-1-1", "2026-13", "2026-11-23\n"]),
        ("dateTime", ["2026", "2026-11-23T10:00:00Z", "2026-11-23T10:00:00.123+02:00"], ["2026-11-23T10:00:00", "2026-11-23T10:00Z", "2026-11-23T24:00:00Z", "2026-02-30T10:00:00Z"]),
        ("instant", ["2026-12-31T23:59:60Z", "2026-11-23T10:00:00-14:00"], ["2026-11-23", "2026-11-23T10:00:00+14:30", "2026-11-31T10:00:00Z"]),
        ("time", ["00:00:00", "23:59:59.999"], ["24:00:00", "10:00", "10:00:00Z"]),
        ("id", ["a", "A-1.b", "x" * 64], ["", "x" * 65, "a_b", "ā", "a\n"]),
        ("uri", ["urn:x", "http://a.example/ā"], ["a b", "", "a\n"]),
        ("oid", ["urn:oid:2.999.1.0"], ["urn:oid:3.1", "urn:oid:2.01", "2.999"]),
        ("uuid", ["urn:uuid:c757873d-ec9a-4326-a141-556f43239520"], ["urn:uuid:C757873D-ec9a-4326-a141-556f43239520", "c757873d-ec9a-4326-a141-556f43239520"]),
        ("code", ["a", "a b"], ["", " a", "a ", "a  b", "a\x00"]),
        ("base64Binary", ["YQ==", "YW Jj\nYWJj"], ["YQ=", "Y", "Y*==", "=YQ="]),
        ("string", ["a", "a\tb\r\n", "ā\u00a0😀"], ["", "\x00", "a\x1f"]),
    ],
)  # fmt: skip
def test_texts(kind: str, right: list[str], wrong: list[str]) -> None:
    assert [text for text in right if not TEXT_CHECKS[kind](text)] == []
    assert [text for text in wrong if TEXT_CHECKS[kind](text)] == []


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("integer", [0, -(2**31), 2**31 - 1], [2**31, True, Decimal("1"), "1"]),
        ("positiveInt", [1], [0, -1]),
        ("unsignedInt", [0], [-1]),
        ("decimal", [1, Decimal("1.0")], [True, "1", None]),
    ],
)
def test_numbers(kind: str, right: list[object], wrong: list[object]) -> None:
    assert all(NUMBER_CHECKS[kind](value) for value in right)
    assert not any(NUMBER_CHECKS[kind](value) for value in wrong)


def test_a_date_stands_for_its_days() -> None:
    assert parse_date("2024") == (date(2024, 1, 1), date(2024, 12, 31))
    assert parse_date("2024-02") == (date(2024, 2, 1), date(2024, 2, 29))
    assert parse_date("2024-02-03") == (date(2024, 2, 3), date(2024, 2, 3))
    with pytest.raises(ValueError, match="not a FHIR date"):
        parse_date("2024-02-30")


def test_a_datetime_stands_for_a_span() -> None:
    low, high = parse_datetime("2026-03-29", RIGA)
    assert (low.isoformat(), high.isoformat()) == ("2026-03-29T00:00:00+02:00", "2026-03-30T00:00:00+03:00")
    assert parse_datetime("9999")[1] == datetime.max.replace(tzinfo=UTC)

    second = parse_datetime("2026-11-23T10:00:00Z")
    assert second[1] - second[0] == timedelta(seconds=1)
    tenth = parse_datetime("2026-11-23T10:00:00.5Z")
    assert tenth == (
        datetime(2026, 11, 23, 10, 0, 0, 500_000, UTC),
        datetime(2026, 11, 23, 10, 0, 0, 600_000, UTC),
    )
    assert parse_datetime("9999-12-31T23:59:59-14:00")[1].year == 9999
    assert parse_instant("2026-12-31T23:59:60Z") == datetime(2027, 1, 1, tzinfo=UTC)
    assert parse_instant("2026-11-23T10:00:00.123456789+02:00").microsecond == 123_456
    with pytest.raises(ValueError, match="not a FHIR dateTime"):
        parse_datetime("2026-11-23T10:00")
    with pytest.raises(ValueError, match="not a FHIR instant"):
        parse_instant("2026-11-23")


def test_decimals_keep_their_digits() -> None:
    assert str(parse_decimal("1.50")) == "1.50"
    for text in ("1.", ".5", "01", "NaN", "Infinity", "1_0", "1e9999", " 1", "١"):
        with pytest.raises(ValueError, match="not a FHIR decimal"):
            parse_decimal(text)


@given(
    st.datetimes(
        timezones=st.builds(timezone, st.integers(-14 * 60, 14 * 60).map(lambda m: timedelta(minutes=m)))
    )
)
def test_what_python_prints_is_read_as_the_same_moment(moment: datetime) -> None:
    assert parse_instant(moment.isoformat()) == moment


@given(st.sampled_from(sorted(TEXT_CHECKS)), st.text())
def test_no_text_breaks_a_check(kind: str, text: str) -> None:
    TEXT_CHECKS[kind](text)
