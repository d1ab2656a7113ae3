"""Which version answers, what is wrong with a code, who may have the content: pure, with plain values."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tilts.rules import Refusal
from tilts.store.terminology.records import ClassifierRecord, VersionRecord
from tilts.terminology.access import NO_AGREEMENT, AgreementAccess, access_to, check_access
from tilts.terminology.classifiers import Found, Question, chosen_version, concept_in, judge, version_on
from tilts.terminology.concepts import Concept, matching
from tilts.terminology.differences import difference

FORMS = ClassifierRecord(
    name="forms",
    url="https://tilts.example/fhir/CodeSystem/forms",
    value_set="https://tilts.example/fhir/ValueSet/forms",
    title_lv="Formas",
    title_en="Forms",
    owner="Tilts",
    licence="Apache-2.0",
    source="invented",
    clause="medicines",
    synthetic=True,
    fragment=False,
)
PUBLIC = replace(FORMS, clause=None)
OLD = VersionRecord("forms", "1", date(2025, 1, 1), date(2025, 12, 31), date(2024, 12, 1), bytes(32), 2, 60)
NEW = replace(OLD, version="2", valid_from=date(2026, 1, 1), valid_to=None)
EVER = replace(OLD, version="0", valid_from=None, valid_to=None)
DAY = date(2026, 5, 1)


def found(*concepts: Concept, **changed: Any) -> Found:
    return Found(replace(FORMS, **changed), NEW, {concept.code: concept for concept in concepts})


def faults(concept: Concept, *, day: date = DAY, display: str = "") -> tuple[str, ...]:
    return judge(found(concept), Question("A", day, "en", display)).faults


@pytest.mark.parametrize(
    ("day", "version"),
    [(date(2024, 12, 31), "0"), (date(2025, 1, 1), "1"), (date(2025, 12, 31), "1"), (date(2026, 1, 1), "2")],
)
def test_the_version_in_force_on_a_day_answers(day: date, version: str) -> None:
    chosen = version_on([NEW, OLD, EVER], day)

    assert chosen and chosen.version == version


def test_a_version_that_is_named_answers_whatever_the_day() -> None:
    assert chosen_version(FORMS, [NEW, OLD], "1", DAY) is OLD


def test_a_version_that_is_not_there_is_refused_cls_002() -> None:
    with pytest.raises(Refusal, match="CLS-002") as no:
        chosen_version(FORMS, [NEW, OLD], "3", DAY)

    assert no.value.told() == {"classifier": "forms", "asked": "3"}


def test_a_day_before_every_version_is_refused_cls_007() -> None:
    with pytest.raises(Refusal, match="CLS-007") as no:
        chosen_version(FORMS, [NEW, OLD], "", date(2020, 1, 1))

    assert no.value.told() == {"classifier": "forms", "day": "2020-01-01"}


def test_a_code_that_is_not_there_is_refused_cls_003() -> None:
    with pytest.raises(Refusal, match="CLS-003"):
        concept_in(found(Concept("A")), "B")


def test_a_good_code_has_no_fault() -> None:
    verdict = judge(found(Concept("A", "Tablete", "Tablet")), Question("A", DAY, "en", "tablete"))

    assert (verdict.valid, verdict.faults) == (True, ())


def test_an_unknown_code_is_not_valid() -> None:
    verdict = judge(found(Concept("A")), Question("B", DAY, "en"))

    assert (verdict.valid, verdict.faults) == (False, ("unknown",))


def test_a_code_outside_a_fragment_is_told_and_may_be_valid() -> None:
    verdict = judge(found(Concept("A"), fragment=True), Question("B", DAY, "en"))

    assert (verdict.valid, verdict.faults) == (True, ("outside-fragment",))


def test_a_retired_code_is_told_and_valid_as_long_as_its_days_last() -> None:
    retired = Concept("A", inactive=True, valid_to=date(2026, 5, 1))

    assert faults(retired) == ("inactive",)
    assert faults(retired, day=date(2026, 5, 2)) == ("not-valid-then", "inactive")
    assert not judge(found(retired), Question("A", date(2026, 5, 2), "en")).valid


def test_a_code_is_not_valid_before_its_first_day() -> None:
    assert faults(Concept("A", valid_from=date(2026, 5, 2))) == ("not-valid-then",)
    assert faults(Concept("A", valid_from=date(2026, 5, 1))) == ()


def test_a_wrong_name_is_not_valid() -> None:
    assert faults(Concept("A", "Tablete", "Tablet"), display="Capsule") == ("wrong-display",)


def test_a_name_that_is_missing_is_shown_in_the_other_language_or_as_the_code() -> None:
    assert Concept("A", en="Tablet").display("lv") == "Tablet"
    assert Concept("A").display("lv") == "A"


@pytest.mark.parametrize(
    ("agreement", "state"),
    [
        (NO_AGREEMENT, "none"),
        (AgreementAccess("granted"), "granted"),
        (AgreementAccess("granted", ends_on=date(2026, 5, 1)), "granted"),
        (AgreementAccess("granted", ends_on=date(2026, 4, 30)), "expired"),
        (AgreementAccess("expired", ends_on=date(2026, 4, 30)), "expired"),
        (AgreementAccess("limited", frozenset({"registers"})), "limited"),
        (AgreementAccess("limited", frozenset({"registers", "medicines"})), "granted"),
        (AgreementAccess("limited", frozenset({"medicines"}), date(2026, 4, 30)), "expired"),
    ],
)
def test_the_operator_agreement_decides_what_is_not_public(agreement: AgreementAccess, state: str) -> None:
    assert access_to(FORMS, agreement, DAY) == state
    assert access_to(PUBLIC, agreement, DAY) == "granted"


@pytest.mark.parametrize(
    ("agreement", "rule_id", "fact"),
    [
        (NO_AGREEMENT, "CLS-004", {}),
        (AgreementAccess("limited", frozenset({"registers"})), "CLS-005", {"covered": "registers"}),
        (AgreementAccess("granted", ends_on=date(2026, 4, 30)), "CLS-006", {"ended": "2026-04-30"}),
    ],
)
def test_a_refusal_names_clause_condition_and_the_page_where_to_go_on(
    agreement: AgreementAccess, rule_id: str, fact: dict[str, str]
) -> None:
    with pytest.raises(Refusal, match=rule_id) as no:
        check_access(FORMS, agreement, DAY, "http://127.0.0.1:1/")

    told = {
        "classifier": "forms",
        "clause": "medicines",
        "page": "http://127.0.0.1:1/procedures/operator-agreement",
    }
    assert no.value.told() == told | fact


def test_what_is_public_is_refused_to_nobody() -> None:
    check_access(PUBLIC, NO_AGREEMENT, DAY, "")


def test_a_difference_is_what_was_added_removed_and_changed() -> None:
    before = {"A": Concept("A", "a"), "B": Concept("B"), "C": Concept("C")}
    after = {"A": Concept("A", "ā", valid_to=DAY), "C": Concept("C"), "D": Concept("D")}

    told = difference(before, after)

    assert [c.code for c in told.added] == ["D"]
    assert [c.code for c in told.removed] == ["B"]
    assert [(c.after.code, c.members) for c in told.changed] == [("A", ("lv", "valid_to"))]
    assert difference(before, before).is_empty


@pytest.mark.parametrize(
    ("words", "codes"), [("acu", ["B"]), ("ACU PIL", ["B"]), ("sirup", ["A"]), ("x", []), ("b", ["B"])]
)
def test_a_search_needs_neither_case_nor_marks(words: str, codes: list[str]) -> None:
    concepts = {"A": Concept("A", "Sīrups"), "B": Concept("B", "Acu pilieni", "Eye drops")}

    assert [concept.code for concept in matching(concepts, words)] == codes
