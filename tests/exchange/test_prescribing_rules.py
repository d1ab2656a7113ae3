"""What may be written by whom, for how long and with what reimbursement: the rows of the law, applied."""

from datetime import date, timedelta

import pytest

from tests.builders import NOW, TERMS, TODAY, a_doctor, an_order
from tilts.exchange.prescribing_rules import Lawful, Reimbursement, check_lawful, is_exact, kind_of
from tilts.exchange.prescriptions import LineOrder, decide
from tilts.exchange.terms import months_later
from tilts.rules import Refusal

INN = Reimbursement(by="inn")
REIMBURSED = Lawful(reimbursement=INN, diagnoses=("E11.0",))
SPECIAL = Lawful(kind="special")


def order(lawful: Lawful, **facts: object) -> LineOrder:
    return an_order(law=lawful, repeats=facts.pop("repeats", 0), **facts)


def refused(lawful: Lawful, role: str = "doctor", day: date = TODAY) -> str | None:
    try:
        check_lawful(lawful, role, day)
    except Refusal as no:
        assert no.told().keys() == no.rule.named
        return no.rule.id
    return None


# Kind.


@pytest.mark.parametrize(
    ("lawful", "kind"),
    [
        (Lawful(), "ordinary"),
        (Lawful(kind="ordinary"), "ordinary"),
        (SPECIAL, "special"),
        (Lawful(reimbursement=INN), "special"),
    ],
)
def test_a_line_without_a_kind_is_ordinary_unless_it_is_reimbursed(lawful: Lawful, kind: str) -> None:
    assert kind_of(lawful) == kind


def test_every_issue_of_a_line_is_of_its_kind() -> None:
    [issues] = decide([order(REIMBURSED, repeats=2)], a_doctor(), NOW, TERMS).issues
    assert [one.kind for one in issues] == ["special"] * 3


def test_what_is_reimbursed_is_not_ordinary_PRE_024() -> None:
    lawful = Lawful(kind="ordinary", reimbursement=INN, diagnoses=("E11.0",))
    assert refused(lawful) == "PRE-024"


# Who.


@pytest.mark.parametrize(
    ("role", "lawful", "rule_id"),
    [
        ("doctor", Lawful(), None),
        ("doctor", SPECIAL, None),
        ("doctor", REIMBURSED, None),
        ("physician-assistant", Lawful(), None),
        ("physician-assistant", SPECIAL, "PRE-020"),
        ("physician-assistant", REIMBURSED, "PRE-020"),
    ],
)
def test_a_doctor_writes_all_and_an_assistant_ordinary_ones_only(
    role: str, lawful: Lawful, rule_id: str | None
) -> None:
    assert refused(lawful, role) == rule_id


@pytest.mark.parametrize("role", ["nurse", "pharmacist", "administrator", None])
def test_a_nurse_and_roles_of_which_the_law_does_not_speak_write_none_PRE_006(role: str | None) -> None:
    with pytest.raises(Refusal) as no:
        decide([order(Lawful())], a_doctor(role_code=role), NOW, TERMS)
    assert no.value.rule.id == "PRE-006"


# How long.


@pytest.mark.parametrize(
    ("lawful", "repeats", "last"),
    [
        (Lawful(), 0, TODAY + timedelta(days=366)),
        (Lawful(), 1, TODAY + timedelta(days=366)),
        (SPECIAL, 0, TODAY + timedelta(days=30)),
        (SPECIAL, 1, TODAY + timedelta(days=30)),
        (REIMBURSED, 0, TODAY + timedelta(days=30)),
    ],
)
def test_each_kind_has_its_longest_term_and_not_a_day_more_PRE_019(
    lawful: Lawful, repeats: int, last: date
) -> None:
    [line] = decide([order(lawful, repeats=repeats, valid_to=last)], a_doctor(), NOW, TERMS).lines
    assert line.valid_to == last
    with pytest.raises(Refusal) as no:
        decide([order(lawful, repeats=repeats, valid_to=last + timedelta(days=1))], a_doctor(), NOW, TERMS)
    assert no.value.rule.id == ("PRE-019" if line.kind == "special" else "PRE-005")


@pytest.mark.parametrize(
    ("lawful", "last"),
    [
        (Lawful(), months_later(TODAY, 3)),
        (SPECIAL, TODAY + timedelta(days=30)),
        (REIMBURSED, TODAY + timedelta(days=30)),
    ],
)
def test_without_an_end_a_line_is_valid_for_the_usual_term_of_its_kind(lawful: Lawful, last: date) -> None:
    [line] = decide([order(lawful)], a_doctor(), NOW, TERMS).lines
    assert line.valid_to == last


def test_a_term_that_begins_later_ends_later() -> None:
    start = TODAY + timedelta(days=10)
    [line] = decide([order(SPECIAL, valid_from=start)], a_doctor(), NOW, TERMS).lines
    assert (line.valid_from, line.valid_to) == (start, start + timedelta(days=30))


def test_a_term_at_the_end_of_the_calendar_is_no_fault_of_ours() -> None:
    [line] = decide([order(SPECIAL, valid_from=date.max)], a_doctor(), NOW, TERMS).lines
    assert line.valid_to == date.max


# Reimbursement.


@pytest.mark.parametrize(
    ("code", "exact"),
    [
        ("E11.0", True),
        ("e11.0", True),
        (" E11.0 ", True),
        ("M05.80", True),
        ("I10", True),  # not divided
        ("E11", False),
        ("E11.", False),
        ("E1", False),
        ("E11.0.1", False),
        ("E11.x", False),
        ("", False),
        ("type 2 diabetes", False),
    ],
)
def test_a_code_is_exact_with_its_sub_code_or_where_there_is_none(code: str, exact: bool) -> None:
    assert is_exact(code, TODAY) is exact


@pytest.mark.parametrize("diagnoses", [(), ("E11",), ("E11", "J45")])
def test_reimbursed_without_an_exact_diagnosis_is_refused_PRE_021(diagnoses: tuple[str, ...]) -> None:
    assert refused(Lawful(reimbursement=INN, diagnoses=diagnoses)) == "PRE-021"


def test_one_exact_diagnosis_of_several_is_enough() -> None:
    assert refused(Lawful(reimbursement=INN, diagnoses=("E11", "E11.0"))) is None


@pytest.mark.parametrize(
    ("by", "justification", "day", "rule_id"),
    [
        ("inn", "", TODAY, None),
        ("brand", "", TODAY, "PRE-022"),
        ("brand", "  ", TODAY, "PRE-022"),
        ("brand", "allergy to a filler", TODAY, None),
        ("brand", "", date(2020, 4, 1), "PRE-022"),
        ("brand", "", date(2020, 3, 31), None),
    ],
)
def test_by_brand_only_with_the_reason_why_since_april_2020_PRE_022(
    by: str, justification: str, day: date, rule_id: str | None
) -> None:
    asked = Reimbursement(by=by, justification=justification)
    assert refused(Lawful(reimbursement=asked, diagnoses=("E11.0",)), day=day) == rule_id


@pytest.mark.parametrize(
    ("named", "rule_id"),
    [
        ({"list": "A", "rate": 100}, None),
        ({"list": "C"}, None),
        ({"rate": 50}, None),
        ({"list": "D"}, "PRE-023"),
        ({"rate": 90}, "PRE-023"),
    ],
)
def test_list_and_rate_are_those_of_the_day_PRE_023(named: dict[str, object], rule_id: str | None) -> None:
    asked = Reimbursement(by="inn", **named)  # type: ignore[arg-type]
    assert refused(Lawful(reimbursement=asked, diagnoses=("E11.0",))) == rule_id
