"""How long a relationship opens a patient: dated figures with their source, in terms.json."""

import json
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from tilts.clock import day_in_riga


@cache
def rows() -> tuple[dict[str, Any], ...]:
    written = files(__package__).joinpath("terms.json").read_text(encoding="utf-8")
    return tuple(json.loads(written))


def hours_of(name: str, now: datetime) -> int:
    return int(row_of(name, day_in_riga(now))["hours"])


def figure_of(name: str, figure: str, now: datetime) -> int:
    return int(row_of(name, day_in_riga(now))[figure])


@cache
def row_of(name: str, day: date) -> dict[str, Any]:
    """The row in force on that day: exactly one."""
    found = [
        row
        for row in rows()
        if row["of"] == name
        and date.fromisoformat(row["valid_from"]) <= day
        and (row["valid_to"] is None or day <= date.fromisoformat(row["valid_to"]))
    ]
    assert len(found) == 1, f"{name} has {len(found)} terms on {day}"
    return found[0]
