"""The invariants of R4: all are understood, all hold on HL7's own examples, and the short way agrees with the long one.

The package is fetched by `make examples`; without it these tests skip.
"""

from collections.abc import Iterator
from typing import Any

from tests.tilts_fhir.fhirpath.places import examples, invariants, needs_package
from tilts_fhir.fhirpath import Context, FhirPathError, Node, compile_expression
from tilts_fhir.fhirpath import model as types
from tilts_fhir.fhirpath.nodes import children, root_node

EVERY = 17  # a number that meets every kind of resource among the 5,306


def elements(resource: dict[str, Any]) -> Iterator[tuple[Node, Context]]:
    """Every element with the context of its invariants."""
    stack = [(root_node(resource, None), Context(resource, resource))]
    while stack:
        node, context = stack.pop()
        yield node, context
        for child in children(node):
            own = context
            if type(child.value) is dict and "resourceType" in child.value:
                root = context.root if child.key == "contained" else child.value
                own = Context(child.value, root)
            stack.append((child, own))


def rules(node: Node) -> list[tuple[str, str, str]]:
    """The invariants of the type of an element, and of the element in its type."""
    found = list(invariants().get(node.type, ()))
    part = types.part(node.parent.type) if node.parent else None
    if part is not None and node.parent is not None and node.key in part.by_key:
        found += invariants().get(f"{node.parent.type}.{part.by_key[node.key].name}", ())
    return list(dict.fromkeys(found))


@needs_package
def test_every_invariant_of_every_base_type_is_understood() -> None:
    expressions = {(path, expression) for path, found in invariants().items() for _, _, expression in found}

    compiled = {compile_expression(expression).text for _, expression in expressions}

    assert len(compiled) == len({expression for _, expression in expressions})
    assert len(compiled) > 190


@needs_package
def test_every_error_invariant_holds_on_the_official_examples() -> None:
    broken = set()
    evaluated = 0
    for name, resource in examples(EVERY):
        for node, context in elements(resource):
            for key, severity, expression in rules(node):
                evaluated += 1
                if severity == "error" and not compile_expression(expression, node.type).holds(node, context):
                    broken.add((name, key, node.path()))

    assert evaluated > 90_000
    assert broken == set()


def spoiled(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The object, and for each member without it, with null, doubled, and with only a companion."""
    yield value
    for key, member in value.items():
        rest = {other: each for other, each in value.items() if other != key}
        yield rest
        yield {**rest, key: None}
        yield {**rest, key: member * 2 if isinstance(member, list) else [member, member]}
        yield {**rest, "_" + key: {"extension": [{"url": "http://example.org/e", "valueString": "x"}]}}


@needs_package
def test_the_short_way_gives_what_the_full_evaluation_gives() -> None:
    compared = 0
    for _, resource in examples(61):
        for node, context in elements(resource):
            if type(node.value) is not dict or len(str(node.value)) > 20_000:
                continue
            for _, _, expression in rules(node):
                compared += agreements(expression, node, context)

    assert compared > 20_000


def agreements(expression: str, node: Node, context: Context) -> int:
    """How often both ways were tried, and gave the same."""
    short = compile_expression(expression, node.type)
    long = compile_expression(f"({expression}).select($this)")  # no form that has a short way
    number = 0
    for value in spoiled(node.value):
        mine = outcome(short, value, context)
        assert mine == outcome(long, Node(value, None, node.type), context), (expression, value)
        number += 1
    return number


def outcome(compiled: Any, value: Any, context: Context) -> object:
    try:
        return compiled.holds(value, context)
    except FhirPathError:
        return "refused"
