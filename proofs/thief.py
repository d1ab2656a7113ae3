"""Nobody copies the register: a thief with a valid certificate gets sixty patients and is held; a normal day is not."""

import asyncio
import random
from collections import Counter as Tally
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID, uuid4

import psycopg
from psycopg.conninfo import make_conninfo

from proofs.driver.parties import Party
from proofs.keeping import Entry, Journal
from proofs.killing import TARGETS, drive
from proofs.sandbox import reading
from proofs.stopping import Stop
from proofs.theft import Loot, Make, as_another, every_way, steal
from proofs.watching import Watcher, watching
from proofs.workday import Replay, slow_theft, work_a_day
from tilts.access.breadth.limits import limits_from
from tilts.lab.environment import Environment, Options
from tilts.store.tx import Database

NAME: Final = "thief"
TITLE: Final = "A thief with a valid certificate and practitioner"
WHAT: Final = (
    "A practitioner of a practice, with certificate and token in order, knows names, person codes and ids of everybody and "
    "takes every way by which data of patients leave: each route of the registry that his kind of party may call, alone and "
    "mixed, over one and over 64 connections, while the server and PostgreSQL get SIGKILL and are started again. "
    "Counted are the patients of whom anything came. Then fifty practitioners of one practice do the same, and one who stays below "
    "every hourly limit for 24 hours. At the end a day of 25 practices, 10 pharmacies and 2 hospitals must hold nobody. The last "
    "two go through the counter with business time as an argument; all else goes over mutual TLS. No page of the portal shows "
    "patients to staff of institutions."
)
SIZE: Final = 20_000  # patients
CONNECTIONS: Final = 64
SITE_THIEVES: Final = 50
ALERT_SECONDS: Final = 10
BY_PRACTITIONER: Final = 60
BY_DAY: Final = 150
HIRE: Final = (
    "INSERT INTO practitioner_role (role_id, practitioner_id, organization_id, code, display, active)"
    " VALUES (%s, %s, %s, 'doctor', 'Thief', true)"
)


def prove(journal: Journal, size: int, seed: int, stop: Stop) -> dict[str, Any] | None:
    """The figures; None when it was stopped before its end."""
    with watching(TITLE, len(PARTS)) as watcher:
        folder = journal.folder / "sandbox"
        environment = Environment(Options(folder, port=0, rate=0, patients=size), watcher.say)
        try:
            journal.begin(seed=seed)
            for number, (name, part) in enumerate(PARTS.items(), start=1):
                if stop.wanted:
                    return None
                if name not in {entry["name"] for entry in journal.of("part")}:
                    journal.add("part", name=name, **part(Scene(environment, seed, stop, watcher)))
                watcher.at(number)
            return judge(journal.of("part"), alerts(environment)) | {"postgres": environment.cluster.version}
        finally:
            environment.stop()


class Scene:
    """The exchange, and who steals from it: new people each time, whom nobody has counted yet."""

    def __init__(self, environment: Environment, seed: int, stop: Stop, watcher: Watcher) -> None:
        self.environment, self.seed, self.stop, self.watcher = environment, seed, stop, watcher
        everybody = environment.population.resources
        self.people = [one for one in everybody if one["resourceType"] == "Patient"]
        self.patients = [UUID(one["id"]) for one in self.people]

    def thief(self, client: str) -> Party:
        """Another person at the same system."""
        party = Party.of(self.environment.facts, client)
        practitioner, role = str(uuid4()), str(uuid4())
        words = make_conninfo(
            self.environment.cluster.superuser_dsn(), dbname="tilts", options="-csearch_path=test"
        )
        with psycopg.connect(words) as connection:
            connection.execute(HIRE, [role, practitioner, party.credentials.organization_id])
        return as_another(party, practitioner, role)

    def loot(self, party: Party, name: str) -> Loot:
        return Loot(self.people, random.Random(f"{self.seed}:{name}"), party=party)

    def run(self, work: Callable[[], Any]) -> None:
        drive(self.environment, self.stop, work)


def alone(scene: Scene) -> Entry:
    """Each way by a thief of its own, one connection; institutions in turn, so that none comes to its own limit."""
    clients = ["practice-4", "practice-5", "practice-6", "practice-7", "practice-8", "hospital", "hospital-2"]
    got: dict[str, int] = {}
    after = 0

    async def work() -> None:
        nonlocal after
        for number, way in enumerate(every_way("practice")):
            party = scene.thief(clients[number % len(clients)])
            loot = scene.loot(party, f"{number}")
            await steal(party, loot, [way], seconds=4)
            got[f"{number} {way[0]}"] = len(loot.got)
            after += len(loot.after_hold)
            party.line.close()

    scene.run(work)
    return {"got": got, "most": max(got.values()), "after": after, "ways": len(got)}


def mixed(
    connections: int, client: str, ways: Callable[[], list[tuple[str, Make]]], kills: tuple[str, ...]
) -> Any:
    """One thief with so many connections; killed are the server and PostgreSQL, before the hold and after it."""

    def part(scene: Scene) -> Entry:
        party = scene.thief(client)
        loot = scene.loot(party, client)
        parties = [party, *(as_another(party, *actor_of(party)) for _ in range(connections - 1))]
        killed: list[str] = []

        async def kill() -> None:
            for number, target in enumerate(kills, start=1):
                wanted = number * BY_PRACTITIONER // 4
                while len(loot.got) < wanted and not loot.held_at:
                    await asyncio.sleep(0.005)
                TARGETS[target](scene.environment)
                killed.append(target)

        async def work() -> None:
            await party.token()
            for other in parties:
                other._token = party._token
            await asyncio.gather(*(steal(one, loot, ways()) for one in parties), kill())
            for target in kills[1:]:  # a hold outlives a start
                TARGETS[target](scene.environment)
                killed.append(target)
                await steal(party, loot, ways())
            for one in parties:
                one.line.close()

        scene.run(work)
        actor = party.credentials.practitioner_id or ""
        return {
            "got": len(loot.got),
            "after": len(loot.after_hold),
            "sent": sum(loot.sent.values()),
            "answers": dict(loot.answers),
            "killed": len(killed),
            "alert_seconds": alert_after(scene.environment, actor, party),
        }

    return part


def actor_of(party: Party) -> tuple[str, str]:
    credentials = party.credentials
    return credentials.practitioner_id or "", credentials.role_id or ""


def site(scene: Scene) -> Entry:
    """Fifty practitioners of one practice, all at once."""
    client = "practice-3"
    thieves = [scene.thief(client) for _ in range(SITE_THIEVES)]
    loot = scene.loot(thieves[0], "site")
    ways = [way for way in every_way("practice") if way[0] == "POST /Patient/by-identity"]

    async def work() -> None:
        await asyncio.gather(*(steal(one, loot, ways) for one in thieves))

    scene.run(work)
    for one in thieves:
        one.line.close()
    organization = thieves[0].credentials.organization_id
    with reading(scene.environment) as connection:
        registered = connection.execute(
            "SELECT count(*) FROM relationship WHERE kind = 'home-doctor' AND organization_id = %s",
            [organization],
        ).fetchone()
    limit = next(one for one in limits_from().limits if one.id == "practice-day")
    allowed = limit.bounds(float(registered[0]) if registered else None)[1]
    return {"got": len(loot.got), "allowed": allowed, "after": len(loot.after_hold)}


def replayed(scene: Scene, work: Callable[[Replay], Any]) -> Any:
    """Straight through the counter, beside the exchange."""

    async def run() -> Any:
        database = Database(scene.environment.settings.database_url, connections=2)
        await database.open()
        try:
            return await work(Replay.shipped(database))
        finally:
            await database.close()

    return asyncio.run(run())


def slow(scene: Scene) -> Entry:
    return {"got": len(replayed(scene, lambda replay: slow_theft(replay, scene.patients)))}


def workday(scene: Scene, share: float = 1.0) -> Entry:
    before = len(alerts(scene.environment))
    done = replayed(scene, lambda replay: work_a_day(replay, scene.seed, scene.patients, share))
    told = Tally(f"{severity} {limit}" for severity, limit in alerts(scene.environment)[before:])
    return {
        "consultations": done.consultations,
        "calls": done.calls,
        "refused": done.refused,
        "holds": sum(number for name, number in told.items() if name.startswith("hold")),
        "warnings": sum(told.values()),
        "told": dict(told),
    }


def alerts(environment: Environment) -> list[tuple[str, str]]:
    with reading(environment) as connection:
        return connection.execute("SELECT severity, limit_id FROM alert ORDER BY alert_id").fetchall()


def alert_after(environment: Environment, practitioner: str, party: Party) -> float | None:
    """From the hold to its alert; None when there is no hold or no alert."""
    actors = [practitioner, party.credentials.client_id, party.credentials.organization_id]
    with reading(environment) as connection:
        row = connection.execute(
            "SELECT extract(epoch FROM a.at - h.since) FROM hold h"
            " JOIN alert a ON a.severity = 'hold' AND (a.scope, a.actor, a.limit_id) = (h.scope, h.actor, h.limit_id)"
            " WHERE h.actor = ANY(%s) ORDER BY h.since LIMIT 1",
            [actors],
        ).fetchone()
    return float(row[0]) if row else None


def only(name: str) -> Callable[[], list[tuple[str, Make]]]:
    return lambda: [way for way in every_way("practice") if way[0] == name]


PARTS: Final[dict[str, Callable[[Scene], Entry]]] = {
    "one connection, every way": mixed(1, "practice", lambda: every_way("practice"), kills=()),
    "64 connections, every way, kill -9": mixed(
        CONNECTIONS, "practice-2", lambda: every_way("practice"), kills=tuple(TARGETS)
    ),
    "64 connections, by person code, kill -9": mixed(
        CONNECTIONS, "practice-9", only("POST /Patient/by-identity"), kills=tuple(TARGETS)
    ),
    "each way alone": alone,
    "50 practitioners of one practice": site,
    "24 hours below the hourly limits": slow,
    "a normal day": workday,
}


def judge(parts: list[Entry], told: list[tuple[str, str]]) -> dict[str, Any]:
    by_name = {part["name"]: part for part in parts}
    findings: list[str] = []
    figures: dict[str, Any] = {}
    for name, part in by_name.items():
        if "consultations" in part:
            continue
        most = part.get("most", part["got"])
        bound = part.get("allowed") or (BY_DAY if name.startswith("24 hours") else BY_PRACTITIONER)
        figures[f"patients obtained: {name}"] = most
        if not 0 < most <= bound:
            findings.append(f"{name}: {most} patients, allowed are {bound}")
        if part.get("after"):
            findings.append(f"{name}: {part['after']} patients after the hold")
        if "alert_seconds" in part:
            seconds = part["alert_seconds"]
            figures[f"seconds from the hold to the alert: {name}"] = seconds
            if seconds is None or seconds > ALERT_SECONDS:
                findings.append(f"{name}: alert after {seconds} s")
    figures["patients obtained after a hold"] = sum(part.get("after", 0) for part in parts)
    figures["ways tried alone"] = by_name["each way alone"]["ways"] if "each way alone" in by_name else 0
    figures["processes killed"] = sum(part.get("killed", 0) for part in parts)
    if (usual := by_name.get("a normal day")) is not None:
        figures |= {
            f"normal day: {name}": usual[name] for name in ("consultations", "calls", "holds", "warnings")
        }
        if usual["holds"] or usual["refused"] or usual["warnings"] * 1000 >= usual["consultations"]:
            findings.append(f"a normal day: {usual['told']}")
    figures["alerts"] = len(told)
    return {"findings": findings, "figures": figures}
