"""Names say what a thing is; the words of STYLE.md that say nothing are not used, and modules begin with a sentence."""

import ast
import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

import tilts_connector
from tests.house.tree import ROOT, SRC, compared, parsed, short, sources, tracked

EMPTY = {"util", "utils", "helper", "helpers", "common", "base", "manager", "handler", "data", "info", "misc"}
OFFERED = [
    f"tilts_fhir.{name}" for name in ("codes", "fhirpath", "patch", "search", "snapshots", "validation")
]
EMPTY_TAIL = re.compile(r"(Utils?|Helpers?|Manager|Handler|Info|Base|Data)\Z")


def test_no_name_is_an_empty_word() -> None:
    found: dict[str, str] = {}
    for path in tracked(".py"):
        if EMPTY & {path.stem, path.stem.rpartition("_")[2]}:
            found[short(path)] = "the module"
        for node in ast.walk(parsed(path)) if not path.is_relative_to(ROOT / "tests") else ():
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.strip("_") in EMPTY:
                found[f"{short(path)} {node.name}"] = f"line {node.lineno}"
            if isinstance(node, ast.ClassDef) and (
                node.name.lower() in EMPTY or EMPTY_TAIL.search(node.name)
            ):
                found[f"{short(path)} {node.name}"] = f"line {node.lineno}"
    compared(found, "names.txt")


@pytest.mark.parametrize("path", sources(), ids=short)
def test_a_module_begins_with_a_sentence(path: object) -> None:
    said = ast.get_docstring(parsed(path))  # type: ignore[arg-type]

    assert said, "without a word"
    assert re.match(r"\S.+[.:?]$", said.split("\n\n")[0].replace("\n", " ")), said.split("\n")[0]


def test_doors_say_what_they_do() -> None:
    """A door is a public function of a room that acts for a party in a transaction."""
    silent = [
        f"{short(path)}:{node.lineno} {node.name}"
        for path in sources("tilts/exchange", "tilts/onboarding", "tilts/terminology")
        for node in parsed(path).body
        if isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_")
        if {"tx", "party"} <= {argument.arg for argument in node.args.args} and not ast.get_docstring(node)
    ]
    assert not silent


@pytest.mark.parametrize("name", tilts_connector.__all__)
def test_the_connector_says_what_it_offers(name: str) -> None:
    found = getattr(tilts_connector, name)
    if not isinstance(found, type):
        assert callable(found) is False or found.__doc__, f"{name} says nothing"
        return
    assert found.__doc__ and not found.__doc__.startswith(f"{name}("), f"{name} says nothing"
    silent = [
        member
        for member, value in vars(found).items()
        if not member.startswith("_") and callable(value) and not value.__doc__
    ]
    assert not silent, f"{name}: {silent}"


def test_the_engine_says_what_it_offers() -> None:
    """Public functions and classes of tilts_fhir that others import."""
    used = {
        (node.module, alias.name)
        for path in sources("tilts", "tilts_connector")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tilts_fhir")
        for alias in node.names
    }
    silent = [
        f"{module}.{name}"
        for module, name in sorted(used, key=str)
        for node in parsed(_module(module)).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name
        if not ast.get_docstring(node)
    ]
    assert not silent


@pytest.mark.parametrize("package", OFFERED)
def test_a_package_of_the_engine_says_what_it_offers(package: str) -> None:
    """What stands in `__all__` is for others: every function, class and method of it has its words."""
    offered = import_module(package)
    names: list[str] = offered.__all__
    silent = [name for name in names if not inspect.getdoc(getattr(offered, name))]
    for name in names:
        found = getattr(offered, name)
        members = vars(found).items() if isinstance(found, type) else ()
        silent += [
            f"{name}.{member}"
            for member, value in members
            if not member.startswith("_") and inspect.isfunction(value) and not value.__doc__
        ]

    assert not silent


def _module(name: str) -> Path:
    """The file of a module or of a package."""
    place = SRC / name.replace(".", "/")
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
