"""docs/reference/oracle.md: what England's states are called here, each case that is meant to differ, each planted fault."""

from tests.exchange.oracle.differing import DIFFERENCES, PRESCRIPTIONS, WORDS, Case
from tests.exchange.oracle.faults import FAULTS
from tools.pages.blocks import code, table


def made_for_oracle() -> dict[str, str]:
    lines: dict[str, list[str]] = {}
    for (issue, line, waits), word in WORDS.items():
        lines.setdefault(word, []).append(f"{issue}/{line}{' and pending' if waits else ''}")
    issues: dict[str, list[str]] = {}
    for status, word in PRESCRIPTIONS.items():
        issues.setdefault(word, []).append(status)
    return {
        "states": table(
            ["ours", "theirs: prescription status/line status"],
            [[code(word), ", ".join(sorted(theirs))] for word, theirs in lines.items()],
        ),
        "prescriptions": table(
            ["ours: what the lines of an issue come to", "theirs: prescription status"],
            [[code(word), ", ".join(sorted(theirs))] for word, theirs in issues.items()],
        ),
        "differences": table(
            ["what", "why", "source"], [[one.name, one.why, one.source] for one in DIFFERENCES]
        ),
        "cases": table(
            ["difference", "of", "theirs", "ours", "exactly when"],
            [
                [one.name, case.of, code(case.theirs), code(case.ours), told(case)]
                for one in DIFFERENCES
                for case in one.cases
            ],
        ),
        "faults": "\n".join(f"- {fault.what}" for fault in FAULTS) + "\n",
    }


def told(case: Case) -> str:
    facts = (f"{name.replace('_', ' ')}: {value.replace('|', ' or ')}" for name, value in case.when.items())
    return ", ".join(facts)
