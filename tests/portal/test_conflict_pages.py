"""Conflicts of handing out at the authority's desk: each with its number, both pharmacies and the rule."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tests.builders import TERMS
from tests.exchange.counter import Counter
from tests.exchange.test_reconciling import sheet_of, told_of
from tests.portal.attacking import CLERK, Visitor, said
from tests.running import Running
from tilts.exchange.reconciling import Reconciled, number_of, reconcile
from tilts.store.tx import Database

HERE = "/oversight/conflicts"


@pytest.fixture(scope="module")
def clerk(exchange: Running) -> Iterator[Visitor]:
    with Visitor(exchange.facts["portal"].rstrip("/"), CLERK) as one:
        yield one


def a_conflict(exchange: Running) -> Reconciled:
    """One sheet, handed out by two pharmacies."""
    counter, now = Counter(exchange), exchange.clock.now()

    async def make() -> Reconciled:
        database = Database(exchange.settings.database_url, connections=1)
        await database.open()
        try:
            async with database.transaction() as tx:
                line = await counter.prescribed(tx, now)
                told = replace(told_of(line), handed_over_at=now, sheet=sheet_of(line, printed_at=now))
                await reconcile(tx, told, counter.till(), now, TERMS, None)
                second = counter.till(client="second-pharmacy")
                return await reconcile(tx, told, second, now, TERMS, None)
        finally:
            await database.close()

    with ThreadPoolExecutor(1) as apart:  # a browser's driver may have a loop of its own in this thread
        return apart.submit(lambda: asyncio.run(make())).result()


def test_a_conflict_is_listed_with_its_number_both_pharmacies_and_the_reason(
    exchange: Running, clerk: Visitor
) -> None:
    row = a_conflict(exchange).row
    page = said(clerk.get(HERE))
    clients = exchange.facts["clients"]
    for words in (
        number_of(row),
        clients["second-pharmacy"]["name"],
        clients["pharmacy"]["name"],
        str(row.task_id),
        str(row.rule_id),
    ):
        assert words in page
