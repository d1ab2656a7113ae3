"""Break-glass as a whole: the patient is opened, and with it the patient and the privacy officer are told.

The letters stand in the outbox when the transaction commits. Neither says anything of health or of a person: they
carry a reference, and the patient sees the rest in the list of accesses.
"""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from tilts.access.permission.terms import figure_of, hours_of
from tilts.access.routes import Call
from tilts.clock import shown
from tilts.exchange.emergencies import GlassTerms, break_glass, check_words
from tilts.onboarding.mail.addressing import known_address
from tilts.onboarding.mail.composing import Letter, Template, from_template
from tilts.onboarding.mail.posting import queue_mail
from tilts.store import resources
from tilts.store.doors.glass import GlassRecord
from tilts_fhir.json_strict import decode

OFFICER: Final = "PRIVACY"  # code of Organization.contact.purpose; else the organisation's own address


async def open_in_emergency(call: Call, patient_id: UUID, reason: str, confirmed: bool) -> GlassRecord:
    written = check_words(reason, confirmed)
    terms = GlassTerms(
        open_for=timedelta(hours=hours_of("emergency", call.now)),
        counted_for=timedelta(hours=hours_of("emergencies-counted", call.now)),
        most=figure_of("emergencies-counted", "most", call.now),
    )
    glass, new = await break_glass(call.tx, patient_id, written, call.party, call.now, terms)
    call.concerns(patient_id, "Patient", patient_id, "emergency")
    call.detail["glass"] = str(glass.glass_id)
    if new:
        await tell(call, glass, "Patient", patient_id, "glass-patient")
        await tell(call, glass, "Organization", glass.organization_id, "glass-officer")
    return glass


async def tell(call: Call, glass: GlassRecord, resource_type: str, resource_id: UUID, name: Template) -> None:
    row = await resources.read(call.tx, resource_type, resource_id, None)
    address = address_in(decode(row.body)) if row is not None else None
    if address is None or call.room is None:
        return
    subject, text = from_template(
        name,
        reference=str(glass.glass_id),
        at=shown(glass.opened_at),
        organization=call.party.organization_name,
    )
    letter = Letter(to=address, subject=subject, text=text, desk="contract", automatic=True)
    await queue_mail(call.tx, letter, call.room, call.now)


def address_in(resource: dict[str, Any]) -> str | None:
    """The e-mail of a contact for privacy, else the first of the entry itself."""
    officers = [
        contact
        for contact in resource.get("contact", ())
        if any(one.get("code") == OFFICER for one in contact.get("purpose", {}).get("coding", ()))
    ]
    for holder in (*officers, resource):
        for telecom in holder.get("telecom", ()):
            if telecom.get("system") == "email" and (found := known_address(telecom.get("value", ""))):
                return found
    return None
