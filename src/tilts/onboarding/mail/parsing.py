"""From the bytes of a message to what it says: text and documents, within limits, or the reason why not.

Nothing in a message is believed before it is measured: size, lines, headers, depth, number of parts. Whatever
the library makes of hostile bytes, only a refusal of ours comes out of here.
"""

import hashlib
import itertools
import re
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import getaddresses
from typing import Final, cast

from tilts.onboarding.mail import texts
from tilts.onboarding.mail.addressing import (
    MOST_REFERENCES,
    OUR_MARK,
    known_address,
    message_ids_in,
    one_line,
)
from tilts.onboarding.mail.sniffing import TAKEN, checked_attachment, safe_name
from tilts.rules import Refusal
from tilts.rules.mail import (
    MAIL_ATTACHMENT_TOO_LARGE,
    MAIL_KIND_NOT_TAKEN,
    MAIL_NO_SENDER,
    MAIL_TOO_LARGE,
    MAIL_TOO_MANY_ATTACHMENTS,
    MAIL_UNREADABLE,
)

MOST_LINES: Final = 600_000  # 25 MiB in lines of base64 are 340,000
MOST_PARTS: Final = 60
MOST_NESTS: Final = 24  # each level makes reading every line dearer
MOST_DEPTH: Final = 8
MOST_HEADERS: Final = 200
HEADER_BYTES: Final = 4_096  # of one that we read, unfolded
HEADERS_BYTES: Final = 65_536  # of all before the first empty line
HEADS_END: Final = re.compile(rb"\r?\n\r?\n")
NESTS: Final = re.compile(
    rb"multipart/|message/(?:rfc822|global|partial|external-body|delivery-status)", re.IGNORECASE
)
PART_HEADS: Final = re.compile(
    rb"^content-(?:type|disposition|transfer-encoding)[ \t]*:", re.IGNORECASE | re.MULTILINE
)
NOT_ASCII: Final = re.compile(r"[^\x00-\x7e]")  # becomes a character that no address may hold
BULK: Final = frozenset({"bulk", "junk", "list", "auto_reply"})
ROBOTS: Final = frozenset(
    {"mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply", "do-not-reply", "listserv"}
)


@dataclass(frozen=True, slots=True)
class Limits:
    message_bytes: int
    attachment_bytes: int
    attachments: int


@dataclass(frozen=True, slots=True)
class Attachment:
    filename: str
    media_type: str
    content: bytes

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.content).digest()


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as it was understood."""

    message_id: str  # as the sender's program gave it; empty without
    sender: str
    recipients: tuple[str, ...]  # To, Cc and where it was delivered to
    subject: str
    text: str
    in_reply_to: tuple[str, ...]  # In-Reply-To and References together
    automatic: bool  # sent by a program: never answered
    attachments: tuple[Attachment, ...]
    refused: tuple[Refusal, ...]  # attachments that are not taken, each with its reason
    content_sha256: bytes  # of what it says: two deliveries of one message have the same


def parse(raw: bytes, limits: Limits) -> Incoming:
    """Raises Refusal, and nothing else."""
    if len(raw) > limits.message_bytes:
        raise Refusal(MAIL_TOO_LARGE, size_bytes=len(raw), limit_bytes=limits.message_bytes)
    _measured(raw)
    try:
        message = message_from_bytes(raw, policy=policy.default)
        found = _incoming(message, limits)
        return replace(found, in_reply_to=_named_in(raw)) if _is_report(message) else found
    except Refusal:
        raise
    except (Exception, RecursionError) as fault:
        # The library's parser of headers raises whatever hostile bytes lead it to; the fault stays in the log.
        raise Refusal(
            MAIL_UNREADABLE, reason="its structure is broken", fault=type(fault).__name__
        ) from fault


def _is_report(message: "Message[str, str]") -> bool:
    return message.get_content_type() == "multipart/report"


def _named_in(raw: bytes) -> tuple[str, ...]:
    """A mail server that gives a letter back names it only inside (RFC 3462): our identifiers, wherever they are."""
    found = (mark[0] for mark in OUR_MARK.finditer(raw.decode("latin-1")))
    return tuple(dict.fromkeys(itertools.islice(found, MOST_REFERENCES)))


def _measured(raw: bytes) -> None:
    """What would cost the parser more than its size: it looks at each line once for each level of nesting."""
    head_ends = HEADS_END.search(raw)
    head = raw[: head_ends.start()] if head_ends else raw
    _at_most(len(head), HEADERS_BYTES, "its headers are too long")
    _at_most(head.count(b"\n"), MOST_HEADERS * 4, "it has too many headers")
    _at_most(raw.count(b"\n") + raw.count(b"\r"), MOST_LINES * 2, "it has too many lines")
    _at_most(len(NESTS.findall(raw)), MOST_NESTS, "it is nested too deeply")
    _at_most(len(PART_HEADS.findall(raw)), MOST_PARTS * 3, "it has too many parts")


def _at_most(found: int, limit: int, reason: str) -> None:
    if found > limit:
        raise Refusal(MAIL_UNREADABLE, reason=reason)


def _incoming(message: EmailMessage, limits: Limits) -> Incoming:
    leaves = _leaves(message)
    documents = [leaf for leaf in leaves if _is_document(leaf)] if not _is_report(message) else []
    sender = _sender(message)
    text = texts.without_person_codes(texts.body_of([leaf for leaf in leaves if not _is_document(leaf)]))
    subject = texts.without_person_codes(one_line(_header(message, "subject")))
    attachments, refused = _documents(documents, limits)
    message_id = next(iter(message_ids_in(" ".join(_raw_headers(message, "message-id")))), "")
    said = [message_id, sender, subject, text, *(found.sha256.hex() for found in attachments)]
    return Incoming(
        message_id=message_id,
        sender=sender,
        recipients=_recipients(message),
        subject=subject,
        text=text,
        in_reply_to=_answered(message),
        automatic=_is_automatic(message, sender),
        attachments=attachments,
        refused=refused,
        content_sha256=hashlib.sha256("\0".join(said).encode("utf-8", "replace")).digest(),
    )


def _leaves(message: EmailMessage) -> list[EmailMessage]:
    """Parts that hold no others; a message inside a message is one leaf, and no document that we take."""
    found: list[EmailMessage] = []
    waiting = [(message, 0)]
    while waiting:
        part, depth = waiting.pop()
        _at_most(depth, MOST_DEPTH, "it is nested too deeply")
        _at_most(sum(1 for _ in part.raw_items()), MOST_HEADERS, "it has too many headers")
        _at_most(len(found), MOST_PARTS, "it has too many parts")
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            parts = [cast(EmailMessage, inner) for inner in cast(list[object], part.get_payload())]
            waiting += [(inner, depth + 1) for inner in reversed(parts)]
        else:
            found.append(part)
    return found


def _header(message: EmailMessage, name: str) -> str:
    """The first header of that name, decoded; measured before the library parses it."""
    for found, written in message.raw_items():
        if found.lower() == name:
            _at_most(len(str(written)), HEADER_BYTES, f"its header {name} is too long")
            return str(message[name])
    return ""


def _raw_headers(message: EmailMessage, *names: str) -> list[str]:
    """Headers as they were written: addresses and identifiers need no decoding."""
    return [
        NOT_ASCII.sub("\x7f", str(written)[-HEADER_BYTES:])
        for found, written in message.raw_items()
        if found.lower() in names
    ]


def _sender(message: EmailMessage) -> str:
    """The one author. A null sender (`<>`) is a server's own report; its author is a robot like the others."""
    written = _raw_headers(message, "from")
    found = [known_address(address) for _, address in getaddresses(written)]
    if len(written) != 1 or len(found) != 1 or found[0] is None:
        raise Refusal(MAIL_NO_SENDER)
    return found[0]


def _recipients(message: EmailMessage) -> tuple[str, ...]:
    written = _raw_headers(message, "delivered-to", "x-original-to", "to", "cc")
    found = [known_address(address) for _, address in getaddresses(written)]
    return tuple(dict.fromkeys(address for address in found if address))[:50]


def _answered(message: EmailMessage) -> tuple[str, ...]:
    written = " ".join(_raw_headers(message, "references", "in-reply-to"))
    return tuple(dict.fromkeys(message_ids_in(written)))


def _is_automatic(message: EmailMessage, sender: str) -> bool:
    """RFC 3834, and the marks that programs of before it use."""
    told = {
        name: " ".join(_raw_headers(message, name)).strip().lower()
        for name in ("auto-submitted", "precedence")
    }
    return (
        told["auto-submitted"] not in ("", "no")
        or told["precedence"] in BULK
        or bool(
            _raw_headers(message, "list-id", "list-unsubscribe", "x-autoreply", "x-autorespond", "x-loop")
        )
        or any(path.strip() == "<>" for path in _raw_headers(message, "return-path"))
        or message.get_content_type() in ("multipart/report", "message/delivery-status")
        or sender.partition("@")[0] in ROBOTS
    )


def _is_document(leaf: EmailMessage) -> bool:
    """Everything but the words of the message itself."""
    _measured_part(leaf)
    if leaf.get_content_disposition() == "attachment" or leaf.get_filename():
        return True
    return leaf.get_content_type() not in ("text/plain", "text/html")


def _measured_part(part: EmailMessage) -> None:
    for name, written in part.raw_items():
        if name.lower().startswith("content-"):
            _at_most(len(str(written)), HEADER_BYTES, "a header of one of its parts is too long")


def _documents(
    leaves: list[EmailMessage], limits: Limits
) -> tuple[tuple[Attachment, ...], tuple[Refusal, ...]]:
    taken: list[Attachment] = []
    refused: list[Refusal] = []
    for leaf in leaves:
        try:
            taken.append(_document(leaf, limits, already=len(taken)))
        except Refusal as no:
            refused.append(no)
    return tuple(taken), tuple(refused)


def _document(leaf: EmailMessage, limits: Limits, *, already: int) -> Attachment:
    name = leaf.get_filename() or _unnamed(leaf)
    if leaf.get_content_maintype() == "message":
        raise Refusal(MAIL_KIND_NOT_TAKEN, name=safe_name(name), found="message/rfc822", taken=TAKEN)
    if already >= limits.attachments:
        raise Refusal(MAIL_TOO_MANY_ATTACHMENTS, name=safe_name(name), limit=limits.attachments)
    content = texts.payload_of(leaf)
    if len(content) > limits.attachment_bytes:
        raise Refusal(
            MAIL_ATTACHMENT_TOO_LARGE,
            name=safe_name(name),
            size_bytes=len(content),
            limit_bytes=limits.attachment_bytes,
        )
    filename, kind = checked_attachment(name, content)
    return Attachment(filename, kind.media_type, content)


def _unnamed(leaf: EmailMessage) -> str:
    return (
        "message" if leaf.get_content_maintype() == "message" else leaf.get_content_type().replace("/", "-")
    )
