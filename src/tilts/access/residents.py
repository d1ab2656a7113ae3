"""What residents do at the portal: for whom they may act is asked, the act written down, then done; in one transaction.

The same order as for calls of systems (access/pipeline.py) and of people with a role (access/desk.py): without an
audit row there is no effect and no answer, and a refusal is written down in a transaction of its own.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

from tilts.access.keeping import ended
from tilts.access.permission.delegations import may_act_for
from tilts.clock import Clock
from tilts.exchange.consents import Giver, unknown_grantee
from tilts.ids import new_id
from tilts.indexing import fold
from tilts.party import Party
from tilts.rules import Refusal
from tilts.rules.accounts import USR_FORM_TOKEN
from tilts.rules.trust.consent import CNS_GRANTEE_UNKNOWN
from tilts.rules.trust.permission import MAY_NOT_FOR_PATIENT
from tilts.rules.trust.residents import RES_MISSES
from tilts.store import audit, consents, registers, request_keys, residents, resources
from tilts.store.audit import Wanted
from tilts.store.consents import ConsentRecord
from tilts.store.records import AuditEntry, AuditSubject, EarlierAnswer, Viewer
from tilts.store.resources import Criteria
from tilts.store.tx import Database, Tx
from tilts_fhir.json_strict import decode

Done = TypeVar("Done")
RECORDED: Final = "consent.recorded"
MISSES_FOR: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Resident:
    """Who sits at the screen, and whose data are open: their own, or of somebody for whom they may act."""

    person_id: UUID
    patient_id: UUID
    assurance: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """What is written down of it: the event, the kind of data, the page."""

    event: str
    data: str  # a FHIR type
    address: str
    method: str = "GET"
    data_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Seat:
    """What the work is given: the open transaction, and through whose eyes it looks."""

    tx: Tx
    viewer: Viewer
    party: Party  # as which the exchange is asked to do something
    person_id: UUID
    patient_id: UUID
    acting_as: str  # self, guardian, delegate
    whole: bool  # of a delegate: all documents are open to them
    others: list[AuditSubject] = field(default_factory=list)  # whom it touches beside: see it in their list

    @property
    def giver(self) -> Giver:
        return Giver(self.viewer, self.acting_as, self.whole)

    @property
    def now(self) -> datetime:
        return self.viewer.now

    async def once(self, form_key: UUID, content: str, work: Callable[[], Awaitable[UUID]]) -> None:
        """Does what a form asks for unless its first sending did; two at once: the second waits here.

        Raises USR-001 when the form was used for something else, or when what it recorded has ended since: then
        nobody is told that it holds.
        """
        key, wanted = f"key:form:{self.person_id}:{form_key}", hashlib.sha256(content.encode()).digest()
        organization_id = self.viewer.organization_id
        if await request_keys.take(self.tx, organization_id, key, wanted, self.now):
            made = await work()
            answer = EarlierAnswer(wanted, 303, {}, made.bytes, [self.patient_id])
            await request_keys.keep(self.tx, organization_id, key, answer)
            return
        found = await request_keys.find(self.tx, organization_id, key)
        assert found is not None, "who took it kept what it made in the same transaction"
        record = await consents.find(self.tx, UUID(bytes=found.answer))
        if found.request_hash != wanted or record is None or has_ended(record, self.now):
            raise Refusal(USR_FORM_TOKEN)


def has_ended(record: ConsentRecord, now: datetime) -> bool:
    return record.ends_at is not None and record.ends_at <= now


class ResidentDesk:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self.clock = clock

    async def do(self, resident: Resident, act: Act, work: Callable[[Seat], Awaitable[Done]]) -> Done:
        """
        The work's result; raises what was refused after writing that down. MAY-010: not for this patient.

        A refusal undoes the work and is written down in the same transaction: who guesses and waits for the lock
        of the one before (RES-001) sees that it missed.
        """
        now = self.clock.now()
        async with self._database.transaction() as tx:
            if act.event == RECORDED:
                await residents.lock(tx, resident.patient_id)
            try:
                async with tx.transaction():
                    return await self._done(tx, resident, act, work, now)
            except Refusal as no:
                refused = no
            entry = ended(await entry_of(tx, resident, act, now), refused)
            await audit.add(tx, entry)
            await audit.add_subjects(tx, entry, [AuditSubject(resident.patient_id, act.data, act.data_id)])
        raise refused

    async def _done(
        self, tx: Tx, resident: Resident, act: Act, work: Callable[[Seat], Awaitable[Done]], now: datetime
    ) -> Done:
        entry = await entry_of(tx, resident, act, now)
        await audit.add(tx, entry)
        seat = await seat_of(tx, resident, entry)
        done = await work(seat)
        own = AuditSubject(resident.patient_id, act.data, act.data_id, basis=seat.acting_as)
        await audit.add_subjects(tx, entry, [*seat.others, own])
        return done


async def entry_of(tx: Tx, resident: Resident, act: Act, now: datetime) -> AuditEntry:
    """As access/pipeline writes for a call of the portal: it names who sits there; the subject, whose data it is."""
    portal = await registers.portal_client(tx)
    return AuditEntry(
        audit_id=new_id(),
        at=now,
        event=act.event,
        outcome="success",
        request_id=str(new_id()),
        method=act.method,
        address=act.address,
        client_id=portal.client_id,
        organization_id=portal.organization_id,
        organization_name=portal.name,
        acting_patient_id=resident.person_id,
        purpose="PATRQT" if resident.person_id == resident.patient_id else "FAMRQT",
        detail={"assurance": resident.assurance} if resident.assurance else {},
    )


async def seat_of(tx: Tx, resident: Resident, entry: AuditEntry) -> Seat:
    acting_as, whole = "self", True
    person_id, patient_id, now = resident.person_id, resident.patient_id, entry.at
    if person_id != patient_id:
        acting_as = await may_act_for(tx, person_id, patient_id, now) or ""
    if not acting_as:
        raise Refusal(MAY_NOT_FOR_PATIENT)
    if acting_as == "delegate":
        whole = await consents.is_whole_delegate(tx, person_id, patient_id, now)
    assert entry.organization_id is not None, "the portal's"
    viewer = Viewer(entry.organization_id, patient_id, now, kind="portal", acting_patient_id=person_id)
    return Seat(tx, viewer, party_of(resident, entry), person_id, patient_id, acting_as, whole)


def party_of(resident: Resident, entry: AuditEntry) -> Party:
    """As a call of the portal would come with this person's token: the same doors are asked."""
    assert entry.organization_id is not None and entry.client_id and entry.purpose, "the portal's entry"
    return Party(
        client_id=entry.client_id,
        organization_id=entry.organization_id,
        organization_name=entry.organization_name or "",
        kind="portal",
        site="",
        purpose=entry.purpose,
        scopes=frozenset(),
        token_id="",
        patient_id=resident.patient_id,
        acting_patient_id=resident.person_id,
        assurance=resident.assurance,
    )


@dataclass(frozen=True, slots=True)
class Naming:
    """Somebody as a resident names them: the identifier and the name, both."""

    system: str
    code: str
    given: str
    family: str


async def named_person(seat: Seat, naming: Naming, most_misses: int) -> UUID:
    """Who is meant. A wrong code, a wrong name and nobody get one answer, and are counted together: CNS-006, RES-001."""
    wanted = Wanted(since=seat.now - MISSES_FOR, outcomes=["refused"], events=[RECORDED])
    tried = await audit.of_patient(seat.tx, seat.patient_id, before=None, limit=None, wanted=wanted)
    if sum(one.rule_id == CNS_GRANTEE_UNKNOWN.id for one in tried) >= most_misses:
        raise Refusal(RES_MISSES, most=most_misses)
    found = await registers.find_patient(seat.tx, naming.system, naming.code)
    name = (await names_of(seat, [found])).get(found) if found else None
    if found is None or name is None or not fits(naming, name):
        raise unknown_grantee()
    return found


@dataclass(frozen=True, slots=True)
class PersonName:
    given: tuple[str, ...]
    family: str

    def __str__(self) -> str:
        return " ".join([*self.given, self.family])


def fits(naming: Naming, name: PersonName) -> bool:
    """All given names or the first; case and accents do not count."""
    given = {fold(" ".join(name.given)), fold(name.given[0] if name.given else "")}
    return fold(naming.family) == fold(name.family) and fold(naming.given) in given


async def names_of(seat: Seat, patient_ids: list[UUID]) -> dict[UUID, PersonName]:
    """As the register of patients has them."""
    criteria = Criteria("Patient", register=True, ids=patient_ids)
    rows = await resources.search(seat.tx, criteria, seat.viewer, before=None, limit=len(patient_ids))
    found = {}
    for row in rows:
        name: dict[str, Any] = next(iter(decode(row.body).get("name", ())), {})
        found[row.resource_id] = PersonName(tuple(name.get("given", ())), name.get("family", ""))
    return found
