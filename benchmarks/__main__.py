"""python -m benchmarks [--rounds N] [--seconds S] [--clients N] [--scene NAME] [--out DIR]"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import uvloop

from benchmarks.bare import bare_server, shape_of
from benchmarks.floor import Writer, pgbench, tokens_in
from benchmarks.load import Measured, Meter, played, send
from benchmarks.page import FOLDER, Figures, write
from benchmarks.recording import recorder
from benchmarks.scenes import SCENES, Cast, Scene
from proofs.driver.http import Answer, Line
from proofs.driver.parties import Party, Request
from proofs.sandbox import Counter, sandbox
from proofs.watching import Lines
from tilts.lab.environment import Environment, forget
from tilts_connector._tls import tls_context
from tilts_fhir.json_strict import decode, encode

RECORDINGS = 12  # of one scene, each with another patient


@dataclass(slots=True)
class Bench:
    environment: Environment
    cast: Cast
    scratch: Path
    given: argparse.Namespace
    say: Callable[[str], None]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6.0, help="of each measurement")
    parser.add_argument(
        "--clients", type=int, default=12, help="at once, each beginning anew when it is answered"
    )
    parser.add_argument("--scene", choices=[scene.name for scene in SCENES], action="append")
    parser.add_argument("--out", type=Path, default=FOLDER)
    given = parser.parse_args()
    chosen = [scene for scene in SCENES if not given.scene or scene.name in given.scene]
    watcher = Lines("benchmarks", 0)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "sandbox"
        try:
            with sandbox(folder, watcher) as environment:
                counter = Counter.of(environment)
                cast = Cast(counter.practice, counter.pharmacies[0], counter.patients)
                bench = Bench(environment, cast, Path(scratch), given, watcher.say)
                figures = uvloop.run(measure_all(bench, chosen))
                version = environment.cluster.version
        finally:
            forget(folder, progress=watcher.say)
    write(figures, version, given, given.out)
    print((given.out / "README.md").read_text())
    return 0


async def measure_all(bench: Bench, scenes: list[Scene]) -> list[Figures]:
    answers = bench.scratch / "answers.json"
    answers.write_bytes(encode(await answers_of(bench, scenes)))
    found = {scene.name: Figures(scene) for scene in scenes}
    scripts = {scene.name: await write_script(bench, scene, found[scene.name]) for scene in scenes}
    with bare_server(bench.environment, answers) as (port, pid):
        for round_number in range(bench.given.rounds):
            for scene in scenes:
                figures = found[scene.name]
                figures.server.append(await measure_server(bench, scene))
                figures.floor.append(await measure_floor(bench, scripts[scene.name]))
                figures.bare.append(await measure_bare(bench, scene, port, pid))
                bench.say(f"round {round_number + 1}, {scene.name}: {figures.last()}")
    return list(found.values())


async def measure_server(bench: Bench, scene: Scene) -> Measured:
    cast = await bench.cast.over(line_of)
    server: Any = bench.environment.server
    meters = {"server": Meter(server.pid), "postgres": Meter(bench.environment.cluster.pid)}
    try:
        return await played(scene, cast, bench.given.clients, bench.given.seconds, meters)
    finally:
        cast.close()


async def measure_floor(bench: Bench, script: Path) -> Measured:
    meter, url = Meter(bench.environment.cluster.pid), bench.environment.settings.database_url
    given = bench.given
    return await asyncio.to_thread(pgbench, url, script, given.clients, given.seconds, meter)


async def measure_bare(bench: Bench, scene: Scene, port: int, pid: int) -> Measured:
    cast = await bench.cast.over(partial(line_of, port=port))
    try:
        return await played(scene, cast, bench.given.clients, bench.given.seconds, {"server": Meter(pid)})
    finally:
        cast.close()


def line_of(party: Party, port: int | None = None) -> Line:
    address = party.line.address
    return Line(address[0], port or address[1], tls_context(party.credentials))


async def answers_of(bench: Bench, scenes: list[Scene]) -> dict[str, Any]:
    """What the exchange really answers, for the bare handler to say again."""
    kept: dict[str, Any] = {}

    async def keep(party: Party, request: Request) -> Answer:
        answer = await send(party, request)
        kept[shape_of(party.base + request.path)] = decode(answer.body)
        return answer

    for scene in scenes:
        await scene.play(bench.cast, bench.cast.patients[0], keep)
    return kept


async def write_script(bench: Bench, scene: Scene, figures: Figures) -> Path:
    """The pgbench script of a scene, from one recording for each of some patients."""
    async with recorder(bench.environment) as source:
        leading = bench.cast.patients[0]
        other = await source.play(scene, bench.cast, leading)
        await asyncio.sleep(0.002)  # so that nothing of the other was made in the same millisecond
        since_ms = time.time_ns() // 1_000_000
        recordings = [
            await source.play(scene, bench.cast, patient) for patient in bench.cast.patients[:RECORDINGS]
        ]
    figures.statements = [len(one) for one in recordings[0].transactions]
    writer = Writer(since_ms, recordings[0].number, tokens_in(other))
    file = bench.scratch / f"{scene.name}.sql"
    file.write_text(writer.script(recordings))
    return file


if __name__ == "__main__":
    sys.exit(main())
