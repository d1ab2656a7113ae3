"""Cases: a step is taken once, by the right side, by two where two are needed; what is refused leaves nothing."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.onboarding.desk_people import NOW, new_party, person
from tests.running import Running
from tests.store.undoing import undone
from tilts.clock import RIGA
from tilts.ids import new_id
from tilts.onboarding.cases import attach, find_case, open_case
from tilts.onboarding.effects import EFFECTS
from tilts.onboarding.taking import Around, Taker, Taking, take
from tilts.rules import Refusal
from tilts.store.onboarding import cases
from tilts.store.onboarding.cases import CaseRecord, NewDocument
from tilts.store.tx import Database, Tx
from tilts.working_days import is_working_day

pytestmark = pytest.mark.anyio
FORM = {"form": "a document id"}


async def opened(tx: Tx, kind: str = "testing-agreement", party: str = "vendor") -> tuple[CaseRecord, Any]:
    party_id = await new_party(tx, party)
    account = person("vendor" if party == "vendor" else "institution", party_id)
    case = await open_case(tx, kind, party_id=party_id, facts={}, account_id=None, now=NOW)
    return case, account


async def refused(rule_id: str, attempt: Any) -> Refusal:
    with pytest.raises(Refusal) as no:
        await attempt
    assert no.value.rule.id == rule_id
    assert no.value.rule.sentence("en", no.value.told())
    return no.value


async def test_numbers_count_on_within_the_year_of_riga(exchange: Running, database: Database) -> None:
    async with undone(database) as tx:
        first, _ = await opened(tx)
        second, _ = await opened(tx)
        party_id = await new_party(tx)
        late = NOW.replace(month=12, day=31, hour=22, minute=30)  # already the new year in Riga
        third = await open_case(
            tx, "testing-agreement", party_id=party_id, facts={}, account_id=None, now=late
        )

    assert int(second.number[-5:]) == int(first.number[-5:]) + 1
    assert first.number.startswith("TL-2026-")
    assert third.number.startswith("TL-2027-")


async def test_a_case_goes_the_way_of_its_table_with_its_clock(exchange: Running, database: Database) -> None:
    async with undone(database) as tx:
        case, vendor = await opened(tx)
        case = await take(tx, case.number, "fill", Taker(vendor, NOW), facts=FORM)
        assert (case.state, case.due_at) == ("filled", None)
        case = await take(tx, case.number, "send", Taker(vendor, NOW))
        assert case.state == "under-review"
        assert case.due_at is not None
        last = (case.due_at - timedelta(seconds=1)).astimezone(RIGA).date()
        steps = await cases.steps(tx, case.case_id)

    assert last == date(2026, 3, 9)  # five working days after Monday the 2nd
    assert [(step.action, step.from_state, step.to_state) for step in steps] == [
        ("open", None, "opened"),
        ("fill", "opened", "filled"),
        ("send", "filled", "under-review"),
    ]


@pytest.mark.parametrize(
    ("over", "sent", "last"),
    [
        ("Easter", "2026-03-31", "2026-04-09"),
        ("Midsummer, with the Saturday worked", "2026-06-19", "2026-06-30"),
        ("18 November", "2026-11-16", "2026-11-24"),
        ("Christmas and New Year", "2026-12-22", "2027-01-04"),
    ],
)
async def test_the_clock_of_a_case_runs_over_holidays(
    exchange: Running, database: Database, over: str, sent: str, last: str
) -> None:
    """Five working days for the review, thirty days for the answer; what ends on a day off ends on the next one."""
    moment = datetime.fromisoformat(f"{sent}T10:00:00+02:00")
    async with undone(database) as tx:
        case, vendor = await opened(tx)
        await take(tx, case.number, "fill", Taker(vendor, moment), facts=FORM)
        case = await take(tx, case.number, "send", Taker(vendor, moment))
        assert case.due_at is not None
        assert (case.due_at - timedelta(seconds=1)).astimezone(RIGA).date() == date.fromisoformat(last), over
        asked = await take(
            tx, case.number, "ask", Taker(person("authority"), moment), facts={"question": "?"}
        )
        assert asked.due_at is not None
        answer_by = (asked.due_at - timedelta(seconds=1)).astimezone(RIGA).date()
        assert answer_by >= moment.date() + timedelta(days=30) and is_working_day(answer_by)


async def test_a_step_out_of_order_is_refused_and_nothing_of_it_is_kept(
    exchange: Running, database: Database
) -> None:
    """CASE-003, CASE-004."""
    async with undone(database) as tx:
        case, vendor = await opened(tx)
        clerk = person("authority")
        no = await refused("CASE-003", take(tx, case.number, "send", Taker(vendor, NOW)))
        assert no.told()["possible"] == "fill, fill-here, withdraw"
        await refused(
            "CASE-003",
            take(tx, case.number, "agree-text", Taker(clerk, NOW), facts={"authority_number": "1"}),
        )
        await refused("CASE-004", take(tx, case.number, "agree-text", Taker(vendor, NOW)))
        await refused("CASE-004", take(tx, case.number, "fill", Taker(clerk, NOW), facts=FORM))
        assert await cases.find(tx, case.number) == case
        assert len(await cases.steps(tx, case.case_id)) == 1


async def test_what_a_step_asks_for_must_be_there_and_nothing_else_is_kept(
    exchange: Running, database: Database
) -> None:
    """CASE-007."""
    async with undone(database) as tx:
        case, vendor = await opened(tx)
        no = await refused("CASE-007", take(tx, case.number, "fill", Taker(vendor, NOW), facts={"form": ""}))
        assert no.told()["fields"] == "form"
        case = await take(tx, case.number, "fill", Taker(vendor, NOW), facts={**FORM, "state": "in-force"})

    assert (case.state, case.facts) == ("filled", FORM)


async def test_a_case_of_somebody_else_is_not_there(exchange: Running, database: Database) -> None:
    """CASE-001: to a stranger it looks like a number that was never given."""
    async with undone(database) as tx:
        case, _ = await opened(tx)
        stranger = person("vendor", await new_party(tx))
        theirs = await refused("CASE-001", take(tx, case.number, "fill", Taker(stranger, NOW), facts=FORM))
        nobodys = await refused("CASE-001", find_case(tx, "TL-2026-99999", stranger))
        assert theirs.told() == nobodys.told()
        assert (await find_case(tx, case.number, person("authority"))).number == case.number


async def test_two_persons_are_two(exchange: Running, database: Database) -> None:
    """CASE-005, CASE-006: the one who asked cannot confirm, and nothing else happens meanwhile."""
    async with undone(database) as tx:
        case, vendor = await in_force(tx)
        first, second = person("authority"), person("authority")
        asked = await take(tx, case.number, "suspend", Taker(first, NOW), facts={"reason": "duties not met"})
        assert asked.state == "in-force" and asked.pending is not None
        await refused("CASE-005", take(tx, case.number, "confirm", Taker(first, NOW)))
        await refused("CASE-006", take(tx, case.number, "end", Taker(second, NOW), facts={"reason": "x"}))
        await refused(
            "CASE-006", take(tx, case.number, "give-notice", Taker(vendor, NOW), facts={"reason": "x"})
        )
        await refused("CASE-004", take(tx, case.number, "confirm", Taker(vendor, NOW)))
        done = await take(tx, case.number, "confirm", Taker(second, NOW))
        last = (await cases.steps(tx, case.case_id))[-1]

    assert (done.state, done.pending, done.facts["reason"]) == ("suspended", None, "duties not met")
    assert (last.account_id, last.second_account_id) == (first.account_id, second.account_id)


async def test_what_takes_two_takes_two_who_proved_lately_who_they_are(
    exchange: Running, database: Database
) -> None:
    """USR-020: at asking and at confirming; declining asks for nothing."""
    long_ago, around = NOW - timedelta(minutes=1), Around(exchange.settings, NOW)
    reason = {"reason": "duties not met"}

    def who(**changed: Any) -> Taker:
        return Taker(replace(person("authority"), **changed), NOW, around=around)

    async with undone(database) as tx:
        case, _ = await in_force(tx)
        await refused("USR-020", take(tx, case.number, "suspend", who(proven_until=long_ago), facts=reason))
        lately = who(proven_until=NOW + timedelta(minutes=1))
        await take(tx, case.number, "suspend", lately, facts=reason)
        await refused("USR-020", take(tx, case.number, "confirm", who(proven_until=long_ago)))
        assert (await take(tx, case.number, "decline", who(proven_until=long_ago))).pending is None


async def test_what_was_asked_for_can_be_declined_and_then_did_not_happen(
    exchange: Running, database: Database
) -> None:
    async with undone(database) as tx:
        case, _ = await in_force(tx)
        first, second = person("authority"), person("authority")
        await take(tx, case.number, "suspend", Taker(first, NOW), facts={"reason": "x"})
        declined = await take(tx, case.number, "decline", Taker(second, NOW))
        await refused("CASE-003", take(tx, case.number, "confirm", Taker(second, NOW)))

    assert (declined.state, declined.pending) == ("in-force", None)
    assert "reason" not in declined.facts


async def test_an_institutions_it_person_does_no_agreements(exchange: Running, database: Database) -> None:
    """CASE-004."""
    async with undone(database) as tx:
        case, institution = await opened(tx, "cooperation-institution", "practice")
        it = replace(institution, role="it")
        await refused("CASE-004", take(tx, case.number, "fill", Taker(it, NOW), facts=FORM))


async def test_one_agreement_of_a_kind_at_a_time(exchange: Running, database: Database) -> None:
    """CASE-008; after it is over a new one may begin."""
    async with undone(database) as tx:
        case, vendor = await opened(tx)
        again = {"party_id": case.party_id, "facts": {}, "account_id": None, "now": NOW}
        no = await refused("CASE-008", open_case(tx, case.kind, **again))  # type: ignore[arg-type]
        assert no.told()["number"] == case.number
        await take(tx, case.number, "withdraw", Taker(vendor, NOW), facts={"reason": "another form"})
        assert (await open_case(tx, case.kind, **again)).state == "opened"  # type: ignore[arg-type]


async def test_an_effect_that_refuses_undoes_the_step(exchange: Running, database: Database) -> None:
    async def no_way(taking: Taking) -> None:
        taking.facts["left"] = "behind"
        raise RuntimeError("the effect failed")

    async with undone(database) as tx:
        case, vendor = await opened(tx)
        with pytest.raises(RuntimeError):
            async with tx.transaction():
                effects = {("testing-agreement", "fill"): no_way}
                await take(tx, case.number, "fill", Taker(vendor, NOW, effects), facts=FORM)
        assert await cases.find(tx, case.number) == case


async def test_a_document_of_another_case_cannot_be_handed_in(exchange: Running, database: Database) -> None:
    """CASE-010."""
    async with undone(database) as tx:
        other, _ = await opened(tx)
        case, vendor = await opened(tx)
        document = await attach(
            tx, other.case_id, NewDocument("form", "a.pdf", "application/pdf", b"%PDF"), NOW
        )
        for named in (str(document), str(new_id())):
            handed_in = {"form": named}
            await refused(
                "CASE-010",
                take(tx, case.number, "fill", Taker(vendor, NOW, EFFECTS), facts=handed_in),
            )
        assert await cases.find(tx, case.number) == case


async def test_a_form_of_a_case_that_is_nobodys_yet_is_not_taken_in(
    exchange: Running, database: Database
) -> None:
    """CASE-011."""
    async with undone(database) as tx:
        case, _ = await opened(tx)
        number = f"TL-2026-{await cases.next_number(tx, 2026):05d}"
        nobodys = {"case_id": new_id(), "number": number, "kind": case.kind, "party_id": None}
        await cases.add(tx, {**nobodys, "state": "opened", "facts": {}, "now": NOW, "due_at": None})
        by_clerk = take(tx, number, "take-form", Taker(person("authority"), NOW, EFFECTS), facts=FORM)
        await refused("CASE-011", by_clerk)


async def test_a_document_comes_back_byte_for_byte(exchange: Running, database: Database) -> None:
    content = bytes(range(256)) * 40
    async with undone(database) as tx:
        case, _ = await opened(tx)
        new = NewDocument("form", "Līgums ā.pdf", "application/pdf", content)
        document_id = await attach(tx, case.case_id, new, NOW)
        [listed] = await cases.documents(tx, case.case_id)
        assert await cases.content(tx, document_id) == content

    assert (listed.filename, listed.size_bytes, listed.channel) == ("Līgums ā.pdf", len(content), "portal")


# Races.


async def test_of_many_who_take_the_same_step_at_once_one_does(exchange: Running, database: Database) -> None:
    """CASE-003 for the others; the case has one step, not several."""
    async with database.transaction() as tx:
        case, vendor = await opened(tx)
    outcomes = await asyncio.gather(*(one_step(database, case, "fill", vendor, FORM) for _ in range(6)))
    sent = await asyncio.gather(*(one_step(database, case, "send", vendor, {}) for _ in range(6)))

    assert outcomes == ["done"] * 6  # filling in again is allowed
    assert sorted(sent) == ["CASE-003"] * 5 + ["done"]


async def test_of_two_clerks_who_confirm_at_once_one_does(exchange: Running, database: Database) -> None:
    async with database.transaction() as tx:
        case, _ = await in_force(tx)
        await take(tx, case.number, "suspend", Taker(person("authority"), NOW), facts={"reason": "x"})
    clerks = [person("authority") for _ in range(4)]
    outcomes = await asyncio.gather(*(one_step(database, case, "confirm", clerk, {}) for clerk in clerks))

    assert outcomes.count("done") == 1
    assert set(outcomes) == {"done", "CASE-003"}


async def test_of_many_who_open_the_same_agreement_at_once_one_does(
    exchange: Running, database: Database
) -> None:
    async with database.transaction() as tx:
        party_id = await new_party(tx)

    async def attempt() -> str:
        try:
            async with database.transaction() as tx:
                await open_case(
                    tx, "testing-agreement", party_id=party_id, facts={}, account_id=None, now=NOW
                )
        except Refusal as no:
            return no.rule.id
        return "done"

    outcomes = await asyncio.gather(*(attempt() for _ in range(6)))
    assert sorted(outcomes) == ["CASE-008"] * 5 + ["done"]


async def one_step(
    database: Database, case: CaseRecord, action: str, account: Any, facts: dict[str, Any]
) -> str:
    try:
        async with database.transaction() as tx:
            await take(tx, case.number, action, Taker(account, NOW), facts=facts)
    except Refusal as no:
        return no.rule.id
    return "done"


async def in_force(tx: Tx) -> tuple[CaseRecord, Any]:
    """Through every step of the table, without the effects that check what is handed in."""
    case, vendor = await opened(tx)
    clerk = person("authority")
    for action, account, facts in (
        ("fill", vendor, FORM),
        ("send", vendor, {}),
        ("ask", clerk, {"question": "Which system?"}),
        ("answer", vendor, {"answer": "This one."}),
        ("agree-text", clerk, {"authority_number": "T-1"}),
        ("sign", vendor, {"signed": "a document id", "party_number": "7"}),
        ("sign-for-authority", clerk, {"signed": "a document id"}),
    ):
        case = await take(tx, case.number, action, Taker(account, NOW), facts=facts)
    assert case.state == "in-force"
    return case, vendor
