"""Reconciling what was handed out by a printed sheet: recorded when it fits, kept as a conflict when it does not."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.builders import NOW, TERMS, a_dispense_order, packs
from tests.exchange.counter import Counter, handed_out, rows, stored_line
from tests.exchange.test_races import Work, race, tally
from tests.running import Running
from tests.store.undoing import undone
from tilts.exchange.collecting import Collector
from tilts.exchange.dispensing import claim
from tilts.exchange.lines import state_of
from tilts.exchange.prescriptions import cancel
from tilts.exchange.reconciling import CAUSES, CLOCKS_DIFFER, Outage, Reconciled, number_of, reconcile
from tilts.party import Party
from tilts.rules import Refusal
from tilts.store.corrections import outages
from tilts.store.prescriptions import lines_of_prescription
from tilts.store.records import LineRecord
from tilts.store.tx import Database, Tx
from tilts_connector.sheets import SheetContent

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)
AT_ONCE = 64
AFTER = NOW + timedelta(hours=6)  # the exchange is there again


def sheet_of(line: LineRecord, **facts: Any) -> SheetContent:
    content = SheetContent(
        number=line.number,
        task_id=str(line.task_id),
        kind=line.kind,
        issue=line.issue,
        issues=line.issues,
        code="",
        medicine="Paraugols 500 mg",
        quantity=line.left,
        unit=line.allowed.unit,
        unit_system=line.allowed.system,
        unit_code=line.allowed.code,
        dosage="",
        first_day=line.valid_from,
        last_day=line.valid_to,
        initials="A. B.",
        born=1956,
        organization="Prakse",
        printed_at=NOW,
    )
    return replace(content, **facts)


def told_of(
    line: LineRecord, value: str = "1", at: datetime | None = NOW + timedelta(hours=1), **facts: Any
) -> Outage:
    """One pack, an hour after the sheet was printed; it names neither patient nor line: nobody could know them."""
    document = {
        "resourceType": "MedicationDispense",
        "status": "completed",
        "identifier": [{"system": "urn:test", "value": facts.pop("identifier", "d-1")}],
        "medicationCodeableConcept": {"text": "Paraugols 500 mg"},
        "contained": [{"resourceType": "Medication", "batch": {"lotNumber": "L-1"}}],
    }
    order = a_dispense_order(
        document=document, line_id=None, task_id=None, patient_id=None, quantity=packs(value)
    )
    sheet = sheet_of(line)
    code_hash = sha256(sheet.packed()).digest()
    return replace(Outage(sheet, code_hash, order, at, b"as received"), **facts)


@dataclass
class Day(Counter):
    """Within one transaction, undone at its end; the line has three packs."""

    tx: Tx

    async def line(self, **facts: Any) -> LineRecord:
        return await self.prescribed(self.tx, NOW, "3", **facts)

    async def reconciled(self, told: Outage, party: Party | None = None, now: datetime = AFTER) -> Reconciled:
        return await reconcile(self.tx, told, party or self.till(), now, TERMS, None)

    async def stored(self, line: LineRecord) -> LineRecord:
        [found] = await lines_of_prescription(self.tx, line.prescription_id)
        return found

    async def events(self, line: LineRecord) -> list[tuple[Any, ...]]:
        found = await self.tx.execute(
            "SELECT party_id, kind FROM event WHERE task_id = %s ORDER BY event_id", [line.task_id]
        )
        return await found.fetchall()


@pytest.fixture
async def day(exchange: Running, database: Database) -> AsyncIterator[Day]:
    async with undone(database) as tx:
        yield Day(exchange, tx)


async def refused_by(work: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        await work
    return refusal.value.rule.id


async def test_what_fits_is_claimed_and_dispensed_in_one(day: Day) -> None:
    line = await day.line()
    found = await day.reconciled(told_of(line, "2"))

    after = await day.stored(line)
    assert (after.dispensed, state_of(after, AFTER)) == (Decimal(2), "claimed")
    assert after.hold is not None and after.hold.client_id == day.till().client_id
    assert found.document is not None and found.row.dispense_id is not None
    assert found.document["subject"] == {"reference": f"Patient/{line.patient_id}"}
    assert found.document["authorizingPrescription"] == [{"reference": f"MedicationRequest/{line.line_id}"}]
    assert found.document["contained"][0]["batch"] == {"lotNumber": "L-1"}
    pharmacy = day.till().organization_id
    assert {(day.doctor.organization_id, "claimed"), (day.doctor.organization_id, "dispensed")} <= set(
        await day.events(line)
    )
    assert (pharmacy, "conflict") not in await day.events(line)


async def test_all_of_it_waits_to_be_closed_like_any_other(day: Day) -> None:
    line = await day.line()
    await day.reconciled(told_of(line, "3"))
    assert state_of(await day.stored(line), AFTER) == "dispensed"


async def test_who_holds_the_line_already_records_it_under_that_hold(day: Day) -> None:
    line = await day.line()
    await claim(day.tx, line.task_id, day.till(), AFTER, TERMS, None)
    assert (await day.reconciled(told_of(line))).document is not None


async def test_two_pharmacies_with_the_same_sheet_one_is_recorded_and_both_are_named(day: Day) -> None:
    line = await day.line()
    first, second = day.till(), day.till(client="second-pharmacy")
    await day.reconciled(told_of(line, "3"), first)
    found = await day.reconciled(told_of(line, "3"), second)

    assert found.document is None and found.row.rule_id == "DSP-002"
    assert (found.row.organization_id, found.row.others) == (second.organization_id, [first.organization_id])
    assert (await day.stored(line)).dispensed == 3
    told = [party for party, kind in await day.events(line) if kind == "conflict"]
    parties = [first.organization_id, second.organization_id, day.doctor.organization_id, line.patient_id]
    assert sorted(told) == sorted(parties)
    listed = await outages.conflicts(day.tx, limit=5)
    assert found.row.number in [row.number for row in listed] and found.row.content == b"as received"


async def test_two_sites_of_one_pharmacy_are_two_counters(day: Day) -> None:
    line, site = await day.line(), replace(day.till(), site="AP-OTHER")
    await day.reconciled(told_of(line, "3"))
    found = await day.reconciled(told_of(line, "3"), site)
    assert (found.row.rule_id, found.row.others) == ("DSP-002", [day.till().organization_id])
    assert [kind for _, kind in await day.events(line)].count("conflict") == 4


@pytest.mark.parametrize(
    ("what", "rule_id"),
    [
        ("held", "DSP-001"),
        ("cancelled", "DSP-002"),
        ("cancel waits", "DSP-001"),
        ("own cancel waits", "DSP-012"),
        ("less left", "DSP-003"),
        ("closed", "DSP-002"),
        ("another day", "DSP-045"),
    ],
)
async def test_what_stands_against_it_is_kept_with_its_rule_and_nothing_else_changes(
    day: Day, what: str, rule_id: str
) -> None:
    line, other = await day.line(), day.till(client="second-pharmacy")
    told = told_of(line, "3")
    if what in ("held", "cancel waits", "less left"):
        held = await claim(day.tx, line.task_id, other, NOW, TERMS, None)
        if what == "less left":
            await day.hand_out(day.tx, held, other, NOW)
    if what == "own cancel waits":
        await claim(day.tx, line.task_id, day.till(), NOW, TERMS, None)
    if "cancel" in what:
        await cancel(day.tx, line.task_id, "other", day.doctor, NOW, None)
    if what == "closed":
        await day.reconciled(told, other)
    now = AFTER + 5 * DAY if what in ("less left", "closed") else NOW + timedelta(minutes=90)
    if what == "another day":
        now = NOW + 200 * DAY
        told = replace(told, handed_over_at=NOW + 150 * DAY)
    before = await day.stored(line)
    found = await day.reconciled(told, now=now)

    assert found.document is None and found.row.rule_id == rule_id
    assert found.row.facts is not None
    assert (await day.stored(line)).dispensed == before.dispensed
    assert number_of(found.row) == f"K-{found.row.number:06}"


def test_every_cause_is_one_that_can_be_met() -> None:
    assert {rule.id for rule in CAUSES} == {"DSP-001", "DSP-002", "DSP-003", "DSP-012", "DSP-045", "DSP-052"}


async def test_told_again_the_answer_is_the_same_whatever_became_of_the_line(day: Day) -> None:
    line, other = await day.line(), day.till(client="second-pharmacy")
    first = await day.reconciled(told_of(line))
    conflict = await day.reconciled(told_of(line), other)
    assert (await day.reconciled(told_of(line), now=AFTER + DAY)).row == first.row
    assert (await day.reconciled(told_of(line), day.till(7))).row == first.row, (
        "another till of that pharmacy"
    )
    assert (await day.reconciled(told_of(line), other, AFTER + 9 * DAY)).row == conflict.row
    assert (await day.stored(line)).dispensed == 1


async def test_who_had_the_sheet_sees_what_became_of_the_line(day: Day) -> None:
    line, other = await day.line(), day.till(client="second-pharmacy")
    ended = "UPDATE presentation SET ends_at = %s WHERE prescription_id = %s"
    await day.tx.execute(ended, [NOW, line.prescription_id])
    await day.reconciled(told_of(line))
    await day.reconciled(told_of(line), other)
    found = await day.tx.execute(
        "SELECT organization_id FROM presentation WHERE prescription_id = %s AND ends_at > %s",
        [line.prescription_id, AFTER],
    )
    assert {row[0] for row in await found.fetchall()} == {day.till().organization_id, other.organization_id}


async def test_dsp_044_the_same_sheet_with_another_amount_moment_or_identifier(day: Day) -> None:
    line = await day.line()
    await day.reconciled(told_of(line))
    for other in (
        told_of(line, "2"),
        told_of(line, at=NOW + timedelta(hours=2)),
        told_of(line, identifier="d-2"),
    ):
        assert await refused_by(day.reconciled(other)) == "DSP-044"


@pytest.mark.parametrize(
    "at", [None, NOW - 2 * CLOCKS_DIFFER, AFTER + 2 * CLOCKS_DIFFER], ids=["unsaid", "before", "ahead"]
)
async def test_dsp_042_a_moment_that_cannot_be(day: Day, at: datetime | None) -> None:
    assert await refused_by(day.reconciled(told_of(await day.line(), at=at))) == "DSP-042"


async def test_dsp_041_a_sheet_of_a_line_that_is_not_here(day: Day) -> None:
    line = replace(await day.line(), task_id=uuid4())
    assert await refused_by(day.reconciled(told_of(line))) == "DSP-041"


async def test_what_is_wrong_with_the_dispense_is_refused_and_can_be_mended(day: Day) -> None:
    line = await day.line()
    told = told_of(line)
    assert await refused_by(day.reconciled(told, day.doctor)) == "DSP-011"
    wrong = {
        "DSP-005": replace(told.order, status="in-progress"),
        "DSP-006": replace(told.order, quantity=None),
        "DSP-007": replace(told.order, line_id=uuid4()),
        "DSP-010": replace(told.order, performers=("PractitionerRole/x",)),
        "DSP-018": replace(told.order, collector=Collector("number-and-name")),
    }
    for rule_id, order in wrong.items():
        assert await refused_by(day.reconciled(replace(told, order=order))) == rule_id
    assert (await day.reconciled(told)).document is not None


def telling(counter: Counter, told: Outage, organization_id: UUID, number: int, now: datetime) -> Work:
    """One pharmacy with its own print of the sheet."""
    own = replace(told, code_hash=bytes([number]) * 32)
    party = replace(counter.till(), organization_id=organization_id)
    return lambda tx: reconcile(tx, own, party, now, TERMS, None)


async def test_of_64_told_at_once_one_is_recorded_and_each_other_is_a_conflict(
    exchange: Running, database: Database, counter: Counter
) -> None:
    now = exchange.clock.now()
    async with database.transaction() as tx:
        line = await counter.prescribed(tx, now)
        found = await tx.execute("SELECT organization_id FROM organization")
        organizations = [row[0] for row in await found.fetchall()]
    told = replace(told_of(line), handed_over_at=now, sheet=sheet_of(line, printed_at=now))
    crowd = Database(exchange.settings.database_url, connections=AT_ONCE)
    await crowd.open()
    try:
        works = [
            telling(counter, told, organizations[n % len(organizations)], n, now) for n in range(AT_ONCE)
        ]
        found = await race(crowd, *works)
    finally:
        await crowd.close()
    assert tally(found) == {"done": len(works)}
    assert sum(one.document is not None for one in found) == 1
    assert (await stored_line(database, line)).dispensed == await handed_out(database, line) == 1
    [kept] = await rows(
        database,
        "SELECT count(*) AS n, count(DISTINCT number) AS numbers FROM outage_dispense WHERE task_id = %(id)s",
        id=line.task_id,
    )
    assert kept == {"n": len(works), "numbers": len(works)}


async def test_the_same_pharmacy_16_times_at_once_is_one_dispense(
    exchange: Running, database: Database, crowd: Database, counter: Counter
) -> None:
    now = exchange.clock.now()
    async with database.transaction() as tx:
        line = await counter.prescribed(tx, now, "3")
    told = replace(told_of(line), handed_over_at=now, sheet=sheet_of(line, printed_at=now))
    works = [
        lambda tx, till=till: reconcile(tx, told, counter.till(till), now, TERMS, None) for till in range(16)
    ]
    found = await race(crowd, *works)
    assert {one.row.dispense_id for one in found} == {found[0].row.dispense_id}
    assert (await stored_line(database, line)).dispensed == await handed_out(database, line) == 1
