"""What a pharmacist fills in -> the MedicationDispense that the exchange keeps, as a system would send it. Pure."""

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

from starlette.datastructures import FormData

from tilts.access.routes import Call
from tilts.clock import RIGA
from tilts.exchange.collecting import MANNERS, Collector
from tilts.exchange.dispensing import DispenseOrder
from tilts.portal.incoming_forms import LONGEST_LINE, not_longer, text_in
from tilts.portal.languages import translations
from tilts.portal.marked import N_
from tilts.portal.persons import medicine_in
from tilts.portal.pharmacy.choosing import Named
from tilts.rules import Refusal
from tilts.rules.accounts import USR_FIELD_EMPTY
from tilts.store.records import LineRecord, Quantity

URIS: Final = "urn:ietf:rfc:3986"
HOW_MUCH: Final = N_("How much")
GIVEN: Final = "given"  # the package itself, in the document
FIELDS: Final = ("quantity", "batch", "manner", "buyer", "shown", "product", "measure", "agreed")


def order_of(
    call: Call, line: LineRecord, named: Named, form: FormData, identifiers: list[dict[str, Any]]
) -> DispenseOrder:
    """
    Args:
        named: The product that was chosen; else the MedicationRequest, and what is handed out is what was prescribed.
        identifiers: The sender's own; of a correction those of the dispense.
    """
    amount, collector = amount_in(text_in(form, "quantity")), collector_in(form)
    if amount is None:
        label = translations(call.incoming.language).gettext(HOW_MUCH)
        raise Refusal(USR_FIELD_EMPTY, expressions=("quantity",), field=label)
    role = f"PractitionerRole/{call.party.role_id}"
    quantity = replace(named.unit, value=amount)
    batch = not_longer(text_in(form, "batch"), LONGEST_LINE, "batch")
    document: dict[str, Any] = {
        "resourceType": "MedicationDispense",
        **extensions_of(collector, named.agreed, call.canonical_base),
        "identifier": identifiers,
        "status": "completed",
        **medication_of(named.document, batch),
        "subject": {"reference": f"Patient/{line.patient_id}"},
        "supportingInformation": [{"reference": f"Task/{line.task_id}"}],
        "performer": [{"actor": {"reference": role}}],
        "authorizingPrescription": [{"reference": f"MedicationRequest/{line.line_id}"}],
        "quantity": quantity_to_fhir(quantity),
        "whenHandedOver": call.now.astimezone(RIGA).isoformat(timespec="seconds"),
    }
    return DispenseOrder(
        document=document,
        status="completed",
        line_id=line.line_id,
        task_id=line.task_id,
        patient_id=line.patient_id,
        quantity=quantity,
        performers=(role,),
        collector=collector,
        agreed_dearer=named.agreed,
    )


def own_identifier(key: UUID) -> list[dict[str, Any]]:
    """The form's number is the sender's own identifier: the same form makes one dispense."""
    return [{"system": URIS, "value": f"urn:uuid:{key}"}]


def amount_in(typed: str) -> Decimal | None:
    """As people write it, with a comma too; what is no number is none."""
    try:
        found = Decimal(typed.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def collector_in(form: FormData) -> Collector | None:
    manner = text_in(form, "manner")
    if manner not in MANNERS:
        return None
    if manner != "number-and-name":
        return Collector(manner)
    buyer = not_longer(text_in(form, "buyer"), LONGEST_LINE, "buyer")
    return Collector(manner, buyer, text_in(form, "shown"))


def extensions_of(collector: Collector | None, agreed: bool, canonical_base: str) -> dict[str, Any]:
    """Who collected, and that the patient agreed to a dearer product; what was not said is not there."""
    url, found = f"{canonical_base}/StructureDefinition", list[dict[str, Any]]()
    if collector is not None:
        told: list[dict[str, Any]] = [{"url": "manner", "valueCode": collector.manner}]
        if collector.name:
            told.append({"url": "name", "valueString": collector.name})
        if collector.document:
            told.append({"url": "document", "valueCode": collector.document})
        found.append({"url": f"{url}/collected-by", "extension": told})
    if agreed:
        found.append({"url": f"{url}/dearer-agreed", "valueBoolean": True})
    return {"extension": found} if found else {}


def medication_of(request: dict[str, Any], batch: str) -> dict[str, Any]:
    """What the document names; with a batch, the package that it stands on (FHIR R4 Medication.batch)."""
    if not batch:
        return {name: value for name, value in request.items() if name.startswith("medication")}
    text = medicine_in(request)
    package = {
        "resourceType": "Medication",
        "id": GIVEN,
        "code": request.get("medicationCodeableConcept", {"text": text}),
        "batch": {"lotNumber": batch},
    }
    return {"contained": [package], "medicationReference": {"reference": f"#{GIVEN}", "display": text}}


def batch_in(document: dict[str, Any]) -> str:
    """Of the package that a dispense names, where it names one."""
    for one in document.get("contained", ()):
        if one.get("resourceType") == "Medication":
            return str(one.get("batch", {}).get("lotNumber", ""))
    return ""


def quantity_to_fhir(quantity: Quantity) -> dict[str, Any]:
    coded = {"system": quantity.system, "code": quantity.code} if quantity.system else {}
    unit = {"unit": quantity.unit} if quantity.unit else {}
    return {"value": quantity.value, **unit, **coded}
