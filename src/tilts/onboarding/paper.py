"""Agreements on paper: what a clerk enters about a letter, and when it may count. Pure: facts are arguments.

A clerk enters letter, channel, day and scans; a colleague compares the paper with the entry and confirms.
What no machine can check (that the ink is the signer's) two persons answer for.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeAlias
from uuid import UUID

from tilts.rules import Refusal
from tilts.rules.paper import (
    SGN_CAME_BY_MAIL,
    SGN_CHANNEL,
    SGN_LETTER_TWICE,
    SGN_NO_COVER_LETTER,
    SGN_RECEIVED_WHEN,
    SGN_SCAN_KIND,
    SGN_SECOND_PERSON,
    SGN_SIGNED_ALREADY,
    SGN_TWO_COPIES,
)

COPIES: Final = 2
PaperChannel: TypeAlias = Literal["post", "in-person"]
CHANNELS: Final = ("post", "in-person")
SCANS: Final[dict[str, tuple[bytes, ...]]] = {
    ".pdf": (b"%PDF-",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".tif": (b"II*\x00", b"MM\x00*"),
    ".tiff": (b"II*\x00", b"MM\x00*"),
}


@dataclass(frozen=True, slots=True)
class Scan:
    filename: str
    content: bytes


@dataclass(frozen=True, slots=True)
class PaperReceipt:
    """What the clerk enters when a letter with a signed agreement has come."""

    case_number: str
    party_id: UUID
    letter_number: str
    channel: str  # post | in-person; as it was chosen, checked here
    received_on: date
    copies: int
    cover_letter: bool
    scans: tuple[Scan, ...]
    entered_by: UUID


@dataclass(frozen=True, slots=True)
class EnteredLetter:
    """A letter of the same party that is entered already."""

    letter_number: str
    case_number: str


@dataclass(frozen=True, slots=True)
class SignedAlready:
    """A signature of the same party under the same case, by whatever way it came."""

    case_number: str
    party_id: UUID
    channel: str  # portal, e-mail, post, in-person


@dataclass(frozen=True, slots=True)
class PaperFacts:
    agreed_on: date  # when the text was agreed: nothing older can be its signature
    letters: tuple[EnteredLetter, ...] = ()
    signed: tuple[SignedAlready, ...] = ()


def check_paper(receipt: PaperReceipt, today: date, existing: PaperFacts) -> None:
    """Raises SGN-031 to SGN-036, -038 or -039 when the letter cannot be taken in as it is entered."""
    if receipt.channel not in CHANNELS:
        raise Refusal(SGN_CHANNEL, channel=receipt.channel or "?")
    if not receipt.cover_letter or not receipt.letter_number.strip():
        raise Refusal(SGN_NO_COVER_LETTER)
    if receipt.copies < COPIES:
        raise Refusal(SGN_TWO_COPIES, copies=receipt.copies, needed=COPIES)
    if not existing.agreed_on <= receipt.received_on <= today:
        raise Refusal(
            SGN_RECEIVED_WHEN, received=receipt.received_on, earliest=existing.agreed_on, latest=today
        )
    check_scans(receipt.scans)
    check_first_time(receipt, existing)


def check_scans(scans: tuple[Scan, ...]) -> None:
    if not scans:
        raise Refusal(SGN_SCAN_KIND, file="-")
    for scan in scans:
        suffix = scan.filename.lower().rpartition(".")[2]
        starts = SCANS.get(f".{suffix}", ())
        if not starts or not scan.content.startswith(starts):
            raise Refusal(SGN_SCAN_KIND, file=scan.filename)


def check_first_time(receipt: PaperReceipt, existing: PaperFacts) -> None:
    """One letter once, and one signature of a party under a case, whichever way came first."""
    for letter in existing.letters:
        if folded(letter.letter_number) == folded(receipt.letter_number):
            raise Refusal(SGN_LETTER_TWICE, letter=receipt.letter_number, case=letter.case_number)
    for one in existing.signed:
        if (one.case_number, one.party_id) != (receipt.case_number, receipt.party_id):
            continue
        if one.channel in CHANNELS:
            raise Refusal(SGN_SIGNED_ALREADY)
        raise Refusal(SGN_CAME_BY_MAIL, case=one.case_number, channel=one.channel)


def folded(letter_number: str) -> str:
    """`Nr. 1-7/ 12` and `nr.1-7/12` are one number: people write them both ways."""
    return "".join(letter_number.split()).casefold()


def check_confirmation(entered_by: UUID | None, confirmed_by: UUID) -> None:
    """Raises SGN-037 when one person would do both."""
    if entered_by == confirmed_by:
        raise Refusal(SGN_SECOND_PERSON)
