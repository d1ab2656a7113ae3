"""Every state table of the path, by the kind of case; docs, pictures and buttons are made from these.

agreements     testing-agreement, cooperation-institution, cooperation-pharmacy, operator-agreement
applications   connection-application
certificates   certificate
declarations   checklist, connection, question
tests          test-plan, testing
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tilts.onboarding.workflows.agreements import AGREEMENTS, CONNECTION_APPLICATION
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
            *AGREEMENTS,
            CONNECTION_APPLICATION,
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
        "testing-agreement": frozenset({"vendor"}),
        "operator-agreement": frozenset({"vendor"}),
        "cooperation-institution": frozenset({"practice", "hospital"}),
        "cooperation-pharmacy": frozenset({"pharmacy"}),
        "connection-application": INSTITUTIONS,
        "certificate": INSTITUTIONS | {"vendor"},
        "checklist": INSTITUTIONS | {"vendor"},
        "connection": INSTITUTIONS,
        "test-plan": frozenset({"vendor"}),
        "testing": frozenset({"vendor"}),
        "question": INSTITUTIONS | {"vendor"},
    }
)
# Of these a party has one that is not over at a time.
ONE_AT_A_TIME: Final = frozenset(
    {
        "testing-agreement",
        "operator-agreement",
        "cooperation-institution",
        "cooperation-pharmacy",
        "test-plan",
    }
)


def check_may_open(kind: str, party_kind: str) -> Workflow:
    if kind not in WORKFLOWS or party_kind not in OPENED_BY[kind]:
        raise Refusal(CASE_NOT_FOR_YOU, kind=kind, party_kind=party_kind)
    return WORKFLOWS[kind]
