"""PostgreSQL's own limit for the same rows: the recorded statements, sent by pgbench with nothing in between.

Ids that were made during the recording become new ones in each transaction, in the order of time as the real ones;
everything else stays as it was. The floor is taken at its best: prepared, planned once, no round of its own left out.
"""

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from psycopg.conninfo import conninfo_to_dict
from psycopg.types.json import Jsonb

from benchmarks.load import Measured, Meter
from benchmarks.recording import Recorded, Statement
from tilts.store.embedded.binaries import find_binaries

PLACE: Final = re.compile(r"%\((\w+)\)[sbt]")
UUID_TEXT: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
MOMENT: Final = ":n::bigint"  # milliseconds of a time to come, so that no real id is met
RUNS: Final = count(1)


@dataclass(slots=True)
class Writer:
    """Turns recordings of one scene, each with another patient, into one pgbench script; the first one leads."""

    since_ms: int  # when the first one began
    number: str
    other_tokens: frozenset[int]  # of one more recording: what is not in it belongs to the first alone
    _new: dict[str, int] = field(default_factory=dict)

    def script(self, recordings: list[Recorded]) -> str:
        first = recordings[0]
        alike = [other for other in recordings if shape_of(other) == shape_of(first)]
        lines = [r"\set i :i + 1", r"\set n :base + :i * 64 + :client_id"]
        for place, transaction in enumerate(first.transactions):
            lines.append("BEGIN;")
            for spot, statement in enumerate(transaction):
                lines += self._statement(statement, [other.transactions[place][spot] for other in alike])
            lines.append("COMMIT;")
        return "\n".join(lines) + "\n"

    def _statement(self, statement: Statement, others: list[Statement]) -> Iterator[str]:
        if len(statement.rows) > 1:  # the library sends these as one batch
            yield r"\startpipeline"
        for row in range(len(statement.rows)):
            text = PLACE.sub(
                lambda found: self.chosen([other.rows[row][found[1]] for other in others]),  # noqa: B023
                statement.text,
            )
            yield " ".join(text.replace("%%", "%").split()) + ";"
        if len(statement.rows) > 1:
            yield r"\endpipeline"

    def chosen(self, values: list[Any]) -> str:
        """One value of the leading recording; one for each client where it goes with the patient."""
        written = self.value(values[0])
        by_patient = isinstance(values[0], UUID | str) or (
            isinstance(values[0], list) and all(isinstance(value, UUID | str) for value in values[0])
        )
        if not by_patient or MOMENT in written or all(value == values[0] for value in values):
            return written
        cases = " ".join(f"WHEN {place} THEN {self.value(value)}" for place, value in enumerate(values))
        return f"CASE :client_id::bigint % {len(values)} {cases} END"

    def value(self, value: Any) -> str:
        match value:
            case None:
                return "NULL"
            case bool() | int() | Decimal():
                return f"({value})"
            case UUID():
                return self._new_id(str(value)) or f"'{value}'::uuid"
            case datetime() | date():
                return literal(value.isoformat()) + (
                    "::timestamptz" if isinstance(value, datetime) else "::date"
                )
            case bytes():
                return rf"'\x{value.hex()}'::bytea"
            case Jsonb():
                return literal(json.dumps(value.obj)) + "::jsonb"
            case list():
                return self._array(value)
            case str():
                return self._text(value)
        return self.value(str(value))

    def _array(self, values: list[Any]) -> str:
        if not values:
            return "'{}'"
        if all(isinstance(value, int) and not isinstance(value, bool) for value in values):
            tokens = [self._token(place, value) for place, value in enumerate(values)]
            return f"ARRAY[{', '.join(tokens)}]::bigint[]"
        return f"ARRAY[{', '.join(self.value(value) for value in values)}]"

    def _token(self, place: int, value: int) -> str:
        return f"({value})" if value in self.other_tokens else f"({MOMENT} * 65537 + {place})"

    def _text(self, value: str) -> str:
        parts = [self.number] if self.number else []
        parts += [found for found in UUID_TEXT.findall(value) if self._new_id(found)]
        if not any(part in value for part in parts):
            return literal(value) + "::text"
        pieces = re.split("(" + "|".join(re.escape(part) for part in parts) + ")", value)
        shown = [self._piece(piece) for piece in pieces if piece]
        return "(" + " || ".join(shown) + ")"

    def _piece(self, piece: str) -> str:
        if piece == self.number:
            return f"upper(lpad(to_hex({MOMENT}), 14, '0'))"
        new = self._new_id(piece) if UUID_TEXT.fullmatch(piece) else ""
        return f"{new}::text" if new else literal(piece)

    def _new_id(self, written: str) -> str:
        """For an id made during the recording: another one in each transaction, the same within it."""
        made_ms = UUID(written).int >> 80
        if UUID(written).version != 7 or made_ms < self.since_ms:
            return ""
        place = self._new.setdefault(written, len(self._new))
        return f"(lpad(to_hex({MOMENT}), 12, '0') || '7{place:03x}8000000000000000')::uuid"


def literal(text: str) -> str:
    """No colon may stand in a script: pgbench would take a word after it for a variable."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace(":", "\\x3A").replace("\n", "\\n")
    return f"E'{escaped}'"


def shape_of(recorded: Recorded) -> list[list[tuple[str, int]]]:
    return [[(one.text, len(one.rows)) for one in transaction] for transaction in recorded.transactions]


def tokens_in(recorded: Recorded) -> frozenset[int]:
    lists = (
        value
        for transaction in recorded.transactions
        for statement in transaction
        for row in statement.rows
        for value in row.values()
        if isinstance(value, list)
    )
    return frozenset(value for values in lists for value in values if isinstance(value, int))


def pgbench(database_url: str, script: Path, clients: int, seconds: float, meter: Meter) -> Measured:
    """The script by so many sessions, over and over."""
    words = conninfo_to_dict(database_url)
    environment = {
        **os.environ,
        "PGHOST": str(words["host"]),
        "PGPORT": str(words.get("port", 5432)),
        "PGUSER": str(words["user"]),
        "PGPASSWORD": str(words["password"]),
        "PGDATABASE": str(words["dbname"]),
        "PGOPTIONS": "-c plan_cache_mode=force_generic_plan -c search_path=test",
    }
    base = 4_000_000_000_000 + next(RUNS) * 1_000_000_000 + int(time.time()) % 1_000_000 * 100_000_000
    program = find_binaries(None, lambda _: None).folder / "pgbench"
    command = [str(program), "-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T", str(round(seconds))]
    command += ["-D", "i=0", "-D", f"base={base}", "-f", str(script)]
    before = meter.seconds()
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    after = meter.seconds()
    done = re.search(r"transactions actually processed: (\d+)", said.stdout)
    rate = re.search(r"tps = ([\d.]+)", said.stdout)
    if said.returncode or not done or not rate or not int(done[1]):
        raise RuntimeError(f"pgbench: {said.stderr[-2000:]}")
    played = int(done[1])
    return Measured(float(rate[1]), 0.0, 1000 * (after - before) / played, 0.0, 0.0, 0.0, played)
