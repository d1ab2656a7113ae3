"""What a client assertion says of the call to come: for whom, why, in whose name, for which patient.

`extensions.hl7-b2b` of HL7 UDAP Security (b2b.md); who the ids are is asked of the registers (people.py).
"""

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final
from uuid import UUID

import msgspec

from tilts.access import scopes
from tilts.rules import Refusal
from tilts.rules.trust.tokens import TOK_BINDING_WRONG, TOK_PURPOSE
from tilts.store.records import ConnectionRecord

LONGEST_TEXT: Final = 200
MOST_CONSENTS: Final = 10
TEXTS: Final = ("subject_name", "organization_name")
LISTS: Final = ("consent_policy", "consent_reference")
FOR_ANOTHER: Final = "FAMRQT"  # a guardian's or a delegate's purpose


@dataclass(frozen=True, slots=True)
class Binding:
    purpose: str
    practitioner_id: UUID | None = None
    role_id: UUID | None = None
    patient_id: UUID | None = None  # the portal's: the resident at the screen
    delegator_id: UUID | None = None  # a role for an assistant; for the portal the patient acted for
    kept: dict[str, Any] = field(default_factory=dict)  # what is only written down

    @property
    def is_extended(self) -> bool:
        return self.role_id is not None or self.patient_id is not None


@dataclass(frozen=True, slots=True)
class PurposeCode:
    """A code of the old exchange, and which of ours it means."""

    code: str
    purpose: str
    valid_from: date
    valid_to: date | None

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class PurposeTable:
    source: str
    systems: tuple[str, ...]
    codes: tuple[PurposeCode, ...]


@cache
def purpose_table() -> PurposeTable:
    content = files("tilts.access.tokens").joinpath("purposes.json").read_bytes()
    return msgspec.json.decode(content, type=PurposeTable)


def read_binding(claims: dict[str, Any], connection: ConnectionRecord, day: date) -> Binding:
    extensions = claims.get("extensions")
    b2b = extensions.get("hl7-b2b") if isinstance(extensions, dict) else None
    if not isinstance(b2b, dict) or b2b.get("version") != "1":
        raise Refusal(TOK_BINDING_WRONG, fault="version '1' is missing")
    if str(b2b.get("organization_id")).removeprefix("urn:uuid:") != str(connection.organization_id):
        raise Refusal(TOK_BINDING_WRONG, fault="organization_id is not the client's organisation")
    said = b2b.get("purpose_of_use")
    binding = Binding(
        purpose=purpose_of(said, connection.kind, day),
        practitioner_id=_uuid(b2b, "subject_id"),
        role_id=_uuid(b2b, "subject_role"),
        patient_id=_uuid(b2b, "patient"),
        delegator_id=_uuid(b2b, "delegator"),
        kept=kept_of(b2b),
    )
    fault = fault_in(binding, connection.kind)
    if fault:
        raise Refusal(TOK_BINDING_WRONG, fault=fault)
    return binding


def purpose_of(said: object, kind: str, day: date) -> str:
    """One purpose that is open to this kind of party, by our code, with its system before it, or by a national one."""
    open_purposes = scopes.PURPOSES[kind]
    written = said[0] if isinstance(said, list) and len(said) == 1 else None
    if isinstance(written, str):
        found = meant_by(written, day)
        if found in open_purposes:
            return found
    raise Refusal(TOK_PURPOSE, purposes=", ".join(open_purposes))


def meant_by(written: str, day: date) -> str:
    table = purpose_table()
    for joint in ("#", "|"):
        system, found, code = written.rpartition(joint)
        if found and system in table.systems:
            written = code
    national = (row.purpose for row in table.codes if row.code == written and row.holds_on(day))
    return next(national, written)


def fault_in(binding: Binding, kind: str) -> str:
    """Pure: what does not go together, in words; empty when all does."""
    portal, purpose = kind == "portal", binding.purpose
    wrong = {
        "subject_id and subject_role go together": (binding.practitioner_id is None)
        != (binding.role_id is None),
        "the portal names the patient at the screen (patient)": portal and binding.patient_id is None,
        "patient comes from the portal only": not portal and binding.patient_id is not None,
        "the portal acts for residents only": portal and binding.role_id is not None,
        "delegator and the purpose FAMRQT go together": portal
        and (binding.delegator_id is None) != (purpose != FOR_ANOTHER),
        "delegator needs subject_role: somebody acts in their name": not portal
        and binding.delegator_id is not None
        and binding.role_id is None,
        f"the purpose {purpose} needs subject_role": purpose in ("ETREAT", "BTG") and binding.role_id is None,
    }
    return next((words for words, is_so in wrong.items() if is_so), "")


def kept_of(b2b: dict[str, Any]) -> dict[str, Any]:
    """Members that decide nothing here and are written down with the token: names never are."""
    for name in TEXTS:
        if name in b2b and not _is_text(b2b[name]):
            raise Refusal(TOK_BINDING_WRONG, fault=f"{name} is no text of at most {LONGEST_TEXT} characters")
    for name in LISTS:
        given = b2b.get(name, [])
        if not isinstance(given, list) or len(given) > MOST_CONSENTS or not all(map(_is_text, given)):
            raise Refusal(TOK_BINDING_WRONG, fault=f"{name} is no list of at most {MOST_CONSENTS} addresses")
    if b2b.get("consent_reference") and not b2b.get("consent_policy"):
        raise Refusal(TOK_BINDING_WRONG, fault="consent_reference needs consent_policy")
    kept = {name: b2b[name] for name in LISTS if b2b.get(name)}
    said = b2b.get("purpose_of_use")
    return kept | ({"purpose_said": said[0]} if isinstance(said, list) and said else {})


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_TEXT and value.isprintable()


def _uuid(b2b: dict[str, Any], name: str) -> UUID | None:
    written = b2b.get(name)
    if written is None:
        return None
    try:
        return UUID(str(written).rpartition("/")[2].removeprefix("urn:uuid:"))
    except ValueError:
        raise Refusal(TOK_BINDING_WRONG, fault=f"{name} is not an id of the register") from None
