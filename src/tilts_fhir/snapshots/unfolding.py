"""Gives an element the children of its type, of its profile or of the element it refers to."""

from typing import Any, Final, TypeAlias

from tilts_fhir.snapshots.reach import Reach
from tilts_fhir.snapshots.tree import Node, clone
from tilts_fhir.structures import FHIRPATH_TYPE_ROOT, TYPE_ROOT

Json: TypeAlias = dict[str, Any]

ANY_TYPE: Final = "Element"
PROFILE_ELEMENT: Final = TYPE_ROOT + "elementdefinition-profile-element"
VALUES: Final = ("fixed", "pattern")


def unfold(node: Node, reach: Reach) -> None:
    """Fill `node.children`; they stay empty if what they would come from is not in reach."""
    element = node.element or {}
    source = _referred(element, reach) or _of_type(element, reach)
    if source is None:
        return
    for name, child in source.children.items():
        node.children[name] = clone(child, reach.budget)
    if "contentReference" in element:
        kept = {key: value for key, value in element.items() if key != "contentReference"}
        node.element = {**kept, "type": (source.element or {}).get("type", [{"code": "BackboneElement"}])}


def _referred(element: Json, reach: Reach) -> Node | None:
    """The element named by a content reference, in the resource type: profiles do not reach through it."""
    reference = element.get("contentReference")
    if not isinstance(reference, str):
        return None
    first, *steps = reference.partition("#")[2].split(".")
    found = reach.type_tree(first)
    for step in steps:
        if found is None:
            return None
        found = found.children.get(step)
    return found


def _of_type(element: Json, reach: Reach) -> Node | None:
    kinds = [each for each in element.get("type", ()) if isinstance(each, dict)]
    codes = {str(each.get("code")) for each in kinds}
    if not codes or any(code.startswith(FHIRPATH_TYPE_ROOT) for code in codes):
        return None
    if len(codes) > 1:
        return reach.type_tree(ANY_TYPE)
    profiles = [profile for each in kinds for profile in each.get("profile", ())]
    if len(profiles) == 1 and isinstance(profiles[0], str):
        # A fragment names an element of the profile; it is not followed.
        profiled = reach.tree(profiles[0], unfolding=True) if "#" not in profiles[0] else None
        if profiled is not None:
            return profiled
    return reach.type_tree(codes.pop())


def adopt(node: Node, reach: Reach) -> None:
    """
    Give an element what one element of another profile says, if its type names that one.

    A profile may describe parts for others to use: the extension profile-element tells which part is meant.
    Source: https://hl7.org/fhir/R4/extension-elementdefinition-profile-element.html.
    """
    element = node.element or {}
    kinds = element.get("type")
    if not isinstance(kinds, list) or len(kinds) != 1 or "_profile" not in kinds[0]:
        return
    profile, identity = kinds[0].get("profile", [None])[0], _named_element(kinds[0]["_profile"])
    tree = reach.tree(profile, unfolding=True) if isinstance(profile, str) and identity else None
    found = _below(tree, identity) if tree is not None and identity is not None else None
    if found is None or found.element is None:
        return
    node.children = {name: clone(child, reach.budget) for name, child in found.children.items()}
    kind = {name: value for name, value in kinds[0].items() if name not in ("profile", "_profile")}
    values = {name: value for name, value in found.element.items() if name.startswith(VALUES)}
    known = {each.get("key") for each in element.get("constraint", [])}
    more = [each for each in found.element.get("constraint", []) if each.get("key") not in known]
    node.element = {
        **element,
        **values,
        "type": [kind],
        "constraint": [*element.get("constraint", []), *more],
    }


def _named_element(companions: Any) -> str | None:
    for extension in companions[0].get("extension", []) if companions and companions[0] else []:
        if extension.get("url") == PROFILE_ELEMENT and isinstance(extension.get("valueString"), str):
            named: str = extension["valueString"]
            return named
    return None


def _below(tree: Node, identity: str) -> Node | None:
    """The element of an id such as `Composition.section:plan.code`."""
    found: Node | None = tree
    for step in identity.split(".")[1:]:
        name, _, chosen = step.partition(":")
        found = found.children.get(name) if found is not None else None
        if chosen and found is not None:
            found = found.slices.get(chosen)
    return found
