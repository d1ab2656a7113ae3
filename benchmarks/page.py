"""The table, the JSON and the picture of a run: docs/bench."""

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.drawing import Bar, picture
from benchmarks.load import Measured, middle
from benchmarks.scenes import Scene
from proofs.machine import commit, machine, today

FOLDER: Final = Path(__file__).parent.parent / "docs" / "bench"
HEAD: Final = """# Benchmarks

Made by `make bench` from `bench.json`; do not edit. Exchange, PostgreSQL and the driver of the load share the cores of
one machine, so only the ratios count, and only within this run. Every call of the exchange goes over mutual TLS with
a token and is written to the audit trail in its own transaction; writes are signed and verified.

- **PostgreSQL alone**: the statements that the exchange sends for the same call, recorded while it sent them, sent by
  `pgbench` to the same tables (prepared, planned once). The share is how much of PostgreSQL's own rate the exchange reaches.
- **bare handler**: the same uvicorn settings, the same TLS, Starlette; it decodes the request's JSON and encodes the
  same answer, and does nothing else.
- **per CPU second**: requests for each second of processor time of server and PostgreSQL together.

![Processor time of each call](bench.svg)
"""
PEERS: Final = "Peers (fhirstarter, node-fhir-server-core) are not measured yet; they come with a later part, in the same run."


@dataclass(slots=True)
class Figures:
    """One scene: what each round gave."""

    scene: Scene
    server: list[Measured] = field(default_factory=list)
    floor: list[Measured] = field(default_factory=list)
    bare: list[Measured] = field(default_factory=list)
    statements: list[int] = field(default_factory=list)  # that each call of the scene sends

    def last(self) -> str:
        server, floor, bare = self.server[-1], self.floor[-1], self.bare[-1]
        return (
            f"{server.per_second:.0f}/s ({server.server_ms:.2f} + {server.postgres_ms:.2f} ms CPU), "
            f"PostgreSQL alone {floor.per_second:.0f}/s ({floor.postgres_ms:.2f} ms), "
            f"bare {bare.per_second:.0f}/s ({bare.server_ms:.2f} ms)"
        )

    def ratio(self, of: Callable[[Measured, Measured, Measured], float]) -> float:
        """The middle of the rounds' own ratios: what else ran in a round was there for all three."""
        ratios = sorted(map(of, self.server, self.floor, self.bare))
        return ratios[len(ratios) // 2]


def row_of(figures: Figures) -> dict[str, Any]:
    server, calls = figures.server, figures.scene.calls
    return {
        "call": figures.scene.name,
        "what": figures.scene.what,
        "requests": calls,
        "statements": figures.statements,
        "requests/s": round(calls * middle(server, lambda m: m.per_second)),
        "p50 ms": round(middle(server, lambda m: m.p50_ms), 1),
        "p99 ms": round(middle(server, lambda m: m.p99_ms), 1),
        "CPU ms server": round(middle(server, lambda m: m.server_ms), 2),
        "CPU ms PostgreSQL": round(middle(server, lambda m: m.postgres_ms), 2),
        "CPU ms PostgreSQL alone": round(middle(figures.floor, lambda m: m.postgres_ms), 2),
        "CPU ms bare handler": round(middle(figures.bare, lambda m: m.server_ms), 2),
        "per CPU second": round(calls * middle(server, lambda m: 1000 / m.exchange_ms)),
        "rate / PostgreSQL alone": round(figures.ratio(lambda s, f, b: s.per_second / f.per_second), 3),
        "CPU / PostgreSQL alone": round(figures.ratio(lambda s, f, b: s.exchange_ms / f.postgres_ms), 2),
        "PostgreSQL's CPU / PostgreSQL alone": round(
            figures.ratio(lambda s, f, b: s.postgres_ms / f.postgres_ms), 2
        ),
        "server's CPU / bare handler": round(figures.ratio(lambda s, f, b: s.server_ms / b.server_ms), 2),
        "rate / bare handler": round(figures.ratio(lambda s, f, b: s.per_second / b.per_second), 3),
    }


def write(all_figures: list[Figures], postgres: str, given: argparse.Namespace, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    known = {
        "date": today(),
        "commit": commit(),
        "machine": machine(postgres),
        "rounds": given.rounds,
        "seconds": given.seconds,
        "clients": given.clients,
        "rows": [row_of(figures) for figures in all_figures],
        "calls of the mixed load": next(
            (calls_of(one) for one in all_figures if one.scene.name == "mixed"), []
        ),
        "measured": {
            figures.scene.name: {
                name: [asdict(one) for one in getattr(figures, name)] for name in ("server", "floor", "bare")
            }
            for figures in all_figures
        },
    }
    (folder / "bench.json").write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    (folder / "bench.svg").write_text(picture(bars(known["rows"])), encoding="utf-8")
    (folder / "README.md").write_text(page(known), encoding="utf-8")


def calls_of(figures: Figures) -> list[dict[str, Any]]:
    """p50 and p99 of each kind of call, the middle of the rounds; and as so many times a plain read."""
    found: list[dict[str, Any]] = []
    for name in figures.server[0].calls:
        p50, p99 = (
            middle(figures.server, lambda m, name=name, part=part: m.calls[name][part])  # type: ignore[misc]
            for part in (0, 1)
        )
        found.append({"call": name, "p50 ms": round(p50, 1), "p99 ms": round(p99, 1)})
    plain = next(one["p50 ms"] for one in found if one["call"] == "GET Patient/{id}")
    return [one | {"p50 / plain read": round(one["p50 ms"] / plain, 2)} for one in found]


def bars(rows: list[dict[str, Any]]) -> list[Bar]:
    found = []
    for row in rows:
        exchange = [("server", row["CPU ms server"]), ("postgres", row["CPU ms PostgreSQL"])]
        found.append(Bar(row["call"], "exchange", exchange))
        found.append(Bar("", "PostgreSQL alone", [("postgres", row["CPU ms PostgreSQL alone"])]))
        found.append(Bar("", "bare handler", [("bare", row["CPU ms bare handler"])]))
    return found


def page(known: dict[str, Any]) -> str:
    machine_words = ", ".join(f"{name} {value}" for name, value in known["machine"].items())
    rates = [
        "call",
        "requests/s",
        "p50 ms",
        "p99 ms",
        "per CPU second",
        "rate / PostgreSQL alone",
        "rate / bare handler",
    ]
    costs = ["call", "CPU ms server", "CPU ms PostgreSQL", "CPU ms PostgreSQL alone", "CPU ms bare handler"]
    costs += ["PostgreSQL's CPU / PostgreSQL alone", "server's CPU / bare handler", "CPU / PostgreSQL alone"]
    calls = [
        f"- `{row['call']}`: {row['what']}; statements sent by each call: {', '.join(map(str, row['statements']))}"
        for row in known["rows"]
    ]
    said = (
        f"{known['date']}, commit {known['commit']}; median of {known['rounds']} rounds of {known['seconds']:g} s each, "
        f"taken in turn, {known['clients']} clients in a closed loop. {machine_words}."
    )
    parts = [HEAD, "## Rates", "", *table(rates, known["rows"]), "", "## Processor time", ""]
    parts += [*table(costs, known["rows"]), "", *calls, ""]
    if mixed := known["calls of the mixed load"]:
        parts += ["## Inside the mixed load", "", *table(list(mixed[0]), mixed), ""]
    parts += [said, "", PEERS, ""]
    return "\n".join(parts)


def table(columns: list[str], rows: list[dict[str, Any]]) -> list[str]:
    lines = ["| " + " | ".join(columns) + " |", "| --- |" + " ---: |" * (len(columns) - 1)]
    return lines + ["| " + " | ".join(str(row[column]) for column in columns) + " |" for row in rows]
