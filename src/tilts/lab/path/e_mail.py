"""E-mail as the parties of the path send it: by the sandbox's page for a message, into the folder of a mail server."""

import time
from typing import Final

from tilts.lab.path.cast import STRANGER, Organisation
from tilts.lab.path.telling import PathWrong
from tilts.lab.path.visitor import No
from tilts.lab.path.walk import Walk
from tilts.lab.walker import Upload

LONGEST_SECONDS: Final = 30
LOOK_SECONDS: Final = 0.3
TAKE_FORM: Final = "Take in the form that came by e-mail"
THE_FILE: Final = "The file that came by e-mail"


def form_sent(walk: Walk, party: Organisation, number: str, form: Upload) -> None:
    """From the party's own address, with the number of the case in the subject."""
    writer = walk.at(STRANGER)
    to_the_form(walk)
    writer.submit(
        "Send",
        {
            "Your e-mail address": party.e_mail,
            "Subject": f"{number} {party.name}",
            "Text": walk.in_words("Sūtām veidlapu saskaņošanai.", "Here is the form, to be agreed."),
            "Attachments": (form,),
        },
    )


def received(walk: Walk, who: str, number: str, filename: str) -> None:
    """A clerk waits until the message is in its case, whose page is left open."""
    clerk = walk.at(who)
    begun = time.monotonic()
    while filename not in clerk.case(number).text:
        if time.monotonic() - begun > LONGEST_SECONDS:
            raise PathWrong(f"expected {filename} in the case {number} within {LONGEST_SECONDS} s")
        time.sleep(LOOK_SECONDS)


def taken_in(walk: Walk, who: str, number: str, filename: str) -> None:
    received(walk, who, number, filename)
    walk.at(who).take(TAKE_FORM, {THE_FILE: filename})


def taken_in_vain(walk: Walk, who: str, number: str, filename: str) -> No:
    received(walk, who, number, filename)
    return walk.at(who).taken_in_vain(TAKE_FORM, {THE_FILE: filename})


def asked_and_answered(
    walk: Walk, party: Organisation, who: str, desk: str, words: tuple[str, str, str]
) -> str:
    """A question from the party's own address to a desk, and the clerk's answer; gives the number of its case."""
    subject, question, answer = words
    writer, clerk = walk.at(STRANGER), walk.at(who)
    to_the_form(walk)
    asked = {"Your e-mail address": party.e_mail, "To which desk": desk, "Subject": subject, "Text": question}
    writer.submit("Send", asked)
    begun = time.monotonic()
    clerk.follow("Mail")
    while subject not in clerk.page.text:
        if time.monotonic() - begun > LONGEST_SECONDS:
            raise PathWrong(f"expected «{subject}» in the desk's queue within {LONGEST_SECONDS} s")
        time.sleep(LOOK_SECONDS)
        clerk.reload()
    clerk.follow(subject)
    number = clerk.fact("Case")
    clerk.submit("Send the answer", {"Answer": answer})
    return number


def to_the_form(walk: Walk) -> None:
    writer = walk.at(STRANGER)
    writer.follow("Mailbox")
    writer.follow("Write to a desk")
