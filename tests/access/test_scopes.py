"""Scopes: a closed list for each kind of party; what is not in it cannot be asked for."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import a_party
from tilts.access.scopes import (
    NEVER_OF_PATIENTS,
    OPEN,
    PURPOSES,
    as_text,
    check,
    decide,
    granted,
    open_to,
    qualified,
    scopes_in,
)
from tilts.party import Party
from tilts.rules import Refusal

EVERY = sorted({scope for kind in OPEN for scope in open_to(kind)})
WRITES = {scope for scope in EVERY if scope[-1] in "cud"}


def test_the_table_is_closed() -> None:
    assert set(OPEN) == set(PURPOSES) == {"practice", "hospital", "pharmacy", "authority", "vendor", "portal"}
    assert {kind: {s for s in open_to(kind) if s in WRITES} for kind in OPEN} == {
        "practice": {"system/MedicationRequest.c", "system/Task.u"},
        "hospital": {"system/MedicationRequest.c", "system/Task.u"},
        "pharmacy": {"system/MedicationDispense.c", "system/MedicationDispense.u", "system/Task.u"},
        "authority": {"system/Consent.c", "system/Consent.u"},
        "vendor": set(),
        "portal": {"system/Consent.c", "system/Consent.u", "system/Task.u"},
    }


def test_only_the_portal_reads_the_audit_trail_and_pharmacies_read_no_patients() -> None:
    assert {kind for kind in OPEN if "system/AuditEvent.s" in open_to(kind)} == {"portal"}
    assert not any(scope.startswith("system/Patient.") for scope in open_to("pharmacy"))
    assert not any(scope.startswith("system/Patient.") for scope in open_to("vendor"))


@pytest.mark.parametrize("kind", OPEN)
def test_nothing_asked_for_asks_for_all(kind: str) -> None:
    assert granted(kind, "") == granted(kind, " \t ") == open_to(kind)
    ours = {scope for scope in open_to(kind) if scope.startswith("__")}
    assert granted(kind, "system/*.cruds") == open_to(kind) - ours


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("system/Task.r", "system/Task.r"),
        ("system/Task.rus", "system/Task.rus"),
        ("system/Task.cruds", "system/Task.rus"),
        ("system/Task.r system/Task.s", "system/Task.rs"),
        ("system/*.u", "system/MedicationDispense.u system/Task.u"),
        ("system/*.c", "system/MedicationDispense.c"),
        ("openid system/Task.r", "system/Task.r"),
    ],
)
def test_what_is_both_asked_for_and_open_is_given(asked: str, given: str) -> None:
    assert as_text(granted("pharmacy", asked)) == given


@pytest.mark.parametrize(
    "asked",
    [
        "system/MedicationRequest.c",
        "system/Patient.r",
        "system/AuditEvent.s",
        "user/Task.r",
        "patient/Task.r",
        "system/Task",
        "system/Task.",
        "system/Task.sr",
        "system/Task.rsu",
        "system/Task.READ",
        "system/Task.**",
        "system/Task.read.write",
        "__token.r",
        "__*.r",
        "system/task.r",
        "SYSTEM/Task.r",
        "system/Tas.r",
        "system/Task.r\n",
        "system/Task.r?_id=1",
        "*",
        "null",
    ],
)
def test_what_is_not_open_or_not_written_in_the_grammar_grants_nothing(asked: str) -> None:
    expected = {"system/Task.r"} if asked.split() == ["system/Task.r"] else set()

    assert granted("pharmacy", asked) == expected


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("system/Task.read", "system/Task.read"),
        ("system/Task.write", "system/Task.u"),
        ("system/Task.*", "system/Task.rus"),
        ("system/Task.read system/MedicationDispense.write", "system/MedicationDispense.cu system/Task.read"),
        ("system/*.write", "system/MedicationDispense.cu system/Task.u"),
        ("system/Task.read system/Organization.rs", "system/Organization.rs system/Task.read"),
    ],
)
def test_words_of_smart_1_mean_what_smart_2_says_and_are_told_again_where_they_fit(
    asked: str, told: str
) -> None:
    given = granted("pharmacy", asked)

    assert as_text(given, asked) == told
    assert scopes_in(told) == given


def test_all_types_asked_for_in_words_of_smart_1_are_told_type_by_type() -> None:
    told = as_text(granted("pharmacy", "system/*.read"), "system/*.read")

    assert set(told.split()) == {
        f"system/{name}.read"
        for name in [
            "CodeSystem",
            "Organization",
            "Practitioner",
            "PractitionerRole",
            "MedicationRequest",
            "MedicationDispense",
            "Task",
            "Provenance",
        ]
    }


# Two kinds of token.


@pytest.mark.parametrize("kind", ["practice", "hospital", "pharmacy", "vendor"])
def test_a_basic_token_opens_registers_and_nothing_of_patients(kind: str) -> None:
    registers = {qualified(name) for name in NEVER_OF_PATIENTS}

    assert {scope.rpartition(".")[0] for scope in open_to(kind, extended=False)} <= registers
    assert open_to(kind, extended=False) == {
        scope for scope in open_to(kind) if scope.rpartition(".")[0] in registers
    }


@pytest.mark.parametrize("kind", ["authority", "portal"])
def test_authority_and_portal_act_without_a_practitioner(kind: str) -> None:
    assert open_to(kind, extended=False) == open_to(kind)


def test_tok_007_who_asks_without_a_person_for_what_only_persons_have_is_told_so() -> None:
    with pytest.raises(Refusal, match="TOK-007"):
        decide("practice", "system/Task.r", extended=False)
    with pytest.raises(Refusal, match="TOK-003"):
        decide("practice", "system/Observation.r", extended=False)
    assert decide("practice", "system/Task.r system/Organization.r", extended=False) == {
        "system/Organization.r"
    }


def test_tok_008_a_scope_with_a_query_is_refused_and_never_given_without_it() -> None:
    for asked in ("system/Task.rs?status=ready", "system/Organization.r system/Task.rs?_id=1", "?"):
        with pytest.raises(Refusal, match="TOK-008"):
            decide("practice", asked, extended=True)


@pytest.mark.parametrize(
    ("party", "scope", "rule"),
    [
        (a_party(role_id=None, scopes=frozenset()), "system/Task.r", "ACC-010"),
        (a_party(role_id=None, scopes=frozenset()), "system/Patient.r", "ACC-009"),
        (a_party(role_id=None, scopes=frozenset()), "system/Organization.r", "ACC-009"),
        (a_party(scopes=frozenset()), "system/Task.r", "ACC-009"),
        (a_party(kind="authority", role_id=None, scopes=frozenset()), "system/Patient.r", "ACC-009"),
    ],
)
def test_the_door_says_whether_the_scope_or_the_person_is_wanting(
    party: Party, scope: str, rule: str
) -> None:
    with pytest.raises(Refusal, match=rule):
        check(scope, party)
    check(scope, replace(party, scopes=frozenset({scope})))


@given(st.frozensets(st.sampled_from(EVERY)))
def test_scopes_survive_the_way_into_a_token_and_back(scopes: frozenset[str]) -> None:
    assert scopes_in(as_text(scopes)) == scopes


@given(st.sampled_from(sorted(OPEN)), st.text("system/TaskPatientMedicationRequest.cruds* ", max_size=60))
def test_asking_never_gives_more_than_is_open(kind: str, asked: str) -> None:
    assert granted(kind, asked) <= open_to(kind)


@given(st.sampled_from(sorted(OPEN)), st.sampled_from([one for one in EVERY if "/" in one]))
def test_one_scope_is_given_exactly_when_it_is_open(kind: str, scope: str) -> None:
    assert granted(kind, scope) == {scope} & open_to(kind)
