"""People at the portal, for tests of cases: two clerks, a developer and an institution, each in their own role."""

from datetime import UTC, datetime
from uuid import UUID

from tilts.account import Account, Role
from tilts.ids import new_id
from tilts.store.onboarding import parties
from tilts.store.tx import Tx

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def person(role: Role, party_id: UUID | None = None, name: str = "") -> Account:
    return Account(new_id(), name or role, role, party_id, "")


async def new_party(tx: Tx, kind: str = "vendor") -> UUID:
    """A party of its own for each test; numbers of 11 digits that no register has."""
    party_id = new_id()
    number = f"8{party_id.int % 10**10:010d}"
    row = {
        "party_id": party_id,
        "kind": kind,
        "name": f"{kind} {number}",
        "registration_number": number,
        "registered_at": NOW,
    }
    assert await parties.add_party(tx, row)
    return party_id
