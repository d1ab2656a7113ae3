"""The judge alone: calls as values in, verdicts out; no exchange runs here."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilts.lab.conformance.compiling import compiled
from tilts.lab.conformance.evidence import Observation
from tilts.lab.conformance.judging import SituationFacts, judge
from tilts.lab.conformance.language import Condition
from tilts.lab.conformance.lookups import holds, same, values_at
from tilts.lab.conformance.verdicts import ScenarioVerdict
from tilts_fhir.json_strict import encode

TEXT = """\
language: 1
id: PHA-99
version: 1
title: {lv: Viens, en: One}
role: pharmacy
kind: negative
requirement: {lv: Vajag, en: Needed, rules: [DSP-001], sources: [Design 5]}
given:
  - prescribe: {packs: 1}
instructions: {lv: Dariet, en: Do}
steps:
  - id: claimed
    title: {lv: Pieteikts, en: Claimed}
    see:
      call: POST /Task/{id}/$claim
      status: 200
      where:
        path.id: "{task}"
    keep:
      version: answer.body.meta.versionId
  - id: handed-out
    title: {lv: Izsniegts, en: Handed out}
    see:
      call: POST /MedicationDispense
      status: 201
      where:
        request.body.basis: "{version}"
  - id: not-again
    title: {lv: Vairs ne, en: Not again}
    at-most:
      times: 1
      call: POST /MedicationDispense
      status: 409
  - id: no-release
    title: {lv: Nekad, en: Never}
    never:
      call: POST /Task/{id}/$release
    after: claimed
    until: handed-out
"""
SCENARIO = compiled("PHA-99.yaml", TEXT)
OPEN = SituationFacts({"task": "t-1"}, closed=False)
CLOSED = SituationFacts({"task": "t-1"}, closed=True)


def call(number: int, what: str, status: int = 200, **more: Any) -> Observation:
    method, _, route = what.partition(" ")
    return Observation(
        number=number,
        situation_id=None,
        at=datetime(2026, 3, 2, 8, tzinfo=UTC),
        method=method,
        route=route,
        status=status,
        rule=more.get("rule", ""),
        proven=more.get("proven", True),
        plain=more.get("plain", False),
        whole=more.get("whole", True),
        reply_lost=False,
        path={"id": more.get("task", "t-1")},
        request={},
        answer={},
        request_body=encode({"basis": more["basis"]}) if "basis" in more else b"",
        answer_body=encode({"meta": {"versionId": more["version"]}}) if "version" in more else b"",
    )


def claim(number: int, **more: Any) -> Observation:
    return call(number, "POST /Task/{id}/$claim", **{"version": "2", **more})


def dispense(number: int, status: int = 201, **more: Any) -> Observation:
    return call(number, "POST /MedicationDispense", status, **{"basis": "2", **more})


def told(verdict: ScenarioVerdict) -> dict[str, str]:
    return {step.step_id: step.verdict for step in verdict.steps}


def test_what_was_seen_in_its_order_passes_and_names_the_calls() -> None:
    verdict = judge(SCENARIO, CLOSED, [claim(1), dispense(2)])

    assert verdict.verdict == "passed"
    assert [step.observation for step in verdict.steps] == [1, 2, None, None]
    assert (verdict.scenario_version, verdict.engine) == (1, "1.0")
    assert dict(verdict.kept) == {"version": "2"}


def test_while_it_is_played_what_is_missing_is_open() -> None:
    assert told(judge(SCENARIO, OPEN, [claim(1)])) == {
        "claimed": "passed",
        "handed-out": "open",
        "not-again": "open",
        "no-release": "open",
    }


def test_at_the_end_what_is_missing_has_failed() -> None:
    verdict = judge(SCENARIO, CLOSED, [claim(1)])

    assert verdict.verdict == "failed"
    assert verdict.reason.en == "No such call was seen."


def test_the_wrong_order_fails() -> None:
    verdict = judge(SCENARIO, CLOSED, [dispense(1), claim(2)])

    assert told(verdict)["handed-out"] == "failed"


def test_the_nearest_call_is_named_with_what_differs() -> None:
    verdict = judge(SCENARIO, CLOSED, [claim(1), dispense(2, 409, rule="DSP-003")])

    assert verdict.steps[1].observation == 2
    assert verdict.steps[1].reason.en.endswith("status: expected 201, was 409.")
    assert "gaidīts 201, bija 409" in verdict.steps[1].reason.lv


def test_another_line_is_another_line() -> None:
    assert judge(SCENARIO, CLOSED, [claim(1, task="t-2"), dispense(2)]).verdict == "failed"


def test_the_first_fitting_call_may_be_the_wrong_one_for_what_follows() -> None:
    verdict = judge(SCENARIO, CLOSED, [claim(1, version="2"), claim(2, version="3"), dispense(3, basis="3")])

    assert verdict.verdict == "passed"
    assert verdict.steps[0].observation == 2


def test_what_must_not_be_seen_fails_with_the_call() -> None:
    release = call(2, "POST /Task/{id}/$release")
    verdict = judge(SCENARIO, CLOSED, [claim(1), release, dispense(3)])

    assert told(verdict)["no-release"] == "failed"
    assert verdict.steps[3].observation == 2


def test_after_its_end_it_may_be_seen() -> None:
    release = call(3, "POST /Task/{id}/$release")

    assert judge(SCENARIO, CLOSED, [claim(1), dispense(2), release]).verdict == "passed"


def test_more_often_than_allowed_fails_with_the_one_too_many() -> None:
    refused = [dispense(number, 409) for number in (2, 3)]
    verdict = judge(SCENARIO, CLOSED, [claim(1), *refused, dispense(4)])

    assert told(verdict)["not-again"] == "failed"
    assert verdict.steps[2].observation == 3


def test_who_only_claims_to_be_somebody_cannot_make_them_fail() -> None:
    forged = [dispense(number, 409, proven=False) for number in (2, 3)]

    assert judge(SCENARIO, CLOSED, [claim(1), *forged, dispense(4)]).verdict == "passed"


def test_calls_through_the_plain_port_prove_nothing() -> None:
    assert judge(SCENARIO, CLOSED, [claim(1, plain=True), dispense(2, plain=True)]).verdict == "failed"


def test_with_gaps_nothing_has_failed_for_being_missing_and_nothing_was_kept() -> None:
    gaps = replace(CLOSED, complete=False)

    assert judge(SCENARIO, gaps, [claim(1)]).verdict == "inconclusive"
    assert judge(SCENARIO, gaps, [claim(1), dispense(2)]).verdict == "inconclusive"
    refused = [dispense(number, 409) for number in (2, 3)]
    assert judge(SCENARIO, gaps, [claim(1), *refused, dispense(4)]).verdict == "failed"


def test_a_call_that_was_cut_off_is_no_proof_of_a_failure() -> None:
    cut = replace(dispense(2), request_body=b"", whole=False)

    assert judge(SCENARIO, CLOSED, [claim(1), cut]).verdict == "inconclusive"


def test_a_flood_of_calls_ends_in_words_and_not_in_work() -> None:
    flood = [claim(number, version=str(number)) for number in range(1, 4_000)]
    verdict = judge(SCENARIO, CLOSED, [*flood, *(dispense(4_000 + n, basis="none") for n in range(40))])

    assert verdict.verdict == "inconclusive"
    assert "too many calls" in verdict.reason.en


CALLS = st.builds(
    lambda kind, status, task, basis, version, proven: (kind, status, task, basis, version, proven),
    st.sampled_from(
        ["POST /Task/{id}/$claim", "POST /MedicationDispense", "POST /Task/{id}/$release", "GET /Task/{id}"]
    ),
    st.sampled_from([200, 201, 409, 422]),
    st.sampled_from(["t-1", "t-2"]),
    st.sampled_from(["1", "2"]),
    st.sampled_from(["1", "2"]),
    st.booleans(),
)


@given(st.lists(CALLS, max_size=12), st.booleans(), st.booleans(), st.randoms(use_true_random=False))
def test_the_same_input_gives_the_same_verdict_however_it_is_handed_over(
    drawn: list[Any], closed: bool, complete: bool, chance: Any
) -> None:
    calls = [
        call(number, kind, status, task=task, basis=basis, version=version, proven=proven)
        for number, (kind, status, task, basis, version, proven) in enumerate(drawn, 1)
    ]
    shuffled = list(calls)
    chance.shuffle(shuffled)
    situation = SituationFacts({"task": "t-1"}, closed=closed, complete=complete)

    first = judge(SCENARIO, situation, calls)

    assert judge(SCENARIO, situation, shuffled) == first
    assert judge(compiled("PHA-99.yaml", TEXT), situation, calls) == first
    assert first.verdict == "passed" or first.reason.en
    for step in first.steps:  # a verdict rests on a call that is there
        assert step.observation is None or step.observation in {one.number for one in calls}
    if closed:
        assert first.verdict != "open" or not complete


@given(st.lists(CALLS, max_size=8), st.lists(CALLS, max_size=3))
def test_nothing_that_comes_later_undoes_what_must_not_have_happened(
    before: list[Any], after: list[Any]
) -> None:
    calls = [
        call(number, kind, status, task=task, basis=basis, version=version)
        for number, (kind, status, task, basis, version, _) in enumerate([*before, *after], 1)
    ]

    def broken(seen: list[Observation]) -> bool:
        return told(judge(SCENARIO, OPEN, seen))["not-again"] == "failed"

    assert not broken(calls[: len(before)]) or broken(calls)


@pytest.mark.parametrize(
    ("subject", "found"),
    [
        ("answer.body.entry.resource.id", ["a", "b"]),
        ("answer.body.entry[1].resource.id", ["b"]),
        ("answer.body.entry[2].resource.id", []),
        ("answer.body.nothing.id", []),
        ("request.headers.if-match", ['W/"1"']),
        ("status", [200]),
    ],
)
def test_places_in_a_call(subject: str, found: list[Any]) -> None:
    document = {
        "status": 200,
        "request": {"headers": {"if-match": 'W/"1"'}},
        "answer": {"body": {"entry": [{"resource": {"id": "a"}}, {"resource": {"id": "b"}}]}},
    }

    assert values_at(document, subject) == found


@pytest.mark.parametrize(
    ("test", "value", "found", "expected"),
    [
        ("equals", 3, ["3"], True),
        ("equals", True, [1], False),
        ("equals", "{unknown}", ["{unknown}"], False),
        ("equals", "{task}", ["t-1"], True),
        ("differs", "{task}", ["t-2"], True),
        ("differs", "{task}", ["t-2", "t-1"], False),
        ("differs", "{task}", [], False),
        ("exists", False, [], True),
        ("exists", True, [None], True),
        ("one-of", ("a", "b"), ["b"], True),
        ("contains", "ab", ["cabd"], True),
        ("starts-with", "ab", ["cab"], False),
        ("above", 3, [4], True),
        ("above", 3, ["many"], False),
        ("below", 3, [2], True),
    ],
)
def test_comparing(test: Any, value: Any, found: list[Any], expected: bool) -> None:
    assert holds(Condition("status", test, value), found, {"task": "t-1"}) is expected


def test_numbers_are_the_same_however_they_are_written_but_texts_are_not() -> None:
    assert same(Decimal("3.0"), 3) and same("3", 3)
    assert not same("03", "3")
