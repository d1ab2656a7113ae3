"""Who can sign in at the sandbox's test sign-in: invented people of the ready-made parties and of new ones.

The new ones have nothing yet: no account, no role, no agreement. What they need to begin, the name and
registration number of their organisation, stands beside their name on the page where they are chosen.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tilts.account import Role
from tilts.ids import new_id
from tilts.lab.organizations import INSTITUTIONS
from tilts.store.onboarding import accounts, parties
from tilts.store.onboarding.accounts import HeldRole
from tilts.store.tx import Tx

# Its accounts outlive the port that the sandbox had: the name is not an address.
TEST_SIGN_IN: Final = "urn:tilts:test-sign-in"
ASSURANCE: Final = "urn:tilts:assurance:test"  # no level of any law: it is a test
NEW_VENDOR: Final = ('Parauga sistēmu izstrādātājs "Vētra"', "99990005000")


@dataclass(frozen=True, slots=True)
class TestPerson:
    """`client` is the short name of the organisation's system; the new developer has none."""

    __test__ = False  # not a test, whatever pytest takes it for

    subject: str
    name: str
    role: Role
    client: str
    ready: bool

    @property
    def organisation(self) -> str:
        return NEW_VENDOR[0] if not self.client else BY_CLIENT[self.client].title

    @property
    def registration_number(self) -> str:
        return NEW_VENDOR[1] if not self.client else BY_CLIENT[self.client].registration_number


BY_CLIENT: Final = {institution.client: institution for institution in INSTITUTIONS}
PEOPLE: Final = (
    TestPerson("vendor-1", "Aija Laiviniece", "vendor", "vendor", True),
    TestPerson("vendor-2", "Edgars Airis", "vendor", "vendor", True),
    TestPerson("new-vendor-1", "Dace Vētraine", "vendor", "", False),
    TestPerson("new-vendor-2", "Kārlis Brāzma", "vendor", "", False),
    TestPerson("practice-head", "Gunta Bērzlapa", "institution", "practice", True),
    TestPerson("practice-it", "Normunds Kabelis", "it", "practice", True),
    TestPerson("pharmacy-head", "Solvita Tilta", "institution", "pharmacy", True),
    TestPerson("pharmacy-it", "Raivo Slēdzis", "it", "pharmacy", True),
    TestPerson("new-practice-head", "Valda Čiekure", "institution", "practice-2", False),
    TestPerson("new-practice-it", "Oskars Vadiņš", "it", "practice-2", False),
    TestPerson("new-pharmacy-head", "Inta Zvanule", "institution", "second-pharmacy", False),
    TestPerson("new-pharmacy-it", "Mārcis Spraudnis", "it", "second-pharmacy", False),
    TestPerson("clerk-a", "Anda Kārtotāja", "authority", "authority", True),
    TestPerson("clerk-b", "Bruno Zīmogs", "authority", "authority", True),
    TestPerson("test-desk", "Tija Pārbaude", "authority", "authority", True),
)
BY_SUBJECT: Final = {person.subject: person for person in PEOPLE}


async def seed_people(tx: Tx, issuer: str, now: datetime) -> None:
    """The ready-made parties' people have their roles from the start; run again it changes nothing."""
    for person in PEOPLE:
        party = await parties.find_by_registration(tx, person.registration_number)
        if not person.ready or party is None:
            continue
        account_id, _ = await accounts.find_or_make(tx, new_id(), issuer, person.subject, person.name, now)
        role = HeldRole(
            new_id(), account_id, person.name, person.role, party.party_id, party.name, "held", now
        )
        await accounts.add_role(tx, role, now, None)
