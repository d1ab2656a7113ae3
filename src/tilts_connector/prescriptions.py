"""What a practice prescribes, and how it is written for the exchange."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, TypeAlias
from uuid import uuid4

from tilts_connector.credentials import Actor
from tilts_connector.errors import Misused, reading
from tilts_connector.lines import Line, id_in
from tilts_connector.quantities import Medication, Quantity, codeable_concept

CancelReason: TypeAlias = Literal[
    "wrong-patient", "wrong-medicine", "therapy-changed", "patient-request", "other"
]


@dataclass(frozen=True, slots=True)
class PrescriptionOrder:
    """
    One line to prescribe.

    Args:
        medication: A concept, a text, or a CodeableConcept as FHIR writes it.
        quantity: Handed out at one fill, for example `packs(1)`.
        dosage_text: How to take it, for the patient.
        valid_from: First day, in Riga; default: today.
        valid_to: Last day; default: set by the exchange, three months.
        repeats: Fills after the first.
        identifier: Your own, unique in your organisation; the same one is the same prescription.
            Default: a new one.
    """

    medication: Medication
    quantity: Quantity
    dosage_text: str
    valid_from: date | None = None
    valid_to: date | None = None
    repeats: int = 0
    identifier: str | None = None


@dataclass(frozen=True, slots=True)
class Prescription:
    """What was prescribed together under one number."""

    number: str
    patient_id: str
    lines: tuple[Line, ...]

    @property
    def id(self) -> str:
        """Of the MedicationRequest of the first line."""
        return self.lines[0].medication_request_id


def with_identifier(order: PrescriptionOrder) -> PrescriptionOrder:
    return order if order.identifier else replace(order, identifier=str(uuid4()))


def own_identifier(organization_id: str, value: str) -> dict[str, str]:
    """The sender's own identifier: its organisation is the namespace."""
    return {"system": f"urn:uuid:{organization_id}", "value": value}


def role_reference(actor: Actor) -> dict[str, str]:
    if actor.role_id is None:
        raise Misused("this needs a practitioner: give practitioner_id and role_id")
    return {"reference": f"PractitionerRole/{actor.role_id}"}


def medication_request(
    order: PrescriptionOrder, patient_id: str, actor: Actor, organization_id: str
) -> dict[str, Any]:
    """The same order gives the same bytes, so there is no time of writing in it."""
    days = {"start": order.valid_from, "end": order.valid_to}
    period = {name: day.isoformat() for name, day in days.items() if day}
    dispense: dict[str, Any] = {"validityPeriod": period} if period else {}
    dispense |= {"numberOfRepeatsAllowed": order.repeats, "quantity": order.quantity.to_fhir()}
    return {
        "resourceType": "MedicationRequest",
        "identifier": [own_identifier(organization_id, str(order.identifier))],
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": codeable_concept(order.medication),
        "subject": {"reference": f"Patient/{patient_id}"},
        "requester": role_reference(actor),
        "dosageInstruction": [{"text": order.dosage_text}],
        "dispenseRequest": dispense,
    }


def prescription_bundle(
    requests: Sequence[dict[str, Any]], organization_id: str, group: str
) -> dict[str, Any]:
    """A transaction of several lines; `group` holds them together until they have a number."""
    group_identifier = own_identifier(organization_id, group)
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "resource": {**request, "groupIdentifier": group_identifier},
                "request": {"method": "POST", "url": "MedicationRequest"},
            }
            for request in requests
        ],
    }


def created_ids(response: dict[str, Any]) -> list[str]:
    with reading("transaction-response"):
        return [id_in(entry["response"]["location"]) for entry in response["entry"]]


def with_ids(requests: Sequence[dict[str, Any]], ids: Sequence[str]) -> list[dict[str, Any]]:
    """What was sent, with the ids it was given; a transaction answers in the order of its entries."""
    with reading("transaction-response"):
        return [{**request, "id": new_id} for request, new_id in zip(requests, ids, strict=True)]


def prescription_of(lines: Iterable[Line], requests: Sequence[dict[str, Any]]) -> Prescription:
    """One prescription, its lines in the order in which they were prescribed."""
    with reading("Task"):
        by_request = {line.medication_request_id: line for line in lines}
        ordered = tuple(by_request[request["id"]] for request in requests)
        return Prescription(ordered[0].number, ordered[0].patient_id, ordered)


def prescriptions_of(lines: Iterable[Line]) -> list[Prescription]:
    """Lines by their number, in the order in which the numbers come."""
    by_number: dict[str, list[Line]] = {}
    for line in lines:
        by_number.setdefault(line.number, []).append(line)
    return [
        Prescription(number, together[0].patient_id, tuple(together))
        for number, together in by_number.items()
    ]
