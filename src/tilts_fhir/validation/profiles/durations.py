"""Bounds relative to now: a quantity of time as the bound of a date.

Source: https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.minValue_x_.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from tilts_fhir.validation.profiles.values import number

DATES: Final = frozenset({"date", "dateTime", "instant"})
MONTHS: Final = {"a": 12, "mo": 1}
SECONDS: Final = {"wk": 604_800, "d": 86_400, "h": 3_600, "min": 60, "s": 1}
FIRST_YEAR: Final = 1
LAST_YEAR: Final = 9999


def moved(now: datetime, duration: Any, direction: int) -> str | None:
    """
    The day that lies a duration before (-1) or after (1) a moment, as a FHIR date.

    None if the duration has no unit of time, or leads beyond the calendar.
    """
    amount = number(duration.get("value")) if isinstance(duration, dict) else None
    if amount is None:
        return None
    unit = duration.get("code") or duration.get("unit")
    if unit in MONTHS:
        return _months_later(now.date(), direction * int(amount * MONTHS[unit]))
    if unit not in SECONDS:
        return None
    try:
        return (
            (now + timedelta(seconds=float(direction * amount * Decimal(SECONDS[unit])))).date().isoformat()
        )
    except OverflowError:
        return None


def _months_later(day: date, months: int) -> str | None:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    # As text: 31 February is no date, but stands where it should among dates.
    return f"{year:04d}-{month + 1:02d}-{day.day:02d}"
