"""Takes the values of search parameters from a resource."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import islice, product
from typing import Any, Final, TypeAlias

from tilts_fhir.fhirpath import Compiled, Context, Node, compile_expression
from tilts_fhir.search import references
from tilts_fhir.search.elements import CONVERTERS
from tilts_fhir.search.parameters import Parameter, UnknownParameter, parameter, parameters
from tilts_fhir.search.values import CompositeValue, IndexValue

Json: TypeAlias = dict[str, Any]
Take: TypeAlias = Callable[[Node, Context], list[IndexValue]]

MAX_COMBINATIONS: Final = 1_000  # of the parts of one composite on one element


def extract(resource: Json, name: str) -> list[IndexValue]:
    """
    The values of one search parameter, in the order of the resource, each once.

    Elements of a shape that R4 does not know give nothing.

    Args:
        resource: Decoded JSON of any resource type; decimals as Decimal, so that `5.40` is not `5.4`.
        name: Code of the parameter (`birthdate`), without modifiers.

    Returns:
        TokenValue, ReferenceValue, StringValue, DateValue, NumberValue, QuantityValue, UriValue or CompositeValue, as
        the type of the parameter is. Empty also if the parameter is not taken from elements (`Parameter.skipped`).

    Raises:
        UnknownParameter: The resource's type has no such parameter.
        FhirPathError: `too-costly`: the resource is too large for the expression.
    """
    stated = resource.get("resourceType")
    kind = stated if isinstance(stated, str) else ""
    found = parameter(kind, name)
    if found.skipped is not None:
        return []
    context = Context(resource, resolve=references.stub)
    return list(dict.fromkeys(_taker(kind, name)(Node(resource, None, kind), context)))


def extract_all(resource: Json) -> Mapping[str, list[IndexValue]]:
    """The values of every parameter of the resource's type that has any.

    Raises:
        UnknownParameter: `resourceType` is no resource type of R4.
        FhirPathError: as `extract`.
    """
    stated = resource.get("resourceType")
    names = parameters(stated if isinstance(stated, str) else "")
    found = {name: extract(resource, name) for name in names}
    return {name: values for name, values in found.items() if values}


@lru_cache(maxsize=4096)
def _taker(kind: str, name: str) -> Take:
    found = parameter(kind, name)
    expression = compile_expression(found.expression, kind)
    if found.type == "composite":
        return _composite(expression, found)
    return _simple(expression, found.type)


def _simple(expression: Compiled, kind: str) -> Take:
    convert = CONVERTERS[kind]

    def take(node: Node, context: Context) -> list[IndexValue]:
        return [value for item in expression.evaluate(node, context) for value in convert(item)]

    return take


def _composite(expression: Compiled, found: Parameter) -> Take:
    parts = [_simple(compile_expression(each.expression), each.type) for each in found.components]

    def take(node: Node, context: Context) -> list[IndexValue]:
        values: list[IndexValue] = []
        for item in expression.evaluate(node, context):
            if type(item) is Node:
                each = [part(item, context) for part in parts]
                values += [CompositeValue(row) for row in islice(product(*each), MAX_COMBINATIONS)]
        return values

    return take


__all__ = ["MAX_COMBINATIONS", "UnknownParameter", "extract", "extract_all"]
