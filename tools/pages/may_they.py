"""docs/why/may-they.md: the steps of the decision with their rules, and the terms of relationships."""

from tilts.access.permission.steps import STEPS
from tilts.access.permission.terms import rows
from tilts.rules import Rule
from tilts.rules.catalogue import NOUNS
from tools.pages.blocks import code, table


def made_for_may_they() -> dict[str, str]:
    steps = [
        (str(number), told.step, told.asked, ", ".join(linked(rule) for rule in told.rules), code(told.where))
        for number, told in enumerate(STEPS, start=1)
    ]
    terms = [
        (code(row["of"]), f"{row['hours']} h", row["valid_from"], row["valid_to"] or "", row["source"])
        for row in rows()
    ]
    return {
        "steps": table(("", "step", "asks", "says no by", "stands in"), steps),
        "terms": table(("of", "open for", "from", "to", "source"), terms),
    }


def linked(rule_id: str) -> str:
    """To the section of the rule on its page."""
    for noun, module in NOUNS.items():
        if any(isinstance(value, Rule) and value.id == rule_id for value in vars(module).values()):
            return f"[{rule_id}](../rules/{noun}.md#{rule_id.lower()})"
    raise LookupError(rule_id)
