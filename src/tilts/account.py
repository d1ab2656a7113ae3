"""Who sits at a screen of the portal: a person, in one role, for one party."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias
from uuid import UUID

# `it` is the institution's own IT person: certificate, key and installation, but no agreements.
Role: TypeAlias = Literal["vendor", "institution", "it", "authority", "resident"]
ROLES: Final[tuple[Role, ...]] = ("vendor", "institution", "it", "authority", "resident")


@dataclass(frozen=True, slots=True)
class Account:
    """A person who has signed in, acting in one role.

    `assurance` is what the identity provider said about how surely it is that person (`acr`).
    """

    account_id: UUID
    name: str
    role: Role
    party_id: UUID | None
    party_name: str
    patient_id: UUID | None = None  # a resident's own record in the patients' register
    assurance: str = ""
