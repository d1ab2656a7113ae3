"""A profile as a tree: for each element what the profile asks for beyond the base type, its children and its slices.

Only what differs from the base type is marked to be checked, since the base type has been checked before.
Sources: https://hl7.org/fhir/R4/profiling.html, https://hl7.org/fhir/R4/elementdefinition.html.
"""

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from tilts_fhir import definitions
from tilts_fhir.definitions import Element
from tilts_fhir.structures import TYPE_ROOT, Binding, Constraint, Row, Structure
from tilts_fhir.validation.profiles.items import RESOURCE, by_name, element_of
from tilts_fhir.validation.walk import MAX_LEVELS

TREES_KEPT: Final = 512
MAX_SLICE_LEVELS: Final = 8
ANY_RESOURCE: Final = frozenset({RESOURCE, "DomainResource"})
CHECKED: Final = frozenset({"required", "extensible"})
# Required in R4 for every component of a vital sign, though it has no unit for a flow of oxygen; extensible since R5:
# https://hl7.org/fhir/R5/vitalsigns.html
VITAL_SIGNS_UNITS: Final = "http://hl7.org/fhir/ValueSet/ucum-vitals-common"
EVERYWHERE: Final = frozenset({"ele-1", "ext-1"})


@dataclass(slots=True, eq=False)
class Node:
    """
    One element of a profile.

    Attributes:
        row: What the snapshot says.
        name: FHIRPath name, a choice without its type.
        part: Type or backbone part of its values, if there is only one.
        only: For a path such as `Observation.valueQuantity`: the one type that it means.
        children: By name.
        slices: In their order; re-slices stand under the slice they divide.
        default: The slice `@default`, for what no other slice takes.
        least, most: Numbers of entries that the base type does not ask for itself; least 0 and most None for none.
        types: Allowed types where they are fewer than those of the base type.
        profiled: Whether some type brings profiles or other targets than the base type.
        binding: Where it differs from that of the base type.
        constraints: Invariants that the base type does not have.
        active: Children of which something has to be checked.
        is_active: Whether anything here or below has to be checked.
    """

    row: Row
    name: str
    part: str | None
    only: str | None = None
    children: "dict[str, Node]" = field(default_factory=dict)
    slices: "list[Node]" = field(default_factory=list)
    default: "Node | None" = None
    least: int = 0
    most: int | None = None
    types: frozenset[str] | None = None
    profiled: bool = False
    binding: Binding | None = None
    constraints: tuple[Constraint, ...] = ()
    active: "tuple[Node, ...]" = ()
    is_active: bool = False


@dataclass(frozen=True, slots=True)
class Tree:
    """A profile as a tree; `by_id` finds what a content reference names."""

    structure: Structure
    root: Node
    by_id: dict[str, Node]


class _Same:
    """A structure as a key: itself, not its content."""

    __slots__ = ("structure",)

    def __init__(self, structure: Structure) -> None:
        self.structure = structure

    def __hash__(self) -> int:
        return id(self.structure)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.structure is self.structure


def tree_of(structure: Structure) -> Tree:
    """The tree of a structure; made once as long as the structure is in use."""
    return _tree(_Same(structure))


@lru_cache(TREES_KEPT)
def _tree(same: _Same) -> Tree:
    return _Builder(same.structure).tree()


class _Builder:
    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.latest: dict[str, Node] = {}
        self.by_id: dict[str, Node] = {}

    def tree(self) -> Tree:
        rows = self.structure.rows
        root = Node(rows[0], rows[0].name, self.structure.type)
        root.constraints = _added(rows[0], self.structure.type, None, None)
        self._note(root)
        for row in rows[1:]:
            self._add(row)
        _mark(root)
        for node in self._referring():
            node.is_active = self.by_id[node.row.content_reference or ""].is_active
        _mark(root)
        return Tree(self.structure, root, self.by_id)

    def _referring(self) -> list[Node]:
        return [node for node in self.by_id.values() if node.row.content_reference in self.by_id]

    def _note(self, node: Node) -> None:
        self.latest[node.row.path] = node
        self.by_id.setdefault(node.row.id, node)

    def _add(self, row: Row) -> None:
        parent = self.latest.get(row.path.rpartition(".")[0])
        slices = (row.slice_name or "").count("/")
        if parent is None or row.path.count(".") > MAX_LEVELS or slices > MAX_SLICE_LEVELS:
            return
        name, only = _name(row, parent)
        element = element_of(parent.part, name) if parent.part else None
        node = Node(row, name, _part(row, element), only)
        self._differences(node, parent, element)
        self._note(node)
        if row.slice_name is None and only is None:
            parent.children[name] = node
        else:
            _put_slice(parent, node, element)

    def _differences(self, node: Node, parent: Node, element: Element | None) -> None:
        row = node.row
        is_slice = row.slice_name is not None or node.only is not None
        node.least = row.min if is_slice or element is None or row.min > element.min else 0
        node.most = row.max if is_slice or element is None or row.max != element.max else None
        node.types = _fewer_types(row, element)
        node.profiled = _is_profiled(row, element)
        if row.binding is not None and (element is None or row.binding != element.binding):
            node.binding = _binding(row.binding)
        node.constraints = _added(row, node.part, parent.part, node.name)


def _binding(binding: Binding) -> Binding | None:
    if binding.strength not in CHECKED and binding.maximum is None and not binding.additional:
        return None
    if (binding.value_set or "").partition("|")[0] == VITAL_SIGNS_UNITS:
        return replace(binding, strength="extensible")
    return binding


def _added(row: Row, part: str | None, holder: str | None, name: str | None) -> tuple[Constraint, ...]:
    """The invariants of a row that neither its type nor the element of the base type has."""
    known = {each.key for each in (*_of_type(part), *_of_element(holder, name))} | EVERYWHERE
    return tuple(
        each
        for each in row.constraints
        if each.expression is not None and each.key not in known and not _is_of_base_type(each.source)
    )


def _of_type(part: str | None) -> tuple[Constraint, ...]:
    return definitions.constraints(part) if part is not None and by_name(part) else ()


def _of_element(holder: str | None, name: str | None) -> tuple[Constraint, ...]:
    if holder is None or name is None or not by_name(holder):
        return ()
    return definitions.element_constraints(holder, name)


def _is_of_base_type(source: str | None) -> bool:
    if source is None:
        return False
    name = source.partition("|")[0].removeprefix(TYPE_ROOT)
    return name in {RESOURCE, "DomainResource", "Element"} or bool(by_name(name))


def _name(row: Row, parent: Node) -> tuple[str, str | None]:
    """The FHIRPath name, and the type if the last step of the path is one type of a choice (`valueQuantity`)."""
    name = row.name
    if parent.part is None or row.is_choice or element_of(parent.part, name) is not None:
        return name, None
    for element in by_name(parent.part).values():
        if element.choice and name.startswith(element.name):
            code = name[len(element.name) :]
            found = [kind.code for kind in element.types if kind.code[:1].upper() + kind.code[1:] == code]
            if found:
                return element.name, found[0]
    return name, None


def _part(row: Row, element: Element | None) -> str | None:
    if element is not None and len(element.types) == 1 and "." in element.types[0].code:
        return element.types[0].code
    codes = {each.code for each in row.types}
    if len(codes) == 1:
        return codes.pop()
    return element.types[0].code if element is not None and len(element.types) == 1 else None


def _put_slice(parent: Node, node: Node, element: Element | None) -> None:
    base = parent.children.get(node.name)
    if base is None:
        plain = Row(
            id=f"{parent.row.id}.{node.name}", path=node.row.path, slice_name=None, min=0, max=None, types=()
        )
        base = parent.children[node.name] = Node(plain, node.name, _part(plain, element))
    owner = base
    steps = (node.row.slice_name or "").split("/")
    for step in range(1, len(steps)):
        named = [each for each in owner.slices if each.row.slice_name == "/".join(steps[:step])]
        owner = named[0] if named else owner
    if steps[-1] == "@default":
        owner.default = node
    else:
        owner.slices.append(node)


def _fewer_types(row: Row, element: Element | None) -> frozenset[str] | None:
    """The types that a profile leaves of a choice, or of any resource."""
    codes = frozenset(each.code for each in row.types)
    if not codes or element is None or codes & ANY_RESOURCE:
        return None
    base = {kind.code for kind in element.types}
    return codes if (element.choice or base == {RESOURCE}) and not base <= codes else None


def _is_profiled(row: Row, element: Element | None) -> bool:
    base = {kind.code: kind for kind in element.types} if element is not None else {}
    for each in row.types:
        kind = base.get(each.code)
        known = kind.targets if kind is not None else ()
        asked = tuple(target.removeprefix(TYPE_ROOT) for target in each.targets)
        if each.profiles or each.aggregation or (asked and set(asked) != set(known) and asked != (RESOURCE,)):
            return True
    return False


def _mark(node: Node) -> bool:
    """Mark what has to be checked, from the leaves up; once marked it stays so."""
    below = [*node.children.values(), *node.slices, *([node.default] if node.default else [])]
    busy = [_mark(each) for each in below]
    row = node.row
    bounds = (row.min_value, row.max_value, row.max_length, row.min_length, row.alternatives or None)
    narrative = row.narrative_source is not None or bool(row.narrative_languages)
    asked = (row.fixed, row.pattern, node.most, node.types, *bounds)
    node.is_active = (
        node.is_active
        or any(busy)
        or any(each is not None for each in asked)
        or narrative
        or bool(node.slices or node.least or node.profiled or node.binding or node.constraints)
    )
    node.active = tuple(each for each in node.children.values() if each.is_active)
    return node.is_active
