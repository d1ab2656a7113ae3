"""The checklist: who is asked what, what an answer lacks, and until when a declaration counts."""

from dataclasses import replace
from datetime import date

import pytest

from tests.onboarding.procedures.filling import TODAY
from tilts.onboarding.procedures import procedures
from tilts.onboarding.procedures.checklist import (
    Answer,
    Checklist,
    answers_from,
    check_declaration,
    checklist_on,
    checklist_version,
    ends_on,
)
from tilts.onboarding.procedures.questions import Declarant, read_questions


@pytest.fixture
def checklist() -> Checklist:
    found = checklist_on(TODAY)
    assert found is not None
    return found


def all_yes(checklist: Checklist, declarant: Declarant) -> dict[str, Answer]:
    return {
        question.id: Answer("yes", evidence=("sha256:00",) if question.evidence else ())
        for question in checklist.asked_of(declarant)
    }


@pytest.mark.parametrize("declarant", ["vendor", "institution"])
def test_a_declaration_with_an_answer_to_each_question_is_whole(
    checklist: Checklist, declarant: Declarant
) -> None:
    assert check_declaration(checklist, all_yes(checklist, declarant), declarant) == []


@pytest.mark.parametrize("declarant", ["vendor", "institution"])
def test_every_question_without_an_answer_is_named(checklist: Checklist, declarant: Declarant) -> None:
    gaps = check_declaration(checklist, {}, declarant)

    assert [gap.field for gap in gaps] == [q.field_id(declarant) for q in checklist.asked_of(declarant)]
    assert {gap.kind for gap in gaps} == {"missing"}


def test_no_and_not_applicable_need_a_reason_and_yes_needs_its_evidence(checklist: Checklist) -> None:
    answers = all_yes(checklist, "institution") | {
        "copying_impossible": Answer("no"),
        "audit_kept": Answer("not-applicable", " "),
        "security_manager": Answer("no", "ievēl decembrī"),
        "security_documents": Answer("yes"),
        "keys_kept": Answer("varbūt"),
    }
    gaps = {(gap.field, gap.kind) for gap in check_declaration(checklist, answers, "institution")}

    assert gaps == {
        ("institution_copying_impossible_reason", "reason"),
        ("institution_audit_kept_reason", "reason"),
        ("institution_security_documents", "evidence"),
        ("institution_keys_kept", "choice"),
    }


def test_an_answer_to_what_is_not_asked_is_named(checklist: Checklist) -> None:
    answers = all_yes(checklist, "vendor") | {"infrastructure_alarms": Answer("yes")}

    assert [(g.field, g.kind) for g in check_declaration(checklist, answers, "vendor")] == [
        ("infrastructure_alarms", "not-asked")
    ]


def test_developers_and_institutions_answer_different_questions(checklist: Checklist) -> None:
    vendor = {question.id for question in checklist.asked_of("vendor")}
    institution = {question.id for question in checklist.asked_of("institution")}

    assert vendor - institution and institution - vendor and vendor & institution
    assert {question.group for question in checklist.questions} == set(checklist.groups)
    assert len(checklist.groups) == 5


def test_what_was_not_read_in_public_is_marked_and_machine_tests_are_named(checklist: Checklist) -> None:
    by_id = {question.id: question for question in checklist.questions}

    assert by_id["copying_impossible"].machine_tested and by_id["audit_written"].machine_tested
    assert not by_id["hosting"].verified
    assert all(question.source for question in checklist.questions)


def test_the_answers_of_a_form_are_the_declaration(checklist: Checklist) -> None:
    values = {
        "vendor_copying_impossible": "no",
        "vendor_copying_impossible_reason": "drīz",
        "vendor_hosting": "",
    }
    answers = answers_from(values, checklist, "vendor", {"copying_impossible": ("plan.pdf",)})

    assert answers == {"copying_impossible": Answer("no", "drīz", ("plan.pdf",))}


def test_a_declaration_ends_with_the_next_version() -> None:
    first = procedures()["checklist"]
    second = replace(first, version=2, valid_from=date(2027, 3, 1))

    assert ends_on([first], first) is None
    assert ends_on([first, second], first) == date(2027, 3, 1)
    assert ends_on(
        [replace(first, valid_to=date(2027, 1, 1)), second], replace(first, valid_to=date(2027, 1, 1))
    ) == date(2027, 1, 1)


def test_a_declaration_counts_until_that_day(checklist: Checklist) -> None:
    ended = replace(checklist, valid_to=date(2027, 3, 1))

    assert ended.counts_on(date(2027, 2, 28)) and not ended.counts_on(date(2027, 3, 1))
    assert checklist_version(7) is None and checklist_on(date(2020, 1, 1)) is None


def test_questions_that_are_not_whole_do_not_load(tmp_path: object) -> None:
    from pathlib import Path

    file = Path(str(tmp_path)) / "checklist.9.toml"
    file.write_text(
        '[groups]\na = {lv = "a", en = "a"}\n[[questions]]\nid = "q"\ngroup = "b"\nasked_of = ["vendor"]\n'
        'text = {lv = "q", en = "q"}\nsource = "s"\nverified = false\n',
        encoding="utf-8",
    )
    with pytest.raises(ValueError, match="no group"):
        read_questions(file)
