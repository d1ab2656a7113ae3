"""kill -9 of the server and of PostgreSQL in the middle of the work: what was acknowledged is there, once and whole."""

import random
from collections import Counter as Tally
from typing import Any, Final
from uuid import UUID

from proofs.checks import OFFENDERS, Acknowledged, check_all, counts
from proofs.counterwork import Round, work_round
from proofs.keeping import Entry, Journal
from proofs.killing import ASYNCHRONOUS, SYNCHRONOUS, TARGETS, drive, kill_server, set_commit
from proofs.sandbox import reading, sandbox
from proofs.stopping import Stop
from proofs.watching import Watcher, watching
from tilts.lab.environment import Environment

NAME: Final = "kill"
TITLE: Final = "kill -9 in the middle of the work"
WHAT: Final = (
    "In each round patients are prescribed for and pharmacies find, claim and hand out, while the server process or "
    "every process of PostgreSQL gets SIGKILL in the middle, alternating. Clients repeat a call with the same "
    "bytes and the same key until it is answered. The sandbox starts again what was killed. Every acknowledged "
    "dispense must then be there, once, with its document, its signed bytes, its audit entry and its balance. The control "
    "is one more round with asynchronous commit, where acknowledged writes are lost: it shows that a loss would be seen."
)
SIZE: Final = 1_000  # dispenses in a round
ROUNDS: Final = 10
MOST_CONTROLS: Final = 3


def prove(journal: Journal, size: int, seed: int, stop: Stop, rounds: int = ROUNDS) -> dict[str, Any] | None:
    with (
        watching(TITLE, size * rounds) as watcher,
        sandbox(journal.folder / "sandbox", watcher) as environment,
    ):
        kill_all(environment, journal, Plan(size, rounds, seed), stop, watcher)
        if stop.wanted:
            return None
        watcher.say("searching the database for what must not be there")
        judged = judge(environment, journal)
        watcher.say("control: the same with asynchronous commit")
        judged["figures"] |= control(environment, journal, size, stop)
        if not judged["figures"]["control: acknowledged and lost with asynchronous commit"]:
            judged["findings"].append("the control lost nothing: this proof could not see a loss")
        return judged | {"postgres": environment.cluster.version}


class Plan:
    """Which round kills whom, and when; the same for the same seed."""

    def __init__(self, size: int, rounds: int, seed: int) -> None:
        self.size, self.rounds, self.seed = size, rounds, seed

    def round(self, number: int, session: str) -> Round:
        chance = random.Random(f"{self.seed}:kill:{number}")
        target = list(TARGETS)[number % len(TARGETS)]
        after = round(self.size * chance.uniform(0.3, 0.7))
        return Round(number, f"kill-{self.seed}-{session}-{number}", self.size, after, target)


def kill_all(environment: Environment, journal: Journal, plan: Plan, stop: Stop, watcher: Watcher) -> None:
    """Every round that is not in the journal yet; a round that was stopped is done again from its start."""
    session = journal.begin(seed=plan.seed)
    ended = {entry["number"] for entry in journal.of("round")}
    for number in range(plan.rounds):
        if number in ended or stop.wanted:
            continue
        done = plan.size * len(journal.of("round"))
        current = plan.round(number, session)
        drive(environment, stop, lambda: work_round(environment, current, journal, stop, watcher, done))  # noqa: B023
    watcher.at(plan.size * len(journal.of("round")))


def judge(environment: Environment, journal: Journal) -> dict[str, Any]:
    rounds, acknowledged = journal.of("round"), journal.of("dispense")
    with reading(environment) as connection:
        found = check_all(connection, told(acknowledged))
        rows = counts(connection)
    findings = [f"{f.count} x {f.check}: {', '.join(f.offenders)}" for f in found]
    findings += [f"round {entry['number']}: {text}" for entry in rounds for text in entry["findings"]]
    findings += [
        f"round {e['number']}: {e['acknowledged']} of {e['size']} were answered"
        for e in rounds
        if e["acknowledged"] != e["size"]
    ]
    return {"findings": findings, "figures": figures(journal), "rows": rows}


def figures(journal: Journal) -> dict[str, Any]:
    rounds, acknowledged = journal.of("round"), journal.of("dispense")
    repeats = sum((Tally(entry["repeats"]) for entry in rounds), Tally[str]())
    back = {
        f"seconds until a write was acknowledged again, {target} killed": [
            entry["back_seconds"] for entry in rounds if entry["target"] == target
        ]
        for target in TARGETS
    }
    return {
        "kills": len(rounds),
        "dispenses acknowledged": len(acknowledged),
        "calls repeated, by why": ", ".join(f"{why}: {n}" for why, n in sorted(repeats.items())) or "none",
        "dispenses answered as the first time": sum(entry["replayed"] for entry in acknowledged),
        **back,
        "checks in SQL": len(OFFENDERS),
        "seconds": round(journal.seconds()),
    }


def control(environment: Environment, journal: Journal, size: int, stop: Stop) -> dict[str, Any]:
    """The negative control; its losses are apart from the real ones and not cleaned up: the folder goes anyway."""
    held = Journal(journal.folder / "control")
    session = held.begin(seed=0)
    lost = tries = 0
    set_commit(environment, ASYNCHRONOUS)
    kill_server(environment)  # its sessions begin anew, with the new setting
    while not lost and tries < MOST_CONTROLS and not stop.wanted:
        some = max(20, size // 5)
        chosen = Round(tries, f"control-{session}-{tries}", some, some // 2, "PostgreSQL", strict=False)
        drive(environment, stop, lambda: work_round(environment, chosen, held, stop, None, 0))  # noqa: B023
        with reading(environment) as connection:
            found = check_all(connection, told(held.of("dispense")))
        lost = sum(f.count for f in found if f.check == "acknowledged and not there")
        tries += 1
    set_commit(environment, SYNCHRONOUS)
    held.remove()
    return {"control: acknowledged and lost with asynchronous commit": lost, "control: kills": tries}


def told(entries: list[Entry]) -> list[Acknowledged]:
    return [
        Acknowledged(
            UUID(entry["dispense"]), UUID(entry["line"]), entry["identifier"], bytes.fromhex(entry["sha256"])
        )
        for entry in entries
    ]
