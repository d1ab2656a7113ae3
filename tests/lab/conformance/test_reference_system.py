"""A system as it should be passes everything; one with a bad habit fails exactly the scenario that is about it."""

from dataclasses import fields

import pytest

from tests.lab.conformance.testers import Tester
from tilts.lab.conformance.reference.habits import Habits

pytestmark = pytest.mark.anyio

# The habit, a system that has it, and the scenarios that must notice.
BROKEN = {
    "claims_over_and_over": ("pharmacy", {"PHA-03"}),
    "hands_out_without_hold": ("pharmacy", {"PHA-03"}),
    "new_identifier_on_repeat": ("pharmacy", {"PHA-08"}),
    "lines_one_by_one": ("practice", {"PRA-02"}),
    "cancels_over_and_over": ("practice", {"PRA-07"}),
    "guesses_numbers": ("pharmacy", {"PHA-05"}),
    "old_assertion_again": ("practice", {"CON-05"}),
    "ignores_balance": ("pharmacy", {"PHA-11"}),
    "sends_unsigned_again": ("practice", {"PRA-04"}),
    "writes_twice": ("practice", {"PRA-01"}),
    "code_in_address_again": ("practice", {"PRA-11"}),
    "releases_without_reason_again": ("pharmacy", {"PHA-07"}),
    "gives_up_without_person": ("pharmacy", {"CON-08"}),
}


@pytest.mark.parametrize("client", ["practice", "hospital", "pharmacy"])
async def test_a_system_as_it_should_be_passes_every_scenario(tester: Tester, client: str) -> None:
    judged = await tester.drive(client)

    assert {
        one.scenario.id: one.verdict.reason.en for one in judged.played if one.verdict.verdict != "passed"
    } == {}
    assert (judged.verdict, judged.complete) == ("passed", True)


@pytest.mark.parametrize("habit", BROKEN)
async def test_a_bad_habit_fails_exactly_the_scenario_that_is_about_it(tester: Tester, habit: str) -> None:
    client, noticed = BROKEN[habit]
    judged = await tester.drive(client, habits=Habits(**{habit: True}))

    assert {one.scenario.id for one in judged.played if one.verdict.verdict == "failed"} == noticed
    assert {one.verdict.verdict for one in judged.played} == {"passed", "failed"}


async def test_a_practice_that_repeats_with_a_new_identifier_writes_twice(tester: Tester) -> None:
    judged = await tester.drive("practice", "PRA-08", habits=Habits(new_identifier_on_repeat=True))

    (played,) = judged.played
    assert [step.step_id for step in played.verdict.steps if step.verdict == "failed"] == [
        "repeated",
        "no-double",
    ]


def test_every_habit_is_tried() -> None:
    assert {field.name for field in fields(Habits)} == set(BROKEN)
