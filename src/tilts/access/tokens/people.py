"""Who acts, as the registers have it at this moment: the role at this workplace, and in whose name.

Security 1.2: practitioner active now, role held at that organisation now. Which assistant may act for whom is
dated data (delegations.json); who may act for another resident is asked of permission/delegations.py.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from uuid import UUID

import msgspec

from tilts.access.permission import delegations
from tilts.access.tokens.binding import Binding
from tilts.clock import RIGA
from tilts.rules import Refusal
from tilts.rules.trust.tokens import TOK_BINDING_WRONG, TOK_DELEGATOR, TOK_PERSON_NOT_THERE
from tilts.store import connections
from tilts.store.records import ConnectionRecord, RoleRecord
from tilts.store.tx import Tx


class DelegationRow(msgspec.Struct, frozen=True, rename={"for_role": "for"}):
    role: str
    for_role: str
    valid_from: date
    valid_to: date | None

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class DelegationTable(msgspec.Struct, frozen=True):
    source: str
    rows: tuple[DelegationRow, ...]


@dataclass(frozen=True, slots=True)
class Actors:
    """Whom a token names; what is None is not named."""

    role: RoleRecord | None = None
    delegator: RoleRecord | None = None
    patient_id: UUID | None = None  # whose data are opened, through the portal
    acting_patient_id: UUID | None = None  # who sits at the screen, if that is somebody else


@cache
def delegation_table() -> DelegationTable:
    content = files("tilts.access.tokens").joinpath("delegations.json").read_bytes()
    return msgspec.json.decode(content, type=DelegationTable)


async def actors_now(tx: Tx, binding: Binding, connection: ConnectionRecord, now: datetime) -> Actors:
    if binding.patient_id is not None:
        return await residents(tx, binding, now)
    role = await role_now(tx, binding, connection)
    if role is None or binding.delegator_id is None:
        return Actors(role)
    delegator = await connections.find_role(tx, binding.delegator_id)
    fault = fault_of(role, delegator, now.astimezone(RIGA).date())
    if fault:
        raise Refusal(TOK_DELEGATOR, fault=fault)
    return Actors(role, delegator)


async def residents(tx: Tx, binding: Binding, now: datetime) -> Actors:
    """The resident at the screen, for their own data or for somebody's whose guardian or delegate they are."""
    acting, delegator = binding.patient_id, binding.delegator_id
    assert acting is not None, "asked for tokens of the portal only"
    if not await connections.patient_exists(tx, acting):
        raise Refusal(TOK_BINDING_WRONG, fault="patient is not in the register")
    if delegator is None or delegator == acting:
        return Actors(patient_id=acting)
    if await delegations.may_act_for(tx, acting, delegator, now) is None:
        raise Refusal(TOK_DELEGATOR, fault="neither guardian nor delegate of that patient today")
    return Actors(patient_id=delegator, acting_patient_id=acting)


async def role_now(tx: Tx, binding: Binding, connection: ConnectionRecord) -> RoleRecord | None:
    """The role as the register has it at this moment; a person without it gets no token."""
    if binding.role_id is None:
        return None
    role = await connections.find_role(tx, binding.role_id)
    if role is None or not role.active:
        raise Refusal(TOK_PERSON_NOT_THERE)
    if (role.practitioner_id, role.organization_id) != (binding.practitioner_id, connection.organization_id):
        raise Refusal(TOK_PERSON_NOT_THERE)
    return role


def fault_of(role: RoleRecord, delegator: RoleRecord | None, day: date) -> str:
    """Pure: why this role may not act in that one's name; empty when it may."""
    if delegator is None or not delegator.active or delegator.organization_id != role.organization_id:
        return "no such role at this workplace today"
    if delegator.practitioner_id == role.practitioner_id:
        return "that is the same person"
    rows = delegation_table().rows
    if any((row.role, row.for_role) == (role.code, delegator.code) and row.holds_on(day) for row in rows):
        return ""
    return f"{role.code} does not act for {delegator.code}"
