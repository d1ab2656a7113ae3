"""Who answers: the contract desk and the test help desk, with addresses that are valid from a day on.

Source page B6, C5: two desks, two addresses. Real ones stand in a file that the setting
`contacts_file` names; without it the sandbox's invented ones are used, which reach nobody.

    [[desks]]
    desk = "contracts"            # contracts or testing
    valid_from = 2025-01-01
    authority = { lv = "…", en = "…" }
    name = { lv = "…", en = "…" }
    e_mail = "…"
    phone = "…"                   # may be empty
    postal = "…"                  # may be empty
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, get_args

from tilts.rules import Language

Desk: TypeAlias = Literal["contracts", "testing"]


class ContactsNotWhole(Exception):
    """The file of contacts cannot be used: said at the start, with the reason."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One desk from a day on."""

    desk: Desk
    authority_lv: str
    authority_en: str
    name_lv: str
    name_en: str
    e_mail: str
    phone: str
    postal: str
    valid_from: date

    def name(self, language: Language) -> str:
        return self.name_lv if language == "lv" else self.name_en

    def authority(self, language: Language) -> str:
        return self.authority_lv if language == "lv" else self.authority_en


@dataclass(frozen=True, slots=True)
class Contacts:
    """Both desks on one day."""

    contracts: Contact
    testing: Contact

    def __iter__(self) -> Iterator[Contact]:
        return iter((self.contracts, self.testing))


@dataclass(frozen=True, slots=True)
class ContactBook:
    """All that is known of the desks, with its days."""

    entries: tuple[Contact, ...]

    def at(self, day: date) -> Contacts:
        """What holds on a day; before the first day the first entry."""
        return Contacts(self._one("contracts", day), self._one("testing", day))

    def _one(self, desk: Desk, day: date) -> Contact:
        mine = sorted(
            (entry for entry in self.entries if entry.desk == desk), key=lambda entry: entry.valid_from
        )
        return next((entry for entry in reversed(mine) if entry.valid_from <= day), mine[0])


AUTHORITY: Final = ("Parauga e-veselības iestāde", "Sample e-health authority")
# No Latvian number starts with 0 and nobody owns .example: nobody is called or written to by mistake.
INVENTED: Final = ContactBook(
    (
        Contact(
            "contracts",
            *AUTHORITY,
            "Līgumu kontaktpunkts",
            "Contract desk",
            "ligumi@iestade.example",
            "+371 00000100",
            "Parauga iela 1, Rīga, LV-0000",
            date(2025, 1, 1),
        ),
        Contact(
            "testing",
            *AUTHORITY,
            "Testēšanas palīdzības dienests",
            "Test help desk",
            "testi@iestade.example",
            "+371 00000200",
            "",
            date(2025, 1, 1),
        ),
    )
)


def contacts_at(day: date, contacts_file: Path) -> Contacts:
    """Both desks on a day, from the file that the setting names; `Path()` means the invented ones."""
    return contact_book(contacts_file).at(day)


@cache
def contact_book(contacts_file: Path) -> ContactBook:
    """Read once: a changed file is used from the next start on."""
    if contacts_file == Path():
        return INVENTED
    try:
        return read_contacts(tomllib.loads(contacts_file.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as fault:
        raise ContactsNotWhole(f"{contacts_file}: {fault}") from fault


def read_contacts(written: dict[str, Any]) -> ContactBook:
    book = ContactBook(tuple(_contact(row) for row in written["desks"]))
    if wanting := set(get_args(Desk)) - {entry.desk for entry in book.entries}:
        raise ValueError(f"no entry for {sorted(wanting)}")
    return book


def _contact(row: dict[str, Any]) -> Contact:
    if row["desk"] not in get_args(Desk):
        raise ValueError(f"no such desk: {row['desk']}")
    if "@" not in row["e_mail"]:
        raise ValueError(f"not an e-mail address: {row['e_mail']}")
    if not isinstance(row["valid_from"], date):
        raise ValueError(f"not a day: {row['valid_from']}")
    return Contact(
        row["desk"],
        row["authority"]["lv"],
        row["authority"]["en"],
        row["name"]["lv"],
        row["name"]["en"],
        row["e_mail"],
        row.get("phone", ""),
        row.get("postal", ""),
        row["valid_from"],
    )
