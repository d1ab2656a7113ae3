"""docs/reference/oracle.md: what England's states are called here, and the differences that are meant."""

from tests.exchange.differing import DIFFERENCES, WORDS
from tools.pages.blocks import code, table


def made_for_oracle() -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for (issue, line, waits), word in WORDS.items():
        found.setdefault(word, set()).add(f"{issue}/{line}{' and pending' if waits else ''}")
    return {
        "states": table(
            ["ours", "theirs: prescription status/line status"],
            [[code(word), ", ".join(sorted(theirs))] for word, theirs in found.items()],
        ),
        "differences": table(
            ["what", "why", "source"], [[one.name, one.why, one.source] for one in DIFFERENCES]
        ),
    }
