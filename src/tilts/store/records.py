"""Rows as frozen values: what the cellar hands up to the rooms."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias
from uuid import UUID

from tilts.store.trail.leaves import new_salt

StoredState: TypeAlias = Literal["open", "claimed", "completed", "cancelled", "expired"]
DispenseState: TypeAlias = Literal["recorded", "amended", "withdrawn"]


@dataclass(frozen=True, slots=True)
class ConnectionRecord:
    """A registered client with its organisation, found by certificate or by client id."""

    client_id: str
    organization_id: UUID
    organization_name: str
    kind: str
    site: str
    active: bool  # client and organisation both
    not_before: datetime | None  # of the certificate; none on the plain port
    not_after: datetime | None
    revoked_at: datetime | None
    functionalities: Sequence[str] = ()  # what it is registered for
    open_for: Sequence[str] = ()  # of these, what the gate last said is open
    observed_run: UUID | None = None  # a run of the lab that sees each of its calls
    usable_until: datetime | None = (
        None  # of the certificate, by what is known of it; None: not yet looked at
    )
    unusable_rule: str | None = None  # what closes it then


@dataclass(frozen=True, slots=True)
class RoleRecord:
    role_id: UUID
    practitioner_id: UUID
    organization_id: UUID
    code: str
    display: str
    active: bool


@dataclass(frozen=True, slots=True)
class ResourceRecord:
    resource_type: str
    resource_id: UUID
    version: int
    last_updated_at: datetime
    patient_id: UUID | None
    body: bytes
    basis: str = ""  # what opened it to the viewer (access/permission/bases.py); none in a register


@dataclass(frozen=True, slots=True)
class NewResource:
    """A resource on its way into the store, with all that it will be found by."""

    resource_type: str
    resource_id: UUID
    last_updated_at: datetime
    patient_id: UUID | None
    organization_id: UUID | None
    thread_id: UUID | None
    body: bytes
    tokens: list[int]
    identifiers: list[tuple[str, str]]  # system, value
    texts: list[tuple[str, str]]  # parameter, folded


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose eyes a reading statement looks through."""

    organization_id: UUID
    patient_id: UUID | None
    now: datetime
    role_id: UUID | None = None
    practitioner_id: UUID | None = None
    emergency: bool = False  # the token's purpose is BTG: only what broken glass opens
    kind: str = ""  # of the organisation
    acting_patient_id: UUID | None = None  # who sits at the portal's screen; None: the patient


@dataclass(frozen=True, slots=True)
class Quantity:
    value: Decimal
    unit: str = ""
    system: str = ""
    code: str = ""

    @property
    def is_countable(self) -> bool:
        """Above zero and in bounds within which every sum of it is exact (decimal keeps 28 digits)."""
        exponent = self.value.as_tuple().exponent
        return isinstance(exponent, int) and exponent >= -9 and 0 < self.value < 10**9

    def same_unit(self, other: "Quantity") -> bool:
        return (self.system, self.code or self.unit) == (other.system, other.code or other.unit)

    def with_value(self, value: Decimal) -> "Quantity":
        return Quantity(value, self.unit, self.system, self.code)


@dataclass(frozen=True, slots=True)
class Hold:
    """Who holds a claimed line: organisation, site and client together."""

    organization_id: UUID
    organization_name: str
    site: str
    client_id: str
    claimed_at: datetime
    lease_until: datetime
    first_dispensed_at: datetime | None = None  # of this hold: then the hand-over period runs


@dataclass(frozen=True, slots=True)
class LineRecord:
    """One issue of a prescription line: its content's id, its Task, its balance and who holds it."""

    line_id: UUID
    task_id: UUID
    prescription_id: UUID
    number: str
    patient_id: UUID
    organization_id: UUID  # the prescriber's
    state: StoredState
    valid_from: date
    valid_to: date
    allowed: Quantity
    dispensed: Decimal
    hold: Hold | None
    reason: str | None
    version: int
    written_at: datetime
    changed_at: datetime
    kind: str = "ordinary"  # or "special" (Latvia 6.1)
    issue: int = 1  # which time it may be handed out, of `issues`
    issues: int = 1
    cancelling: str | None = None  # the reason of a cancellation that waits for the holder to let go
    transfer_wanted_at: datetime | None = None
    receipt_id: UUID | None = None  # of its close
    pack_units: Decimal | None = None  # in a package of what was prescribed; None: not counted in units
    units_out: Decimal = Decimal(0)  # of it handed out, exactly; `dispensed` tells it in packages
    basis: str = field(default="", compare=False)  # what opened it to the viewer: not what it is

    @property
    def left(self) -> Decimal:
        return self.allowed.value - self.dispensed


@dataclass(frozen=True, slots=True)
class PrescriptionRecord:
    prescription_id: UUID
    number: str
    patient_id: UUID
    organization_id: UUID
    role_id: UUID
    written_at: datetime
    paper: str | None = None  # series and number of the form it was written on, as one word


@dataclass(frozen=True, slots=True)
class DispenseRecord:
    dispense_id: UUID
    line_id: UUID
    task_id: UUID
    patient_id: UUID
    organization_id: UUID
    site: str
    client_id: str
    role_id: UUID
    quantity: Decimal
    recorded_at: datetime
    version: int = 1
    state: DispenseState = "recorded"
    reason: str | None = None  # of a correction
    units: Decimal | None = None  # exactly, where the line is counted in units

    @property
    def amount(self) -> Decimal:
        """In the measure in which its line is counted."""
        return self.quantity if self.units is None else self.units


@dataclass(frozen=True, slots=True)
class EarlierAnswer:
    request_hash: bytes
    status: int
    headers: dict[str, str]
    answer: bytes
    patient_ids: list[UUID]  # whom the first answer showed: a repeat shows them again


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One call, as it will stand in the audit trail."""

    audit_id: UUID
    at: datetime
    event: str
    outcome: Literal["success", "refused", "fault"]
    request_id: str
    method: str
    address: str
    rule_id: str | None = None
    client_id: str | None = None
    organization_id: UUID | None = None
    organization_name: str | None = None
    role_id: UUID | None = None
    role_code: str | None = None
    acting_patient_id: UUID | None = None
    purpose: str | None = None
    token_id: str | None = None
    detail: dict[str, Any] | None = None
    practitioner_id: UUID | None = None
    salt: bytes = field(default_factory=new_salt)  # so that nobody guesses a row from its hash


@dataclass(frozen=True, slots=True)
class AuditSubject:
    patient_id: UUID
    resource_type: str
    resource_id: UUID | None
    repeated: bool = False  # an earlier answer was given again; nothing was done
    basis: str = ""  # what opened the patient's data to this call; empty: nothing did


@dataclass(frozen=True, slots=True)
class Access:
    """One entry of a patient's list: who looked, why, at what."""

    audit_id: UUID
    at: datetime
    event: str
    outcome: str
    rule_id: str | None
    client_id: str | None
    organization_name: str | None
    organization_id: UUID | None
    role_id: UUID | None
    role_code: str | None
    practitioner: str | None
    purpose: str | None
    request_id: str
    patient_id: UUID
    resource_type: str
    resource_id: UUID | None
    repeated: bool
    detail: dict[str, Any]
    basis: str
    method: str
    token_id: str | None
    practitioner_id: UUID | None
    acting_patient_id: UUID | None
    delegator_role_id: UUID | None  # in whose name an assistant acted
    delegator: str | None
    glass_id: UUID | None  # of an emergency access
    glass_reason: str | None  # as it was given
