"""How what a validation found is told: to people in a terminal, to programs line by line, and as JSON."""

import json
from collections import Counter
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tilts.rules import Language
from tilts_fhir.issues import Issue

COLOURS: Final = MappingProxyType(
    {"fatal": "bold red", "error": "red", "warning": "yellow", "information": "cyan"}
)
WORDS: Final = MappingProxyType(
    {"fatal": "smaga kļūda", "error": "kļūda", "warning": "brīdinājums", "information": "ziņa"}  # in Latvian
)
WRONG: Final = frozenset({"fatal", "error"})
SUMMARY: Final[dict[Language, str]] = {
    "en": "Files: {files}, wrong: {wrong}, errors: {errors}, warnings: {warnings}",
    "lv": "Faili: {files}, nepareizi: {wrong}, kļūdas: {errors}, brīdinājumi: {warnings}",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """A file and what is to be said about it; `fault` says why it could not be read at all."""

    file: str
    issues: tuple[Issue, ...] = ()
    fault: str = ""

    @property
    def is_wrong(self) -> bool:
        return bool(self.fault) or any(each.severity in WRONG for each in self.issues)


class Totals:
    """What the last line says."""

    def __init__(self) -> None:
        self.files = self.wrong = 0
        self._severities: Counter[str] = Counter()

    def add(self, one: Checked) -> None:
        self.files += 1
        self.wrong += one.is_wrong
        self._severities.update(each.severity for each in one.issues)

    def told(self, language: Language) -> str:
        errors = sum(self._severities[each] for each in WRONG)
        return SUMMARY[language].format(
            files=self.files, wrong=self.wrong, errors=errors, warnings=self._severities["warning"]
        )


def text_of(found: Issue, language: Language) -> str:
    return found.text_lv if language == "lv" else found.text_en


def row(one: Checked, language: Language) -> str:
    """One line of JSON for a file."""
    told = {
        "file": one.file,
        "valid": not one.is_wrong,
        **({"fault": one.fault} if one.fault else {}),
        "issues": [
            {
                "severity": each.severity,
                "code": each.code,
                "key": each.key,
                "expression": each.expression,
                "line": each.line,
                "column": each.column,
                "text": text_of(each, language),
                "source": each.source,
            }
            for each in one.issues
        ],
    }
    return json.dumps(told, ensure_ascii=False)


def lines(one: Checked, language: Language) -> str:
    """As compilers do, so that editors and grep understand it: file:line:column: severity: element: text [key]."""
    told = [f"{one.file}: fatal: {one.fault}\n"] if one.fault else []
    for each in one.issues:
        element = f"{each.expression}: " if each.expression else ""
        text = f"{each.severity}: {element}{text_of(each, language)} [{each.key}]"
        told.append(f"{one.file}:{each.line or 1}:{each.column or 1}: {shown(text)}\n")
    return "".join(told)


def show(console: Console, one: Checked, language: Language) -> None:
    """For people: the file, then a block for each finding, whose lines stay under one another."""
    if not one.issues and not one.fault:
        return
    console.print(Text(one.file, "bold"))
    if one.fault:
        console.print(Text(f"  {one.fault}", COLOURS["fatal"]))
    grid = Table.grid(padding=(0, 2))
    grid.add_column(justify="right", no_wrap=True, min_width=9)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for each in one.issues:
        word = WORDS.get(each.severity, each.severity) if language == "lv" else each.severity
        said = Text(f"{each.expression}\n" if each.expression else "")
        said.stylize("bold")
        said.append(shown(text_of(each, language))).append(f"  {each.key}", "dim")
        grid.add_row(f"{each.line or 1}:{each.column or 1}", Text(word, COLOURS.get(each.severity, "")), said)
    console.print(grid)


def shown(text: str) -> str:
    """What a file holds comes to a terminal without what would steer it."""
    return text if text.isprintable() else "".join(char if char.isprintable() else "\ufffd" for char in text)
