"""The gate: may this connection exchange data for this purpose now; if not, what is missing, whose turn, until when.

    (party, system version, functionality, environment, instant) -> open, or every unmet condition

`decide` is pure; its facts are rows that are only added to, so that asked as of a past instant it gives the answer
given then. The token endpoint, the portal, the classifier feed and `tilts why-not` ask it. What it says is kept
with the client (`open_for`) and renewed every few seconds by housekeeping: a condition that falls closes tokens,
open connections and feeds within a minute (Design 2).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID

from tilts.access.certificates import closes, is_live, is_usable
from tilts.access.verdicts.states import EXPIRED, MISSING, NOT_YET, said, within
from tilts.clock import day_in_riga
from tilts.functionality import OWN, named_functionality
from tilts.onboarding.procedures.checklist import last_day
from tilts.onboarding.workflows import table_of
from tilts.rules import Rule
from tilts.rules.gate import (
    GATE_APPLICATION,
    GATE_APPROVAL,
    GATE_CERTIFICATE,
    GATE_CHECKLIST,
    GATE_CONNECTION,
    GATE_COOPERATION,
    GATE_FUNCTIONALITY,
    GATE_OPERATOR_AGREEMENT,
    GATE_PARTY,
    GATE_REGISTER,
    GATE_TESTING_AGREEMENT,
    GATE_VENDOR_CHECKLIST,
)
from tilts.rules.trust.standing import ACC_TRUST_LIST_OVERDUE
from tilts.store.onboarding import gate
from tilts.store.onboarding.gate import GateApproval, GateCertificate, GateClient, GateSite, Holding
from tilts.store.tx import Tx
from tilts.working_days import due

Owner: TypeAlias = Literal["vendor", "institution", "authority"]
COOPERATION: Final = ("cooperation-institution", "cooperation-pharmacy")
# In which state a case of a kind gives what it is there for.
HOLDS: Final = {"checklist": "accepted", "connection": "declared"}
APPROVED: Final = frozenset({"approved", "reservation"})


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition that is not met: `owner` has to act, until `due_at` if there is a term."""

    rule: Rule
    facts: Mapping[str, str]
    owner: Owner
    clause: str
    case_number: str | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    functionality: str
    at: datetime
    unmet: tuple[Condition, ...]
    ahead: tuple[Condition, ...] = ()  # met for now: each closes at its `due_at` if nothing happens

    @property
    def open(self) -> bool:
        return not self.unmet


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the gate knows of one connection at one moment."""

    client: GateClient
    holdings: Sequence[Holding] = ()
    vendor_holdings: Sequence[Holding] = ()
    certificates: Sequence[GateCertificate] = ()
    site: GateSite | None = None
    approvals: Sequence[GateApproval] = ()


def decide(facts: Facts, functionality: str, at: datetime) -> Verdict:
    """Every condition is looked at; none is hidden behind another."""
    client = facts.client
    if client.party_kind in ("authority", "portal") and functionality in OWN:
        return Verdict(functionality, at, tuple(certificate(facts, at)), tuple(on_grace(facts, at)))
    if client.party_id is None:
        return Verdict(functionality, at, (Condition(GATE_PARTY, {}, "authority", GATE_PARTY.source),))
    conditions = in_test if client.environment == "test" else in_production
    unmet = tuple(conditions(facts, functionality, at))
    return Verdict(functionality, at, unmet, tuple(on_grace(facts, at)))


def in_test(facts: Facts, functionality: str, at: datetime) -> Iterator[Condition]:
    """A2, A3: after the agreement on testing the web services are open to the developer's system."""
    yield from held(GATE_TESTING_AGREEMENT, facts.holdings, ("testing-agreement",), at)
    yield from certificate(facts, at)
    yield from asked_for(facts, functionality)


def in_production(facts: Facts, functionality: str, at: datetime) -> Iterator[Condition]:
    if functionality == "classifiers":  # C1: by the operator agreement alone
        yield from held(GATE_OPERATOR_AGREEMENT, facts.holdings, ("operator-agreement",), at)
        yield from certificate(facts, at)
        yield from asked_for(facts, functionality)
        return
    yield from held(GATE_COOPERATION, facts.holdings, COOPERATION, at)
    yield from in_register(facts)
    yield from held(GATE_APPLICATION, facts.holdings, ("connection-application",), at)
    yield from held(GATE_CHECKLIST, facts.holdings, ("checklist",), at)
    yield from held(GATE_VENDOR_CHECKLIST, facts.vendor_holdings, ("checklist",), at, "vendor")
    yield from certificate(facts, at)
    yield from asked_for(facts, functionality)
    yield from approved(facts, functionality, at)
    yield from connected(facts, at)


def held(
    rule: Rule, holdings: Sequence[Holding], kinds: tuple[str, ...], at: datetime, owner: Owner | None = None
) -> Iterator[Condition]:
    """A case of one of these kinds must be in the state that gives what it is there for, and not over its end."""
    of_kind = [holding for holding in holdings if holding.kind in kinds]
    if any(holds(holding, at) for holding in of_kind):
        return
    applicant: Owner = owner or (
        "vendor" if kinds[0] in ("testing-agreement", "operator-agreement") else "institution"
    )
    yield nearest(rule, of_kind, at, applicant)


def nearest(rule: Rule, of_kind: Sequence[Holding], at: datetime, applicant: Owner) -> Condition:
    """What is missing is told by the case that was opened last; with none, the applicant has to begin."""
    if not of_kind:
        return Condition(rule, {"state": said(MISSING)}, applicant, rule.source)
    last = of_kind[-1]
    reached = table_of(last.kind, last.facts).state(last.state)
    owner: Owner = "authority" if reached.waits_for == "authority" else applicant
    state = (
        said(EXPIRED if over(last, at) else NOT_YET)
        if is_timed(last, at)
        else within(reached.label, last.state)
    )
    return Condition(rule, {"state": state}, owner, rule.source, last.number, due_of(last))


def is_timed(holding: Holding, at: datetime) -> bool:
    """It is not its state but the day that keeps it from holding."""
    return over(holding, at) or early(holding, at)


def due_of(holding: Holding) -> datetime | None:
    """As it is kept; of a past moment, reckoned again from when the case came into that state."""
    term = table_of(holding.kind, holding.facts).state(holding.state).term
    if holding.due_at is not None or term is None or holding.since is None:
        return holding.due_at
    return due(holding.since, term)


def holds(holding: Holding, at: datetime) -> bool:
    if holding.state != HOLDS.get(holding.kind, "in-force"):
        return False
    return not over(holding, at) and not early(holding, at)


def over(holding: Holding, at: datetime) -> bool:
    """In force until the end of its last day in Riga.

    A declaration also ends with the last day of its questions: their next version may have come after it was made.
    """
    written = holding.facts.get("ends_on")
    days = [date.fromisoformat(str(written))] if written else []
    if holding.kind == "checklist" and (known := last_day(holding.facts.get("questions"))):
        days.append(known)
    return bool(days) and min(days) < day_in_riga(at)


def early(holding: Holding, at: datetime) -> bool:
    starts_on = holding.facts.get("starts_on") if holding.kind == "checklist" else None
    return bool(starts_on) and day_in_riga(at) < date.fromisoformat(str(starts_on))


def certificate(facts: Facts, at: datetime) -> Iterator[Condition]:
    """By what is known of it too (ADR 0036): then with the rule that a call gets."""
    own = [found for found in facts.certificates if found.client_id == facts.client.client_id]
    live = [found for found in own if is_live(found, at)]
    if any(is_usable(found, at) for found in live):
        return
    if live:
        yield closing(facts, live)
        return
    state = MISSING
    if own:
        state = "revoked" if any(found.revoked_at and found.revoked_at <= at for found in own) else EXPIRED
    yield Condition(GATE_CERTIFICATE, {"state": said(state)}, holder_of(facts), GATE_CERTIFICATE.source)


def on_grace(facts: Facts, at: datetime) -> Iterator[Condition]:
    """What will close the connection if nothing current is heard of its certificates or of their issuers."""
    own = [found for found in facts.certificates if found.client_id == facts.client.client_id]
    usable = [found for found in own if is_live(found, at) and is_usable(found, at)]
    if usable and all(found.stale_from is not None and found.stale_from <= at for found in usable):
        yield replace(closing(facts, usable), due_at=closes(usable)[1])


def closing(facts: Facts, among: Sequence[GateCertificate]) -> Condition:
    """By the one that lasts longest, in the words that a call gets."""
    no, _ = closes(among)
    owner: Owner = "authority" if no.rule is ACC_TRUST_LIST_OVERDUE else holder_of(facts)
    return Condition(no.rule, no.told(), owner, no.rule.source)


def holder_of(facts: Facts) -> Owner:
    """Whose connection it is: in the test environment, and for classifiers, the developer's."""
    client = facts.client
    return "vendor" if client.environment == "test" or client.party_kind == "vendor" else "institution"


def in_register(facts: Facts) -> Iterator[Condition]:
    site = facts.site
    own = site is not None and site.registration_number == facts.client.registration_number
    if site is None or not own or site.state != "active":
        state = MISSING if site is None or not own else site.state
        told = {"site": facts.client.site, "state": said(state)}
        yield Condition(GATE_REGISTER, told, "institution", GATE_REGISTER.source)


def asked_for(facts: Facts, functionality: str) -> Iterator[Condition]:
    if functionality not in facts.client.functionalities:
        told = {"functionality": named_functionality(functionality)}
        yield Condition(GATE_FUNCTIONALITY, told, holder_of(facts), GATE_FUNCTIONALITY.source)


def approved(facts: Facts, functionality: str, at: datetime) -> Iterator[Condition]:
    wanted = (facts.client.version_id, functionality)
    found = next((one for one in facts.approvals if (one.version_id, one.functionality) == wanted), None)
    state = found.verdict if found else MISSING
    if found and found.until is not None and found.until < day_in_riga(at):
        state = EXPIRED
    if state not in APPROVED:
        told = {"functionality": named_functionality(functionality), "state": said(state)}
        yield Condition(GATE_APPROVAL, told, "vendor", GATE_APPROVAL.source)


def connected(facts: Facts, at: datetime) -> Iterator[Condition]:
    """The institution's own word that it uses this version, with this client."""
    wanted = ("connection", facts.client.client_id)
    own = [one for one in facts.holdings if (one.kind, one.facts.get("client_id")) == wanted]
    if not any(holds(holding, at) for holding in own):
        yield nearest(GATE_CONNECTION, own, at, "institution")


async def facts_at(tx: Tx, environment: str, at: datetime, client_id: str | None = None) -> list[Facts]:
    """The facts of all connections of an environment, or of one, with a fixed number of statements."""
    clients = await gate.clients(tx, environment, at, client_id)
    parties = [one for client in clients for one in (client.party_id, client.vendor_id) if one]
    holdings = await gate.holdings(tx, sorted(set(parties)), at)
    certificates = await gate.certificates(tx, [client.client_id for client in clients], at)
    sites = {one.site: one for one in await gate.sites(tx, sorted({client.site for client in clients}), at)}
    versions = sorted({client.version_id for client in clients if client.version_id})
    approvals = await gate.approvals(tx, versions, at)
    by_party: dict[UUID, list[Holding]] = {}
    for holding in holdings:
        by_party.setdefault(holding.party_id, []).append(holding)
    return [
        Facts(
            client=client,
            holdings=by_party.get(client.party_id, []) if client.party_id else [],
            vendor_holdings=by_party.get(client.vendor_id, []) if client.vendor_id else [],
            certificates=[one for one in certificates if one.client_id == client.client_id],
            site=sites.get(client.site),
            approvals=approvals,
        )
        for client in clients
    ]


async def ask(tx: Tx, client_id: str, environment: str, at: datetime) -> list[Verdict]:
    """One verdict for each functionality that the client asked for; empty when there is no such client."""
    found = await facts_at(tx, environment, at, client_id)
    return [
        decide(facts, functionality, at) for facts in found for functionality in facts.client.functionalities
    ]


async def refresh(tx: Tx, environment: str, at: datetime) -> list[tuple[str, list[str], list[str]]]:
    """What the gate says now is kept with each client; gives (client, open before, open now) of those that changed."""
    changes = []
    for facts in await facts_at(tx, environment, at):
        client = facts.client
        now_open = sorted(name for name in client.functionalities if decide(facts, name, at).open)
        if now_open != sorted(client.open_for):
            await gate.save_open(tx, client.client_id, now_open)
            changes.append((client.client_id, list(client.open_for), now_open))
    return changes
