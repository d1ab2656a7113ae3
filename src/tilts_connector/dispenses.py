"""What a pharmacy hands out, and how it is written for the exchange."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from tilts_connector.credentials import Actor
from tilts_connector.errors import Misused, reading
from tilts_connector.lines import Line
from tilts_connector.prescriptions import own_identifier, role_reference
from tilts_connector.quantities import Quantity, quantity_of
from tilts_connector.sheets import VerifiedSheet

ReleaseReason: TypeAlias = Literal["patient-left", "not-in-stock", "claimed-in-error", "other"]


@dataclass(frozen=True, slots=True)
class Dispensed:
    """What the exchange recorded as handed out."""

    id: str
    identifier: str
    line: Line  # as it was before; `state(line.task_id)` tells what is left now
    quantity: Quantity


def in_unit_of(line: Line, quantity: Quantity | Decimal | int) -> Quantity:
    """A bare number counts in the unit that was prescribed."""
    if isinstance(quantity, Quantity):
        return quantity
    unit = line.remaining or line.allowed
    if unit is None:
        raise Misused("this line does not say its unit: give a Quantity")
    if isinstance(quantity, float):
        raise Misused("a quantity is a Decimal; a float is not exact")
    return replace(unit, value=Decimal(quantity))


def medication_dispense(
    line: Line, quantity: Quantity, identifier: str, actor: Actor, organization_id: str
) -> dict[str, Any]:
    """The same dispense gives the same bytes, so there is no time of writing in it."""
    return {
        "resourceType": "MedicationDispense",
        "identifier": [own_identifier(organization_id, identifier)],
        "status": "completed",
        **_medication(line.medication_request or {}),
        "subject": {"reference": f"Patient/{line.patient_id}"},
        "performer": [{"actor": role_reference(actor)}],
        "authorizingPrescription": [{"reference": f"MedicationRequest/{line.medication_request_id}"}],
        "quantity": quantity.to_fhir(),
    }


def outage_dispense(
    sheet: VerifiedSheet, quantity: Decimal, handed_over_at: datetime, batch: str | None
) -> dict[str, Any]:
    """What was handed out by a printed sheet; patient and line are filled in by the exchange."""
    content = sheet.content
    amount = Quantity(quantity, content.unit, content.unit_system or None, content.unit_code or None)
    medicine = {"text": content.medicine}
    medication: dict[str, Any] = {"medicationCodeableConcept": medicine}
    if batch is not None:
        held = {"resourceType": "Medication", "id": "m", "code": medicine, "batch": {"lotNumber": batch}}
        medication = {"contained": [held], "medicationReference": {"reference": "#m"}}
    return {
        "resourceType": "MedicationDispense",
        **medication,
        "status": "completed",
        "whenHandedOver": handed_over_at.isoformat(timespec="seconds"),
        "quantity": amount.to_fhir(),
    }


def dispensed_of(dispense: Mapping[str, Any], line: Line, identifier: str) -> Dispensed:
    with reading("MedicationDispense"):
        return Dispensed(dispense["id"], identifier, line, quantity_of(dispense["quantity"]))


def _medication(request: Mapping[str, Any]) -> dict[str, Any]:
    """What is handed out is what was prescribed (FHIR asks for it; substitution has its own element)."""
    return {name: request[name] for name in request if name.startswith("medication")}
