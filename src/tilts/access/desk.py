"""What a person does at the portal: the account is looked at, the act written down, then done; in one transaction.

The same order as for calls of systems (access/pipeline.py): without an audit row there is no effect and no
answer, and a refusal is written down in a transaction of its own.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

from tilts.access.keeping import kept_of
from tilts.account import Account, check_proof
from tilts.clock import Clock
from tilts.ids import new_id
from tilts.onboarding.mail.texts import without_person_codes
from tilts.rules import Refusal
from tilts.store import audit
from tilts.store.records import AuditEntry, AuditSubject
from tilts.store.tx import Database, Tx

Done = TypeVar("Done")
PORTAL: Final = "portal"
ABOUT_CHARACTERS: Final = 60
# What opens again what was closed: a browser left open is no proof of who sits at it (Security 5).
WEIGHTY: Final = frozenset({"hold.ask", "hold.confirm", "glass.released", "role.decided"})


@dataclass(frozen=True, slots=True)
class Act:
    """What is written down of it: the event, on which case or thing, by which request."""

    event: str
    about: str = ""  # a case number, never anything personal
    request_id: str = ""
    method: str = "POST"
    purpose: str | None = None
    subjects: list[AuditSubject] = field(default_factory=list)  # patients whom the work met: it adds them


class Desk:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self.clock = clock

    async def do(self, account: Account, act: Act, work: Callable[[Tx], Awaitable[Done]]) -> Done:
        """The work's result; raises what was refused after writing that down."""
        entry = self._entry(account, act)
        try:
            async with self._database.transaction() as tx:
                await audit.add(tx, entry)
                if act.event in WEIGHTY:
                    check_proof(account.proven_until, self.clock.wall())
                done = await work(tx)
                await audit.add_subjects(tx, entry, act.subjects)
                return done
        except Refusal as no:
            refused = replace(
                entry,
                audit_id=new_id(),
                outcome="refused",
                rule_id=no.rule.id,
                detail={**(entry.detail or {}), **kept_of(no)},
            )
            async with self._database.transaction() as tx:
                await audit.add(tx, refused)
                await audit.add_subjects(tx, refused, [replace(one, basis="") for one in act.subjects])
            raise

    def _entry(self, account: Account, act: Act) -> AuditEntry:
        detail: dict[str, Any] = {"account": str(account.account_id)}
        if act.about:
            detail["about"] = without_person_codes(act.about)[:ABOUT_CHARACTERS]  # an address is anybody's
        return AuditEntry(
            audit_id=new_id(),
            at=self.clock.now(),
            event=act.event,
            outcome="success",
            request_id=act.request_id or str(new_id()),
            method=act.method,
            address="/portal",
            client_id=PORTAL,
            organization_name=account.party_name or None,
            role_code=account.role,
            purpose=act.purpose,
            detail=detail,
        )
