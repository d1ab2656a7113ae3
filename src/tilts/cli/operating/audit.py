"""`tilts audit`: is the trail what was sealed, what are its heads, and what stands in it; for whoever runs a server."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

from cyclopts import App, Parameter
from rich.console import Console

from tilts.access.audit.inclusion import newest_heads
from tilts.access.audit.oversight import MOST_ROWS, OPERATOR, Look, overseen
from tilts.access.audit.verifying import Verdict, asked_of, verify
from tilts.cli.places import AsJson, DataDir, running_facts, terminal_language
from tilts.cli.progress import Steps
from tilts.cli.refusals import NotPossible
from tilts.cli.serving import ANSWERS_SECONDS, chosen_settings
from tilts.cli.why_not import moment_of
from tilts.clock import RIGA, WallClock
from tilts.rules import Refusal
from tilts.settings import Settings, from_environment
from tilts.store.trail import seals
from tilts.store.trail.reading import Criteria
from tilts.store.tx import GONE, NOT_MIGRATED, Database

audit = App(name="audit", help="The audit trail: whether it is what was sealed, its heads, its entries.")
Outcome: TypeAlias = Literal["success", "refused", "fault"]
AS_SEALED, NOT_AS_SEALED = 0, 1
SHOWN: Final = 200  # findings in a terminal; --json tells all
Since = Annotated[
    str | None, Parameter(name="--from", help="From this moment on: 2026-11-01 or 2026-11-01T12:00.")
]
Until = Annotated[str | None, Parameter(name="--to", help="Up to this moment.")]


@audit.command(name="verify")
def verified(
    *, since: Since = None, until: Until = None, as_json: AsJson = False, data_dir: DataDir = None
) -> int:
    """Compute every leaf, tree, signature and link anew; name each row or seal that is not as it was sealed.

    Asks the installation of DATABASE_URL with the keys of TILTS_KEYS_FOLDER, else the sandbox that runs. With --from
    or --to only the seals made then. With --json a finding a line, then one line with the figures.

    Exit status: 0 all is as it was sealed, 1 something is not, or it cannot be asked.
    """
    settings = settings_of(data_dir)
    asked = asked_of(settings, bound(since), bound(until))
    with Steps(quiet=as_json) as steps:
        try:
            with seals.connected(settings.database_url, settings.environment) as db:
                found = verify(db, asked, moving(steps))
        except NOT_MIGRATED as fault:
            raise NotPossible("there are no tables yet: tilts migrate") from fault
        except GONE as fault:
            raise NotPossible("no PostgreSQL answers there") from fault
    tell = tell_rows if as_json else tell_words
    tell(found)
    return NOT_AS_SEALED if found.findings else AS_SEALED


def moving(steps: Steps) -> Callable[[int, int], None]:
    """The bar appears when it is known how much there is."""
    bars: list[Callable[[int], None]] = []

    def move(done: int, of: int) -> None:
        if not bars:
            bars.append(steps.bar("rows", max(1, of)))
        bars[0](min(done, of))

    return move


def figures(found: Verdict) -> dict[str, Any]:
    return {
        "findings": len(found.findings),
        "removed": len(found.removed),
        "seals": found.seals,
        "rows": found.rows,
        "unsealed": found.unsealed,
        "earlier": found.earlier,
        "unvouched": found.unvouched,
        "from": found.first.at.isoformat() if found.first else None,
        "to": found.last.at.isoformat() if found.last else None,
    }


def tell_rows(found: Verdict) -> None:
    for one in (*found.findings, *found.removed):
        print(json.dumps(asdict(one), ensure_ascii=False))
    print(json.dumps(figures(found), ensure_ascii=False))


def tell_words(found: Verdict) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for one in (*found.findings[:SHOWN], *found.removed):
        where = f" (seal {one.seal})" if one.seal is not None and one.kind != "seal" else ""
        note = f": {one.note}" if one.note else ""
        console.print(f"{one.what} {one.kind} {one.id}{where}{note}", markup=False)
    if len(found.findings) > SHOWN:
        console.print(f".. and {len(found.findings) - SHOWN} more; --json names all", markup=False)
    console.print(
        f"{found.rows} rows in {found.seals} seals are as they were sealed; {len(found.findings)} findings.",
        markup=False,
    )
    for number, words in (
        (found.unsealed, "rows are newer than the last seal: nothing is known of them yet"),
        (found.earlier, "rows are from before sealing began: they are counted, not proved"),
        (found.unvouched, "rows belong to seals that are gone or broken: nothing can be said of them"),
    ):
        if number:
            console.print(f"{number} {words}.", markup=False)


@audit.command
def heads(
    *,
    count: Annotated[int, Parameter(help="How many, newest first.")] = 20,
    before: Annotated[int | None, Parameter(help="Only those before this seal.")] = None,
    data_dir: DataDir = None,
) -> int:
    """Print the newest signed heads with the public keys, as GET /audit/heads gives them: keep them elsewhere.

    Exit status: 0 printed, 1 it cannot be asked.
    """
    settings = settings_of(data_dir)

    async def fetch(database: Database) -> dict[str, Any]:
        async with database.transaction() as tx:
            return await newest_heads(
                tx, settings.environment, settings.keys_folder, limit=count, before=before
            )

    print(json.dumps(run(settings, fetch), indent=1, ensure_ascii=False))
    return 0


@audit.command(name="list")
def listed(
    *,
    reason: Annotated[str, Parameter(help="Why you look, in a sentence: it is written down.")],
    since: Since = None,
    until: Until = None,
    organization: UUID | None = None,
    client: str | None = None,
    practitioner: UUID | None = None,
    patient: UUID | None = None,
    outcome: Outcome | None = None,
    rule: str | None = None,
    event: str | None = None,
    count: Annotated[int, Parameter(help=f"At most, newest first; no more than {MOST_ROWS}.")] = 50,
    before: Annotated[UUID | None, Parameter(help="Only those before this entry.")] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> int:
    """List entries of the trail, of the last day unless a period is named. That you looked, and why, is an entry too.

    Exit status: 0 listed, 1 refused or it cannot be asked.
    """
    settings, now = settings_of(data_dir), WallClock().now()
    end = bound(until) or now
    begin = bound(since) or end - timedelta(days=1)
    criteria = Criteria(
        since=begin,
        until=end,
        organization_id=organization,
        client_id=client,
        practitioner_id=practitioner,
        patient_id=patient,
        outcome=outcome,
        rule_id=rule,
        event=event,
    )

    async def fetch(database: Database) -> list[dict[str, Any]]:
        look = Look(criteria, reason, now, before, count)
        return list(await overseen(database, OPERATOR, look))

    for row in run(settings, fetch):
        print(json.dumps(row, default=str, ensure_ascii=False) if as_json else line_of(row))
    return 0


def line_of(row: dict[str, Any]) -> str:
    moment = f"{row['at'].astimezone(RIGA):%d.%m.%Y %H:%M:%S}"
    who = " · ".join(filter(None, (row["organization_name"], row["practitioner"], row["role_code"])))
    ended = row["outcome"] + (f" {row['rule_id']}" if row["rule_id"] else "")
    return f"{moment}  {row['event']}  {ended}  {who or row['client_id'] or '-'}  {row['audit_id']}"


def run(settings: Settings, work: Callable[[Database], Any]) -> Any:
    database = Database(settings.database_url, connections=1, environment=settings.environment)

    async def done() -> Any:
        try:
            await database.open(seconds=ANSWERS_SECONDS)
            return await work(database)
        except GONE as fault:
            raise NotPossible("no PostgreSQL answers there") from fault
        except Refusal as no:
            raise NotPossible(f"{no.rule.id}: {no.rule.sentence(terminal_language(), no.told())}") from no
        finally:
            with suppress(Exception):
                await database.close()

    return asyncio.run(done())


def settings_of(data_dir: Path | None) -> Settings:
    """The installation of DATABASE_URL, or the sandbox that runs."""
    if data_dir is None:
        with suppress(NotPossible):
            return chosen_settings()
    facts = running_facts(data_dir)
    return replace(
        from_environment(),
        environment="test",
        database_url=Path(facts["database_url_file"]).read_text("utf-8").strip(),
        keys_folder=Path(facts["state"]).parent / "keys",
    )


def bound(written: str | None) -> datetime | None:
    return None if written is None else moment_of(written)
