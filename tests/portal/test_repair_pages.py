"""Repairs at the authority's desk: ordered by one officer, confirmed by another, told Task by Task; also in the terminal."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.builders import TERMS
from tests.exchange.counter import Counter
from tests.portal.attacking import CLERK, COLLEAGUE, Visitor, rule_of, said
from tests.running import Running
from tilts.exchange.dispensing import claim
from tilts.store.records import LineRecord
from tilts.store.tx import Database

HERE = "/oversight/repairs"
WHY = "Aptieka slēgta, kase nedarbojas; pārbaudīts pa tālruni."


@pytest.fixture(scope="module")
def officers(exchange: Running) -> Iterator[tuple[Visitor, Visitor]]:
    base = exchange.facts["portal"].rstrip("/")
    with Visitor(base, CLERK) as clerk, Visitor(base, COLLEAGUE) as colleague:
        yield clerk, colleague


@pytest.fixture
def held(exchange: Running) -> LineRecord:
    """A line that a till holds."""
    counter, now = Counter(exchange), exchange.clock.now()

    async def make() -> LineRecord:
        database = Database(exchange.settings.database_url, connections=1)
        await database.open()
        try:
            async with database.transaction() as tx:
                line = await counter.prescribed(tx, now)
                return await claim(tx, line.task_id, counter.till(), now, TERMS, None)
        finally:
            await database.close()

    with ThreadPoolExecutor(1) as apart:  # a browser's driver may have a loop of its own in this thread
        return apart.submit(lambda: asyncio.run(make())).result()


def audited(exchange: Running, event: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(exchange.settings.database_url) as connection:
        connection.execute("SET search_path = test")
        return connection.execute(
            "SELECT e.outcome, s.resource_id FROM audit_entry e LEFT JOIN audit_subject s USING (audit_id)"
            " WHERE e.event = %s ORDER BY e.audit_id",
            [event],
        ).fetchall()


def test_two_officers_repair_and_each_task_is_told(
    exchange: Running, officers: tuple[Visitor, Visitor], held: LineRecord
) -> None:
    clerk, colleague = officers
    nobody = uuid4()
    form = {"tasks": f"{held.task_id}\nTask/{nobody}", "step": "release", "reason": WHY}
    assert rule_of(clerk.post(HERE, form | {"reason": "short"})) == "OVS-032"
    assert rule_of(clerk.post(HERE, form | {"tasks": "not an id"})) == "OVS-035"
    place = clerk.done(HERE, form).partition("?")[0]

    assert "You ordered this repair yourself" in said(clerk.get(place))
    assert rule_of(clerk.post(f"{place}/confirm")) == "OVS-033"
    assert WHY in said(colleague.get(place))
    colleague.done(f"{place}/confirm")
    page = said(clerk.get(place))
    assert "open, nothing handed out" in page and "WIRE-012" in page
    assert ("success", held.task_id) in audited(exchange, "repair.confirmed")
    assert rule_of(colleague.post(f"{place}/decline")) == "CASE-003"
    assert "Take from its holder: 2" in said(clerk.get(HERE))


def test_ovs_031_an_order_that_is_not_there_and_an_outsider(
    exchange: Running, officers: tuple[Visitor, Visitor]
) -> None:
    assert officers[0].get(f"{HERE}/{uuid4()}").status_code == 404
    assert officers[0].post(f"{HERE}/{uuid4()}/erase").status_code == 404
    with Visitor(exchange.facts["portal"].rstrip("/"), "practice-head") as outsider:
        assert rule_of(outsider.get(HERE)) == rule_of(outsider.post(HERE)) == "USR-004"


def test_the_same_in_the_terminal(exchange: Running, held: LineRecord) -> None:
    def tilts(*words: str) -> subprocess.CompletedProcess[str]:
        asked = [sys.executable, "-m", "tilts", "repairs", *words]
        known = {**os.environ, "DATABASE_URL": exchange.settings.database_url}
        return subprocess.run(asked, check=False, capture_output=True, text=True, env=known, timeout=60)

    ordered = tilts("order", "release", str(held.task_id), "--as", CLERK, "--reason", WHY)
    assert ordered.returncode == 0, ordered.stderr
    repair = ordered.stdout.split()[0]
    assert tilts("list", "--json").returncode == 1, "one waits for the second person"
    alone = tilts("confirm", repair, "--as", CLERK)
    assert alone.returncode == 1 and "OVS-033" in alone.stderr
    done = tilts("confirm", repair, "--as", COLLEAGUE)
    assert (done.returncode, done.stdout.splitlines()[1:]) == (0, [f"{held.task_id} ready"]), done.stderr
    listed = [json.loads(row) for row in tilts("list", "--json").stdout.splitlines()]
    assert next(row for row in listed if row["repair"] == repair)["state"] == "done"
