"""Products of a register that a test puts there itself, prescribed and handed out through the doors."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID, uuid4

from tests.builders import TERMS, a_dispense_order
from tests.exchange.counter import Counter, a_request_document
from tilts.exchange.dispensing import DispenseOrder, claim, dispense
from tilts.store.medicines import register
from tilts.store.medicines.records import Medicine, Reimbursed
from tilts.store.prescriptions import all_issues
from tilts.store.records import LineRecord, Quantity
from tilts.store.tx import Tx

NOW: Final = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PUBLISHED: Final = date(2026, 1, 1)  # of the invented register, which every sandbox has
BRAND: Final = Medicine(
    "T-A30",
    "Arda",
    "ardums",
    "10 mg",
    "tabletes",
    holder="SIA A",
    units=Decimal(30),
    unit="{tablet}",
    may_open=True,
    substitutes="T-G",
    price=Decimal("3.00"),
    reimbursed=(Reimbursed("U90.0", "A", 75),),
)
LARGER: Final = replace(BRAND, product_id="T-A60", units=Decimal(60), price=Decimal("6.60"))
OTHER: Final = replace(BRAND, product_id="T-B30", name="Belda", holder="SIA B", price=Decimal("2.70"))
CLOSED: Final = replace(OTHER, product_id="T-B28", units=Decimal(28), may_open=False)
STRANGE: Final = replace(BRAND, product_id="T-C30", name="Cela", holder="SIA C", substitutes="T-H")
UNCOUNTED: Final = replace(BRAND, product_id="T-A?", units=None)
GONE: Final = replace(BRAND, product_id="T-Z30", sold_until=date(2026, 2, 1))
ALL: Final = (BRAND, LARGER, OTHER, CLOSED, STRANGE, UNCOUNTED, GONE)


def tablets(value: str | Decimal) -> Quantity:
    return Quantity(Decimal(value), "tablete", "http://unitsofmeasure.org", "{tablet}")


def coded(medicine: Medicine | None, how: str = "") -> dict[str, Any]:
    if medicine is None:
        return {"text": "Paraugols 500 mg"}
    return {"coding": [{"system": f"{TERMS.medicine_system}{how}", "code": medicine.product_id}]}


@dataclass
class Shelf(Counter):
    """Within one transaction, undone at its end."""

    tx: Tx

    async def fill(self, medicines: Sequence[Medicine] = ALL) -> None:
        await register.add(self.tx, medicines, PUBLISHED)

    async def line(
        self, medicine: Medicine | None, quantity: Quantity, how: str = "", **more: Any
    ) -> LineRecord:
        """Prescribed and claimed by the first till."""
        document = {
            **a_request_document(self.patient_id),
            "medicationCodeableConcept": coded(medicine, how),
            **more,
        }
        line = await self.prescribed(self.tx, NOW, quantity=quantity, document=document)
        return await claim(self.tx, line.task_id, self.till(), NOW, TERMS, None)

    def order(
        self, line: LineRecord, medicine: Medicine | None, quantity: Quantity, **more: Any
    ) -> DispenseOrder:
        document = {
            "resourceType": "MedicationDispense",
            "status": "completed",
            "medicationCodeableConcept": coded(medicine),
            "subject": {"reference": f"Patient/{line.patient_id}"},
            "identifier": [{"system": "urn:test", "value": str(uuid4())}],
            "authorizingPrescription": [{"reference": f"MedicationRequest/{line.line_id}"}],
            **more,
        }
        return a_dispense_order(
            document=document, line_id=line.line_id, patient_id=line.patient_id, quantity=quantity
        )

    async def out(
        self, line: LineRecord, medicine: Medicine | None, quantity: Quantity, **more: Any
    ) -> tuple[UUID, LineRecord]:
        order = self.order(line, medicine, quantity, **more)
        document, after = await dispense(self.tx, order, self.till(), NOW, TERMS, None)
        return UUID(document["id"]), after

    async def stored(self, line: LineRecord) -> LineRecord:
        [found] = await all_issues(self.tx, line.line_id)
        return found
