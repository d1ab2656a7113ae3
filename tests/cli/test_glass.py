"""`tilts glass` and `tilts relationships`: the supervisor's list, findings and releases; feeds from registers."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.cli.test_certificates import a_clerk
from tests.running import Running
from tilts.cli.operating import glass, relationships
from tilts.cli.refusals import NotPossible
from tilts.ids import new_id

NOTE = "Bezsamaņā atrasts uz ielas, tuvinieku nebija."


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

    whom = asyncio.run(a_clerk(exchange))
    with pytest.raises(NotPossible, match="OVS-004"):
        glass.review(made, person=whom, verdict="justified", note="short")
    assert glass.review(made, person=whom, verdict="justified", note=NOTE) == 0
    capsys.readouterr()
    glass.list_(as_json=True)
    assert str(made) not in capsys.readouterr().out
    with pytest.raises(NotPossible, match="OVS-005"):
        glass.review(made, person=whom, verdict="justified", note=NOTE)
    assert written(rows, "glass.reviewed", made) == ["OVS-004", None, "OVS-005"]


def test_a_release_is_the_act_of_an_officer_and_written_down(
    exchange: Running, rows: psycopg.Connection[Any]
) -> None:
    practitioner, whom = new_id(), asyncio.run(a_clerk(exchange))
    with pytest.raises(NotPossible, match="no account"):
        glass.release(practitioner, person="nobody", reason=NOTE)
    assert glass.release(practitioner, person=whom, reason=NOTE) == 0
    found = rows.execute(
        "SELECT released_by, reason FROM glass_release WHERE practitioner_id = %s", [practitioner]
    )
    assert found.fetchall() == [(whom, NOTE)]
    assert written(rows, "glass.released", practitioner) == [None]


def written(rows: psycopg.Connection[Any], event: str, about: object) -> list[str | None]:
    """The rules of what was written down about it, in its order; None is a success."""
    found = rows.execute(
        "SELECT rule_id FROM audit_entry WHERE event = %s AND detail->>'about' = %s ORDER BY at, audit_id",
        [event, str(about)],
    )
    return [rule_id for (rule_id,) in found.fetchall()]


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
    loaded = "SELECT detail FROM audit_entry WHERE event = 'relationships.loaded' ORDER BY at DESC LIMIT 1"
    assert rows.execute(loaded).fetchone() == ({"taken": {"visit": 1}, "dropped": 1},)
    feed.write_text(json.dumps(row), encoding="utf-8")
    assert relationships.load_(feed, as_json=True) == 0
    assert json.loads(capsys.readouterr().out) == {"taken": {"visit": 1}, "dropped": []}
    with pytest.raises(NotPossible):
        relationships.load_(tmp_path / "none.csv")
