"""The guide to our FHIR profiles: elements, examples, differences, mapping to other guides, one package.

/guide   /guide/{profile}   /guide/codes   /guide/states   /guide/versions   /guide/mapping   /guide/files/..   /guide/package/..
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tilts.exchange.lifecycle import PRESCRIPTION
from tilts.portal.guide import views
from tilts.portal.languages import language_for
from tilts.portal.parts import PortalParts
from tilts.portal.words import N_
from tilts.rules.profiles import (
    Json,
    canonical,
    mapping,
    profiles,
    published,
    readable,
    resources,
    right,
    versions,
    wrong,
)
from tilts.rules.profiles.comparing import step
from tilts.rules.profiles.neighbours import tables
from tilts.rules.profiles.packing import FILE_NAME, file_name, package, with_snapshot

FHIR_JSON: Final = "application/fhir+json"
LONG: Final = 100  # codes; longer lists are told elsewhere
TOLD_ELSEWHERE: Final = {"rule": "/rules"}
# What may differ in an element, in words.
ASPECTS: Final = {
    "cardinality": N_("how many"),
    "types": N_("type"),
    "value": N_("fixed value"),
    "binding": N_("codes"),
    "length": N_("characters at most"),
    "constraints": N_("conditions"),
    "support": N_("must be supported"),
}
FITS: Final = {
    "same": (N_("the same"), "done"),
    "narrower": (N_("ours asks for more"), "doing"),
    "wider": (N_("theirs asks for more"), "waiting"),
    "missing-here": (N_("missing in ours"), "fault"),
    "missing-there": (N_("missing in theirs"), "fault"),
    "differs": (N_("differs"), "waiting"),
}
MARKS: Final = (
    ("V", N_("read in the source named")),
    ("V-2013", N_("read, but in a text of that year, which may be superseded")),
    ("V-old", N_("read in an older text of a vendor")),
    ("S", N_("second hand")),
    ("A", N_("our proposal")),
    ("unverified", N_("no public text was found")),
)


# The order in which somebody meets them; a profile that is not named here comes last.
ORDER: Final = (
    "tilts-prescription-line",
    "tilts-prescription-bundle",
    "tilts-signature",
    "tilts-prescription-task",
    "tilts-find",
    "tilts-dispense",
    "tilts-release",
    "tilts-cancel",
    "tilts-cancel-by-identifier",
    "tilts-withdraw",
    "tilts-amend",
    "tilts-outcome",
    "tilts-medication",
    "tilts-patient",
    "tilts-practitioner-role",
    "tilts-practitioner",
    "tilts-organization",
    "tilts-institution",
    "tilts-pharmacy",
    "tilts-consent",
    "tilts-access",
)


class GuidePages:
    def __init__(self, parts: PortalParts) -> None:
        self._pages = parts.pages
        self._base = parts.settings.canonical_base
        self._arc = parts.settings.identifier_arc

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/guide", self.index),
            Route("/guide/codes", self.codes),
            Route("/guide/states", self.states),
            Route("/guide/versions", self.history),
            Route("/guide/mapping", self.mapping),
            Route("/guide/package/{file}", self.package),
            Route("/guide/files/{file}", self.file),
            Route("/guide/examples/{name}.json", self.example),
            Route("/guide/examples/{name}/{fault}.json", self.example),
            Route("/guide/{name}", self.profile),
        ]

    async def index(self, request: Request) -> Response:
        known = profiles()
        return self._pages.page(
            request,
            "guide/index.html",
            profiles=sorted((one for one in known if one["type"] != "Extension"), key=place),
            extensions=[one for one in known if one["type"] == "Extension"],
            operations=[one for one in resources() if one["resourceType"] == "OperationDefinition"],
            file_name=file_name,
            latest=versions()[0],
            package=FILE_NAME,
            marks=MARKS,
            text=views.in_language,
        )

    async def profile(self, request: Request) -> Response:
        definition = self._definition(request.path_params["name"])
        language, url = language_for(request), definition["url"]
        has_examples = definition["type"] != "Extension"
        judged = await to_thread.run_sync(views.judged, definition["id"], url) if has_examples else ()
        return self._pages.page(
            request,
            "guide/profile.html",
            profile=definition,
            official=canonical(definition["id"], self._base),
            file=file_name(definition),
            rows=views.rows(url, language),
            invariants=list(views.invariants(definition, language)),
            differences=views.to_the_base(url),
            aspects=ASPECTS,
            right=views.right_text(definition["id"]) if has_examples else "",
            judged=judged,
            text=views.in_language,
        )

    async def codes(self, request: Request) -> Response:
        known = resources()
        return self._pages.page(
            request,
            "guide/codes.html",
            systems=[one for one in known if one["resourceType"] == "CodeSystem"],
            sets=[one for one in known if one["resourceType"] == "ValueSet"],
            names=[one for one in known if one["resourceType"] == "NamingSystem"],
            long=LONG,
            elsewhere=TOLD_ELSEWHERE,
            file_name=file_name,
            text=views.in_language,
        )

    async def states(self, request: Request) -> Response:
        language = language_for(request)
        return self._pages.page(
            request,
            "guide/states.html",
            table=PRESCRIPTION,
            rows=views.steps_of(PRESCRIPTION, language),
            picture=views.picture_of(PRESCRIPTION, language),
        )

    async def history(self, request: Request) -> Response:
        steps = {
            later["version"]: step(published(earlier["version"]), published(later["version"]))
            for later, earlier in pairwise(versions())
        }
        return self._pages.page(
            request, "guide/versions.html", versions=versions(), steps=steps, aspects=ASPECTS
        )

    async def mapping(self, request: Request) -> Response:
        held = mapping()
        return self._pages.page(
            request,
            "guide/mapping.html",
            guides={guide["id"]: guide for guide in held["guides"]},
            tables=tables(),
            fits=FITS,
        )

    async def package(self, request: Request) -> Response:
        if request.path_params["file"] != FILE_NAME:
            raise HTTPException(404)
        content = await to_thread.run_sync(package, self._base, self._arc)
        return _download(content, FILE_NAME, "application/gzip")

    async def file(self, request: Request) -> Response:
        """A definition as it is in the package, with the addresses and identifiers of this installation."""
        name = request.path_params["file"]
        for one in resources(self._base, self._arc):
            if file_name(one) == name:
                return _download(readable(with_snapshot(one, self._base, self._arc)), name, FHIR_JSON)
        raise HTTPException(404)

    async def example(self, request: Request) -> Response:
        definition = self._definition(request.path_params["name"])
        fault = request.path_params.get("fault", "")
        if definition["type"] == "Extension":
            raise HTTPException(404)
        if not fault:
            return _download(readable(right(definition["id"])), f"{definition['id']}.json", FHIR_JSON)
        for one in wrong(definition["id"]):
            if one.name == fault:
                return _download(readable(one.resource), f"{definition['id']}-{fault}.json", FHIR_JSON)
        raise HTTPException(404)

    def _definition(self, name: str) -> Json:
        for one in profiles():
            if one["id"] == name:
                return one
        raise HTTPException(404)


def place(definition: Json) -> int:
    return ORDER.index(definition["id"]) if definition["id"] in ORDER else len(ORDER)


def _download(content: bytes, name: str, media_type: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "max-age=3600"}
    return Response(content, headers=headers, media_type=media_type)
