"""Every door under a race: many transactions at once on the real database, and one outcome.

All of them are started together and each waits until every other has its own connection, so they do
meet; whoever loses gets a refusal that says the truth about the winner, never a fault.
"""

import asyncio
from collections import Counter as Tally
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from tests.builders import TERMS, an_order
from tests.exchange.counter import Counter, a_request_document, handed_out, rows, stored_line
from tests.running import Running
from tilts.exchange.dispensing import Presented, claim, find, release
from tilts.exchange.prescriptions import cancel, prescribe
from tilts.rules import Refusal
from tilts.store import connections
from tilts.store.prescriptions import all_issues
from tilts.store.records import LineRecord
from tilts.store.resources import read
from tilts.store.tx import Database, Tx
from tilts_fhir.json_strict import decode

pytestmark = pytest.mark.anyio

AT_ONCE = 16
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
Work = Callable[[Tx], Awaitable[Any]]


@pytest.fixture
def counter(exchange: Running) -> Counter:
    return Counter(exchange)


@pytest.fixture
async def crowd(exchange: Running) -> AsyncIterator[Database]:
    """As many connections as there are rivals."""
    database = Database(exchange.settings.database_url, connections=AT_ONCE)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


async def race(database: Database, *works: Work) -> list[Any]:
    """What each got: its answer, or its refusal; anything else is raised."""
    gate = asyncio.Barrier(len(works))

    async def run(work: Work) -> Any:
        async with database.transaction() as tx:
            await tx.execute("SELECT 1")
            await gate.wait()
            return await work(tx)

    results = await asyncio.gather(*(run(work) for work in works), return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, Refusal):
            raise result
    return results


def refusals(results: list[Any]) -> list[Refusal]:
    return [result for result in results if isinstance(result, Refusal)]


def tally(results: list[Any]) -> Tally[str]:
    return Tally(result.rule.id if isinstance(result, Refusal) else "done" for result in results)


async def a_prescribed(database: Database, counter: Counter, value: str = "1") -> LineRecord:
    async with database.transaction() as tx:
        return await counter.prescribed(tx, NOW, value)


async def a_claimed(database: Database, counter: Counter, value: str = "1") -> LineRecord:
    line = await a_prescribed(database, counter, value)
    async with database.transaction() as tx:
        return await claim(tx, line.task_id, counter.till(), NOW, TERMS, None)


def claiming(counter: Counter, line: LineRecord, till: int, client: str = "pharmacy") -> Work:
    return lambda tx: claim(tx, line.task_id, counter.till(till, client), NOW, TERMS, None)


def handing_out(counter: Counter, line: LineRecord, value: str = "1") -> Work:
    return lambda tx: counter.hand_out(tx, line, counter.till(), NOW, value)


def releasing(counter: Counter, line: LineRecord) -> Work:
    return lambda tx: release(tx, line.task_id, "other", counter.till(), NOW, None)


def cancelling(counter: Counter, line: LineRecord) -> Work:
    return lambda tx: cancel(tx, line.task_id, "other", counter.doctor, NOW, None)


async def test_of_many_tills_one_claims_and_dsp_001_names_it_to_all_others(
    crowd: Database, counter: Counter
) -> None:
    line = await a_prescribed(crowd, counter)
    results = await race(
        crowd,
        *(claiming(counter, line, n, "pharmacy" if n % 2 else "second-pharmacy") for n in range(AT_ONCE)),
    )

    assert tally(results) == {"done": 1, "DSP-001": AT_ONCE - 1}
    [winner] = [result for result in results if isinstance(result, LineRecord)]
    assert winner.hold is not None
    stored = await stored_line(crowd, line)
    assert (stored.hold, stored.version) == (winner.hold, 2)
    assert {no.facts["holder"] for no in refusals(results)} == {winner.hold.organization_name}


async def test_the_same_till_claiming_many_times_at_once_holds_once(
    crowd: Database, counter: Counter
) -> None:
    line = await a_prescribed(crowd, counter)
    results = await race(crowd, *(claiming(counter, line, 1) for _ in range(AT_ONCE)))

    assert tally(results) == {"done": AT_ONCE}
    assert {result.version for result in results} == {2}
    assert (await stored_line(crowd, line)).version == 2


async def test_a_hold_that_has_ended_is_taken_over_by_one(crowd: Database, counter: Counter) -> None:
    line = await a_claimed(crowd, counter)
    later = NOW + TERMS.lease
    results = await race(
        crowd,
        *(
            lambda tx, n=n: claim(tx, line.task_id, counter.till(n), later, TERMS, None)
            for n in range(1, AT_ONCE + 1)
        ),
    )

    assert tally(results) == {"done": 1, "DSP-001": AT_ONCE - 1}


async def test_dsp_003_the_last_pack_is_handed_out_once(crowd: Database, counter: Counter) -> None:
    line = await a_claimed(crowd, counter)
    results = await race(crowd, *(handing_out(counter, line) for _ in range(AT_ONCE)))

    assert tally(results) == {"done": 1, "DSP-003": AT_ONCE - 1}
    assert await handed_out(crowd, line) == Decimal(1) == (await stored_line(crowd, line)).dispensed
    document = await rows(
        crowd, "SELECT version FROM resource WHERE resource_id = %(line_id)s", line_id=line.line_id
    )
    assert document == [{"version": 2}], "completed once"


async def test_dsp_003_portions_at_once_never_pass_what_is_allowed(crowd: Database, counter: Counter) -> None:
    line = await a_claimed(crowd, counter, "1.10")
    results = await race(crowd, *(handing_out(counter, line, "0.25") for _ in range(AT_ONCE)))

    assert tally(results) == {"done": 4, "DSP-003": AT_ONCE - 4}
    assert await handed_out(crowd, line) == Decimal("1.00") == (await stored_line(crowd, line)).dispensed


async def test_release_against_dispense_leaves_one_truth(crowd: Database, counter: Counter) -> None:
    line = await a_claimed(crowd, counter, "20")
    works = [handing_out(counter, line) for _ in range(AT_ONCE - 1)]
    works.insert(AT_ONCE // 2, releasing(counter, line))
    results = await race(crowd, *works)

    stored, told = await stored_line(crowd, line), tally(results)
    assert told.keys() <= {"done", "DSP-004"}
    assert stored.dispensed == await handed_out(crowd, line) == told["done"] - 1
    assert (stored.hold, stored.state) == (None, "open")


async def test_a_release_sent_many_times_at_once_gives_back_once(crowd: Database, counter: Counter) -> None:
    line = await a_claimed(crowd, counter)
    results = await race(crowd, *(releasing(counter, line) for _ in range(AT_ONCE)))

    assert tally(results) == {"done": 1, "DSP-004": AT_ONCE - 1}


async def test_cancel_against_claim_lets_one_of_them_win(crowd: Database, counter: Counter) -> None:
    for _ in range(4):
        line = await a_prescribed(crowd, counter)
        works = [claiming(counter, line, n) for n in range(AT_ONCE // 2)]
        works += [cancelling(counter, line) for _ in range(AT_ONCE // 2)]
        results = await race(crowd, *works)

        stored, told = await stored_line(crowd, line), tally(results)
        if stored.state == "cancelled":
            assert told == {"done": 1, "DSP-002": AT_ONCE // 2, "PRE-009": AT_ONCE // 2 - 1}
        else:  # every cancellation after the claim is answered alike, and the holder is blocked
            assert told == {"done": 1 + AT_ONCE // 2, "DSP-001": AT_ONCE // 2 - 1}
            assert stored.hold is not None and stored.cancelling == "other"
            assert {no.facts["holder"] for no in refusals(results)} == {stored.hold.organization_name}


async def test_pre_013_a_cancel_against_a_dispense_never_takes_back_what_was_handed_out(
    crowd: Database, counter: Counter
) -> None:
    line = await a_claimed(crowd, counter, "20")
    half = AT_ONCE // 2
    works = [handing_out(counter, line) for _ in range(half)] + [
        cancelling(counter, line) for _ in range(half)
    ]
    told = tally(await race(crowd, *works))

    stored, given = await stored_line(crowd, line), await handed_out(crowd, line)
    assert stored.state == "claimed" and stored.dispensed == given
    if stored.cancelling is None:
        assert told == {"done": half, "PRE-013": half}
    else:
        assert given == 0 and told == {"done": half, "DSP-012": half}


async def test_two_issues_that_end_at_the_same_moment_leave_the_order_completed(
    crowd: Database, counter: Counter
) -> None:
    for _ in range(4):
        async with crowd.transaction() as tx:
            line = await counter.prescribed(tx, NOW, repeats=AT_ONCE - 1)
        async with crowd.transaction() as tx:
            issues = await all_issues(tx, line.line_id)
            for issue in issues[:-1]:
                await claim(tx, issue.task_id, counter.till(), NOW, TERMS, None)
        works: list[Work] = [
            lambda tx, one=one: counter.hand_out(tx, one, counter.till(), NOW) for one in issues[:-1]
        ]
        results = await race(crowd, *works, cancelling(counter, issues[-1]))

        assert tally(results) == {"done": AT_ONCE}
        async with crowd.transaction() as tx:
            row = await read(tx, "MedicationRequest", line.line_id, None)
        assert row is not None
        assert (decode(row.body)["status"], row.version) == ("completed", 2)


async def test_prescriptions_written_at_once_have_numbers_of_their_own(
    crowd: Database, counter: Counter
) -> None:
    doctor = counter.doctor
    order = an_order(
        patient_id=counter.patient_id,
        requester=f"PractitionerRole/{doctor.role_id}",
        document=a_request_document(counter.patient_id),
    )
    results = await race(
        crowd, *(lambda tx: prescribe(tx, [order], doctor, NOW, TERMS, None) for _ in range(AT_ONCE))
    )

    assert len({done.prescription.number for done in results}) == AT_ONCE


async def test_a_prescription_shown_many_times_at_once_is_found_each_time(
    crowd: Database, counter: Counter
) -> None:
    line = await a_prescribed(crowd, counter)
    results = await race(
        crowd,
        *(lambda tx, n=n: counter.find(tx, line, counter.till(n), NOW) for n in range(AT_ONCE)),
    )

    assert [[one.line_id for one in found] for found in results] == [[line.line_id]] * AT_ONCE


async def test_pre_012_wrong_numbers_at_once_are_each_counted(crowd: Database, counter: Counter) -> None:
    guesser = counter.party("pharmacy", client_id=f"guesser-{uuid4()}")
    wrong = Presented("0000-0000-0000", "Nobody", "At All")
    guess = [lambda tx: find(tx, wrong, guesser, NOW, TERMS)] * AT_ONCE
    for _ in range(3):
        assert tally(await race(crowd, *guess)) == {"done": AT_ONCE}

    counted = "SELECT count(*) FROM find_miss WHERE client_id = %(client_id)s"
    assert await rows(crowd, counted, client_id=guesser.client_id) == [{"count": 3 * AT_ONCE}]
    assert tally(await race(crowd, *guess))["done"] >= 2
    [refused] = refusals(await race(crowd, guess[0]))
    assert (refused.rule.id, refused.facts["retry_after_seconds"]) == ("PRE-012", 600)


async def test_an_assertion_spent_by_64_at_once_is_spent_once(exchange: Running) -> None:
    database = Database(exchange.settings.database_url, connections=32)
    await database.open()
    jti, ends = str(uuid4()), datetime.now(UTC) + timedelta(minutes=1)

    async def spend() -> bool:
        async with database.transaction() as tx:
            return await connections.spend_assertion(tx, "client", jti, ends)

    try:
        assert sum(await asyncio.gather(*(spend() for _ in range(64)))) == 1
    finally:
        await database.close()


async def test_the_same_dispense_through_two_pharmacies_is_never_both(
    crowd: Database, counter: Counter
) -> None:
    """The whole counter, twice: find, claim, hand out; the last pack goes over one of them."""

    def whole_counter(till: int, client: str) -> Work:
        async def work(tx: Tx) -> LineRecord:
            party = counter.till(till, client)
            [found] = await counter.find(tx, line, party, NOW)
            await claim(tx, found.task_id, party, NOW, TERMS, None)
            return await counter.hand_out(tx, found, party, NOW)

        return work

    for _ in range(8):
        line = await a_prescribed(crowd, counter)
        results = await race(crowd, whole_counter(1, "pharmacy"), whole_counter(2, "second-pharmacy"))
        assert tally(results) in ({"done": 1, "DSP-001": 1}, {"done": 1, "DSP-002": 1})
        assert await handed_out(crowd, line) == 1
