"""python -m proofs [name] [--scale S] [--seed N] [--fresh] [--list]"""

import argparse
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from proofs import (
    dispense_races,
    feed,
    hostile,
    kill,
    last_pack,
    oracle,
    published,
    revocation,
    sequences,
    tamper,
    thief,
)
from proofs.keeping import Journal, place_of
from proofs.report import FOLDER, write
from proofs.stopping import Stop, stoppable
from tilts.lab.environment import forget

PROOFS: dict[str, ModuleType] = {
    module.NAME: module
    for module in (
        last_pack,
        dispense_races,
        kill,
        sequences,
        feed,
        oracle,
        published,
        hostile,
        thief,
        revocation,
        tamper,
    )
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m proofs", description=__doc__)
    parser.add_argument("name", nargs="?", choices=list(PROOFS), help="one proof; all without it")
    parser.add_argument(
        "--scale", type=float, default=1.0, help="share of the full size; figures stay out of docs"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fresh", action="store_true", help="forget what was kept of an earlier start")
    parser.add_argument("--list", action="store_true", help="say which proofs there are")
    given = parser.parse_args()
    if given.list:
        for name, module in PROOFS.items():
            print(f"{name:12} {module.TITLE}: {module.SIZE:,}")
        return 0
    with stoppable() as stop:
        chosen = [given.name] if given.name else list(PROOFS)
        return max(run(PROOFS[name], given, stop) for name in chosen)


def run(module: ModuleType, given: argparse.Namespace, stop: Stop) -> int:
    """0: nothing found; 1: findings; 130: stopped, to be gone on with."""
    if stop.wanted:
        return 130
    journal = opened(module.NAME, given)
    size = max(1, round(module.SIZE * given.scale))
    outcome = module.prove(journal, size, given.seed, stop)
    if outcome is None:
        journal.close()
        print(f"{module.NAME}: stopped; the same command goes on from here ({journal.folder})")
        return 130
    proof = {"name": module.NAME, "title": module.TITLE, "what": module.WHAT, "seed": given.seed}
    proof |= {"size": size}
    folder = FOLDER if given.scale == 1.0 else journal.folder.with_name(f"{module.NAME}-scaled")
    file = write(proof, outcome, folder)
    tell(module.NAME, outcome, file)
    if outcome["findings"]:
        journal.close()
        print(f"{module.NAME}: kept to be looked at: {journal.folder}; --fresh begins anew")
        return 1
    remove(journal)
    return 0


def opened(name: str, given: argparse.Namespace) -> Journal:
    """What was kept, if it was of the same seed."""
    journal = Journal(place_of(name))
    seeds = {entry["seed"] for entry in journal.of("session")}
    if given.fresh or seeds - {given.seed}:
        remove(journal)
        journal = Journal(place_of(name))
    return journal


def remove(journal: Journal) -> None:
    """The journal with its sandbox, whose database lies elsewhere where root started it."""
    forget(journal.folder / "sandbox", progress=lambda _: None)
    journal.remove()


def tell(name: str, outcome: dict[str, Any], file: Path) -> None:
    for figure, value in outcome["figures"].items():
        print(f"{name}: {figure}: {value}")
    for text in outcome["findings"]:
        print(f"{name}: FOUND {text}")
    print(f"{name}: {len(outcome['findings'])} findings; written to {file}")


if __name__ == "__main__":
    sys.exit(main())
