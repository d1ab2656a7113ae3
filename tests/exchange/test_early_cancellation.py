"""A cancellation by the prescriber's own identifier: known, unknown, and in either order with the prescription."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOW as THEN
from tests.builders import TERMS, a_doctor, an_order
from tests.exchange.counter import Counter, a_request_document
from tests.exchange.test_races import Work, race, tally
from tests.running import Running
from tests.store.undoing import undone
from tilts.exchange.cancelling_early import CancelOrder, cancel_by_identifier
from tilts.exchange.dispensing import claim
from tilts.exchange.lines import check_shape, state_of
from tilts.exchange.prescriptions import born_cancelled, decide, prescribe
from tilts.party import Party
from tilts.rules import Refusal
from tilts.store import resources
from tilts.store.corrections.early import EarlyCancellation, key_of
from tilts.store.prescriptions import all_issues
from tilts.store.records import LineRecord
from tilts.store.tx import Database, Tx
from tilts_fhir.json_strict import decode

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
End = tuple[list[tuple[str, str | None]], str]


def an_identifier() -> tuple[str, str]:
    return "urn:test:practice", str(uuid4())


async def prescribed(tx: Tx, counter: Counter, *identifiers: tuple[str, str], repeats: int = 0) -> LineRecord:
    named = [{"system": system, "value": value} for system, value in identifiers]
    order = an_order(
        patient_id=counter.patient_id,
        requester=f"PractitionerRole/{counter.doctor.role_id}",
        repeats=repeats,
        document={**a_request_document(counter.patient_id), "identifier": named},
    )
    return (await prescribe(tx, [order], counter.doctor, NOW, TERMS, None)).lines[0]


async def prescribed_together(
    tx: Tx, counter: Counter, identifiers: list[tuple[str, str]]
) -> list[LineRecord]:
    orders = [
        an_order(
            patient_id=counter.patient_id,
            requester=f"PractitionerRole/{counter.doctor.role_id}",
            repeats=0,
            document={
                **a_request_document(counter.patient_id),
                "identifier": [{"system": system, "value": value}],
            },
        )
        for system, value in identifiers
    ]
    return (await prescribe(tx, orders, counter.doctor, NOW, TERMS, None)).lines


async def cancelled(
    tx: Tx,
    counter: Counter,
    identifier: tuple[str, str] | None,
    party: Party | None = None,
    reason: str = "other",
) -> LineRecord | EarlyCancellation:
    who = party or counter.doctor
    return await cancel_by_identifier(tx, CancelOrder(identifier, reason, None), who, NOW, TERMS)


async def end_of(tx: Tx, line: LineRecord) -> End:
    row = await resources.read(tx, "MedicationRequest", line.line_id, None)
    assert row is not None
    issues = sorted(await all_issues(tx, line.line_id), key=lambda one: one.issue)
    return [(state_of(one, NOW), one.reason) for one in issues], decode(row.body)["status"]


@dataclass
class Day(Counter):
    tx: Tx

    async def prescribe(self, *identifiers: tuple[str, str], repeats: int = 0) -> LineRecord:
        return await prescribed(self.tx, self, *identifiers, repeats=repeats)

    async def cancel(self, identifier: tuple[str, str] | None, **more: Any) -> LineRecord | EarlyCancellation:
        return await cancelled(self.tx, self, identifier, **more)


@pytest.fixture
async def day(exchange: Running, database: Database) -> AsyncIterator[Day]:
    async with undone(database) as tx:
        yield Day(exchange, tx)


async def refused_by(work: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        await work
    return refusal.value.rule.id


@pytest.mark.parametrize("repeats", [0, 2])
async def test_cancel_and_prescribe_in_either_order_come_to_the_same_end(day: Day, repeats: int) -> None:
    first, second = an_identifier(), an_identifier()
    assert isinstance(await day.cancel(first, reason="wrong-patient"), EarlyCancellation)
    early = await day.prescribe(first, repeats=repeats)
    late = await day.prescribe(second, repeats=repeats)
    assert isinstance(await day.cancel(second, reason="wrong-patient"), LineRecord)

    assert await end_of(day.tx, early) == await end_of(day.tx, late)
    assert await end_of(day.tx, early) == ([("cancelled", "wrong-patient")] * (repeats + 1), "cancelled")


async def test_what_is_born_cancelled_cannot_be_claimed(day: Day) -> None:
    identifier = an_identifier()
    await day.cancel(identifier)
    line = await day.prescribe(identifier)
    await day.tx.execute(
        "INSERT INTO presentation VALUES (%s, %s, 'infinity')",
        [line.prescription_id, day.till().organization_id],
    )

    assert await refused_by(claim(day.tx, line.task_id, day.till(), NOW, TERMS, None)) == "DSP-002"


async def test_any_of_the_identifiers_of_a_line_is_enough(day: Day) -> None:
    first, second = an_identifier(), an_identifier()
    await day.cancel(second)

    assert (await day.prescribe(first, second)).state == "cancelled"


async def test_cancelled_again_the_first_reason_stays(day: Day) -> None:
    identifier = an_identifier()
    first = await day.cancel(identifier, reason="wrong-medicine")

    assert await day.cancel(identifier, reason="other") == first
    line = await day.prescribe(identifier)
    again = await day.cancel(identifier, reason="other")
    assert (
        isinstance(again, LineRecord) and again.task_id == line.task_id and again.reason == "wrong-medicine"
    )


async def test_another_organisations_identifier_is_another_one(day: Day) -> None:
    identifier = an_identifier()
    await day.cancel(identifier, party=day.party("hospital"))

    assert (await day.prescribe(identifier)).state == "open"
    assert isinstance(await day.cancel(identifier, party=day.party("hospital")), EarlyCancellation)


async def test_a_known_line_that_is_held_waits_for_its_holder(day: Day) -> None:
    identifier = an_identifier()
    line = await day.prescribe(identifier)
    pharmacy = day.till().organization_id
    await day.tx.execute(
        "INSERT INTO presentation VALUES (%s, %s, 'infinity')", [line.prescription_id, pharmacy]
    )
    await claim(day.tx, line.task_id, day.till(), NOW, TERMS, None)
    waiting = await day.cancel(identifier)

    assert isinstance(waiting, LineRecord) and state_of(waiting, NOW) == "cancel-pending"
    assert await day.cancel(identifier) == waiting


async def test_pre_013_a_known_line_of_which_something_was_handed_out(day: Day) -> None:
    identifier = an_identifier()
    line = await day.prescribe(identifier)
    pharmacy = day.till().organization_id
    await day.tx.execute(
        "INSERT INTO presentation VALUES (%s, %s, 'infinity')", [line.prescription_id, pharmacy]
    )
    await claim(day.tx, line.task_id, day.till(), NOW, TERMS, None)
    await day.hand_out(day.tx, line, day.till(), NOW, "0.5")

    assert await refused_by(day.cancel(identifier)) == "PRE-013"


@pytest.mark.parametrize("identifier", [None, (TERMS.number_system, "7K3M-Q2XR-9TBV"), ("urn:x", "v" * 257)])
async def test_pre_031_an_identifier_of_ones_own(day: Day, identifier: tuple[str, str] | None) -> None:
    assert await refused_by(day.cancel(identifier)) == "PRE-031"


async def test_pre_014_a_pharmacy_cancels_nothing_early(day: Day) -> None:
    assert await refused_by(day.cancel(an_identifier(), party=day.till())) == "PRE-014"


async def test_pre_010_a_reason_from_the_list(day: Day) -> None:
    assert await refused_by(day.cancel(an_identifier(), reason="because")) == "PRE-010"


@given(st.lists(st.sampled_from([None, "other", "wrong-patient"]), min_size=1, max_size=4))
def test_of_a_prescription_exactly_the_lines_that_were_cancelled_are_born_so(
    reasons: list[str | None],
) -> None:
    decided = born_cancelled(decide([an_order()] * len(reasons), a_doctor(), THEN, TERMS), reasons)

    for issues, document, reason in zip(decided.issues, decided.documents, reasons, strict=True):
        assert {(one.state, one.reason) for one in issues} == {("cancelled" if reason else "open", reason)}
        assert document["status"] == ("cancelled" if reason else "active")
        for issue in issues:
            check_shape(issue, state_of(issue, THEN))


@given(st.tuples(st.text(), st.text()), st.tuples(st.text(), st.text()))
def test_different_identifiers_have_locks_of_their_own(one: tuple[str, str], two: tuple[str, str]) -> None:
    doctor = a_doctor().organization_id
    clean = "\x00" not in "".join((*one, *two))

    assert (key_of(doctor, one) == key_of(doctor, two)) == (one == two) or not clean


async def test_cancel_and_prescribe_at_the_same_moment_always_end_cancelled(
    crowd: Database, counter: Counter
) -> None:
    """Whichever comes first: a line alone, and two lines of one prescription."""
    for _ in range(8):
        ones = [an_identifier() for _ in range(4)]
        works: list[Work] = [
            lambda tx, one=ones[0]: prescribed(tx, counter, one),
            lambda tx, one=ones[1]: prescribed(tx, counter, one),
            lambda tx, both=ones[2:]: prescribed_together(tx, counter, both),
        ]
        works += [lambda tx, one=one: cancelled(tx, counter, one) for one in ones[::-1] for _ in range(2)]
        results = await race(crowd, *works)

        assert tally(results) == {"done": len(works)}
        async with crowd.transaction() as tx:
            ends = [await end_of(tx, line) for line in [*results[:2], *results[2]]]
        assert ends == [([("cancelled", "other")], "cancelled")] * 4
