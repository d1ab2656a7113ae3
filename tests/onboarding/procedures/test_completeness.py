"""Every gap and every wrong value is named at once, each with what was written and what is expected."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.onboarding.procedures.filling import REGISTER, TODAY, party_of, right_values
from tilts.onboarding.procedures import procedures, versions
from tilts.onboarding.procedures.completeness import check_completeness, require_complete
from tilts.onboarding.procedures.kinds import Procedure
from tilts.rules import Refusal

PHARMACY = procedures()["cooperation-pharmacy"]
OPERATOR = procedures()["operator-agreement"]


def gaps(procedure: Procedure, change: dict[str, str], day: date = TODAY) -> set[tuple[str, str]]:
    values = right_values(procedure) | change
    return {(gap.field, gap.kind) for gap in check_completeness(procedure, values, REGISTER, day)}


@pytest.mark.parametrize("procedure", versions(), ids=lambda p: p.reference)
def test_a_form_that_is_right_has_no_gap(procedure: Procedure) -> None:
    assert gaps(procedure, {}) == set()


@pytest.mark.parametrize("procedure", versions(), ids=lambda p: p.reference)
def test_an_empty_form_names_every_field_that_is_required(procedure: Procedure) -> None:
    found = {gap.field for gap in check_completeness(procedure, {}, REGISTER, TODAY)}

    assert found == {field.id for field in procedure.fields if field.required}


@pytest.mark.parametrize(
    ("field", "written", "kind"),
    [
        ("registration_number", "12345678901", "registration-number"),
        ("registration_number", "9999000001", "registration-number"),
        ("registration_number", "99990000014", "check-digit"),
        ("registration_number", "９９９９0000013", "letters"),
        ("party_e_mail", "birojs", "e-mail"),
        ("party_e_mail", "a@b", "e-mail"),
        ("party_e_mail", "a@b.lv\nbcc: c@d.lv", "letters"),
        ("party_phone", "zvaniet", "phone"),
        ("party_phone", "12", "phone"),
        ("signer_basis", "friend", "choice"),
        ("concluded_on", "not looked at: the authority fills it in", None),
        ("signer_name", "x" * 201, "too-long"),
        ("signer_name", "漢字", "letters"),
        ("letter_date", "31.02.2026", "date"),
        ("letter_date", "23.11.2026.", None),
        ("letter_date", "2026-11-23", None),
    ],
)
def test_a_wrong_value_is_named(field: str, written: str, kind: str | None) -> None:
    assert gaps(PHARMACY, {field: written}) == ({(field, kind)} if kind else set())


def test_all_gaps_are_named_at_once() -> None:
    wrong = {
        "party_e_mail": "?",
        "party_phone": "",
        "sites-1-name": "",
        "sites-2-site": "AP-00000",
        "stranger": "x",
    }
    assert gaps(PHARMACY, wrong) == {
        ("party_e_mail", "e-mail"),
        ("party_phone", "missing"),
        ("sites-1-name", "row-missing"),
        ("sites-2-name", "row-missing"),
        ("sites-2-address", "row-missing"),
        ("sites-2-site", "not-registered"),
        ("stranger", "unknown-field"),
    }


def test_own_system_asks_for_the_system_and_the_portal_does_not() -> None:
    asked = {"system_name", "system_version", "vendor_registration_number", "functionality"}
    empty = dict.fromkeys(asked, "")

    assert gaps(PHARMACY, {**empty, "connection_kind": "portal"}) == set()
    assert {field for field, _ in gaps(PHARMACY, {**empty, "connection_kind": "both"})} == asked


def test_a_site_belongs_to_the_party_and_works() -> None:
    mine, other = party_of("pharmacy"), party_of("pharmacy", 1)
    assert gaps(PHARMACY, {"sites-1-site": other.site}) == {("sites-1-site", "not-yours")}

    values = right_values(PHARMACY)
    until = date(2026, 12, 1)
    held = replace(mine, suspended_from=TODAY, suspended_until=until)
    register = [held, *(entry for entry in REGISTER if entry is not mine)]
    on = {
        day: {gap.kind for gap in check_completeness(PHARMACY, values, register, day)}
        for day in (date(2026, 11, 22), TODAY, until)
    }
    assert on == {date(2026, 11, 22): set(), TODAY: {"suspended"}, until: set()}


def test_a_licence_that_was_revoked_is_named() -> None:
    mine = party_of("pharmacy")
    register = [replace(mine, active=False), *(entry for entry in REGISTER if entry is not mine)]
    found = check_completeness(PHARMACY, right_values(PHARMACY), register, TODAY)

    assert {(gap.field, gap.kind) for gap in found} == {
        ("registration_number", "suspended"),
        ("sites-1-site", "suspended"),
    }


def test_a_branch_is_written_once() -> None:
    row = {
        f"sites-2-{name}": right_values(PHARMACY)[f"sites-1-{name}"] for name in ("site", "name", "address")
    }

    assert gaps(PHARMACY, row) == {("sites-2-site", "twice")}


def test_the_party_is_registered_and_of_the_kind_that_the_procedure_is_for() -> None:
    practice = party_of("practice")
    assert ("registration_number", "wrong-kind") in gaps(
        PHARMACY, {"registration_number": practice.registration_number}
    )
    found = check_completeness(OPERATOR, right_values(OPERATOR), [], TODAY)
    assert ("registration_number", "not-registered") in {(gap.field, gap.kind) for gap in found}


def test_a_mandate_is_given_by_an_institution_that_stands_in_the_register() -> None:
    vendor = party_of("vendor")
    name = "mandates-1-registration_number"

    assert gaps(OPERATOR, {name: vendor.registration_number}) == {(name, "wrong-kind")}
    assert gaps(OPERATOR, {name: "40000000001"}) == {(name, "check-digit")}
    assert gaps(OPERATOR, {"mandates-1-given_on": "rīt"}) == {("mandates-1-given_on", "date")}


def test_an_operator_without_a_mandate_has_nothing_to_agree_on() -> None:
    columns = ("party", "registration_number", "number", "given_on")

    assert gaps(OPERATOR, {f"mandates-1-{name}": "" for name in columns}) == {("mandates", "no-rows")}


def test_only_the_papers_that_are_due_are_asked_for() -> None:
    values = {"registration_number": party_of("pharmacy").registration_number}
    found = check_completeness(PHARMACY, values, REGISTER, TODAY, ["connection-kind"])

    assert {gap.field for gap in found} == {"connection_kind"}


def test_prc_007_names_the_fields_and_how_many() -> None:
    found = check_completeness(PHARMACY, right_values(PHARMACY) | {"party_phone": ""}, REGISTER, TODAY)
    with pytest.raises(Refusal, match="PRC-007") as no:
        require_complete(found)

    assert no.value.told() == {"count": "1", "fields": "party_phone"}
    assert found[0].sentence("lv") == "Tālrunis: lauks nav aizpildīts."
    assert found[0].sentence("en") == "Phone: is not filled in."
    require_complete([])


@given(st.dictionaries(st.sampled_from(sorted(right_values(PHARMACY))), st.text(max_size=300), max_size=8))
def test_whatever_is_written_is_judged_and_never_breaks_the_check(change: dict[str, str]) -> None:
    for gap in check_completeness(PHARMACY, right_values(PHARMACY) | change, REGISTER, TODAY):
        assert gap.sentence("lv") and gap.sentence("en")
