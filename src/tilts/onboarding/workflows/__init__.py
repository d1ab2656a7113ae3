"""Every state table of the path, by the kind of case; docs, pictures and buttons are made from these.

agreements     testing-agreement, cooperation-institution, cooperation-pharmacy, operator-agreement
applications   connection-application
certificates   certificate
declarations   checklist, connection, question
tests          test-plan, testing
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from tilts.onboarding.procedures import procedures
from tilts.onboarding.workflows.agreements import APPLICATION, KINDS, TABLES, table_of_version
from tilts.onboarding.workflows.certificates import CERTIFICATE
from tilts.onboarding.workflows.declarations import CHECKLIST, CONNECTION, QUESTION
from tilts.onboarding.workflows.testing import TEST_PLAN, TESTING
from tilts.rules import Refusal
from tilts.rules.cases import CASE_NOT_FOR_YOU
from tilts.workflow import Workflow

WORKFLOWS: Final[Mapping[str, Workflow]] = MappingProxyType(
    {
        table.kind: table
        for table in (
            *TABLES,
            CERTIFICATE,
            CHECKLIST,
            CONNECTION,
            TEST_PLAN,
            TESTING,
            QUESTION,
        )
    }
)
INSTITUTIONS: Final = frozenset({"practice", "hospital", "pharmacy"})
# Who opens a case of a kind (Source page A2, A4, A6, A7, B1, B3, B5, C2).
OPENED_BY: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        **{kind: frozenset(procedures()[kind].applicants) for kind in (*KINDS, APPLICATION)},
        "certificate": INSTITUTIONS | {"vendor"},
        "checklist": INSTITUTIONS | {"vendor"},
        "connection": INSTITUTIONS,
        "test-plan": frozenset({"vendor"}),
        "testing": frozenset({"vendor"}),
        "question": INSTITUTIONS | {"vendor"},
    }
)
# Of these a party has one that is not over at a time.
ONE_AT_A_TIME: Final = frozenset(KINDS)


def table_of(kind: str, facts: Mapping[str, Any]) -> Workflow:
    """The table that a case goes by; an agreement goes by the version with which its form was filled in."""
    reference = str(facts.get("reference", ""))
    return table_of_version(reference) if reference.startswith(f"{kind}/") else WORKFLOWS[kind]


# Of these one at a time is being worked on: a renewal is prepared while the one before still holds.
ONE_UNDER_WAY: Final = frozenset({"checklist", "test-plan"})


def stands_in_the_way(kind: str, state: str) -> bool:
    """Does a case of a party in this state keep it from opening another one of the kind?"""
    workflow = WORKFLOWS[kind]
    if kind in ONE_UNDER_WAY:
        return workflow.state(state).waits_for is not None
    return kind in ONE_AT_A_TIME and not workflow.is_over(state)


def check_may_open(kind: str, party_kind: str) -> Workflow:
    if kind not in WORKFLOWS or party_kind not in OPENED_BY[kind]:
        raise Refusal(CASE_NOT_FOR_YOU, kind=kind, party_kind=party_kind)
    return WORKFLOWS[kind]
