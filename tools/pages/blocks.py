"""Pages of which parts are made and parts are written: the made parts stand between two marks.

    <!-- made: NAME -->
    ...
    <!-- end -->

What stands outside of the marks is prose by hand and is kept.
"""

import re
from collections.abc import Iterable, Sequence

BLOCK = re.compile(r"<!-- made: (?P<name>[^>\n]+) -->\n(?P<text>.*?)<!-- end -->\n", re.DOTALL)


def block(name: str, text: str) -> str:
    return f"<!-- made: {name} -->\n{text.strip()}\n<!-- end -->\n"


def renewed(page: str, made: dict[str, str]) -> str:
    """The page with its made parts as they should be; parts that are missing come at the end."""
    present = [found["name"] for found in BLOCK.finditer(page)]
    page = BLOCK.sub(
        lambda found: block(found["name"], made[found["name"]]) if found["name"] in made else "", page
    )
    missing = [block(name, text) for name, text in made.items() if name not in present]
    return "\n".join([page.rstrip("\n") + "\n", *missing]) if missing else page


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [list(head), ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def code(text: object) -> str:
    return f"`{text}`" if str(text) else ""
