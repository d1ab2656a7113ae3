"""The first time somebody comes: which organisation they act for, and who has to confirm it.

An institution or pharmacy must stand in its register; a developer is anybody with a registration number
of its own. The first person of an organisation acts for it at once; whoever comes later is confirmed by
somebody of it. That they may sign for it is looked at with the agreement, not here.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias, get_args
from uuid import UUID

from tilts.access.sign_in.accounts import ask_role, give_role
from tilts.account import Role
from tilts.ids import new_id
from tilts.registration_number import compact, is_right
from tilts.rules import Refusal
from tilts.rules.accounts import USR_FIELD_EMPTY, USR_NOT_IN_THE_REGISTER, USR_NUMBER_WRONG
from tilts.store.onboarding import accounts, parties
from tilts.store.onboarding.accounts import HeldRole
from tilts.store.onboarding.parties import PartyRecord, SiteRecord
from tilts.store.tx import Tx

Kind: TypeAlias = Literal["vendor", "practice", "hospital", "pharmacy"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
REGISTERED: Final = frozenset({"practice", "hospital", "pharmacy"})
LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Application:
    """What the form says: for whom, and as what."""

    kind: Kind
    name: str
    number: str
    as_it: bool  # the institution's IT person: certificates, no agreements

    @property
    def role(self) -> Role:
        if self.kind == "vendor":
            return "vendor"
        return "it" if self.as_it else "institution"


async def register(
    tx: Tx, account_id: UUID, application: Application, now: datetime, wall: datetime
) -> HeldRole:
    """The role: held at once for the first person of an organisation, asked for by every later one."""
    number = compact(application.number)
    sites = await parties.sites_at(tx, number, now)
    name = organisation_name(application, number, sites)
    new = PartyRecord(new_id(), application.kind, name, number, now)
    row = {field: getattr(new, field) for field in PartyRecord.__slots__}
    if await parties.add_party(tx, row):
        return await give_role(tx, account_id, application.role, new.party_id, wall)
    found = await parties.find_by_registration(tx, number)
    if found is None or found.kind != application.kind:
        raise Refusal(USR_NOT_IN_THE_REGISTER, expressions=("kind",))
    if application.role != "it" and not await somebody_decides(tx, found.party_id):
        return await give_role(tx, account_id, application.role, found.party_id, wall)
    return await ask_role(tx, account_id, application.role, found.party_id, wall)


async def somebody_decides(tx: Tx, party_id: UUID) -> bool:
    """An IT person who came first confirms nobody: the first one who may is the first person of the organisation."""
    for one in (await accounts.roles_at(tx, party_id))[:1]:
        await accounts.lock_role(tx, one.role_id)  # of two who come at once, the second one sees the first
    return any(one.state == "held" and one.role != "it" for one in await accounts.roles_at(tx, party_id))


def organisation_name(application: Application, number: str, sites: list[SiteRecord]) -> str:
    """The register's name where there is a register; the developer's own word where there is none."""
    if not is_right(number):
        raise Refusal(USR_NUMBER_WRONG, expressions=("number",))
    if application.kind in REGISTERED:
        active = [site for site in sites if site.kind == application.kind and site.state == "active"]
        if not active:
            raise Refusal(USR_NOT_IN_THE_REGISTER, expressions=("number",))
        return active[0].name
    if not application.name:
        raise Refusal(USR_FIELD_EMPTY, expressions=("name",), field="–")
    return application.name[:LONGEST_NAME]
