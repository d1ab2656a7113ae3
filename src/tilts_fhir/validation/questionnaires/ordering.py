"""Which of two values comes first: numbers, dates of any precision, times, texts, quantities."""

from datetime import timedelta
from typing import Any, Final

from tilts_fhir.primitives import is_date, is_datetime, is_time, parse_date, parse_datetime
from tilts_fhir.validation.questionnaires.quantities import as_decimal, compare_quantities

# A day without a zone may begin up to 14 hours before or after the one in UTC.
_ZONES: Final = timedelta(hours=14)


def compare(kind: str, one: Any, other: Any) -> int | None:
    """
    Negative, zero or positive, as the first value is less, equal or more; None if that cannot be said.

    Args:
        kind: Type of both values, such as `integer`, `dateTime`, `Quantity`.
    """
    if kind in ("decimal", "integer"):
        return _numbers(one, other)
    if kind == "Quantity":
        return compare_quantities(one, other) if isinstance(one, dict) and isinstance(other, dict) else None
    if not (isinstance(one, str) and isinstance(other, str)):
        return None
    if kind in ("date", "dateTime"):
        return _moments(one, other)
    if kind == "time":
        return _times(one, other)
    return (one > other) - (one < other)


def _numbers(one: object, other: object) -> int | None:
    first, second = as_decimal(one), as_decimal(other)
    if first is None or second is None:
        return None
    return (first > second) - (first < second)


def _moments(one: str, other: str) -> int | None:
    if one == other:
        return 0
    if is_date(one) and is_date(other):
        (low, high), (other_low, other_high) = parse_date(one), parse_date(other)
        return -1 if high < other_low else 1 if low > other_high else None
    if not (is_datetime(one) and is_datetime(other)):
        return None
    (begin, end), (other_begin, other_end) = parse_datetime(one), parse_datetime(other)
    margin = timedelta(0) if len(one) > 10 and len(other) > 10 else _ZONES
    if begin == other_begin and end == other_end and not margin:
        return 0
    return -1 if other_begin - end >= margin else 1 if begin - other_end >= margin else None


def _times(one: str, other: str) -> int | None:
    if not (is_time(one) and is_time(other)):
        return None
    first, second = (each.rstrip("0").rstrip(".") if "." in each else each for each in (one, other))
    return (first > second) - (first < second)
