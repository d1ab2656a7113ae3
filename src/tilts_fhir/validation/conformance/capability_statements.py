"""Checks a CapabilityStatement: its search parameters are of the type that their definitions give them.

Source: https://hl7.org/fhir/R4/capabilitystatement.html.
"""

from collections.abc import Iterator

from tilts_fhir.validation.conformance.citing import cited
from tilts_fhir.validation.extensions.known import HL7
from tilts_fhir.validation.walk import Json, Path, Walk


def check_capability_statement(walk: Walk, resource: Json, path: Path) -> None:
    """The rule for every CapabilityStatement."""
    for parameter, place in _parameters(resource, path):
        canonical, stated = parameter.get("definition"), parameter.get("type")
        if not isinstance(canonical, str) or not isinstance(stated, str):
            continue
        found = walk.library.find("SearchParameter", canonical)
        expected = found.get("type") if found is not None else None
        if isinstance(expected, str) and expected != stated:
            # HL7's own statements differ from its own definitions (CapabilityStatement base, terminology-server).
            severity = "warning" if canonical.startswith(HL7) else "error"
            facts = {"definition": cited(canonical), "stated": cited(stated), "expected": cited(expected)}
            walk.report("capability-search-type", (place, "type", None), severity=severity, **facts)


def _parameters(resource: Json, path: Path) -> Iterator[tuple[Json, Path]]:
    """Every search parameter, of the whole server and of one resource type, and its place."""
    for number, rest in enumerate(resource.get("rest", ())):
        here: Path = (path, "rest", number)
        holders = [(rest, here)]
        holders += [(each, (here, "resource", index)) for index, each in enumerate(rest.get("resource", ()))]
        for holder, place in holders:
            for index, parameter in enumerate(holder.get("searchParam", ())):
                yield parameter, (place, "searchParam", index)
