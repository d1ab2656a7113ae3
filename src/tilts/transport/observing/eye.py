"""The lab's eye on the wire: each call of a system under test, as it came and as it was answered.

A call is written down before its answer is sent, so that a tester who has the answer finds it in the
evidence. Tokens, assertions and everything else that opens a door are cut out; what they said is kept.
"""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import structlog

from tilts.access import jose
from tilts.access.certificates import fingerprint_of
from tilts.access.jose import NotSigned
from tilts.access.routes import Incoming, is_harmless
from tilts.access.tokens.issuing import Tokens
from tilts.clock import Clock
from tilts.store import connections
from tilts.store.lab import observations
from tilts.store.lab.observations import NewObservation, ObservedClient
from tilts.store.records import ConnectionRecord
from tilts.store.tx import Database, Tx
from tilts.transport.observing.evidence import answer_facts, request_facts, rule_in, without_secrets

TOKEN_ROUTE: Final = "/oauth/token"
log = structlog.get_logger("tilts.lab")


@dataclass(frozen=True, slots=True)
class Exchanged:
    """One call with its answer, about to be sent."""

    incoming: Incoming
    route: str  # /Task/{id}/$claim; * for an address that is not there
    ids: dict[str, str]
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def certificate(self) -> bytes | None:
        return self.incoming.certificate

    @property
    def bearer(self) -> str:
        return self.incoming.headers.get("authorization", "").partition(" ")[2].strip()


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose call it was, as far as it can be known, and how surely."""

    run_id: UUID
    certificate: str  # none, registered, revoked, unknown
    proven: bool


@dataclass(slots=True)
class Observer:
    database: Database
    tokens: Tokens
    clock: Clock
    _gaps: set[UUID] = field(default_factory=set)  # runs of which a call could not be written down

    async def saw(self, call: Exchanged, connection: ConnectionRecord | None) -> bool:
        """Writes the call down if somebody's test asks for it; True: its answer is to be lost.

        Who was identified at the door costs nothing here unless they are observed.
        """
        if connection is not None and connection.observed_run is None:
            return False
        run_id = connection.observed_run if connection else None
        try:
            async with self.database.transaction() as tx:
                caller = (
                    Caller(run_id, "none" if call.incoming.plain else "registered", proven=True)
                    if run_id is not None
                    else await self._caller(tx, call)
                )
                if caller is None:
                    return False
                run_id = caller.run_id
                return await self._written_down(tx, call, caller)
        except Exception as fault:
            # The answer is the caller's by right; the run will say that its evidence has a gap.
            log.error("not observed", request_id=call.incoming.request_id, kind=type(fault).__name__)
            if run_id is not None:
                self._gaps.add(run_id)
            return False

    async def _written_down(self, tx: Tx, call: Exchanged, caller: Caller) -> bool:
        for gap in tuple(self._gaps):
            await observations.note_gap(tx, gap)
            self._gaps.discard(gap)
        incoming = call.incoming
        done = call.status < 300
        lost = done and await observations.lose(tx, caller.run_id, f"{incoming.method} {call.route}")
        request_body, whole_request = without_secrets(incoming.body, incoming.headers.get("content-type", ""))
        answer_body, whole_answer = without_secrets(call.body, call.headers.get("content-type", ""))
        places = {name: value if is_harmless(value) else "*" for name, value in call.ids.items()}
        facts = request_facts(incoming, call.bearer, self.clock.wall())
        new = NewObservation(
            run_id=caller.run_id,
            at=self.clock.wall(),
            request_id=incoming.request_id,
            method=incoming.method,
            route=call.route,
            status=call.status,
            rule_id=rule_in(call.body),
            proven=caller.proven,
            whole=whole_request and whole_answer,
            reply_lost=lost,
            request={**facts, "path": places, "certificate": caller.certificate},
            answer=answer_facts(call.headers),
            request_body=request_body,
            answer_body=answer_body,
        )
        await observations.add(tx, new)
        return lost

    async def _caller(self, tx: Tx, call: Exchanged) -> Caller | None:
        """Whose call it was that the door did not let in: by certificate, token, or what it claims to be."""
        shown = None
        if call.certificate is not None:
            shown = await observations.run_of_fingerprint(tx, fingerprint_of(call.certificate))
            if shown is not None and shown.run_id is not None:
                return Caller(shown.run_id, "revoked" if shown.revoked else "registered", proven=True)
        certificate = "none" if call.certificate is None else "of-another" if shown else "unknown"
        if client_id := self.tokens.client_of(call.bearer) if call.bearer else None:
            found = await observations.run_of_client(tx, client_id)
            return self._as(found, certificate, proven=True)
        if call.route == TOKEN_ROUTE:
            return await self._by_assertion(tx, call, certificate)
        return None

    async def _by_assertion(self, tx: Tx, call: Exchanged, certificate: str) -> Caller | None:
        assertion = call.incoming.form_value("client_assertion")
        try:
            client_id = str(jose.unverified_claims(assertion).get("sub"))
            found = await observations.run_of_client(tx, client_id) if client_id.isprintable() else None
            if found is None or found.run_id is None:
                return None
            keys = await connections.keys_of_client(tx, client_id)
        except NotSigned:
            return None
        try:
            algorithm, jwk = jose.key_named(assertion, keys)
            jose.claims_of(assertion, jwk, algorithm)
        except NotSigned:
            return self._as(found, certificate, proven=False)
        return self._as(found, certificate, proven=True)

    def _as(self, found: ObservedClient | None, certificate: str, *, proven: bool) -> Caller | None:
        if found is None or found.run_id is None:
            return None
        return Caller(found.run_id, certificate, proven)
