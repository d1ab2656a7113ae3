"""The limits against mass copying, for everybody to read: how many patients in what time, and what looks unusual.

GET /limits
"""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts.access.breadth.limits import Limit, limits_from
from tilts.clock import day_in_riga
from tilts.portal.marked import N_
from tilts.portal.parts import PortalParts

KINDS: Final = ("practice", "pharmacy", "hospital")
SOURCES: Final = (N_("our proposal, to be fitted (Security 3.3)"),)  # as the shipped limits have it


class LimitPages:
    def __init__(self, parts: PortalParts) -> None:
        self._pages = parts.pages
        self._clock = parts.clock
        self._limits = limits_from(parts.settings.copying_limits)

    def routes(self) -> list[Route]:
        return [Route("/limits", self.limits)]

    async def limits(self, request: Request) -> Response:
        """By kind of institution, as in force today; what is the same for all of them stands once."""
        today = day_in_riga(self._clock.now())
        valid = [
            one
            for one in self._limits.limits
            if one.valid_from <= today and (one.valid_to is None or today <= one.valid_to)
        ]
        return self._pages.page(
            request,
            "oversight/limits.html",
            everywhere=[one for one in valid if set(KINDS) <= set(one.kinds)],
            by_kind={kind: only_of(valid, kind) for kind in KINDS},
            anomalies=self._limits.anomalies_at(self._clock.now()),
        )


def only_of(limits: list[Limit], kind: str) -> list[Limit]:
    return [one for one in limits if kind in one.kinds and not set(KINDS) <= set(one.kinds)]
