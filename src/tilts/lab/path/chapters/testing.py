"""Chapter 4: scenarios agreed by both sides, played in the lab on test persons, the results handed in."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from tilts.clock import WallClock, day_in_riga
from tilts.lab.conformance.reference.habits import Habits
from tilts.lab.conformance.reference_system import GOOD
from tilts.lab.conformance.reference_system import play as play_scenario
from tilts.lab.path.cast import SYSTEM, TESTER, VENDOR, VERSION
from tilts.lab.path.e_mail import asked_and_answered
from tilts.lab.path.telling import Event, expect
from tilts.lab.path.visitor import Visitor
from tilts.lab.path.walk import Walk
from tilts_connector import TiltsError

# Both kinds of systems, right and wrong uses; CON for both. All that there are would take minutes.
FOR_PRACTICES: Final = ("CON-01", "CON-02", "PRA-01", "PRA-04", "PRA-08")
FOR_PHARMACIES: Final = ("CON-01", "CON-02", "PHA-01", "PHA-03", "PHA-05")
FOR_PRACTICES_ALONE: Final = tuple(name for name in FOR_PRACTICES if name not in FOR_PHARMACIES)
HABIT: Final = ("PHA-03", Habits(hands_out_without_hold=True))
DAYS: Final = 14


def play(walk: Walk) -> Iterator[Event]:
    yield from planning(walk)
    yield from asking(walk)
    yield from failing(walk)
    yield from playing(walk)


def planning(walk: Walk) -> Iterator[Event]:
    head, desk = walk.at(VENDOR.first), walk.at(TESTER)
    head.follow("My systems")
    head.follow("Test plan and testing")
    no = head.submitted_in_vain("Propose the plan", {"Scenarios": FOR_PRACTICES_ALONE})
    yield walk.refused(
        VENDOR.first,
        "Piedāvā plānu, kurā nav neviena aptiekas scenārija.",
        "Proposes a plan without a scenario for pharmacies.",
        no,
    )
    head.follow("My systems")
    head.follow("Test plan and testing")
    chosen = tuple(dict.fromkeys((*FOR_PRACTICES, *FOR_PHARMACIES)))
    head.submit("Propose the plan", {"Scenarios": chosen})
    number = walk.notes.cases["test-plan"] = head.case_number()
    yield walk.refused(
        VENDOR.first,
        f"Piedāvā plānu {number} ({len(chosen)} scenāriji) un grib tam arī piekrist.",
        f"Proposes the plan {number} ({len(chosen)} scenarios) and wants to agree to it as well.",
        head.closed_step("Agree to the plan"),
    )
    desk.case(number)
    desk.take("Agree to the plan")
    yield walk.done(TESTER, "Piekrīt; plāns ir iesaldēts.", "Agrees; the plan is frozen.")


def asking(walk: Walk) -> Iterator[Event]:
    """A4, B6: the test help desk has an address of its own."""
    head, desk = walk.at(VENDOR.first), walk.at(TESTER)
    addresses = head.addresses()
    words = (
        walk.in_words(f"{SYSTEM} testēšanas sākums", f"{SYSTEM}: beginning of the tests"),
        walk.in_words("Izstrāde ir pabeigta. Kad varam sākt?", "Development is done. When can we begin?"),
        walk.in_words(
            "Piesakiet testēšanu portālā; laiku noteiksim šodien.",
            "Ask for it at the portal; we set the days today.",
        ),
    )
    number = asked_and_answered(walk, VENDOR, TESTER, "Test help desk", words)
    yield walk.done(
        VENDOR.first,
        f"Raksta testu palīdzības dienestam {addresses[-1]}: «{words[1]}» {TESTER} atbild ({number}).",
        f"Writes to the test help desk {addresses[-1]}: «{words[1]}» {TESTER} answers ({number}).",
    )
    head.follow("My systems")
    head.follow("Test plan and testing")
    head.submit("Ask to start testing")
    number = walk.notes.cases["testing"] = head.case_number()
    yield walk.refused(
        VENDOR.first,
        f"Piesaka testēšanu {number} un grib nodot rezultātus.",
        f"Asks to start testing, {number}, and wants to hand in the results.",
        head.closed_step("Hand in the results"),
    )
    today = day_in_riga(WallClock().now())
    desk.case(number)
    desk.take(
        "Set the test window",
        {"Tests from": today.isoformat(), "Tests until": (today + timedelta(days=DAYS)).isoformat()},
    )
    yield walk.done(TESTER, f"Nosaka {DAYS} dienas testēšanai.", f"Sets {DAYS} days for the tests.")
    head.case(number)
    yield walk.refused(
        VENDOR.first,
        "Nodod rezultātus, neko nespēlējusi.",
        "Hands in the results with nothing played.",
        head.taken_in_vain("Hand in the results"),
    )


def failing(walk: Walk) -> Iterator[Event]:
    scenario, habit = HABIT
    run = Run(walk, "pharmacy")
    run.begin((scenario,))
    run.one(scenario, habit)
    verdict, reason = run.verdict_of(scenario)
    run.end()
    expect(verdict == "failed", f"{scenario} to fail, not {verdict}")
    yield walk.shown(
        SYSTEM,
        f"Sistēma ar sliktu paradumu spēlē {scenario}: nav izturēts. {reason}",
        f"With a bad habit the system plays {scenario}: failed. {reason}",
    )


def playing(walk: Walk) -> Iterator[Event]:
    head = walk.at(VENDOR.first)
    for kind, scenarios in (("practice", FOR_PRACTICES), ("pharmacy", FOR_PHARMACIES)):
        run = Run(walk, kind)
        run.begin(scenarios)
        for scenario in scenarios:
            run.one(scenario, GOOD)
        verdicts = {scenario: run.verdict_of(scenario)[0] for scenario in scenarios}
        report = len(head.download("A page to keep"))
        run.end()
        expect(set(verdicts.values()) == {"passed"}, f"all to pass: {verdicts}")
        as_lv, as_en = {"practice": ("prakse", "a practice"), "pharmacy": ("aptieka", "a pharmacy")}[kind]
        yield walk.done(
            SYSTEM,
            f"Spēlē kā {as_lv}: {', '.join(scenarios)}, viss izturēts; atskaite {report // 1024} KiB.",
            f"Plays as {as_en}: {', '.join(scenarios)}, all passed; report of {report // 1024} KiB.",
        )
    head.case(walk.notes.cases["testing"])
    head.take("Hand in the results")
    yield walk.done(
        VENDOR.first,
        f"Nodod {SYSTEM} {VERSION} rezultātus analīzei.",
        f"Hands in the results of {SYSTEM} {VERSION}.",
    )


class Run:
    """One run of the lab, by its page; the system under test plays, the page judges."""

    def __init__(self, walk: Walk, kind: str) -> None:
        self._walk = walk
        self._entry = walk.notes.clients[f"test-{kind}"]
        self._head: Visitor = walk.at(VENDOR.first)

    def begin(self, scenarios: tuple[str, ...]) -> None:
        self._head.case(self._walk.notes.cases["testing"])
        self._head.follow("Play the scenarios in the lab")
        self._head.follow("", near=str(self._entry["client_id"]))
        self._head.submit("Begin the run", {"Scenarios of this run": scenarios})

    def one(self, scenario: str, habits: Habits) -> None:
        """Prepared by the page, played by the system with what the page's report tells, judged by the page."""
        self._head.submit("Prepare", near=scenario)
        facts = {**self._report(scenario)["facts"], **self._files()}
        facts |= {"fhir": self._walk.facts["fhir"], "token_url": self._walk.facts["token"]}

        def go_on() -> None:
            self._head.submit("Go on")

        try:
            play_scenario(scenario, self._entry, facts, go_on, habits)
        except TiltsError as no:  # a bad habit may end so; the lab has seen what it did
            expect(habits != GOOD, f"{scenario} to be played to its end: {no}")
        self._head.reload()
        self._head.submit("Done, judge it")

    def verdict_of(self, scenario: str) -> tuple[str, str]:
        found = self._report(scenario)
        return str(found["verdict"]), str(found["reason"][self._walk.language])

    def end(self) -> None:
        self._head.submit("End the run")

    def _report(self, scenario: str) -> dict[str, Any]:
        report = json.loads(self._head.download("JSON"))
        return next(one for one in report["scenarios"] if one["id"] == scenario)

    def _files(self) -> dict[str, str]:
        """A certificate that the scenario hands out, saved as a person would."""
        if "cert.pem" not in self._head.page.links:
            return {}
        folder = self._walk.folder
        for name in ("cert.pem", "key.pem"):
            (folder / name).write_bytes(self._head.download(name))
        return {"certificate_file": str(folder / "cert.pem"), "key_file": str(folder / "key.pem")}
