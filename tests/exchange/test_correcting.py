"""Taking a dispense back and saying anew what it was: the balance, the hold, the document, and who else is there."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOW as THEN
from tests.builders import TERMS, a_dispense_order, a_hold, a_line, a_party, packs
from tests.exchange.counter import Counter
from tests.exchange.test_races import AT_ONCE, Work, race, tally
from tests.running import Running
from tests.store.undoing import undone
from tilts.exchange.closing import close, close_remaining
from tilts.exchange.correcting import (
    AMEND_REASONS,
    WITHDRAW_REASONS,
    Correction,
    amend,
    decide_amend,
    decide_withdraw,
    withdraw,
)
from tilts.exchange.dispensing import DispenseOrder, claim, dispense, release
from tilts.exchange.lines import check_step, current, state_of
from tilts.exchange.prescriptions import cancel, viewer_of
from tilts.party import Party
from tilts.rules import Refusal
from tilts.store import dispensing as store
from tilts.store import resources
from tilts.store.prescriptions import lines_of_prescription
from tilts.store.records import LineRecord
from tilts.store.tx import Database, Tx
from tilts_fhir.json_strict import decode

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def order_of(line: LineRecord, value: str = "1", **more: Any) -> DispenseOrder:
    document = {
        "resourceType": "MedicationDispense",
        "status": "completed",
        "medicationCodeableConcept": {"text": "Paraugols 500 mg"},
        "subject": {"reference": f"Patient/{line.patient_id}"},
        "authorizingPrescription": [{"reference": f"MedicationRequest/{line.line_id}"}],
        **more,
    }
    return a_dispense_order(
        document=document, line_id=line.line_id, patient_id=line.patient_id, quantity=packs(value)
    )


async def handed_out(
    tx: Tx, counter: Counter, line: LineRecord, value: str, now: datetime, party: Party | None = None
) -> UUID:
    order = order_of(line, value, identifier=[{"system": "urn:test", "value": str(uuid4())}])
    document, _ = await dispense(tx, order, party or counter.till(), now, TERMS, None)
    return UUID(document["id"])


@dataclass
class Day(Counter):
    """Within one transaction, undone at its end; the line has three packs and is held by the first till."""

    tx: Tx

    async def line(self, **facts: Any) -> LineRecord:
        line = await self.prescribed(self.tx, NOW, "3", **facts)
        await claim(self.tx, line.task_id, self.till(), NOW, TERMS, None)
        return line

    async def out(self, line: LineRecord, value: str = "1", party: Party | None = None) -> UUID:
        return await handed_out(self.tx, self, line, value, NOW, party)

    async def withdraw(
        self, dispense_id: UUID, party: Party | None = None, now: datetime = NOW, reason: str = "other"
    ) -> tuple[dict[str, Any], LineRecord]:
        return await withdraw(self.tx, Correction(dispense_id, reason), party or self.till(), now, TERMS)

    async def amend(
        self, dispense_id: UUID, order: DispenseOrder | None, now: datetime = NOW, party: Party | None = None
    ) -> tuple[dict[str, Any], LineRecord]:
        who = party or self.till()
        return await amend(self.tx, Correction(dispense_id, "other", order), who, now, TERMS)

    async def stored(self, line: LineRecord) -> LineRecord:
        [found] = await lines_of_prescription(self.tx, line.prescription_id)
        return found

    async def order_status(self, line: LineRecord) -> str:
        row = await resources.read(self.tx, "MedicationRequest", line.line_id, None)
        assert row is not None
        status: str = decode(row.body)["status"]
        return status


@pytest.fixture
async def day(exchange: Running, database: Database) -> AsyncIterator[Day]:
    async with undone(database) as tx:
        yield Day(exchange, tx)


async def refused_by(work: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        await work
    return refusal.value.rule.id


# Withdraw.


@pytest.mark.parametrize("how", ["held", "all out", "closed", "closed short", "given back"])
async def test_what_is_withdrawn_is_the_pharmacys_to_hand_out_again_with_a_lease_anew(
    day: Day, how: str
) -> None:
    line = await day.line()
    dispense_id = await day.out(line, "3" if how in ("all out", "closed") else "1")
    if how == "closed":
        await close(day.tx, line.task_id, day.till(), NOW, None)
    if how == "closed short":
        await close_remaining(day.tx, line.task_id, day.till(), NOW, None)
    if how == "given back":
        await release(day.tx, line.task_id, "other", day.till(), NOW, None)

    document, after = await day.withdraw(dispense_id, now=NOW + HOUR, reason="not-collected")

    assert after == await day.stored(line)
    assert (state_of(after, NOW + HOUR), after.dispensed, after.left) == ("claimed", 0, 3)
    assert after.hold is not None
    assert (after.hold.claimed_at, after.hold.lease_until) == (NOW + HOUR, NOW + 3 * HOUR)
    assert after.hold.client_id == day.till().client_id and after.hold.first_dispensed_at is None
    assert (document["status"], document["meta"]["versionId"]) == ("entered-in-error", "2")
    assert await day.order_status(line) == "active"
    [first, second] = await store.versions(day.tx, dispense_id)
    assert (first.state, second.state, second.reason) == ("recorded", "withdrawn", "not-collected")
    assert await store.standing(day.tx, line.line_id, line.task_id) == []


async def test_a_hold_under_which_something_else_is_out_goes_on_as_it_is(day: Day) -> None:
    line = await day.line()
    first, _ = await day.out(line), await day.out(line)
    before = (await day.stored(line)).hold

    assert (await day.withdraw(first))[1].hold == before


async def test_withdrawn_again_is_answered_alike_and_changes_nothing(day: Day) -> None:
    line = await day.line()
    dispense_id = await day.out(line)
    first = await day.withdraw(dispense_id)
    again = await day.withdraw(dispense_id, now=NOW + 1_000 * HOUR)

    assert again[0] == first[0]
    assert await day.stored(line) == first[1]
    assert len(await store.versions(day.tx, dispense_id)) == 2


async def test_of_a_line_that_another_pharmacy_holds_only_the_balance_is_corrected(day: Day) -> None:
    line = await day.line()
    dispense_id = await day.out(line)
    await release(day.tx, line.task_id, "other", day.till(), NOW, None)
    other = day.till(2, "second-pharmacy")
    held = await claim(day.tx, line.task_id, other, NOW, TERMS, None)

    after = (await day.withdraw(dispense_id))[1]
    assert (after.hold, after.left) == (held.hold, Decimal(3))

    await day.out(line, "3", other)
    assert (await day.stored(line)).left == 0


async def test_a_line_that_another_one_handed_out_whole_is_that_ones_with_a_balance(day: Day) -> None:
    line = await day.line()
    dispense_id = await day.out(line)
    await release(day.tx, line.task_id, "other", day.till(), NOW, None)
    other = day.till(2, "second-pharmacy")
    await claim(day.tx, line.task_id, other, NOW, TERMS, None)
    await day.out(line, "2", other)

    after = (await day.withdraw(dispense_id))[1]
    assert after.hold is not None and after.hold.client_id == other.client_id
    assert (state_of(after, NOW), after.left) == ("claimed", 1)


@pytest.mark.parametrize(
    ("others", "state", "order"), [(0, "expired", "stopped"), (1, "completed", "completed")]
)
async def test_when_the_validity_is_over_what_remains_decides(
    day: Day, others: int, state: str, order: str
) -> None:
    line = await day.line(valid_to=date(2026, 3, 2))
    dispense_id = await day.out(line)
    for _ in range(others):
        await day.out(line)
    later = NOW + 30 * HOUR

    after = (await day.withdraw(dispense_id, now=later))[1]
    assert (state_of(after, later), after.hold, after.dispensed) == (state, None, others)
    assert await day.order_status(line) == order


async def test_a_withdrawn_line_can_be_cancelled_and_a_pending_cancellation_stays(day: Day) -> None:
    line = await day.line()
    dispense_id = await day.out(line)
    await day.withdraw(dispense_id)
    waiting = await cancel(day.tx, line.task_id, "other", day.doctor, NOW, None)

    assert waiting.cancelling == "other"
    await day.withdraw(dispense_id)
    assert (await day.stored(line)).cancelling == "other"


async def test_both_versions_stay_readable_also_for_the_patient(day: Day) -> None:
    dispense_id = await day.out(await day.line())
    await day.withdraw(dispense_id)
    eyes = viewer_of(day.party("portal", patient_id=day.patient_id), NOW)

    row = await resources.read(day.tx, "MedicationDispense", dispense_id, eyes)
    before = await resources.read_version(day.tx, "MedicationDispense", dispense_id, 1)
    assert row is not None and decode(row.body)["status"] == "entered-in-error"
    assert before is not None and decode(before.body)["status"] == "completed"


# Amend.


async def test_another_batch_is_a_new_version_and_leaves_the_line_alone(day: Day) -> None:
    line = await day.line()
    dispense_id = await day.out(line)
    before = await day.stored(line)
    document, after = await day.amend(dispense_id, order_of(line, note=[{"text": "cita sērija"}]))

    assert after == before
    assert (document["id"], document["meta"]["versionId"], document["status"]) == (
        str(dispense_id),
        "2",
        "completed",
    )
    assert document["note"] == [{"text": "cita sērija"}] and document["identifier"]
    assert [one.state for one in await store.versions(day.tx, dispense_id)] == ["recorded", "amended"]


@pytest.mark.parametrize(
    ("first", "then", "closed", "state"),
    [
        ("1", "2", False, "claimed"),
        ("1", "3", False, "dispensed"),
        ("3", "2", False, "claimed"),
        ("3", "1", True, "claimed"),
        ("3", "3", True, "completed"),
    ],
)
async def test_the_balance_follows_the_amended_amount(
    day: Day, first: str, then: str, closed: bool, state: str
) -> None:
    line = await day.line()
    dispense_id = await day.out(line, first)
    if closed:
        await close(day.tx, line.task_id, day.till(), NOW, None)
    after = (await day.amend(dispense_id, order_of(line, then)))[1]

    assert (after.dispensed, state_of(after, NOW)) == (Decimal(then), state)
    [standing] = await store.standing(day.tx, line.line_id, line.task_id)
    assert standing.quantity == Decimal(then)


async def test_of_a_line_given_back_an_amendment_corrects_the_amount_only(day: Day) -> None:
    line = await day.line()
    dispense_id = await day.out(line, "1")
    await release(day.tx, line.task_id, "other", day.till(), NOW, None)

    assert state_of((await day.amend(dispense_id, order_of(line, "2")))[1], NOW) == "partly-dispensed"
    assert state_of((await day.amend(dispense_id, order_of(line, "3")))[1], NOW) == "completed"


async def test_dsp_001_more_is_not_taken_from_under_another_ones_hold(day: Day) -> None:
    line = await day.line()
    dispense_id = await day.out(line)
    await release(day.tx, line.task_id, "other", day.till(), NOW, None)
    await claim(day.tx, line.task_id, day.till(2, "second-pharmacy"), NOW, TERMS, None)

    assert await refused_by(day.amend(dispense_id, order_of(line, "2"))) == "DSP-001"
    assert (await day.amend(dispense_id, order_of(line, "0.5")))[1].left == Decimal("2.5")


async def test_dsp_003_no_more_than_the_balance_and_what_it_was(day: Day) -> None:
    line = await day.line()
    dispense_id = await day.out(line)

    assert await refused_by(day.amend(dispense_id, order_of(line, "3.01"))) == "DSP-003"


async def test_dsp_033_what_was_withdrawn_is_not_amended(day: Day) -> None:
    line = await day.line()
    dispense_id = await day.out(line)
    await day.withdraw(dispense_id)

    assert await refused_by(day.amend(dispense_id, order_of(line))) == "DSP-033"


@pytest.mark.parametrize("part", ["id", "identifier", "authorizingPrescription", "supportingInformation"])
async def test_dsp_035_another_dispense_does_not_take_its_place(day: Day, part: str) -> None:
    line = await day.line()
    dispense_id = await day.out(line)
    order = order_of(line, **{part: "another" if part == "id" else [{"system": "urn:test", "value": "x"}]})
    if part == "authorizingPrescription":
        order = replace(order_of(line), line_id=uuid4())
    if part == "supportingInformation":
        order = replace(order_of(line), task_id=uuid4())

    assert await refused_by(day.amend(dispense_id, order)) == "DSP-035"


async def test_dsp_036_an_amendment_without_a_dispense(day: Day) -> None:
    dispense_id = await day.out(await day.line())

    assert await refused_by(day.amend(dispense_id, None)) == "DSP-036"


# Who, when, why.


async def test_dsp_031_only_the_pharmacy_that_handed_out(day: Day) -> None:
    line = await day.line()
    dispense_id = await day.out(line)

    assert await refused_by(day.withdraw(dispense_id, day.doctor)) == "DSP-031"
    assert (await day.withdraw(dispense_id, day.till(7)))[1].left == 3, "another till of the same pharmacy"


async def test_wire_012_another_pharmacy_does_not_even_see_it(day: Day) -> None:
    dispense_id = await day.out(await day.line())
    other = day.till(client="second-pharmacy")

    assert await refused_by(day.withdraw(dispense_id, other)) == "WIRE-012"
    assert await refused_by(day.withdraw(uuid4())) == "WIRE-012"


async def test_dsp_032_the_period_runs_from_the_first_record(day: Day) -> None:
    line = await day.line()
    dispense_id = await day.out(line)
    last = NOW + 72 * HOUR - timedelta(seconds=1)
    await day.amend(dispense_id, order_of(line), now=last)

    assert await refused_by(day.amend(dispense_id, order_of(line), now=NOW + 72 * HOUR)) == "DSP-032"
    assert await refused_by(day.withdraw(dispense_id, now=NOW + 72 * HOUR)) == "DSP-032"


@pytest.mark.parametrize("reason", [None, "", "Other", "because"])
async def test_dsp_034_a_correction_needs_a_reason_from_the_list(day: Day, reason: str | None) -> None:
    line = await day.line()
    dispense_id, till = await day.out(line), day.till()

    assert await refused_by(withdraw(day.tx, Correction(dispense_id, reason), till, NOW, TERMS)) == "DSP-034"
    again = amend(day.tx, Correction(dispense_id, reason, order_of(line)), till, NOW, TERMS)
    assert await refused_by(again) == "DSP-034"
    assert "other" in WITHDRAW_REASONS and "other" in AMEND_REASONS


async def test_wire_015_another_version_than_the_one_that_was_read(day: Day) -> None:
    dispense_id = await day.out(await day.line())

    assert (
        await refused_by(
            withdraw(day.tx, Correction(dispense_id, "other", if_match=2), day.till(), NOW, TERMS)
        )
        == "WIRE-015"
    )


# The decisions alone.

AMOUNTS = st.decimals("0.1", "3", places=1)


@given(AMOUNTS, AMOUNTS, st.booleans(), st.sampled_from([0, 40]))
def test_after_any_amendment_the_line_has_a_shape_and_the_balance_is_right(
    before: Decimal, after: Decimal, by_another: bool, days: int
) -> None:
    other = a_party(client_id="till-2")
    hold = a_hold(other if by_another else None, lease_until=THEN + timedelta(days=60))
    line = current(a_line(hold=hold, dispensed=before), THEN + timedelta(days=days))
    now = THEN + timedelta(days=days)
    try:
        amended = decide_amend(line, before, after, a_party(), now, TERMS)
    except Refusal as no:
        assert no.rule.id == "DSP-001" and by_another and after > before
        return
    assert amended.dispensed == after
    if amended != line:
        check_step(line, "amend", amended, now)


@given(AMOUNTS, st.sampled_from([None, "mine", "other"]), st.booleans(), st.sampled_from([0, 40]))
def test_after_any_withdrawal_the_line_has_a_shape_and_one_holder_at_most(
    out: Decimal, holder: str | None, others_out: bool, days: int
) -> None:
    now = THEN + timedelta(days=days)
    by = a_party(client_id="till-2") if holder == "other" else a_party()
    hold = a_hold(by, lease_until=THEN + timedelta(days=60)) if holder else None
    line = a_line(hold=hold, dispensed=out, state="claimed" if hold else "open" if out < 3 else "completed")
    line = current(line, now)
    after = decide_withdraw(line, out, a_party(), now, TERMS, others_out=others_out)

    check_step(line, "withdraw", after, now)
    assert after.dispensed == 0
    assert after.hold is None or days == 0
    assert holder != "other" or days or after.hold == hold


# At once.


async def test_withdrawn_by_many_at_once_the_balance_returns_once(crowd: Database, counter: Counter) -> None:
    async with crowd.transaction() as tx:
        line = await counter.prescribed(tx, NOW, "3")
        await claim(tx, line.task_id, counter.till(), NOW, TERMS, None)
        dispense_id = await handed_out(tx, counter, line, "2", NOW)

    async def back(tx: Tx) -> LineRecord:
        return (await withdraw(tx, Correction(dispense_id, "other"), counter.till(), NOW, TERMS))[1]

    results = await race(crowd, *[back] * AT_ONCE)
    assert tally(results) == {"done": AT_ONCE}
    async with crowd.transaction() as tx:
        assert len(await store.versions(tx, dispense_id)) == 2
        [stored] = await lines_of_prescription(tx, line.prescription_id)
    assert stored.left == 3


async def test_amended_withdrawn_and_handed_out_at_once_the_sum_is_the_balance(
    crowd: Database,
    counter: Counter,
) -> None:
    for _ in range(3):
        async with crowd.transaction() as tx:
            line = await counter.prescribed(tx, NOW, "3")
            await claim(tx, line.task_id, counter.till(), NOW, TERMS, None)
            dispense_id = await handed_out(tx, counter, line, "1", NOW)

        async def back(tx: Tx, one: UUID = dispense_id) -> Any:
            return await withdraw(tx, Correction(one, "other"), counter.till(), NOW, TERMS)

        def other_amount(value: str, one: UUID = dispense_id, of: LineRecord = line) -> Work:
            order = order_of(of, value)
            return lambda tx: amend(tx, Correction(one, "other", order), counter.till(), NOW, TERMS)

        def more(tx: Tx, of: LineRecord = line) -> Any:
            return handed_out(tx, counter, of, "1", NOW)

        results = await race(crowd, back, *[other_amount(v) for v in ("2", "3", "0.5")], *[more] * 4)

        assert set(tally(results)) <= {"done", "DSP-003", "DSP-033"}
        async with crowd.transaction() as tx:
            out = await store.standing(tx, line.line_id, line.task_id)
            [stored] = await lines_of_prescription(tx, line.prescription_id)
        assert stored.dispensed == sum(one.quantity for one in out) <= 3
