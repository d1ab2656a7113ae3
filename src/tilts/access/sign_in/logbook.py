"""Coming and going at the portal, written down: who, how surely it is that person, from which network; tries too.

In the transaction of the session that it opens or ends (ADR 0021). Of a try that was refused stays the rule, and who
it was if that was proven; never a code, a token or anything else that came with it.
"""

import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from tilts.access.keeping import kept_of
from tilts.access.sign_in.accounts import Opened
from tilts.clock import Clock
from tilts.ids import new_id
from tilts.rules import Refusal
from tilts.store import audit
from tilts.store.onboarding.accounts import SessionRecord
from tilts.store.records import AuditEntry
from tilts.store.tx import Database, Tx

PORTAL: Final = "portal"
KEPT_BITS: Final = {4: 24, 6: 48}  # enough to tell from where; not whose machine it is


@dataclass(slots=True)
class Comer:
    """Who comes or goes, as far as it is known by now; what the sign-in finds out is added to it."""

    method: str
    network: str = ""
    account: str = ""
    issuer: str = ""
    assurance: str = ""  # `acr`, as the provider says it
    role: str | None = None
    party_name: str | None = None
    more: dict[str, Any] = field(default_factory=dict)

    def came(self, opened: Opened) -> None:
        self.account = str(opened.account_id)
        if opened.role is not None:
            self.role, self.party_name = opened.role.role, opened.role.party_name

    def acting(self, role_id: UUID | None) -> "Comer":
        """With the role that was chosen, asked for or given; None: as a resident."""
        self.more["role"] = str(role_id) if role_id else "resident"
        return self

    def is_at(self, session: SessionRecord) -> None:
        self.account, self.assurance = str(session.account_id), session.assurance
        self.role, self.party_name = session.role, session.party_name


class Logbook:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, tx: Tx, event: str, who: Comer) -> None:
        await audit.add(tx, self._entry(event, who))

    @asynccontextmanager
    async def tried(self, event: str, who: Comer) -> AsyncIterator[None]:
        """What is refused inside is written down in a transaction of its own, and refused all the same."""
        try:
            yield
        except Refusal as no:
            entry = self._entry(event, who)
            detail = {**(entry.detail or {}), **kept_of(no)}
            async with self._database.transaction() as tx:
                await audit.add(tx, replace(entry, outcome="refused", rule_id=no.rule.id, detail=detail))
            raise

    def _entry(self, event: str, who: Comer) -> AuditEntry:
        known = {
            "account": who.account,
            "issuer": who.issuer,
            "assurance": who.assurance,
            "network": who.network,
        }
        return AuditEntry(
            audit_id=new_id(),
            at=self._clock.now(),
            event=event,
            outcome="success",
            request_id=str(new_id()),
            method=who.method,
            address="/portal",
            client_id=PORTAL,
            organization_name=who.party_name or None,
            role_code=who.role,
            detail={**{name: value for name, value in known.items() if value}, **who.more},
        )


def network_of(address: str) -> str:
    """The network of an address; empty for what is none, such as a Unix socket."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((found, KEPT_BITS[found.version]), strict=False))
