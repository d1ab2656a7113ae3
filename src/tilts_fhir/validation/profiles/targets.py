"""Profiles on types and on the targets of references: a value must meet one of those that its element names."""

from tilts_fhir.issues import Issue, quoted
from tilts_fhir.structures import TYPE_ROOT, AllowedType, Structure
from tilts_fhir.validation.profiles import check
from tilts_fhir.validation.profiles.ground import MAX_HOPS, Ground, is_clean, memory_of, named, try_out
from tilts_fhir.validation.profiles.items import Item, by_name
from tilts_fhir.validation.profiles.links import inner_scene, resolved, text_of, type_by_text
from tilts_fhir.validation.profiles.tree import ANY_RESOURCE, Node
from tilts_fhir.validation.references import Resolved
from tilts_fhir.validation.references.resolving import bundle_of
from tilts_fhir.validation.walk import Scene, Walk


def check_types(ground: Ground, node: Node, item: Item) -> None:
    """The profiles and reference targets that the element's type asks for."""
    kinds = [each for each in node.row.types if _is_of(item.type, each.code)]
    if not kinds:
        return
    kind = kinds[0] if len(kinds) == 1 else _merged(kinds)
    if kind.profiles and item.value is not None and not _is_checked_by_url(kind, item):
        _check_profiles(ground, kind, item)
    if item.type == "Reference" and isinstance(item.value, dict):
        _check_target(ground, kind, item)


def _merged(kinds: list[AllowedType]) -> AllowedType:
    """One type stated several times: each statement is one more choice."""
    return AllowedType(
        kinds[0].code,
        tuple(each for kind in kinds for each in kind.profiles)
        if all(kind.profiles for kind in kinds)
        else (),
        tuple(each for kind in kinds for each in kind.targets) if all(kind.targets for kind in kinds) else (),
        tuple(each for kind in kinds for each in kind.aggregation)
        if all(kind.aggregation for kind in kinds)
        else (),
    )


def _is_checked_by_url(kind: AllowedType, item: Item) -> bool:
    """An extension is checked by its definition wherever it stands; here only by others."""
    return item.type == "Extension" and any(
        each.partition("|")[0] == item.value.get("url") for each in kind.profiles
    )


def _is_of(type: str, code: str) -> bool:
    if type == code:
        return True
    return code in ANY_RESOURCE or code in ("BackboneElement", "Element")


# Profiles of a value


def _check_profiles(ground: Ground, kind: AllowedType, item: Item) -> None:
    walk, canonicals = ground.walk, kind.profiles
    scene = inner_scene(walk, item)
    known = [(each, walk.library.structure(each)) for each in canonicals]
    for canonical, structure in known:
        if structure is None:
            ground.report("profile-part-unknown", item.path, expected=canonical, canonical=named(canonical))
    if not all(structure for _, structure in known):
        return
    if len(known) == 1 and known[0][1] is not None:
        part = kind.parts[0] if kind.parts else None
        if part is None:
            _check_inside(walk, scene, known[0][1], item)
        else:
            check.check_part(walk, known[0][1], part, item)
        return
    if not any(is_met(walk, scene, item, canonical) for canonical, _ in known):
        reason = _reason(walk, item, canonicals)
        ground.report("profile-no-match", item.path, choices=", ".join(map(named, canonicals)), **reason)


def _check_inside(walk: Walk, scene: Scene, structure: Structure, item: Item) -> None:
    """Note what an item lacks of a profile; what is known from a trial is not found out again."""
    if not _is_right_type(structure, item):
        canonical = named(structure.url)
        facts = {"canonical": canonical, "expected": structure.type, "found": item.type}
        walk.report("profile-other-type", item.path, source=structure.url, **facts)
        return
    for each in _outcome(walk, scene, item, structure) or ():
        walk.repeat(each)


def _is_right_type(structure: Structure, item: Item) -> bool:
    return structure.type == item.type or structure.type in ANY_RESOURCE or not by_name(structure.type)


def _reason(walk: Walk, item: Item, canonicals: tuple[str, ...]) -> dict[str, str]:
    """The first error of the first choice, for the text."""
    for canonical in canonicals:
        structure = walk.library.structure(canonical)
        found = memory_of(walk).outcomes.get((id(item.value), id(structure))) or ()
        for each in found:
            if each.severity == "error":
                return {"reason_en": " " + each.text_en, "reason_lv": " " + each.text_lv}
    return {"reason_en": "", "reason_lv": ""}


def is_met(walk: Walk, scene: Scene, item: Item, canonical: str) -> bool:
    """
    Whether an item in a scene meets a profile; a profile that is not known is not met.

    While the answer is being found it is yes, so that circles of references end; so it is at the end of a long chain.
    """
    structure = walk.library.structure(canonical)
    if structure is None or not _is_right_type(structure, item):
        return False
    memory = memory_of(walk)
    if memory.hops >= MAX_HOPS:
        return True
    memory.hops += 1
    try:
        return is_clean(_outcome(walk, scene, item, structure))
    finally:
        memory.hops -= 1


def _outcome(walk: Walk, scene: Scene, item: Item, structure: Structure) -> tuple[Issue, ...] | None:
    """The issues of an item against a profile, kept for the rest of the walk; None while they are being found."""
    memory = memory_of(walk)
    key = (id(item.value), id(structure))
    # A primitive may be the same object at several places.
    is_kept = isinstance(item.value, dict)
    if is_kept and key in memory.outcomes:
        return memory.outcomes[key]
    memory.kept.append((item.value, structure))
    memory.outcomes[key] = None
    found = try_out(walk, scene, lambda: check.check_item(walk, structure, item))
    memory.outcomes[key] = found
    return found


# Targets of references


def _check_target(ground: Ground, kind: AllowedType, item: Item) -> None:
    walk = ground.walk
    found = resolved(walk, walk.scene, item)
    if kind.aggregation:
        _check_way(ground, kind, item, found)
    if not kind.targets:
        return
    type = str(found.resource.get("resourceType")) if found is not None else type_by_text(item)
    if type is None:
        return
    structures = {each: walk.library.structure(each) for each in kind.targets}
    types = {each.type if each else _type_of(canonical) for canonical, each in structures.items()}
    if None not in types and type not in types and not types & ANY_RESOURCE:
        allowed = ", ".join(sorted(str(each) for each in types))
        ground.report("profile-target-type", item.path, found=quoted(type), allowed=allowed)
    elif found is not None:
        _check_target_profile(ground, kind, item, found)


def _type_of(canonical: str) -> str | None:
    name = canonical.removeprefix(TYPE_ROOT)
    return name if by_name(name) or name in ANY_RESOURCE else None


def _check_target_profile(ground: Ground, kind: AllowedType, item: Item, found: Resolved) -> None:
    walk = ground.walk
    target = Item(found.resource, None, str(found.resource.get("resourceType")), found.path)
    if any(_type_of(each) is not None and _fits(each, target.type) for each in kind.targets):
        return
    unknown = [each for each in kind.targets if walk.library.structure(each) is None]
    if unknown:
        ground.report("profile-part-unknown", item.path, expected=unknown[0], canonical=named(unknown[0]))
        return
    if not any(is_met(walk, found.scene, target, each) for each in kind.targets):
        text = quoted(text_of(item.value) or "")
        reason = _reason(walk, target, kind.targets)
        ground.report(
            "profile-target", item.path, target=text, choices=", ".join(map(named, kind.targets)), **reason
        )


def _fits(canonical: str, type: str) -> bool:
    name = _type_of(canonical)
    return name == type or name in ANY_RESOURCE


def _check_way(ground: Ground, kind: AllowedType, item: Item, found: Resolved | None) -> None:
    text = text_of(item.value)
    if not text:
        return
    way = "contained" if text.startswith("#") else "referenced"
    if found is not None and found.how == "bundle":
        way = "bundled"
    # A target in the same Bundle is referenced too: only what must not leave the Bundle has to be in it.
    if way in kind.aggregation or (way == "bundled" and "referenced" in kind.aggregation):
        return
    # Nobody can tell of a resource by itself what the Bundle will hold in which it is sent.
    if "bundled" in kind.aggregation and bundle_of(ground.walk.scene) is None:
        return
    ground.report("profile-aggregation", item.path, found=way, allowed=", ".join(kind.aggregation))
