"""Letters leave the outbox over real SMTP: each once, none lost, the refused ones visible."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from uuid import UUID

import pytest

from tests.onboarding.desk_people import person
from tests.onboarding.mail.letters import NOW, PDF, a_room
from tests.onboarding.mail.mail_servers import Box, free_port, mail_server
from tests.running import MovableClock
from tilts.onboarding.mail.composing import Letter
from tilts.onboarding.mail.couriers import (
    Courier,
    FolderCourier,
    NotTaken,
    SmtpCourier,
    courier_from,
    server_from,
)
from tilts.onboarding.mail.parsing import Attachment
from tilts.onboarding.mail.posting import queue_mail, send_again
from tilts.onboarding.mail.rounds import LONGEST_PAUSE, Patience, send_all, send_one
from tilts.rules import Refusal
from tilts.settings import Settings
from tilts.store.onboarding import mail
from tilts.store.onboarding.mail_folder import MailFolder
from tilts.store.onboarding.mail_records import LetterRecord
from tilts.store.tx import Database
from tilts.workflow import Words

pytestmark = pytest.mark.anyio
PATIENCE = Patience(attempts=3, first_pause=timedelta(minutes=1))
ANNA = "anna@vendor.example"


class Post:
    """The outbox, with a wall clock that can be moved: pauses are waited for by nobody."""

    def __init__(self, office: Database) -> None:
        self.office, self.ahead = office, timedelta()

    def now(self):  # type: ignore[no-untyped-def]
        return MovableClock().now()

    def wall(self):  # type: ignore[no-untyped-def]
        return MovableClock().wall() + self.ahead

    async def put(self, to: str = ANNA, text: str = "Labdien!", **facts: object) -> UUID:
        letter = Letter(to, Words("Sveiciens", ""), Words(text, ""), "contract", **facts)  # type: ignore[arg-type]
        async with self.office.transaction() as tx:
            return await queue_mail(tx, letter, a_room(), NOW)

    async def send(self, courier: Courier) -> int:
        return await send_all(self.office, self, courier, PATIENCE)

    async def look(self, letter_id: UUID) -> LetterRecord:
        async with self.office.transaction() as tx:
            found = await mail.find_letter(tx, letter_id)
        assert found
        return found


@pytest.fixture
def post(office: Database) -> Post:
    return Post(office)


@pytest.mark.parametrize("scheme", ["smtp", "smtp+starttls", "smtps"])
async def test_a_letter_reaches_a_mail_server_as_it_was_written(
    post: Post, tmp_path: Path, scheme: str
) -> None:
    letter_id = await post.put(
        attachments=(Attachment("līgums.pdf", "application/pdf", PDF),), automatic=True
    )
    box = Box()
    with mail_server(tmp_path, box, scheme) as settings:
        assert await post.send(SmtpCourier(server_from(settings))) == 1
    [(recipient, raw)] = box.taken
    found, letter = message_from_bytes(raw, policy=default), await post.look(letter_id)

    assert recipient == ANNA
    assert (found["Message-ID"], found["Auto-Submitted"]) == (letter.message_id, "auto-replied")
    assert found.get_body().get_content().startswith("Labdien!")  # type: ignore[attr-defined]
    assert [part.get_filename() for part in found.iter_attachments()] == ["līgums.pdf"]  # type: ignore[attr-defined]
    assert (letter.state, letter.attempts, letter.last_fault) == ("sent", 1, "")
    assert letter.sent_at is not None


@pytest.mark.parametrize("scheme", ["smtp+starttls", "smtps"])
async def test_nothing_is_sent_to_a_server_that_nobody_vouches_for(
    post: Post, tmp_path: Path, scheme: str
) -> None:
    letter_id = await post.put()
    box = Box()
    with mail_server(tmp_path, box, scheme) as settings:
        await post.send(SmtpCourier(server_from(replace(settings, mail_smtp_ca_file=Path()))))

    assert box.taken == []
    assert "certificate verify failed" in (await post.look(letter_id)).last_fault.lower()


async def test_nothing_is_sent_in_the_open_when_tls_is_wanted(post: Post, tmp_path: Path) -> None:
    letter_id = await post.put()
    box = Box()
    with mail_server(tmp_path, box, "smtp") as settings:
        url = settings.mail_smtp_url.replace("smtp:", "smtp+starttls:")
        await post.send(SmtpCourier(server_from(replace(settings, mail_smtp_url=url))))

    assert box.taken == []
    assert "STARTTLS" in (await post.look(letter_id)).last_fault


async def test_a_wrong_password_keeps_the_letter_waiting(post: Post, tmp_path: Path) -> None:
    letter_id = await post.put()
    with mail_server(tmp_path, Box(), "smtps") as settings:
        (tmp_path / "password").write_text("another")
        await post.send(SmtpCourier(server_from(settings)))
    letter = await post.look(letter_id)

    assert (letter.state, letter.attempts) == ("waiting", 1)
    assert letter.last_fault.startswith("535")


@pytest.mark.parametrize("url", ["http://x", "smtp://", "smtp://user@host", "smtps://user:secret@host"])
def test_an_address_of_a_mail_server_with_a_fault_is_told_at_the_start(url: str) -> None:
    with pytest.raises(ValueError, match="TILTS_MAIL_SMTP_URL"):
        courier_from(Settings(mail_smtp_url=url))


async def test_what_a_server_puts_off_is_sent_later(post: Post, tmp_path: Path) -> None:
    first, second = await post.put(), await post.put("later@vendor.example")
    box = Box(
        says=lambda recipient, before: "451 4.3.0 busy" if recipient == ANNA and before == 0 else "250 OK"
    )
    with mail_server(tmp_path, box) as settings:
        courier = SmtpCourier(server_from(settings))
        await post.send(courier)
        waiting = [await post.look(each) for each in (first, second)]
        assert [(one.state, one.last_fault[:3]) for one in waiting] == [("waiting", "451")] * 2
        assert await post.send(courier) == 0  # not before its pause is over
        post.ahead = timedelta(minutes=2)
        assert await post.send(courier) == 2

    assert sorted(recipient for recipient, _ in box.taken) == [ANNA, "later@vendor.example"]
    assert [(await post.look(each)).attempts for each in (first, second)] == [2, 2]


async def test_what_a_server_refuses_for_good_is_given_up_at_once(post: Post, tmp_path: Path) -> None:
    nobody, refused = await post.put("nobody@vendor.example"), await post.put()
    box = Box(says=lambda *_: "554 5.7.1 not wanted")
    with mail_server(tmp_path, box) as settings:
        await post.send(SmtpCourier(server_from(settings)))
    async with post.office.transaction() as tx:
        unsent = await mail.unsent_letters(tx, 10)

    assert [(one.letter_id, one.state, one.last_fault[:3]) for one in unsent] == [
        (nobody, "given-up", "550"),
        (refused, "given-up", "554"),
    ]


async def test_MAIL_016_MAIL_018_a_letter_given_up_is_sent_again_by_hand(post: Post, tmp_path: Path) -> None:
    letter_id = await post.put()
    gone = SmtpCourier(server_from(Settings(mail_smtp_url=f"smtp://127.0.0.1:{free_port()}")))
    for attempt in range(PATIENCE.attempts):
        post.ahead = timedelta(hours=attempt)
        assert await post.send(gone) == 1
    assert (await post.look(letter_id)).state == "given-up"
    assert "refused" in (await post.look(letter_id)).last_fault.lower()

    async with post.office.transaction() as tx:
        with pytest.raises(Refusal, match="MAIL-016"):
            await send_again(tx, letter_id, person("vendor"))
        await send_again(tx, letter_id, person("authority"))
        with pytest.raises(Refusal, match="MAIL-018"):
            await send_again(tx, letter_id, person("authority"))
    box = Box()
    with mail_server(tmp_path, box) as settings:
        await post.send(SmtpCourier(server_from(settings)))
    assert (len(box.taken), (await post.look(letter_id)).state) == (1, "sent")


def test_pauses_grow_and_end() -> None:
    patient = Patience(attempts=16, first_pause=timedelta(minutes=1))
    pauses = [patient.next_pause(failed) for failed in range(1, 17)]

    assert pauses[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert pauses[-2:] == [LONGEST_PAUSE, None]


async def test_a_server_that_drips_for_ever_is_left(post: Post) -> None:
    """It says the beginning of a line and no more; the letter waits, and the thread that waited ends."""
    letter_id = await post.put()
    with socket.create_server(("127.0.0.1", 0)) as dripping:
        url = f"smtp://127.0.0.1:{dripping.getsockname()[1]}"
        courier = SmtpCourier(server_from(Settings(mail_smtp_url=url, mail_smtp_timeout_seconds=1)))
        asked = asyncio.ensure_future(post.send(courier))
        line, _ = await asyncio.to_thread(dripping.accept)
        line.sendall(b"220-still")
        await asked
        heard = await asyncio.to_thread(line.recv, 100)
        line.close()

    assert heard == b""  # it hung up
    assert (await post.look(letter_id)).state == "waiting"


async def test_one_letter_that_cannot_be_sent_holds_up_no_other(post: Post, tmp_path: Path) -> None:
    await post.put("nobody@vendor.example")
    await post.put()
    box = Box()
    with mail_server(tmp_path, box) as settings:
        await post.send(SmtpCourier(server_from(settings)))

    assert [recipient for recipient, _ in box.taken] == [ANNA]


async def test_of_many_workers_no_letter_is_sent_twice_and_none_is_lost(post: Post, tmp_path: Path) -> None:
    recipients = [f"a{number}@vendor.example" for number in range(40)]
    for recipient in recipients:
        await post.put(recipient)
    box = Box(
        says=lambda recipient, before: "451 busy" if recipient.startswith("a3") and before == 0 else "250 OK"
    )
    with mail_server(tmp_path, box) as settings:
        couriers = [SmtpCourier(server_from(settings)) for _ in range(6)]
        await asyncio.gather(*map(post.send, couriers))
        post.ahead = timedelta(minutes=2)
        await asyncio.gather(*map(post.send, couriers))

    assert Counter(recipient for recipient, _ in box.taken) == Counter(recipients)


async def test_a_letter_whose_sender_died_before_the_commit_leaves_again_with_the_same_mark(
    post: Post, tmp_path: Path
) -> None:
    """What nobody can know: whether the server took it. It comes twice with one Message-ID, never not at all."""

    class Dies(SmtpCourier):
        async def hand_over(self, message_id: str, sender: str, recipient: str, message: bytes) -> None:
            await super().hand_over(message_id, sender, recipient, message)
            raise asyncio.CancelledError

    await post.put()
    box = Box()
    with mail_server(tmp_path, box) as settings:
        server = server_from(settings)
        with pytest.raises(asyncio.CancelledError):
            await post.send(Dies(server))
        await post.send(SmtpCourier(server))
        await post.send(SmtpCourier(server))
    marks = {message_from_bytes(raw)["Message-ID"] for _, raw in box.taken}

    assert (len(box.taken), len(marks)) == (2, 1)


SENDING = """
import asyncio, sys
from datetime import timedelta
from tilts.clock import WallClock
from tilts.onboarding.mail.couriers import courier_from
from tilts.onboarding.mail.rounds import Patience, send_all
from tilts.settings import Settings
from tilts.store.tx import Database

async def main():
    database = Database(sys.argv[1], connections=4)
    await database.open()
    courier = courier_from(Settings(mail_smtp_url=sys.argv[2]))
    await send_all(database, WallClock(), courier, Patience(3, timedelta(minutes=1)))

asyncio.run(main())
"""


async def test_a_worker_killed_while_a_server_thinks_keeps_no_letter(
    post: Post, mail_database: str, tmp_path: Path
) -> None:
    """kill -9 with the letter handed over half: the row is free again, and the next worker sends it."""
    letter_id = await post.put()
    with socket.create_server(("127.0.0.1", 0)) as slow:
        worker = subprocess.Popen(
            [sys.executable, "-c", SENDING, mail_database, f"smtp://127.0.0.1:{slow.getsockname()[1]}"],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        line, _ = await asyncio.to_thread(slow.accept)
        line.sendall(b"220 thinking\r\n")
        assert await asyncio.to_thread(line.recv, 100)
        assert await post.send(FolderCourier(MailFolder(tmp_path).make())) == 0  # it is being sent
        worker.send_signal(signal.SIGKILL)
        await asyncio.to_thread(worker.wait)
        line.close()
    box = Box()
    with mail_server(tmp_path, box) as settings:
        courier = SmtpCourier(server_from(settings))
        while not await send_one(post.office, post, courier, PATIENCE):
            pass  # until the database has noticed that the worker is gone

    assert len(box.taken) == 1
    assert (await post.look(letter_id)).state == "sent"


async def test_in_the_sandbox_letters_lie_in_a_folder_each_once(post: Post, tmp_path: Path) -> None:
    letter_id = await post.put()
    settings = Settings(mail_sent_folder=tmp_path / "sent")
    courier = courier_from(settings)
    assert courier is not None
    await post.send(courier)
    letter = await post.look(letter_id)
    await courier.hand_over(letter.message_id, letter.sender, letter.recipient, b"again")
    [name] = os.listdir(tmp_path / "sent" / "new")

    assert (letter.state, (tmp_path / "sent" / "new" / name).read_bytes()) == ("sent", b"again")


async def test_a_folder_that_is_gone_keeps_the_letter_waiting(post: Post, tmp_path: Path) -> None:
    letter_id = await post.put()
    with pytest.raises(NotTaken):
        await FolderCourier(MailFolder(tmp_path / "none")).hand_over("<x>", "a", "b", b"c")
    await post.send(FolderCourier(MailFolder(tmp_path / "none")))

    assert (await post.look(letter_id)).state == "waiting"


def test_without_server_and_folder_nothing_pretends_to_send() -> None:
    assert courier_from(Settings()) is None
