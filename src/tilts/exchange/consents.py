"""Bans and delegations: what a patient forbids institutions, and whom they let act.

    load (store)  ->  decide (here, pure)  ->  save (store)

They hold from the moment of the commit: sight reads the rows that are saved here (store/sight.py). The same doors
for the portal's pages: `record`, `end`, `of_patient`.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tilts.exchange import documents
from tilts.exchange.documents import Belonging
from tilts.ids import new_id
from tilts.indexing import token_hash
from tilts.rules import Named, Refusal
from tilts.rules.trust.consent import (
    CNS_DOCUMENT_UNKNOWN,
    CNS_ENDED,
    CNS_GRANTEE_UNKNOWN,
    CNS_NO_EVIDENCE,
    CNS_NOT_UNDERSTOOD,
    CNS_NOT_YOURS,
    CNS_ONE_PATIENT,
    CNS_PERIOD,
)
from tilts.rules.wire import WIRE_NOT_FOUND, WIRE_VERSION_DIFFERS
from tilts.store import connections, registers, resources
from tilts.store import consents as store
from tilts.store.consents import ConsentRecord
from tilts.store.records import Viewer
from tilts.store.tx import Tx
from tilts_fhir.json_strict import decode

KINDS: Final = {"ban": "deny", "delegation": "permit", "collection": "permit"}
GROUPS: Final = frozenset({"practice", "hospital"})  # pharmacies see only what the patient shows them
NAMEABLE: Final = ("MedicationRequest", "MedicationDispense")
MOST_DOCUMENTS: Final = 100


@dataclass(frozen=True, slots=True)
class Giver:
    """Who gives or ends a consent: somebody at the portal, or the authority with a paper in hand."""

    viewer: Viewer
    acting_as: str  # self, guardian, delegate; "" for the authority
    whole: bool = True  # of a delegate: all documents are open to them
    evidence: str = ""  # number of the paper
    at_desk: bool = False  # an officer with the paper: also of what the patient gave at the portal

    @property
    def person_id(self) -> UUID | None:
        """Who sits at the portal's screen."""
        return self.viewer.acting_patient_id or self.viewer.patient_id

    def gives_up(self, record: ConsentRecord) -> bool:
        """Whether it is the person named who ends it: nobody has to act for another."""
        return record.grantee_id is not None and record.grantee_id == self.person_id


@dataclass(frozen=True, slots=True)
class ConsentOrder:
    """A consent as somebody wants it; `document` is the Consent as received."""

    document: dict[str, Any]
    status: str
    kind: str
    patient_id: UUID | None
    provision: str  # deny or permit
    plain: bool  # one provision, with nothing beside what is read here
    named: tuple[tuple[str, UUID | None], ...] = ()  # documents by type and id; none: all
    group: str | None = None
    never: bool = False
    grantee_id: UUID | None = None
    grantee: tuple[str, str] | None = None  # identifier of who is named, where no id was given
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def decide(order: ConsentOrder, giver: Giver, now: datetime) -> ConsentRecord:
    """The whole rule, but for whether the persons and documents named exist."""
    check_giver(order.kind, order.patient_id, giver, whole=not order.named)
    check_content(order)
    starts_at = max(order.starts_at or now, now)
    if order.ends_at is not None and order.ends_at <= starts_at:
        raise Refusal(CNS_PERIOD, expressions=("Consent.provision.period",))
    assert order.patient_id is not None, "checked"
    return ConsentRecord(
        consent_id=new_id(),
        patient_id=order.patient_id,
        kind=order.kind,
        whole=not order.named,
        never=order.never,
        organization_kind=order.group,
        grantee_id=order.grantee_id,
        starts_at=starts_at,
        ends_at=order.ends_at,
        document_ids=(),
    )


def check_giver(kind: str, patient_id: UUID | None, giver: Giver, *, whole: bool) -> None:
    at_screen = giver.viewer.patient_id
    if patient_id is None or (at_screen is not None and patient_id != at_screen):
        raise Refusal(CNS_ONE_PATIENT, expressions=("Consent.patient",))
    if at_screen is None and giver.viewer.kind != "authority":
        raise Refusal(CNS_NOT_YOURS)
    if at_screen is None and not giver.evidence:
        raise Refusal(CNS_NO_EVIDENCE, expressions=("Consent.sourceReference",))
    # Who was let in by the patient lets nobody else in, and shuts out only from what they may see themselves.
    if giver.acting_as == "delegate" and (kind != "ban" or (whole and not giver.whole)):
        raise Refusal(CNS_NOT_YOURS)


def check_content(order: ConsentOrder) -> None:
    if order.status != "active":
        raise misfit("status", "it is not active", "tā nav aktīva (active)")
    if order.kind not in KINDS or order.provision != KINDS[order.kind]:
        kinds = "ban + deny, delegation + permit, collection + permit"
        raise misfit(
            "category",
            f"the kind does not fit the provision; {kinds}",
            f"veids neatbilst noteikumam; {kinds}",
        )
    if not order.plain:
        raise misfit("provision", "a provision has parts that are not read", "noteikumā ir daļas, ko nelasa")
    if order.kind != "ban" and (order.never or order.group):
        raise misfit(
            "provision", "only a ban names a purpose or a group", "mērķi vai grupu norāda tikai aizliegumā"
        )
    if order.group is not None and order.group not in GROUPS:
        raise misfit(
            "provision.actor", "the group is not practice or hospital", "grupa nav practice vai hospital"
        )
    if (order.kind == "ban") == (order.grantee_id is not None or order.grantee is not None):
        raise misfit(
            "provision.actor",
            "a ban names nobody, the others one person",
            "aizliegumā nenorāda nevienu, citur vienu",
        )
    if len(order.named) > MOST_DOCUMENTS or (order.kind == "collection" and order.named):
        raise misfit(
            "provision.data",
            "too many documents, or none may be named",
            "dokumentu par daudz, vai tos nenorāda",
        )


def misfit(element: str, en: str, lv: str) -> Refusal:
    return Refusal(CNS_NOT_UNDERSTOOD, expressions=(f"Consent.{element}",), fault=Named(en, en=en, lv=lv))


async def record(tx: Tx, order: ConsentOrder, giver: Giver, now: datetime) -> dict[str, Any]:
    """The door: the consent holds from the commit on; its document is kept as every document."""
    if order.grantee is not None and order.grantee_id is None:
        found = await registers.find_patient(tx, *order.grantee)
        if found is None:
            raise unknown_grantee()
        order = replace(order, grantee_id=found, grantee=None)
    decided = decide(order, giver, now)
    if not await connections.patient_exists(tx, decided.patient_id):
        raise Refusal(CNS_ONE_PATIENT, expressions=("Consent.patient",))
    if decided.grantee_id == decided.patient_id or (
        decided.grantee_id and not await connections.patient_exists(tx, decided.grantee_id)
    ):
        raise unknown_grantee()
    document_ids: set[UUID] = set()
    for resource_type, resource_id in order.named:
        document_ids.update(await covered(tx, resource_type, resource_id, giver, decided.patient_id))
    await store.add(tx, replace(decided, document_ids=sorted(document_ids)))
    # Who sits at the portal is nobody's organisation: else the portal's would have written everybody's.
    organization_id = giver.viewer.organization_id if giver.viewer.patient_id is None else None
    belonging = Belonging(decided.consent_id, decided.patient_id, organization_id, None)
    return await documents.keep(tx, given_by(order.document, giver), belonging, now)


async def covered(
    tx: Tx, resource_type: str, resource_id: UUID | None, giver: Giver, patient_id: UUID
) -> list[UUID]:
    """What a document named covers, if it is the patient's and, at the portal, seen there."""
    viewer = giver.viewer if giver.viewer.patient_id is not None else None
    row = None
    if resource_id is not None and resource_type in NAMEABLE:
        row = await resources.read(tx, resource_type, resource_id, viewer)
    if row is None or row.patient_id != patient_id:
        raise Refusal(CNS_DOCUMENT_UNKNOWN, expressions=("Consent.provision.data",))
    target = token_hash("Provenance", "target", f"{resource_type}/{row.resource_id}")
    return await store.covered(tx, patient_id, resource_type, row.resource_id, target)


def given_by(document: dict[str, Any], giver: Giver) -> dict[str, Any]:
    """Who gave it is what the token says; a paper is the patient's word."""
    person = giver.person_id
    return {**document, "performer": [{"reference": f"Patient/{person}"}]} if person else document


async def end(
    tx: Tx, consent_id: UUID, giver: Giver, now: datetime, if_match: int | None = None
) -> dict[str, Any]:
    """The door: from the commit on it holds no more; the consent and its history stay."""
    found = await store.find(tx, consent_id)
    given_up = found is not None and giver.gives_up(found)
    viewer = None if giver.at_desk or given_up else giver.viewer
    if found is None or await resources.read(tx, "Consent", consent_id, viewer) is None:
        raise Refusal(WIRE_NOT_FOUND)
    row = await resources.lock(tx, "Consent", consent_id)
    assert row is not None, "nothing is deleted"
    if if_match is not None and if_match != row.version:
        raise Refusal(WIRE_VERSION_DIFFERS, version=row.version)
    if not given_up:
        check_giver(found.kind, found.patient_id, giver, whole=found.whole)
    # Who waited for the lock may have begun before the one that ended it: the status knows, moments do not.
    if decode(row.body)["status"] != "active" or not await store.end(tx, consent_id, now):
        raise Refusal(CNS_ENDED)
    await documents.set_status(tx, "Consent", consent_id, "inactive", now)
    ended = await resources.lock(tx, "Consent", consent_id)
    assert ended is not None, "it was there a moment ago, and nothing is deleted"
    decoded: dict[str, Any] = decode(ended.body)
    return decoded


async def of_patient(tx: Tx, patient_id: UUID) -> list[ConsentRecord]:
    """All of a patient's, the newest first: for the portal's page."""
    return await store.of_patient(tx, patient_id)


def unknown_grantee() -> Refusal:
    return Refusal(CNS_GRANTEE_UNKNOWN, expressions=("Consent.provision.actor",))
