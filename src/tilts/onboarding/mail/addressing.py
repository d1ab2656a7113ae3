"""Who writes to whom: e-mail addresses, the numbers of cases in subjects, and the marks of our own letters."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias
from uuid import UUID

from tilts.rules import Refusal
from tilts.rules.mail import MAIL_ADDRESS_WRONG

DeskCode: TypeAlias = Literal["contract", "test"]
DESKS: Final[tuple[DeskCode, ...]] = ("contract", "test")

ADDRESS: Final = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?",
    re.IGNORECASE,
)
ADDRESS_CHARACTERS: Final = 254  # RFC 5321 section 4.5.3.1.3, without the angle brackets
LOCAL_CHARACTERS: Final = 64
CASE_NUMBER: Final = re.compile(r"(?<![A-Z0-9])(TL-20\d\d-\d{5,9})(?!\d)", re.IGNORECASE | re.ASCII)
MESSAGE_ID: Final = re.compile(r"<[!-;=?-~]{3,250}>")  # visible ASCII without the brackets
OUR_MARK: Final = re.compile(
    r"<tilts\.([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})@[!-;=?-~]+>", re.ASCII
)
MOST_REFERENCES: Final = 50  # the newest; a longer thread has its number in the subject
LINE_CHARACTERS: Final = 200


@dataclass(frozen=True, slots=True)
class Desk:
    """One of the authority's two queues with its contacts (source page B6); the address is a setting."""

    code: DeskCode
    address: str
    phone: str
    name_lv: str
    name_en: str


def address_of(written: str) -> str:
    """The address in its compared form; a line break, a second address or a display name is refused."""
    found = known_address(written)
    if found is None:
        raise Refusal(MAIL_ADDRESS_WRONG, address=one_line(written, 80))
    return found


def known_address(written: str) -> str | None:
    """The compared form of an address, or None.

    Lower case throughout: nobody's mail server tells `Anna@` from `anna@`, though RFC 5321 lets it.
    """
    if len(written) > ADDRESS_CHARACTERS or not ADDRESS.fullmatch(written):
        return None
    return None if written.index("@") > LOCAL_CHARACTERS else written.lower()


def one_line(text: str, characters: int = LINE_CHARACTERS) -> str:
    """Without anything that could begin a header, hide a letter or turn the direction of writing.

    Categories C (controls, formats, surrogates, private use) and the separators of lines.
    """
    visible = "".join(_visible(character) for character in text[: characters * 4])
    line = " ".join(visible.split())
    return line if len(line) <= characters else f"{line[: characters - 1].rstrip()}…"


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] == "Z" or character in "\t\r\n\f\v":
        return " "
    return "" if category[0] == "C" else character


def case_number_in(subject: str) -> str | None:
    """`Re: [TL-2026-00042] Ziņa saņemta` -> TL-2026-00042; None when there is none, or two different ones."""
    found = {number.upper() for number in CASE_NUMBER.findall(subject)}
    return found.pop() if len(found) == 1 else None


def message_ids_in(header: str) -> tuple[str, ...]:
    """The identifiers in References or In-Reply-To, at most the newest fifty."""
    return tuple(MESSAGE_ID.findall(header)[-MOST_REFERENCES:])


def our_message_id(letter_id: UUID, desk_address: str) -> str:
    """Known before the letter leaves, so that one that is sent twice has it twice."""
    return f"<tilts.{letter_id}@{desk_address.rpartition('@')[2]}>"


def our_letter(message_id: str) -> UUID | None:
    """The letter of ours that has this identifier, if it looks like one of ours."""
    found = OUR_MARK.fullmatch(message_id)
    return UUID(found[1]) if found else None
