"""`tilts why-not`: is a connection open, and if not, what is missing, whose turn it is and where to go on.

Asked as of a past moment it gives the answer that was given then.
"""

import asyncio
import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias

from cyclopts import Parameter
from rich.console import Console

from tilts.access import gate
from tilts.access.gate import Facts, Verdict
from tilts.access.verdicts.telling import Told, told
from tilts.cli.places import AsJson, DataDir, running_facts, terminal_language
from tilts.cli.refusals import NotPossible
from tilts.cli.serving import ANSWERS_SECONDS, chosen_settings
from tilts.clock import RIGA, WallClock
from tilts.functionality import Functionality
from tilts.rules import Language
from tilts.store.tx import GONE, NOT_MIGRATED, Database

EnvironmentName: TypeAlias = Literal["test", "production"]
OPEN, NOT_OPEN, NO_SUCH_CLIENT = 0, 1, 2
ENVIRONMENTS: Final[tuple[EnvironmentName, ...]] = ("test", "production")
WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "open": "open",
        "closed": "not open",
        "turn": "whose turn",
        "case": "case",
        "due": "until",
        "clause": "clause",
        "how": "where to go on",
        "ahead": "not for long, if nothing happens",
        "nothing": "it was asked to be open for nothing",
        "vendor": "developer",
        "institution": "institution or pharmacy",
        "authority": "authority",
    },
    "lv": {
        "open": "atvērts",
        "closed": "nav atvērts",
        "turn": "kam jārīkojas",
        "case": "lieta",
        "due": "līdz",
        "clause": "pamats",
        "how": "kur turpināt",
        "ahead": "ja nekas nemainīsies, vairs ne ilgi",
        "nothing": "tam nav pieteikta neviena funkcionalitāte",
        "vendor": "izstrādātājs",
        "institution": "iestāde vai aptieka",
        "authority": "pārzinis",
    },
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the rows are, and how clients are called there."""

    database_url: str
    names: dict[str, str]  # of the sandbox: practice -> its client id
    portals: dict[str, str]  # environment -> where its portal answers


@dataclass(frozen=True, slots=True)
class Answer:
    facts: Facts
    verdict: Verdict
    unmet: tuple[Told, ...]
    ahead: tuple[Told, ...]  # what closes it next, though it is met now


def why_not(
    client: Annotated[str, Parameter(help="Client id, or a client of the sandbox: practice, vendor, ..")],
    *,
    environment: Annotated[
        EnvironmentName | None, Parameter(help="Default: the one that the client belongs to.")
    ] = None,
    functionality: Annotated[
        Functionality | None, Parameter(name="--for", help="Default: all that it was asked to be open for.")
    ] = None,
    at: Annotated[
        str | None, Parameter(help="As of this moment, in Riga time if it names no other: 2026-11-01T12:00.")
    ] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> int:
    """Say whether the gate is open for a connection; if not, every condition that is not met.

    Asks the installation of DATABASE_URL, else the sandbox that runs.

    Exit status: 0 open, 1 not open or it cannot be asked, 2 there is no such client.
    """
    moment = moment_of(at)
    place = place_of(data_dir)
    client_id = place.names.get(client, client)
    asked = [environment] if environment else list(ENVIRONMENTS)
    found = asyncio.run(facts_of(place, client_id, asked, moment))
    language = terminal_language()
    if found is None:
        where = f" in {environment}" if environment else ""
        when = f" at {shown(moment)}" if at else ""
        Console(stderr=True).print(f"tilts: there is no client {client!r}{where}{when}", markup=False)
        return NO_SUCH_CLIENT
    names = [functionality] if functionality else found.client.functionalities
    portal = place.portals.get(found.client.environment, "")
    answers = [answer_for(found, name, moment, language, portal) for name in names]
    if as_json:
        for one in answers:
            print(json.dumps(as_row(one), ensure_ascii=False))
    else:
        say(found, answers, moment, language)
    return OPEN if answers and all(one.verdict.open for one in answers) else NOT_OPEN


def moment_of(written: str | None) -> datetime:
    if written is None:
        return WallClock().now()
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        raise NotPossible(f"{written!r} is no moment; write it like 2026-11-01T12:00") from None
    return found if found.tzinfo else found.replace(tzinfo=RIGA)


def place_of(data_dir: Path | None) -> Place:
    """A folder that was named, the installation of DATABASE_URL, or the sandbox that runs."""
    named = os.environ.get("DATABASE_URL") or os.environ.get("TILTS_DATABASE_URL")
    if named and data_dir is None:
        settings = chosen_settings()
        return Place(settings.database_url, {}, dict.fromkeys(ENVIRONMENTS, settings.portal_base))
    facts = running_facts(data_dir)
    names = {name: told["client_id"] for name, told in facts["clients"].items()}
    portals = {"test": facts["portal"], "production": (facts["production"] or facts)["portal"]}
    return Place(Path(facts["database_url_file"]).read_text("utf-8").strip(), names, portals)


async def facts_of(
    place: Place, client_id: str, environments: list[EnvironmentName], at: datetime
) -> Facts | None:
    database = Database(place.database_url, connections=1)
    try:
        await database.open(seconds=ANSWERS_SECONDS)
        async with database.transaction() as tx:
            found = [await gate.facts_at(tx, environment, at, client_id) for environment in environments]
            return next((facts for facts, *_ in filter(None, found)), None)
    except GONE as fault:
        raise NotPossible("no PostgreSQL answers there") from fault
    except NOT_MIGRATED as fault:
        raise NotPossible("there are no tables yet: tilts migrate") from fault
    finally:
        await database.close()


def answer_for(facts: Facts, functionality: str, at: datetime, language: Language, portal: str) -> Answer:
    verdict = gate.decide(facts, functionality, at)
    unmet, ahead = (
        tuple(told(one, language, portal) for one in ones) for ones in (verdict.unmet, verdict.ahead)
    )
    return Answer(facts, verdict, unmet, ahead)


def as_row(one: Answer) -> dict[str, Any]:
    return {
        "client": one.facts.client.client_id,
        "environment": one.facts.client.environment,
        "at": one.verdict.at.astimezone(RIGA).isoformat(timespec="seconds"),
        "functionality": one.verdict.functionality,
        "open": one.verdict.open,
        "conditions": [condition.as_json() for condition in one.unmet],
        "ahead": [condition.as_json() for condition in one.ahead],
    }


def say(facts: Facts, answers: list[Answer], at: datetime, language: Language) -> None:
    words, client = WORDS[language], facts.client
    console = Console(highlight=False, soft_wrap=True)
    whose = f" · {client.party_name}" if client.party_name else ""
    console.print(f"{client.client_id} · {client.environment}{whose} · {shown(at)}", markup=False)
    if not answers:
        console.print(f"  {words['closed']}: {words['nothing']}", markup=False)
    for one in answers:
        state = words["open"] if one.verdict.open else words["closed"]
        console.print(f"{one.verdict.functionality}: {state}", markup=False)
        for condition in one.unmet:
            for line in lines_of(condition, words):
                console.print(line, markup=False)
        for condition in one.ahead if one.verdict.open else ():
            console.print(f"  {words['ahead']}:", markup=False)
            for line in lines_of(condition, words):
                console.print(line, markup=False)


def lines_of(condition: Told, words: dict[str, str]) -> list[str]:
    known = [f"{words['turn']}: {words[condition.owner]}"]
    known += [f"{words['case']} {condition.case}"] if condition.case else []
    known += [f"{words['due']} {shown(condition.due)}"] if condition.due else []
    return [
        f"  {condition.rule} {condition.text} {condition.fix}",
        f"    {' · '.join(known)}",
        f"    {words['clause']}: {condition.clause}",
        f"    {words['how']}: {condition.how}",
    ]


def shown(moment: datetime) -> str:
    return f"{moment.astimezone(RIGA):%d.%m.%Y %H:%M}"
