"""One element of a differential laid over the element it constrains.

Source: https://hl7.org/fhir/R4/profiling.html#cardinality, https://hl7.org/fhir/R4/elementdefinition.html.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from tilts_fhir import definitions
from tilts_fhir.structures import FHIRPATH_TYPE_ROOT, TYPE_ROOT

Json: TypeAlias = dict[str, Any]

# Lists that grow; everything else is replaced as a whole.
GATHERED: Final = {
    "constraint": "key",
    "mapping": "identity",
    "condition": None,
    "alias": None,
    "extension": "url",
}
STRENGTHS: Final = ("example", "preferred", "extensible", "required")
# What stands for any type, or for any resource.
ANY_TYPE: Final = frozenset(("*", "Resource", "DomainResource", "Element", "BackboneElement"))
SYSTEM: Final = frozenset(("String", "Boolean", "Date", "DateTime", "Time", "Integer", "Decimal"))
MAX_QUOTED: Final = 60
SINGLE_EXTENSIONS: Final = frozenset(
    TYPE_ROOT + f"elementdefinition-{name}ValueSet" for name in ("min", "max")
)
PLACED: Final = frozenset(("id", "path", "sliceName", "base"))

Report: TypeAlias = Callable[..., None]


def merged(base: Json, change: Json, source: str) -> Json:
    """
    The element with its changes.

    Args:
        base: The element of the snapshot.
        change: The element of the differential.
        source: Canonical of the definition, which new invariants name as their source.
    """
    result = dict(base)
    for stem in ("fixed", "pattern", "defaultValue", "minValue", "maxValue"):
        if _of_choice(change, stem):
            for name in _of_choice(base, stem):
                del result[name]
    for name, value in change.items():
        if name in PLACED:
            continue
        if name in GATHERED and isinstance(value, list):
            result[name] = _gathered(base.get(name, []), value, GATHERED[name], source)
        elif name in ("isModifier", "mustSupport") and base.get(name) is True:
            continue
        elif name in ("binding", "slicing") and isinstance(value, dict) and isinstance(base.get(name), dict):
            result[name] = _overlaid(base[name], value)
        else:
            result[name] = value
    result["base"] = base.get("base") or {
        "path": base.get("path"),
        "min": base.get("min"),
        "max": base.get("max"),
    }
    return result


def _of_choice(element: Json, stem: str) -> list[str]:
    return [name for name in element if name.startswith(stem) and name[len(stem) : len(stem) + 1].isupper()]


def _gathered(base: list[Any], more: list[Any], key: str | None, source: str) -> list[Any]:
    if key is None:
        return base + [each for each in more if each not in base]
    new = [each for each in more if isinstance(each, dict)]
    if key == "key":
        new = [each if "source" in each else {**each, "source": source} for each in new]
        known = {each.get("key") for each in new}
        # An invariant is known by its key: the one of the profile takes the place of the inherited one.
        return [each for each in base if each.get("key") not in known] + new
    return base + [each for each in new if each not in base]


def _overlaid(base: Json, change: Json) -> Json:
    """Of a binding or a slicing what the change does not mention stays, such as additional bindings."""
    own = change.get("extension", [])
    replaced = {each.get("url") for each in own} & SINGLE_EXTENSIONS
    kept = [each for each in base.get("extension", []) if each.get("url") not in replaced and each not in own]
    extensions = {"extension": kept + own} if kept or own else {}
    return base | change | extensions


def check_change(base: Json, change: Json, report: Report, *, is_slice: bool) -> None:
    """
    Report where a change allows more than the element it changes.

    Args:
        report: Called with the key of the text and its facts.
        is_slice: Whether it is a slice that begins here: it may have fewer entries than the whole.
    """
    _check_cardinality(base, change, report, is_slice=is_slice)
    _check_types(base, change, report)
    _check_binding(base, change, report)
    _check_fixed(base, change, report)


def _check_cardinality(base: Json, change: Json, report: Report, *, is_slice: bool) -> None:
    low, high = change.get("min"), change.get("max")
    base_low, base_high = base.get("min", 0), base.get("max", "*")
    if isinstance(low, int) and low < base_low and not is_slice:
        report("sd-min-loosened", min=str(low), base=str(base_low))
    if isinstance(high, str) and _number(high) > _number(base_high):
        report("sd-max-loosened", max=high, base=str(base_high))
    if isinstance(low, int) and low > _number(high if isinstance(high, str) else base_high):
        report("sd-min-above-max", min=str(low), max=str(high or base_high))


def _number(text: object) -> float:
    return int(text) if isinstance(text, str) and text.isdigit() and len(text) < 10 else float("inf")


def _check_types(base: Json, change: Json, report: Report) -> None:
    allowed = {code_of(each) for each in base.get("type", []) if isinstance(each, dict)}
    changed = change.get("type")
    # Where there is no type (a root, a content reference) or one of FHIRPath (ids, urls) nothing can be compared.
    if not allowed or not isinstance(changed, list) or allowed & SYSTEM:
        return
    for each in changed:
        code = code_of(each) if isinstance(each, dict) else ""
        if code and code not in SYSTEM and not _is_allowed(code, allowed):
            report("sd-type-loosened", type=code, allowed=", ".join(sorted(allowed)))


def code_of(kind: Json) -> str:
    """The name of a type in `ElementDefinition.type`; empty if it has none."""
    code = kind.get("code")
    return code.removeprefix(TYPE_ROOT).removeprefix(FHIRPATH_TYPE_ROOT) if isinstance(code, str) else ""


def _is_allowed(code: str, allowed: set[str]) -> bool:
    return bool(allowed & ANY_TYPE) or any(definitions.is_kind_of(code, each) for each in allowed)


def _check_fixed(base: Json, change: Json, report: Report) -> None:
    for name in _of_choice(base, "fixed"):
        changed = [change[other] for other in _of_choice(change, "fixed")]
        if changed and changed[0] != base[name]:
            report("sd-fixed-changed", value=_quoted(changed[0]), base=_quoted(base[name]))


def _quoted(value: object) -> str:
    text = str(value)
    return text if len(text) <= MAX_QUOTED else text[: MAX_QUOTED - 1] + "…"


def _check_binding(base: Json, change: Json, report: Report) -> None:
    before, after = base.get("binding"), change.get("binding")
    if not isinstance(before, dict) or not isinstance(after, dict):
        return
    old, new = before.get("strength"), after.get("strength")
    if old in STRENGTHS and new in STRENGTHS and STRENGTHS.index(new) < STRENGTHS.index(old):
        report("sd-binding-loosened", strength=str(new), base=str(old))
