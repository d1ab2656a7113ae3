"""How strong a signature must be, from which day: qualified or advanced, with or without a time stamp.

A table with days, because such demands change by order and old agreements stay judged by theirs. The
public pages say "signed electronically" and no more, so every row is marked unverified.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, TypeAlias, get_args

from tilts.clock import day_in_riga
from tilts.onboarding.signing.report import Level, Limits, Terms

Name: TypeAlias = Literal["level", "time-stamp"]


@dataclass(frozen=True, slots=True)
class Requirement:
    name: Name
    valid_from: date
    valid_to: date | None  # the last day; None: until further notice
    value: str  # level: advanced | qualified; time-stamp: required | optional
    source: str
    unverified: bool


REQUIREMENTS: Final = (
    Requirement(
        name="level",
        valid_from=date(2016, 7, 1),
        valid_to=None,
        value="qualified",
        source="Regulation (EU) 910/2014 article 25(2); that the authority asks for it was not read anywhere",
        unverified=True,
    ),
    Requirement(
        name="time-stamp",
        valid_from=date(2016, 7, 1),
        valid_to=None,
        value="required",
        source="Latvian practice of a time stamp with each signature; no public text of the authority was found",
        unverified=True,
    ),
)


def requirement(name: Name, day: date, table: Sequence[Requirement] = REQUIREMENTS) -> Requirement:
    """The one row of that day. Raises LookupError when the table has none or two: a fault of ours."""
    rows = [
        row
        for row in table
        if row.name == name and row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)
    ]
    if len(rows) != 1:
        raise LookupError(f"{name} on {day}: {len(rows)} rows")
    return rows[0]


def terms_of(
    moment: datetime, limits: Limits | None = None, table: Sequence[Requirement] = REQUIREMENTS
) -> Terms:
    """What is demanded on the day of that moment in Riga."""
    day = day_in_riga(moment)
    level = requirement("level", day, table).value
    stamp = requirement("time-stamp", day, table).value
    found = next((known for known in get_args(Level) if known == level), None)
    if found is None or stamp not in ("required", "optional"):
        raise LookupError(f"{level!r} or {stamp!r} is no value of a requirement")
    return Terms(level=found, time_stamp=stamp == "required", limits=limits or Limits())
