"""The technical help portal (Source page D2): an index by reader, every page of the documentation, a search.

GET /help   /help/search?q=   /help/{page}   /help/pictures/{name}
"""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import ClassVar, Final

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tilts.portal.help.library import COPIED, COPY, PICTURE_TYPES, Document, library
from tilts.portal.help.searching import find
from tilts.portal.help.shelves import GROUPS, SHELVES
from tilts.portal.languages import language_for, translations
from tilts.portal.parts import PortalParts
from tilts.portal.places import Place, opens
from tilts.portal.words import N_

LONGEST_QUESTION: Final = 200
# A picture sets its own colours in itself and loads nothing.
PICTURE_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


class HelpPages:
    places: ClassVar[tuple[Place, ...]] = (Place("/help", N_("Help"), 25, also=("/guide", "/law")),)

    def __init__(self, parts: PortalParts) -> None:
        self._pages = parts.pages
        self._library = library()

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/help", self.index),
            Route("/help/search", self.search),
            Route("/help/pictures/{name}", self.picture),
            Route("/help/{name:path}", self.document),
        ]

    async def index(self, request: Request) -> Response:
        documents = self._library.documents
        shelves = [
            (
                shelf,
                [documents[name] for name in shelf.documents if name in documents],
                [place for place in shelf.places if opens(request, place[0])],
            )
            for shelf in SHELVES
        ]
        return self._pages.page(request, "help/index.html", shelves=shelves, groups=self._groups())

    async def document(self, request: Request) -> Response:
        found = self._library.documents.get(request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        words = translations(language_for(request))
        # Made by markdown-it with HTML switched off, of files that are ours.
        html = found.html.replace(COPY, words.gettext("Copy")).replace(COPIED, words.gettext("Copied"))
        return self._pages.page(request, "help/document.html", document=found, html=Markup(html))

    async def search(self, request: Request) -> Response:
        asked = request.query_params.get("q", "").strip()[:LONGEST_QUESTION]
        found = find(list(self._library.documents.values()), asked)
        return self._pages.page(request, "help/search.html", asked=asked, found=found)

    async def picture(self, request: Request) -> Response:
        name = request.path_params["name"]
        content = self._library.pictures.get(name)
        if content is None:
            raise HTTPException(404)
        headers = {"content-security-policy": PICTURE_POLICY, "cache-control": "max-age=3600"}
        return Response(content, headers=headers, media_type=PICTURE_TYPES[PurePosixPath(name).suffix])

    def _groups(self) -> list[tuple[str, list[Document]]]:
        """Every page, by its folder."""
        known = {folder for folder, _ in GROUPS}
        found: list[tuple[str, list[Document]]] = []
        for folder, title in GROUPS:
            of_folder = [
                document
                for name, document in self._library.documents.items()
                if (top := name.partition("/")[0] if "/" in name else "") == folder
                or (not folder and top not in known)
            ]
            found.append((title, of_folder))
        return [(title, documents) for title, documents in found if documents]
