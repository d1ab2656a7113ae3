"""Scopes: a closed list for each kind of party; what is not in it cannot be asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilts.access.pipeline import scopes_in
from tilts.access.scopes import OPEN, PURPOSES, as_text, granted, open_to

EVERY = sorted({scope for kind in OPEN for scope in open_to(kind)})
WRITES = {scope for scope in EVERY if scope[-1] in "cud"}


def test_the_table_is_closed() -> None:
    assert set(OPEN) == set(PURPOSES) == {"practice", "hospital", "pharmacy", "authority", "vendor", "portal"}
    assert {kind: {s for s in open_to(kind) if s in WRITES} for kind in OPEN} == {
        "practice": {"system/MedicationRequest.c", "system/Task.u"},
        "hospital": {"system/MedicationRequest.c", "system/Task.u"},
        "pharmacy": {"system/MedicationDispense.c", "system/Task.u"},
        "authority": set(),
        "vendor": set(),
        "portal": set(),
    }


def test_only_the_portal_reads_the_audit_trail_and_pharmacies_read_no_patients() -> None:
    assert {kind for kind in OPEN if "system/AuditEvent.s" in open_to(kind)} == {"portal"}
    assert not any(scope.startswith("system/Patient.") for scope in open_to("pharmacy"))
    assert not any(scope.startswith("system/Patient.") for scope in open_to("vendor"))


@pytest.mark.parametrize("kind", OPEN)
def test_nothing_asked_for_asks_for_all(kind: str) -> None:
    assert granted(kind, "") == granted(kind, " \t ") == open_to(kind) == granted(kind, "system/*.cruds")


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("system/Task.r", "system/Task.r"),
        ("system/Task.rus", "system/Task.rus"),
        ("system/Task.cruds", "system/Task.rus"),
        ("system/Task.r system/Task.s", "system/Task.rs"),
        ("system/*.u", "system/Task.u"),
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
        "system/Task.read",
        "system/Task.*",
        "system/*.*",
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


@given(st.frozensets(st.sampled_from(EVERY)))
def test_scopes_survive_the_way_into_a_token_and_back(scopes: frozenset[str]) -> None:
    assert scopes_in(as_text(scopes)) == scopes


@given(st.sampled_from(sorted(OPEN)), st.text("system/TaskPatientMedicationRequest.cruds* ", max_size=60))
def test_asking_never_gives_more_than_is_open(kind: str, asked: str) -> None:
    assert granted(kind, asked) <= open_to(kind)


@given(st.sampled_from(sorted(OPEN)), st.sampled_from(EVERY))
def test_one_scope_is_given_exactly_when_it_is_open(kind: str, scope: str) -> None:
    assert granted(kind, scope) == {scope} & open_to(kind)
