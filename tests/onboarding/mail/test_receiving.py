"""Mail comes into a folder and stands in its case once, with its documents; its sender is told so once."""

import asyncio
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.onboarding.desk_people import new_party, person
from tests.onboarding.mail.letters import CONTRACT, NOW, PDF, TEST, a_message, a_room
from tests.running import MovableClock
from tilts.onboarding import cases
from tilts.onboarding.mail import rounds
from tilts.onboarding.mail.answering import (
    Answer,
    answer,
    queue_of,
    thread_of,
    write,
)
from tilts.onboarding.mail.composing import Letter
from tilts.onboarding.mail.posting import queue_mail
from tilts.onboarding.mail.receiving import same_document_already
from tilts.onboarding.mail.room import MailRoom
from tilts.onboarding.mail.rounds import OUR_ATTEMPTS, Intake
from tilts.onboarding.mail.sorting import give_to_party, sort_mail
from tilts.rules import Refusal
from tilts.store.onboarding import cases as case_files
from tilts.store.onboarding import mail, mail_received
from tilts.store.onboarding.cases import CaseRecord
from tilts.store.onboarding.mail_folder import MailFolder
from tilts.store.onboarding.mail_records import LetterRecord, MessageRecord, QueueRow
from tilts.store.tx import Database, Tx
from tilts.workflow import Words

pytestmark = pytest.mark.anyio
CLERK = person("authority")
ANNA = "anna@vendor.example"


class Desk:
    """A mail room at work, as a test sees it."""

    def __init__(self, office: Database, folder: MailFolder, room: MailRoom | None = None) -> None:
        self.office, self.folder = office, folder
        self.clock = MovableClock()
        self.room = room or a_room()
        self.intake = Intake(folder, self.room)
        self.came = 0

    async def get(self, raw: bytes) -> None:
        self.came += 1
        self.folder.deliver(f"{self.came:04d}.post", raw)
        await self.intake.receive_all(self.office, self.clock)

    async def cases(self) -> list[CaseRecord]:
        async with self.office.transaction() as tx:
            return sorted(await case_files.inbox(tx, None, 100), key=lambda case: case.number)

    async def thread(self, case: CaseRecord) -> list[MessageRecord]:
        async with self.office.transaction() as tx:
            return await thread_of(tx, case.case_id)

    async def letters(self) -> list[LetterRecord]:
        async with self.office.transaction() as tx:
            return list(reversed(await mail.newest_letters(tx, 100)))

    async def queue(self, desk: str = "contract") -> list[QueueRow]:
        async with self.office.transaction() as tx:
            return await queue_of(tx, desk)  # type: ignore[arg-type]

    def names(self, place: str) -> list[str]:
        return sorted(os.listdir(self.folder.path / place))


@pytest.fixture
def desk(office: Database, folder: MailFolder) -> Desk:
    return Desk(office, folder)


async def refused(rule_id: str, attempt: Any) -> None:
    with pytest.raises(Refusal) as no:
        await attempt
    assert no.value.rule.id == rule_id


async def test_a_question_becomes_a_case_with_a_clock_and_its_sender_is_told_the_number(desk: Desk) -> None:
    await desk.get(a_message(files=(("līgums.pdf", PDF), ("rēķins.docm", b"MZ"))))
    [case] = await desk.cases()
    came, told = await desk.thread(case)
    async with desk.office.transaction() as tx:
        [document] = await case_files.documents(tx, case.case_id)

    assert (case.kind, case.state, case.facts["desk"], case.party_id) == (
        "question",
        "opened",
        "contract",
        None,
    )
    assert case.due_at is not None
    assert (came.direction, came.sender, came.subject) == ("in", ANNA, "Jautājums")
    assert (document.filename, document.channel, came.documents) == (
        "līgums.pdf",
        "e-mail",
        [document.document_id],
    )
    assert [no["rule"] for no in came.refused] == ["MAIL-007"]
    assert (told.direction, told.recipient, told.automatic, told.letter_state) == (
        "out",
        ANNA,
        True,
        "waiting",
    )
    assert told.subject.startswith(f"[{case.number}] ")
    assert (
        "Nav pieņemts: rēķins.docm" in told.text
        and "Accepted: līgums.pdf" in told.text
        and "MAIL-007" in told.text
    )
    assert told.in_reply_to == ["<1@vendor.example>"]
    assert (desk.names("new"), desk.names("cur")) == ([], ["0001.post:2,S"])


async def test_an_application_is_known_by_its_subject(desk: Desk) -> None:
    await desk.get(a_message(subject="Pieteikums savienojumam: Parauga prakse"))

    assert [case.kind for case in await desk.cases()] == ["connection-application"]


async def test_a_message_is_kept_once_however_often_it_is_delivered(desk: Desk) -> None:
    for _ in range(3):
        await desk.get(a_message(headers={"Received": str(desk.came)}))
    [case] = await desk.cases()

    assert len(await desk.thread(case)) == 2
    assert len(desk.names("cur")) == 3


async def test_the_same_document_in_a_case_is_one_document(desk: Desk) -> None:
    await desk.get(a_message(files=(("a.pdf", PDF),)))
    [case] = await desk.cases()
    await desk.get(
        a_message("Vēlreiz", files=(("b.pdf", PDF),), message_id="<2@v.example>", subject=case.number)
    )
    async with desk.office.transaction() as tx:
        [document] = await case_files.documents(tx, case.case_id)

    assert [one.documents for one in await desk.thread(case) if one.direction == "in"] == [
        [document.document_id]
    ] * 2


async def test_a_document_that_is_in_another_case_is_recognised(desk: Desk) -> None:
    await desk.get(a_message(files=(("a.pdf", PDF),)))
    await desk.get(a_message("Cits", files=(("a.pdf", PDF),), message_id="<2@v.example>"))
    first, second = await desk.cases()
    async with desk.office.transaction() as tx:
        [document] = await case_files.documents(tx, first.case_id)
        numbers = await same_document_already(tx, document.sha256)

    assert second.facts["same_documents"] == [first.number]
    assert numbers == [first.number, second.number]


async def test_an_answer_joins_the_thread_and_is_acknowledged_no_second_time(desk: Desk) -> None:
    await desk.get(a_message())
    [told] = await desk.letters()
    await desk.get(
        a_message(
            "Vēl viens", message_id="<2@v.example>", subject="Re: bez numura", in_reply_to=told.message_id
        )
    )
    [case] = await desk.cases()

    assert [one.direction for one in await desk.thread(case)] == ["in", "out", "in"]
    assert len(await desk.letters()) == 1


async def test_an_acknowledged_thread_is_written_to_again_only_for_a_refused_document(desk: Desk) -> None:
    await desk.get(a_message())
    [case] = await desk.cases()
    await desk.get(a_message("x", files=(("a.exe", b"MZ"),), message_id="<2@v.example>", subject=case.number))
    _, second = await desk.letters()

    assert "a.exe" in second.text and "Pielikums nav pieņemts" in second.subject


async def test_a_stranger_cannot_write_into_a_case_and_a_clerk_sorts_the_mail(desk: Desk) -> None:
    await desk.get(a_message())
    [case] = await desk.cases()
    await desk.get(
        a_message(
            "Es arī",
            subject=f"Re: {case.number}",
            message_id="<2@x.example>",
            files=(("a.pdf", PDF),),
            **{"from": "b@other.example"},
        )
    )
    _, stray = await desk.cases()
    assert len(await desk.thread(case)) == 2
    assert (stray.facts["unmatched"], stray.facts["named"]) == (True, case.number)

    async with desk.office.transaction() as tx:
        await sort_mail(tx, stray.number, case.number, CLERK, NOW)
    thread = await desk.thread(case)
    _, stray = await desk.cases()
    assert [one.sender for one in thread if one.direction == "in"] == [ANNA, "b@other.example"]
    assert (stray.state, stray.facts["sorted_into"]) == ("closed", case.number)
    async with desk.office.transaction() as tx:
        assert [one.filename for one in await case_files.documents(tx, case.case_id)] == ["a.pdf"]

    await desk.get(
        a_message("Un vēl", subject=stray.number, message_id="<3@x.example>", **{"from": "b@other.example"})
    )
    assert [one.text for one in await desk.thread(case)][-1] == "Un vēl"


async def test_MAIL_017_mail_is_sorted_once_and_only_what_found_no_case(desk: Desk) -> None:
    await desk.get(a_message())
    await desk.get(
        a_message("x", subject="TL-2026-99999", message_id="<2@x.example>", **{"from": "b@other.example"})
    )
    case, stray = await desk.cases()
    gate = asyncio.Barrier(2)

    async def sort() -> str:
        async with desk.office.transaction() as tx:
            await gate.wait()
            try:
                await sort_mail(tx, stray.number, case.number, CLERK, NOW)
            except Refusal as no:
                return no.rule.id
        return "sorted"

    assert sorted(await asyncio.gather(sort(), sort())) == ["MAIL-017", "sorted"]
    async with desk.office.transaction() as tx:
        await refused("MAIL-017", sort_mail(tx, case.number, stray.number, CLERK, NOW))
        await refused("MAIL-017", sort_mail(tx, case.number, case.number, CLERK, NOW))
        await refused("CASE-001", sort_mail(tx, stray.number, "TL-2026-98765", CLERK, NOW))


async def test_a_case_from_mail_is_the_desks_alone_until_it_is_given_to_its_party(desk: Desk) -> None:
    await desk.get(a_message())
    [case] = await desk.cases()
    async with desk.office.transaction() as tx:
        party_id = await new_party(tx, "vendor")
        vendor = person("vendor", party_id)
        await refused("CASE-001", cases.find_case(tx, case.number, person("resident")))
        await refused("CASE-001", cases.find_case(tx, case.number, vendor))
        await refused("MAIL-016", give_to_party(tx, case.number, party_id, vendor, NOW))
        await give_to_party(tx, case.number, party_id, CLERK, NOW)
        assert (await cases.find_case(tx, case.number, vendor)).party_id == party_id
        await refused("MAIL-017", give_to_party(tx, case.number, party_id, CLERK, NOW))


async def test_whom_the_party_named_in_its_case_may_write_into_it(desk: Desk) -> None:
    async with desk.office.transaction() as tx:
        party_id = await new_party(tx, "vendor")
        facts = {"form": {"contact": " Berta@Vendor.example "}}
        case = await cases.open_case(tx, "question", party_id=party_id, facts=facts, account_id=None, now=NOW)
    await desk.get(a_message("Pielikumā", subject=case.number, **{"from": "berta@vendor.example"}))

    assert [one.sender for one in await desk.thread(case) if one.direction == "in"] == [
        "berta@vendor.example"
    ]


async def test_an_answer_goes_to_whoever_wrote_last_and_ends_the_wait(desk: Desk) -> None:
    await desk.get(a_message(to=TEST))
    [case] = await desk.cases()
    [waiting] = await desk.queue("test")
    assert (waiting.number, waiting.sender, waiting.due_at) == (case.number, ANNA, case.due_at)
    async with desk.office.transaction() as tx:
        said = Answer("Sūtām plānu.", attachments=(("plāns.pdf", PDF),))
        letter_id = await answer(tx, case, CLERK, said, desk.room, NOW + timedelta(days=1))
        letter = await mail.find_letter(tx, letter_id)
        [attached] = await mail.attachments_of(tx, letter_id)

    assert letter is not None
    assert (letter.recipient, letter.sender, letter.automatic) == (ANNA, TEST, False)
    assert letter.subject == f"[{case.number}] Re: Jautājums"
    assert (attached.filename, attached.content) == ("plāns.pdf", PDF)
    assert "<1@vendor.example>" in letter.in_reply_to
    assert await desk.queue("test") == []


async def test_who_waits_longest_stands_first(desk: Desk) -> None:
    for number, ahead in ((1, 0), (2, 5), (3, 10)):
        with desk.clock.moved(hours=ahead):
            await desk.get(a_message(str(number), message_id=f"<{number}@v.example>"))
    first, second, third = await desk.cases()
    with desk.clock.moved(hours=20):
        await desk.get(a_message("vēl", message_id="<4@v.example>", subject=first.number))

    assert [row.number for row in await desk.queue()] == [first.number, second.number, third.number]


async def test_MAIL_014_MAIL_016_who_may_answer_and_whom(desk: Desk) -> None:
    async with desk.office.transaction() as tx:
        party_id = await new_party(tx, "vendor")
        vendor = person("vendor", party_id)
        case = await cases.open_case(tx, "question", party_id=party_id, facts={}, account_id=None, now=NOW)
        await refused("MAIL-016", answer(tx, case, vendor, Answer("x"), desk.room, NOW))
        nobodys = replace(case, party_id=None)
        await refused("MAIL-014", answer(tx, nobodys, CLERK, Answer("x"), desk.room, NOW))
        await refused(
            "MAIL-009",
            answer(
                tx,
                case,
                CLERK,
                Answer("x", ANNA, attachments=(("k.pem", b"-----BEGIN PRIVATE KEY-----"),)),
                desk.room,
                NOW,
            ),
        )
        await refused(
            "MAIL-005",
            answer(tx, case, CLERK, Answer("x", ANNA, attachments=(("k.pdf", PDF * 9000),)), desk.room, NOW),
        )
        await answer(tx, case, CLERK, Answer("x", to=ANNA), desk.room, NOW)
        await answer(tx, case, CLERK, Answer("y"), desk.room, NOW)
        assert [one.recipient for one in await thread_of(tx, case.case_id)] == [ANNA, ANNA]


async def test_a_party_writes_in_its_own_case_and_the_desk_sees_it_wait(desk: Desk) -> None:
    async with desk.office.transaction() as tx:
        party_id = await new_party(tx, "vendor")
        case = await cases.open_case(
            tx, "question", party_id=party_id, facts={"desk": "test"}, account_id=None, now=NOW
        )
        await refused("CASE-001", write(tx, case, person("vendor", await new_party(tx)), "x", NOW))
        await refused("MAIL-015", write(tx, case, person("vendor", party_id), " ", NOW))
        await write(tx, case, person("vendor", party_id), "Kad sāksim? 320000-10007", NOW)
        [said] = await thread_of(tx, case.case_id)

    assert "320000" not in said.text
    assert [row.number for row in await desk.queue("test")] == [case.number]
    assert await desk.letters() == []


# Loops.


async def test_two_programs_that_answer_each_other_stop(desk: Desk) -> None:
    """The other one says nothing of itself, forgets number and thread, and answers every letter at once."""
    await desk.get(a_message("Esmu atvaļinājumā", message_id="<0@v.example>"))
    answered = 0
    while answered < len(await desk.letters()):
        answered += 1
        await desk.get(
            a_message(
                f"Esmu atvaļinājumā {answered}", message_id=f"<{answered}@v.example>", subject="Prombūtnē"
            )
        )

    assert len(await desk.letters()) == desk.room.automatic_letters_per_hour
    with desk.clock.moved(hours=2):
        await desk.get(a_message("Tagad esmu", message_id="<99@v.example>"))
    assert len(await desk.letters()) == desk.room.automatic_letters_per_hour + 1


async def test_a_program_that_keeps_the_thread_is_told_once(desk: Desk) -> None:
    await desk.get(a_message("x", message_id="<0@v.example>"))
    [told] = await desk.letters()
    for number in range(1, 10):
        await desk.get(
            a_message(f"x{number}", message_id=f"<{number}@v.example>", in_reply_to=told.message_id)
        )

    assert len(await desk.letters()) == 1
    assert len(await desk.cases()) == 1


@pytest.mark.parametrize(
    "headers", [{"Auto-Submitted": "auto-replied"}, {"Precedence": "list"}, {"Return-Path": "<>"}], ids=str
)
async def test_what_says_that_it_is_automatic_gets_no_letter_and_no_case(
    desk: Desk, headers: dict[str, str]
) -> None:
    await desk.get(a_message(headers=headers))
    async with desk.office.transaction() as tx:
        [came] = await mail_received.newest_received(tx, 10)

    assert (await desk.letters(), await desk.cases()) == ([], [])
    assert (came.outcome, came.sender) == ("robot", ANNA)


async def test_a_letter_given_back_by_a_server_stands_in_its_thread(desk: Desk) -> None:
    await desk.get(a_message())
    [told] = await desk.letters()
    report = (
        b"From: MAILER-DAEMON@mx.example\r\nTo: "
        + CONTRACT.encode()
        + b"\r\nSubject: Undelivered\r\nMessage-ID: <r@mx.example>\r\n"
        b"Content-Type: multipart/report; boundary=b; report-type=delivery-status\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n"
        b"No such user\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: "
        + told.message_id.encode()
        + b"\r\n\r\nx\r\n--b--\r\n"
    )
    await desk.get(report)
    [case] = await desk.cases()
    *_, given_back = await desk.thread(case)

    assert (given_back.sender, given_back.automatic, given_back.text) == (
        "mailer-daemon@mx.example",
        True,
        "No such user",
    )
    assert len(await desk.letters()) == 1


async def test_our_own_letter_that_comes_back_opens_nothing(desk: Desk) -> None:
    await desk.get(a_message())
    [told] = await desk.letters()
    await desk.get(a_message("x", message_id=told.message_id))
    await desk.get(a_message("x", message_id="<2@v.example>", **{"from": CONTRACT}))

    assert len(await desk.cases()) == 1


async def test_MAIL_004_a_flood_from_one_address_is_set_aside(office: Database, folder: MailFolder) -> None:
    desk = Desk(office, folder, a_room(messages_per_hour=5))
    for number in range(8):
        await desk.get(a_message(str(number), message_id=f"<{number}@v.example>"))

    assert len(await desk.cases()) == 5
    aside = desk.names("set-aside")
    assert [name for name in aside if name.endswith(".eml")] == [
        "0006.post.eml",
        "0007.post.eml",
        "0008.post.eml",
    ]
    assert "MAIL-004" in (folder.path / "set-aside" / "0006.post.reason.txt").read_text()


# What cannot be taken, and what breaks in between.


async def test_MAIL_001_MAIL_002_MAIL_003_what_cannot_be_read_is_set_aside_with_the_reason(
    desk: Desk,
) -> None:
    for rule_id, raw in (
        ("MAIL-001", a_message() + b"x" * 2_000_000),
        ("MAIL-002", b"From: a@b.example\r\nSubject: " + b"x" * 9000 + b"\r\n\r\nx"),
        ("MAIL-003", b"Subject: x\r\n\r\nx"),
    ):
        await desk.get(raw)
        reason = (desk.folder.path / "set-aside" / f"{desk.came:04d}.post.reason.txt").read_text()
        assert reason.startswith(rule_id)
        assert (desk.folder.path / "set-aside" / f"{desk.came:04d}.post.eml").read_bytes() == raw
    async with desk.office.transaction() as tx:
        assert {one.outcome for one in await mail_received.newest_received(tx, 9)} == {"set-aside"}
    assert (await desk.cases(), desk.names("new")) == ([], [])


async def test_what_is_no_file_is_not_opened(desk: Desk, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(a_message())
    (desk.folder.path / "new" / "link").symlink_to(secret)
    os.mkfifo(desk.folder.path / "new" / "pipe")
    await desk.get(a_message("x"))

    assert [case.facts["sender"] for case in await desk.cases()] == [ANNA]
    assert desk.names("new") == ["link", "pipe"]


async def test_killed_between_commit_and_move_it_is_not_taken_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(self: MailFolder, name: str) -> None:
        raise Killed

    desk.folder.deliver("1", a_message())
    with monkeypatch.context() as patched:
        patched.setattr(MailFolder, "done", killed)
        with pytest.raises(Killed):
            await desk.intake.receive_all(desk.office, desk.clock)
    assert (desk.names("new"), len(await desk.cases())) == (["1"], 1)
    await Intake(desk.folder, desk.room).receive_all(desk.office, desk.clock)

    assert desk.names("new") == []
    assert len(await desk.cases()) == len(await desk.letters()) == 1


async def test_what_fails_half_way_leaves_nothing_and_is_tried_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> bool:
        raise RuntimeError("the machine is on fire")

    with monkeypatch.context() as patched:
        patched.setattr(mail_received, "add_received", broken)
        await desk.get(a_message())
        assert (await desk.cases(), await desk.letters(), desk.names("new")) == ([], [], ["0001.post"])
    await desk.intake.receive_all(desk.office, desk.clock)

    assert len(await desk.cases()) == 1


async def test_a_message_at_which_we_fail_again_and_again_does_not_lie_in_the_way(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    desk.folder.deliver("poison", a_message())
    with monkeypatch.context() as patched:
        patched.setattr(rounds, "receive", broken)
        for _ in range(OUR_ATTEMPTS):
            assert desk.names("set-aside") == []
            await desk.intake.receive_all(desk.office, desk.clock)

    assert desk.names("set-aside") == ["poison.eml", "poison.reason.txt"]
    assert "RuntimeError" in (desk.folder.path / "set-aside" / "poison.reason.txt").read_text()


async def test_many_workers_at_one_folder_take_each_message_once(desk: Desk) -> None:
    for number in range(30):
        desk.folder.deliver(
            f"{number:02d}",
            a_message(str(number), message_id=f"<{number}@v.example>", **{"from": f"a{number}@v.example"}),
        )
    workers = [Intake(desk.folder, desk.room) for _ in range(4)]
    while desk.names("new"):
        await asyncio.gather(*(worker.receive_all(desk.office, desk.clock) for worker in workers))

    assert len(await desk.cases()) == len(await desk.letters()) == len(desk.names("cur")) == 30


async def test_a_letter_that_is_refused_takes_its_cause_with_it(desk: Desk, room: MailRoom) -> None:
    """In one transaction: an address that is none leaves neither letter nor case."""

    async def attempt(tx: Tx) -> None:
        party_id = await new_party(tx, "vendor")
        case = await cases.open_case(tx, "question", party_id=party_id, facts={}, account_id=None, now=NOW)
        await queue_mail(
            tx, Letter("none", Words("x", ""), Words("x", ""), "test", case_id=case.case_id), room, NOW
        )

    with pytest.raises(Refusal):
        async with desk.office.transaction() as tx:
            await attempt(tx)

    assert (await desk.cases(), await desk.letters()) == ([], [])
