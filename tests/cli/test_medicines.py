"""`tilts medicines` as a person and as a program uses it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from tests.running import Running
from tests.store.databases import empty_database
from tilts.store.migrate import migrate_database


@pytest.fixture(scope="module")
def conninfo(exchange: Running) -> Iterator[str]:
    with empty_database(exchange) as found:
        migrate_database(found, "test")
        yield found


def tilts(conninfo: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tilts", "medicines", *words],
        capture_output=True,
        text=True,
        env={**os.environ, "DATABASE_URL": conninfo, "LANG": "C.UTF-8", "COLUMNS": "140"},
        timeout=60,
        check=False,
    )


def test_from_a_sample_to_the_cheapest_of_a_group(conninfo: str, tmp_path: Path) -> None:
    files = [str(tmp_path / name) for name in ("HumanProducts.json", "prices.json")]
    assert tilts(conninfo, "sample", str(tmp_path)).stdout.split() == files

    loading = ("load", files[0], "--prices", files[1], "--valid-from", "2026-02-01")
    told = tilts(conninfo, *loading)
    assert told.returncode == 0, told.stderr
    assert "300 of 300 records taken" in told.stdout and "300 added, 0 changed, 0 ended" in told.stdout
    assert "bytes: " in told.stderr, "how far it is"
    again = json.loads(tilts(conninfo, *loading, "--json").stdout)
    assert (again["published"], again["added"], again["report"]["taken"]) == (False, [], 300)

    listed = [json.loads(line) for line in tilts(conninfo, "list", "--json").stdout.splitlines()]
    assert len(listed) == 300
    one = next(row for row in listed if row["substitutes"])
    shown = json.loads(tilts(conninfo, "show", one["product_id"], "--json").stdout)
    assert one["product_id"] in shown["group"] and shown["history"] == [["2026-02-01", None]]
    cheapest = tilts(conninfo, "list", "--group", one["substitutes"], "--cheapest", "--json").stdout
    assert [json.loads(line)["product_id"] for line in cheapest.splitlines()] == shown["cheapest"]
    assert tilts(conninfo, "versions").stdout == "2026-02-01     300 of 300  HumanProducts.json\n"


def test_people_read_what_changed_and_what_was_dropped(conninfo: str, tmp_path: Path) -> None:
    file = tmp_path / "register.xml"
    file.write_text(
        "<r><products><product><product_id>XX-1</product_id><medicine_name>Arda PARAUGS</medicine_name>"
        "<contact_phone>1</contact_phone><leaflet>x</leaflet></product><product/></products></r>"
    )
    done = tilts(conninfo, "load", str(file), "--valid-from", "2026-03-01")

    assert done.returncode == 0, done.stderr
    for line in (
        "        1  personal dropped: contact_phone",
        "        1  fields dropped: leaflet",
        "record 2 : no product_id, or not of its form",
        "+ XX-1  Arda PARAUGS",
        "and 261 more",
    ):
        assert line in done.stdout.splitlines(), line
    again = tilts(conninfo, "changes", "2026-03-01").stdout.splitlines()
    assert again[0] == "+ XX-1  Arda PARAUGS" and len(again) == 301
    assert len(json.loads(tilts(conninfo, "changes", "--json").stdout)["ended"]) == 300
    table = tilts(conninfo, "list", "arda", "--on", "2026-03-01").stdout
    assert "XX-1" in table and tilts(conninfo, "list", "nothing of it").returncode == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "XX-0"), "MED-003"),
        (("show", "XX-0", "--on", "rīt"), "write YYYY-MM-DD"),
        (("list", "--cheapest"), "needs a --group"),
        (("changes", "2020-01-01"), "no version begins on that day"),
        (("load", "nowhere.json"), "cannot be read"),
    ],
)
def test_what_is_not_possible_is_said(conninfo: str, words: tuple[str, ...], said: str) -> None:
    done = tilts(conninfo, *words)

    assert done.returncode == 1 and said in done.stderr.replace("\n", " ")


def test_a_file_that_is_no_register_changes_nothing_med_002(conninfo: str, tmp_path: Path) -> None:
    file = tmp_path / "register.json"
    file.write_text('[{"product_id": "XX-1", "medicine_na')
    before = tilts(conninfo, "versions").stdout

    done = tilts(conninfo, "load", str(file), "--valid-from", "2027-01-01")

    assert done.returncode == 1 and "MED-002" in done.stderr and tilts(conninfo, "versions").stdout == before


def test_a_load_that_is_killed_goes_on_and_till_the_end_nobody_sees_any_of_it(
    exchange: Running, tmp_path: Path
) -> None:
    many = 6_000
    file = tmp_path / "register.json"
    rows = [
        {"product_id": f"XX-{number}", "medicine_name": f"Arda {number} PARAUGS"} for number in range(many)
    ]
    file.write_text(json.dumps(rows))
    with empty_database(exchange) as conninfo:
        migrate_database(conninfo, "test")
        with psycopg.connect(conninfo, autocommit=True) as watching:
            command = [sys.executable, "-m", "tilts", "medicines", "load", str(file)]
            loading = subprocess.Popen(
                command, env={**os.environ, "DATABASE_URL": conninfo}, stderr=subprocess.DEVNULL
            )
            while loading.poll() is None and not count(watching, "medicine_staged"):
                with suppress(subprocess.TimeoutExpired):
                    loading.wait(0.01)
            loading.kill()
            loading.wait()
            half = count(watching, "medicine_staged")
            assert half and count(watching, "medicine") == 0, (
                "killed before the end, and nothing of it is seen"
            )

            done = json.loads(tilts(conninfo, "load", str(file), "--json").stdout)

            assert (done["published"], done["report"]["taken"], len(done["added"])) == (True, many, many)
            assert (count(watching, "medicine_staged"), count(watching, "medicine")) == (0, many)


def count(connection: psycopg.Connection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM onboarding.{table}".encode()).fetchone()
    assert row is not None
    return int(row[0])
