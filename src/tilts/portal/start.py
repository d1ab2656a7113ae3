"""The first page: what Tilts is, the path from the first agreement to real data, and a door for each reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tilts.portal.parts import PortalParts
from tilts.portal.places import Place, opens
from tilts.portal.sandbox.bridge import MIDDLE, deck_y
from tilts.portal.words import N_


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the path. Addresses from best to next best: the first that can be opened is linked."""

    title: str
    text: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lamp:
    x: int
    deck: float
    top: float


PATH: Final = (
    Step(
        N_("Agreement on testing"),
        N_("A developer and the authority agree on testing the exchange."),
        ("/procedures/testing-agreement", "/procedures"),
    ),
    Step(
        N_("Access to the test services"),
        N_("Keys and a certificate open the test environment."),
        ("/help/howto/first-prescription", "/help"),
    ),
    Step(
        N_("Build"),
        N_("Documentation, examples and a connector to build with."),
        ("/help",),
    ),
    Step(
        N_("Test by scenarios"),
        N_("Both sides agree on a plan; test persons are handed out."),
        ("/lab", "/procedures"),
    ),
    Step(
        N_("Analysis and approval"),
        N_("The authority looks at the results and approves a version."),
        ("/systems", "/procedures"),
    ),
    Step(
        N_("Agreements with institutions"),
        N_("Each institution and pharmacy concludes its own agreement and applies for a connection."),
        ("/procedures/cooperation-institution", "/procedures"),
    ),
    Step(
        N_("Certificate and checklist"),
        N_("Each has a certificate of its own and meets the security requirements."),
        ("/trust", "/procedures"),
    ),
    Step(
        N_("Real data"),
        N_("The gate opens: prescriptions go over the bridge, classifiers come back."),
        ("/architecture", "/classifiers"),
    ),
)
FIRST_LAMP: Final = 130
LAMP_STEP: Final = 100
LAMP_HEIGHT: Final = 44


class StartPages:
    places: ClassVar[tuple[Place, ...]] = (Place("/", N_("Start"), 0),)

    def __init__(self, parts: PortalParts) -> None:
        self._pages = parts.pages

    def routes(self) -> Sequence[BaseRoute]:
        return [Route("/", self.start)]

    async def start(self, request: Request) -> Response:
        steps = [(step, first_open(request, step.addresses)) for step in PATH]
        return self._pages.page(
            request,
            "start.html",
            steps=steps,
            lamps=lamps(),
            middle=MIDDLE,
            opens=lambda path: opens(request, path),
        )


def first_open(request: Request, addresses: tuple[str, ...]) -> str:
    return next((address for address in addresses if opens(request, address)), "")


def lamps() -> list[Lamp]:
    """One for each step, standing on the deck."""
    places = [FIRST_LAMP + LAMP_STEP * number for number in range(len(PATH))]
    return [Lamp(x, deck_y(x), round(deck_y(x) - LAMP_HEIGHT, 1)) for x in places]
