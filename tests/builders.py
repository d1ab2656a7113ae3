"""Valid things, unless said otherwise: a test names only the fact that it is about."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from tilts.clock import RIGA
from tilts.exchange.dispensing import DispenseOrder
from tilts.exchange.prescriptions import LineOrder
from tilts.exchange.terms import Terms, terms_from
from tilts.party import Party
from tilts.settings import Settings
from tilts.store.records import Hold, LineRecord, Quantity

TODAY: Final = date(2026, 3, 2)
NOW: Final = datetime(2026, 3, 2, 10, 0, tzinfo=RIGA)
TERMS: Final[Terms] = terms_from(Settings(), TODAY)

PATIENT: Final = UUID("01900000-0000-7000-8000-000000000001")
PRACTICE: Final = UUID("01900000-0000-7000-8000-000000000002")
PHARMACY: Final = UUID("01900000-0000-7000-8000-000000000003")
OTHER_PHARMACY: Final = UUID("01900000-0000-7000-8000-000000000004")
PRACTITIONER: Final = UUID("01900000-0000-7000-8000-000000000005")
ROLE: Final = UUID("01900000-0000-7000-8000-000000000006")
LINE: Final = UUID("01900000-0000-7000-8000-000000000007")
TASK: Final = UUID("01900000-0000-7000-8000-000000000008")
PRESCRIPTION: Final = UUID("01900000-0000-7000-8000-000000000009")


def a_party(**facts: Any) -> Party:
    """A pharmacist in a pharmacy."""
    valid: dict[str, Any] = {
        "client_id": "till-1",
        "organization_id": PHARMACY,
        "organization_name": "Aptieka",
        "kind": "pharmacy",
        "site": "AP-00001",
        "purpose": "TREAT",
        "scopes": frozenset(),
        "token_id": "token-1",
        "practitioner_id": PRACTITIONER,
        "role_id": ROLE,
        "role_code": "pharmacist",
    }
    return Party(**{**valid, **facts})


def a_doctor(**facts: Any) -> Party:
    """A doctor in the practice that wrote `a_line()`."""
    practice = {
        "client_id": "desk-1",
        "organization_id": PRACTICE,
        "organization_name": "Prakse",
        "kind": "practice",
        "site": "010000001",
        "role_code": "doctor",
    }
    return a_party(**{**practice, **facts})


def packs(value: str | int | Decimal) -> Quantity:
    return Quantity(Decimal(value), "pack", "http://unitsofmeasure.org", "{pack}")


def a_hold(by: Party | None = None, **facts: Any) -> Hold:
    """A claim that is one hour old and has one to go."""
    holder = by or a_party()
    valid: dict[str, Any] = {
        "organization_id": holder.organization_id,
        "organization_name": holder.organization_name,
        "site": holder.site,
        "client_id": holder.client_id,
        "claimed_at": NOW - timedelta(hours=1),
        "lease_until": NOW + timedelta(hours=1),
    }
    return Hold(**{**valid, **facts})


def a_line(**facts: Any) -> LineRecord:
    """Three packs, nothing handed out, open since yesterday; `hold` makes it claimed."""
    valid: dict[str, Any] = {
        "line_id": LINE,
        "task_id": TASK,
        "prescription_id": PRESCRIPTION,
        "number": "7K3M-Q2XR-9TBV",
        "patient_id": PATIENT,
        "organization_id": PRACTICE,
        "state": "claimed" if facts.get("hold") else "open",
        "valid_from": TODAY - timedelta(days=1),
        "valid_to": TODAY + timedelta(days=30),
        "allowed": packs(3),
        "dispensed": Decimal(0),
        "hold": None,
        "reason": None,
        "version": 1,
        "written_at": NOW - timedelta(days=1),
        "changed_at": NOW - timedelta(days=1),
    }
    return LineRecord(**{**valid, **facts})


def an_order(**facts: Any) -> LineOrder:
    """One line as `a_doctor()` wants it: one pack now and two fills more."""
    valid: dict[str, Any] = {
        "document": {"resourceType": "MedicationRequest", "status": "active"},
        "status": "active",
        "intent": "order",
        "patient_id": PATIENT,
        "requester": f"PractitionerRole/{ROLE}",
        "quantity": packs(1),
        "repeats": 2,
        "interval": None,
        "valid_from": None,
        "valid_to": None,
        "group": None,
    }
    return LineOrder(**{**valid, **facts})


def a_dispense_order(**facts: Any) -> DispenseOrder:
    """One pack of `a_line()` handed over."""
    valid: dict[str, Any] = {
        "document": {"resourceType": "MedicationDispense", "status": "completed"},
        "status": "completed",
        "line_id": LINE,
        "task_id": None,
        "patient_id": PATIENT,
        "quantity": packs(1),
        "performers": (),
    }
    return DispenseOrder(**{**valid, **facts})


def held_by(party: Party, line: LineRecord, **facts: Any) -> LineRecord:
    return replace(line, state="claimed", hold=a_hold(party, **facts))
