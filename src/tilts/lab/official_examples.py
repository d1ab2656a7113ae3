"""HL7's own example prescriptions and dispenses, made to fit the people of the sandbox and nothing more.

The examples name persons, organisations and records that exist nowhere. Here stands what is rewritten
before one is sent, each rule once; everything else goes to the exchange as HL7 published it. Pure: what
is not in the example comes as an argument. docs/reference/official-examples.md gives the reasons.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, TypeAlias

Resource: TypeAlias = dict[str, Any]

MOVED: Final = ("authoredOn", "whenPrepared", "whenHandedOver")
ONE: Final = {"value": 1}
FULL_DATE: Final = len("2015-01-15")


@dataclass(frozen=True, slots=True)
class Place:
    """Who stands in for the persons of an example."""

    patient_id: str
    role_id: str  # PractitionerRole of the doctor who prescribes, or of the pharmacist who hands out
    organization_id: str


def adapt_request(resource: Mapping[str, Any], place: Place, *, key: str) -> Resource:
    """A MedicationRequest as published -> one that this practice could have written."""
    return {
        **_detached(resource),
        "identifier": _identifiers(resource, place, key),
        "subject": _patient(place),
        "requester": _role(place),
    }


def adapt_dispense(resource: Mapping[str, Any], place: Place, *, key: str, prescription_id: str) -> Resource:
    """A MedicationDispense as published -> one that this pharmacy could have written."""
    detached = _detached(resource)
    return {
        **detached,
        "identifier": _identifiers(resource, place, key),
        "subject": _patient(place),
        "performer": [{**performer, "actor": _role(place)} for performer in detached.get("performer", ())],
        "authorizingPrescription": [{"reference": f"MedicationRequest/{prescription_id}"}],
    }


def prescription_for(dispense: Mapping[str, Any], place: Place, *, key: str) -> Resource:
    """The prescription that a dispense needs: the same medicine, as much as is handed out, from today."""
    medicine = {name: value for name, value in dispense.items() if name.startswith("medication")}
    held = [one for one in dispense.get("contained", ()) if one["resourceType"] == "Medication"]
    return {
        "resourceType": "MedicationRequest",
        **({"contained": held} if held else {}),
        "identifier": _identifiers({}, place, key),
        "status": "active",
        "intent": "order",
        **medicine,
        "subject": _patient(place),
        "requester": _role(place),
        "dispenseRequest": {"quantity": dispense.get("quantity", ONE)},
    }


def moved_to(resource: Mapping[str, Any], today: date) -> Resource:
    """The dates of writing, validity and handing over, all moved by the same whole days.

    The day of writing becomes today; the moment of handing over becomes its time of day yesterday, so
    that nothing was handed out in the future.
    """
    anchor = next((resource[name] for name in reversed(MOVED) if name in resource), None)
    if anchor is None:
        return dict(resource)
    days = (today - date.fromisoformat(anchor[:FULL_DATE])).days - (len(anchor) > FULL_DATE)
    moved = {**resource, **{name: _later(resource[name], days) for name in MOVED if name in resource}}
    supply = resource.get("dispenseRequest", {})
    if "validityPeriod" in supply:
        period = {name: _later(written, days) for name, written in supply["validityPeriod"].items()}
        moved["dispenseRequest"] = {**supply, "validityPeriod": period}
    return moved


def wanted_now(resource: Mapping[str, Any]) -> Resource:
    """As it would be on the day when it is wanted: in force or handed over, and with a quantity."""
    if resource["resourceType"] == "MedicationDispense":
        return {**resource, "status": "completed", "quantity": resource.get("quantity", ONE)}
    supply = resource.get("dispenseRequest", {})
    supply = {**supply, "quantity": supply.get("quantity", ONE)}
    return {**resource, "status": "active", "dispenseRequest": supply}


def _later(written: str, days: int) -> str:
    day = date.fromisoformat(written[:FULL_DATE]) + timedelta(days=days)
    return day.isoformat() + written[FULL_DATE:]


def _identifiers(resource: Mapping[str, Any], place: Place, key: str) -> list[Resource]:
    """Our own first: the first one is the key, and HL7 gave one number to most of its examples."""
    return [{"system": f"urn:uuid:{place.organization_id}", "value": key}, *resource.get("identifier", ())]


def _patient(place: Place) -> Resource:
    return {"reference": f"Patient/{place.patient_id}"}


def _role(place: Place) -> Resource:
    return {"reference": f"PractitionerRole/{place.role_id}"}


def _detached(resource: Mapping[str, Any]) -> Resource:
    """References to records that are not here keep their words only; what is contained stays whole."""
    return {name: value if name == "contained" else _without_links(value) for name, value in resource.items()}


def _without_links(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_links(one) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {name: _without_links(one) for name, one in value.items()}
    written = kept.get("reference")
    if isinstance(written, str) and not written.startswith("#"):
        del kept["reference"]
        kept.setdefault("display", written)
    return kept
