"""Slices: which item belongs to which slice, and what follows from it.

Source: https://hl7.org/fhir/R4/profiling.html#slicing.
"""

from dataclasses import dataclass, field
from typing import Final

from tilts_fhir.structures import Discriminator
from tilts_fhir.validation.profiles import check
from tilts_fhir.validation.profiles.discriminators import meets
from tilts_fhir.validation.profiles.ground import Ground
from tilts_fhir.validation.profiles.items import Item
from tilts_fhir.validation.profiles.tree import Node
from tilts_fhir.validation.walk import Path

BY_TYPE: Final = (Discriminator("type", "$this"),)


@dataclass(slots=True)
class Sorted:
    """The items of one sliced element, each in the slice that it meets; what meets none is `rest`.

    `undecided` are slices of which the profile does not say what their discriminator asks for.
    """

    taken: dict[int, list[Item]] = field(default_factory=dict)
    undecided: set[int] = field(default_factory=set)
    order: list[int | None] = field(default_factory=list)
    rest: list[Item] = field(default_factory=list)


def check_slices(ground: Ground, node: Node, items: list[Item], holder: Item) -> None:
    """The slices of one element (or of one slice that is divided again)."""
    discriminators = _discriminators(node)
    if discriminators is None:
        return
    found = _sort(ground, node, discriminators, items)
    for index, each in enumerate(node.slices):
        taken = found.taken.get(index, [])
        if index not in found.undecided:
            _check_count(ground, each, taken, holder)
        for item in taken:
            check.check_node(ground, each, item)
        if each.slices or each.default is not None:
            check_slices(ground, each, taken, holder)
    for item in found.rest:
        if node.default is not None:
            check.check_node(ground, node.default, item)
        elif node.row.slicing is not None and node.row.slicing.rules == "closed" and not found.undecided:
            ground.report("profile-slice-closed", item.path, name=check.quoted_name(node.row.id))
    if node.row.slicing is not None and len(items) > 1:
        _check_order(ground, node, found, items)


def _discriminators(node: Node) -> tuple[Discriminator, ...] | None:
    """How items are told apart; None where the profile does not say it."""
    slicing = node.row.slicing
    if slicing is not None and slicing.discriminators:
        return slicing.discriminators
    # A choice is sliced by its types, also where no slicing is stated; so are paths such as `valueQuantity`.
    by_type = node.row.is_choice or any(each.only is not None for each in node.slices)
    if by_type:
        return BY_TYPE
    if any(code.code == "Extension" for code in node.row.types) or node.name in (
        "extension",
        "modifierExtension",
    ):
        return (Discriminator("value", "url"),)
    return None


def _sort(ground: Ground, node: Node, discriminators: tuple[Discriminator, ...], items: list[Item]) -> Sorted:
    found = Sorted()
    for item in items:
        ground.walk.count(len(node.slices) * len(discriminators), item.path)
        hits: list[int] = []
        for index, each in enumerate(node.slices):
            verdicts = [meets(ground, each, discriminator, item) for discriminator in discriminators]
            if False in verdicts:
                continue
            if None in verdicts:
                _note_undecided(ground, each, discriminators[verdicts.index(None)], item)
                found.undecided.add(index)
            else:
                hits.append(index)
        for index in hits:
            found.taken.setdefault(index, []).append(item)
        if not hits:
            found.rest.append(item)
        found.order.append(hits[0] if hits else None)
    return found


def _note_undecided(ground: Ground, node: Node, discriminator: Discriminator, item: Item) -> None:
    name = f"{discriminator.kind}:{discriminator.path}"
    place: Path = (item.path[0], node.name, None)
    ground.report("profile-slice-undecided", place, slice=check.quoted_name(node.row.id), discriminator=name)


def _check_count(ground: Ground, node: Node, taken: list[Item], holder: Item) -> None:
    count = len(taken)
    name = check.quoted_name(node.row.id)
    place: Path = (holder.path, node.name, None)
    if count < node.row.min:
        ground.report("profile-slice-missing", place, slice=name, min=node.row.min, count=count)
    if node.row.max is not None and count > node.row.max:
        place = taken[0].path if count == 1 else place
        ground.report("profile-slice-many", place, slice=name, max=node.row.max, count=count)


def _check_order(ground: Ground, node: Node, found: Sorted, items: list[Item]) -> None:
    slicing = node.row.slicing
    assert slicing is not None
    name = check.quoted_name(node.row.id)
    latest, loose = -1, False
    for index, item in zip(found.order, items, strict=True):
        if index is None:
            loose = True
            continue
        if loose and slicing.rules == "openAtEnd":
            ground.report("profile-slice-end", item.path, name=name)
            return
        if slicing.ordered and index < latest:
            slice_name, before = (node.slices[each].row.slice_name or "" for each in (index, latest))
            ground.report("profile-slice-order", item.path, name=name, slice=slice_name, before=before)
            return
        latest = max(latest, index)
