"""The whole way from a differential to a snapshot."""

from typing import Any, TypeAlias

from tilts_fhir.snapshots.application import Application
from tilts_fhir.snapshots.problems import Problem
from tilts_fhir.snapshots.reach import Find, Reach, differential_elements
from tilts_fhir.snapshots.tree import MAX_ELEMENTS, Budget, Node, TooLarge, clone, flatten, grow

Json: TypeAlias = dict[str, Any]


def generate(definition: Json, find: Find, budget: Budget | None = None) -> tuple[Json, list[Problem]]:
    """
    The definition with a snapshot made from its differential; a snapshot that it has is left aside.

    Args:
        definition: A StructureDefinition as decoded from JSON; its differential may have gaps.
        find: Gives a StructureDefinition by canonical, or None; those without a snapshot are made in turn.
        budget: How many elements may be made on the way, for all that are made with the same one.

    Returns:
        The definition with `snapshot`, and what is wrong with the differential. Without a snapshot if there is
        nothing to make it from: no base in reach, a base derived from itself, one that cannot be read, or
        more than 20,000 elements.
    """
    problems: list[Problem] = []
    reach = Reach(find, _inner, (str(definition.get("url")),), budget=budget or Budget())
    try:
        elements = _made(definition, reach, problems)
        elements = None if elements is None else _bounded(elements)
    except (LookupError, TypeError, ValueError, AttributeError):
        # Definitions that come with a request were not checked before they are used: they may have any shape.
        problems.append(Problem("sd-snapshot-impossible", None, {}, "warning"))
        elements = None
    except TooLarge:
        problems.append(Problem("sd-snapshot-too-large", None, {"max": str(MAX_ELEMENTS)}, "warning"))
        elements = None
    if elements is None:
        return {name: value for name, value in definition.items() if name != "snapshot"}, problems
    return {**definition, "snapshot": {"element": elements}}, problems


def _bounded(elements: list[Json]) -> list[Json]:
    if len(elements) > MAX_ELEMENTS:
        raise TooLarge
    return elements


def _inner(definition: Json, reach: Reach) -> list[Json] | None:
    """The snapshot of a definition on which another one rests; its own problems are its own business."""
    return _made(definition, reach, [])


def _made(definition: Json, reach: Reach, problems: list[Problem]) -> list[Json] | None:
    base_url = definition.get("baseDefinition")
    changes = differential_elements(definition)
    if not isinstance(base_url, str):
        return [element for _, element in changes] or None
    base = reach.tree(base_url)
    if base is None:
        circular = base_url.partition("|")[0] in reach.chain
        key, severity = ("sd-base-circular", "error") if circular else ("sd-base-unknown", "warning")
        problems.append(Problem(key, None, {"base": base_url}, severity))
        return None
    root = clone(base, reach.budget)
    adds = definition.get("derivation") == "specialization"
    application = Application(reach, str(definition.get("url")), adds)
    if changes:
        change = grow(changes)
        if adds:
            root.name = change.name
        if change.name != root.name:
            problems.append(Problem("sd-root", changes[0][0], {"name": change.name, "type": root.name}))
            change = Node(root.name)
        application.apply(root, change)
    problems.extend(application.problems)
    return list(flatten(root))
