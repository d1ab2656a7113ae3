"""Letters about a patient's data: to whom, as the registers have the address. None says anything of health or a person."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tilts.clock import shown
from tilts.onboarding.mail.addressing import known_address
from tilts.onboarding.mail.composing import Letter, Template, from_template
from tilts.onboarding.mail.posting import queue_mail
from tilts.onboarding.mail.room import MailRoom
from tilts.store import resources
from tilts.store.consents import ConsentRecord
from tilts.store.tx import Tx
from tilts_fhir.json_strict import decode

OFFICER: Final = "PRIVACY"  # code of Organization.contact.purpose; else the organisation's own address


async def write(
    tx: Tx, room: MailRoom | None, to: tuple[str, UUID], name: Template, now: datetime, **facts: str
) -> None:
    """To the address of an entry of a register (type, id); to nobody where none is known."""
    row = await resources.read(tx, *to, None)
    address = address_in(decode(row.body)) if row is not None else None
    if address is None or room is None:
        return
    subject, text = from_template(name, **facts)
    letter = Letter(to=address, subject=subject, text=text, desk="contract", automatic=True)
    await queue_mail(tx, letter, room, now)


async def tell_giver(tx: Tx, room: MailRoom | None, record: ConsentRecord, now: datetime) -> None:
    """The person whom the patient named has given it up; who it was stands in the list of accesses."""
    facts = {"reference": str(record.consent_id), "at": shown(now)}
    await write(tx, room, ("Patient", record.patient_id), "given-up", now, **facts)


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
