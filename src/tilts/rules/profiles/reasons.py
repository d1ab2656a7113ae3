"""From an issue of the content check back to the rules of refusal that stand behind the demand."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

from tilts.rules.catalogue import BY_ID
from tilts.rules.profiles.shelf import CANONICAL, Json, library
from tilts_fhir.issues import Issue

INDEX: Final = re.compile(r"\[\d+\]")
INVARIANT: Final = "invariant"
INSIDE: Final = ".resource."  # of an entry of a Bundle


def rules_behind(issue: Issue) -> tuple[str, ...]:
    """
    Ids of the rules that a demand of ours comes from, the one that would have said no first.

    Empty for what FHIR itself asks for, and for demands that rest on a source but on no rule.
    """
    name = (issue.source or "").partition("|")[0].rpartition("/")[2]
    definition = library().find("StructureDefinition", f"{CANONICAL}/StructureDefinition/{name}")
    if definition is None:
        return ()
    if issue.key == INVARIANT:
        return _named(_constraints(name).get(str(dict(issue.facts).get("key")), ""))
    wanted = _path(issue.expression, definition["type"])
    found = [
        element.get("requirements", "")
        for element in definition["differential"]["element"]
        if element["path"].removesuffix("[x]") == wanted
    ]
    return tuple(dict.fromkeys(rule for reasons in found for rule in _named(reasons)))


def _path(expression: str, resource_type: str) -> str:
    """`Bundle.entry[0].resource.subject` of a MedicationRequest -> `MedicationRequest.subject`."""
    plain = INDEX.sub("", expression)
    if plain.partition(".")[0] != resource_type and INSIDE in plain:
        return f"{resource_type}.{plain.rpartition(INSIDE)[2]}"
    return plain


@cache
def _constraints(name: str) -> dict[str, str]:
    definition = library().find("StructureDefinition", f"{CANONICAL}/StructureDefinition/{name}")
    elements: Iterable[Json] = definition["differential"]["element"] if definition else ()
    return {one["key"]: one["requirements"] for element in elements for one in element.get("constraint", ())}


def _named(reasons: str) -> tuple[str, ...]:
    return tuple(part for part in reasons.split("; ") if part in BY_ID)
