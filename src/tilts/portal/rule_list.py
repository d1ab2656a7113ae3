"""The rules of refusal as a page: grouped by the letters of their ids."""

from dataclasses import dataclass

from tilts.rules import Rule
from tilts.rules.catalogue import BY_ID


@dataclass(frozen=True, slots=True)
class RuleGroup:
    prefix: str
    rules: list[Rule]


def rule_groups() -> list[RuleGroup]:
    """In the order in which a call meets them: the door first, the noun last."""
    order = list(dict.fromkeys(rule_id.partition("-")[0] for rule_id in BY_ID))
    return [
        RuleGroup(prefix, [BY_ID[rule_id] for rule_id in sorted(BY_ID) if rule_id.startswith(f"{prefix}-")])
        for prefix in order
    ]
