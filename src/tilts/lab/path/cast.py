"""Who walks: the invented people of the test sign-in, and what their organisations write into the forms."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tilts.lab.people import BY_SUBJECT, TestPerson

STRANGER: Final = ""


@dataclass(frozen=True, slots=True)
class Organisation:
    """A party of the path with its two people; `client` is the short name of its system, none for the developer."""

    name: str
    registration_number: str
    first: str  # who acts for it
    second: str  # a colleague, or the IT person
    e_mail: str
    client: str = ""


def organisation(first: str, second: str, e_mail: str) -> Organisation:
    person: TestPerson = BY_SUBJECT[first]
    return Organisation(
        person.organisation,
        person.registration_number,
        person.name,
        BY_SUBJECT[second].name,
        e_mail,
        person.client,
    )


VENDOR: Final = organisation("new-vendor-1", "new-vendor-2", "birojs@vetra.example")
PRACTICE: Final = organisation("new-practice-head", "new-practice-it", "birojs@ciekurs.example")
PHARMACY: Final = organisation("new-pharmacy-head", "new-pharmacy-it", "birojs@zvanins.example")
CLERK: Final = BY_SUBJECT["clerk-a"].name
SECOND_CLERK: Final = BY_SUBJECT["clerk-b"].name
TESTER: Final = BY_SUBJECT["test-desk"].name
SYSTEM: Final = "Vētra"
VERSION: Final = "1.0"


def of_party(party: Organisation) -> dict[str, str]:
    """The fields that every form asks for."""
    return {
        "party_name": party.name,
        "registration_number": party.registration_number,
        "legal_address": "Parauga iela 7, Rīga, LV-0000",
        "party_e_mail": party.e_mail,
        "party_phone": "+371 00000007",
        "signer_name": party.first,
        "signer_position": "vadītāja",
        "signer_basis": "statutes",
        "contact_name": party.second,
        "contact_phone": "+371 00000008",
        "contact_e_mail": party.e_mail,
    }


SYSTEMS: Final = MappingProxyType(
    {
        "systems-1-name": SYSTEM,
        "systems-1-version": VERSION,
        "systems-1-functionality": "prescribing",
        "systems-2-name": SYSTEM,
        "systems-2-version": VERSION,
        "systems-2-functionality": "dispensing",
    }
)
