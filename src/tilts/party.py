"""Who acts: an organisation through one of its systems, and the person it says is at the screen."""

from dataclasses import dataclass
from typing import Literal, TypeAlias
from uuid import UUID

OrganizationKind: TypeAlias = Literal["practice", "pharmacy", "hospital", "authority", "vendor", "portal"]
PRESCRIBING_KINDS: frozenset[str] = frozenset({"practice", "hospital"})


@dataclass(frozen=True, slots=True)
class Party:
    """The acting party of one call, as the certificate, the token and the registers say.

    `organization_id`, `site` and `client_id` together are who holds a claimed prescription: there
    is no claim secret that could be lost with a reply (docs/adr/0016-no-claim-secret.md).
    """

    client_id: str
    organization_id: UUID
    organization_name: str
    kind: OrganizationKind
    site: str  # institution code or pharmacy licence number
    purpose: str
    scopes: frozenset[str]
    token_id: str
    practitioner_id: UUID | None = None
    role_id: UUID | None = None
    role_code: str | None = None
    patient_id: UUID | None = None  # set for the portal only: the resident whose data are opened
    plain: bool = False  # came through the sandbox's plain port
    delegator_role_id: UUID | None = None  # in whose name an assistant acts
    acting_patient_id: UUID | None = None  # who sits at the portal's screen; None: the patient
    assurance: str = "org-asserted"  # who vouches for the person; `eid`: an OpenID provider's user token


# Who asks without a certificate, where that is allowed: no organisation has this id, and no scope is open.
NOBODY = Party(
    client_id="",
    organization_id=UUID(int=0),
    organization_name="",
    kind="vendor",
    site="",
    purpose="",
    scopes=frozenset(),
    token_id="",
)
