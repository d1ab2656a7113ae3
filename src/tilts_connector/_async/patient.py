"""A patient in the portal: sees who looked at their data, and their prescriptions."""

from tilts_connector._async.exchange import AsyncExchange
from tilts_connector.accesses import Access, access_of
from tilts_connector.credentials import Actor
from tilts_connector.lines import lines_of
from tilts_connector.prescriptions import Prescription, prescriptions_of


class AsyncPatientPortal:
    """
    What the portal asks for a patient who has identified themselves.

    The client of the exchange given must be registered as a portal. Each patient gets a token of their own,
    for the purpose PATRQT.
    """

    def __init__(self, exchange: AsyncExchange) -> None:
        self._exchange = exchange

    async def accesses(self, patient_id: str) -> list[Access]:
        """
        Every access to the data of this patient, newest first, refused ones included.

        Raises:
            Refused: This client is no portal.
            Unreachable: No usable answer; safe to repeat.

        Source: IHE BALP (AuditEvent); docs/reference/wire.md, Reading.
        """
        exchange = self._for(patient_id)
        events = await exchange.matches("AuditEvent", {"patient": f"Patient/{patient_id}"})
        return [access_of(event) for event in events]

    async def prescriptions(self, patient_id: str) -> list[Prescription]:
        """
        All prescriptions of this patient, newest first, with their state now.

        Raises:
            Refused: This client is no portal.
            Unreachable: No usable answer; safe to repeat.
        """
        exchange = self._for(patient_id)
        tasks = await exchange.matches("Task", {"patient": f"Patient/{patient_id}"})
        requests = await exchange.matches("MedicationRequest", {"patient": f"Patient/{patient_id}"})
        return prescriptions_of(lines_of(tasks, requests))

    def _for(self, patient_id: str) -> AsyncExchange:
        return self._exchange.acting_as(Actor(purpose="PATRQT", patient_id=patient_id))
