"""docs/rules/<noun>.md: each rule with its status, texts, fix and source; and the rules of each status."""

import re

from tilts.rules import Rule
from tilts.rules.catalogue import NOUNS

TITLES = {
    "access": "Rules of the door",
    "tokens": "Rules of tokens",
    "gate": "Conditions of the gate",
    "permission": "Rules of permission",
    "consent": "Rules of bans and delegations",
    "residents": "Rules of residents' pages",
    "wire": "Rules of the message",
    "prescriptions": "Rules of prescriptions",
    "dispensing": "Rules of dispensing",
    "outages": "Rules of outages",
    "products": "Prescribing and dispensing by the register of medicines",
    "certificates": "Rules of certificates",
    "standing": "Rules of how a certificate stands",
    "issuing": "Rules of issuing certificates",
    "egress": "Rules of fetching from outside",
    "classifiers": "Rules of classifiers",
    "medicines": "Rules of medicines",
    "environments": "Rules of environments",
    "lab": "Rules of the lab",
    "accounts": "Rules of the portal",
    "cases": "Rules of cases",
    "connections": "Rules of connections",
    "testing": "Rules of testing",
    "mail": "Rules of mail",
    "procedures": "Rules of forms",
    "signing": "Rules of signatures",
    "paper": "Rules of paper",
    "copying": "Rules against mass copying",
    "audit": "Rules of the audit trail",
    "oversight": "Rules of the desk of oversight",
}


# Short names of sources, each explained in its section of docs/reference/sources.md.
CITED = re.compile(
    r"\b(?:Latvia|Exchanges|Security|Storage|Stack) \d+(?:\.\d+)?|\bDesign \d|\bSource page(?= [A-D]\d)"
)


def linked(cited: re.Match[str]) -> str:
    anchor = re.sub(r"[^\w -]", "", cited[0].lower()).replace(" ", "-")
    return f"[{cited[0]}](../reference/sources.md#{anchor})"


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
            f"- Source: {CITED.sub(linked, rule.source)}",
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
