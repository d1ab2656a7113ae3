"""Break-glass as a whole: the patient is opened, and with it the patient and the privacy officer are told.

The letters stand in the outbox when the transaction commits. Neither says anything of health or of a person: they
carry a reference, and the patient sees the rest in the list of accesses.
"""

from datetime import timedelta
from uuid import UUID

from tilts.access.permission.letters import write
from tilts.access.permission.terms import figure_of, hours_of
from tilts.access.routes import Call
from tilts.clock import shown
from tilts.exchange.emergencies import GlassTerms, break_glass, check_words
from tilts.store.doors.glass import GlassRecord


async def open_in_emergency(call: Call, patient_id: UUID, reason: str, confirmed: bool) -> GlassRecord:
    written = check_words(reason, confirmed)
    terms = GlassTerms(
        open_for=timedelta(hours=hours_of("emergency", call.now)),
        counted_for=timedelta(hours=hours_of("emergencies-counted", call.now)),
        most=figure_of("emergencies-counted", "most", call.now),
    )
    glass, new = await break_glass(call.tx, patient_id, written, call.party, call.now, terms)
    call.concerns(patient_id, "Patient", patient_id, "emergency")
    if new:
        facts = {
            "reference": str(glass.glass_id),
            "at": shown(glass.opened_at),
            "organization": call.party.organization_name,
        }
        patient, institution = ("Patient", patient_id), ("Organization", glass.organization_id)
        await write(call.tx, call.room, patient, "glass-patient", call.now, **facts)
        await write(call.tx, call.room, institution, "glass-officer", call.now, **facts)
    return glass
