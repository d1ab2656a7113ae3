"""Turns the tree of an expression into closures: what can be decided once is decided here."""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from tilts_fhir.fhirpath import constants, model, types
from tilts_fhir.fhirpath.context import Items, Scope
from tilts_fhir.fhirpath.errors import ARGUMENTS, UNKNOWN_FUNCTION, FhirPathError
from tilts_fhir.fhirpath.functions import (  # noqa: F401 (they register themselves)
    boundaries,
    collections,
    conversion,
    elements,
    existence,
    numbers,
    strings,
)
from tilts_fhir.fhirpath.functions.registry import FUNCTIONS, Expression, Function
from tilts_fhir.fhirpath.language.syntax import (
    Call,
    Constant,
    Indexer,
    Invocation,
    Literal,
    Member,
    Operation,
    Sign,
    Tree,
    TypeTest,
    Variable,
    type_name_of,
)
from tilts_fhir.fhirpath.nodes import Node, children_by_name
from tilts_fhir.fhirpath.operators import OPERATORS, signed
from tilts_fhir.fhirpath.quantities import Quantity
from tilts_fhir.fhirpath.types import TypeName
from tilts_fhir.fhirpath.values import NamedType, integer, only

Step: TypeAlias = Callable[[Items, Scope], Items]
_TYPE_FUNCTIONS: Final = frozenset({"is", "as", "ofType"})


class Compiler:
    """
    Compiles one expression.

    Args:
        strict: Hold to the letter: `as` of several items is an error, an unqualified System type is not a FHIR type.
    """

    def __init__(self, strict: bool) -> None:
        self.strict = strict

    def expression(self, tree: Tree) -> Expression:
        """A closure from a scope to a collection.

        Raises:
            FhirPathError: `unknown-function`, `unknown-type` or `arguments`.
        """
        if isinstance(tree, Literal):
            return _literal(tree.value)
        if isinstance(tree, Constant):
            return constants.constant(tree.name, tree.position)
        if isinstance(tree, Invocation):
            left, step = self.expression(tree.left), self.step(tree.right)
            return lambda scope: step(left(scope), scope)
        if isinstance(tree, Member):
            return _leading_member(tree.name)
        if isinstance(tree, Variable):
            return _variable(tree.name)
        if isinstance(tree, Call):
            call = self.step(tree)
            return lambda scope: call(scope.focus, scope)
        return self.compound(tree)

    def compound(self, tree: Indexer | Sign | Operation | TypeTest) -> Expression:
        if isinstance(tree, Operation):
            build = OPERATORS[tree.operator]
            return _located(build(self.expression(tree.left), self.expression(tree.right)), tree.position)
        if isinstance(tree, TypeTest):
            step = self.type_step(tree.operator, tree.type_name, tree.position)
            operand = self.expression(tree.left)
            return _located(lambda scope: step(operand(scope), scope), tree.position)
        if isinstance(tree, Sign):
            return _located(signed(tree.sign, self.expression(tree.operand)), tree.position)
        return _located(_indexed(self.expression(tree.left), self.expression(tree.index)), tree.position)

    def step(self, tree: Tree) -> Step:
        """What stands right of a point."""
        if isinstance(tree, Member):
            return _member(tree.name)
        if isinstance(tree, Variable):
            variable = _variable(tree.name)
            return lambda items, scope: variable(scope)
        if not isinstance(tree, Call):
            raise AssertionError(f"the parser puts no {type(tree).__name__} behind a point")
        if tree.name in _TYPE_FUNCTIONS:
            return self.type_call(tree)
        function = FUNCTIONS.get(tree.name)
        if function is None:
            raise FhirPathError(f"There is no function {tree.name[:60]}().", tree.position, UNKNOWN_FUNCTION)
        return self.call(function, tree)

    def call(self, function: Function, tree: Call) -> Step:
        if not function.least <= len(tree.arguments) <= function.most:
            raise FhirPathError(
                f"{tree.name}() takes {function.least} to {function.most} arguments.",
                tree.position,
                ARGUMENTS,
            )
        arguments = [self.argument(tree.name, each) for each in tree.arguments]
        body, position = function.body, tree.position
        if function.lazy:
            return _located_step(lambda items, scope: body(scope, items, *arguments), position)
        if not arguments:
            return _located_step(lambda items, scope: body(scope.run, items), position)
        return _located_step(
            lambda items, scope: body(scope.run, items, *[each(scope) for each in arguments]), position
        )

    def argument(self, name: str, tree: Tree) -> Expression:
        if name == "sort" and isinstance(tree, Sign) and tree.sign == "-":
            key = self.expression(tree.operand)

            def descending(scope: Scope) -> Items:
                return key(scope)

            descending.descending = True  # type: ignore[attr-defined]
            return descending
        return self.expression(tree)

    def type_call(self, tree: Call) -> Step:
        name = type_name_of(tree.arguments[0]) if len(tree.arguments) == 1 else None
        if name is None:
            raise FhirPathError(f"{tree.name}() takes the name of a type.", tree.position, ARGUMENTS)
        return _located_step(self.type_step(tree.name, name, tree.position), tree.position)

    def type_step(self, operator: str, name: str, position: int) -> Step:
        wanted = types.named(name, position, self.strict)
        if operator == "is":
            return lambda items, scope: _is(items, wanted)
        if operator == "as" and self.strict:
            return lambda items, scope: _taken_as(items if only(items, "as") else [], wanted, scope)
        # R4's own texts (dom-3) use `as` on collections, as a filter.
        return lambda items, scope: _taken_as(items, wanted, scope)


def _is(items: Items, wanted: TypeName) -> Items:
    item = only(items, "is")
    return [] if item is None else [types.is_of(item, wanted)]


def _taken_as(items: Items, wanted: TypeName, scope: Scope) -> Items:
    scope.run.spend(len(items))
    return [item for item in items if types.can_be_taken_as(item, wanted)]


def _literal(value: Any) -> Expression:
    items = [] if value is None else [value]
    return lambda scope: items


def _variable(name: str) -> Expression:
    if name == "this":
        return lambda scope: scope.focus
    if name == "index":
        return lambda scope: [] if scope.index is None else [scope.index]
    return lambda scope: scope.total or []


def _member(name: str) -> Step:
    def step(items: Items, scope: Scope) -> Items:
        found: Items = []
        for item in items:
            if type(item) is Node:
                found += children_by_name(item, name)
            else:
                found += _of_made(item, name)
        scope.run.spend(len(items) + len(found))
        return found

    return step


def _of_made(item: Any, name: str) -> Items:
    """The elements of what is no element: the name of a type, a quantity."""
    if isinstance(item, NamedType):
        return (
            [{"name": item.name, "namespace": item.namespace}[name]] if name in ("name", "namespace") else []
        )
    if isinstance(item, Quantity):
        return [item.value] if name == "value" else [item.unit] if name == "unit" else []
    return []


def _leading_member(name: str) -> Expression:
    """A name that begins an expression may also be the type of what it is evaluated on: `Patient.name`."""
    step = _member(name)
    if not name[:1].isupper() or not model.is_type(name):
        return lambda scope: step(scope.focus, scope)

    def evaluate(scope: Scope) -> Items:
        own = [item for item in scope.focus if type(item) is Node and name in model.ancestry(item.type)]
        return own or step(scope.focus, scope)

    return evaluate


def _indexed(left: Expression, index: Expression) -> Expression:
    def evaluate(scope: Scope) -> Items:
        items, place = left(scope), integer(index(scope), "[]")
        return [] if place is None or place < 0 else items[place : place + 1]

    return evaluate


def _located(expression: Expression, position: int) -> Expression:
    """An error that has no place yet gets this one."""

    def evaluate(scope: Scope) -> Items:
        try:
            return expression(scope)
        except FhirPathError as error:
            if error.position is None:
                error.position = position
            raise

    return evaluate


def _located_step(step: Step, position: int) -> Step:
    def evaluate(items: Items, scope: Scope) -> Items:
        try:
            return step(items, scope)
        except FhirPathError as error:
            if error.position is None:
                error.position = position
            raise

    return evaluate
