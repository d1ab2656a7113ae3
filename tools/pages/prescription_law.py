"""docs/reference/prescription-law.md: the rows of the law, each with its source and how far that was read."""

from typing import Any

from tests.exchange.held import HELD
from tilts.exchange.law import FILES, LawRow, rows
from tools.pages.blocks import code, table
from tools.pages.may_they import linked

MARKS = {
    "S": "second hand",
    "K": "general knowledge",
    "A": "ours",
    "V-old": "an old text",
}


def made_for_prescription_law() -> dict[str, str]:
    return {
        area: table(
            ["of", "value", "from", "to", "what it says", "in Latvian", "source"],
            [row_of_law(row) for row in rows() if row.area == area],
        )
        for area in FILES
    } | {"held": what_holds_it()}


def row_of_law(row: LawRow) -> list[str]:
    source = f"[{row.source}]({row.url})" if row.url else row.source
    return [
        code(row.of),
        value_of(row),
        row.valid_from.isoformat(),
        row.valid_to.isoformat() if row.valid_to else "",
        row.en,
        row.lv,
        source,
    ]


def value_of(row: LawRow) -> str:
    """The figures, and beside them that nobody has confirmed them."""
    figures = "; ".join(f"{name} {shown(value)}" for name, value in row.figures.items())
    return figures if row.is_verified else f"{figures} **(unverified, [{row.mark}]: {how_far(row.mark)})**"


def how_far(mark: str) -> str:
    return MARKS.get(mark) or f"a text of {mark.removeprefix('V-')}"


def shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value)


def what_holds_it() -> str:
    return table(
        ["what is asked", "rows", "refused by", "tests"],
        [
            [
                held.asked,
                ", ".join(map(code, held.rows)),
                ", ".join(map(linked, held.rules)),
                "<br>".join(code(test.removeprefix("tests/")) for test in held.tests),
            ]
            for held in HELD
        ],
    )
