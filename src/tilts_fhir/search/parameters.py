"""The search parameters of FHIR R4, from the table that `tools/compile_search.py` makes."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final
from zlib import decompress

import msgspec

from tilts_fhir import definitions

GZIP: Final = 31
_KINDS: Final = frozenset({"token", "reference", "string", "date", "number", "quantity", "uri", "composite"})
# Resource types that are no DomainResource.
_PLAIN: Final = frozenset({"Binary", "Bundle", "Parameters"})


class UnknownParameter(KeyError):
    """The resource type has no search parameter of this name."""


class Component(msgspec.Struct, frozen=True):
    """One part of a composite parameter; `expression` is evaluated on each element that the parameter finds."""

    type: str
    expression: str


class Parameter(msgspec.Struct, frozen=True):
    """
    A search parameter of one resource type.

    Attributes:
        url: Canonical of its SearchParameter.
        type: token, reference, string, date, number, quantity, uri, composite or special.
        expression: FHIRPath on the resource; empty if there is none.
        targets: Resource types that a reference may point to.
        components: Of a composite, in order.
    """

    url: str
    type: str
    expression: str = ""
    targets: tuple[str, ...] = ()
    components: tuple[Component, ...] = ()

    @property
    def skipped(self) -> str | None:
        """Why the parameter has no values that could be taken from a resource; None if it has."""
        if self.type not in _KINDS:
            return "It is a special parameter: it needs an answer of its own."
        return None if self.expression else "It has no expression: it is no search on elements."


class _Table(msgspec.Struct, frozen=True):
    release: str
    bases: dict[str, dict[str, Parameter]]


@cache
def parameters(resource_type: str) -> Mapping[str, Parameter]:
    """All parameters of a resource type by code, those of every resource (`_id`) among them.

    Raises:
        UnknownParameter: There is no such resource type in R4.
    """
    if resource_type not in definitions.resource_types():
        raise UnknownParameter(resource_type)
    bases = _table().bases
    found: dict[str, Parameter] = dict(bases["Resource"])
    if resource_type not in _PLAIN:
        found |= bases["DomainResource"]
    return MappingProxyType(found | bases.get(resource_type, {}))


def parameter(resource_type: str, name: str) -> Parameter:
    """One parameter by code.

    Raises:
        UnknownParameter: The type has none of this name, or there is no such type.
    """
    found = parameters(resource_type).get(name)
    if found is None:
        raise UnknownParameter(f"{resource_type}.{name}")
    return found


@cache
def _table() -> _Table:
    packed = files("tilts_fhir").joinpath("data/search.json.gz").read_bytes()
    return msgspec.json.decode(decompress(packed, GZIP), type=_Table)
