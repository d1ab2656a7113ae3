"""What the mail room knows when it works: desks, limits, subject lines of applications, the portal's address."""

import json
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, TypeAlias

from tilts.clock import day_in_riga
from tilts.onboarding.mail.addressing import DESKS, Desk, DeskCode
from tilts.onboarding.mail.parsing import Limits
from tilts.settings import Settings

HOUR: Final = timedelta(hours=1)
DesksAt: TypeAlias = Callable[[datetime], Mapping[DeskCode, Desk]]


@dataclass(frozen=True, slots=True)
class SubjectLine:
    """A fixed beginning of a subject that opens a case of a kind (Latvia 4.2); dated, like every rule of law."""

    begins: str
    kind: str
    desk: DeskCode
    valid_from: date
    valid_to: date | None = None

    def fits(self, subject: str, day: date) -> bool:
        in_force = self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
        return in_force and folded(subject).startswith(folded(self.begins))


@dataclass(frozen=True, slots=True)
class MailRoom:
    desks_at: DesksAt
    limits: Limits
    messages_per_hour: int
    automatic_letters_per_hour: int
    subjects: tuple[SubjectLine, ...]
    portal_base: str

    def desk(self, code: DeskCode, moment: datetime) -> Desk:
        return self.desks_at(moment)[code]

    def link(self, number: str) -> str:
        return f"{self.portal_base.rstrip('/')}/cases/{number}"


def room_from(settings: Settings, desks_at: DesksAt) -> MailRoom:
    return MailRoom(
        desks_at=desks_at,
        limits=Limits(
            settings.mail_message_limit_bytes, settings.mail_attachment_limit_bytes, settings.mail_attachments
        ),
        messages_per_hour=settings.mail_messages_per_hour,
        automatic_letters_per_hour=settings.mail_automatic_letters_per_hour,
        subjects=subject_lines(settings.mail_subjects_file),
        portal_base=settings.portal_base or settings.public_base,
    )


def subject_lines(file: Path = Path()) -> tuple[SubjectLine, ...]:
    """Raises ValueError at the start, not at the first message, when the list is not one."""
    shipped = files("tilts.onboarding.mail").joinpath("letters", "subjects.json")
    text = file.read_text("utf-8") if file != Path() else shipped.read_text("utf-8")
    return tuple(_subject_line(row) for row in json.loads(text)["subjects"])


def _subject_line(row: dict[str, Any]) -> SubjectLine:
    if row["desk"] not in DESKS or not row["begins"].strip():
        raise ValueError(f"a subject line needs a desk of {DESKS} and a beginning: {row}")
    ends = row.get("valid_to")
    return SubjectLine(
        row["begins"],
        row["kind"],
        row["desk"],
        date.fromisoformat(row["valid_from"]),
        date.fromisoformat(ends) if ends else None,
    )


def folded(text: str) -> str:
    """How subjects are compared: without case, marks over letters and doubled spaces."""
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter)
    )
    return " ".join(plain.casefold().split())


def kind_of_subject(subject: str, subjects: tuple[SubjectLine, ...], moment: datetime) -> SubjectLine | None:
    day = day_in_riga(moment)
    return next((line for line in subjects if line.fits(subject, day)), None)
