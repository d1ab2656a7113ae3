"""What health professionals do at the portal: the same doors as by the wire, behind the same looking at who it is.

    session -> workplace now -> gate -> acting, held -> audit entry -> form's key -> work -> patients counted

In one transaction, and in the functions that calls of systems go through (admitting.py): without an audit row there
is no effect and no answer, and a refusal is written down in a transaction of its own.
"""

import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar
from uuid import UUID

from tilts.access import admitting, repeats
from tilts.access.admitting import Trace
from tilts.access.limits import CallRate
from tilts.access.routes import Call, Ground, Incoming
from tilts.access.working import portal_gate
from tilts.access.working.workplaces import Worker, party_now
from tilts.exchange.closing import EXCHANGE, Receipts
from tilts.exchange.documents import Signed
from tilts.ids import new_id
from tilts.rules import Language, Unavailable
from tilts.settings import Settings
from tilts.store.records import AuditEntry
from tilts.store.tx import Database, Tx
from tilts_fhir.json_strict import encode

Done = TypeVar("Done")
SEEN_OTHER: Final = 303
URIS: Final = "urn:ietf:rfc:3986"
AUTHORS: Final = {
    "system": "urn:iso-astm:E1762-95:2013",
    "code": "1.2.840.10065.1.12.1.1",
    "display": "Author's Signature",
}


@dataclass(frozen=True, slots=True)
class Act:
    """What is written down of it: the event, the kind of data, the page; and by what its repeat is known."""

    event: str
    data: str  # a FHIR type
    address: str  # of the page; nothing personal stands in one
    language: Language = "lv"
    method: str = "GET"
    data_id: UUID | None = None  # of what the page is about, if that stands in the address
    signed: bool = False  # makes a signed document
    key: UUID | None = None  # the form's own number
    content: str = ""  # of the form: what must be the same for the key to be the same


class WorkDesk:
    def __init__(
        self,
        database: Database,
        ground: Ground,
        rate: CallRate,
        settings: Settings,
        receipts: Callable[[Call], Receipts],
    ) -> None:
        """`receipts` is how the wire writes the receipt of a closed line: one, whoever closes."""
        self.ground = ground
        self._receipts = receipts
        self._database = database
        self._rate = rate
        self._settings = settings

    async def do(self, worker: Worker, act: Act, work: Callable[[Call], Awaitable[Done]]) -> Done:
        """
        The work's result; raises what was refused after writing that down.

        The work is given the same `Call` as the work of a route, so it calls the doors of the exchange in the same way,
        and says whom it touched by `call.concerns`.

        Raises Refusal: EID-002, USR-021, ACC-011, ACC-012, MAY-009, CPY-001, CPY-002, and what the work raises.
        """
        trace, incoming = Trace(sought=act.data), incoming_of(act)
        try:
            async with self._database.transaction() as tx:
                return await self._done(tx, worker, act, work, trace, incoming)
        except Unavailable:  # nothing can be written down either; nothing was given out
            raise
        except Exception as end:
            entry = self._entry(act, incoming, trace)
            await admitting.write_down(self._database, self.ground, entry, trace, end)
            raise

    async def once(self, worker: Worker, act: Act, work: Callable[[Call], Awaitable[str]]) -> str:
        """
        Does what a form asks for unless its first sending did; the work gives where to go on, and so does a repeat.

        Two at once: the second waits for the first. A form that was used for something else: IDM-002.
        """
        assert act.key is not None, "a form that changes something has a number"

        async def keyed(call: Call) -> str:
            key = f"key:form:{call.party.role_id}:{act.key}"
            if (first := await repeats.earlier(call, key, act.data)) is not None:
                assert first.raw is not None, "a form's answer is where to go on"
                return first.raw.decode()
            place = await work(call)
            await repeats.keep(call, key, SEEN_OTHER, {}, place.encode())
            return place

        return await self.do(worker, act, keyed)

    def receipts(self, call: Call) -> Receipts | None:
        """None where the installation has no key for them."""
        return None if call.seal is None else self._receipts(call)

    async def _done(
        self,
        tx: Tx,
        worker: Worker,
        act: Act,
        work: Callable[[Call], Awaitable[Done]],
        trace: Trace,
        incoming: Incoming,
    ) -> Done:
        ground = self.ground
        now, wall = ground.clock.now(), ground.clock.wall()
        party, workplace = await party_now(tx, worker, self._settings, now, wall)
        trace.party = party
        self._rate.spend(party.client_id)
        await portal_gate.check_open(tx, party, workplace, ground.environment, now)
        entry = self._entry(act, incoming, trace)
        await admitting.admit(tx, ground, party, entry, signed=act.signed)
        ids = {"id": str(act.data_id)} if act.data_id else {}
        call = trace.call = admitting.call_for(ground, tx, party, incoming, ids)
        done = await work(call)
        await admitting.count(tx, ground, call, entry)
        return done

    def _entry(self, act: Act, incoming: Incoming, trace: Trace) -> AuditEntry:
        entry = admitting.entry_of(self.ground, act.event, incoming, None, trace.party)
        return replace(entry, address=act.address[:200])


def incoming_of(act: Act) -> Incoming:
    """A form as the doors know a request."""
    return Incoming(
        method=act.method,
        path=tuple(part for part in act.address.split("/") if part),
        query=[],
        headers={},
        body=act.content.encode("utf-8", "surrogatepass"),
        certificate=None,
        plain=False,
        request_id=str(new_id()),
        language=act.language,
    )


def sealed_by_exchange(call: Call, document: dict[str, Any]) -> Signed | None:
    """
    The signature under a document that was made from a form: the exchange's own seal, on behalf of the person.

    The Provenance says so: the practitioner in their role is its author, `signature.who` is the exchange and
    `signature.onBehalfOf` the practitioner. None where the installation has no key for it.
    """
    if call.seal is None:
        return None
    content = encode(document)
    jws, when = call.seal(content), call.now.isoformat(timespec="milliseconds")
    person = {"reference": f"PractitionerRole/{call.party.role_id}"}
    provenance = {
        "resourceType": "Provenance",
        "recorded": when,
        "agent": [{"who": person, "onBehalfOf": {"reference": f"Organization/{call.party.organization_id}"}}],
        "signature": [
            {
                "type": [AUTHORS],
                "when": when,
                "who": {"identifier": {"system": URIS, "value": call.canonical_base}, "display": "Tilts"},
                "onBehalfOf": person,
                "targetFormat": "application/fhir+json",
                "sigFormat": "application/jose",
                "data": base64.b64encode(jws.encode()).decode(),
            }
        ],
    }
    return Signed(provenance, content, jws, EXCHANGE)
