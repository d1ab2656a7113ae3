"""Mail that has no party yet is sorted by hand: each way once, by the desks alone, and written down."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.onboarding.desk_people import NOW, new_party, person
from tests.onboarding.mail.letters import PDF, a_message, a_room
from tests.running import MovableClock
from tilts.onboarding.cases import open_case
from tilts.onboarding.mail.answering import Answer, answer, seen_in, thread_of
from tilts.onboarding.mail.rounds import Intake
from tilts.onboarding.mail.sorting import give_to_party, keep_as_question, put_aside, sort_mail
from tilts.rules import Refusal
from tilts.store.onboarding import cases, mail_sorting, mail_threads
from tilts.store.onboarding.cases import CaseRecord
from tilts.store.onboarding.mail_folder import MailFolder
from tilts.store.tx import Database, Tx

pytestmark = pytest.mark.anyio
CLERK = person("authority", name="Anda Kārtotāja")


async def refused(rule_id: str, attempt: Awaitable[Any]) -> None:
    with pytest.raises(Refusal) as no:
        await attempt
    assert no.value.rule.id == rule_id


@pytest.fixture
async def stray(office: Database, folder: MailFolder) -> CaseRecord:
    """A letter that names a case which does not exist, with a document."""
    folder.deliver("1.post", a_message(subject="TL-2099-99999", files=(("plāns.pdf", PDF),)))
    await Intake(folder, a_room()).receive_all(office, MovableClock())
    async with office.transaction() as tx:
        [found] = await cases.inbox(tx, None, 9)
    return found


async def listed(tx: Tx) -> list[str]:
    return [row.number for row in await mail_sorting.to_sort(tx, 9)]


async def test_what_is_sorted_leaves_the_list_whichever_way_it_went(
    office: Database, stray: CaseRecord
) -> None:
    async with office.transaction() as tx:
        assert await listed(tx) == [stray.number]
        await keep_as_question(tx, stray.number, CLERK, NOW)
        assert await listed(tx) == []
        await give_to_party(tx, stray.number, await new_party(tx), CLERK, NOW)
        *_, kept, given = await cases.steps(tx, stray.case_id)

    assert [(step.action, step.side) for step in (kept, given)] == [
        ("keep-question", "authority"),
        ("give", "authority"),
    ]


async def test_what_is_put_aside_ends_with_its_reason_and_waits_for_nobody(
    office: Database, stray: CaseRecord
) -> None:
    async with office.transaction() as tx:
        await put_aside(tx, stray.number, "Reklāma", CLERK, NOW)
        found = await cases.find(tx, stray.number)
        thread = await mail_threads.find_thread(tx, stray.case_id)

    assert found and (found.state, found.facts["reason"], found.due_at) == ("closed", "Reklāma", None)
    assert thread and thread.waiting_since is None


async def test_MAIL_016_MAIL_017_CASE_001_CASE_009_who_may_sort_what(
    office: Database, stray: CaseRecord
) -> None:
    async with office.transaction() as tx:
        party_id = await new_party(tx)
        vendor = person("vendor", party_id)
        own = await open_case(tx, "question", party_id=party_id, facts={}, account_id=None, now=NOW)
        authority = await new_party(tx, "authority")
        number = stray.number
        await refused("MAIL-016", sort_mail(tx, number, own.number, vendor, NOW))
        await refused("MAIL-016", keep_as_question(tx, number, vendor, NOW))
        await refused("MAIL-016", put_aside(tx, number, "x", vendor, NOW))
        await refused("CASE-001", keep_as_question(tx, "TL-2099-99999", CLERK, NOW))
        await refused("CASE-001", give_to_party(tx, number, stray.case_id, CLERK, NOW))
        await refused("CASE-009", give_to_party(tx, number, authority, CLERK, NOW))
        await refused("MAIL-017", sort_mail(tx, own.number, number, CLERK, NOW))
        await refused("MAIL-017", put_aside(tx, own.number, "x", CLERK, NOW))
        await put_aside(tx, number, "x", CLERK, NOW)
        await refused("MAIL-017", sort_mail(tx, number, own.number, CLERK, NOW))
        await refused("MAIL-017", give_to_party(tx, number, party_id, CLERK, NOW))
        assert await thread_of(tx, own.case_id) == []


async def test_MAIL_017_of_two_clerks_with_different_minds_one_wins(
    office: Database, stray: CaseRecord
) -> None:
    async with office.transaction() as tx:
        party_id = await new_party(tx)
    both = asyncio.Barrier(2)

    async def attempt(work: Callable[[Tx], Awaitable[None]]) -> str:
        async with office.transaction() as tx:
            await both.wait()
            try:
                await work(tx)
            except Refusal as no:
                return no.rule.id
        return "done"

    said = await asyncio.gather(
        attempt(lambda tx: give_to_party(tx, stray.number, party_id, CLERK, NOW)),
        attempt(lambda tx: put_aside(tx, stray.number, "x", CLERK, NOW)),
    )
    assert sorted(said) == ["MAIL-017", "done"]


async def test_mail_that_is_sorted_into_an_answered_question_opens_it_again(
    office: Database, stray: CaseRecord
) -> None:
    async with office.transaction() as tx:
        party_id = await new_party(tx)
        question = await open_case(tx, "question", party_id=party_id, facts={}, account_id=None, now=NOW)
        await tx.execute(
            "UPDATE onboarding.case_file SET state = 'answered' WHERE case_id = %s", [question.case_id]
        )
        await sort_mail(tx, stray.number, question.number, CLERK, NOW)
        again = await cases.find(tx, question.number)

    assert again and again.state == "opened"


async def test_MAIL_019_of_two_answers_to_one_message_the_second_is_held_back(
    office: Database, stray: CaseRecord
) -> None:
    async with office.transaction() as tx:
        seen = seen_in(await thread_of(tx, stray.case_id))
    both = asyncio.Barrier(2)

    async def attempt(text: str) -> str:
        async with office.transaction() as tx:
            await both.wait()
            try:
                await answer(tx, stray, CLERK, Answer(text, seen=seen), a_room(), NOW)
            except Refusal as no:
                assert "ligumi@iestade.example" in no.told()["what"] or CLERK.name in no.told()["what"]
                return no.rule.id
        return "sent"

    assert sorted(await asyncio.gather(attempt("Jā."), attempt("Nē."))) == ["MAIL-019", "sent"]
