"""Where a message belongs is decided from what it says and what is known; nothing else."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from tests.onboarding.mail.letters import CONTRACT, NOW, TEST, a_message, a_room, read
from tilts.onboarding.mail.addressing import our_message_id
from tilts.onboarding.mail.deciding import Decision, Known, decide
from tilts.onboarding.mail.room import SubjectLine, kind_of_subject, subject_lines
from tilts.rules import Refusal
from tilts.store.onboarding.mail_records import ThreadCase

CASE = ThreadCase(uuid4(), "TL-2026-00042", None, {})
OTHER = ThreadCase(uuid4(), "TL-2026-00043", None, {})
ANNA = "anna@vendor.example"


def decided(known: Known | None = None, headers: dict[str, str] | None = None, **facts: Any) -> Decision:
    return decide(read(a_message(headers=headers, **facts)), known or Known(), a_room(), NOW)


def test_a_question_goes_to_the_desk_that_it_was_sent_to() -> None:
    assert decided() == Decision("open", "contract")
    assert decided(to=TEST) == Decision("open", "test")
    assert decided(to="somebody@else.example", cc=f"Dienests <{TEST}>") == Decision("open", "test")
    assert decided(to="somebody@else.example") == Decision("open", "contract")


@pytest.mark.parametrize(
    "subject",
    ["Pieteikums savienojumam, SIA Parauga prakse", "PIETEIKUMS  SAVIENOJUMAM", "pieteikums savienojumam"],
)
def test_a_fixed_subject_line_opens_an_application(subject: str) -> None:
    assert decided(subject=subject, to=TEST) == Decision("open", "contract", kind="connection-application")


def test_subject_lines_are_dated() -> None:
    line = SubjectLine("Piet", "connection-application", "contract", date(2026, 3, 3), date(2026, 3, 4))

    assert kind_of_subject("Piet", (line,), NOW) is None
    assert kind_of_subject("Piet", (line,), NOW.replace(day=2, hour=22)) is line  # already the third in Riga
    assert kind_of_subject("Piet", (line,), NOW.replace(day=5)) is None


def test_a_list_of_subject_lines_with_a_fault_is_told_at_the_start(tmp_path: Any) -> None:
    file = tmp_path / "subjects.json"
    file.write_text(
        '{"subjects": [{"begins": "X", "kind": "k", "desk": "nobody", "valid_from": "2026-01-01"}]}'
    )

    with pytest.raises(ValueError, match="desk"):
        subject_lines(file)


def test_who_belongs_to_the_case_writes_into_its_thread() -> None:
    known = Known(by_number=CASE, number=CASE.number, belonging={ANNA})

    assert decided(known) == Decision("thread", "contract", CASE)


def test_an_answer_to_our_letter_needs_no_number() -> None:
    assert decided(Known(by_letters=(CASE,), belonging={ANNA})) == Decision("thread", "contract", CASE)


def test_our_letter_tells_more_than_a_number_in_the_subject() -> None:
    known = Known(by_letters=(CASE,), by_number=OTHER, number=OTHER.number, belonging={ANNA})

    assert decided(known).case == CASE


def test_a_stranger_who_names_a_case_is_for_a_clerk_to_sort() -> None:
    known = Known(by_number=CASE, number=CASE.number, belonging={"other@vendor.example"})

    assert decided(known) == Decision("unmatched", "contract")


def test_whether_a_case_exists_is_not_told_to_a_stranger() -> None:
    assert decided(Known(number="TL-2026-99999")) == Decision("unmatched", "contract")


def test_our_own_letter_that_comes_back_is_a_loop() -> None:
    assert decided(message_id=our_message_id(uuid4(), CONTRACT)).route == "robot"
    assert decided(**{"from": CONTRACT}).route == "robot"


def test_a_program_opens_no_case_and_joins_one_only_by_our_letter() -> None:
    automatic = {"Auto-Submitted": "auto-replied"}

    assert decided(headers=automatic).route == "robot"
    assert decided(Known(by_number=CASE, number=CASE.number, belonging={ANNA}), automatic).route == "robot"
    assert decided(Known(by_letters=(CASE,)), automatic) == Decision("thread", "contract", CASE)


@pytest.mark.parametrize(
    "known", [Known(from_sender=20), Known(by_number=CASE, in_case=20, belonging={ANNA})]
)
def test_MAIL_004_more_than_people_write_is_refused(known: Known) -> None:
    with pytest.raises(Refusal) as no:
        decided(known)

    assert no.value.rule.id == "MAIL-004"
    assert decided(replace(known, from_sender=19, in_case=19))
