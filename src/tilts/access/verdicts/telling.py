"""An unmet condition in words: what it is, whose turn, until when, and where to go on.

The token endpoint, the feed, the portal and `tilts why-not` tell it alike.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from tilts.access.gate import Condition, Owner, Verdict
from tilts.clock import RIGA
from tilts.rules import Language
from tilts.rules.gate import GATE_VENDOR_CHECKLIST

# Where to go on from a condition for which there is no case yet: pages of the portal.
BEGIN_AT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "GATE-001": "/procedures/testing-agreement",
        "GATE-002": "/my/certificates",
        "GATE-003": "/procedures",
        "GATE-005": "/procedures/connection-application",
        "GATE-006": "/my/checklist",
        "GATE-007": "/procedures/checklist",
        "GATE-008": "/my/connections",
        "GATE-009": "/systems",
        "GATE-010": "/my/connections",
        "GATE-011": "/procedures/operator-agreement",
        "ACC-014": "/my/certificates",
        "ACC-015": "/trust",
        "ACC-016": "/my/certificates",
    }
)
OVER: Final = frozenset({"ended", "refused", "withdrawn", "expired"})  # no step leads on: a new case is begun
OTHERWISE: Final = "/help"  # a register kept elsewhere, a connection of nobody: no page of ours settles it


@dataclass(frozen=True, slots=True)
class Told:
    """One condition for a reader of one language; `how` is an address, a path when the portal's is not known."""

    rule: str
    text: str
    fix: str
    owner: Owner
    clause: str
    case: str | None
    due: datetime | None
    how: str

    def as_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "text": self.text,
            "fix": self.fix,
            "owner": self.owner,
            "clause": self.clause,
            "case": self.case,
            "due": self.due.astimezone(RIGA).isoformat(timespec="seconds") if self.due else None,
            "how": self.how,
        }


def told(condition: Condition, language: Language, portal_base: str = "") -> Told:
    rule = condition.rule
    return Told(
        rule=rule.id,
        text=rule.sentence(language, condition.facts),
        fix=rule.fix(language),
        owner=condition.owner,
        clause=condition.clause,
        case=condition.case_number,
        due=condition.due_at,
        how=portal_base.rstrip("/") + way_on(condition),
    )


def way_on(condition: Condition) -> str:
    """The case that stands still, or the page where one begins."""
    theirs = condition.rule is GATE_VENDOR_CHECKLIST  # seen by the developer alone, told to others too
    if condition.case_number and not theirs and condition.facts.get("state") not in OVER:
        return f"/cases/{condition.case_number}"
    return BEGIN_AT.get(condition.rule.id, OTHERWISE)


def unmet_of(verdicts: Iterable[Verdict]) -> tuple[Condition, ...]:
    """Each condition once, in the order in which the gate looks at them."""
    found: list[Condition] = []
    for verdict in verdicts:
        found += [condition for condition in verdict.unmet if condition not in found]
    return tuple(found)
