"""What all pages of a prescriber share: the institution's prescriptions through its own eyes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from tilts.access.routes import Call
from tilts.exchange.prescriptions import viewer_of
from tilts.party import Party
from tilts.portal.resident.prescription_views import ShownPrescription, shown_one
from tilts.rules import Language, Refusal
from tilts.rules.wire import WIRE_NOT_FOUND
from tilts.store.records import Viewer
from tilts.store.tx import Tx

HERE: Final = "/practice"


@dataclass(frozen=True, slots=True)
class Looking:
    """An admitted call as the views of prescriptions want it."""

    tx: Tx
    viewer: Viewer
    party: Party
    now: datetime


def looking(call: Call) -> Looking:
    return Looking(call.tx, viewer_of(call.party, call.now), call.party, call.now)


async def own_prescription(call: Call, task_id: UUID, language: Language) -> ShownPrescription:
    """The whole prescription of which this is an issue, if this institution wrote it; else it is not there."""
    shown = await shown_one(looking(call), task_id, language)
    if shown is None or shown.first.organization_id != call.party.organization_id:
        raise Refusal(WIRE_NOT_FOUND)
    line = shown.first
    call.concerns(line.patient_id, "MedicationRequest", line.line_id, line.basis)
    return shown
