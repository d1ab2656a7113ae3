"""`tilts lab`: the scenarios, a run of them against a sandbox client (in CI too), and its report."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from tilts.access.testing_runs import order_under
from tilts.cli.lab_players import player_for
from tilts.cli.places import AsJson, DataDir, client_facts, running_facts, terminal_language
from tilts.cli.refusals import NotPossible
from tilts.clock import WallClock, day_in_riga
from tilts.lab.conformance import runs
from tilts.lab.conformance.counterparts import Counterparts
from tilts.lab.conformance.driving import Progress, drive
from tilts.lab.conformance.language import Role, Scenario
from tilts.lab.conformance.library import library
from tilts.lab.conformance.reports import report_html, report_json, report_junit
from tilts.lab.conformance.runs import JudgedRun, Lab, RunOrder
from tilts.rules import Language, Refusal
from tilts.rules.cases import CASE_NOT_FOUND
from tilts.store.onboarding import cases
from tilts.store.tx import Database

lab = App(name="lab", help="Conformance: scenarios, runs with a verdict on each, reports with evidence.")
SIGNS = {"passed": "[green]✓[/]", "failed": "[red]✗[/]", "inconclusive": "[yellow]?[/]", "open": "[dim]·[/]"}
RoleOf = Annotated[Role | None, Parameter(help="practice or pharmacy; default: what the client is.")]
TestedClient = Annotated[
    str,
    Parameter(name="--as", help="Client that is tested: its name in the sandbox, or with --testing its id."),
]
PlayCommand = Annotated[
    str | None,
    Parameter(
        help="Command that plays one scenario in your system: gets its id as an argument and its facts as one "
        "line of JSON; prints 'go on' when the lab shall go on."
    ),
]
TestingCase = Annotated[
    str, Parameter(help="Number of the testing case that the run belongs to; default: a run to practise.")
]
NotPassed = Annotated[
    bool, Parameter(help="With --testing: only scenarios that have not passed yet.", negative="")
]
Junit = Annotated[Path | None, Parameter(name="--junit", help="Write the report as JUnit XML to this file.")]
Html = Annotated[Path | None, Parameter(name="--html", help="Write the report as a page to this file.")]


@lab.command
def scenarios(
    *,
    role: Annotated[Role | None, Parameter(help="practice or pharmacy; default: both.")] = None,
    as_json: AsJson = False,
) -> int:
    """Say which scenarios there are; needs no sandbox.

    Exit status: 0 said.
    """
    chosen = [one for one in library() if role is None or role in one.roles]
    if as_json:
        for one in chosen:
            print(json.dumps(row_of(one), ensure_ascii=False))
        return 0
    language = terminal_language()
    table = Table("id", "for", "kind", "rules", "what", box=None, header_style="bold")
    for one in chosen:
        rules = " ".join(one.requirement.rules)
        table.add_row(one.id, " ".join(one.roles), one.kind, rules, one.title.told(language))
    Console().print(table, markup=False)
    return 0


@lab.command
def run(
    *,
    client: TestedClient,
    role: RoleOf = None,
    only: Annotated[list[str] | None, Parameter(help="A scenario; repeat for several. Default: all.")] = None,
    play: PlayCommand = None,
    reference: Annotated[
        bool, Parameter(help="Let the reference system play, to see it work.", negative="")
    ] = False,
    testing: TestingCase = "",
    not_passed: NotPassed = False,
    junit: Junit = None,
    html: Html = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> int:
    """Run scenarios against the running sandbox: prepare each, have it played, judge what was seen.

    With neither --play nor --reference you play by hand: the instructions are printed, Enter says done.

    Exit status: 0 all passed, 1 something did not pass, or it could not be run.
    """
    facts = running_facts(data_dir)
    own = {"client_id": client, "kind": ""} if testing else None
    entry = facts["clients"].get(client) or own or client_facts(facts, client)
    kind: Role = role or ("pharmacy" if entry["kind"] == "pharmacy" else "practice")
    language = terminal_language()
    console = Console(stderr=as_json, highlight=False)
    plays = player_for(entry, play, reference, language, console)

    async def work() -> JudgedRun:
        async with opened(facts) as found:
            order = RunOrder(entry["client_id"], kind, tuple(only or ()))
            if testing:
                order = await order_in(found, testing, order, left_only=not_passed)
            return await drive(found, order, plays, lambda progress: tell(console, progress, language))

    judged = asyncio.run(refusing(work(), language))
    console.print(summary(judged))
    written(judged, junit, html, language)
    if as_json:
        sys.stdout.write(report_json(judged).decode())
    return 0 if judged.verdict == "passed" else 1


async def order_in(found: Lab, number: str, order: RunOrder, *, left_only: bool) -> RunOrder:
    """The order as the testing case allows it: its plan's scenarios, on its days."""
    async with found.database.transaction() as tx:
        case = await cases.find(tx, number)
        if case is None:
            raise Refusal(CASE_NOT_FOUND)
        day = day_in_riga(found.clock.now())
        return await order_under(tx, case, order.client_id, order.scenario_ids, day, left_only=left_only)


@lab.command
def report(
    run_id: Annotated[UUID, Parameter(help="The run; 'tilts lab run' and its page say which.")],
    *,
    junit: Junit = None,
    html: Html = None,
    data_dir: DataDir = None,
) -> int:
    """Print the report of a run as JSON; with --junit or --html write it in those forms instead.

    Exit status: 0 the run passed, 1 it did not, or there is no such run.
    """
    facts = running_facts(data_dir)
    language = terminal_language()

    async def work() -> JudgedRun:
        async with opened(facts) as found, found.database.transaction() as tx:
            return await runs.judged(tx, await runs.run_of(tx, run_id, None))

    judged = asyncio.run(refusing(work(), language))
    written(judged, junit, html, language)
    if junit is None and html is None:
        sys.stdout.write(report_json(judged).decode())
    return 0 if judged.verdict == "passed" else 1


def row_of(one: Scenario) -> dict[str, Any]:
    return {
        "id": one.id,
        "version": one.version,
        "sha256": one.sha256,
        "roles": list(one.roles),
        "kind": one.kind,
        "title": {"lv": one.title.lv, "en": one.title.en},
        "rules": list(one.requirement.rules),
        "sources": list(one.requirement.sources),
    }


@asynccontextmanager
async def opened(facts: dict[str, Any]) -> AsyncIterator[Lab]:
    """The lab of the running sandbox: its database, and its own clients as counterparts."""
    database = Database(Path(facts["database_url_file"]).read_text().strip(), connections=4)
    await database.open()
    try:
        yield Lab(database, WallClock(), Counterparts.of(facts))
    finally:
        await database.close()


async def refusing(work: Any, language: Language) -> JudgedRun:
    try:
        found: JudgedRun = await work
    except Refusal as no:
        told = no.rule.sentence(language, no.told())
        raise NotPossible(f"{no.rule.id}: {told} {no.rule.fix(language)}") from no
    return found


def tell(console: Console, progress: Progress, language: Language) -> None:
    if progress.done is None:
        return
    one = progress.done
    sign = SIGNS[one.verdict.verdict]
    place = f"[dim]{progress.place:>2}/{progress.of}[/]"
    console.print(f"{place} {sign} [bold]{one.scenario.id}[/] {one.scenario.title.told(language)}")
    if one.verdict.verdict != "passed":
        console.print(f"      {one.verdict.reason.told(language)}", markup=False)
        if progress.fault:
            console.print(f"      {progress.fault}", style="dim", markup=False)


def summary(judged: JudgedRun) -> str:
    passed = judged.count("passed")
    color = "green" if judged.verdict == "passed" else "red"
    return f"[{color}]{judged.verdict}[/]: {passed} of {len(judged.played)} scenarios passed; run {judged.run.run_id}"


def written(judged: JudgedRun, junit: Path | None, html: Path | None, language: Language) -> None:
    for path, content in ((junit, report_junit(judged)), (html, report_html(judged, language))):
        if path is not None:
            try:
                path.write_bytes(content)
            except OSError as fault:
                raise NotPossible(f"{path} cannot be written: {fault.strerror}") from fault
