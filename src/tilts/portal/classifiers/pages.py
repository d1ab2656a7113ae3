"""The register of classifiers for people: which lists there are, which version holds, what changed, how to get them.

/classifiers   /classifiers/{name}   /classifiers/{name}/{version}.ndjson|.csv   (Source page C1, C4)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar, Final
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from tilts.access.desk import Act, Desk
from tilts.access.verdicts.classifiers import of_party
from tilts.clock import day_in_riga
from tilts.portal.parts import PortalParts
from tilts.portal.places import Place
from tilts.portal.visits import account_of
from tilts.portal.words import N_
from tilts.rules import Refusal
from tilts.store.terminology import classifiers as store
from tilts.store.terminology.records import ClassifierRecord, VersionRecord
from tilts.store.tx import Tx
from tilts.terminology.access import PROCEDURE_PAGE, AgreementAccess, State, access_to
from tilts.terminology.classifiers import classifier_named, version_on
from tilts.terminology.concepts import Concept, Shelf, matching
from tilts.terminology.differences import Difference, difference
from tilts.terminology.files import NAME, Kind, file_of

ON_A_PAGE: Final = 50
MOST_LETTERS: Final = 100
STATUSES: Final[dict[Kind, int]] = {"whole": 200, "part": 206, "unchanged": 304}
# What may differ between two versions of a code, in words.
MEMBERS: Final = {
    "lv": N_("name in Latvian"),
    "en": N_("name in English"),
    "definition": N_("definition"),
    "inactive": N_("in use or not"),
    "valid_from": N_("first day"),
    "valid_to": N_("last day"),
    "parent": N_("place in the tree"),
    "replaced_by": N_("successor"),
    "properties": N_("properties"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the register; without a version nothing is in force today."""

    classifier: ClassifierRecord
    version: VersionRecord | None
    access: State  # of the party whose account looks at it


@dataclass(frozen=True, slots=True)
class CodePage:
    """A page of the codes of a version, as they were searched for."""

    concepts: list[Concept]
    words: str
    number: int
    newer: str
    older: str


class ClassifierPages:
    places: ClassVar[tuple[Place, ...]] = (Place("/classifiers", N_("Classifiers"), 50),)

    def __init__(self, parts: PortalParts) -> None:
        self._pages = parts.pages
        self._database = parts.database
        self._clock = parts.clock
        self._desk = Desk(parts.database, parts.clock)
        self._shelf = Shelf()

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/classifiers", self.register),
            Route("/classifiers/{name}", self.classifier),
            Route("/classifiers/{name}/{file}", self.file),
        ]

    async def register(self, request: Request) -> Response:
        today = day_in_riga(self._clock.now())
        async with self._database.transaction() as tx:
            classifiers = await store.all_classifiers(tx)
            versions = await store.versions(tx)
            agreement = await self._agreement(tx, request)
        rows = [
            Row(
                one,
                version_on([v for v in versions if v.name == one.name], today),
                access_to(one, agreement, today),
            )
            for one in classifiers
        ]
        return self._pages.page(
            request,
            "classifiers/register.html",
            groups=[
                (
                    N_("National lists, invented for the test environment"),
                    [r for r in rows if r.classifier.synthetic],
                ),
                (N_("International lists"), [r for r in rows if is_international(r)]),
                (
                    N_("Lists of FHIR that the exchange uses"),
                    [r for r in rows if r.classifier.name.startswith("fhir-")],
                ),
            ],
            procedure=PROCEDURE_PAGE,
        )

    async def classifier(self, request: Request) -> Response:
        async with self._database.transaction() as tx:
            classifier, versions = await self._found(tx, request.path_params["name"])
            if classifier.name != request.path_params["name"]:  # found by its url: one address for each
                return RedirectResponse(f"/classifiers/{classifier.name}")
            today = day_in_riga(self._clock.now())
            chosen = chosen_version(
                versions, request.query_params.get("version", ""), today_version=version_on(versions, today)
            )
            agreement = await self._agreement(tx, request)
            state = access_to(classifier, agreement, today)
            if state == "granted":
                await self._write_down(request, "classifier.read", classifier)
            codes, told = (
                await self._content(tx, request, versions, chosen) if state == "granted" else (None, None)
            )
        return self._pages.page(
            request,
            "classifiers/classifier.html",
            classifier=classifier,
            versions=versions,
            chosen=chosen,
            in_force=version_on(versions, today),
            today=today,
            codes=codes,
            difference=told,
            members=MEMBERS,
            access_state=state,
            agreement=agreement,
            procedure=PROCEDURE_PAGE,
        )

    async def _content(
        self,
        tx: Tx,
        request: Request,
        versions: list[VersionRecord],
        chosen: VersionRecord,
    ) -> tuple[CodePage | None, tuple[VersionRecord, Difference] | None]:
        """Codes and changes; of lists under a clause only for whom the operator agreement opens them."""
        concepts = await self._shelf.concepts(tx, chosen)
        place = versions.index(chosen)
        if place + 1 == len(versions):
            return code_page(request, concepts, chosen), None
        before = await self._shelf.concepts(tx, versions[place + 1])
        return code_page(request, concepts, chosen), (versions[place + 1], difference(before, concepts))

    async def file(self, request: Request) -> Response:
        """Public files, and those of one's own agreement; who asks for another is told how to get access."""
        asked = NAME.match(request.path_params["file"])
        if asked is None:
            raise HTTPException(404)
        async with self._database.transaction() as tx:
            classifier, versions = await self._found(tx, request.path_params["name"])
            version = next((one for one in versions if one.version == asked["version"]), None)
            if version is None:
                raise HTTPException(404)
            agreement = await self._agreement(tx, request)
            if access_to(classifier, agreement, day_in_riga(self._clock.now())) != "granted":
                return RedirectResponse(f"/classifiers/{classifier.name}#access", status_code=303)
            packed = await store.content(tx, version.content_hash)
        await self._write_down(request, "classifier.downloaded", classifier)
        file = file_of(version, asked["form"], packed, request.headers, public=classifier.is_public)
        return Response(file.body, STATUSES[file.kind], file.headers, file.media_type)

    async def _write_down(self, request: Request, event: str, classifier: ClassifierRecord) -> None:
        """Who was given what stands under a clause; public lists are everybody's."""
        account = account_of(request)
        if account is not None and not classifier.is_public:
            await self._desk.do(account, Act(event, classifier.name, method="GET"), noted)

    async def _agreement(self, tx: Tx, request: Request) -> AgreementAccess:
        """What the operator agreement of the party that looks opens; nobody signed in has none."""
        account = account_of(request)
        return await of_party(tx, account.party_id if account else None, self._clock.now())

    async def _found(self, tx: Tx, name: str) -> tuple[ClassifierRecord, list[VersionRecord]]:
        try:
            classifier = await classifier_named(tx, name)
        except Refusal as no:
            raise HTTPException(404) from no
        versions = await store.versions(tx, classifier.name)
        return classifier, versions


async def noted(_tx: Tx) -> None:
    """Written down before it is given out; nothing else is changed."""


def is_international(row: Row) -> bool:
    return not row.classifier.synthetic and not row.classifier.name.startswith("fhir-")


def chosen_version(
    versions: list[VersionRecord], wanted: str, *, today_version: VersionRecord | None
) -> VersionRecord:
    """The one that was asked for, the one in force, or the newest."""
    named = next((version for version in versions if version.version == wanted), None)
    if wanted and named is None:
        raise HTTPException(404)
    return named or today_version or versions[0]


def code_page(request: Request, concepts: dict[str, Concept], version: VersionRecord) -> CodePage:
    words = request.query_params.get("q", "")[:MOST_LETTERS]
    written = request.query_params.get("page", "1")
    number = int(written[:6]) if written.isascii() and written.isdigit() else 1
    first = max(number - 1, 0) * ON_A_PAGE
    found = list(islice(matching(concepts, words), first, first + ON_A_PAGE + 1))

    def address(page: int) -> str:
        return f"?{urlencode({'version': version.version, 'q': words, 'page': page})}#codes"

    return CodePage(
        concepts=found[:ON_A_PAGE],
        words=words,
        number=number,
        newer=address(number - 1) if number > 1 else "",
        older=address(number + 1) if len(found) > ON_A_PAGE else "",
    )
