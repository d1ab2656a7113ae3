"""The table of functions, and the two ways to write one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from tilts_fhir.fhirpath.context import Items, Scope

Expression: TypeAlias = Callable[[Scope], Items]
Body: TypeAlias = Callable[..., Items]


@dataclass(frozen=True, slots=True)
class Function:
    """
    One function.

    Attributes:
        least, most: Number of arguments.
        body: `body(run, items, *collections)`; with `lazy` `body(scope, items, *expressions)`.
        lazy: The arguments come as expressions, to be evaluated for each item.
    """

    name: str
    least: int
    most: int
    body: Body
    lazy: bool


FUNCTIONS: Final[dict[str, Function]] = {}


def function(name: str, least: int = 0, most: int | None = None) -> Callable[[Body], Body]:
    """Register `body(run, items, *arguments)`: arguments are collections, evaluated where the call stands."""

    def register(body: Body) -> Body:
        FUNCTIONS[name] = Function(name, least, least if most is None else most, body, False)
        return body

    return register


def lazy_function(name: str, least: int, most: int | None = None) -> Callable[[Body], Body]:
    """Register `body(scope, items, *expressions)`: the function decides when its arguments are evaluated."""

    def register(body: Body) -> Body:
        FUNCTIONS[name] = Function(name, least, least if most is None else most, body, True)
        return body

    return register


def for_each(scope: Scope, items: Items) -> Any:
    """One scope for all rounds of a loop; yields each item after setting `$this` and `$index` to it."""
    inner = Scope(scope.run, [], 0, scope.total)
    scope.run.spend(len(items))
    for index, item in enumerate(items):
        inner.focus = [item]
        inner.index = index
        yield item, inner
