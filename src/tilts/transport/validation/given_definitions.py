"""Definitions that callers of the sandbox put beside a validation: kept in memory, each address seeing its own.

PUT [type]/{id} keeps, DELETE forgets. Bounded in number and size; the oldest go first (Design 4).
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from tilts_fhir.library import RELEASE, Library

Json: TypeAlias = dict[str, Any]

KINDS: Final = (
    "ActivityDefinition",
    "CapabilityStatement",
    "CodeSystem",
    "ConceptMap",
    "GraphDefinition",
    "ImplementationGuide",
    "Library",
    "Measure",
    "MessageDefinition",
    "NamingSystem",
    "OperationDefinition",
    "PlanDefinition",
    "Questionnaire",
    "SearchParameter",
    "StructureDefinition",
    "StructureMap",
    "ValueSet",
)
MAX_ADDRESSES: Final = 256
MAX_DEFINITIONS: Final = 1_000
MAX_BYTES: Final = 20 * 1024 * 1024  # of one address, as they were sent
MAX_BYTES_IN_ALL: Final = 5 * MAX_BYTES


@dataclass(slots=True)
class _Kept:
    """What one address has given; the library is made anew when something changes."""

    resources: OrderedDict[tuple[str, str], tuple[Json, int]] = field(default_factory=OrderedDict)
    bytes: int = 0
    library: Library | None = None


class GivenDefinitions:
    """
    The definitions of each caller's address.

    Args:
        beneath: What everybody has: asked for what the caller did not give.
    """

    def __init__(self, beneath: Library = RELEASE) -> None:
        self.beneath = beneath
        self._by_address: OrderedDict[str, _Kept] = OrderedDict()  # the one that asked last at the end

    def put(self, address: str, resource_id: str, resource: Json, length: int) -> bool:
        """Keep a definition of `length` bytes; whether it is new to this address."""
        kept = self._by_address.setdefault(address, _Kept())
        self._by_address.move_to_end(address)
        key = (resource["resourceType"], resource_id)
        is_new = not _forget(kept, key)
        kept.resources[key] = (resource, length)
        kept.bytes += length
        while len(kept.resources) > MAX_DEFINITIONS or kept.bytes > MAX_BYTES:
            _forget(kept, next(iter(kept.resources)))
        while len(self._by_address) > MAX_ADDRESSES or self._bytes() > MAX_BYTES_IN_ALL:
            self._by_address.popitem(last=False)
        return is_new

    def remove(self, address: str, kind: str, resource_id: str) -> bool:
        """Forget a definition; whether it was there."""
        kept = self._by_address.get(address)
        return kept is not None and _forget(kept, (kind, resource_id))

    def library(self, address: str, more: Iterable[Json] = ()) -> Library:
        """All that is in reach of a validation asked for by this address; `more` came with the question."""
        kept = self._by_address.get(address)
        library = self.beneath
        if kept is not None and kept.resources:
            self._by_address.move_to_end(address)
            if kept.library is None:
                kept.library = Library((each for each, _ in kept.resources.values()), beneath=self.beneath)
            library = kept.library
        given = list(more)
        return Library(given, beneath=library) if given else library

    def _bytes(self) -> int:
        return sum(kept.bytes for kept in self._by_address.values())


def _forget(kept: _Kept, key: tuple[str, str]) -> bool:
    found = kept.resources.pop(key, None)
    kept.library = None
    if found is not None:
        kept.bytes -= found[1]
    return found is not None
