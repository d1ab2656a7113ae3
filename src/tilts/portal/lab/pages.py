"""Scenarios for everybody to read; for a vendor the runs of its systems, played and watched on one page.

GET /lab   /lab/scenarios/{id}   /lab/runs/{run_id}   /lab/runs/{run_id}/live   /lab/runs/{run_id}/report.html|.json|.xml
POST /lab/runs/{run_id}/prepare|go-on|done|finish
"""

import base64
import hashlib
from collections.abc import Sequence
from typing import Any, ClassVar, Final
from urllib.parse import urljoin
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tilts.access.testing_runs import case_of_run
from tilts.account import Account
from tilts.clock import day_in_riga
from tilts.lab.conformance import library, runs
from tilts.lab.conformance.counterparts import Counterparts
from tilts.lab.conformance.handed_out import handed_out
from tilts.lab.conformance.language import Scenario, Text
from tilts.lab.conformance.reports import report_html, report_json, report_junit
from tilts.lab.conformance.runs import JudgedRun, Lab, Played
from tilts.portal.lab.drawing import ring_of
from tilts.portal.languages import language_for
from tilts.portal.parts import PortalParts
from tilts.portal.places import Place
from tilts.portal.visits import account_of, form_of, go_to, require
from tilts.portal.words import N_
from tilts.rules import Refusal
from tilts.rules.catalogue import BY_ID
from tilts.rules.lab import LAB_NOT_PREPARED
from tilts.store.lab import runs as store

MOST_RUNS: Final = 50
TOKEN_PATH: Final = "/oauth/token"
FILES: Final = ("cert.pem", "key.pem")  # of a certificate that a scenario hands to the tester
GROUPS: Final[tuple[tuple[str, str], ...]] = (
    ("CON", N_("Connection: every system")),
    ("PRA", N_("Practices and hospitals")),
    ("PHA", N_("Pharmacies")),
)


class LabPages:
    places: ClassVar[tuple[Place, ...]] = (Place("/lab", N_("Scenarios"), 40),)

    def __init__(self, parts: PortalParts) -> None:
        self._parts = parts
        self._pages = parts.pages
        self._database = parts.database
        self._clock = parts.clock

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/lab", self.scenarios),
            Route("/lab/scenarios/{scenario_id}", self.scenario),
            Route("/lab/runs/{run_id:uuid}", self.run),
            Route("/lab/runs/{run_id:uuid}/live", self.live),
            Route("/lab/runs/{run_id:uuid}/report.{form}", self.report),
            Route("/lab/runs/{run_id:uuid}/files/{name}", self.file),
            Route("/lab/runs/{run_id:uuid}/{action}", self.act, methods=["POST"]),
        ]

    async def scenarios(self, request: Request) -> Response:
        account = account_of(request)
        tests = account is not None and account.role in ("vendor", "authority")
        async with self._database.transaction() as tx:
            own = await store.of_vendor(tx, vendor_of(account), MOST_RUNS) if account and tests else []
            clients = (
                await store.clients_of(tx, account.party_id) if account and account.party_id and tests else []
            )
            names = {run.client_id: await store.tested_client(tx, run.client_id) for run in own}
        groups = [
            (title, [one for one in library.library() if one.id.startswith(kind)]) for kind, title in GROUPS
        ]
        return self._pages.page(
            request, "lab/scenarios.html", groups=groups, runs=own, names=names, clients=clients, tests=tests
        )

    async def scenario(self, request: Request) -> Response:
        found = library.scenario(request.path_params["scenario_id"])
        if found is None:
            raise HTTPException(404)
        rules = [BY_ID[rule_id] for rule_id in found.requirement.rules]
        return self._pages.page(request, "lab/scenario.html", scenario=found, rules=rules)

    async def run(self, request: Request) -> Response:
        """The whole page; beside what moves, how the system under test gets there and with whom."""
        judged = await self._judged(request)
        async with self._database.transaction() as tx:
            given = await handed_out(tx, judged.run.vendor_id, day_in_riga(self._clock.now()))
            testing = await case_of_run(tx, judged.run)
            acting = await store.acting_person(tx, judged.client.organization_id)
        return self._pages.page(
            request,
            "lab/run.html",
            **self._shown(request, judged),
            base=self._parts.settings.public_base,
            token_address=urljoin(self._parts.settings.public_base, TOKEN_PATH),
            persons=given.persons,
            testing=testing,
            acting=acting,
        )

    async def live(self, request: Request) -> Response:
        """The part of the page that moves."""
        judged = await self._judged(request)
        return self._pages.page(request, "lab/_run.html", **self._shown(request, judged))

    async def act(self, request: Request) -> Response:
        account = require(request, "vendor", "authority")
        run_id: UUID = request.path_params["run_id"]
        vendor_id, now = vendor_of(account), self._clock.wall()
        scenario_id = str(form_of(request).get("scenario", ""))
        address = f"/lab/runs/{run_id}"
        match request.path_params["action"]:
            case "prepare":
                await self._lab().prepare(run_id, vendor_id, scenario_id)
                return go_to(request, f"{address}#now", N_("Prepared: play it in your system now."))
            case "go-on":
                await self._lab().go_on(run_id, vendor_id, scenario_id)
                return go_to(request, f"{address}#now", N_("The lab went on: it is your system's turn."))
            case "done":
                async with self._database.transaction() as tx:
                    await runs.close(tx, run_id, vendor_id, now)
                return go_to(request, address, N_("Done: the scenario is judged."))
            case "finish":
                async with self._database.transaction() as tx:
                    await runs.finish(tx, run_id, vendor_id, now)
                return go_to(request, address, N_("The run is over; its report stays."))
        raise HTTPException(404)

    async def report(self, request: Request) -> Response:
        judged = await self._judged(request)
        name = f"tilts-{judged.run.run_id}"
        match request.path_params["form"]:
            case "json":
                return Response(report_json(judged), media_type="application/json")
            case "xml":
                kept = {"content-disposition": f'attachment; filename="{name}.xml"'}
                return Response(report_junit(judged), headers=kept, media_type="application/xml")
            case "html":
                page = report_html(judged, language_for(request))
                return Response(
                    page, headers={"content-security-policy": own_style_only(page)}, media_type="text/html"
                )
        raise HTTPException(404)

    async def file(self, request: Request) -> Response:
        """Certificate and key that the scenario being played hands to the tester."""
        judged = await self._judged(request)
        name = request.path_params["name"]
        if name not in FILES or judged.run.situation_id is None:
            raise HTTPException(404)
        file = self._lab().counterparts.folder / str(judged.run.situation_id) / name
        if not file.is_file():
            raise HTTPException(404)
        kept = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
        return Response(file.read_bytes(), headers=kept, media_type="application/x-pem-file")

    async def _judged(self, request: Request) -> JudgedRun:
        account = require(request, "vendor", "authority")
        async with self._database.transaction() as tx:
            run = await runs.run_of(tx, request.path_params["run_id"], vendor_of(account))
            return await runs.judged(tx, run)

    def _shown(self, request: Request, judged: JudgedRun) -> dict[str, Any]:
        now = playing(judged)
        return {
            "judged": judged,
            "run": judged.run,
            "now": now,
            "instructions": instructions_of(now) if now else None,
            "hands_out_files": now is not None
            and now.situation is not None
            and "certificate_file" in now.situation.facts,
            "next_id": next((one.scenario.id for one in judged.played if one.state == "waiting"), None),
            "ring": ring_of(judged),
        }

    def _lab(self) -> Lab:
        """The lab's own side is known where its credentials are: in the sandbox, or where they were put."""
        ready_line = self._parts.settings.sandbox_facts
        if not ready_line.is_file():
            raise Refusal(LAB_NOT_PREPARED, fault="no credentials of the lab")
        return Lab(self._database, self._clock, Counterparts.read(ready_line))


def vendor_of(account: Account) -> UUID | None:
    """Whose runs somebody sees: a vendor its own, the authority all."""
    if account.role == "authority":
        return None
    return account.party_id or account.account_id


def playing(judged: JudgedRun) -> Played | None:
    current = judged.run.situation_id
    return next(
        (one for one in judged.played if one.situation and one.situation.situation_id == current and current),
        None,
    )


def instructions_of(played: Played) -> Text:
    scenario: Scenario = played.scenario
    return scenario.instructions.filled(played.situation.facts if played.situation else {})


def own_style_only(page: bytes) -> str:
    """A report carries its style in itself; nothing else may be in it, and nothing is loaded."""
    style = page.partition(b"<style>")[2].partition(b"</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
