"""Each thing in its place: SQL, statuses, time and chance."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

from tests.house.tree import SRC, compared, parsed, short, sources

SQL = re.compile(
    r"(?:^|[\s(])(?:SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM"
    r"|CREATE\s+(?:TABLE|INDEX|SCHEMA|ROLE)|ALTER\s+(?:TABLE|ROLE))\s",
    re.DOTALL,
)
STORE = SRC / "tilts" / "store"
WITHOUT_STATUSES = {"rules", "portal", "embedded"}  # the portal answers people, with pages
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}
CLOCKS |= {("time", "time"), ("time", "time_ns"), ("time", "localtime"), ("time", "gmtime")}
CHANCE = {"random", "secrets"}
CHANCES = {("os", "urandom"), ("uuid", "uuid4"), ("uuid", "uuid1")}


def attributes(path: Path) -> Iterator[tuple[str, str, int]]:
    """`name.attribute` wherever it is written, with its line."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield node.value.id, node.attr, node.lineno


def imported(path: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, alias.name) for alias in node.names)


def test_sql_stands_in_the_cellar_only() -> None:
    found = {}
    for path in sources():
        if path.is_relative_to(STORE):
            continue
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.search(node.value):
                found[short(path)] = f"line {node.lineno}"
    compared(found, "sql-elsewhere.txt")


def test_the_driver_is_used_in_the_cellar_only() -> None:
    users = {
        short(path)
        for path in sources()
        for module, _ in imported(path)
        if module.split(".")[0] in {"psycopg", "psycopg_pool"} and not path.is_relative_to(STORE)
    }
    assert not users


def test_a_status_is_chosen_by_a_rule_or_a_route() -> None:
    """The only translator is transport/outcomes.py; numbers from 400 up stand nowhere else in the house."""
    free = {SRC / "tilts" / "transport" / "outcomes.py"}
    found: dict[str, str] = {}
    for path in sources("tilts"):
        if path in free or WITHOUT_STATUSES.intersection(path.parts):
            continue
        for node in ast.walk(parsed(path)):
            if is_status(node) and _written(path, node).isdigit():  # not 0o700
                found[f"{short(path)} {node.value}"] = f"line {node.lineno}"
    compared(found, "statuses.txt")


def is_status(node: ast.AST) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and type(node.value) is int and 400 <= node.value <= 599


def _written(path: Path, node: ast.Constant) -> str:
    line = path.read_text(encoding="utf-8").splitlines()[node.lineno - 1]
    return line.encode()[node.col_offset : node.end_col_offset].decode()


def test_one_module_asks_what_time_it_is() -> None:
    found = {
        short(path): f"line {line}: {name}.{attribute}"
        for path in sources()
        if path != SRC / "tilts" / "clock.py"
        for name, attribute, line in attributes(path)
        if (name, attribute) in CLOCKS
    }
    compared(found, "clocks.txt")


def test_chance_is_used_in_ids_and_the_lab_only() -> None:
    found: dict[str, str] = {}
    for path in sources():
        if path == SRC / "tilts" / "ids.py" or path.is_relative_to(SRC / "tilts" / "lab"):
            continue
        for module, name in imported(path):
            if module in CHANCE or (module, name) in CHANCES:
                found[short(path)] = f"imports {module}"
        for name, attribute, line in attributes(path):
            if (name, attribute) in CHANCES:
                found[short(path)] = f"line {line}: {name}.{attribute}"
    compared(found, "chance.txt")


def test_the_engines_and_the_connector_read_no_settings_of_the_house() -> None:
    readers = {
        f"{short(path)}:{line}"
        for path in sources("tilts_connector", "tilts_fhir")
        for name, attribute, line in attributes(path)
        if (name, attribute) in {("os", "environ"), ("os", "getenv")}
    }
    assert not readers
