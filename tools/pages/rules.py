"""docs/rules/<noun>.md: each rule with its status, texts, fix and source; and the rules of each status."""

from types import ModuleType

from tilts.rules import Rule, access, dispensing, prescriptions, wire

NOUNS: dict[str, ModuleType] = {
    "access": access,
    "wire": wire,
    "prescriptions": prescriptions,
    "dispensing": dispensing,
}
TITLES = {
    "access": "Rules of the door",
    "wire": "Rules of the message",
    "prescriptions": "Rules of prescriptions",
    "dispensing": "Rules of dispensing",
}


def rules_of(noun: str) -> list[Rule]:
    found = [value for value in vars(NOUNS[noun]).values() if isinstance(value, Rule)]
    return sorted(found, key=lambda rule: rule.id)


def section(rule: Rule) -> str:
    return "\n".join(
        [
            f"## {rule.id}",
            "",
            f"**{rule.text_en}**<br>",
            f"*{rule.text_lv}*",
            "",
            f"- Status {rule.http_status}, issue code `{rule.issue_code}`",
            f"- What to do: {rule.fix_en}<br>*{rule.fix_lv}*",
            f"- Source: {rule.source}",
        ]
    )


def made_for(noun: str) -> dict[str, str]:
    return {rule.id: section(rule) for rule in rules_of(noun)}


def first_page(noun: str) -> str:
    return f"# {TITLES[noun]}\n\n{(NOUNS[noun].__doc__ or '').strip()}\n\n"


def by_status() -> dict[int, list[tuple[str, Rule]]]:
    """Status -> (page, rule), for the page of status codes."""
    found: dict[int, list[tuple[str, Rule]]] = {}
    for noun in NOUNS:
        for rule in rules_of(noun):
            found.setdefault(rule.http_status, []).append((noun, rule))
    return dict(sorted(found.items()))


def made_for_statuses() -> dict[str, str]:
    made = {}
    for status, rules in by_status().items():
        lines = [
            f"- [{rule.id}](../rules/{noun}.md#{rule.id.lower()}) {rule.text_en}" for noun, rule in rules
        ]
        made[str(status)] = "\n".join(lines)
    return made
