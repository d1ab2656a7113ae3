"""Who can sign in at the sandbox's test sign-in: invented people of the ready-made parties and of new ones.

The new ones have nothing yet: no account, no role, no agreement. What they need to begin, the name and
registration number of their organisation, stands beside their name on the page where they are chosen.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from tilts.account import Role
from tilts.ids import new_id
from tilts.lab.population.organizations import INSTITUTIONS
from tilts.person_code import check_digit, code_hash, code_hint, scheme_code
from tilts.store.onboarding import accounts, parties, signatories
from tilts.store.onboarding.accounts import HeldRole
from tilts.store.onboarding.signatories import SignatoryRecord
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

    @property
    def code(self) -> str:
        """A person code of the reserved block, for the test certificate; the last day of 2099 is nobody's."""
        digits = f"3112992{900 + PEOPLE.index(self)}"
        return digits + check_digit(digits)


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
BY_NAME: Final = {person.name: person for person in PEOPLE}
# Who may sign for their organisation, as the registers would say; the others may do everything but that.
SIGNS_AS: Final = {
    "vendor-1": "board-member",
    "new-vendor-1": "board-member",
    "practice-head": "head",
    "pharmacy-head": "head",
    "new-practice-head": "head",
    "new-pharmacy-head": "head",
    "clerk-b": "head",
}
REGISTERED_ON: Final = date(2020, 1, 1)


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


async def seed_signatories(tx: Tx, code_key: bytes, now: datetime) -> None:
    """Who may sign for the organisations of the sandbox, those that come later too; run again it changes nothing."""
    for subject, role in SIGNS_AS.items():
        person = BY_SUBJECT[subject]
        code = scheme_code(person.code)
        record = SignatoryRecord(
            signatory_id=new_id(),
            registration_number=person.registration_number,
            name=person.name,
            code_hint=code_hint(code),
            code_hash=code_hash(code, code_key),
            role=role,
            source="sandbox",
            valid_from=REGISTERED_ON,
            valid_to=None,
            recorded_at=now,
        )
        await signatories.add(tx, record)
