"""`tilts why-not` as a person and as a program reads it."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.production import Connected, connected
from tests.running import Running
from tilts.clock import RIGA
from tilts.store.tx import Database


def why_not(
    exchange: Running, *words: str, language: str = "C.UTF-8", **environment: str
) -> subprocess.CompletedProcess[str]:
    """In a process of its own, on the folder of the running sandbox."""
    place = {"TILTS_DATA_DIR": str(exchange.environment.options.data_dir), "LANG": language}
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL",)}
    return subprocess.run(
        [sys.executable, "-m", "tilts", "why-not", *words],
        capture_output=True,
        text=True,
        env={**kept, **place, "COLUMNS": "300", **environment},
        timeout=60,
        check=False,
    )


def rows(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def closed(rehearsed: Running) -> Iterator[Connected]:
    """In production: its agreement ended a while after everything had been in force."""
    party = connected(rehearsed, "pharmacy-8")
    party.end_agreement()
    yield party
    party.caller.close()


def test_an_open_client_ends_with_zero(exchange: Running) -> None:
    done = why_not(exchange, "practice")

    assert (done.returncode, done.stderr) == (0, "")
    assert "prescribing: open" in done.stdout and "· test ·" in done.stdout


def test_by_its_client_id_and_in_json_a_functionality_a_line(exchange: Running) -> None:
    client_id = exchange.facts["clients"]["pharmacy"]["client_id"]
    done = why_not(exchange, client_id, "--json")

    [row] = rows(done)
    assert done.returncode == 0
    assert (row["client"], row["functionality"], row["open"], row["conditions"]) == (
        client_id,
        "dispensing",
        True,
        [],
    )


def test_what_it_was_not_asked_for_is_not_open(exchange: Running) -> None:
    """GATE-008."""
    done = why_not(exchange, "practice", "--for", "dispensing", "--json")

    [row] = rows(done)
    assert done.returncode == 1
    assert [one["rule"] for one in row["conditions"]] == ["GATE-008"]


def test_no_such_client_ends_with_two(exchange: Running) -> None:
    for words in (("nobody",), ("practice", "--environment", "production")):
        done = why_not(exchange, *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert "there is no client" in done.stderr


def test_before_it_was_registered_there_was_none(exchange: Running) -> None:
    done = why_not(exchange, "practice", "--at", "2020-01-01T12:00")

    assert done.returncode == 2
    assert "at 01.01.2020 12:00" in done.stderr


def test_a_moment_that_is_none_is_refused(exchange: Running) -> None:
    done = why_not(exchange, "practice", "--at", "yesterday")

    assert done.returncode == 1 and "2026-11-01T12:00" in done.stderr


def test_without_a_sandbox_it_says_how_to_start_one(exchange: Running, tmp_path: Any) -> None:
    done = why_not(exchange, "practice", "--data-dir", str(tmp_path))

    assert done.returncode == 1 and "tilts sandbox" in done.stderr


def test_without_a_database_it_says_so(exchange: Running) -> None:
    done = why_not(exchange, "practice", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")

    assert done.returncode == 1 and "PostgreSQL" in done.stderr


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "C.UTF-8",
            [
                "dispensing: not open",
                "(ended)",
                "whose turn: institution or pharmacy",
                "where to go on: http",
            ],
        ),
        (
            "lv_LV.UTF-8",
            [
                "dispensing: nav atvērts",
                "(izbeigta)",
                "kam jārīkojas: iestāde vai aptieka",
                "kur turpināt: http",
            ],
        ),
    ],
)
def test_what_is_missing_is_told_with_turn_clause_and_way_on(
    rehearsed: Running, closed: Connected, language: str, said: list[str]
) -> None:
    """GATE-003."""
    done = why_not(rehearsed, closed.caller.facts["client_id"], language=language)

    assert done.returncode == 1, done.stderr
    for words in ("GATE-003", "Source page A7", "/procedures", "· production ·", *said):
        assert words in done.stdout, words


def test_asked_of_the_time_before_it_gives_the_answer_given_then(
    rehearsed: Running, closed: Connected
) -> None:
    ended = asyncio.run(last_step(rehearsed, closed))
    before = (ended - timedelta(microseconds=1)).astimezone(RIGA)
    client_id = closed.caller.facts["client_id"]

    then = why_not(rehearsed, client_id, "--at", before.replace(tzinfo=None).isoformat(), "--json")
    now = why_not(rehearsed, client_id, "--at", ended.astimezone(UTC).isoformat(), "--json")

    assert [row["open"] for row in rows(then)] == [True], then.stdout
    assert then.returncode == 0
    assert [row["open"] for row in rows(now)] == [False]


def test_an_installation_is_asked_by_its_database(exchange: Running) -> None:
    """DATABASE_URL stands before the sandbox that runs; it has no names of its own for clients."""
    client_id = exchange.facts["clients"]["practice"]["client_id"]
    done = why_not(exchange, client_id, DATABASE_URL=exchange.settings.database_url)
    named = why_not(exchange, "practice-that-nobody-knows", DATABASE_URL=exchange.settings.database_url)

    assert (done.returncode, named.returncode) == (0, 2), done.stderr


async def last_step(exchange: Running, party: Connected) -> datetime:
    database = Database(exchange.settings.database_url, connections=1)
    await database.open()
    try:
        async with database.transaction() as tx:
            found = await tx.execute(
                "SELECT max(at) FROM onboarding.case_step WHERE case_id = %s", [party.agreement_id]
            )
            [row] = await found.fetchall()
    finally:
        await database.close()
    moment: datetime = row[0]
    return moment
