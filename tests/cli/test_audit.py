"""`tilts audit`: as an operator and as a program reads it, on the running sandbox."""

import json
import os
import subprocess
import sys
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests.running import Running
from tilts.ids import new_id


def audit(exchange: Running, *words: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    place = {
        "TILTS_DATA_DIR": str(exchange.environment.options.data_dir),
        "LANG": "C.UTF-8",
        "COLUMNS": "300",
    }
    return subprocess.run(
        [sys.executable, "-m", "tilts", "audit", *words],
        capture_output=True,
        text=True,
        env={**kept, **place},
        timeout=120,
        check=False,
    )


def rows(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_verify_ends_with_one_and_names_what_was_changed(exchange: Running) -> None:
    """Another run of tests may write beside it; the row of this one is its own."""
    superuser = make_conninfo(exchange.environment.cluster.superuser_dsn(), dbname="tilts")
    sealed = (
        "SELECT audit_id FROM test.audit_entry WHERE xid < (SELECT max(to_xid) FROM test.audit_seal) LIMIT 1"
    )
    audit(exchange, "list", "--reason", "So that there is an entry at all")
    with psycopg.connect(superuser, autocommit=True) as db:
        row = db.execute(sealed.encode()).fetchone()
        while row is None:
            row = db.execute(sealed.encode()).fetchone()
        before = rows(audit(exchange, "verify", "--json"))
        db.execute("UPDATE test.audit_entry SET method = method || '!' WHERE audit_id = %s", row)
        spoilt = audit(exchange, "verify", "--json")
        told = audit(exchange, "verify")
        db.execute("UPDATE test.audit_entry SET method = rtrim(method, '!') WHERE audit_id = %s", row)

    findings = [one for one in rows(spoilt)[:-1] if one not in before[:-1]]
    assert (before[-1]["findings"], before[-1]["unvouched"]) == (0, 0)
    assert [(one["what"], one["kind"], one["id"]) for one in findings] == [("changed", "entry", str(row[0]))]
    assert (spoilt.returncode, told.returncode) == (1, 1)
    assert f"changed entry {row[0]}" in told.stdout


def test_heads_are_printed_with_their_keys(exchange: Running) -> None:
    done = audit(exchange, "heads", "--count", "3")

    found = json.loads(done.stdout)
    assert (done.returncode, found["environment"]) == (0, "test")
    assert 1 <= len(found["heads"]) <= 3
    assert found["heads"][0]["head"]["key"] in found["keys"]


def test_entries_are_listed_with_a_reason_that_is_written_down(exchange: Running) -> None:
    why = f"Pārbaude {new_id()}: kas noticis šodien"

    listed = audit(exchange, "list", "--reason", why, "--event", "audit.listed", "--json")
    again = audit(exchange, "list", "--reason", why, "--event", "audit.listed", "--json")

    assert listed.returncode == 0, listed.stderr
    assert why in [one["detail"]["why"] for one in rows(again)]


@pytest.mark.parametrize(
    ("words", "rule_id"),
    [(("--reason", "so"), "AUD-003"), (("--reason", "x" * 30, "--from", "2020-01-01"), "AUD-004")],
)
def test_a_look_that_is_refused_says_why(exchange: Running, words: tuple[str, ...], rule_id: str) -> None:
    done = audit(exchange, "list", *words)

    assert (done.returncode, done.stdout) == (1, "")
    assert rule_id in done.stderr
