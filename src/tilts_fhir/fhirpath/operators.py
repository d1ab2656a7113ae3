"""Operators between two operands. https://hl7.org/fhirpath/N1/#operations."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from tilts_fhir.fhirpath.arithmetic import calculate, joined
from tilts_fhir.fhirpath.comparing import equal, equal_items, equivalent_collections, order
from tilts_fhir.fhirpath.context import Items, Scope
from tilts_fhir.fhirpath.errors import WRONG_TYPE, FhirPathError
from tilts_fhir.fhirpath.functions.collections import union
from tilts_fhir.fhirpath.functions.registry import Expression
from tilts_fhir.fhirpath.quantities import Quantity
from tilts_fhir.fhirpath.values import is_number, only, single, text, truth

Build = Callable[[Expression, Expression], Expression]


def _junction(word: str, decisive: bool) -> Build:
    """`and` and `or`: one side that is `decisive` decides, whatever the other is, even if that is empty."""

    def build(left: Expression, right: Expression) -> Expression:
        def evaluate(scope: Scope) -> Items:
            one = truth(left(scope), word)
            if one is decisive:
                return [decisive]
            other = truth(right(scope), word)
            if other is decisive:
                return [decisive]
            return [] if one is None or other is None else [not decisive]

        return evaluate

    return build


def _xor(left: Expression, right: Expression) -> Expression:
    def evaluate(scope: Scope) -> Items:
        one, other = truth(left(scope), "xor"), truth(right(scope), "xor")
        return [] if one is None or other is None else [one is not other]

    return evaluate


def _implies(left: Expression, right: Expression) -> Expression:
    def evaluate(scope: Scope) -> Items:
        one = truth(left(scope), "implies")
        if one is False:
            return [True]
        other = truth(right(scope), "implies")
        if other is True:
            return [True]
        return [] if one is None or other is None else [False]

    return evaluate


def _equality(wanted: bool) -> Build:
    def build(left: Expression, right: Expression) -> Expression:
        def evaluate(scope: Scope) -> Items:
            same = equal(left(scope), right(scope), scope.run)
            return [] if same is None else [same is wanted]

        return evaluate

    return build


def _equivalence(wanted: bool) -> Build:
    def build(left: Expression, right: Expression) -> Expression:
        def evaluate(scope: Scope) -> Items:
            return [equivalent_collections(left(scope), right(scope), scope.run) is wanted]

        return evaluate

    return build


def _comparison(operator: str, holds: Callable[[int], bool]) -> Build:
    def build(left: Expression, right: Expression) -> Expression:
        def evaluate(scope: Scope) -> Items:
            one, other = only(left(scope), operator), only(right(scope), operator)
            if one is None or other is None:
                return []
            found = order(one, other)
            return [] if found is None else [holds(found)]

        return evaluate

    return build


def _union(left: Expression, right: Expression) -> Expression:
    return lambda scope: union(scope.run, left(scope), right(scope))


def _in(left: Expression, right: Expression) -> Expression:
    def evaluate(scope: Scope) -> Items:
        item, items = only(left(scope), "in"), right(scope)
        if item is None:
            return []
        return [any(equal_items(item, each, scope.run) for each in items)]

    return evaluate


def _contains(left: Expression, right: Expression) -> Expression:
    return _in(right, left)


def _concatenation(left: Expression, right: Expression) -> Expression:
    def evaluate(scope: Scope) -> Items:
        one, other = text(left(scope), "&"), text(right(scope), "&")
        return [joined([one or "", other or ""], scope.run)]

    return evaluate


def _arithmetic(operator: str) -> Build:
    def build(left: Expression, right: Expression) -> Expression:
        def evaluate(scope: Scope) -> Items:
            one, other = single(left(scope), operator), single(right(scope), operator)
            if one is None or other is None:
                return []
            return calculate(operator, one, other, scope.run)

        return evaluate

    return build


OPERATORS: Final[dict[str, Build]] = {
    "and": _junction("and", False),
    "or": _junction("or", True),
    "xor": _xor,
    "implies": _implies,
    "=": _equality(True),
    "!=": _equality(False),
    "~": _equivalence(True),
    "!~": _equivalence(False),
    "<": _comparison("<", lambda found: found < 0),
    "<=": _comparison("<=", lambda found: found <= 0),
    ">": _comparison(">", lambda found: found > 0),
    ">=": _comparison(">=", lambda found: found >= 0),
    "|": _union,
    "in": _in,
    "contains": _contains,
    "&": _concatenation,
    **{operator: _arithmetic(operator) for operator in ("+", "-", "*", "/", "div", "mod")},
}


def signed(sign: str, operand: Expression) -> Expression:
    """`-operand` or `+operand`: a number or a quantity."""

    def evaluate(scope: Scope) -> Items:
        value: Any = single(operand(scope), sign)
        if value is None:
            return []
        if isinstance(value, Quantity):
            return [Quantity(-value.value if sign == "-" else value.value, value.unit, value.calendar)]
        if not is_number(value):
            raise FhirPathError(f"{sign} is for numbers.", None, WRONG_TYPE)
        if isinstance(value, Decimal):
            return [value.copy_negate() if sign == "-" else value]
        return [-value if sign == "-" else value]

    return evaluate
