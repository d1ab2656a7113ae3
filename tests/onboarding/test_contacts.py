"""Both desks as dated settings: who answers on which day, and a file that is not whole is not used."""

from datetime import date
from pathlib import Path

import pytest

from tilts.onboarding.contacts import ContactsNotWhole, contacts_at

DESK = """
[[desks]]
desk = "{desk}"
valid_from = {since}
authority = {{ lv = "Iestāde", en = "Authority" }}
name = {{ lv = "Galds", en = "Desk" }}
e_mail = "{mail}"
phone = "+371 00000009"
"""


def written(folder: Path, *desks: tuple[str, str, str]) -> Path:
    """A file of its own for each text: it is read once."""
    text = "".join(DESK.format(desk=desk, since=since, mail=mail) for desk, since, mail in desks)
    file = folder / "contacts.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_a_file_the_invented_desks_answer_and_reach_nobody() -> None:
    both = contacts_at(date(2026, 11, 23), Path())

    assert all(desk.e_mail.endswith(".example") for desk in both)
    assert all(desk.phone.startswith("+371 0") for desk in both)
    assert both.contracts.e_mail != both.testing.e_mail


def test_the_entry_of_the_day_holds(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        ("contracts", "2024-01-01", "old@example.org"),
        ("contracts", "2025-01-01", "new@example.org"),
        ("testing", "2024-01-01", "test@example.org"),
    )
    mails = [
        contacts_at(day, file).contracts.e_mail
        for day in (date(2023, 5, 1), date(2024, 12, 31), date(2025, 1, 1))
    ]

    assert mails == ["old@example.org", "old@example.org", "new@example.org"]
    assert contacts_at(date(2026, 1, 1), file).testing.name("lv") == "Galds"


@pytest.mark.parametrize(
    "desks",
    [
        [("contracts", "2024-01-01", "a@example.org")],
        [("contracts", "2024-01-01", "a@example.org"), ("lobby", "2024-01-01", "b@example.org")],
        [("contracts", "2024-01-01", "a"), ("testing", "2024-01-01", "b@example.org")],
        [("contracts", '"soon"', "a@example.org"), ("testing", "2024-01-01", "b@example.org")],
    ],
    ids=["one-desk", "unknown-desk", "no-address", "no-day"],
)
def test_a_file_that_is_not_whole_is_refused(tmp_path: Path, desks: list[tuple[str, str, str]]) -> None:
    with pytest.raises(ContactsNotWhole):
        contacts_at(date(2026, 11, 23), written(tmp_path, *desks))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContactsNotWhole):
        contacts_at(date(2026, 11, 23), tmp_path / "nowhere.toml")
