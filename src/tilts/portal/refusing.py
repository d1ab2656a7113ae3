"""A "no" as a page: what is wrong, what to do, the rule's id, and the way back."""

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tilts.onboarding.mail.texts import without_person_codes
from tilts.portal.places import way_back
from tilts.portal.rendering import Pages
from tilts.portal.visits import SignInFirst
from tilts.rules import Refusal, Unavailable

BUSY_SECONDS = "5"
LOG = structlog.get_logger()


class Refusing:
    """What the application calls when a page raised something."""

    def __init__(self, pages: Pages, headers: dict[str, str]) -> None:
        self._pages = pages
        self._headers = headers

    async def say_no(self, request: Request, no: Exception) -> Response:
        """The status is the rule's; a database that went away is 503 and comes back."""
        if isinstance(no, Unavailable):
            response: Response = self._pages.page(request, "not_here.html", status=503, code=503)
            response.headers["retry-after"] = BUSY_SECONDS
            return response
        assert isinstance(no, Refusal), "registered for refusals only"
        # Facts that the text does not name are for our log alone; `why` never holds what somebody typed.
        path = without_person_codes(request.url.path)
        LOG.info("portal refused", rule_id=no.rule.id, path=path, why=no.facts.get("why"))
        back = way_back(request)
        return self._pages.page(request, "refused.html", status=no.rule.http_status, refusal=no, back=back)

    async def sign_in_first(self, request: Request, no: Exception) -> Response:
        assert isinstance(no, SignInFirst), "registered for this alone"
        return RedirectResponse(no.address, 303)

    async def not_here(self, request: Request, no: Exception) -> Response:
        status = no.status_code if isinstance(no, HTTPException) else 404
        response = self._pages.page(request, "not_here.html", status=status, code=status)
        response.headers.update((no.headers or {}) if isinstance(no, HTTPException) else {})
        return response

    async def our_fault(self, request: Request, fault: Exception) -> Response:
        """Outside the guard, which ended with the fault; the server logs the fault itself."""
        response = self._pages.page(request, "not_here.html", status=500, code=500)
        response.headers.update(self._headers)
        return response
