"""Resources made by hypothesis from the definitions: shapes are right, contents are whatever text allows."""

from typing import Any
from xml.sax.saxutils import escape

from hypothesis import strategies as st

from tilts_fhir import definitions
from tilts_fhir.definitions import Element
from tilts_fhir.exact import exact_number
from tilts_fhir.primitives import NUMBER_CHECKS

TYPES = ("Patient", "Observation", "Bundle", "Questionnaire", "MedicationRequest", "Parameters")
MAX_LEVELS = 4

texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("\t\n\r"),
    min_size=1,
    max_size=8,
)
decimals = st.from_regex(r"-?(?:0|[1-9][0-9]{0,9})\.[0-9]{1,9}(?:[eE][+-]?[0-9]{1,2})?", fullmatch=True).map(
    exact_number
)
integers = st.integers(-(2**31), 2**31 - 1)
narratives = texts.map(lambda text: f'<div xmlns="http://www.w3.org/1999/xhtml">{escape(text)}<br/></div>')


def primitives_of(code: str) -> st.SearchStrategy[Any]:
    """Values of a primitive type, as JSON holds them."""
    if code == "boolean":
        return st.booleans()
    if code == "decimal":
        return decimals | integers
    if code == "xhtml":
        return narratives
    return integers if code in NUMBER_CHECKS else texts


companions = st.fixed_dictionaries(
    {"extension": st.just([{"url": "urn:x", "valueString": "y"}])}
) | texts.map(lambda text: {"id": text})


@st.composite
def resources(draw: st.DrawFn, level: int = 1) -> dict[str, Any]:
    """One resource of a few types, with what it contains."""
    name = draw(st.sampled_from(TYPES))
    return {"resourceType": name, **draw(parts(name, level))}


@st.composite
def parts(draw: st.DrawFn, part: str, level: int) -> dict[str, Any]:
    """Some elements of a type or part."""
    elements = definitions.elements(part)
    if level >= MAX_LEVELS:
        elements = tuple(each for each in elements if all(_is_flat(kind.code) for kind in each.types))
    holder: dict[str, Any] = {}
    for element in draw(st.lists(st.sampled_from(elements), unique=True, max_size=4)) if elements else ():
        fill(draw, holder, element, level)
    return holder


def fill(draw: st.DrawFn, holder: dict[str, Any], element: Element, level: int) -> None:
    """Give an object one element, of one of its types."""
    kind = draw(st.sampled_from(element.types)).code
    key = element.name + kind[:1].upper() + kind[1:] if element.choice else element.name
    count = 1 if element.max == 1 else draw(st.integers(1, 3))
    if not _is_flat(kind):
        inner = resources(level + 1) if kind == "Resource" else parts(kind, level + 1)
        values = [draw(inner) for _ in range(count)]
        holder[key] = values[0] if element.max == 1 else values
        return
    if element.attribute or kind == "xhtml":
        holder[key] = draw(primitives_of(kind))
        return
    pairs = [draw(_pair(kind)) for _ in range(count)]
    for name, side in ((key, 0), ("_" + key, 1)):
        array = [pair[side] for pair in pairs]
        if any(item is not None for item in array):
            holder[name] = array[0] if element.max == 1 else array


@st.composite
def _pair(draw: st.DrawFn, kind: str) -> tuple[Any, Any]:
    """A value and its companion, of which one may be missing."""
    has_value = draw(st.booleans())
    value = draw(primitives_of(kind)) if has_value else None
    companion = None if has_value and draw(st.booleans()) else draw(companions)
    return value, companion


def _is_flat(code: str) -> bool:
    return code in definitions.primitives()


def canonical(value: Any) -> Any:
    """The same tree with keys in order and decimals as written, so that equal means identical."""
    if isinstance(value, dict):
        return {key: canonical(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [canonical(item) for item in value]
    return value if isinstance(value, str) else (type(value) is bool, str(value))
