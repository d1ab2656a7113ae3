"""Chapter 7: real data may flow, as in the rehearsal of production; an agreement is suspended, and within a minute none does."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

from tilts.lab.path.cast import CLERK, PHARMACY, PRACTICE, SECOND_CLERK, SYSTEM
from tilts.lab.path.concluding import confirmed_by_second
from tilts.lab.path.systems import connect, dispensed, looked_up, prescribed
from tilts.lab.path.telling import Event, PathWrong
from tilts.lab.path.visitor import No
from tilts.lab.path.waiting import LONGEST_SECONDS, LOOK_SECONDS, asked, until_open
from tilts.lab.path.walk import Walk
from tilts_connector import Exchange, Refused

REASON = "Reason"


def play(walk: Walk) -> Iterator[Event]:
    production = walk.facts["production"]
    practice, pharmacy = (walk.notes.clients[f"production-{kind}"] for kind in ("practice", "pharmacy"))
    seconds = until_open(walk, production, practice)
    until_open(walk, production, pharmacy)
    person = production["persons"][0]
    name = f"{' '.join(person['given'])} {person['family']}"
    with connect(production, practice, walk.language) as line:
        number = prescribed(line, person)
        yield walk.done(
            PRACTICE.name,
            f"Ražošanas vide atvērta ({seconds:.0f} s). Pirmā recepte {number}, pacients {name} (izdomāts).",
            f"Production is open ({seconds:.0f} s). The first prescription, {number}, for {name} (invented).",
        )
        with connect(production, pharmacy, walk.language) as counter:
            dispensed(counter, number, person)
        yield walk.done(
            PHARMACY.name,
            f"Atrod {number}, piesaka un izsniedz.",
            f"Finds {number}, claims it and hands it out.",
        )
        yield from suspending(walk, production, practice, line)
        yield from resuming(walk, production, practice, line)


def suspending(
    walk: Walk, production: Mapping[str, Any], practice: Mapping[str, Any], line: Exchange
) -> Iterator[Event]:
    """Two persons; then the open line and new tokens are refused, and the time until then is measured."""
    number = walk.notes.cases["cooperation-practice"]
    clerk = walk.at(CLERK)
    clerk.case(number)
    clerk.take("Suspend", {REASON: walk.in_words("Pārbaude", "Inspection")})
    no = clerk.submitted_in_vain("Confirm")
    yield walk.refused(
        CLERK,
        f"Pieprasa apturēt līgumu {number} un grib to pati apstiprināt.",
        f"Asks to suspend the agreement {number} and wants to confirm it herself.",
        no,
    )
    confirmed_by_second(walk, number)
    seconds, refusal = closed_after(line)
    walk.notes.numbers["production-closed"] = f"{seconds:.1f}"
    yield walk.refused(
        SYSTEM,
        f"{SECOND_CLERK} apstiprina; pēc {seconds:.1f} s atvērtais savienojums ar derīgu pilnvaru vairs nedod neko.",
        f"{SECOND_CLERK} confirms; {seconds:.1f} s later the open line with its valid token gets nothing more.",
        No((refusal.text,), (refusal.rule_id or "",)),
    )
    yield walk.refused(
        SYSTEM, "Arī jaunu pilnvaru nedod.", "Nor is a new token given.", asked(walk, production, practice)
    )


def closed_after(line: Exchange) -> tuple[float, Refused]:
    begun = time.monotonic()
    while (seconds := time.monotonic() - begun) <= LONGEST_SECONDS:
        try:
            looked_up(line)
        except Refused as no:
            return seconds, no
        time.sleep(LOOK_SECONDS)
    raise PathWrong(f"expected production to close within {LONGEST_SECONDS} s")


def resuming(
    walk: Walk, production: Mapping[str, Any], practice: Mapping[str, Any], line: Exchange
) -> Iterator[Event]:
    number = walk.notes.cases["cooperation-practice"]
    clerk = walk.at(CLERK)
    clerk.case(number)
    clerk.take("Resume", {REASON: walk.in_words("Pārbaudīts", "Inspected")})
    confirmed_by_second(walk, number)
    seconds = until_open(walk, production, practice)
    again = prescribed(line, production["persons"][1])
    yield walk.done(
        SECOND_CLERK,
        f"Līgums atjaunots; pēc {seconds:.1f} s vide atkal atvērta, nākamā recepte {again}.",
        f"The agreement is resumed; {seconds:.1f} s later production is open again, the next prescription {again}.",
    )
