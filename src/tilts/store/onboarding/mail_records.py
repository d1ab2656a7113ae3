"""Letters, messages and threads as frozen values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class LetterRecord:
    letter_id: UUID
    case_id: UUID | None
    desk: str
    message_id: str
    sender: str
    sender_name: str
    recipient: str
    subject: str
    text: str
    in_reply_to: list[str]
    automatic: bool
    queued_at: datetime
    state: str  # waiting, sent, given-up
    attempts: int
    next_at: datetime | None
    last_fault: str
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class LetterAttachment:
    place: int
    filename: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """One message of a thread, in or out; a letter out tells how it stands."""

    row_id: UUID
    case_id: UUID
    direction: str
    sender: str
    recipient: str
    subject: str
    text: str
    at: datetime
    message_id: str
    in_reply_to: list[str]
    automatic: bool
    letter_id: UUID | None
    account_id: UUID | None
    account_name: str
    documents: list[UUID]
    refused: list[dict[str, Any]]
    letter_state: str | None
    letter_fault: str | None


@dataclass(frozen=True, slots=True)
class ThreadRecord:
    case_id: UUID
    desk: str
    acknowledged_at: datetime | None
    waiting_since: datetime | None
    sorted_into: UUID | None


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A case that waits for a desk's answer."""

    case_id: UUID
    number: str
    kind: str
    state: str
    party_name: str
    facts: dict[str, Any]
    waiting_since: datetime
    due_at: datetime | None
    sender: str
    subject: str


@dataclass(frozen=True, slots=True)
class ReceivedRecord:
    """What became of a message that came."""

    message_id: str
    at: datetime
    sender: str
    subject: str
    outcome: str  # case, robot, set-aside
    rule_id: str | None
    number: str | None


@dataclass(frozen=True, slots=True)
class ThreadCase:
    """A case that a message names, with what tells whether its sender belongs to it."""

    case_id: UUID
    number: str
    party_id: UUID | None
    facts: dict[str, Any]
