"""`tilts relationships load`: what connects patients and institutions, from the registers that know it."""

import asyncio
import csv
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from tilts.access.permission.loading import Report, Row, load
from tilts.cli.operating.acting import opened
from tilts.cli.places import AsJson, DataDir
from tilts.cli.progress import Steps
from tilts.cli.refusals import NotPossible
from tilts.clock import Clock, WallClock
from tilts.store.tx import Database

relationships = App(name="relationships", help="What connects patients and institutions, from the registers.")
BATCH: int = 500
SHOWN: int = 20


@relationships.command(name="load")
def load_(
    file: Annotated[
        Path, Parameter(help="NDJSON, or CSV with a first line of names; see docs/howto/relationships.md.")
    ],
    *,
    environment: Annotated[str, Parameter(name="--environment", help="test or production.")] = "test",
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> int:
    """Take in a feed; rows that were there already stay as they are.

    Exit status: 0 all taken, 1 some were dropped, each with its line and reason.
    """
    report = asyncio.run(taken_in(file, environment, data_dir))
    if as_json:
        dropped = [{"line": line, "reason": reason} for line, reason in report.dropped]
        print(json.dumps({"taken": report.taken, "dropped": dropped}))
    else:
        for kind, number in sorted(report.taken.items()):
            print(f"{number:>9}  {kind}")
        for line, reason in report.dropped[:SHOWN]:
            print(f"line {line}: {reason}")
        if len(report.dropped) > SHOWN:
            print(f"and {len(report.dropped) - SHOWN} more")
    return 1 if report.dropped else 0


async def taken_in(file: Path, environment: str, data_dir: Path | None) -> Report:
    report, clock = Report(), WallClock()
    rows, done = rows_of(file), 0
    async with opened(environment, data_dir) as database:
        with Steps() as steps:
            bar = steps.bar("rows", sum(1 for _ in rows_of(file)))
            while batch := list(islice(rows, BATCH)):
                await one_batch(database, batch, report, clock)
                done += len(batch)
                bar(done)
    return report


async def one_batch(database: Database, batch: list[tuple[int, Row]], report: Report, clock: Clock) -> None:
    async with database.transaction() as tx:
        await load(tx, batch, clock.now(), report)


def rows_of(file: Path) -> Iterator[tuple[int, Row]]:
    """Line and row; a line that cannot be read is a row with nothing in it, and so is dropped."""
    if file.suffix == ".csv":
        yield from enumerate(csv.DictReader(lines_of(file)), start=2)
    else:
        yield from (
            (number, read_line(line)) for number, line in enumerate(lines_of(file), start=1) if line.strip()
        )


def lines_of(file: Path) -> Iterator[str]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            yield from lines
    except OSError as fault:
        raise NotPossible(f"{file} cannot be read: {fault.strerror}") from fault


def read_line(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
