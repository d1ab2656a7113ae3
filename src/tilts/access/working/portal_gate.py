"""The gate for an institution whose people work in the portal: what it must meet itself; the system is ours.

The portal is a part of the exchange: it has no vendor, no version to approve, no certificate and no application for a
connection. What is left of the conditions on real data is the institution's own: its agreement, its place in the
register, its checklist (ADR 0052). In the test environment there is nothing to wait for.
"""

from collections.abc import Iterator
from datetime import datetime

from tilts.access.gate import COOPERATION, Condition, Facts, Verdict, held, in_register
from tilts.access.verdicts.telling import unmet_of
from tilts.party import Party
from tilts.rules import Refusal
from tilts.rules.access import ACC_PARTY_CLOSED
from tilts.rules.gate import GATE_CHECKLIST, GATE_COOPERATION, GATE_PARTY
from tilts.store.onboarding import gate, parties
from tilts.store.onboarding.gate import GateClient
from tilts.store.tx import Tx
from tilts.store.workplaces import Workplace


def decide(facts: Facts, at: datetime) -> tuple[Condition, ...]:
    """Every condition that is not met; pure."""
    if facts.client.party_id is None:
        return (Condition(GATE_PARTY, {}, "authority", GATE_PARTY.source),)
    return tuple(conditions(facts, at))


def conditions(facts: Facts, at: datetime) -> Iterator[Condition]:
    yield from held(GATE_COOPERATION, facts.holdings, COOPERATION, at)
    yield from in_register(facts)
    yield from held(GATE_CHECKLIST, facts.holdings, ("checklist",), at)


async def check_open(tx: Tx, party: Party, workplace: Workplace, environment: str, now: datetime) -> None:
    """
    Whether people of this workplace may work in the portal now.

    Raises Refusal: ACC-011, with the unmet conditions as its fact `conditions`.
    """
    if environment == "test":
        return
    unmet = decide(await facts_of(tx, party, workplace, environment, now), now)
    if unmet:
        ids = ", ".join(sorted({condition.rule.id for condition in unmet}))
        told = unmet_of([Verdict("", now, unmet)])
        raise Refusal(ACC_PARTY_CLOSED, client_id=party.client_id, unmet=ids, conditions=told)


async def facts_of(tx: Tx, party: Party, workplace: Workplace, environment: str, now: datetime) -> Facts:
    known = await parties.find_by_registration(tx, workplace.registration_number)
    client = GateClient(
        client_id=party.client_id,
        name=workplace.name,
        site=workplace.site,
        environment=environment,
        party_id=known.party_id if known else None,
        party_kind=known.kind if known else None,
        party_name=known.name if known else None,
        registration_number=workplace.registration_number,
        version_id=None,
        vendor_id=None,
        functionalities=[],
        open_for=[],
    )
    holdings = await gate.holdings(tx, [known.party_id], now) if known else []
    sites = await gate.sites(tx, [workplace.site], now)
    return Facts(client=client, holdings=holdings, site=sites[0] if sites else None)
