"""What anybody can read about the agreements and applications, without signing in.

/procedures   /procedures/{kind}   /procedures/{kind}/form.pdf   /procedures/{kind}/{document}.pdf
"""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import ClassVar, Final

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from tilts.clock import day_in_riga
from tilts.onboarding.contacts import Contacts, contacts_at
from tilts.onboarding.procedures import procedure_version, procedures
from tilts.onboarding.procedures.checklist import checklist_version
from tilts.onboarding.procedures.form import render_document, render_form
from tilts.onboarding.procedures.kinds import Procedure
from tilts.onboarding.procedures.wording import KINDS, SIDES, shown_value
from tilts.onboarding.workflows import WORKFLOWS
from tilts.portal.languages import language_for
from tilts.portal.parts import PortalParts
from tilts.portal.places import Place
from tilts.portal.procedures.lanes import LANES
from tilts.portal.words import N_
from tilts.rules import Language

WHOLE_FORM: Final = "form"
KEPT_PAPERS: Final = 64  # six procedures, two languages, some papers each: all of them


class ProcedurePages:
    places: ClassVar[tuple[Place, ...]] = (Place("/procedures", N_("Procedures"), 20),)

    def __init__(self, parts: PortalParts) -> None:
        self._pages = parts.pages
        self._clock = parts.clock
        self._settings = parts.settings

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/procedures", self.overview),
            Route("/procedures/{kind}", self.one),
            Route("/procedures/{kind}/{document}.pdf", self.paper),
        ]

    async def overview(self, request: Request) -> Response:
        known = procedures(self._today())
        return self._pages.page(request, "procedures/overview.html", lanes=LANES, procedures=known)

    async def one(self, request: Request) -> Response:
        kind = request.path_params["kind"]
        if kind in WORKFLOWS and kind not in procedures(self._today()):
            return RedirectResponse(f"/procedures#{kind}", 303)  # a case without a form of its own
        procedure = self._procedure(kind)
        return self._pages.page(
            request,
            "procedures/procedure.html",
            procedure=procedure,
            checklist=checklist_version(procedure.version) if kind == "checklist" else None,
            sides=SIDES,
            kinds=KINDS,
            contacts=self._contacts(),
            shown_value=shown_value,
            today=self._today(),
        )

    async def paper(self, request: Request) -> Response:
        """The form, or one paper of the set, empty and ready to be filled in."""
        procedure = self._procedure(request.path_params["kind"])
        document = request.path_params["document"]
        if document != WHOLE_FORM and document not in {paper.id for paper in procedure.documents}:
            raise HTTPException(404)
        language = language_for(request)
        content = await to_thread.run_sync(
            empty_paper, procedure.id, procedure.version, document, language, self._contacts()
        )
        name = f"{procedure.id}-{document}-{procedure.version}-{language}.pdf"
        headers = {
            "content-disposition": f'attachment; filename="{name}"',
            "content-language": language,
            "vary": "accept-language, cookie",
            "cache-control": "no-store",
        }
        return Response(content, media_type="application/pdf", headers=headers)

    def _procedure(self, kind: str) -> Procedure:
        found = procedures(self._today()).get(kind)
        if found is None:
            raise HTTPException(404)
        return found

    def _today(self) -> date:
        return day_in_riga(self._clock.now())

    def _contacts(self) -> Contacts:
        return contacts_at(self._today(), self._settings.contacts_file)


@lru_cache(KEPT_PAPERS)
def empty_paper(
    procedure_id: str, version: int, document: str, language: Language, contacts: Contacts
) -> bytes:
    """Made once: an empty form is the same for everybody."""
    procedure = procedure_version(procedure_id, version)
    assert procedure is not None  # found by its own id and version just now
    if document == WHOLE_FORM:
        return render_form(procedure, language, contacts=contacts)
    return render_document(procedure, document, language, contacts=contacts)
