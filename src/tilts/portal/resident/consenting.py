"""What a resident wrote in a form -> the Consent that the exchange is asked to hold to, as a system would send it."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID

from starlette.datastructures import FormData

from tilts.access.permission.letters import tell_giver
from tilts.access.residents import Seat, has_ended
from tilts.clock import RIGA
from tilts.exchange import consents
from tilts.exchange.consents import KINDS, ConsentOrder
from tilts.onboarding.mail.room import MailRoom
from tilts.portal.persons import ShownLine
from tilts.portal.resident.room import uuid_in
from tilts.rules import Refusal
from tilts.rules.trust.consent import CNS_ENDED
from tilts.rules.wire import WIRE_NOT_FOUND
from tilts.store import consents as store
from tilts.store.consents import ConsentRecord
from tilts.store.records import AuditSubject

HL7: Final = "http://terminology.hl7.org/CodeSystem"
UUIDS: Final = "urn:ietf:rfc:3986"  # FHIR R4 datatypes.html#Identifier: a URI as an identifier
# Where the exchange says what is wrong, and which field of our forms that is.
FIELDS: Final = {
    "Consent.provision.period": "until",
    "Consent.provision.data": "document",
    "Consent.provision.actor": "code",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """A ban or a delegation as a resident wants it."""

    kind: str  # ban, delegation, collection
    patient_id: UUID
    key: UUID  # the form's: the sender's own identifier
    documents: tuple[UUID, ...] = ()  # of prescriptions; none: everything
    group: str = ""
    never: bool = False
    grantee_id: UUID | None = None
    until: date | None = None  # the last day


def order_of(wish: Wish, canonical_base: str) -> ConsentOrder:
    return ConsentOrder(
        document=document_of(wish, canonical_base),
        status="active",
        kind=wish.kind,
        patient_id=wish.patient_id,
        provision=KINDS[wish.kind],
        plain=True,
        named=tuple(("MedicationRequest", one) for one in wish.documents),
        group=wish.group or None,
        never=wish.never,
        grantee_id=wish.grantee_id,
        ends_at=datetime.combine(wish.until, time.max, RIGA) if wish.until else None,
    )


def document_of(wish: Wish, canonical_base: str) -> dict[str, Any]:
    """A Consent that meets the profile tilts-consent."""

    def concept(system: str, code: str) -> dict[str, Any]:
        return {"coding": [{"system": system, "code": code}]}

    actor: dict[str, Any] | None = None
    if wish.grantee_id:
        actor = {"reference": f"Patient/{wish.grantee_id}"}
    elif wish.group:
        actor = {
            "identifier": {"system": f"{canonical_base}/CodeSystem/organization-kind", "value": wish.group}
        }
    provision: dict[str, Any] = {"type": KINDS[wish.kind]}
    if wish.until:
        provision["period"] = {"end": wish.until.isoformat()}
    if actor:
        provision["actor"] = [{"role": concept(f"{HL7}/v3-RoleCode", "DELEGATEE"), "reference": actor}]
    if wish.never:
        provision["purpose"] = [{"system": f"{HL7}/v3-ActReason", "code": "BTG"}]
    if wish.documents:
        provision["data"] = [
            {"meaning": "instance", "reference": {"reference": f"MedicationRequest/{one}"}}
            for one in wish.documents
        ]
    return {
        "resourceType": "Consent",
        "identifier": [{"system": UUIDS, "value": f"urn:uuid:{wish.key}"}],
        "status": "active",
        "scope": concept(f"{HL7}/consentscope", "patient-privacy"),
        "category": [concept(f"{canonical_base}/CodeSystem/consent-kind", wish.kind)],
        "patient": {"reference": f"Patient/{wish.patient_id}"},
        "policy": [{"uri": f"{canonical_base}/policy/patient-control"}],
        "provision": provision,
    }


def at_field(no: Refusal) -> Refusal:
    """The same "no", at the field of our form that it is about."""
    named = tuple(FIELDS.get(one, one) for one in no.expressions)
    return Refusal(no.rule, expressions=named, **no.facts)


@dataclass(slots=True)
class Prescribed:
    """One prescription to choose from, with the medicines of its lines."""

    prescription_id: UUID
    request_id: UUID  # by which a consent names it: the content of one of its lines
    line: ShownLine
    medicines: list[str] = field(default_factory=list)


def prescribed(lines: list[ShownLine]) -> list[Prescribed]:
    found: dict[UUID, Prescribed] = {}
    for one in lines:
        line = one.line
        known = found.setdefault(line.prescription_id, Prescribed(line.prescription_id, line.line_id, one))
        if one.medicine:
            known.medicines.append(one.medicine)
    return list(found.values())


def chosen_in(form: FormData, name: str) -> tuple[UUID, ...]:
    """What was ticked; what is no id names nothing, and the exchange says so."""
    values = [one for one in form.getlist(name) if isinstance(one, str)]
    return tuple(dict.fromkeys(uuid_in(one) or UUID(int=0) for one in values))


@dataclass(frozen=True, slots=True)
class ShownConsent:
    record: ConsentRecord
    grantee: str
    documents: list[Prescribed]

    @property
    def others(self) -> int:
        """Documents named that are not among the prescriptions shown."""
        return len(self.record.document_ids) - len(self.documents)


def shown(
    records: list[ConsentRecord], names: dict[UUID, str], documents: list[Prescribed]
) -> list[ShownConsent]:
    by_id = {one.prescription_id: one for one in documents}
    return [
        ShownConsent(
            record=record,
            grantee=names.get(record.grantee_id, "") if record.grantee_id else "",
            documents=[by_id[one] for one in record.document_ids if one in by_id],
        )
        for record in records
    ]


def holds(record: ConsentRecord, now: datetime) -> bool:
    return not has_ended(record, now)


async def recorded(seat: Seat, wish: Wish, canonical_base: str) -> UUID:
    document = await consents.record(seat.tx, order_of(wish, canonical_base), seat.giver, seat.now)
    return UUID(document["id"])


async def ended(seat: Seat, consent_id: UUID | None, kinds: tuple[str, ...]) -> None:
    """Ends the patient's consent if it is one of these kinds; what has ended already is left so."""
    records = await consents.of_patient(seat.tx, seat.patient_id)
    found = next((one for one in records if one.consent_id == consent_id and one.kind in kinds), None)
    if found is None:
        raise Refusal(WIRE_NOT_FOUND)
    try:
        await consents.end(seat.tx, found.consent_id, seat.giver, seat.now)
    except Refusal as no:
        if no.rule is not CNS_ENDED:
            raise


async def given_up(seat: Seat, consent_id: UUID | None, letters: MailRoom) -> None:
    """Ends what somebody gave to the resident at the screen; what has ended already is left so."""
    found = await store.find(seat.tx, consent_id) if consent_id else None
    if found is None or not seat.giver.gives_up(found):
        raise Refusal(WIRE_NOT_FOUND)
    seat.others.append(AuditSubject(found.patient_id, "Consent", found.consent_id, basis="delegate"))
    if has_ended(found, seat.now):
        return
    await consents.end(seat.tx, found.consent_id, seat.giver, seat.now)
    await tell_giver(seat.tx, letters, found, seat.now)
