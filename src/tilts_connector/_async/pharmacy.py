"""A pharmacy: finds the prescription that is presented, claims a line, hands out, gives back the rest."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import uuid4

from tilts_connector._async.exchange import AsyncExchange
from tilts_connector._core import Resource, page_of, parameters_of
from tilts_connector.dispenses import (
    Dispensed,
    ReleaseReason,
    dispensed_of,
    in_unit_of,
    medication_dispense,
    outage_dispense,
)
from tilts_connector.lines import Line, line_of, lines_of
from tilts_connector.prescriptions import own_identifier, role_reference
from tilts_connector.quantities import Quantity
from tilts_connector.sheets import SheetKeys, VerifiedSheet


class AsyncPharmacy:
    """What a pharmacy's system asks of the exchange; the pharmacist is the `actor` of the exchange given."""

    def __init__(self, exchange: AsyncExchange) -> None:
        self._exchange = exchange

    async def find(self, number: str, family: str, given: str) -> list[Line]:
        """
        The lines of a prescription that a person presents; empty for a wrong number or a wrong name.

        Wrong numbers and names are counted, so ask the person again before you try variants.

        Args:
            number: As on the prescription: `7K3M-Q2XR-9TBV`.
            family: Family name of the patient.
            given: Given name of the patient.

        Returns:
            Each line with its content, state, what remains, and what you may do with it.

        Raises:
            Refused: Finding is not allowed to you, or closed for now after too many wrong names.
            Unreachable: No usable answer; safe to repeat.

        Source: docs/reference/wire.md, Writing.
        """
        words = {"number": number.strip(), "family": family.strip(), "given": given.strip()}
        parameters = parameters_of(**{name: {"valueString": word} for name, word in words.items()})
        found = page_of(await self._exchange.operation("Task/$find", parameters))
        return lines_of(found.matches, found.included)

    async def state(self, task_id: str) -> Line:
        """
        How a line stands now.

        Raises:
            Refused: Status 404 for a line that was not presented to you.
            Unreachable: No usable answer; safe to repeat.
        """
        return line_of(await self._exchange.read("Task", task_id))

    async def claim(self, task_id: str, key: str | None = None) -> Line:
        """
        Hold a line, so that no other pharmacy hands it out meanwhile.

        Safe to repeat: again by the same holder is the same answer. A claim is held for two hours
        (`Line.held_until`); the first dispense replaces that by the hand-over period.

        Raises:
            Refused: Status 409 if another pharmacy holds it or its state does not allow it; `facts` name
                `holder`, `since` and `lease-until`.
            Unreachable: No usable answer; repeat with the same key (`Unreachable.key`).

        Source: docs/reference/wire.md, Writing.
        """
        return line_of(await self._exchange.operation(f"Task/{task_id}/$claim", None, key))

    async def dispense(
        self, line: Line, quantity: Quantity | Decimal | int, identifier: str | None = None
    ) -> Dispensed:
        """
        Hand out from a line that you hold, once.

        Safe to repeat: with the same `identifier` the exchange answers as the first time and hands out
        nothing more. Make one identifier for each counter event and keep it until an answer has come.

        Args:
            line: From `find` or `claim`.
            quantity: Handed over now; a bare number counts in the unit that was prescribed.
            identifier: Your own, unique in your organisation. Default: a new one, which
                `Unreachable.key` gives back.

        Raises:
            Refused: The answer is "no" and will stay "no": not held by you, or more than remains;
                `rule_id` says which rule.
            Unreachable: No usable answer; repeat with the same identifier.
            Misused: A float, or no pharmacist to sign for.

        Source: FHIR R4 MedicationDispense; docs/reference/wire.md, Writing.
        """
        identifier = identifier or str(uuid4())
        if line.medication_request is None:
            request = await self._exchange.read("MedicationRequest", line.medication_request_id)
            line = replace(line, medication_request=request)
        amount = in_unit_of(line, quantity)
        organization_id = self._exchange.credentials.organization_id
        body = medication_dispense(line, amount, identifier, self._exchange.actor, organization_id)
        return dispensed_of(await self._exchange.create(body), line, identifier)

    async def release(self, task_id: str, reason: ReleaseReason, key: str | None = None) -> Line:
        """
        Give a line back: what remains of it is open to all pharmacies.

        Raises:
            Refused: Status 409 if you do not hold it.
            Unreachable: No usable answer; repeat with the same key (`Unreachable.key`).

        Source: docs/reference/wire.md, Writing.
        """
        parameters = parameters_of(reason={"valueCode": reason})
        return line_of(await self._exchange.operation(f"Task/{task_id}/$release", parameters, key))

    async def sheet_keys(self, now: datetime) -> SheetKeys:
        """
        The keys by which printed prescriptions are verified; keep them for the day without a network.

        Fetch them anew each day: `SheetKeys.save(path)`, later `SheetKeys.load(path)` and `verify_sheet`.

        Args:
            now: The moment of fetching, with a time zone; it is kept with the keys.

        Raises:
            Unreachable: No usable answer; safe to repeat.
        """
        answer = await self._exchange.beside(".well-known/prescription-keys.json")
        return SheetKeys.published(answer.json(), now)

    async def reconcile(
        self,
        sheet: VerifiedSheet,
        quantity: Decimal | int,
        handed_over_at: datetime,
        identifier: str,
        batch: str | None = None,
    ) -> Resource:
        """
        Tell what was handed out by a printed sheet while the exchange could not be reached, once for each sheet.

        Safe to repeat: the same sheet with the same identifier is answered as the first time.

        Args:
            sheet: As it was verified then.
            quantity: Handed over then, in the unit of the sheet.
            handed_over_at: With its time zone.
            identifier: Your own, unique in your organisation; also the key of the call.
            batch: Of what was handed out, if it is known.

        Returns:
            The MedicationDispense as recorded.

        Raises:
            Refused: DSP-043: it cannot be counted, and is kept as the conflict that `facts["number"]` names; any
                other rule: mend what was sent.
            Unreachable: No usable answer; repeat.
        """
        actor, organization_id = self._exchange.actor, self._exchange.credentials.organization_id
        body = {
            **outage_dispense(sheet, Decimal(quantity), handed_over_at, batch),
            "identifier": [own_identifier(organization_id, identifier)],
            "performer": [{"actor": role_reference(actor)}],
        }
        parameters = parameters_of(code={"valueString": sheet.token}, dispense={"resource": body})
        return await self._exchange.operation("Task/$reconcile", parameters, identifier, signed=True)
