"""A message as somebody outside would write it: for the sandbox's form and for stories, never for our letters."""

from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP

from tilts.onboarding.mail.addressing import message_ids_in, one_line


@dataclass(frozen=True, slots=True)
class Draft:
    sender: str
    to: str
    subject: str
    text: str
    message_id: str
    files: tuple[tuple[str, bytes], ...] = ()  # name and content, of whatever kind: that is what is tried out
    answers: str = ""  # Message-ID of the letter that it answers


def as_draft(draft: Draft) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"] = draft.sender
    message["To"] = draft.to
    message["Subject"] = one_line(draft.subject)
    message["Message-ID"] = draft.message_id
    if answered := message_ids_in(draft.answers):
        message["In-Reply-To"] = answered[0]
        message["References"] = " ".join(answered)
    message.set_content(draft.text, charset="utf-8", cte="quoted-printable")
    for name, content in draft.files:
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=one_line(name)
        )
    return message.as_bytes()
