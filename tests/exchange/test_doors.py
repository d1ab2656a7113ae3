"""The doors one by one on the real database: what they refuse before they look, what they leave behind."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from tests.builders import TERMS, a_dispense_order, an_order, packs
from tests.exchange.counter import Counter
from tests.running import Running
from tests.store.undoing import undone
from tilts.exchange.closing import close, close_remaining
from tilts.exchange.dispensing import RELEASE_REASONS, Presented, claim, dispense, find, release
from tilts.exchange.lines import current, save, state_of
from tilts.exchange.prescriptions import CANCEL_REASONS, cancel, prescribe, viewer_of
from tilts.exchange.transferring import request_transfer
from tilts.party import Party
from tilts.rules import Refusal
from tilts.store import prescriptions as store
from tilts.store import resources
from tilts.store.doors import counter
from tilts.store.records import LineRecord
from tilts.store.tx import Database, Tx
from tilts_fhir.json_strict import decode

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class Day(Counter):
    """A day at the counter within one transaction, undone at its end."""

    tx: Tx

    async def line(self, value: str = "3", **facts: object) -> LineRecord:
        return await self.prescribed(self.tx, NOW, value, **facts)

    async def claim(self, line: LineRecord, party: Party | None = None, now: datetime = NOW) -> LineRecord:
        return await claim(self.tx, line.task_id, party or self.till(), now, TERMS, None)

    async def release(self, line: LineRecord, now: datetime = NOW) -> LineRecord:
        return await release(self.tx, line.task_id, "other", self.till(), now, None)

    async def dispense(self, line: LineRecord, value: str = "1", now: datetime = NOW) -> LineRecord:
        return await self.hand_out(self.tx, line, self.till(), now, value)

    async def stored(self, line: LineRecord) -> LineRecord:
        [found] = await store.lines_of_prescription(self.tx, line.prescription_id)
        return found

    async def status_of(self, line: LineRecord) -> tuple[str, int]:
        row = await resources.read(self.tx, "MedicationRequest", line.line_id, None)
        assert row is not None
        return decode(row.body)["status"], row.version


@pytest.fixture
async def day(exchange: Running, database: Database) -> AsyncIterator[Day]:
    async with undone(database) as tx:
        yield Day(exchange, tx)


async def refused_by(work: object) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        await work  # type: ignore[misc]
    return refusal.value


# Prescribe.


async def test_a_prescription_is_stored_with_its_line_its_task_and_its_document(day: Day) -> None:
    line = await day.line("1.10")

    assert await day.stored(line) == line
    assert await day.status_of(line) == ("active", 1)


async def test_pre_002_a_patient_who_is_not_in_the_register(day: Day) -> None:
    refusal = await refused_by(day.line(patient_id=uuid4()))

    assert (refusal.rule.id, refusal.expressions) == ("PRE-002", ("MedicationRequest.subject",))


async def test_nothing_of_a_prescription_stays_when_one_of_its_lines_is_refused(day: Day) -> None:
    good = an_order(
        patient_id=day.patient_id, requester=f"PractitionerRole/{day.doctor.role_id}", group=("urn:g", "1")
    )
    bad = replace(good, quantity=packs(0))
    before = await written(day.tx)

    async def both() -> None:
        async with day.tx.transaction():
            await prescribe(day.tx, [good, bad], day.doctor, NOW, TERMS, None)

    assert (await refused_by(both())).rule.id == "PRE-004"
    assert await written(day.tx) == before


async def written(tx: Tx) -> list[tuple[int, ...]]:
    tables = ("prescription", "prescription_line", "resource", "resource_identifier")
    counted = ", ".join(f"(SELECT count(*) FROM {table})" for table in tables)
    return await (await tx.execute(f"SELECT {counted}".encode())).fetchall()


# Find.


async def test_a_prescription_is_found_by_number_and_name_however_they_are_typed(day: Day) -> None:
    line = await day.line()
    shown = day.presented(line)
    assert shown.number and shown.family and shown.given
    for typed in (
        shown,
        Presented(shown.number.lower().replace("-", " "), f" {shown.family.upper()} ", shown.given.lower()),
    ):
        [found] = await find(day.tx, typed, day.till(), NOW, TERMS)
        assert found.line_id == line.line_id


@pytest.mark.parametrize("wrong", ["number", "family", "given", "swapped", "no number at all"])
async def test_a_wrong_number_and_a_wrong_name_look_the_same_and_are_counted(day: Day, wrong: str) -> None:
    shown, other = day.presented(await day.line()), day.presented(await day.line())
    guesser = day.party("pharmacy", client_id=f"guesser-{uuid4()}")
    tried = {
        "number": replace(shown, number="0000-0000-0000"),
        "family": replace(shown, family="Nobody"),
        "given": replace(shown, given="Nobody"),
        "swapped": replace(shown, family=shown.given, given=shown.family),
        "no number at all": replace(other, number="U"),
    }

    assert await find(day.tx, tried[wrong], guesser, NOW, TERMS) == []
    assert await counter.count_misses(day.tx, guesser.client_id, NOW - HOUR) == 1


async def test_a_hit_is_not_counted(day: Day) -> None:
    finder = day.party("pharmacy", client_id=f"finder-{uuid4()}")
    await day.find(day.tx, await day.line(), finder, NOW)

    assert await counter.count_misses(day.tx, finder.client_id, NOW - HOUR) == 0


async def test_pre_012_after_too_many_misses_even_the_right_number_is_not_looked_up(day: Day) -> None:
    line, guesser = await day.line(), day.party("pharmacy", client_id=f"guesser-{uuid4()}")
    for _ in range(TERMS.find_misses):
        await counter.add_miss(day.tx, guesser.client_id, NOW)

    refusal = await refused_by(day.find(day.tx, line, guesser, NOW + timedelta(minutes=9)))
    assert (refusal.rule.id, refusal.facts["retry_after_seconds"]) == ("PRE-012", 600)
    assert await day.find(day.tx, line, guesser, NOW + timedelta(minutes=10))
    assert await day.find(day.tx, line, day.till(), NOW), "another client is not held up"


@pytest.mark.parametrize("missing", ["number", "family", "given"])
@pytest.mark.parametrize("written", [None, ""])
async def test_pre_011_number_family_and_given_are_all_needed(
    day: Day, missing: str, written: str | None
) -> None:
    shown = replace(Presented("7K3M-Q2XR-9TBV", "Bērziņa", "Anna"), **{missing: written})

    assert (await refused_by(find(day.tx, shown, day.till(), NOW, TERMS))).rule.id == "PRE-011"


async def test_dsp_011_only_a_pharmacy_finds(day: Day) -> None:
    shown = day.presented(await day.line())

    assert (await refused_by(find(day.tx, shown, day.doctor, NOW, TERMS))).rule.id == "DSP-011"


async def test_what_was_shown_is_open_to_that_pharmacy_for_72_hours_and_to_no_other(day: Day) -> None:
    line = await day.line()
    await day.tx.execute(
        "UPDATE presentation SET ends_at = '-infinity' WHERE prescription_id = %s", [line.prescription_id]
    )
    await day.find(day.tx, line, day.till(), NOW)

    async def sees(party: Party, now: datetime) -> bool:
        return await store.line_of_task(day.tx, line.task_id, viewer_of(party, now)) is not None

    assert await sees(day.till(), NOW + 72 * HOUR - timedelta(seconds=1))
    assert not await sees(day.till(), NOW + 72 * HOUR)
    assert not await sees(day.till(client="second-pharmacy"), NOW)
    assert await sees(day.doctor, NOW + 10_000 * HOUR)
    assert not await sees(day.party("hospital"), NOW)
    assert await sees(day.party("portal", patient_id=day.patient_id), NOW)
    assert not await sees(day.party("portal", patient_id=uuid4()), NOW)


async def test_being_shown_again_never_shortens_what_is_open(day: Day) -> None:
    line = await day.line()
    await day.find(day.tx, line, day.till(), NOW + 10 * HOUR)
    await day.find(day.tx, line, day.till(), NOW)

    assert await store.line_of_task(day.tx, line.task_id, viewer_of(day.till(), NOW + 81 * HOUR))


# Claim and release.


async def test_a_claim_lasts_two_hours_and_names_the_holder(day: Day) -> None:
    hold = (await day.claim(await day.line())).hold

    assert hold is not None
    assert (hold.claimed_at, hold.lease_until) == (NOW, NOW + 2 * HOUR)
    assert (hold.client_id, hold.site) == (day.till().client_id, day.till().site)
    assert hold.organization_name == day.till().organization_name


async def test_claiming_again_by_the_same_holder_changes_nothing(day: Day) -> None:
    first = await day.claim(await day.line())
    again = await day.claim(first, now=NOW + HOUR)

    assert again == first == await day.stored(first)


async def test_release_gives_the_balance_back_to_all(day: Day) -> None:
    line = await day.claim(await day.line())
    await day.dispense(line)
    released = await day.release(line)

    assert (released.state, released.hold, released.left) == ("open", None, Decimal(2))
    assert state_of(released, NOW) == "partly-dispensed"
    assert (await day.claim(line, day.till(2, "second-pharmacy"))).left == 2


async def test_the_hand_over_period_is_of_one_hold_and_the_next_begins_with_a_lease(day: Day) -> None:
    line = await day.claim(await day.line())
    await day.dispense(line)
    await day.release(line)
    hold = (await day.claim(line, now=NOW + HOUR)).hold

    assert hold is not None
    assert (hold.first_dispensed_at, hold.lease_until) == (None, NOW + 3 * HOUR)


@pytest.mark.parametrize("reason", [None, "", "Other", "because", "wrong-patient"])
async def test_dsp_008_a_release_needs_a_reason_from_the_list(day: Day, reason: str | None) -> None:
    line = await day.claim(await day.line())

    refusal = await refused_by(release(day.tx, line.task_id, reason, day.till(), NOW, None))
    assert refusal.rule.id == "DSP-008"
    assert all(known in str(refusal.facts["reasons"]) for known in RELEASE_REASONS)


async def test_the_reason_of_a_release_is_kept_until_the_next_claim(day: Day) -> None:
    line = await day.claim(await day.line())
    await release(day.tx, line.task_id, "not-in-stock", day.till(), NOW, None)
    assert (await day.stored(line)).reason == "not-in-stock"

    assert (await day.claim(line)).reason is None


# Dispense.


async def test_a_dispense_lowers_the_balance_and_is_written_down(day: Day) -> None:
    line = await day.claim(await day.line("1.10"))
    after = await day.dispense(line, "0.55")

    assert after == await day.stored(line)
    kept = await day.tx.execute(
        "SELECT quantity, recorded_at FROM dispense WHERE line_id = %s", [line.line_id]
    )
    assert await kept.fetchall() == [(Decimal("0.55"), NOW)]
    assert await day.status_of(line) == ("active", 1)


async def test_the_last_dispense_completes_the_document_in_a_new_version(day: Day) -> None:
    line = await day.claim(await day.line("2"))
    await day.dispense(line)
    await day.dispense(line)

    assert await day.status_of(line) == ("completed", 2)
    before = await resources.read_version(day.tx, "MedicationRequest", line.line_id, 1)
    assert before is not None
    assert decode(before.body)["status"] == "active"


async def test_after_the_hand_over_period_a_line_without_a_balance_is_closed(day: Day) -> None:
    line = await day.claim(await day.line("1"))
    after = await day.dispense(line)
    assert after.hold is not None
    ended = after.hold.lease_until

    assert state_of(current(await day.stored(line), ended), ended) == "completed"
    assert (await refused_by(day.claim(line, now=ended))).facts["state"] == "completed"


@pytest.mark.parametrize("line_id", [None, UUID(int=7)])
async def test_dsp_007_a_dispense_that_names_no_line_of_ours(day: Day, line_id: UUID | None) -> None:
    order = a_dispense_order(line_id=line_id)
    refusal = await refused_by(dispense(day.tx, order, day.till(), NOW, TERMS, None))

    assert refusal.rule.id == "DSP-007"


async def test_dsp_007_a_line_that_was_not_shown_looks_like_none(day: Day) -> None:
    line = await day.line()
    await day.tx.execute(
        "UPDATE presentation SET ends_at = '-infinity' WHERE prescription_id = %s", [line.prescription_id]
    )

    assert (await refused_by(day.dispense(line))).rule.id == "DSP-007"


async def test_a_hold_longer_than_the_presentation_keeps_the_line_in_sight(day: Day) -> None:
    """The first dispense opens the prescription to its holder for as long as the hand-over period lasts."""
    line = await day.line()
    await day.tx.execute(
        "UPDATE presentation SET ends_at = '-infinity' WHERE prescription_id = %s", [line.prescription_id]
    )
    await day.find(day.tx, line, day.till(), NOW - 71 * HOUR)
    await day.claim(line)
    await day.dispense(line)

    assert (await day.dispense(line, now=NOW + 71 * HOUR)).left == 1


async def test_a_refusal_about_a_line_says_which_for_the_audit_trail(day: Day) -> None:
    line = await day.line()

    for work in (day.dispense(line), day.release(line), day.claim(line, day.doctor)):
        about = (await refused_by(work)).facts["about"]
        assert isinstance(about, LineRecord)
        assert about.line_id == line.line_id


# Cancel.


@pytest.mark.parametrize("reason", CANCEL_REASONS)
async def test_the_prescriber_takes_back_what_is_untouched(day: Day, reason: str) -> None:
    line = await day.line()
    cancelled = await cancel(day.tx, line.task_id, reason, day.doctor, NOW, None)

    assert (cancelled.state, cancelled.reason) == ("cancelled", reason)
    assert await day.stored(line) == cancelled
    assert await day.status_of(line) == ("cancelled", 2)


async def test_a_cancellation_that_waits_for_the_holder_already_stands_in_the_order(day: Day) -> None:
    line = await day.claim(await day.line())
    waiting = await cancel(day.tx, line.task_id, "therapy-changed", day.doctor, NOW, None)
    again = await cancel(day.tx, line.task_id, "other", day.doctor, NOW + HOUR, None)

    assert (waiting.state, waiting.cancelling, again) == ("claimed", "therapy-changed", waiting)
    assert await day.status_of(line) == ("cancelled", 2)
    assert (await refused_by(day.dispense(line))).rule.id == "DSP-012"

    released = await day.release(line)
    assert (released.state, released.reason) == ("cancelled", "therapy-changed")
    assert await day.status_of(line) == ("cancelled", 2)


async def test_an_order_is_completed_by_the_close_of_the_last_issue_when_the_others_ended_by_themselves(
    day: Day,
) -> None:
    line = await day.line("1", repeats=1, valid_to=date(2026, 3, 2))
    await day.claim(line)
    await day.dispense(line)
    assert (await day.status_of(line))[0] == "active"

    await close(day.tx, line.task_id, day.till(), NOW + 40 * HOUR, None)
    assert (await day.status_of(line))[0] == "completed"


async def test_what_does_not_follow_from_the_table_is_not_saved(day: Day) -> None:
    line = await day.line()
    for forged in (replace(line, state="completed"), replace(line, dispensed=Decimal(1)), line):
        with pytest.raises(AssertionError):
            await save(day.tx, line, "claim", forged, NOW)

    assert await day.stored(line) == line


async def test_a_future_line_is_cancelled_too(day: Day) -> None:
    line = await day.line(valid_from=date(2026, 5, 1))

    assert (await cancel(day.tx, line.task_id, "other", day.doctor, NOW, None)).state == "cancelled"


@pytest.mark.parametrize("reason", [None, "", "OTHER", "patient-left"])
async def test_pre_010_a_cancellation_needs_a_reason_from_the_list(day: Day, reason: str | None) -> None:
    line = await day.line()

    assert (
        await refused_by(cancel(day.tx, line.task_id, reason, day.doctor, NOW, None))
    ).rule.id == "PRE-010"


# Seen or not, and which version.


@pytest.mark.parametrize("client", ["hospital", "authority", "vendor"])
async def test_wire_012_a_line_that_one_may_not_see_looks_like_a_missing_one(day: Day, client: str) -> None:
    line, stranger = await day.line(), day.party(client)
    refusals = [
        await refused_by(door)
        for task_id in (line.task_id, uuid4())
        for door in (
            claim(day.tx, task_id, stranger, NOW, TERMS, None),
            release(day.tx, task_id, "other", stranger, NOW, None),
            cancel(day.tx, task_id, "other", stranger, NOW, None),
            request_transfer(day.tx, task_id, stranger, NOW, TERMS, None),
            close(day.tx, task_id, stranger, NOW, None),
            close_remaining(day.tx, task_id, stranger, NOW, None),
        )
    ]

    assert {(no.rule.id, str(no.facts)) for no in refusals} == {("WIRE-012", "{}")}


@pytest.mark.parametrize("if_match", [0, 2, 7])
async def test_wire_015_another_version_than_the_one_that_was_read(day: Day, if_match: int) -> None:
    line = await day.line()

    for door in (
        claim(day.tx, line.task_id, day.till(), NOW, TERMS, if_match),
        release(day.tx, line.task_id, "other", day.till(), NOW, if_match),
        cancel(day.tx, line.task_id, "other", day.doctor, NOW, if_match),
        request_transfer(day.tx, line.task_id, day.doctor, NOW, TERMS, if_match),
        close(day.tx, line.task_id, day.till(), NOW, if_match),
        close_remaining(day.tx, line.task_id, day.till(), NOW, if_match),
    ):
        refusal = await refused_by(door)
        assert (refusal.rule.id, refusal.facts["version"]) == ("WIRE-015", 1)


async def test_every_change_is_a_new_version(day: Day) -> None:
    line = await day.line()
    versions = [(await claim(day.tx, line.task_id, day.till(), NOW, TERMS, 1)).version]
    versions.append((await day.dispense(line)).version)
    versions.append((await release(day.tx, line.task_id, "other", day.till(), NOW, 3)).version)

    assert versions == [2, 3, 4]
