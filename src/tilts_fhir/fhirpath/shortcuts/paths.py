"""Paths on plain JSON, for the shortcuts that invariants take: no node is made for what is only asked to be there.

A path is a row of steps of which every type on the way is known from the start type. What is found is what
`nodes.children_by_name` would find; None in a result stands for a primitive without a value.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from tilts_fhir.fhirpath import model
from tilts_fhir.fhirpath.context import Context
from tilts_fhir.fhirpath.language.syntax import Constant, Invocation, Member, Tree, Variable
from tilts_fhir.fhirpath.model import Slot

Truth: TypeAlias = Callable[[Any, Context], bool | None]
Gather: TypeAlias = Callable[[Any, Context], list[Any]]
TEXTS: Final = frozenset(
    {"string", "code", "uri", "url", "canonical", "id", "markdown", "oid", "uuid", "base64Binary", "xhtml"}
)
MOMENTS: Final = frozenset({"date", "dateTime", "instant"})


@dataclass(frozen=True, slots=True)
class Path:
    """
    Attributes:
        steps: For each step the places where it may stand; a choice has one for each type.
        types: FHIR types of what is found.
        of_resource: Begins at `%resource`; then it has one step only.
    """

    steps: tuple[tuple[Slot, ...], ...]
    types: frozenset[str]
    of_resource: bool = False


def path_of(tree: Tree, start: str, resource: str | None) -> Path | None:
    """
    The path that a tree is; None if it is anything else, or not all of its types are known.

    Args:
        start: Type of `$this`.
        resource: Type of `%resource` if it is known.
    """
    names: list[str] = []
    while isinstance(tree, Invocation) and isinstance(tree.right, Member):
        names.append(tree.right.name)
        tree = tree.left
    if isinstance(tree, Constant) and tree.name == "resource" and resource is not None and len(names) == 1:
        return _followed(resource, names, True)
    if isinstance(tree, Variable) and tree.name == "this":
        return _followed(start, names[::-1], False)
    if not isinstance(tree, Member):
        return None
    if not (tree.name[:1].isupper() and tree.name in model.ancestry(start)):
        names.append(tree.name)
    return _followed(start, names[::-1], False)


def _followed(start: str, names: list[str], of_resource: bool) -> Path | None:
    steps: list[tuple[Slot, ...]] = []
    reached = frozenset({start})
    for name in names:
        if len(reached) != 1:
            return None
        kind = next(iter(reached))
        # Of a resource inside this one only what every resource has can be known.
        part = model.part("DomainResource" if kind == model.ANY_RESOURCE else kind)
        if part is None or name not in part.by_name or model.is_primitive(kind):
            return None
        steps.append(part.by_name[name])
        reached = frozenset(slot.type for slot in part.by_name[name])
    return Path(tuple(steps), reached, of_resource) if steps else None


def gatherer(path: Path) -> Gather:
    """A closure that gives what the path finds, in order."""
    steps, of_resource = path.steps, path.of_resource

    def gather(value: Any, context: Context) -> list[Any]:
        found = [context.resource if of_resource and context.resource is not None else value]
        for slots in steps:
            found = [each for holder in found if type(holder) is dict for each in _in_slots(holder, slots)]
        return found

    return gather


def _in_slots(holder: dict[str, Any], slots: tuple[Slot, ...]) -> list[Any]:
    found: list[Any] = []
    for key, companion, _, _ in slots:
        value, beside = holder.get(key), holder.get(companion)
        if type(value) is not list and type(beside) is not list:
            if value is not None or type(beside) is dict:
                found.append(value)
        else:
            found += _in_arrays(value, beside)
    return found


def _in_arrays(value: Any, beside: Any) -> list[Any]:
    values = value if type(value) is list else []
    if type(beside) is not list:
        return [each for each in values if each is not None]
    longer = range(max(len(values), len(beside)))
    pairs = [
        (values[at] if at < len(values) else None, beside[at] if at < len(beside) else None) for at in longer
    ]
    return [each for each, other in pairs if each is not None or type(other) is dict]


def existence(path: Path, wanted: bool) -> Truth:
    """Whether the path finds anything (`wanted`), or nothing."""
    slots = path.steps[0]
    if len(path.steps) == 1 and not path.of_resource:
        return _one_existence(slots[0], wanted) if len(slots) == 1 else _choice_existence(slots, wanted)
    gather = gatherer(path)
    return lambda value, context: bool(gather(value, context)) is wanted


def _one_existence(slot: Slot, wanted: bool) -> Truth:
    key, companion, slots = slot.key, slot.companion, (slot,)

    def exists(value: Any, context: Context) -> bool:
        found = value.get(key)
        if found is None:
            return (companion in value and bool(_in_slots(value, slots))) is wanted
        if type(found) is list:
            return bool(_in_slots(value, slots)) is wanted
        return wanted

    return exists


def _choice_existence(slots: tuple[Slot, ...], wanted: bool) -> Truth:
    places = {key: (slot,) for slot in slots for key in (slot.key, slot.companion)}

    def exists(value: Any, context: Context) -> bool:
        if len(places) < len(value):
            return bool(_in_slots(value, slots)) is wanted
        return any(key in places and bool(_in_slots(value, places[key])) for key in value) is wanted

    return exists


def counter(path: Path) -> Callable[[Any, Context], int]:
    """How many the path finds."""
    gather = gatherer(path)
    return lambda value, context: len(gather(value, context))


def single_text(path: Path) -> Callable[[Any, Context], Any]:
    """
    The text that the path finds: a str; None if there is nothing; otherwise (several, no text) the list of what is found.
    """
    gather = gatherer(path)
    first = path.steps[0][0]
    key = first.key if len(path.steps) == 1 and len(path.steps[0]) == 1 and not path.of_resource else None

    def text(value: Any, context: Context) -> Any:
        found = value.get(key) if key is not None else None
        if type(found) is str:
            return found
        items = gather(value, context)
        if not items:
            return None
        return items[0] if len(items) == 1 and type(items[0]) is str else items

    return text
