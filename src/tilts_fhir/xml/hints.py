"""What is said of an XML element that does not belong where it stands."""

from collections.abc import Iterable
from typing import Final

from tilts_fhir.issues import quoted
from tilts_fhir.xml.shapes import FHIR, XHTML, Shape, Slot

MAX_HINT_CHARACTERS: Final = 64


def split(name: str) -> tuple[str, str]:
    """Namespace and local name of a name as expat gives it: `namespace name [prefix]`, `name` without one."""
    namespace, _, rest = name.partition(" ")
    if not rest:
        return "", namespace
    return namespace, rest.partition(" ")[0]


def slot_of_prefixed(shape: Shape, name: str) -> Slot | None:
    """The slot of an element that is written with a prefix; None if it is unknown."""
    first, _, rest = name.partition(" ")
    local, _, prefix = rest.partition(" ")
    return shape.by_qualified_name.get(f"{first} {local}") if prefix else None


def unknown(shape: Shape, type_name: str, name: str) -> tuple[str, dict[str, object]]:
    """Key and facts of the issue on an element that the type does not have; a primitive has the shape of Element."""
    namespace, local = split(name)
    slot = shape.slots.get(local)
    if slot is not None:
        expected = XHTML if slot.kind == "xhtml" else FHIR
        return "xml-namespace", {
            "name": quoted(local),
            "namespace": quoted(namespace),
            "expected": expected,
        }
    group = _choice(shape, local)
    if group is not None:
        allowed = ", ".join(group + code[:1].upper() + code[1:] for code in shape.choices[group])
        return "choice-type", {"group": group, "name": quoted(local), "allowed": allowed}
    return "unknown-element", {"name": quoted(local), "type": type_name, **nearest(local, shape.slots)}


def step(shape: Shape, name: str) -> tuple[str, ...]:
    """The step from the type to the element that was probably meant; none for an unknown one."""
    _, local = split(name)
    slot = shape.slots.get(local)
    if slot is not None:
        return (slot.name,)
    group = _choice(shape, local)
    return () if group is None else (group,)


def nearest(word: str, words: Iterable[str]) -> dict[str, str]:
    """Facts `hint_en` and `hint_lv`: the word that was probably meant, or nothing."""
    from difflib import get_close_matches  # slow to import, and needed only for an error

    close = get_close_matches(word, sorted(words), 1) if len(word) <= MAX_HINT_CHARACTERS else []
    if not close:
        return {"hint_en": "", "hint_lv": ""}
    return {"hint_en": f" Did you mean '{close[0]}'?", "hint_lv": f" Varbūt domāts '{close[0]}'?"}


def _choice(shape: Shape, local: str) -> str | None:
    for group in shape.choices:
        rest = local.removeprefix(group)
        if rest != local and (not rest or rest[0].isupper()):
            return group
    return None
