"""`tilts holds` and `tilts sessions` as an operator types them: what is printed, and how the command ends."""

import asyncio
import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from tests.access.copying import NOW, Register, somebody
from tests.running import Running
from tilts.access.sign_in.accounts import SignedPerson, session_of, sign_in
from tilts.cli.main import main
from tilts.clock import WallClock
from tilts.ids import new_id
from tilts.lab.people import seed_people
from tilts.portal.visits import lives_from
from tilts.store.onboarding import accounts
from tilts.store.tx import Database, Tx

pytestmark = pytest.mark.filterwarnings("ignore:Cyclopts application invoked")  # it is: as the shell does
REASON = "Vaccination day at the school; list seen and checked."
Types = Callable[..., tuple[int, str, str]]


@asynccontextmanager
async def opened(exchange: Running) -> Any:
    database = Database(exchange.settings.database_url, connections=2)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


@dataclass
class Held:
    """Somebody who is held, and three people of whom two are the authority's."""

    hold: str
    practitioner: str
    first: str
    second: str
    outsider: str


@pytest.fixture
def held(exchange: Running) -> Held:
    async def story() -> Held:
        thief = somebody()
        async with opened(exchange) as database:
            register = Register(database)
            await register.opens(thief, 61)
            [row] = await register.rows("hold", str(thief.practitioner_id))
            async with database.transaction() as tx:
                await seed_people(tx, "holds at a shell", NOW)
                names = ("clerk-a", "clerk-b", "practice-head")
                ids = [await accounts.find_subject(tx, "holds at a shell", name) for name in names]
        return Held(str(row[3]), str(thief.practitioner_id), *map(str, ids))

    return asyncio.run(story())


@pytest.fixture
def types(
    exchange: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Types]:
    """A command line, through the same `main` as the installed command: exit status, output, complaints."""
    monkeypatch.setenv("DATABASE_URL", exchange.settings.database_url)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.setenv("COLUMNS", "300")

    def typed(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["tilts", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        done = capsys.readouterr()
        return int(end.value.code or 0), done.out, done.err

    yield typed


def state_of(types: Types, held: Held) -> str:
    _, out, _ = types("holds", "list", "--all", "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    return next(str(row["state"]) for row in rows if row["hold"] == held.hold)


def refused(done: tuple[int, str, str], rule_id: str) -> None:
    status, out, err = done
    assert (status, out) == (1, "")
    assert re.match(rf"tilts: {rule_id} [A-Z].+\.", err), err


def test_who_is_held_is_listed_with_the_reason_and_the_status_says_that_there_is_somebody(
    types: Types, held: Held
) -> None:
    status, out, _ = types("holds", "list")
    assert status == 1
    [line] = [line for line in out.splitlines() if held.hold in line]
    assert f"practitioner {held.practitioner}" in line and line.rstrip(" │").endswith("held")
    status, out, _ = types("holds", "list", "--json")
    [row] = [row for row in map(json.loads, out.splitlines()) if row["hold"] == held.hold]
    assert (status, row["state"], row["actor"], row["released_at"]) == (1, "held", held.practitioner, None)
    status, out, _ = types("holds", "alerts", "--json")
    assert status == 0
    told = [row for row in map(json.loads, out.splitlines()) if row["actor"] == held.practitioner]
    assert {row["severity"] for row in told} >= {"hold"}


def test_two_persons_release_and_the_first_alone_does_not_cpy_005(
    exchange: Running, types: Types, held: Held
) -> None:
    assert types("holds", "ask", held.hold, "--as", held.first, "--reason", REASON) == (
        0,
        f"{held.hold} asked\n",
        "",
    )
    refused(types("holds", "confirm", held.hold, "--as", held.first), "CPY-005")
    assert state_of(types, held) == "asked"
    assert types("holds", "confirm", held.hold, "--as", held.second) == (0, f"{held.hold} released\n", "")
    assert held.hold not in types("holds", "list", "--json")[1]
    assert state_of(types, held) == "released"
    refused(types("holds", "confirm", held.hold, "--as", held.second), "CASE-003")
    assert written(exchange, held) == [
        ("hold.ask", held.first, None),
        ("hold.confirm", held.first, "CPY-005"),
        ("hold.confirm", held.second, None),
        ("hold.confirm", held.second, "CASE-003"),
    ]


def test_what_is_declined_stays_held_and_may_be_asked_again(types: Types, held: Held) -> None:
    types("holds", "ask", held.hold, "--as", held.first, "--reason", REASON)
    assert types("holds", "decline", held.hold, "--as", held.second)[:2] == (0, f"{held.hold} held\n")
    assert types("holds", "ask", held.hold, "--as", held.second, "--reason", REASON)[0] == 0


def test_a_release_without_right_reason_or_hold_is_told_in_words(types: Types, held: Held) -> None:
    refused(types("holds", "ask", held.hold, "--as", held.first, "--reason", "please"), "CPY-004")
    refused(types("holds", "ask", str(new_id()), "--as", held.first, "--reason", REASON), "CPY-003")
    status, _, err = types("holds", "ask", held.hold, "--as", held.outsider, "--reason", REASON)
    assert status == 1 and "no account with a role at the authority" in err
    status, _, err = types("holds", "ask", "7", "--as", held.first, "--reason", REASON)
    assert status == 1 and "'7' is no id of a hold" in err
    assert state_of(types, held) == "held"


def test_a_no_is_said_in_the_language_of_the_terminal(
    types: Types, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "lv_LV.UTF-8")
    refused(types("holds", "ask", held.hold, "--as", held.first, "--reason", "lūdzu"), "CPY-004")
    _, _, err = types("holds", "ask", held.hold, "--as", held.first, "--reason", "lūdzu")
    assert re.search("[āčēģīķļņšūž]", err.partition("CPY-004")[2])


def written(exchange: Running, held: Held) -> list[tuple[Any, ...]]:
    with psycopg.connect(exchange.settings.database_url) as connection:
        return connection.execute(
            "SELECT event, detail->>'account', rule_id FROM audit_entry"
            " WHERE detail->>'about' = %s AND method = 'CLI' ORDER BY at, audit_id",
            [held.hold],
        ).fetchall()


def test_an_operator_signs_somebody_out_of_the_portal_everywhere(
    exchange: Running, types: Types, held: Held
) -> None:
    lives, wall = lives_from(exchange.settings), WallClock().wall()
    person = SignedPerson("https://id.example", str(new_id()), "Kāda Persona", "high", network="192.0.2.0/24")

    async def in_one(work: Callable[[Tx], Any]) -> Any:
        async with opened(exchange) as database, database.transaction() as tx:
            return await work(tx)

    first, second = (asyncio.run(in_one(lambda tx: sign_in(tx, person, lives, wall))) for _ in range(2))
    status, out, _ = types("sessions", "list", "--json")
    rows = [row for row in map(json.loads, out.splitlines()) if row["account"] == str(first.account_id)]
    assert (status, [row["network"] for row in rows]) == (0, ["192.0.2.0/24"] * 2)
    assert str(first.account_id) in types("sessions", "list")[1]
    assert types("sessions", "end", str(first.account_id), "--as", held.first) == (0, "2 ended\n", "")
    for token in (first.token, second.token):
        assert asyncio.run(in_one(lambda tx, it=token: session_of(tx, it, lives, wall))) is None
    status, _, err = types("sessions", "end", "--as", held.first)
    assert status == 1 and "--everybody" in err
