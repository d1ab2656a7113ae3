"""A practice: finds its patients, prescribes, sees what became of it, cancels."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import uuid4

from tilts_connector._async.exchange import AsyncExchange
from tilts_connector._core import Resource, parameters_of
from tilts_connector.errors import Misused
from tilts_connector.lines import Line, line_of, lines_of
from tilts_connector.persons import Person, compact_person_code, person_of
from tilts_connector.prescriptions import (
    CancelReason,
    Prescription,
    PrescriptionOrder,
    created_ids,
    medication_request,
    prescription_bundle,
    prescription_of,
    prescriptions_of,
    with_identifier,
    with_ids,
)


class AsyncPractice:
    """What a doctor's system asks of the exchange; the practitioner is the `actor` of the exchange given."""

    def __init__(self, exchange: AsyncExchange) -> None:
        self._exchange = exchange

    async def find_patient(self, person_code: str) -> Person:
        """
        The patient with this person code.

        Args:
            person_code: Eleven digits, with or without the hyphen. It travels in the body only.

        Raises:
            Refused: Status 404 if the register knows nobody with this code.
            Unreachable: No usable answer; safe to repeat.
            Misused: Not eleven digits.

        Source: docs/reference/wire.md, Reading.
        """
        system = self._exchange.options.vocabulary.person_code
        code = compact_person_code(person_code)
        return person_of(await self._exchange.by_identity("Patient", system, code))

    async def find_patients(self, family: str, given: str, birthdate: date) -> list[Person]:
        """
        The patients with this name, born on this day; empty if there are none.

        Raises:
            Refused: The search is not allowed to you.
            Unreachable: No usable answer; safe to repeat.
        """
        params = {"family": family, "given": given, "birthdate": birthdate.isoformat()}
        return [person_of(patient) for patient in await self._exchange.matches("Patient", params)]

    async def prescribe(self, patient_id: str, order: PrescriptionOrder) -> Prescription:
        """
        Prescribe one medicine, once.

        Safe to repeat: with the same `order.identifier` the exchange answers as the first time. Leave it
        out and `Unreachable.key` tells the one that was made: `replace(order, identifier=error.key)`.

        Args:
            patient_id: Logical id of the Patient, without the type.
            order: What to prescribe.

        Returns:
            The number for the patient, and the line with its Task.

        Raises:
            Refused: The order breaks a rule, named by `rule_id`; IDM-002 for an identifier used otherwise.
            Unreachable: No usable answer; repeat with the same identifier.
            Misused: The exchange object has no practitioner to sign for.

        Source: docs/reference/wire.md, Writing; FHIR R4 MedicationRequest.
        """
        created = await self._exchange.create(self._request(with_identifier(order), patient_id))
        return await self._prescription([created])

    async def prescribe_several(
        self, patient_id: str, orders: Sequence[PrescriptionOrder], key: str | None = None
    ) -> Prescription:
        """
        Prescribe several medicines under one number: all of them or none.

        Args:
            patient_id: Logical id of the Patient, without the type.
            orders: The lines, in the order in which the patient sees them.
            key: 1 to 60 visible characters; the same key with the same orders is the same prescription.
                Default: a new one, which `Unreachable.key` gives back.

        Raises:
            Refused: One line breaks a rule, and nothing was prescribed; IDM-002 for a key used otherwise.
            Unreachable: No usable answer; repeat with the same key.
            Misused: No orders, or no practitioner to sign for.

        Source: docs/reference/wire.md, Writing; FHIR R4 http.html#transaction.
        """
        if not orders:
            raise Misused("nothing to prescribe")
        key = key or str(uuid4())
        # Made from the key, so that a repetition with the same key has the same bytes.
        numbered = [
            replace(order, identifier=order.identifier or f"{key}-{n}") for n, order in enumerate(orders)
        ]
        requests = [self._request(order, patient_id) for order in numbered]
        bundle = prescription_bundle(requests, self._exchange.credentials.organization_id, key)
        ids = created_ids(await self._exchange.transaction(bundle, key))
        return await self._prescription(with_ids(requests, ids))

    async def my_prescriptions(self, patient_id: str) -> list[Prescription]:
        """
        What your organisation prescribed for this patient, newest first, with its state now.

        Raises:
            Refused: The search is not allowed to you.
            Unreachable: No usable answer; safe to repeat.
        """
        tasks = await self._exchange.matches("Task", {"patient": f"Patient/{patient_id}"})
        requests = await self._exchange.matches("MedicationRequest", {"patient": f"Patient/{patient_id}"})
        return prescriptions_of(lines_of(tasks, requests))

    async def state(self, task_id: str) -> Line:
        """
        How a line stands now; `Line.state`, `Line.remaining`, `Line.may("cancel")`.

        Raises:
            Refused: Status 404 for a line that is not yours.
            Unreachable: No usable answer; safe to repeat.
        """
        return line_of(await self._exchange.read("Task", task_id))

    async def cancel(self, task_id: str, reason: CancelReason, key: str | None = None) -> Line:
        """
        Cancel a line that nobody holds and of which nothing was handed out.

        Raises:
            Refused: Status 409 if its state does not allow it; `facts` say who holds it.
            Unreachable: No usable answer; repeat with the same key (`Unreachable.key`).

        Source: docs/reference/wire.md, Writing.
        """
        parameters = parameters_of(reason={"valueCode": reason})
        return line_of(await self._exchange.operation(f"Task/{task_id}/$cancel", parameters, key))

    def _request(self, order: PrescriptionOrder, patient_id: str) -> Resource:
        organization_id = self._exchange.credentials.organization_id
        return medication_request(order, patient_id, self._exchange.actor, organization_id)

    async def _prescription(self, requests: Sequence[Resource]) -> Prescription:
        """The exchange makes one Task for each line; `focus` finds them for the prescriber."""
        focus = ",".join(f"MedicationRequest/{request['id']}" for request in requests)
        tasks = await self._exchange.matches("Task", {"focus": focus})
        return prescription_of(lines_of(tasks, requests), requests)
