"""A step that makes it the party's turn, or ends something, is a letter to the party; the answer finds its case."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from tests.onboarding.desk_people import NOW, new_party, person
from tests.onboarding.mail.letters import CONTRACT, PDF, TEST, a_message, a_room
from tests.onboarding.mail.mail_servers import Box, mail_server
from tests.running import MovableClock
from tilts.account import Account
from tilts.onboarding.cases import open_case
from tilts.onboarding.effects import EFFECTS
from tilts.onboarding.mail.answering import thread_of
from tilts.onboarding.mail.contacting import reached
from tilts.onboarding.mail.couriers import SmtpCourier, server_from
from tilts.onboarding.mail.rounds import Intake, Patience, send_all
from tilts.onboarding.mail.step_letters import letter_after, step_letters
from tilts.onboarding.taking import AFTER, Around, Taker, take
from tilts.onboarding.workflows import WORKFLOWS
from tilts.rules import Refusal
from tilts.settings import Settings
from tilts.store.onboarding import cases, mail
from tilts.store.onboarding.cases import CaseRecord
from tilts.store.onboarding.mail_folder import MailFolder
from tilts.store.onboarding.mail_records import LetterRecord
from tilts.store.tx import Database, Tx

pytestmark = pytest.mark.anyio
CLERK = person("authority", name="Anda Kārtotāja")
DACE = "dace@vetra.example"
AROUND = Around(Settings(portal_base="http://127.0.0.1:1"), NOW)
LETTERS_ALONE = {AFTER: EFFECTS[AFTER]}
PATIENCE = Patience(attempts=3, first_pause=timedelta(minutes=1))


async def opened(tx: Tx, kind: str = "testing-agreement", **facts: Any) -> tuple[CaseRecord, Account]:
    party_id = await new_party(tx)
    case = await open_case(tx, kind, party_id=party_id, facts=facts, account_id=None, now=NOW)
    return case, person("vendor", party_id)


async def step(tx: Tx, case: CaseRecord, action: str, by: Account, **facts: Any) -> CaseRecord:
    return await take(tx, case.number, action, Taker(by, NOW, LETTERS_ALONE, AROUND), facts=facts)


async def under_review(tx: Tx, **facts: Any) -> tuple[CaseRecord, Account]:
    case, vendor = await opened(tx, **facts)
    await step(tx, case, "fill", vendor, form="a document")
    return await step(tx, case, "send", vendor), vendor


async def letters(tx: Tx) -> list[LetterRecord]:
    return list(reversed(await mail.newest_letters(tx, 100)))


def filled_in(address: str = DACE, language: str = "lv") -> dict[str, Any]:
    return {"values": {"contact_e_mail": address}, "language": language}


# Which step has a letter.


def test_every_step_of_the_authority_that_the_party_waits_for_or_that_ends_something_has_its_letter() -> None:
    wanting = [
        (kind, step.action, to)
        for kind, table in WORKFLOWS.items()
        for step in table.steps
        for to in ({step.to} if step.to else set())
        if step.by == "authority" and (kind, step.action) != ("question", "answer")  # that is a letter itself
        if table.state(to).waits_for == "applicant" or table.is_over(to)
        if letter_after(kind, step.action, table.state(to)) is None
    ]
    assert wanting == []


def test_every_letter_belongs_to_a_step_that_there_is() -> None:
    for letter in step_letters():
        for after in letter.after:
            tables = [WORKFLOWS[kind] for kind in after.kinds]
            assert after.actions <= {step.action for table in tables for step in table.steps}, letter.name
            assert after.to in ("", *(state.name for table in tables for state in table.states)), letter.name


def test_no_step_has_two_letters() -> None:
    for kind, table in WORKFLOWS.items():
        for one in table.steps:
            state = table.state(one.to or one.of[0])
            fitting = [
                letter.name
                for letter in step_letters()
                if any(after.fits(kind, one.action, state) for after in letter.after)
            ]
            assert len(fitting) <= 1, (kind, one.action, fitting)


# What stands in it, and to whom it goes.


async def test_a_question_of_the_desk_leaves_over_smtp_and_its_answer_comes_back_into_the_case(
    office: Database, folder: MailFolder, tmp_path: Path
) -> None:
    async with office.transaction() as tx:
        case, _ = await under_review(tx, **filled_in())
        case = await step(tx, case, "ask", CLERK, question="Kurā dienā sāksiet? 320000-10007")
    box = Box()
    with mail_server(tmp_path, box) as settings:
        assert await send_all(office, MovableClock(), SmtpCourier(server_from(settings)), PATIENCE) == 1
    [(recipient, raw)] = box.taken
    sent = message_from_bytes(raw, policy=default)
    text = sent.get_body().get_content()  # type: ignore[attr-defined]

    assert recipient == DACE
    assert sent["Subject"].startswith(f"[{case.number}] Jautājums: ")
    assert (sent["Auto-Submitted"], CONTRACT in sent["From"]) == ("auto-replied", True)
    assert "Kurā dienā sāksiet?" in text and "320000" not in text
    assert f"http://127.0.0.1:1/cases/{case.number}" in text
    assert "Termiņš: 01.04.2026." in text  # thirty days from Monday the 2nd of March
    assert CONTRACT in text and "+371 00000100" in text
    assert "Good day" not in text

    answer = a_message(
        "Pirmdien.",
        subject=f"Re: {sent['Subject']}",
        files=(("plāns.pdf", PDF), ("makro.docm", b"PK\x03\x04")),
        headers={"in-reply-to": sent["Message-ID"]},
        **{"from": DACE},
    )
    folder.deliver("1.post", answer)
    await Intake(folder, a_room()).receive_all(office, MovableClock())
    async with office.transaction() as tx:
        thread = await thread_of(tx, case.case_id)
        documents = await cases.documents(tx, case.case_id)
    came = next(one for one in thread if one.direction == "in")
    assert (came.sender, came.text) == (DACE, "Pirmdien.")
    assert [one.filename for one in documents] == ["plāns.pdf"]
    assert [no["rule"] for no in came.refused] == ["MAIL-007"]


@pytest.mark.parametrize(
    ("language", "subject", "absent"),
    [("lv", "Jautājums: ", "Good day"), ("en", "Question: ", "Labdien"), ("", " / Question: ", "neither")],
)
async def test_the_letter_is_in_the_partys_language_and_in_both_when_it_chose_none(
    office: Database, language: str, subject: str, absent: str
) -> None:
    async with office.transaction() as tx:
        case, _ = await under_review(tx, **filled_in(language=language))
        await step(tx, case, "ask", CLERK, question="?")
        [letter] = await letters(tx)

    assert subject in letter.subject
    assert absent not in letter.text


async def test_where_no_address_is_known_the_step_is_taken_and_no_letter_is_written(office: Database) -> None:
    async with office.transaction() as tx:
        case, _ = await under_review(tx, values={"contact_e_mail": "not an address"})
        case = await step(tx, case, "ask", CLERK, question="?")
        assert (case.state, await letters(tx), await reached(tx, case)) == ("questions", [], None)


async def test_an_address_of_an_older_case_of_the_party_serves(office: Database) -> None:
    async with office.transaction() as tx:
        _, vendor = await opened(tx, **filled_in(language="en"))
        assert vendor.party_id
        plan = await open_case(tx, "test-plan", party_id=vendor.party_id, facts={}, account_id=None, now=NOW)
        await step(tx, plan, "propose-other", CLERK, scenarios=["PRA-01"])
        [letter] = await letters(tx)

    assert (letter.recipient, letter.desk, letter.sender) == (DACE, "test", TEST)
    assert letter.subject == f"[{plan.number}] It is your turn: Test plan"


async def test_a_step_for_two_persons_is_told_when_the_second_one_confirms(office: Database) -> None:
    async with office.transaction() as tx:
        case, _ = await opened(tx, **filled_in())
        await cases.save(tx, replace(case, state="in-force"), NOW)
        await step(tx, case, "suspend", CLERK, reason="Pienākumi nav pildīti.")
        assert await letters(tx) == []
        await step(tx, case, "confirm", person("authority"))
        [letter] = await letters(tx)

    assert "Apturēts" in letter.subject
    assert "Pienākumi nav pildīti." in letter.text


async def test_what_the_party_ends_itself_is_confirmed_to_its_address(office: Database) -> None:
    async with office.transaction() as tx:
        case, vendor = await under_review(tx, **filled_in())
        await step(tx, case, "withdraw", vendor, reason="Kļūda.")
        [letter] = await letters(tx)

    assert "Lieta beigusies" in letter.subject
    assert "Norādītais pamatojums:\nKļūda." in letter.text


async def test_a_step_that_is_undone_leaves_no_letter(office: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with office.transaction() as tx:
            case, _ = await under_review(tx, **filled_in())
            await step(tx, case, "ask", CLERK, question="?")
            raise ZeroDivisionError
    async with office.transaction() as tx:
        assert await letters(tx) == []


async def test_letters_of_steps_never_answer_a_program_for_ever(office: Database, folder: MailFolder) -> None:
    """The party's vacation notice comes back: it stands in the thread, is answered by nobody, and waits for nobody."""
    async with office.transaction() as tx:
        case, _ = await under_review(tx, **filled_in())
        await step(tx, case, "ask", CLERK, question="?")
        [letter] = await letters(tx)
    away = a_message(
        "Esmu atvaļinājumā.",
        headers={"in-reply-to": letter.message_id, "auto-submitted": "auto-replied"},
        **{"from": DACE},
    )
    folder.deliver("1.post", away)
    await Intake(folder, a_room()).receive_all(office, MovableClock())
    async with office.transaction() as tx:
        assert len(await letters(tx)) == 1
        assert [one.automatic for one in await thread_of(tx, case.case_id)] == [True, True]


# Questions.


async def test_the_answer_to_a_question_leaves_as_a_letter_and_asking_again_stands_in_the_thread(
    office: Database,
) -> None:
    async with office.transaction() as tx:
        case, vendor = await opened(tx, "question", desk="test", e_mail=DACE, subject="Laiks")
        facts = {"answer": "Otrdien."}
        case = await take(tx, case.number, "answer", Taker(CLERK, NOW, EFFECTS, AROUND), facts=facts)
        [letter] = await letters(tx)
        assert (case.state, letter.recipient, letter.desk, letter.automatic) == (
            "answered",
            DACE,
            "test",
            False,
        )
        facts = {"question": "Cikos?"}
        case = await take(tx, case.number, "ask-again", Taker(vendor, NOW, EFFECTS, AROUND), facts=facts)
        thread = await thread_of(tx, case.case_id)

    assert case.state == "opened"
    assert [(one.direction, one.text.partition("\n")[0]) for one in thread] == [
        ("out", "Otrdien."),
        ("in", "Cikos?"),
    ]


async def test_MAIL_013_MAIL_015_an_answer_without_an_address_stands_in_the_thread_alone(
    office: Database,
) -> None:
    async with office.transaction() as tx:
        case, _ = await opened(tx, "question")

        async def say(text: str) -> None:
            facts = {"answer": text}
            await take(tx, case.number, "answer", Taker(CLERK, NOW, EFFECTS, AROUND), facts=facts)

        await say("Otrdien.")
        assert await letters(tx) == []
        [said] = await thread_of(tx, case.case_id)
        assert (said.direction, said.text, said.recipient) == ("out", "Otrdien.", "")
        for rule_id, text in (("MAIL-013", "320000-10007"), ("MAIL-015", "x" * 50_001)):
            with pytest.raises(Refusal) as no:
                await say(text)
            assert no.value.rule.id == rule_id


async def test_mail_that_comes_after_the_answer_opens_the_question_again(
    office: Database, folder: MailFolder
) -> None:
    async with office.transaction() as tx:
        case, _ = await opened(tx, "question", e_mail=DACE)
        facts = {"answer": "Otrdien."}
        await take(tx, case.number, "answer", Taker(CLERK, NOW, EFFECTS, AROUND), facts=facts)
    folder.deliver("1.post", a_message("Cikos?", subject=f"Re: [{case.number}]", **{"from": DACE}))
    await Intake(folder, a_room()).receive_all(office, MovableClock())
    async with office.transaction() as tx:
        again = await cases.find(tx, case.number)

    assert again is not None
    assert again.state == "opened" and again.due_at is not None
