"""References, quantities, days and operation parameters: the small parts that every shape is made of."""

from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from tilts.clock import RIGA, day_in_riga
from tilts.exchange.terms import Interval
from tilts.store.records import Quantity
from tilts_fhir.primitives import parse_date, parse_datetime


def id_in(reference: dict[str, Any] | None, resource_type: str, public_base: str) -> UUID | None:
    """The id in `Type/id`, relative or on our own base; None for anything else."""
    written = (reference or {}).get("reference", "")
    relative = written.removeprefix(f"{public_base}/")
    kind, _, rest = relative.partition("/")
    if kind != resource_type:
        return None
    return uuid_or_none(rest.partition("/_history/")[0])


def uuid_or_none(written: str) -> UUID | None:
    if len(written) != 36:
        return None
    try:
        return UUID(written)
    except ValueError:
        return None


def quantity_in(quantity: dict[str, Any] | None) -> Quantity | None:
    """Exact: 1.10 stays 1.10. None when there is no value or a comparator makes it vague."""
    if not quantity or "value" not in quantity or "comparator" in quantity:
        return None
    return Quantity(
        value=Decimal(quantity["value"]),
        unit=quantity.get("unit", ""),
        system=quantity.get("system", ""),
        code=quantity.get("code", ""),
    )


def quantity_out(quantity: Quantity) -> dict[str, Any]:
    shown = {"value": quantity.value, "unit": quantity.unit, "system": quantity.system, "code": quantity.code}
    return {name: value for name, value in shown.items() if value != ""}


def first_day(written: str | None) -> date | None:
    """The first civil day in Riga that a FHIR date or dateTime covers."""
    if written is None:
        return None
    return parse_date(written)[0] if "T" not in written else _day(written)


def last_day(written: str | None) -> date | None:
    """The last civil day in Riga that a FHIR date or dateTime covers."""
    if written is None:
        return None
    return parse_date(written)[1] if "T" not in written else _day(written)


def _day(written: str) -> date:
    """The day in Riga; the day as written where the calendar ends on the way to Riga."""
    try:
        return day_in_riga(parse_datetime(written, RIGA)[0])
    except OverflowError:
        return parse_date(written[:10])[0]


DAYS: Final = MappingProxyType({"d": 1, "wk": 7})
MONTHS: Final = MappingProxyType({"mo": 1, "a": 12})


def interval_in(duration: dict[str, Any] | None) -> Interval | None:
    """A Duration of whole days, weeks, months or years; an interval of nothing when it is anything else."""
    if duration is None:
        return None
    value, unit = duration.get("value", 0), duration.get("code", "")
    if value != int(value) or not 0 < value < 1_000:
        return Interval()
    return Interval(DAYS.get(unit, 0) * int(value), MONTHS.get(unit, 0) * int(value))


def integers_in(resource: dict[str, Any]) -> dict[str, int]:
    """The whole numbers of Parameters by name; -1 for what is none."""
    return {
        parameter["name"]: int(parameter.get("valueInteger", -1))
        for parameter in resource.get("parameter", ())
    }


def codes_in(concepts: list[dict[str, Any]] | None, *systems: str) -> tuple[str, ...]:
    """The codes of these systems in several CodeableConcepts."""
    codings = [coding for concept in concepts or () for coding in concept.get("coding", ())]
    return tuple(coding["code"] for coding in codings if coding.get("system") in systems and "code" in coding)


def extension_in(resource: dict[str, Any], url: str) -> dict[str, Any] | None:
    """The parts of the first extension with this address, by name; None when there is none."""
    found = [one for one in resource.get("extension", ()) if one.get("url") == url]
    if not found:
        return None
    parts: dict[str, Any] = {}
    for part in found[0].get("extension", ()):
        values = [value for name, value in part.items() if name.startswith("value")]
        if values:
            parts.setdefault(part.get("url", ""), values[0])
    return parts


def parameters_in(resource: dict[str, Any]) -> dict[str, str]:
    """The simple values of Parameters by name; the first of each."""
    found: dict[str, str] = {}
    for parameter in resource.get("parameter", ()):
        values = [value for name, value in parameter.items() if name.startswith("value")]
        if values and isinstance(values[0], str):
            found.setdefault(parameter["name"], values[0])
    return found


def resource_in(parameters: dict[str, Any], name: str, resource_type: str) -> dict[str, Any] | None:
    """The resource of that name and type in Parameters; the first of them."""
    for parameter in parameters.get("parameter", ()):
        found: dict[str, Any] = parameter.get("resource", {})
        if parameter["name"] == name and found.get("resourceType") == resource_type:
            return found
    return None


def identifier_in(resource: dict[str, Any], name: str) -> tuple[str, str] | None:
    """System and value of a parameter that is an Identifier; what lacks one of them names nobody."""
    for parameter in resource.get("parameter", ()):
        if parameter.get("name") == name and "valueIdentifier" in parameter:
            identifier = parameter["valueIdentifier"]
            return identifier.get("system", ""), identifier.get("value", "")
    return None
