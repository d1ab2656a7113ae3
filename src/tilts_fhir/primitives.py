"""Reads and checks the primitive values of FHIR R4: dates, instants, numbers, identifiers, text.

Every `is_...` function takes a text and says whether it is a value of that type; calendar and clock are
checked, not only the form. The parsers give the span of time that a text stands for: `2026-11` is a month,
`2026-11-23T10:00:00Z` a second. Source: https://hl7.org/fhir/R4/datatypes.html#primitive.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, TypeAlias

TextCheck: TypeAlias = Callable[[str], Any]  # the answer is used as true or false

MAX_STRING_CHARACTERS: Final = 1_048_576
MAX_INTEGER: Final = 2**31 - 1

_YEAR = r"(?!0000)[0-9]{4}"
_MONTH = r"(?:0[1-9]|1[0-2])"
_LEAP_YEAR = r"(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)"
# Every month has 28 days, all but February 30, seven 31; and a leap year one day more.
_DAY_OF_YEAR = (
    rf"{_YEAR}-(?:{_MONTH}-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
)
_DAY = rf"(?:{_DAY_OF_YEAR}|{_LEAP_YEAR}-02-29)"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"

_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_MOMENT = re.compile(r"(.{10})T(..):(..):(..)(?:\.([0-9]+))?(.+)")

# A year, a month or a day of the calendar.
is_date: Final = re.compile(rf"{_DAY}|{_YEAR}(?:-{_MONTH})?").fullmatch
# A date, or a day with time of day (to the second) and zone.
is_datetime: Final = re.compile(rf"{_DAY}(?:T{_CLOCK}{_ZONE})?|{_YEAR}(?:-{_MONTH})?").fullmatch
# A day with time of day (to the second) and zone.
is_instant: Final = re.compile(rf"{_DAY}T{_CLOCK}{_ZONE}").fullmatch
is_time: Final = re.compile(_CLOCK).fullmatch
is_id: Final = re.compile(r"[A-Za-z0-9.-]{1,64}").fullmatch
is_oid: Final = re.compile(r"urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+").fullmatch
is_uuid: Final = re.compile(
    r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
).fullmatch
# Ranges that are allowed, not those that are not: `re` matches them twice as fast.
is_uri: Final = re.compile(r"[!-~\x80-\U0010ffff]+").fullmatch
# No blank at either end, one blank at most between words.
is_code: Final = re.compile(r"[!-\U0010ffff]+(?:[ \t\r\n][!-\U0010ffff]+)*").fullmatch
# "Strings SHALL NOT contain Unicode character points below 32, except for u0009, u000D and u000A."
is_string: Final = re.compile(rf"[ -\U0010ffff\t\n\r]{{1,{MAX_STRING_CHARACTERS}}}").fullmatch
# What stands inside a narrative is a check of its own; here only that it is one `div`.
is_xhtml: Final = re.compile(r"\s*<(?:\w+:)?div\b.*", re.DOTALL).fullmatch


def is_base64(text: str) -> bool:
    """Whether the text is base64 (RFC 4648 section 4); blanks between the characters are allowed."""
    packed = "".join(text.split())
    return len(packed) % 4 == 0 and bool(packed) and _BASE64.fullmatch(packed) is not None


def is_integer(value: object, low: int = -MAX_INTEGER - 1) -> bool:
    """Whether a decoded JSON number is a 32-bit whole number of at least `low`."""
    return type(value) is int and low <= value <= MAX_INTEGER


def is_decimal(value: object) -> bool:
    """Whether a decoded JSON value is a number."""
    return type(value) is int or (isinstance(value, Decimal) and value.is_finite()) or type(value) is float


TEXT_CHECKS: Final[Mapping[str, TextCheck]] = MappingProxyType(
    {
        "base64Binary": is_base64,
        "canonical": is_uri,
        "code": is_code,
        "date": is_date,
        "dateTime": is_datetime,
        "id": is_id,
        "instant": is_instant,
        "markdown": is_string,
        "oid": is_oid,
        "string": is_string,
        "time": is_time,
        "uri": is_uri,
        "url": is_uri,
        "uuid": is_uuid,
        "xhtml": is_xhtml,
    }
)
"""For each primitive that is a JSON string, the check of its text."""

NUMBER_CHECKS: Final[Mapping[str, Callable[[object], bool]]] = MappingProxyType(
    {
        "decimal": is_decimal,
        "integer": is_integer,
        "positiveInt": lambda value: is_integer(value, 1),
        "unsignedInt": lambda value: is_integer(value, 0),
    }
)
"""For each primitive that is a JSON number, the check of the decoded value."""


def parse_date(text: str) -> tuple[date, date]:
    """
    The first and the last day that a `date` stands for: one day, a month or a year.

    Raises:
        ValueError: Not a FHIR date.
    """
    if not is_date(text):
        raise ValueError("not a FHIR date")
    year, month, day = (*(int(part) for part in text.split("-")), 0, 0)[:3]
    if day:
        return date(year, month, day), date(year, month, day)
    last_month = month or 12
    return date(year, month or 1, 1), date(year, last_month, monthrange(year, last_month)[1])


def parse_datetime(text: str, zone: tzinfo = UTC) -> tuple[datetime, datetime]:
    """
    The span that a `dateTime` or `instant` stands for: from `low` (in it) to `high` (the first moment after).

    A second given as :60 is the leap second: its span begins with the next minute. Digits beyond
    microseconds are cut off. At the end of the year 9999 `high` is the last microsecond instead.

    Args:
        text: A FHIR dateTime or instant.
        zone: Where days, months and years begin; texts with a time of day carry their own zone.

    Raises:
        ValueError: Not a FHIR dateTime.
    """
    if not is_datetime(text):
        raise ValueError("not a FHIR dateTime")
    if len(text) <= 10:
        first, last = parse_date(text)
        low = datetime(first.year, first.month, first.day, tzinfo=zone)
        # By the calendar and not by 24 hours: a day can have 23 or 25.
        if last == date.max:
            return low, datetime.max.replace(tzinfo=zone)
        after = last + timedelta(days=1)
        return low, datetime(after.year, after.month, after.day, tzinfo=zone)
    return _span_of_moment(text)


def parse_instant(text: str) -> datetime:
    """
    A moment with its zone, cut to microseconds.

    Raises:
        ValueError: Not a FHIR instant.
    """
    if not is_instant(text):
        raise ValueError("not a FHIR instant")
    return _span_of_moment(text)[0]


def parse_decimal(text: str) -> Decimal:
    """
    A decimal with the precision it was written with: `1.50` is not `1.5`.

    Raises:
        ValueError: Not a FHIR decimal.
    """
    if not re.fullmatch(r"-?(?:0|[1-9][0-9]{0,307})(?:\.[0-9]{1,308})?(?:[eE][+-]?[0-9]{1,3})?", text):
        raise ValueError("not a FHIR decimal")
    return Decimal(text)


def _span_of_moment(text: str) -> tuple[datetime, datetime]:
    found = _MOMENT.fullmatch(text)
    assert found is not None, "the form was checked"
    day, hour, minute, second, fraction, zone = found.groups()
    digits = (fraction or "")[:6]
    leap = second == "60"
    low = datetime.fromisoformat(f"{day}T{hour}:{minute}:{'59' if leap else second}{_offset(zone)}")
    low += timedelta(seconds=leap, microseconds=int(digits.ljust(6, "0")))
    width = timedelta(microseconds=10 ** (6 - len(digits)))
    last = datetime.max.replace(tzinfo=low.tzinfo)
    return low, low + width if low <= last - width else last


def _offset(zone: str) -> str:
    return "+00:00" if zone == "Z" else zone
