"""The receipt of a closed line: a document Bundle, and the Provenance with the exchange's signature over its bytes.

https://hl7.org/fhir/R4/documents.html
"""

import base64
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid5

from tilts.access.routes import Call
from tilts.exchange.closing import Closed
from tilts.store.records import DispenseRecord
from tilts.transport.shapes.elements import quantity_out
from tilts.transport.shapes.tasks import balance, task_to_fhir

AUTHORS: Final = {
    "system": "urn:iso-astm:E1762-95:2013",
    "code": "1.2.840.10065.1.12.1.1",
    "display": "Author's Signature",
}
URIS: Final = "urn:ietf:rfc:3986"
LANGUAGE: Final = "lv"  # of what people read in it: one receipt, whoever reads it


@dataclass(frozen=True, slots=True)
class ReceiptWriter:
    """Of one call: who closes, and the key that signs now."""

    call: Call

    def document(self, closed: Closed) -> dict[str, Any]:
        held = [self.task(closed), *closed.documents]
        composition = self.composition(closed)
        return {
            "resourceType": "Bundle",
            "identifier": {"system": URIS, "value": f"urn:uuid:{closed.line.receipt_id}"},
            "type": "document",
            "timestamp": instant(closed),
            "entry": [
                {"fullUrl": f"urn:uuid:{composition['id']}", "resource": composition},
                *({"fullUrl": self.address(one["resourceType"], one["id"]), "resource": one} for one in held),
            ],
        }

    def composition(self, closed: Closed) -> dict[str, Any]:
        line, hold = closed.line, closed.hold
        assert line.receipt_id is not None
        pharmacy = self.named("Organization", hold.organization_id)
        return {
            "resourceType": "Composition",
            "id": str(uuid5(line.receipt_id, "composition")),
            "language": LANGUAGE,
            "status": "final",
            "type": self.code("receipt"),
            "subject": self.named("Patient", line.patient_id),
            "date": instant(closed),
            "author": [self.exchange()],
            "title": "Receptes slēgšanas apliecinājums",
            "custodian": {**pharmacy, "display": hold.organization_name},
            "event": [
                {
                    "code": [self.code("claimed")],
                    "period": {
                        "start": hold.claimed_at.isoformat(timespec="milliseconds"),
                        "end": instant(closed),
                    },
                    "detail": [{"reference": self.address("Task", line.task_id)}],
                }
            ],
            "section": [self.section(closed)],
        }

    def section(self, closed: Closed) -> dict[str, Any]:
        """What was handed out, each dispense as it stood; the balance stands in the Task."""
        return {
            "title": "Izsniegts",
            "code": self.code("dispensed"),
            "text": {"status": "generated", "div": told(closed)},
            "entry": [
                {"reference": self.address("MedicationDispense", one.dispense_id)} for one in closed.dispenses
            ],
        }

    def task(self, closed: Closed) -> dict[str, Any]:
        """As it stood then, without what somebody may do with it."""
        call = self.call
        task = task_to_fhir(
            closed.line, call.party, call.now, LANGUAGE, call.canonical_base, call.terms.number_system
        )
        return {name: value for name, value in task.items() if name != "extension"}

    def signed(self, document: dict[str, Any], content: bytes) -> tuple[dict[str, Any], str]:
        assert self.call.seal is not None, "receipts without a key"
        jws = self.call.seal(content)
        when = document["meta"]["lastUpdated"]
        signature = {
            "type": [AUTHORS],
            "when": when,
            "who": self.exchange(),
            "targetFormat": "application/fhir+json",
            "sigFormat": "application/jose",
            "data": base64.b64encode(jws.encode()).decode(),
        }
        return {
            "resourceType": "Provenance",
            "recorded": when,
            "agent": [{"who": self.exchange()}],
            "signature": [signature],
        }, jws

    def address(self, resource_type: str, resource_id: object) -> str:
        return f"{self.call.public_base}/{resource_type}/{resource_id}"

    def named(self, resource_type: str, resource_id: object) -> dict[str, Any]:
        """Named, not referred to: in a document what is referred to must be there (documents.html#content)."""
        identifier = {"system": URIS, "value": self.address(resource_type, resource_id)}
        return {"type": resource_type, "identifier": identifier}

    def exchange(self) -> dict[str, Any]:
        base = self.call.canonical_base
        return {"identifier": {"system": URIS, "value": base}, "display": "Tilts"}

    def code(self, name: str) -> dict[str, Any]:
        return {"coding": [{"system": f"{self.call.canonical_base}/CodeSystem/task-value", "code": name}]}


def instant(closed: Closed) -> str:
    return closed.at.isoformat(timespec="milliseconds")


def told(closed: Closed) -> str:
    """For whoever reads the document itself: each amount with its moment; nothing that is not a number or our id."""
    rows = "".join(f"<li>{amount(closed, one)}</li>" for one in closed.dispenses)
    left = quantity_out(balance(closed.line)["remaining"])["value"]
    return f'<div xmlns="http://www.w3.org/1999/xhtml"><ul>{rows}</ul><p>Atlicis: {left}</p></div>'


def amount(closed: Closed, one: DispenseRecord) -> str:
    return f"{one.quantity} · {one.recorded_at.isoformat(timespec='minutes')} · {one.dispense_id}"
