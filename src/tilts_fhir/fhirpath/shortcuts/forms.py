"""Truths on plain JSON: the common forms of invariants, decided without making nodes.

What has one of these forms is compiled here; any other part of an `and`, `or`, `xor` or `implies` at the top is
evaluated as everywhere. Each costs at most the size of the data, so no steps are counted. The answers are those of the
full evaluation: a test compares the two on every official example.
"""

from collections.abc import Callable
from typing import Any

from tilts_fhir.fhirpath import model
from tilts_fhir.fhirpath.context import Context
from tilts_fhir.fhirpath.errors import NOT_SINGLE, FhirPathError
from tilts_fhir.fhirpath.language.syntax import Call, Invocation, Literal, Operation, Tree
from tilts_fhir.fhirpath.shortcuts.paths import (
    MOMENTS,
    TEXTS,
    Path,
    Truth,
    counter,
    existence,
    path_of,
    single_text,
)
from tilts_fhir.fhirpath.shortcuts.truths import (
    LOGIC,
    ON_COUNTS,
    ON_TEXT,
    Number,
    boolean,
    boolean_equality,
    count_comparison,
    has_value,
    moment_comparison,
    negated,
    over_each,
    same_truth,
    sum,
    text_equality,
    text_test,
)

Whole = Callable[[Tree], Truth]


def shortcut(tree: Tree, start: str, whole: Whole) -> Truth | None:
    """
    The truth of an expression on a JSON object of the start type; None if nothing is gained.

    Args:
        whole: Makes a truth of any tree by full evaluation, for the parts that have no short form.
    """
    is_resource = model.ANY_RESOURCE in model.ancestry(start) and start != model.ANY_RESOURCE
    return _Shortcuts(start, start if is_resource else None, whole).truth(tree)


class _Shortcuts:
    def __init__(self, start: str, resource: str | None, whole: Whole | None) -> None:
        self.start = start
        self.resource = resource
        self.whole = whole

    def path(self, tree: Tree) -> Path | None:
        return path_of(tree, self.start, self.resource)

    def truth(self, tree: Tree) -> Truth | None:
        if isinstance(tree, Operation):
            return self.operation(tree)
        if isinstance(tree, Invocation) and isinstance(tree.right, Call):
            return self.call(tree.left, tree.right)
        path = self.path(tree)
        return None if path is None or path.types != {"boolean"} else boolean(path)

    def operation(self, tree: Operation) -> Truth | None:
        if tree.operator in LOGIC:
            left, right = self.truth(tree.left), self.truth(tree.right)
            if left is None and right is None:
                return None
            left, right = left or self.fallback(tree.left), right or self.fallback(tree.right)
            return None if left is None or right is None else LOGIC[tree.operator](left, right)
        if tree.operator == "in":
            return self.membership(tree)
        return self.comparison(tree) if tree.operator in ON_COUNTS else None

    def fallback(self, tree: Tree) -> Truth | None:
        return None if self.whole is None else self.whole(tree)

    def comparison(self, tree: Operation) -> Truth | None:
        one, other = self.number(tree.left), self.number(tree.right)
        if one is not None and other is not None:
            return count_comparison(one, other, ON_COUNTS[tree.operator])
        if tree.operator not in ("=", "!="):
            return self.order(tree)
        if isinstance(tree.right, Literal):
            return self.equality(tree.left, tree.right.value, tree.operator == "=")
        left, right = self.truth(tree.left), self.truth(tree.right)
        return None if left is None or right is None else same_truth(left, right, tree.operator == "=")

    def order(self, tree: Operation) -> Truth | None:
        left, right = self.path(tree.left), self.path(tree.right)
        if left is None or right is None or not (left.types | right.types) <= MOMENTS:
            return None
        return moment_comparison(tree, single_text(left), single_text(right))

    def equality(self, tree: Tree, literal: Any, wanted: bool) -> Truth | None:
        path = self.path(tree)
        if path is None:
            return None
        if type(literal) is str and path.types <= TEXTS:
            return text_equality(path, literal, wanted)
        return (
            boolean_equality(path, literal, wanted)
            if type(literal) is bool and path.types == {"boolean"}
            else None
        )

    def membership(self, tree: Operation) -> Truth | None:
        path, allowed = self.path(tree.left), _texts(tree.right)
        if path is None or allowed is None or not path.types <= TEXTS:
            return None
        text = single_text(path)

        def among(value: Any, context: Context) -> bool | None:
            found = text(value, context)
            if type(found) is list and len(found) > 1:
                raise FhirPathError("in needs one item at most.", tree.position, NOT_SINGLE)
            return None if found is None else type(found) is str and found in allowed

        return among

    def number(self, tree: Tree) -> Number | None:
        if isinstance(tree, Literal) and type(tree.value) is int:
            fixed = tree.value
            return lambda value, context: fixed
        if isinstance(tree, Operation) and tree.operator == "+":
            one, other = self.number(tree.left), self.number(tree.right)
            return None if one is None or other is None else sum(one, other)
        if isinstance(tree, Invocation) and _is_call(tree.right, "count", 0):
            path = self.path(tree.left)
            return None if path is None else counter(path)
        return None

    def call(self, left: Tree, call: Call) -> Truth | None:
        name, arguments = call.name, call.arguments
        if name == "not" and not arguments:
            inner = self.truth(left)
            return None if inner is None else negated(inner)
        if name in ("exists", "empty") and not arguments:
            return self.presence(left, name == "exists")
        path = self.path(left)
        if path is None:
            return None
        if name == "hasValue" and not arguments:
            return has_value(path)
        if name in ON_TEXT and len(arguments) == 1:
            return text_test(path, name, arguments[0])
        if name in ("exists", "all") and len(arguments) == 1:
            inner = self.on_each(path, arguments[0])
            return None if inner is None else over_each(path, inner, name == "all")
        return None

    def presence(self, tree: Tree, wanted: bool) -> Truth | None:
        if isinstance(tree, Invocation) and isinstance(tree.right, Call) and tree.right.name == "where":
            path = self.path(tree.left)
            criterion = tree.right.arguments
            inner = self.on_each(path, criterion[0]) if path is not None and len(criterion) == 1 else None
            if path is None or inner is None:
                return None
            found = over_each(path, inner, False)
            return found if wanted else negated(found)
        path = self.path(tree)
        return None if path is None else existence(path, wanted)

    def on_each(self, path: Path, tree: Tree) -> Truth | None:
        """A criterion on the elements that a path finds; they must be of one type with parts."""
        kind = next(iter(path.types)) if len(path.types) == 1 else ""
        if model.part(kind) is None or model.is_primitive(kind) or kind == model.ANY_RESOURCE:
            return None
        # `%resource` would be another one for what stands deeper, and would be walked again for each.
        return _Shortcuts(kind, None, None).truth(tree)


def _texts(tree: Tree) -> frozenset[str] | None:
    """The texts of `'a' | 'b' | 'c'`."""
    found: list[str] = []
    while isinstance(tree, Operation) and tree.operator == "|" and isinstance(tree.right, Literal):
        found.append(tree.right.value)
        tree = tree.left
    if not isinstance(tree, Literal):
        return None
    found.append(tree.value)
    return frozenset(found) if all(type(each) is str for each in found) else None


def _is_call(tree: Tree, name: str, arguments: int) -> bool:
    return isinstance(tree, Call) and tree.name == name and len(tree.arguments) == arguments
