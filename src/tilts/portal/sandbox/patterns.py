"""Every pattern of which pages are made, on one page: to build with, and to see whether they still look right."""

from collections.abc import Sequence
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tilts.portal.incoming_forms import needed
from tilts.portal.languages import language_for, translations
from tilts.portal.parts import PortalParts
from tilts.portal.state_picture import StatePicture, draw
from tilts.portal.visits import form_of, go_to
from tilts.portal.words import N_
from tilts.rules import Refusal

STATES = (
    ("draft", N_("Draft")),
    ("sent", N_("Sent to be agreed")),
    ("question", N_("A question is open")),
    ("agreed", N_("Text agreed")),
    ("signed", N_("Signed")),
    ("in-force", N_("In force")),
    ("ended", N_("Ended")),
)
STEPS = (
    ("draft", "sent"),
    ("sent", "question"),
    ("question", "sent"),
    ("sent", "agreed"),
    ("agreed", "signed"),
    ("signed", "in-force"),
    ("in-force", "ended"),
    ("sent", "draft"),
)


class PatternPages:
    def __init__(self, parts: PortalParts) -> None:
        self._pages = parts.pages
        self._clock = parts.clock

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/patterns", self.show, methods=["GET"]),
            Route("/patterns", self.send, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        return self._page(request, None)

    async def send(self, request: Request) -> Response:
        """The form with its fault is shown again; a right one ends on a page that says so."""
        form = form_of(request)
        try:
            needed(form, "organisation", self._word(request, "Name of the organisation"))
        except Refusal as no:
            return self._page(request, no)
        return go_to(request, "/patterns", N_("The form was received; nothing of it was kept."))

    def _page(self, request: Request, refusal: Refusal | None) -> Response:
        return self._pages.page(
            request,
            "patterns.html",
            status=refusal.rule.http_status if refusal else 200,
            refusal=refusal,
            picture=self._picture(request),
            now=self._clock.now(),
            earlier=self._clock.now() - timedelta(days=3),
        )

    def _picture(self, request: Request) -> StatePicture:
        labels = [(state, self._word(request, label)) for state, label in STATES]
        return draw("example", labels, STEPS, "sent", self._word(request, "Sent to be agreed"))

    def _word(self, request: Request, text: str) -> str:
        return str(translations(language_for(request)).gettext(text))
