"""A second version of the checklist's questions, from real files: for tests of declarations that come to their end."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from unittest.mock import patch

from tilts.onboarding.procedures import loading

FIRST = "checklist.1.toml"
SECOND = "checklist.2.toml"
ADDED = """
[[questions]]
id = "backups_tried"
group = "infrastructure"
asked_of = ["vendor", "institution"]
text = { lv = "Vai rezerves kopijas ir izmēģinātas?", en = "Have the backups been tried?" }
source = "Latvia 2.2 item 5"
verified = false
"""
REWORDED = ("Has a security manager been named?", "Has a security manager been named in writing?")
GONE = 'id = "keys_kept"'


@contextmanager
def second_version(folder: Path, valid_from: date) -> Iterator[None]:
    """From now on there is a version 2, in force from that day: one question new, one reworded, one gone."""
    with texts_in(folder) as texts:
        first = (texts / FIRST).read_text("utf-8")
        second = first.replace("version = 1", "version = 2", 1)
        (texts / SECOND).write_text(second.replace("2026-01-01", valid_from.isoformat(), 1), "utf-8")
        asked = (texts / "questions" / FIRST).read_text("utf-8")
        (texts / "questions" / SECOND).write_text(questions(asked), "utf-8")
        yield


@contextmanager
def no_version(folder: Path, ended: date) -> Iterator[None]:
    """The only version is over, and no other was made."""
    with texts_in(folder) as texts:
        first = (texts / FIRST).read_text("utf-8")
        line = "valid_from = 2026-01-01"
        (texts / FIRST).write_text(first.replace(line, f"{line}\nvalid_to = {ended}", 1), "utf-8")
        yield


@contextmanager
def texts_in(folder: Path) -> Iterator[Path]:
    texts = folder / "texts"
    shutil.copytree(loading.TEXTS, texts)
    with patch.object(loading, "TEXTS", texts):
        yield texts


def questions(first: str) -> str:
    head, *rows = first.split("[[questions]]")
    left = [row for row in rows if GONE not in row]
    assert len(left) == len(rows) - 1
    text = "[[questions]]".join([head, *left])
    assert REWORDED[0] in text
    return text.replace(*REWORDED) + ADDED
