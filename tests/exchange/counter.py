"""Prescriptions in the real database, and those who stand around them: through the doors, as the roof does it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from psycopg.rows import dict_row

from tests.builders import TERMS, a_dispense_order, an_order, packs
from tests.running import Running
from tilts.exchange.dispensing import Presented, dispense, find
from tilts.exchange.prescriptions import prescribe
from tilts.lab.environment import Environment
from tilts.party import Party
from tilts.store.prescriptions import lines_of_prescription, present
from tilts.store.records import LineRecord
from tilts.store.tx import Database, Tx


@dataclass
class Counter:
    """A doctor who prescribes and pharmacies that hand out, all of the running exchange."""

    exchange: Running | Environment

    def party(self, client: str, **facts: Any) -> Party:
        told = self.exchange.facts["clients"][client]
        known: dict[str, Any] = {
            "client_id": told["client_id"],
            "organization_id": UUID(told["org"]),
            "organization_name": told["name"],
            "kind": told["kind"],
            "site": told["site"],
            "purpose": "TREAT",
            "scopes": frozenset(),
            "token_id": "token",
            "practitioner_id": UUID(told["practitioner"]) if told["practitioner"] else None,
            "role_id": UUID(told["role"]) if told["role"] else None,
            "role_code": "doctor" if told["kind"] in ("practice", "hospital") else "pharmacist",
        }
        return Party(**{**known, **facts})

    @property
    def doctor(self) -> Party:
        return self.party("practice")

    def till(self, number: int = 0, client: str = "pharmacy") -> Party:
        """A system of a pharmacy; each is a holder of its own."""
        return self.party(client, client_id=f"till-{number}")

    @property
    def patient(self) -> dict[str, Any]:
        found: dict[str, Any] = next(person for person in self.exchange.facts["persons"] if person["code"])
        return found

    @property
    def patient_id(self) -> UUID:
        return UUID(self.patient["patient"])

    def presented(self, line: LineRecord) -> Presented:
        return Presented(line.number, self.patient["family"], " ".join(self.patient["given"]))

    async def prescribed(self, tx: Tx, now: datetime, value: str = "1", **facts: Any) -> LineRecord:
        """One line, presented to both pharmacies; of one pack unless said otherwise."""
        doctor = self.doctor
        order = an_order(
            **{
                "patient_id": self.patient_id,
                "requester": f"PractitionerRole/{doctor.role_id}",
                "quantity": packs(value),
                "repeats": 0,
                "document": a_request_document(self.patient_id),
                **facts,
            }
        )
        done = await prescribe(tx, [order], doctor, now, TERMS, None)
        for client in ("pharmacy", "second-pharmacy"):
            presented_to = self.party(client).organization_id
            await present(tx, done.prescription.prescription_id, presented_to, now + TERMS.presentation * 100)
        return done.lines[0]

    async def hand_out(
        self, tx: Tx, line: LineRecord, party: Party, now: datetime, value: str = "1"
    ) -> LineRecord:
        return (await self.hand_over(tx, line, party, now, value))[1]

    async def hand_over(
        self, tx: Tx, line: LineRecord, party: Party, now: datetime, value: str
    ) -> tuple[dict[str, Any], LineRecord]:
        order = a_dispense_order(
            document={
                "resourceType": "MedicationDispense",
                "status": "completed",
                "medicationCodeableConcept": {"text": "Paraugols 500 mg"},
                "subject": {"reference": f"Patient/{line.patient_id}"},
                "identifier": [{"system": "urn:test", "value": str(uuid4())}],
                "authorizingPrescription": [{"reference": f"MedicationRequest/{line.line_id}"}],
            },
            line_id=line.line_id,
            task_id=line.task_id if line.issues > 1 else None,
            patient_id=line.patient_id,
            quantity=packs(value),
        )
        return await dispense(tx, order, party, now, TERMS, None)

    async def find(self, tx: Tx, line: LineRecord, party: Party, now: datetime) -> list[LineRecord]:
        return await find(tx, self.presented(line), party, now, TERMS)


def a_request_document(patient_id: UUID) -> dict[str, Any]:
    """What was received: whole, because what is kept is shown to whoever may see it."""
    return {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": "Paraugols 500 mg"},
        "subject": {"reference": f"Patient/{patient_id}"},
    }


async def stored_line(database: Database, line: LineRecord) -> LineRecord:
    """The row as it stands, whoever looks."""
    async with database.transaction() as tx:
        found = await lines_of_prescription(tx, line.prescription_id)
        return next(row for row in found if row.line_id == line.line_id)


async def rows(database: Database, statement: Any, **values: object) -> list[dict[str, Any]]:
    async with database.transaction() as tx, tx.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement, values)
        return await cursor.fetchall()


async def handed_out(database: Database, line: LineRecord) -> Decimal:
    """The sum over the dispenses themselves, not the balance on the line."""
    statement = (
        "SELECT coalesce(sum(quantity), 0) AS value FROM dispense d WHERE line_id = %(line_id)s"
        " AND state <> 'withdrawn' AND NOT EXISTS (SELECT FROM dispense n WHERE n.dispense_id = d.dispense_id"
        " AND n.version > d.version)"
    )
    [found] = await rows(database, statement, line_id=line.line_id)
    value: Decimal = found["value"]
    return value
