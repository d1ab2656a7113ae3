"""Who is there from the start: a developer with a testing agreement in force, so that the story can be played at once.

The registers of institutions and pharmacies hold everybody of the population; parties of the exchange are only the
ready-made developer, practice and pharmacy, the authority and the residents' portal. A second developer, and every
other institution, starts from nothing.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tilts.clock import RIGA
from tilts.functionality import functionalities_of
from tilts.ids import new_id
from tilts.lab.people import TEST_SIGN_IN, seed_people
from tilts.lab.population import ClientRow, Population
from tilts.store.onboarding import cases, parties, ready_made
from tilts.store.tx import Tx

VENDORS_ADDRESS: Final = "laivina@sistemas.example"  # nobody owns .example; read at /sandbox/mail
READY_MADE: Final = ("vendor", "practice", "pharmacy", "authority", "portal")
OWN_SYSTEMS: Final = ("authority", "portal")  # operated by the authority, not by the developer
SYSTEM: Final = "Parauga sistēma"
VERSION: Final = "1.0"
REGISTERED: Final = frozenset({"practice", "hospital", "pharmacy"})


async def seed_parties(tx: Tx, population: Population, now: datetime) -> bool:
    """False when parties are there already: they are made once, for all environments."""
    if await parties.parties(tx):
        return False
    by_name = {client.name: client for client in population.clients}
    await seed_registers(tx, population, now)
    ids: dict[str, UUID] = {}
    for name in READY_MADE:
        ids[name] = await add_party(tx, by_name[name], now)
    version_id = new_id()
    await parties.add_version(
        tx,
        {
            "system_id": new_id(),
            "version_id": version_id,
            "party_id": ids["vendor"],
            "name": SYSTEM,
            "version": VERSION,
            "functionalities": ["prescribing", "dispensing"],
            "registered_at": now,
        },
    )
    await add_testing_agreement(tx, ids["vendor"], now)
    await seed_people(tx, TEST_SIGN_IN, now)
    for client in population.clients:
        operator = ids[client.name] if client.name in OWN_SYSTEMS else ids["vendor"]
        functionalities = list(functionalities_of(client.kind))
        await ready_made.settle_client(
            tx,
            client.client_id,
            operator,
            None if client.name in OWN_SYSTEMS else version_id,
            functionalities,
        )
    return True


async def seed_registers(tx: Tx, population: Population, now: datetime) -> None:
    entries = [client for client in population.clients if client.kind in REGISTERED]
    await parties.add_sites(
        tx,
        [
            {
                "site": client.site,
                "kind": client.kind,
                "name": client.organization_name,
                "registration_number": client.registration_number,
            }
            for client in entries
        ],
    )
    for client in entries:
        change = {
            "site": client.site,
            "state": "active",
            "effective_at": now,
            "recorded_at": now,
            "reason": "",
        }
        await parties.add_register_change(tx, change)


async def add_party(tx: Tx, client: ClientRow, now: datetime) -> UUID:
    party_id = new_id()
    await parties.add_party(
        tx,
        {
            "party_id": party_id,
            "kind": client.kind,
            "name": client.organization_name,
            "registration_number": client.registration_number,
            "registered_at": now,
        },
    )
    return party_id


async def add_testing_agreement(tx: Tx, vendor_id: UUID, now: datetime) -> None:
    """In force from the start; the step says that nobody signed it, but the sandbox made it."""
    year = now.astimezone(RIGA).year
    case_id = new_id()
    facts: dict[str, Any] = {"ready_made": True, "e_mail": VENDORS_ADDRESS}
    number = await cases.next_number(tx, year)
    await cases.add(
        tx,
        {
            "case_id": case_id,
            "number": f"TL-{year}-{number:05d}",
            "kind": "testing-agreement",
            "party_id": vendor_id,
            "state": "in-force",
            "facts": facts,
            "now": now,
            "due_at": None,
        },
    )
    await cases.add_step(
        tx,
        {
            "case_id": case_id,
            "at": now,
            "action": "ready-made",
            "from_state": None,
            "to_state": "in-force",
            "account_id": None,
            "second_account_id": None,
            "side": "exchange",
            "note": "",
            "facts": facts,
        },
    )
