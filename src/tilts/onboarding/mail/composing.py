"""From what is to be said to the bytes of a letter: Latvian first, English below, the desk's contacts at the end.

A letter holds the number of the case and a link, never anything of a patient: it travels as a postcard does.
"""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from importlib.resources import files
from typing import Final, Literal, TypeAlias
from uuid import UUID

from tilts.clock import RIGA
from tilts.onboarding.mail.addressing import Desk, DeskCode, address_of, one_line
from tilts.onboarding.mail.parsing import Attachment
from tilts.onboarding.mail.texts import TEXT_CHARACTERS, has_person_code, tidy
from tilts.rules import Refusal
from tilts.rules.mail import MAIL_PERSON_NAMED, MAIL_TEXT_WRONG
from tilts.workflow import Words

Template: TypeAlias = Literal[
    "acknowledgement",
    "acknowledgement-refused",
    "certificate-ends",
    "glass-patient",
    "glass-officer",
    "given-up",
]
BETWEEN_LANGUAGES: Final = "\n\n" + "- " * 20 + "-\n\n"
SUBJECT_CHARACTERS: Final = 120


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be sent to one address; `en` stays empty where a person wrote in one language."""

    to: str
    subject: Words
    text: Words
    desk: DeskCode
    case_id: UUID | None = None
    attachments: tuple[Attachment, ...] = ()
    documents: tuple[UUID, ...] = ()  # the attachments as documents of the case, if they are
    in_reply_to: tuple[str, ...] = ()  # Message-IDs of the thread, the one that is answered last
    automatic: bool = False  # written by a program: RFC 3834 asks us to say so


@dataclass(frozen=True, slots=True)
class Sealed:
    """A letter as it is kept and sent: one subject, one text, checked."""

    to: str
    subject: str
    text: str


def seal(letter: Letter, number: str, desk: Desk) -> Sealed:
    """Raises for an address that is none, an empty or endless text, and for a person code in it."""
    to = address_of(letter.to)
    written = [tidy(text) for text in (letter.text.lv, letter.text.en) if text.strip()]
    text = BETWEEN_LANGUAGES.join(written)
    if not text or len(text) > TEXT_CHARACTERS:
        raise Refusal(MAIL_TEXT_WRONG, limit=TEXT_CHARACTERS)
    subject = " / ".join(
        one_line(one, SUBJECT_CHARACTERS) for one in (letter.subject.lv, letter.subject.en) if one
    )
    if has_person_code(text) or has_person_code(subject):
        raise Refusal(MAIL_PERSON_NAMED)
    mark = f"[{number}]"
    whole = subject if mark in subject or not number else f"{mark} {subject}"
    return Sealed(to, whole.strip(), f"{text}\n{signature(desk)}")


def signature(desk: Desk) -> str:
    """Below the line that mail programs know as the end of a text (RFC 3676 section 4.3)."""
    reached = "\n".join(line for line in (desk.address, desk.phone) if line)
    return f"\n-- \n{desk.name_lv} / {desk.name_en}\n{reached}\n"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the outside of a letter says."""

    message_id: str
    sender: str
    sender_name: str
    written_at: datetime
    references: tuple[str, ...] = ()
    automatic: bool = False


def as_message(letter: Sealed, envelope: Envelope, attachments: tuple[Attachment, ...]) -> bytes:
    """The bytes that are handed to a mail server; the library refuses what would break a header."""
    message = EmailMessage(policy=SMTP)
    local, _, domain = envelope.sender.rpartition("@")
    message["From"] = f'"{_quoted(envelope.sender_name)}" <{local}@{domain}>'
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(envelope.written_at.astimezone(RIGA))
    message["Message-ID"] = envelope.message_id
    if envelope.references:
        message["In-Reply-To"] = envelope.references[-1]
        message["References"] = " ".join(envelope.references)
    message["Auto-Submitted"] = "auto-replied" if envelope.automatic else "no"
    if envelope.automatic:
        message["X-Auto-Response-Suppress"] = "All"  # what Exchange servers read in place of RFC 3834
    message.set_content(letter.text, charset="utf-8", cte="quoted-printable")  # any server can carry it
    for attachment in attachments:
        maintype, _, subtype = attachment.media_type.partition("/")
        message.add_attachment(
            attachment.content, maintype=maintype, subtype=subtype, filename=attachment.filename
        )
    return message.as_bytes()


def _quoted(name: str) -> str:
    return one_line(name, 80).replace("\\", "").replace('"', "")


def from_template(name: Template, **facts: str) -> tuple[Words, Words]:
    """Subject and text in both languages, with the facts filled in."""
    (subject_lv, text_lv), (subject_en, text_en) = (
        _template(f"{name}.{language}.txt") for language in ("lv", "en")
    )
    return (
        Words(subject_lv.format_map(facts), subject_en.format_map(facts)),
        Words(text_lv.format_map(facts), text_en.format_map(facts)),
    )


@cache
def _template(file: str) -> tuple[str, str]:
    """First line the subject, then an empty one, then the text."""
    text = files("tilts.onboarding.mail").joinpath("letters", file).read_text("utf-8")
    subject, _, rest = text.partition("\n\n")
    return subject.strip(), rest.strip()
