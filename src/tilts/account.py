"""Who sits at a screen of the portal: a person, in one role, for one party."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias, get_args
from uuid import UUID

from tilts.rules import Refusal
from tilts.rules.accounts import USR_PROVE_AGAIN

# `it` is the institution's own IT person: certificate, key and installation, but no agreements.
# `prescriber` and `pharmacist` are health professionals at one of their workplaces, by the registers alone.
Role: TypeAlias = Literal["vendor", "institution", "it", "authority", "resident", "prescriber", "pharmacist"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Account:
    """A person who has signed in, acting in one role.

    `assurance` is what the identity provider said about how surely it is that person (`acr`); `proven_until` is how
    long that proof is good for weighty acts, None where nobody signed in: at a shell of the operator's.
    """

    account_id: UUID
    name: str
    role: Role
    party_id: UUID | None
    party_name: str
    patient_id: UUID | None = None  # a resident's own record in the patients' register
    assurance: str = ""
    proven_until: datetime | None = None


def check_proof(proven_until: datetime | None, wall: datetime) -> None:
    """Raises USR-020 when the provider asked this person too long ago; None: nobody sits at a browser."""
    if proven_until is not None and proven_until <= wall:
        raise Refusal(USR_PROVE_AGAIN)
