"""Required value sets that are plain lists of codes: those the structure check compares texts with."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

from tools.definitions.package import resources

Json: TypeAlias = dict[str, Any]


class CodeSets:
    """Required value sets that are plain lists: whole code systems or named codes, no filter."""

    def __init__(self, package: Path) -> None:
        self._systems = _by_url(package, "CodeSystem")
        self._sets = _by_url(package, "ValueSet")
        self.used: dict[str, list[str]] = {}

    def use(self, canonical: str, row: Json) -> None:
        """Bind the row to the value set, if its codes can be listed from the package alone."""
        url = canonical.partition("|")[0]
        listed = self.used.get(url) or sorted(self._of_set(url) or ())
        if listed:
            self.used[url] = listed
            row["codes"] = url

    def _of_set(self, url: str) -> set[str] | None:
        """The codes, or None if the package does not say which they are."""
        compose = self._sets.get(url, {}).get("compose")
        if compose is None:
            return None
        included = [self._of_part(part) for part in compose["include"]]
        excluded = [self._of_part(part) for part in compose.get("exclude", [])]
        codes: set[str] = set()
        for part in included:
            if part is None:
                return None
            codes |= part
        for part in excluded:
            if part is None:
                return None
            codes -= part
        return codes

    def _of_part(self, part: Json) -> set[str] | None:
        if "filter" in part:
            return None
        if "valueSet" in part:
            if "system" in part or len(part["valueSet"]) > 1:
                return None
            return self._of_set(part["valueSet"][0].partition("|")[0])
        if "concept" in part:
            return {concept["code"] for concept in part["concept"]}
        system = self._systems.get(part["system"], {})
        if system.get("content") != "complete":
            return None
        return set(_codes(system.get("concept", [])))


def _codes(concepts: list[Json]) -> Iterator[str]:
    for concept in concepts:
        yield concept["code"]
        yield from _codes(concept.get("concept", []))


def _by_url(package: Path, resource_type: str) -> dict[str, Json]:
    return {resource["url"]: resource for resource in resources(package, resource_type) if "url" in resource}
