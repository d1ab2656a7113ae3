"""Sizes: module 300 lines, function 50, nesting 3, arguments 6, files in a folder 20.

tests/golden/sizes.txt lists what is larger. An entry may only shrink: when the thing itself gets
smaller the entry must follow, and when it fits it goes.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import GOLDEN, ROOT, parsed, short, tracked

MOST = {"lines": 300, "function": 50, "nesting": 3, "arguments": 6, "files": 20}
NESTS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)
COMMANDS = ROOT / "src" / "tilts" / "cli"  # flags of a command are its arguments
FOLDERS = (ROOT / "src", ROOT / "tools")


def measured() -> Iterator[tuple[str, str, int]]:
    """(kind, where, size) of everything that has a size."""
    files = [p for p in tracked(".py") if any(p.is_relative_to(folder) for folder in FOLDERS)]
    yield from (("files", short(folder), n) for folder, n in Counter(p.parent for p in files).items())
    for path in files:
        yield "lines", short(path), len(path.read_text(encoding="utf-8").splitlines())
        yield from _functions(path)


def _functions(path: Path) -> Iterator[tuple[str, str, int]]:
    for node in ast.walk(parsed(path)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        where = f"{short(path)}:{node.name}"
        assert node.end_lineno is not None
        yield "function", where, node.end_lineno - node.lineno + 1
        yield "nesting", where, _depth(node)
        if not path.is_relative_to(COMMANDS):
            named = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            yield "arguments", where, len([a for a in named if a.arg not in ("self", "cls")])


def _depth(node: ast.AST) -> int:
    """The deepest nesting of blocks; `elif` is no deeper than its `if`."""
    deepest = 0
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        inner = _depth(child)
        is_elif = isinstance(node, ast.If) and isinstance(child, ast.If) and node.orelse == [child]
        deepest = max(deepest, inner + (isinstance(child, NESTS) and not is_elif))
    return deepest


def listed() -> dict[tuple[str, str], int]:
    lines = (GOLDEN / "sizes.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return {(kind, where): int(size) for kind, where, size, *_ in rows}


def test_nothing_is_larger_than_it_may_be() -> None:
    exceptions = listed()
    larger = [
        f"{kind} {where} {size} (at most {exceptions.get((kind, where), MOST[kind])})"
        for kind, where, size in measured()
        if size > exceptions.get((kind, where), MOST[kind])
    ]
    assert not larger, "\n".join(larger)


def test_exceptions_only_shrink() -> None:
    largest: dict[tuple[str, str], int] = {}
    for kind, where, size in measured():
        largest[kind, where] = max(size, largest.get((kind, where), 0))
    stale = [
        f"{kind} {where}: {allowed} is listed, {largest.get((kind, where), 0)} is needed"
        for (kind, where), allowed in listed().items()
        if largest.get((kind, where), 0) < allowed
    ]
    assert not stale, "\n".join(stale)
