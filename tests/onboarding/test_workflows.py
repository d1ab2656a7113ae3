"""Every edge of every state table: who may take it, from where, and what is told when it is not possible."""

from dataclasses import replace

import pytest

from tilts.onboarding.procedures import procedures
from tilts.onboarding.procedures.soundness import faults_of
from tilts.onboarding.workflows import ONE_AT_A_TIME, OPENED_BY, WORKFLOWS, check_may_open, table_of
from tilts.onboarding.workflows.agreements import APPLICATION, KINDS, table_from, table_of_version
from tilts.rules import Refusal
from tilts.workflow import Side, Workflow

TABLES = sorted(WORKFLOWS)
SIDES: tuple[Side, ...] = ("applicant", "authority")
EVERY = [
    (kind, state.name, step.action, side)
    for kind in TABLES
    for state in WORKFLOWS[kind].states
    for step in WORKFLOWS[kind].steps
    for side in SIDES
]


def rows(table: Workflow, action: str) -> list[tuple[str, Side]]:
    return [(state, step.by) for step in table.steps if step.action == action for state in step.of]


@pytest.mark.parametrize(("kind", "state", "action", "side"), EVERY)
def test_a_step_is_possible_exactly_where_the_table_has_it(
    kind: str, state: str, action: str, side: Side
) -> None:
    """CASE-003 in a wrong state, CASE-004 for the other side."""
    table = WORKFLOWS[kind]
    if (state, side) in rows(table, action):
        assert table.check(state, action, side).action == action
        return
    with pytest.raises(Refusal) as no:
        table.check(state, action, side)
    of_this_side = any(by == side for _, by in rows(table, action))
    assert no.value.rule.id == ("CASE-003" if of_this_side else "CASE-004")
    assert no.value.rule.sentence("lv", no.value.told())


@pytest.mark.parametrize("kind", TABLES)
def test_an_unknown_step_is_refused(kind: str) -> None:
    """CASE-002."""
    with pytest.raises(Refusal) as no:
        WORKFLOWS[kind].check(WORKFLOWS[kind].initial.name, "fly", "applicant")
    assert no.value.rule.id == "CASE-002"


@pytest.mark.parametrize("kind", TABLES)
def test_every_state_can_be_reached_and_every_waiting_one_can_be_left(kind: str) -> None:
    table = WORKFLOWS[kind]
    reached = {table.initial.name}
    while more := {step.to for step in table.steps if step.to and {*step.of} & reached} - reached:
        reached |= more

    assert reached == {state.name for state in table.states}
    for state in table.states:
        if state.waits_for is not None:
            assert any(state.name in step.of and step.by == state.waits_for for step in table.steps), (
                state.name
            )
        if state.term is not None:
            assert state.waits_for is not None, "a clock runs for somebody"


@pytest.mark.parametrize("kind", TABLES)
def test_what_is_offered_is_what_the_check_lets_pass_and_the_rest_has_its_reason(kind: str) -> None:
    table = WORKFLOWS[kind]
    for state in table.states:
        for side in SIDES:
            offers = list(table.allowed(state.name, side))
            assert len({offer.step.action for offer in offers}) == len(offers)
            for offer in offers:
                possible = (state.name, side) in rows(table, offer.step.action)
                assert (offer.reason is None) is possible


@pytest.mark.parametrize("kind", TABLES)
def test_every_text_is_there_in_both_languages(kind: str) -> None:
    table = WORKFLOWS[kind]
    words = [table.title, *(state.label for state in table.states), *(step.label for step in table.steps)]
    words += [one.label for step in table.steps for one in step.asks]

    assert all(word.lv.strip() and word.en.strip() and word.lv != word.en for word in words)


@pytest.mark.parametrize("kind", KINDS)
def test_who_signs_first_is_what_the_procedure_says(kind: str) -> None:
    table, first = WORKFLOWS[kind], procedures()[kind].signing.first
    action = "sign" if first == "applicant" else "sign-for-authority"

    assert table.check("text-agreed", action, first).to == "half-signed"
    assert table.state("text-agreed").waits_for == first
    assert table.state("half-signed").waits_for != first


@pytest.mark.parametrize("kind", KINDS)
def test_another_order_or_term_in_the_procedures_data_gives_other_steps_and_clocks(kind: str) -> None:
    procedure = procedures()[kind]
    first: Side = "authority" if procedure.signing.first == "applicant" else "applicant"
    terms = tuple(replace(term, amount=term.amount + 7) for term in procedure.terms)
    table = table_from(replace(procedure, signing=replace(procedure.signing, first=first), terms=terms))

    assert table.state("text-agreed").waits_for == first
    for action, side in (("sign", "applicant"), ("sign-for-authority", "authority")):
        state = "text-agreed" if side == first else "half-signed"
        assert [row.of for row in table.steps if row.action == action] == [(state,)]
    for state in WORKFLOWS[kind].states:
        changed = table.state(state.name).term
        assert (changed is None) == (state.term is None)
        assert changed is None or state.term is None or changed.count == state.term.count + 7


@pytest.mark.parametrize("kind", (*KINDS, APPLICATION))
def test_a_clock_of_an_agreement_is_a_term_of_its_procedure_with_its_source(kind: str) -> None:
    procedure = procedures()[kind]
    for state in WORKFLOWS[kind].states:
        written = procedure.term_in(state.name)
        assert (state.term is None) == (written is None), state.name
        if state.term is not None and written is not None:
            assert (state.term.count, state.term.unit) == (written.amount, written.unit)
            assert (state.term.source, state.term.verified) == (written.source, written.verified)
    assert {name for term in procedure.terms for name in term.runs_in} <= {
        s.name for s in WORKFLOWS[kind].states
    }
    assert WORKFLOWS[kind].title.lv == procedure.title.lv
    assert OPENED_BY[kind] == set(procedure.applicants)


def test_a_case_goes_by_the_version_with_which_its_form_was_filled_in() -> None:
    assert table_of("testing-agreement", {"reference": "testing-agreement/1"}) is table_of_version(
        "testing-agreement/1"
    )
    assert table_of("testing-agreement", {}) is WORKFLOWS["testing-agreement"]
    assert table_of("question", {"reference": "testing-agreement/1"}) is WORKFLOWS["question"]


def test_two_clocks_in_one_state_do_not_load() -> None:
    procedure = procedures()["testing-agreement"]
    twice = replace(procedure, terms=(*procedure.terms, replace(procedure.term("signing"), id="again")))

    assert any("two clocks run in half-signed" in fault for fault in faults_of(twice))


def test_a_table_that_names_a_state_that_is_not_there_does_not_load() -> None:
    table = WORKFLOWS["question"]
    with pytest.raises(ValueError, match="answered"):
        Workflow("broken", table.title, table.states[:1], table.steps)


@pytest.mark.parametrize("kind", TABLES)
def test_only_those_whom_it_concerns_open_a_case(kind: str) -> None:
    """CASE-009."""
    for party_kind in ("vendor", "practice", "hospital", "pharmacy", "authority", "portal"):
        if party_kind in OPENED_BY[kind]:
            assert check_may_open(kind, party_kind).kind == kind
        else:
            with pytest.raises(Refusal) as no:
                check_may_open(kind, party_kind)
            assert no.value.rule.id == "CASE-009"
    assert set(TABLES) >= ONE_AT_A_TIME
