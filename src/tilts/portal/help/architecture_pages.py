"""The architecture page (Source page D1): pictures with text, for developers of other systems.

GET /architecture
"""

from collections.abc import Sequence
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tilts.portal.help.architecture_pictures import PICTURES
from tilts.portal.parts import PortalParts
from tilts.portal.places import Place
from tilts.portal.words import N_


class ArchitecturePages:
    places: ClassVar[tuple[Place, ...]] = (Place("/architecture", N_("Architecture"), 30),)

    def __init__(self, parts: PortalParts) -> None:
        self._pages = parts.pages
        self._settings = parts.settings

    def routes(self) -> Sequence[BaseRoute]:
        return [Route("/architecture", self.show)]

    async def show(self, request: Request) -> Response:
        pictures = {picture.name: picture for picture in PICTURES}
        return self._pages.page(
            request, "help/architecture.html", pictures=pictures, public_base=self._settings.public_base
        )
