"""Bans and delegations that came on paper: an officer of the authority enters and ends them for whoever cannot sign in.

The person is named by code and name, both; the patient finds each look and each entry in their list of accesses.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID

from tilts.access.residents import Naming, PersonName, fits
from tilts.account import Account
from tilts.clock import RIGA, day_in_riga
from tilts.exchange import consents
from tilts.exchange.consents import ConsentOrder, Giver
from tilts.ids import read_prescription_number
from tilts.rules import Refusal
from tilts.rules.accounts import USR_NOT_FOR_THIS_ROLE
from tilts.rules.trust.consent import CNS_DOCUMENT_UNKNOWN, CNS_NO_EVIDENCE
from tilts.rules.trust.oversight import OVS_PERSON_UNKNOWN, OVS_RECEIVED_ON
from tilts.rules.wire import WIRE_NOT_FOUND
from tilts.store import registers, request_keys, resources
from tilts.store.doors import oversight
from tilts.store.records import AuditSubject, Viewer
from tilts.store.tx import Tx
from tilts.working_days import Term, due
from tilts_fhir.json_strict import decode

BASIS: Final = "register"
TERM: Final = Term(3, "working-days", "Latvia 2.1: an opinion on a draft; unverified")
MOST_DAYS_BACK: Final = 366
PAPERS: Final = "urn:tilts:paper"  # system of a paper's number


@dataclass(frozen=True, slots=True)
class Paper:
    """What was received: its number and the day it came; checked by `checked`."""

    number: str
    received_on: date | None

    def checked(self, now: datetime) -> "Paper":
        """Pure. Raises CNS-005, OVS-003."""
        if not self.number:
            raise Refusal(CNS_NO_EVIDENCE, expressions=("paper",))
        today = day_in_riga(now)
        back = (today - self.received_on).days if self.received_on else -1
        if not 0 <= back <= MOST_DAYS_BACK:
            raise Refusal(OVS_RECEIVED_ON, expressions=("received",), days=MOST_DAYS_BACK)
        return self


@dataclass(frozen=True, slots=True)
class Entered:
    """What is known of the paper of a consent that was entered from one."""

    number: str
    received_on: date | None

    @property
    def due_at(self) -> datetime | None:
        return due_at(self.received_on) if self.received_on else None


def due_at(received_on: date) -> datetime:
    """Until when it has to be entered: the last moment of the third working day."""
    return due(datetime.combine(received_on, time(12), RIGA), TERM)


def about(patient_id: UUID, data: str = "Consent", data_id: UUID | None = None) -> AuditSubject:
    return AuditSubject(patient_id, data, data_id, basis=BASIS)


async def person_named(tx: Tx, naming: Naming, field: str = "code") -> UUID:
    """Who is meant; a wrong code, a wrong name and nobody get one answer: OVS-002."""
    found = await registers.find_patient(tx, naming.system, naming.code)
    name = await name_of(tx, found) if found else None
    if found is None or name is None or not fits(naming, name):
        raise Refusal(OVS_PERSON_UNKNOWN, expressions=(field,))
    return found


async def name_of(tx: Tx, patient_id: UUID) -> PersonName | None:
    """As the register has it; None: there is no such patient."""
    row = await resources.read(tx, "Patient", patient_id, None)
    if row is None:
        return None
    name: dict[str, Any] = next(iter(decode(row.body).get("name", ())), {})
    return PersonName(tuple(name.get("given", ())), name.get("family", ""))


async def documents_named(tx: Tx, patient_id: UUID, written: str) -> tuple[UUID, ...]:
    """The prescriptions whose numbers the paper gives, one a line; none: everything. Raises CNS-004."""
    found = []
    for line in filter(None, map(str.strip, written.splitlines())):
        number = read_prescription_number(line)
        request_id = await oversight.request_of_number(tx, patient_id, number) if number else None
        if request_id is None:
            raise Refusal(CNS_DOCUMENT_UNKNOWN, expressions=("Consent.provision.data",))
        found.append(request_id)
    return tuple(dict.fromkeys(found))


async def entered_from_paper(tx: Tx, patient_id: UUID) -> dict[UUID, Entered]:
    found = {}
    for consent_id, body in (await oversight.on_paper(tx, patient_id)).items():
        document = decode(body)
        number = document.get("sourceReference", {}).get("identifier", {}).get("value", "")
        day = document.get("dateTime", "")[:10]
        found[consent_id] = Entered(number, date.fromisoformat(day) if day else None)
    return found


async def enter(tx: Tx, by: Account, order: ConsentOrder, paper: Paper, key: UUID, now: datetime) -> None:
    """The door: it holds from the commit on. The same form sent again does nothing more."""
    giver = await giver_of(tx, by, paper, now)
    if not await first_time(tx, by, giver, key):
        return
    assert paper.received_on is not None, "checked"
    document = {
        **order.document,
        "dateTime": paper.received_on.isoformat(),
        "sourceReference": {"identifier": {"system": PAPERS, "value": paper.number}},
    }
    await consents.record(tx, replace(order, document=document), giver, now)


async def end(tx: Tx, by: Account, patient_id: UUID, consent_id: UUID, paper: Paper, now: datetime) -> None:
    """The door: also what the patient gave at the portal ends on paper."""
    giver = await giver_of(tx, by, paper, now)
    if not any(one.consent_id == consent_id for one in await consents.of_patient(tx, patient_id)):
        raise Refusal(WIRE_NOT_FOUND)
    await consents.end(tx, consent_id, giver, now)


async def giver_of(tx: Tx, by: Account, paper: Paper, now: datetime) -> Giver:
    if by.role != "authority" or by.party_id is None:
        raise Refusal(USR_NOT_FOR_THIS_ROLE)
    number = paper.checked(now).number
    organization_id = await oversight.organization_of_party(tx, by.party_id)
    if organization_id is None:  # an authority that is in no register writes for nobody
        raise Refusal(USR_NOT_FOR_THIS_ROLE)
    viewer = Viewer(organization_id, None, now, kind="authority")
    return Giver(viewer, "", evidence=number, at_desk=True)


async def first_time(tx: Tx, by: Account, giver: Giver, key: UUID) -> bool:
    name, nothing = f"key:form:{by.account_id}:{key}", hashlib.sha256().digest()
    return await request_keys.take(tx, giver.viewer.organization_id, name, nothing, giver.viewer.now)
