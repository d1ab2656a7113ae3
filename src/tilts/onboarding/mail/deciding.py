"""Where a message belongs: its case's thread, a new case, the clerk who sorts, or nowhere because a program wrote it.

ours, or a desk's own address                -> robot (a loop)
answers our letter, or names a case          -> that thread, if the sender belongs to it; else unmatched
written by a program                         -> robot, unless it answers our letter
a fixed subject line                         -> an application
anything else                                -> a question to the desk that it was sent to
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias

from tilts.onboarding.mail.addressing import Desk, DeskCode, our_letter
from tilts.onboarding.mail.parsing import Incoming
from tilts.onboarding.mail.room import MailRoom, kind_of_subject
from tilts.rules import Refusal
from tilts.rules.mail import MAIL_TOO_MANY
from tilts.store.onboarding.mail_records import ThreadCase

Route: TypeAlias = Literal["thread", "unmatched", "open", "robot"]
QUESTION: Final = "question"


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows about a message that came."""

    by_letters: tuple[ThreadCase, ...] = ()  # cases of the letters of ours that it answers
    by_number: ThreadCase | None = None  # the case that its subject names
    number: str | None = None  # as it was written, whether or not there is such a case
    belonging: Collection[str] = field(default_factory=frozenset)  # addresses of that case and its party
    from_sender: int = 0  # messages within the hour
    in_case: int = 0

    @property
    def case(self) -> ThreadCase | None:
        """The one case it means: an identifier of ours cannot be guessed, a number can."""
        if len(self.by_letters) == 1:
            return self.by_letters[0]
        return self.by_number


@dataclass(frozen=True, slots=True)
class Decision:
    route: Route
    desk: DeskCode
    case: ThreadCase | None = None
    kind: str = QUESTION


def decide(message: Incoming, known: Known, room: MailRoom, now: datetime) -> Decision:
    """Raises MAIL-004 when more came than people write."""
    desks = room.desks_at(now)
    desk = desk_of(message, desks.values())
    own = {each.address for each in desks.values()}
    if our_letter(message.message_id) or message.sender in own:
        return Decision("robot", desk)
    if max(known.from_sender, known.in_case) >= room.messages_per_hour:
        raise Refusal(MAIL_TOO_MANY, limit=room.messages_per_hour, sender=message.sender)
    case = known.case
    if message.automatic:
        answers = case is not None and len(known.by_letters) == 1
        return Decision("thread", desk, case) if answers else Decision("robot", desk)
    if case is not None and message.sender in known.belonging:
        return Decision("thread", desk, case)
    if case is not None or known.by_letters or known.number:
        return Decision("unmatched", desk)
    line = kind_of_subject(message.subject, room.subjects, now)
    if line is not None:
        return Decision("open", line.desk, kind=line.kind)
    return Decision("open", desk)


def desk_of(message: Incoming, desks: Collection[Desk]) -> DeskCode:
    """The first desk that it was sent to; what was sent to neither is the contract desk's."""
    by_address = {desk.address: desk.code for desk in desks}
    found = (by_address[address] for address in message.recipients if address in by_address)
    return next(found, "contract")
