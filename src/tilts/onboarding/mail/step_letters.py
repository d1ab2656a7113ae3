"""After a step of a case a letter goes to its party, when it is the party's turn now or when something ended.

Which step has which letter, and its words, are data (letters/steps.toml). The authority gets none: its desks have
their queues in the portal. A party without an address gets none either; the page of its case says so.
"""

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final

from tilts.clock import day_in_riga
from tilts.onboarding.mail.addressing import DeskCode
from tilts.onboarding.mail.composing import Letter
from tilts.onboarding.mail.contacting import reached
from tilts.onboarding.mail.desks import desk_for, desks_from
from tilts.onboarding.mail.posting import queue_mail
from tilts.onboarding.mail.room import MailRoom, room_from
from tilts.onboarding.mail.texts import tidy, without_person_codes
from tilts.onboarding.taking import Taking
from tilts.onboarding.workflows import table_of
from tilts.rules import Language
from tilts.store.onboarding import mail_threads
from tilts.store.onboarding.cases import CaseRecord
from tilts.workflow import Side, State, Words

SAID: Final = ("question", "reason", "reservation")  # what a step's person wrote and the party should read
SAID_CHARACTERS: Final = 5_000
LANGUAGES: Final[tuple[Language, ...]] = ("lv", "en")
EVERY_STATE: Final = ""


@dataclass(frozen=True, slots=True)
class After:
    """When a letter is written: kinds of cases, steps, and what they lead to."""

    kinds: frozenset[str]
    actions: frozenset[str]
    to: str = EVERY_STATE
    waits_for: Side | None = None

    def fits(self, kind: str, action: str, state: State) -> bool:
        return (
            kind in self.kinds
            and action in self.actions
            and self.to in (EVERY_STATE, state.name)
            and self.waits_for in (None, state.waits_for)
        )


@dataclass(frozen=True, slots=True)
class StepLetter:
    name: str
    after: tuple[After, ...]
    subject: Words
    text: Words


async def tell(taking: Taking) -> None:
    """The letter of this step stands in the outbox, and in the thread, when the step's transaction commits."""
    case = taking.case
    state = table_of(case.kind, case.facts).state(case.state)
    letter = letter_after(case.kind, taking.step.action, state)
    if letter is None or taking.around is None:
        return
    to = await reached(taking.tx, case)
    if to is None:
        return
    settings = taking.around.settings
    room = room_from(settings, desks_from(settings.contacts_file))
    wanted = (to.language,) if to.language else LANGUAGES
    texts = {one: text_of(letter, taking, state, room, one) for one in wanted}
    titles = table_of(case.kind, case.facts).title
    subjects = {one: f"{letter.subject.in_language(one)}: {titles.in_language(one)}" for one in wanted}
    thread = await mail_threads.thread(taking.tx, case.case_id)
    written = Letter(
        to.address,
        Words(subjects.get("lv", ""), subjects.get("en", "")),
        Words(texts.get("lv", ""), texts.get("en", "")),
        await desk_of_thread(taking, case),
        case_id=case.case_id,
        in_reply_to=tuple(one.message_id for one in thread if one.message_id),
        automatic=True,
    )
    await queue_mail(taking.tx, written, room, taking.now)


async def desk_of_thread(taking: Taking, case: CaseRecord) -> DeskCode:
    thread = await mail_threads.find_thread(taking.tx, case.case_id)
    return desk_for(case.kind, case.facts if thread is None else {"desk": thread.desk})


def text_of(letter: StepLetter, taking: Taking, state: State, room: MailRoom, language: Language) -> str:
    case, frame = taking.case, frames()[language]
    facts = {
        "number": case.number,
        "title": table_of(case.kind, case.facts).title.in_language(language),
        "state": state.label.in_language(language),
    }
    parts = [frame["greeting"], letter.text.in_language(language).format_map(facts)]
    if said := said_in(taking.facts):
        parts.append(f"{frame['said' if taking.side == 'authority' else 'said_by_party']}\n{said}")
    if case.due_at is not None and state.waits_for == "applicant":
        parts.append(frame["due"].format(day=last_day(case.due_at)))
    parts.append(frame["link"].format(link=room.link(case.number)))
    parts.append(frame["last"].format(number=case.number))
    return "\n\n".join(parts)


def said_in(facts: dict[str, Any]) -> str:
    """In the words of whoever took the step; a person code in them stays in the portal."""
    said = "\n\n".join(str(facts[name]) for name in SAID if facts.get(name))
    return without_person_codes(tidy(said))[:SAID_CHARACTERS]


def last_day(due_at: datetime) -> str:
    """A term ends with its last day; the moment itself is the midnight after it."""
    return f"{day_in_riga(due_at - timedelta(seconds=1)):%d.%m.%Y}"


def letter_after(kind: str, action: str, state: State) -> StepLetter | None:
    return next(
        (letter for letter in step_letters() if any(one.fits(kind, action, state) for one in letter.after)),
        None,
    )


@cache
def step_letters() -> tuple[StepLetter, ...]:
    table = _table()
    groups: dict[str, list[str]] = table["groups"]
    return tuple(
        StepLetter(
            row["name"],
            tuple(_after(one, groups) for one in row["after"]),
            Words(**row["subject"]),
            Words(**row["text"]),
        )
        for row in table["letters"]
    )


def _after(row: dict[str, Any], groups: dict[str, list[str]]) -> After:
    kinds = groups[row["kinds"]] if isinstance(row["kinds"], str) else row["kinds"]
    return After(
        frozenset(kinds), frozenset(row["actions"]), row.get("to", EVERY_STATE), row.get("waits_for")
    )


@cache
def frames() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = _table()["frame"]
    return found


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("tilts.onboarding.mail").joinpath("letters", "steps.toml").read_text("utf-8"))
