"""Definitions in reach of one validation: those of the release, and before them those that came with the request."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final, TypeAlias

import msgspec

from tilts_fhir import core, snapshots
from tilts_fhir.structure_reading import read_structure
from tilts_fhir.structures import TYPE_ROOT, Structure

Json: TypeAlias = dict[str, Any]

MAX_STRUCTURES_KEPT: Final = 5_000
MAX_URL_KEPT: Final = 500
# Elements made on the way to the snapshots of all definitions that came without one.
MAX_COPIES: Final = 1_000_000


class Library:
    """
    Conformance resources by type and canonical.

    A library given with a request is small and lives as long as the request; what it does not hold is asked of
    `beneath`, at the bottom of which stands the release (`RELEASE`). What it gives is shared: it must not be changed.
    """

    def __init__(self, resources: Iterable[Json] = (), *, beneath: "Library | None" = None) -> None:
        self._beneath = beneath
        self._given: dict[tuple[str, str], list[Json]] = {}
        self._structures: dict[str, Structure | None] = {}
        self._copies = MAX_COPIES
        # What a validation found in order with these definitions, so that it need not ask again; bounded there.
        self.in_order: set[object] = set()
        self.plain_extensions: dict[str, Any] = {}
        for resource in resources:
            kind, url = resource.get("resourceType"), resource.get("url")
            if isinstance(kind, str) and isinstance(url, str):
                self._given.setdefault((kind, url), []).append(resource)
        # Whether an ImplementationGuide in reach may ask something of every resource of a type.
        self.has_guides: bool = any(kind == "ImplementationGuide" for kind, _ in self._given) or (
            beneath is not None and beneath.has_guides
        )

    def find(self, kind: str, canonical: str) -> Json | None:
        """
        A conformance resource as JSON (`ValueSet`, `CodeSystem`, `Questionnaire`, `StructureDefinition`, ...).

        Args:
            kind: Its resource type.
            canonical: Its url, or `url|version`: that version, or the latest that begins with it (`1.0` finds
                1.0.3). Without a version the latest that was given, else the one of the release. A fragment
                (`#...`) is left aside.
        """
        url, _, version = canonical.partition("#")[0].partition("|")
        given = self._given.get((kind, url), ())
        fitting = [each for each in given if not version or core.is_version(_version(each), version)]
        if fitting:
            return max(enumerate(fitting), key=lambda entry: (_order(_version(entry[1]), version), entry[0]))[
                1
            ]
        if self._beneath is not None:
            return self._beneath.find(kind, canonical)
        return core.find(kind, canonical)

    def structure(self, canonical: str) -> Structure | None:
        """
        A StructureDefinition by canonical or by name of a base type, with its whole snapshot.

        The snapshot is generated where only a differential was given, as far as that goes; None if there is no such
        definition or it cannot be read at all.
        """
        url = canonical if "/" in canonical or ":" in canonical else TYPE_ROOT + canonical
        kept = self._structures
        if url in kept:
            return kept[url]
        found = self._read(url)
        # Urls come from outside, and one library may serve for long: neither how many nor how long they are is known.
        if len(url) <= MAX_URL_KEPT:
            if len(self._structures) >= MAX_STRUCTURES_KEPT:
                self._structures = {}  # not cleared: another thread may be reading
            self._structures[url] = found
        return found

    def given(self, kind: str) -> Iterator[Json]:
        """What was passed in of one resource type, here and beneath; nothing of the release."""
        for (own, _), resources in self._given.items():
            if own == kind:
                yield from resources
        if self._beneath is not None:
            yield from self._beneath.given(kind)

    def structures(self) -> Iterator[Structure]:
        """The StructureDefinitions that were passed in, here and beneath, as far as they can be read."""
        for resource in self.given("StructureDefinition"):
            version = _version(resource)
            found = self.structure(f"{resource['url']}|{version}" if version else resource["url"])
            if found is not None:
                yield found

    @property
    def is_bottom(self) -> bool:
        """Whether nothing stands beneath it but the release: it is no library of one request."""
        return self._beneath is None

    def kinds(self, canonical: str) -> tuple[str, ...]:
        """The resource types that the url of a canonical stands for, whatever its version; empty if it is unknown."""
        url = canonical.partition("#")[0].partition("|")[0]
        own = {kind for kind, given in self._given if given == url}
        if self._beneath is not None:
            own.update(self._beneath.kinds(url))
        elif (released := core.kind_of(url)) is not None:
            own.add(released)
        return tuple(sorted(own))

    def _read(self, url: str) -> Structure | None:
        if self._beneath is not None and ("StructureDefinition", url.partition("|")[0]) not in self._given:
            return self._beneath.structure(url)
        resource = self.find("StructureDefinition", url)
        if resource is None:
            return None
        try:
            if "snapshot" not in resource:
                resource = self._with_snapshot(resource)
            if "snapshot" not in resource:
                return None
            found = read_structure(resource)
            # Whatever type a part of it should have, it has; a definition is not trusted to be one.
            return found if self._beneath is None else _typed(found)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            # A definition that came with the request may be anything; what is wrong with it, its own check says.
            return None

    def _with_snapshot(self, resource: Json) -> Json:
        """With all that are made for one library bounded together: each may rest on all the others."""
        if self.is_bottom:  # its definitions are our own
            return snapshots.generate(resource, self._definition)[0]
        given = max(min(snapshots.MAX_COPIES, self._copies), 0)
        budget = snapshots.Budget(given)
        found, _ = snapshots.generate(resource, self._definition, budget)
        self._copies -= given - budget.elements + _reading(found)
        return found

    def _definition(self, canonical: str) -> Json | None:
        return self.find("StructureDefinition", canonical)


def _reading(resource: Json) -> int:
    """What it costs to read a snapshot: most of it are the types, of which an open choice has fifty."""
    elements = resource.get("snapshot", {}).get("element", ())
    return sum(2 + 2 * len(each.get("type", ())) for each in elements)


def _typed(found: Structure) -> Structure:
    """The same structure; a ValueError if a part of it has another type than it should."""
    return msgspec.convert(msgspec.to_builtins(found, builtin_types=(Decimal,)), Structure)


def _version(resource: Json) -> str | None:
    version = resource.get("version")
    return version if isinstance(version, str) else None


def _order(version: str | None, wanted: str) -> tuple[bool, list[int]]:
    """Exactly the wanted one first, then by the numbers in the version."""
    return (
        bool(wanted) and version == wanted,
        [int(number) for number in re.findall(r"\d{1,9}", version or "")],
    )


RELEASE = Library()
