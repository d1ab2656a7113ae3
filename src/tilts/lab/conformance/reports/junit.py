"""The report as JUnit XML, the form that every build server reads.

failed -> failure · inconclusive -> error · open (not played) -> skipped
"""

import re
from datetime import UTC
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from tilts import __version__
from tilts.lab.conformance.language import ENGINE_VERSION
from tilts.lab.conformance.runs import JudgedRun, Played

NOT_IN_XML: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ELEMENTS: Final = {"failed": "failure", "inconclusive": "error", "open": "skipped"}


def report_junit(judged: JudgedRun) -> bytes:
    run = judged.run
    counts = {
        "tests": str(len(judged.played)),
        "failures": str(judged.count("failed")),
        "errors": str(judged.count("inconclusive")),
    }
    suites = Element("testsuites", {"name": "Tilts conformance", **counts})
    suite = SubElement(
        suites,
        "testsuite",
        {
            "name": f"tilts.{run.role}",
            **counts,
            "skipped": str(judged.count("open")),
            "timestamp": run.started_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            "time": f"{sum(seconds(one) for one in judged.played):.3f}",
        },
    )
    properties = SubElement(suite, "properties")
    told = {
        "run": str(run.run_id),
        "client": run.client_id,
        "organization": judged.client.organization_name,
        "plan": run.plan,
        "tilts": __version__,
        "engine": ENGINE_VERSION,
        "evidence": "complete" if judged.complete else "incomplete",
    }
    for name, value in told.items():
        SubElement(properties, "property", {"name": name, "value": clean(value)})
    for one in judged.played:
        add_case(suite, one, run.role)
    indent(suites)
    text: str = tostring(suites, "unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def add_case(suite: Element, played: Played, role: str) -> None:
    scenario, verdict = played.scenario, played.verdict
    case = SubElement(
        suite,
        "testcase",
        {
            "classname": f"tilts.{role}.{scenario.id.partition('-')[0]}",
            "name": clean(f"{scenario.id} v{scenario.version} {scenario.title.en}"),
            "time": f"{seconds(played):.3f}",
        },
    )
    steps = [f"{step.verdict:<13}{step.step_id}: {step.reason.en}" for step in verdict.steps]
    if element := ELEMENTS.get(verdict.verdict):
        rules = " ".join(scenario.requirement.rules)
        found = SubElement(
            case, element, {"type": clean(rules or scenario.id), "message": clean(verdict.reason.en)}
        )
        found.text = clean("\n".join(steps))
    calls = [
        f"{call.number:>4}  {call.told}{'  (reply lost)' if call.reply_lost else ''}"
        for call in played.observations
    ]
    SubElement(case, "system-out").text = clean("\n".join([f"sha256 {scenario.sha256}", *steps, *calls]))


def seconds(played: Played) -> float:
    """From its preparation to its end."""
    situation = played.situation
    if situation is None or situation.closed_at is None:
        return 0.0
    return max(0.0, (situation.closed_at - situation.prepared_at).total_seconds())


def clean(text: str) -> str:
    """XML 1.0 has characters that it cannot hold, and callers send them."""
    return NOT_IN_XML.sub("\ufffd", text)
