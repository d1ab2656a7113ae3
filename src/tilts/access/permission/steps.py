"""The steps of "may they?", in their order, with every rule that may say no there: one table, for docs and people."""

from dataclasses import dataclass
from typing import Final

from tilts.access.permission.deciding import Step


@dataclass(frozen=True, slots=True)
class Told:
    """One step: what is asked, where, and which rules answer no."""

    step: Step
    asked: str
    where: str
    rules: tuple[str, ...]


STEPS: Final[tuple[Told, ...]] = (
    Told(
        "certificate",
        "Is the certificate good and registered, is the token ours, alive and of this certificate?",
        "access/certificates.py, access/tokens",
        ("ACC-001", "ACC-002", "ACC-003", "ACC-004", "ACC-005", "ACC-006", "ACC-007", "ACC-008"),
    ),
    Told(
        "organisation",
        "Is the connection open for this in this environment, not too fast, and does the token cover it?",
        "access/gate.py, access/verdicts/opening.py, access/limits.py",
        ("ACC-011", "ACC-012", "ACC-009"),
    ),
    Told(
        "practitioner",
        "Is a person named, in that role here now; at the portal, do they act for this patient?",
        "access/permission/asking.py",
        ("ACC-010", "MAY-009", "MAY-010"),
    ),
    Told(
        "relationship",
        "What connects them with the patient?",
        "store/sight.py",
        ("MAY-001", "MAY-004", "MAY-011", "MAY-012", "MAY-013", "MAY-014"),
    ),
    Told("bans", "Has the patient forbidden it?", "store/sight.py", ("MAY-002", "MAY-003")),
    Told(
        "purpose",
        "Does the purpose allow this kind of call; was the glass broken as it must be?",
        "transport/reading.py, exchange/emergencies.py",
        ("MAY-005", "MAY-006", "MAY-007", "MAY-008"),
    ),
    Told("quotas", "How many patients did they open lately?", "access/breadth", ("CPY-001",)),
    Told("holds", "Is the person, site, organisation or client held?", "access/breadth", ("CPY-002",)),
)
