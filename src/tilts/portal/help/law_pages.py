"""The law of prescriptions for people: which rows are in force on a day, from where, and how far that was read.

GET /law   /law?on=2020-04-01
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tilts.clock import day_in_riga
from tilts.exchange.law import FILES, LawRow, rows
from tilts.portal.parts import PortalParts
from tilts.portal.words import N_

DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# In the order of the files; the key of each is the name of its file.
AREAS: Final = {
    "validity": N_("How long"),
    "prescribing": N_("Who writes what"),
    "reimbursement": N_("Reimbursed medicines"),
    "collecting": N_("Who collects, and in parts"),
    "seeing": N_("What a pharmacy sees"),
    "periods": N_("Periods of the exchange"),
}
# How far a value was read in its source, where that is not all the way; V-yyyy is told with its year.
MARKS: Final = {
    "S": N_("second hand"),
    "K": N_("general knowledge"),
    "A": N_("our decision"),
    "V-old": N_("an old text"),
}
# What is shown at the counter, and what is shown to it.
SHOWN: Final = {
    "identity document": N_("identity document"),
    "number": N_("number"),
    "the patient's name and surname": N_("the patient's name and surname"),
    "the buyer's identity document": N_("the buyer's identity document"),
    "own identity document": N_("own identity document"),
    "the patient's name": N_("the patient's name"),
    "the child's name": N_("the child's name"),
    "what is not used up": N_("what is not used up"),
    "own dispenses while they may be amended": N_("own dispenses while they may be amended"),
}


@dataclass(frozen=True, slots=True)
class Area:
    name: str
    title: str  # marked with N_
    rows: list[LawRow]


class LawPages:
    def __init__(self, parts: PortalParts) -> None:
        self._pages = parts.pages
        self._clock = parts.clock

    def routes(self) -> Sequence[BaseRoute]:
        return [Route("/law", self.show)]

    async def show(self, request: Request) -> Response:
        today = day_in_riga(self._clock.now())
        asked = request.query_params.get("on", "").strip()
        day = day_of(asked)
        return self._pages.page(
            request,
            "help/law.html",
            areas=areas_on(day or today),
            day=day or today,
            today=today,
            misread=bool(asked) and day is None,
            changes=sorted({row.valid_from for row in rows()}),
            marks=MARKS,
            shown=SHOWN,
        )


def day_of(written: str) -> date | None:
    """As a date field sends it (2026-11-24); None where it is no day."""
    try:
        return date.fromisoformat(written) if DAY.fullmatch(written) else None
    except ValueError:
        return None


def areas_on(day: date) -> list[Area]:
    """Every area with what is in force in it on that day in Riga; an area of which nothing is, is left out."""
    found = [
        Area(name, AREAS[name], [row for row in rows() if row.area == name and row.holds_on(day)])
        for name in FILES
    ]
    return [area for area in found if area.rows]
