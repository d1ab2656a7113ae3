"""What is asked of a certificate, as dated rows: which check, for which points of annex 2, since when.

The wording of points 7, 8 and 10 is not public, so every mapping is unverified; an installation that knows
better gives its own file of the same form (`certificate_checks`).
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, TypeAlias

import msgspec

from tilts.workflow import Words

Kind: TypeAlias = Literal["certificate", "request"]


@dataclass(frozen=True, slots=True)
class Check:
    id: str
    points: tuple[str, ...]  # of annex 2 of the co-operation agreement
    applies_to: tuple[Kind, ...]
    title: Words
    fix: Words
    source: str
    valid_from: date
    valid_to: date | None
    parameters: dict[str, Any]

    def holds_at(self, moment: datetime) -> bool:
        day = moment.date()
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class CheckTable:
    points_verified: bool
    points_source: str
    checks: tuple[Check, ...]

    def at(self, moment: datetime) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.holds_at(moment))


@cache
def check_table(file: Path = Path()) -> CheckTable:
    """The shipped table, or the installation's own; msgspec.ValidationError names what is wrong with it."""
    shipped = files("tilts.onboarding.certificates").joinpath("checks.json")
    return msgspec.json.decode(shipped.read_bytes() if file == Path() else file.read_bytes(), type=CheckTable)
