"""The one way in: certificate, party, token, scope, purpose, audit row; then, and only then, the work.

    certificate -> connection -> token -> gate -> scope -> person -> acting, held -> audit entry -> body -> ...
    ... -> signature -> key -> work (what is seen is decided where it is read: store/sight.py) -> patients counted

All of it in one transaction: without an audit row there is no effect and no answer. A refusal undoes
the transaction and is then written down in one of its own.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, ParamSpec, Protocol, TypeVar
from uuid import UUID

from tilts.access import admitting, certificates, repeats, scopes, signatures
from tilts.access.admitting import Trace
from tilts.access.keeping import ended
from tilts.access.limits import CallRate
from tilts.access.routes import Call, Ground, Incoming, Reply, Route
from tilts.access.tokens.issuing import Tokens
from tilts.access.tokens.proof import ASSERTED
from tilts.access.verdicts.opening import check_open, still_open
from tilts.party import NOBODY, Party
from tilts.rules import FaultyContent, Refusal, Unavailable
from tilts.rules.access import ACC_NO_TOKEN, ACC_PERSON_MISSING, ACC_TOKEN_OF_ANOTHER
from tilts.rules.wire import SIG_MISSING
from tilts.store import audit, connections
from tilts.store.records import AuditEntry, ConnectionRecord
from tilts.store.tx import Database, Tx

LARGE_BYTES: Final = 65_536  # from here on a body is checked in a thread, so that the others need not wait


P = ParamSpec("P")
T = TypeVar("T")


class Shapes(Protocol):
    """What the roof lends to the door: reading bodies and writing answers."""

    def read_body(self, route: Route, incoming: Incoming) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """The decoded and checked body: a resource, or a form."""
        ...

    def check_profile(self, route: Route, resource: dict[str, Any]) -> None:
        """Refuses a body that does not meet the profile of the route."""
        ...

    def written(self, route: Route, reply: Reply) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and bytes of an answer."""
        ...


class Pipeline:
    def __init__(
        self, database: Database, tokens: Tokens, rate: CallRate, ground: Ground, shapes: Shapes
    ) -> None:
        self._database = database
        self._tokens = tokens
        self._rate = rate
        self._ground = ground
        self._shapes = shapes

    async def run(
        self, route: Route, incoming: Incoming, ids: dict[str, str], trace: Trace | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """The answer, ready to be sent; raises what was refused after writing it down."""
        trace = trace or Trace()
        try:
            async with self._database.transaction() as tx:
                answer = await self._admitted(tx, route, incoming, ids, trace)
            # No connection to the database is held for work that needs none.
            return answer if trace.later is None else self._shapes.written(route, await trace.later())
        except (Refusal, FaultyContent) as no:
            await self.write_down(route.audit_event, incoming, trace, no)
            raise
        except Unavailable:  # nothing can be written down either; nothing was given out
            raise
        except Exception as fault:
            await self.write_down(route.audit_event, incoming, trace, fault)
            raise

    async def _admitted(
        self, tx: Tx, route: Route, incoming: Incoming, ids: dict[str, str], trace: Trace
    ) -> tuple[int, dict[str, str], bytes]:
        if route.open_in_sandbox and self._ground.sandbox and "authorization" not in incoming.headers:
            return await self._anonymous(tx, route, incoming, ids, trace)
        trace.connection = await self._connection(tx, incoming)
        party = trace.party = self._party(trace.connection, incoming)
        self._rate.spend(party.client_id)
        ground = self._ground
        await check_open(tx, trace.connection, route.functionality, ground.environment, ground.clock.now())
        scopes.check(route.scope, party)
        if route.person and party.role_id is None:
            raise Refusal(ACC_PERSON_MISSING)
        entry = self.entry(route.audit_event, incoming, trace)
        if route.noted is not None:
            entry = replace(entry, detail={**(entry.detail or {}), **route.noted(incoming)})
        at_once = None if route.may_keep_a_no else entry
        acting_as = await admitting.admit(tx, ground, party, at_once, signed=route.signed)
        call = trace.call = admitting.call_for(ground, tx, party, incoming, ids)
        call.acting_as, trace.sought = acting_as, route.resource_type
        answer = await self._work(route, call, trace)
        if route.may_keep_a_no:
            entry = entry if trace.no is None else ended(entry, trace.no)
            await audit.add(tx, entry)
        await admitting.count(tx, ground, call, entry)
        return answer

    async def _anonymous(
        self, tx: Tx, route: Route, incoming: Incoming, ids: dict[str, str], trace: Trace
    ) -> tuple[int, dict[str, str], bytes]:
        """In the sandbox some reading routes ask nobody who they are (Design 4); written down all the same."""
        await audit.add(tx, self.entry(route.audit_event, incoming, trace))
        party = replace(NOBODY, plain=incoming.plain)
        trace.call = admitting.call_for(self._ground, tx, party, incoming, ids)
        return await self._work(route, trace.call, trace)

    async def _work(self, route: Route, call: Call, trace: Trace) -> tuple[int, dict[str, str], bytes]:
        is_large = len(call.incoming.body) > LARGE_BYTES
        call.resource, call.form = await done(is_large, self._shapes.read_body, route, call.incoming)
        if route.signed:
            call.signed = await self._signature(call)
        key = repeats.key_of(route, call)
        if key is not None and (first := await repeats.earlier(call, key, route.resource_type)):
            trace.no = repeats.refused_in(first.raw or b"") if route.may_keep_a_no else None
            return self._shapes.written(route, first)
        reply = await route.work(call)
        # After the work: a rule says more exactly what is wrong. Nothing of the work stands before the commit.
        await done(is_large, self._shapes.check_profile, route, call.resource)
        assert reply.no is None or route.may_keep_a_no, "the trail would call it a success"
        trace.later, trace.no = reply.later, reply.no
        if call.warnings:
            warned = ", ".join(f'299 tilts "{rule_id}"' for rule_id in call.warnings)
            reply = replace(reply, headers={**reply.headers, "Warning": warned})
        status, headers, body = self._shapes.written(route, reply)
        if key is not None:
            await repeats.keep(call, key, status, headers, body)
        return status, headers, body

    async def _connection(self, tx: Tx, incoming: Incoming) -> ConnectionRecord:
        wall = self._ground.clock.wall()
        if not incoming.plain:
            connection = await certificates.identify(tx, incoming.certificate, wall)
        else:
            claims = self._tokens.read(
                bearer(incoming), audience=self._ground.plain_base, fingerprint=None, now=wall
            )
            found = await connections.find_by_client_id(tx, claims["client_id"])
            if found is None:
                raise Refusal(ACC_TOKEN_OF_ANOTHER)
            connection = found
        return certificates.check_active(connection)

    def _party(self, connection: ConnectionRecord, incoming: Incoming) -> Party:
        plain = incoming.plain
        certificate = None if plain or incoming.certificate is None else incoming.certificate
        claims = self._tokens.read(
            bearer(incoming),
            audience=self._ground.plain_base if plain else self._ground.public_base,
            fingerprint=certificates.fingerprint_of(certificate) if certificate else None,
            now=self._ground.clock.wall(),
        )
        if claims["client_id"] != connection.client_id:
            raise Refusal(ACC_TOKEN_OF_ANOTHER)
        return party_from(connection, claims, plain=plain)

    async def _signature(self, call: Call) -> Any:
        header = call.incoming.headers.get("x-provenance")
        if header is None:
            if not call.party.plain:
                raise Refusal(SIG_MISSING)
            call.warnings.append(SIG_MISSING.id)
            return None
        return await signatures.verified(call.tx, header, call.incoming.body, call.party)

    async def still_open(self, route: Route, incoming: Incoming, client_id: str) -> bool:
        """Whether a call of this connection would be let in now; asked while a long answer is under way."""
        async with self._database.transaction() as tx:
            wall = self._ground.clock.wall()
            return await still_open(tx, client_id, route.functionality, incoming.certificate, wall)

    async def write_down(self, event: str, incoming: Incoming, trace: Trace, end: Exception) -> None:
        """A refusal or a fault, in a transaction of its own: the work's is undone by now."""
        entry = self.entry(event, incoming, trace)
        await admitting.write_down(self._database, self._ground, entry, trace, end)

    def entry(self, event: str, incoming: Incoming, trace: Trace) -> AuditEntry:
        return admitting.entry_of(self._ground, event, incoming, trace.connection, trace.party)


async def done(in_thread: bool, work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """What the work gives; in a thread, or here and now, which is quicker for what is short."""
    return await asyncio.to_thread(work, *given, **named) if in_thread else work(*given, **named)


def party_from(connection: ConnectionRecord, claims: dict[str, Any], *, plain: bool) -> Party:
    """The acting party: organisation from the register, person and purpose from the token."""

    def uuid_in(name: str) -> UUID | None:
        return UUID(claims[name]) if name in claims else None

    return Party(
        client_id=connection.client_id,
        organization_id=connection.organization_id,
        organization_name=connection.organization_name,
        kind=connection.kind,  # type: ignore[arg-type]  # the table's CHECK holds it
        site=connection.site,
        purpose=claims["purpose"],
        scopes=scopes.scopes_in(claims["scope"]),
        token_id=claims["jti"],
        practitioner_id=uuid_in("practitioner"),
        role_id=uuid_in("role"),
        role_code=claims.get("role_code"),
        patient_id=uuid_in("patient"),
        plain=plain,
        delegator_role_id=uuid_in("delegator_role"),
        acting_patient_id=uuid_in("acting_patient"),
        assurance=claims.get("assurance", ASSERTED),
    )


def bearer(incoming: Incoming) -> str:
    scheme, _, token = incoming.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Refusal(ACC_NO_TOKEN)
    return token.strip()
