"""`tilts medicines`: take the register of medicines in, see what is in it, write an invented one to try with."""

import asyncio
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from tilts.cli.operating.acting import asked, opened
from tilts.cli.places import AsJson, DataDir, terminal_language
from tilts.cli.progress import Steps
from tilts.cli.refusals import NotPossible
from tilts.clock import RIGA, WallClock
from tilts.exchange.medicines.differences import Difference, around
from tilts.exchange.medicines.loading import Loaded, load, load_of
from tilts.exchange.medicines.substitution import cheapest
from tilts.indexing import fold
from tilts.lab.medicines import SEED, invented
from tilts.rules import Refusal
from tilts.rules.medicines import MED_UNKNOWN
from tilts.store.medicines import register
from tilts.store.medicines.records import Medicine, Standing, as_row
from tilts.store.tx import Tx

medicines = App(name="medicines", help="The register of medicines: load it, list it, show a product.")
SHOWN: int = 40  # lines of a difference, and of what was dropped
On = Annotated[str | None, Parameter(name="--on", help="As of this day, YYYY-MM-DD; default: today.")]


@medicines.command(name="load")
def load_(
    file: Annotated[
        Path,
        Parameter(help="JSON or XML in the form of the agency's open data; see docs/howto/medicines.md."),
    ],
    *,
    prices: Annotated[
        Path | None,
        Parameter(help="JSON with groups, prices and reimbursement; without it the old ones are kept."),
    ] = None,
    valid_from: Annotated[
        str | None, Parameter(help="Day from which it holds, YYYY-MM-DD; default: today.")
    ] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> int:
    """Take the register in as a new version; say what changed, what was dropped and why.

    Exit status: 0 published or there already, 1 refused.
    """

    async def work() -> Loaded:
        async with opened("test", data_dir) as database:
            with Steps(quiet=as_json) as steps:
                bar = steps.bar("bytes", max(file.stat().st_size, 1))
                now = WallClock().now()
                return await load(database, load_of(file, prices, _day(valid_from), bar), now)

    try:
        done = asyncio.run(work())
    except OSError as fault:
        raise NotPossible(f"{fault.filename} cannot be read: {fault.strerror}") from fault
    except Refusal as no:
        raise _not_possible(no) from no
    print(json.dumps(_as_object(done), ensure_ascii=False)) if as_json else _print_load(done)
    return 0


@medicines.command(name="list")
def list_(
    words: Annotated[str, Parameter(help="Of name, substance or code; every word must be there.")] = "",
    *,
    group: Annotated[str | None, Parameter(help="Only products of this substitution group.")] = None,
    cheapest_only: Annotated[
        bool, Parameter(name="--cheapest", help="Of the group only what costs least for a unit.", negative="")
    ] = False,
    icd: Annotated[
        str | None, Parameter(help="With --cheapest: what is reimbursed for this exact code.")
    ] = None,
    on: On = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> int:
    """List the products of the register on a day.

    Exit status: 0 some, 1 none.
    """
    day = _day(on)
    if cheapest_only and group is None:
        raise NotPossible("--cheapest needs a --group")

    async def work(tx: Tx) -> list[Medicine]:
        return await register.on_day(tx, day, substitutes=group)

    found = [one for one in asked(work, "test", data_dir) if _matches(one, words)]
    if cheapest_only:
        found = cheapest(found, day, icd)
    if as_json:
        for one in found:
            print(json.dumps(as_row(one), ensure_ascii=False))
    elif found:
        _print_table(found)
    return 0 if found else 1


@medicines.command
def show(product_id: str, *, on: On = None, as_json: AsJson = False, data_dir: DataDir = None) -> int:
    """Show a product on a day, its terms, what it may be given for, and how it stood before and after.

    Exit status: 0 shown, 1 it is not in the register that day.
    """
    day = _day(on)

    async def work(tx: Tx) -> tuple[list[Medicine], list[Medicine], list[Standing]]:
        found = await register.on_day(tx, day, product_id=product_id)
        group = found[0].substitutes if found else ""
        members = await register.on_day(tx, day, substitutes=group) if group else []
        return found, members, await register.history(tx, product_id)

    found, members, history = asked(work, "test", data_dir)
    if not found:
        raise _not_possible(Refusal(MED_UNKNOWN, asked=product_id, day=day.isoformat()))
    row: dict[str, Any] = {
        **as_row(found[0]),
        "group": [one.product_id for one in members],
        "cheapest": [one.product_id for one in cheapest(members, day)],
        "history": [[str(one.valid_from), str(one.valid_to) if one.valid_to else None] for one in history],
    }
    if as_json:
        print(json.dumps(row, ensure_ascii=False))
    else:
        for name, value in row.items():
            print(f"{name:>16}  {_shown(value)}")
    return 0


@medicines.command
def versions(*, as_json: AsJson = False, data_dir: DataDir = None) -> int:
    """List what was loaded, the newest first, with what was dropped.

    Exit status: 0 some, 1 none.
    """
    found = asked(register.versions, "test", data_dir)
    for one in found:
        report = one.report
        if as_json:
            row = {"valid_from": str(one.valid_from), "source": one.source, "sha256": one.content_hash.hex()}
            print(json.dumps({**row, "synthetic": one.synthetic, "report": report}, ensure_ascii=False))
        else:
            print(f"{one.valid_from}  {report['taken']:>6} of {report['read']}  {one.source}")
    return 0 if found else 1


@medicines.command
def changes(
    valid_from: Annotated[
        str | None, Parameter(help="Of the version of this day, YYYY-MM-DD; default: the last.")
    ] = None,
    *,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> int:
    """Say what a version added, changed and ended.

    Exit status: 0 something, 1 nothing, or there is no such version.
    """

    async def work(tx: Tx) -> Difference | None:
        known = [one.valid_from for one in await register.versions(tx)]
        day = _day(valid_from) if valid_from else next(iter(known), None)
        return around(await register.around(tx, day), day) if day in known and day else None

    found = asked(work, "test", data_dir)
    if found is None:
        raise NotPossible("no version begins on that day; see tilts medicines versions")
    if as_json:
        print(json.dumps(_difference(found)))
    else:
        print("\n".join(found.lines()))
    return 1 if found.is_empty else 0


@medicines.command
def sample(
    folder: Annotated[Path, Parameter(help="Where to; made if it is not there.")],
    *,
    seed: Annotated[int, Parameter(help="Number the products are made from.")] = SEED,
) -> int:
    """Write an invented register and its list of prices as files that `tilts medicines load` takes.

    Exit status: 0 written.
    """
    made = invented(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (("HumanProducts.json", made.products), ("prices.json", made.prices)):
        (folder / name).write_text(json.dumps(rows, ensure_ascii=False, indent=1), "utf-8")
        print(folder / name)
    return 0


def _day(written: str | None) -> date:
    try:
        return date.fromisoformat(written) if written else WallClock().now().astimezone(RIGA).date()
    except ValueError as fault:
        raise NotPossible(f"{written!r} is no day; write YYYY-MM-DD") from fault


def _not_possible(no: Refusal) -> NotPossible:
    language = terminal_language()
    told = f"{no.rule.id} {no.rule.sentence(language, no.facts)} {no.rule.fix(language)}"
    report = no.facts.get("report")
    return NotPossible(f"{told} {json.dumps(report, ensure_ascii=False)}" if report else told)


def _matches(one: Medicine, words: str) -> bool:
    text = fold(f"{one.product_id} {one.name} {one.substance} {one.atc}")
    return all(word in text for word in fold(words).split())


def _print_table(found: Iterable[Medicine]) -> None:
    table = Table("id", "name", "package", "group", "price", "paid for", box=None, header_style="bold")
    for one in found:
        paid = ", ".join(f"{term.icd} {term.listed} {term.rate_percent} %" for term in one.reimbursed)
        price = "" if one.price is None else f"{one.price:f}"
        table.add_row(one.product_id, one.name, one.package, one.substitutes, price, paid)
    Console().print(table, markup=False)


def _shown(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(
            " ".join(map(str, one.values())) if isinstance(one, dict) else str(one) for one in value
        )
    return "-" if value in (None, "") else str(value)


def _as_object(done: Loaded) -> dict[str, Any]:
    return {
        "valid_from": done.version.valid_from.isoformat(),
        "published": done.is_new,
        **_difference(done.difference),
        "report": done.version.report,
    }


def _difference(found: Difference) -> dict[str, Any]:
    return {
        "added": [one.product_id for one in found.added],
        "changed": {one.after.product_id: list(one.members) for one in found.changed},
        "ended": [one.product_id for one in found.ended],
    }


def _print_load(done: Loaded) -> None:
    report, changes = done.version.report, done.difference
    if not done.is_new:
        print(f"this file holds from {done.version.valid_from} already")
        return
    print(f"holds from {done.version.valid_from}: {report['taken']} of {report['read']} records taken")
    for kind in ("dropped", "fields_dropped", "personal_dropped", "notes"):
        for name, number in report[kind].items():
            print(f"{number:>9}  {kind.replace('_', ' ')}: {name}")
    for row in report["told"][:SHOWN]:
        print(f"record {row['record']} {row['product_id']}: {row['reason']}")
    print(f"{len(changes.added)} added, {len(changes.changed)} changed, {len(changes.ended)} ended")
    lines = list(changes.lines())
    print("\n".join(lines[:SHOWN]))
    if len(lines) > SHOWN:
        print(f"and {len(lines) - SHOWN} more")
