"""The law of prescriptions as dated rows, each with its source and how far that was read; no figure of it stands in code.

A row: `of`, its figures, `valid_from` and `valid_to` (civil days in Riga, both included; null: still in force), `mark`,
what it says (`en`, `lv`), `source` and `url`. `mark` is V (read in the source), V-yyyy (a text of that year, which may be
superseded), V-old, S (second hand), K (general knowledge) or A (ours): all but V are shown as unverified.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

ABOUT_THE_ROW: Final = frozenset({"of", "valid_from", "valid_to", "mark", "en", "lv", "source", "url"})
FILES: Final = ("validity", "prescribing", "reimbursement", "collecting", "seeing", "periods")


@dataclass(frozen=True, slots=True)
class LawRow:
    of: str
    figures: Mapping[str, Any]
    valid_from: date
    valid_to: date | None
    mark: str
    en: str
    lv: str
    source: str
    url: str | None
    area: str  # the file in which it stands

    @property
    def is_verified(self) -> bool:
        return self.mark == "V"

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@cache
def rows() -> tuple[LawRow, ...]:
    """Every row ever in force, in the order of the files."""
    return tuple(_read())


@lru_cache(maxsize=1024)
def row_of(of: str, day: date) -> LawRow:
    """The row in force on that day in Riga: exactly one."""
    found = [row for row in rows() if row.of == of and row.holds_on(day)]
    assert len(found) == 1, f"{of} has {len(found)} rows on {day}"
    return found[0]


def figure_of(of: str, figure: str, day: date) -> Any:
    return row_of(of, day).figures[figure]


def knows(of: str) -> bool:
    """Whether the law says anything of it at all."""
    return any(row.of == of for row in rows())


def _read() -> Iterator[LawRow]:
    for area in FILES:
        for row in json.loads(files(__package__).joinpath(f"{area}.json").read_text(encoding="utf-8")):
            figures = {name: value for name, value in row.items() if name not in ABOUT_THE_ROW}
            yield LawRow(
                of=row["of"],
                figures=MappingProxyType(figures),
                valid_from=date.fromisoformat(row["valid_from"]),
                valid_to=None if row["valid_to"] is None else date.fromisoformat(row["valid_to"]),
                mark=row["mark"],
                en=row["en"],
                lv=row["lv"],
                source=row["source"],
                url=row["url"],
                area=area,
            )
