"""Feeds of relationships: what is taken, what is dropped and why, and what told again changes."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.running import Running
from tilts.access.permission.loading import Report, load
from tilts.cli.operating.relationships import rows_of
from tilts.store.tx import Database

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def patients(exchange: Running) -> list[dict[str, Any]]:
    return [one for one in exchange.environment.population.resources if one["resourceType"] == "Patient"][
        -12:
    ]


@pytest.fixture(scope="module")
def rows(exchange: Running) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(exchange.settings.database_url, autocommit=True, row_factory=dict_row) as found:
        yield found


async def taken_in(exchange: Running, *feed: dict[str, Any]) -> Report:
    database = Database(exchange.settings.database_url, connections=1)
    await database.open()
    report = Report()
    try:
        async with database.transaction() as tx:
            await load(tx, enumerate(feed, start=1), NOW, report)
    finally:
        await database.close()
    return report


def a_row(exchange: Running, patient: dict[str, Any], /, **changed: Any) -> dict[str, Any]:
    site = exchange.facts["clients"]["hospital"]["site"]
    row = {
        "kind": "visit",
        "patient": patient["id"],
        "organization": site,
        "starts": "2026-11-20",
        "evidence": "V-1",
    }
    return {**row, **changed}


@pytest.mark.anyio
async def test_rows_are_taken_and_told_again_they_are_the_same(
    exchange: Running, patients: list[dict[str, Any]], rows: psycopg.Connection[Any]
) -> None:
    number = patients[0]["identifier"][0]
    feed = [
        a_row(exchange, patients[0], patient=f"{number['system']}|{number['value']}"),
        a_row(exchange, patients[1], kind="referral", ends="2026-12-01"),
        a_row(exchange, patients[2], kind="guardian", person=patients[3]["id"], ends="2030-01-01"),
    ]
    first = await taken_in(exchange, *feed)
    second = await taken_in(exchange, *feed)
    assert first.taken == second.taken == {"visit": 1, "referral": 1, "guardian": 1}
    assert not first.dropped
    kept = rows.execute(
        "SELECT * FROM relationship WHERE patient_id = %s AND evidence = 'V-1'", [patients[0]["id"]]
    )
    [row] = kept.fetchall()
    assert row["ends_at"] - row["starts_at"] == timedelta(days=30)


@pytest.mark.anyio
async def test_an_end_after_the_term_is_brought_back_to_it(
    exchange: Running, patients: list[dict[str, Any]], rows: psycopg.Connection[Any]
) -> None:
    await taken_in(exchange, a_row(exchange, patients[4], ends="2036-01-01", evidence="V-long"))
    [row] = rows.execute("SELECT * FROM relationship WHERE evidence = 'V-long'").fetchall()
    assert row["ends_at"] - row["starts_at"] == timedelta(days=30)


@pytest.mark.anyio
async def test_a_new_home_doctor_ends_the_time_of_the_one_before(
    exchange: Running, patients: list[dict[str, Any]], rows: psycopg.Connection[Any]
) -> None:
    practice = exchange.facts["clients"]["practice-2"]["org"]
    await taken_in(
        exchange, a_row(exchange, patients[5], kind="home-doctor", organization=practice, evidence="GP-new")
    )
    text = "SELECT organization_id FROM relationship WHERE patient_id = %s AND kind = 'home-doctor' AND ends_at IS NULL"
    [row] = rows.execute(text, [patients[5]["id"]]).fetchall()
    assert str(row["organization_id"]) == practice


@pytest.mark.anyio
async def test_what_cannot_be_read_is_dropped_with_its_line_and_reason(
    exchange: Running, patients: list[dict[str, Any]]
) -> None:
    wrong = {
        "unknown kind": {"kind": "friend"},
        "no evidence, or too long": {"evidence": " "},
        "starts is no date": {"starts": "yesterday"},
        "ends before it starts": {"ends": "2026-11-01"},
        "no patient of the register": {"patient": exchange.facts["clients"]["vendor"]["client_id"]},
        "no practice or hospital of the register": {
            "organization": exchange.facts["clients"]["pharmacy"]["site"]
        },
        "an id that is none": {"practitioner": "Dr. Who"},
        "nobody is their own guardian": {"kind": "guardian", "person": patients[6]["id"]},
    }
    report = await taken_in(exchange, *(a_row(exchange, patients[6], **change) for change in wrong.values()))
    assert report.dropped == list(enumerate(wrong, start=1))
    assert report.taken == {}


def test_both_forms_of_a_feed_are_read(tmp_path: Path) -> None:
    row = {"kind": "visit", "patient": "x", "evidence": "V-1"}
    lines, table = tmp_path / "feed.ndjson", tmp_path / "feed.csv"
    lines.write_text(json.dumps(row) + "\n\nnot json\n[1]\n", encoding="utf-8")
    with table.open("w", newline="", encoding="utf-8-sig") as out:
        writer = csv.DictWriter(out, row)
        writer.writeheader()
        writer.writerow(row)
    assert list(rows_of(lines)) == [(1, row), (3, {}), (4, {})]
    assert list(rows_of(table)) == [(2, row)]


@pytest.mark.anyio
async def test_a_flagged_person_and_an_own_record_are_taken_and_a_flag_ends(
    exchange: Running, patients: list[dict[str, Any]], rows: psycopg.Connection[Any]
) -> None:
    patient, who = patients[0]["id"], exchange.facts["clients"]["practice"]["practitioner"]
    flag = {"kind": "flagged-person", "patient": patient, "evidence": "L-1"}
    own = {"kind": "own-record", "patient": patient, "practitioner": who, "evidence": "R-1"}
    report = await taken_in(
        exchange, flag, flag, own, {**own, "practitioner": patient}, {**flag, "evidence": ""}
    )
    assert report.taken == {"flagged-person": 2, "own-record": 1}
    assert [line for line, _ in report.dropped] == [4, 5]
    asked = (
        "SELECT (SELECT count(*) FROM flagged_person WHERE patient_id = %(it)s) AS flags,"
        " (SELECT count(*) FROM own_record WHERE patient_id = %(it)s) AS own"
    )
    assert rows.execute(asked, {"it": patient}).fetchone() == {"flags": 1, "own": 1}
    await taken_in(exchange, {**flag, "ends": "2026-11-22"})
    assert rows.execute(asked, {"it": patient}).fetchone() == {"flags": 0, "own": 1}
    rows.execute("UPDATE own_record SET patient_id = gen_random_uuid() WHERE patient_id = %s", [patient])
