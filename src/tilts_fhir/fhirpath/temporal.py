"""Dates, moments and times of day as FHIRPath has them: known to the year, the day or the second.

Two of them that are known to different depths may be neither before nor after nor equal: then the answer is
None, "unknown". https://hl7.org/fhirpath/N1/#datetime-equality.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

DATE: Final = "Date"
DATETIME: Final = "DateTime"
TIME: Final = "Time"

_MINUTES_A_DAY: Final = 1440
# Zones in use run from UTC-12 to UTC+14.
_WESTMOST, _EASTMOST = -12 * 60, 14 * 60
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_TIME = re.compile(r"([0-9]{2})(?::([0-9]{2})(?::([0-9]{2}(?:\.[0-9]+)?))?)?")
_ZONE = re.compile(r"Z|([+-])([0-9]{2}):([0-9]{2})")
_LIMITS: Final = (24, 60, 61)


@dataclass(frozen=True, slots=True)
class Temporal:
    """
    A Date, DateTime or Time.

    Attributes:
        kind: `Date`, `DateTime` or `Time`.
        fields: What is known, from the largest: year, month, day, hour, minute, second; of a Time the last three.
            Seconds are a Decimal with the digits as written.
        offset: Minutes east of UTC; None if none was given.
    """

    kind: str
    fields: tuple[int | Decimal, ...]
    offset: int | None = None

    def __str__(self) -> str:
        if self.kind == TIME:
            return _clock(self.fields)
        day = "-".join(f"{part:0{4 if place == 0 else 2}d}" for place, part in enumerate(self.fields[:3]))
        if self.kind == DATE:
            return day
        return f"{day}T{_clock(self.fields[3:])}{_zone(self.offset)}"


def _clock(fields: tuple[int | Decimal, ...]) -> str:
    written = [f"{part:02d}" for part in fields[:2] if isinstance(part, int)]
    if len(fields) == 3:
        whole, point, fraction = format(fields[2], "f").partition(".")
        written.append(whole.zfill(2) + point + fraction)
    return ":".join(written)


def _zone(offset: int | None) -> str:
    if offset is None:
        return ""
    if offset == 0:
        return "Z"
    hours, minutes = divmod(abs(offset), 60)
    return f"{'-' if offset < 0 else '+'}{hours:02d}:{minutes:02d}"


@lru_cache(maxsize=2048)
def read_date(text: str) -> Temporal | None:
    """A Date from `2012`, `2012-04` or `2012-04-15`; None for anything else."""
    fields = _day_fields(text)
    return None if fields is None else Temporal(DATE, fields)


@lru_cache(maxsize=2048)
def read_datetime(text: str) -> Temporal | None:
    """A DateTime from a date, or a date with `T` and as much of time and zone as is known; None for anything else."""
    day, _, rest = text.partition("T")
    fields = _day_fields(day)
    if fields is None or not rest:
        return None if fields is None else Temporal(DATETIME, fields)
    clock = _TIME.match(rest)
    if clock is None or len(fields) < 3:
        return None
    time = _time_fields(clock)
    zone = _ZONE.fullmatch(rest, clock.end())
    if time is None or (zone is None and clock.end() != len(rest)):
        return None
    offset = None if zone is None else _offset(zone)
    if offset is not None and abs(offset) > _EASTMOST:
        return None
    return Temporal(DATETIME, (*fields, *time), offset)


@lru_cache(maxsize=2048)
def read_time(text: str) -> Temporal | None:
    """A Time from `14`, `14:30` or `14:30:15.5`; None for anything else."""
    clock = _TIME.fullmatch(text)
    fields = None if clock is None else _time_fields(clock)
    return None if fields is None else Temporal(TIME, fields)


def _day_fields(text: str) -> tuple[int, ...] | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    fields = tuple(int(part) for part in match.groups() if part is not None)
    if fields[0] == 0 or (len(fields) > 1 and not 1 <= fields[1] <= 12):
        return None
    if len(fields) == 3 and not 1 <= fields[2] <= monthrange(fields[0], fields[1])[1]:
        return None
    return fields


def _time_fields(match: re.Match[str]) -> tuple[int | Decimal, ...] | None:
    hour, minute, second = match.groups()
    fields: list[int | Decimal] = [int(part) for part in (hour, minute) if part is not None]
    if second is not None:
        fields.append(Decimal(second))
    fits = all(part < limit for part, limit in zip(fields, _LIMITS, strict=False))
    return tuple(fields) if fits else None


def _offset(zone: re.Match[str]) -> int:
    if zone[1] is None:
        return 0
    return (-1 if zone[1] == "-" else 1) * (int(zone[2]) * 60 + int(zone[3]))


def compare(left: Temporal, right: Temporal) -> int | None:
    """
    -1, 0 or 1 as left is before, at or after right; None if that cannot be known.

    Both must be Times, or neither. A Date is compared with a DateTime by what both know.
    """
    if left.offset == right.offset:
        return _compare_fields(left.fields, right.fields)
    if min(len(left.fields), len(right.fields)) >= 5 and left.kind == right.kind == DATETIME:
        if left.offset is not None and right.offset is not None:
            return _compare_fields(_universal(left, left.offset), _universal(right, right.offset))
        if left.offset is not None:
            return _against_unknown_zone(left, left.offset, right)
        if right.offset is not None:
            found = _against_unknown_zone(right, right.offset, left)
            return None if found is None else -found
    return _compare_fields(left.fields, right.fields)


def _compare_fields(left: tuple[int | Decimal, ...], right: tuple[int | Decimal, ...]) -> int | None:
    for one, other in zip(left, right, strict=False):
        if one != other:
            return -1 if one < other else 1
    return 0 if len(left) == len(right) else None


def _universal(moment: Temporal, offset: int) -> tuple[int | Decimal, ...]:
    year, month, day, hour, minute = (int(part) for part in moment.fields[:5])
    minutes = date(year, month, day).toordinal() * _MINUTES_A_DAY + hour * 60 + minute - offset
    return (minutes, *moment.fields[5:])


def _against_unknown_zone(known: Temporal, offset: int, other: Temporal) -> int | None:
    """Certain only if it is the same for every zone that `other` may be in."""
    here = _universal(known, offset)[0]
    if here < _universal(other, _EASTMOST)[0]:
        return -1
    return 1 if here > _universal(other, _WESTMOST)[0] else None
