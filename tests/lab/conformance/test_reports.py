"""The report: the same bytes for the same run, evidence in it, and in a form that build servers read."""

import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from tests.lab.conformance.testers import Tester
from tilts.lab.conformance.reference.habits import Habits
from tilts.lab.conformance.reports import report_html, report_json, report_junit
from tilts.lab.conformance.reports.junit import clean
from tilts.lab.conformance.runs import JudgedRun

pytestmark = pytest.mark.anyio

# What the schema of Jenkins' xUnit plugin (junit-10) allows: element -> (its attributes, what it may hold).
JUNIT = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "id", "package", "hostname"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), {"property"}),
    "property": ({"name", "value"}, set()),
    "testcase": (
        {"name", "classname", "time", "group"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "failure": ({"type", "message"}, set()),
    "error": ({"type", "message"}, set()),
    "skipped": ({"type", "message"}, set()),
    "system-out": (set(), set()),
}


@pytest.fixture
async def judged(tester: Tester) -> JudgedRun:
    return await tester.drive("pharmacy", "PHA-03", "PHA-01", habits=Habits(hands_out_without_hold=True))


async def test_the_same_run_gives_the_same_bytes(tester: Tester, judged: JudgedRun) -> None:
    again = await tester.judged(judged.run)

    assert report_json(again) == report_json(judged)
    assert report_junit(again) == report_junit(judged)
    assert report_html(again, "lv") == report_html(judged, "lv")


async def test_json_says_on_which_call_a_verdict_rests_and_has_that_call(judged: JudgedRun) -> None:
    report = json.loads(report_json(judged))
    failed = report["scenarios"][0]
    step = next(step for step in failed["steps"] if step["verdict"] == "failed")
    call = next(call for call in failed["calls"] if call["number"] == step["call"])

    assert (report["verdict"], report["counts"]["failed"], report["evidence_complete"]) == ("failed", 1, True)
    assert (call["route"], step["id"]) == ("/MedicationDispense", "not-handed-out")
    assert json.loads(call["request"]["body"])["resourceType"] == "MedicationDispense"
    assert re.fullmatch(r"[0-9a-f]{64}", report["sha256"])
    assert failed["sha256"] == judged.played[0].scenario.sha256
    assert "certificate_file" not in failed["facts"] and "number" in failed["facts"]


async def test_junit_is_what_build_servers_expect(judged: JudgedRun) -> None:
    suites = ElementTree.fromstring(report_junit(judged))
    for element in suites.iter():
        attributes, children = JUNIT[element.tag]
        assert set(element.attrib) <= attributes, element.tag
        assert {child.tag for child in element} <= children, element.tag
    (suite,) = suites
    counted = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counted == {"tests": "2", "failures": "1", "errors": "0", "skipped": "0"}
    assert re.fullmatch(r"[0-9]{0,3}\.[0-9]{3}", suite.get("time", ""))
    failure = suites.find(".//failure")
    assert failure is not None and "must not happen" in failure.get("message", "")


async def test_what_was_not_played_is_skipped(tester: Tester) -> None:
    run = await tester.start("practice", "PRA-01")
    await tester.finish(run)

    assert ElementTree.fromstring(report_junit(await tester.judged(run))).find(".//skipped") is not None


def test_what_xml_cannot_hold_is_marked() -> None:
    assert clean("a\x00b\x1bc\ud800d\tē") == "a\ufffdb\ufffdc\ufffdd\tē"


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.outside += [str(v) for n, v in attrs if n in ("src", "href") and not str(v).startswith("#")]
        assert tag != "script"


@pytest.mark.parametrize("language", ["lv", "en"])
async def test_the_page_stands_alone(judged: JudgedRun, language: str) -> None:
    page = report_html(judged, language).decode()  # type: ignore[arg-type]
    links = Links()
    links.feed(page)

    assert links.outside == [] and "url(" not in page
    assert f'<html lang="{language}">' in page
    assert ("neizpildīts" if language == "lv" else "failed") in page
    assert judged.played[0].situation is not None
    assert judged.played[0].situation.facts["number"] in page
