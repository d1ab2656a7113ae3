"""External constants: `%resource`, `%ucum` and their kin. https://hl7.org/fhir/R4/fhirpath.html#variables."""

from typing import Any, Final

from tilts_fhir.fhirpath.context import Items, Scope
from tilts_fhir.fhirpath.errors import UNKNOWN_CONSTANT, FhirPathError
from tilts_fhir.fhirpath.functions.registry import Expression
from tilts_fhir.fhirpath.nodes import Node, root_node
from tilts_fhir.fhirpath.temporal import Temporal

_FIXED: Final = {
    "ucum": "http://unitsofmeasure.org",
    "sct": "http://snomed.info/sct",
    "loinc": "http://loinc.org",
}
_PREFIXES: Final = {
    "vs-": "http://hl7.org/fhir/ValueSet/",
    "ext-": "http://hl7.org/fhir/StructureDefinition/",
}


def constant(name: str, position: int) -> Expression:
    """
    The value of a constant at the time of evaluation; the caller's constants come after those of FHIR.

    Raises (at evaluation):
        FhirPathError: `unknown-constant`.
    """
    if name in _FIXED:
        fixed = [_FIXED[name]]
        return lambda scope: fixed
    for prefix, root in _PREFIXES.items():
        if name.startswith(prefix):
            url = [root + name.removeprefix(prefix)]
            return lambda scope: url
    if name in ("context", "resource", "rootResource"):
        return lambda scope: [_around(scope, name)]

    def given(scope: Scope) -> Items:
        if name not in scope.run.context.constants:
            raise FhirPathError(f"There is no constant %{name[:60]}.", position, UNKNOWN_CONSTANT)
        value = scope.run.context.constants[name]
        return [_item(each) for each in (value if type(value) is list else [value])]

    return given


def _around(scope: Scope, name: str) -> Node:
    run = scope.run
    if name == "context":
        focus: Node = run.focus
        return focus
    if name not in run.wrapped:
        resource = run.resource
        value = resource if name == "resource" or run.root is None else run.root
        run.wrapped[name] = run.focus if value is None else _root(run.focus, value)
    return run.wrapped[name]


def _root(focus: Node, value: dict[str, Any]) -> Node:
    """The focus itself or an element around it where it is the same object, so that places are kept."""
    node: Node | None = focus
    while node is not None:
        if node.value is value:
            return node
        node = node.parent
    return root_node(value, None)


def _item(value: Any) -> Any:
    return value if isinstance(value, Node | Temporal) or type(value) is not dict else root_node(value, None)
