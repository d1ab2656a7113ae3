"""`tilts glass` and `tilts relationships`: the supervisor's list, findings and releases; feeds from registers."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.running import Running
from tilts.cli.operating import glass, relationships
from tilts.cli.refusals import NotPossible
from tilts.ids import new_id


@pytest.fixture
def rows(exchange: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[psycopg.Connection[Any]]:
    monkeypatch.setenv("DATABASE_URL", exchange.settings.database_url)
    with psycopg.connect(exchange.settings.database_url, autocommit=True) as connection:
        yield connection


def broken(exchange: Running, rows: psycopg.Connection[Any]) -> Any:
    people = [one for one in exchange.environment.population.resources if one["resourceType"] == "Patient"]
    doctor, made, now = exchange.facts["clients"]["practice-2"], new_id(), datetime.now(UTC)
    rows.execute(
        "INSERT INTO broken_glass VALUES (%s, %s, %s, %s, %s, 'found on the street', %s, %s)",
        [
            made,
            people[-1]["id"],
            doctor["org"],
            doctor["practitioner"],
            doctor["role"],
            now,
            now + timedelta(hours=1),
        ],
    )
    return made


def test_what_nobody_looked_at_is_listed_until_somebody_did(
    exchange: Running, rows: psycopg.Connection[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    made = broken(exchange, rows)
    assert glass.list_(as_json=True) == 1
    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    mine = next(one for one in listed if one["glass_id"] == str(made))
    assert mine["reason"] == "found on the street" and "patient_id" not in mine
    assert glass.list_() == 1 and str(made) in capsys.readouterr().out

    assert glass.review(made, by="supervisor", finding="was right") == 0
    capsys.readouterr()
    glass.list_(as_json=True)
    assert str(made) not in capsys.readouterr().out
    with pytest.raises(NotPossible):
        glass.review(made, by="supervisor", finding="again")


def test_a_release_is_written_down(exchange: Running, rows: psycopg.Connection[Any]) -> None:
    practitioner = new_id()
    assert glass.release(practitioner, by="supervisor", reason="all three were right") == 0
    found = rows.execute(
        "SELECT released_by, reason FROM glass_release WHERE practitioner_id = %s", [practitioner]
    )
    assert found.fetchall() == [("supervisor", "all three were right")]


def test_a_feed_is_taken_in_and_what_was_dropped_is_told(
    exchange: Running, rows: psycopg.Connection[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = [one for one in exchange.environment.population.resources if one["resourceType"] == "Patient"]
    site = exchange.facts["clients"]["hospital-2"]["site"]
    row = {"kind": "visit", "patient": people[-1]["id"], "organization": site, "evidence": "V-cli"}
    feed = tmp_path / "feed.ndjson"
    feed.write_text(f"{json.dumps(row)}\n{{}}\n", encoding="utf-8")
    assert relationships.load_(feed) == 1
    told = capsys.readouterr().out
    assert "1  visit" in told and "line 2: unknown kind" in told
    feed.write_text(json.dumps(row), encoding="utf-8")
    assert relationships.load_(feed, as_json=True) == 0
    assert json.loads(capsys.readouterr().out) == {"taken": {"visit": 1}, "dropped": []}
    with pytest.raises(NotPossible):
        relationships.load_(tmp_path / "none.csv")
