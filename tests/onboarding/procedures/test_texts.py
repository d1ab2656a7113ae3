"""The texts of the procedures: whole, in both languages, dated, and refused at the start when they are not."""

import tomllib
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.onboarding.procedures.filling import TODAY
from tilts.onboarding.procedures import procedure_version, procedures, versions
from tilts.onboarding.procedures.kinds import Procedure
from tilts.onboarding.procedures.loading import SHARED, TEXTS, read_procedure
from tilts.onboarding.procedures.soundness import faults_of

SHARED_TEXTS = tomllib.loads((TEXTS / SHARED).read_text(encoding="utf-8"))
ALL = {
    "testing-agreement",
    "cooperation-institution",
    "cooperation-pharmacy",
    "operator-agreement",
    "connection-application",
    "checklist",
}


def written(name: str = "operator-agreement") -> dict[str, Any]:
    return tomllib.loads((TEXTS / f"{name}.1.toml").read_text(encoding="utf-8"))


def test_every_procedure_of_the_source_page_is_there() -> None:
    assert procedures().keys() == ALL
    facts = {fact for procedure in procedures().values() for fact in procedure.facts}
    assert facts >= {"A2", "A7", "B1", "B5", "C2", "C3", "C4"}


def test_who_signs_first_is_data_with_its_source() -> None:
    order = {name: (p.signing.first, p.signing.verified) for name, p in procedures().items()}

    assert order["cooperation-institution"] == order["cooperation-pharmacy"] == ("authority", True)
    assert order["operator-agreement"] == ("applicant", True)
    assert order["testing-agreement"] == ("applicant", False)
    assert all(procedure.signing.source for procedure in procedures().values())


def test_the_terms_that_were_read_in_public_are_said_so_and_no_others() -> None:
    read = {
        (procedure.id, term.id, term.amount, term.unit)
        for procedure in versions()
        for term in procedure.terms
        if term.verified
    }
    assert read == {
        (kind, *term)
        for kind in ("cooperation-institution", "cooperation-pharmacy")
        for term in (
            ("administrator-form", 30, "days"),
            ("changes", 5, "working-days"),
            ("administrator-rights", 5, "working-days"),
        )
    }


@pytest.mark.parametrize("procedure", versions(), ids=lambda p: p.reference)
def test_examples_are_what_the_check_accepts(procedure: Procedure) -> None:
    from tilts.onboarding.procedures.completeness import fault_of

    asked = [*procedure.fields, *(column for field in procedure.fields for column in field.columns)]
    wrong = [each.id for each in asked if each.example and fault_of(each, each.example)]
    assert not wrong


@pytest.mark.parametrize("procedure", versions(), ids=lambda p: p.reference)
def test_what_is_not_verified_is_said(procedure: Procedure) -> None:
    assert procedure.unverified
    assert procedure.is_valid_on(TODAY) and not procedure.is_valid_on(date(2025, 12, 31))


def test_a_procedure_of_a_day_is_the_version_of_that_day() -> None:
    assert procedures(date(2025, 12, 31)) == {}
    assert procedures(TODAY)["checklist"].version == 1
    assert procedure_version("checklist", 2) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t["fields"][0].update(section="nowhere"), "section"),
        (lambda t: t["fields"].append(t["fields"][0]), "twice"),
        (lambda t: t["steps"][0].update(term="never"), "term"),
        (lambda t: t["clauses"][0].update(document="annex-9"), "document"),
        (lambda t: t["signing"].update(first="nobody"), "signs first"),
        (lambda t: t["documents"][1].update(applies_if={"field": "signer_basis", "any": ["x"]}), "condition"),
    ],
)
def test_a_text_that_leads_nowhere_is_found(change: Any, said: str) -> None:
    table = written()
    change(table)
    assert any(said in fault for fault in faults_of(read_procedure(table, SHARED_TEXTS)))


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t["title"].pop("lv"),
        lambda t: t["purpose"].update(en=" "),
        lambda t: t["fields"][0].update(colour="red"),
        lambda t: t["terms"][0].pop("source"),
    ],
)
def test_a_text_that_is_not_whole_does_not_load(change: Any) -> None:
    table = written()
    change(table)
    with pytest.raises((ValueError, KeyError)):
        read_procedure(table, SHARED_TEXTS)


def test_a_procedure_that_ends_before_it_begins_is_found() -> None:
    procedure = procedures()["checklist"]
    ended = replace(procedure, valid_to=procedure.valid_from - timedelta(days=1))
    assert "ends before it begins" in faults_of(ended)
