"""Short answers to invariants that cost most: the same answer as FHIRPath, or none where only FHIRPath knows.

By the text of the expression, so that no other invariant is meant. A test holds them against FHIRPath on all examples.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Final, TypeAlias

from tilts_fhir.validation.walk import Json

Answer: TypeAlias = Callable[[Any], bool | None]

UCUM: Final = "http://unitsofmeasure.org"
_UNIT: Final = ("system", "code", "unit")
_REQUESTS: Final = frozenset({"batch", "transaction", "history"})
_RESPONSES: Final = frozenset({"batch-response", "transaction-response", "history"})


def _has(value: Json, name: str) -> bool:
    return name in value or "_" + name in value


def _duration_in_ucum(value: Json) -> bool | None:
    if not _has(value, "code"):
        return True
    if "_system" in value:
        return None
    system = value.get("system")
    return _has(value, "value") and (system is None or system == UCUM)


def _not_negative(name: str) -> Answer:
    def answer(value: Json) -> bool | None:
        number = value.get(name)
        if number is None:
            return None if "_" + name in value else True
        return number >= 0 if type(number) is int or isinstance(number, Decimal) else None

    return answer


def _ordered(value: Json) -> bool | None:
    """A Range: `low` is not greater than `high`."""
    low, high = value.get("low"), value.get("high")
    if low is None or high is None:
        return True
    one, other = low.get("value"), high.get("value")
    is_same = all(low.get(key) == high.get(key) for key in _UNIT)
    if not is_same or low.keys() - {"value", *_UNIT} or high.keys() - {"value", *_UNIT}:
        return None
    numbers = isinstance(one, int | Decimal) and isinstance(other, int | Decimal)
    return one <= other if numbers else None


def _no_component(value: Json) -> bool | None:
    return None if "component" in value else True


def _entries(bundle: Json) -> Iterator[Json]:
    return (each for each in bundle.get("entry", ()) if type(each) is dict)


def _search_only_in_searchset(bundle: Json) -> bool | None:
    kind = bundle.get("type")
    if not isinstance(kind, str):
        return None
    return kind == "searchset" or all("search" not in each for each in _entries(bundle))


def _all_have(name: str, kinds: frozenset[str]) -> Answer:
    def answer(bundle: Json) -> bool | None:
        kind = bundle.get("type")
        if not isinstance(kind, str) or "_type" in bundle:
            return None
        wanted = kind in kinds
        return all((name in each) is wanted for each in _entries(bundle))

    return answer


def _full_urls_unique(bundle: Json) -> bool | None:
    kind = bundle.get("type")
    if not isinstance(kind, str) or kind == "history":
        return True if kind == "history" else None
    seen: set[str] = set()
    count = 0
    for each in _entries(bundle):
        url = each.get("fullUrl")
        if url is None and "_fullUrl" not in each:
            continue
        resource = each.get("resource", {})
        version = resource.get("meta", {}).get("versionId", "") if type(resource) is dict else ""
        if type(url) is not str or type(version) is not str:
            return None
        seen.add(url + version)
        count += 1
    return len(seen) == count


ANSWERS: Final[dict[str, Answer]] = {
    "code.exists() implies ((system = %ucum) and value.exists())": _duration_in_ucum,
    "duration.exists() implies duration >= 0": _not_negative("duration"),
    "period.exists() implies period >= 0": _not_negative("period"),
    "low.empty() or high.empty() or (low <= high)": _ordered,
    "value.empty() or component.code.where(coding.intersect(%resource.code.coding).exists()).empty()": _no_component,
    "entry.search.empty() or (type = 'searchset')": _search_only_in_searchset,
    "entry.all(request.exists() = (%resource.type = 'batch' or %resource.type = 'transaction' or "
    "%resource.type = 'history'))": _all_have("request", _REQUESTS),
    "entry.all(response.exists() = (%resource.type = 'batch-response' or %resource.type = 'transaction-response' or "
    "%resource.type = 'history'))": _all_have("response", _RESPONSES),
    "(type = 'history') or entry.where(fullUrl.exists()).select(fullUrl&resource.meta.versionId).isDistinct()": (
        _full_urls_unique
    ),
}
"""By FHIRPath expression: true, false, or None where the answer takes the whole of FHIRPath."""
