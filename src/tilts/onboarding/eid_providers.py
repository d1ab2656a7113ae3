"""Who may sign a person in: the register of qualified electronic identification services, as dated rows.

It says nothing of certificates for connections, and the trust list says nothing of sign-ins: the two sources
are not mixed (Source page B4). Residents need a qualified service; professional work needs one of high
assurance (Latvia 3). The rows that are shipped are invented; an installation gives its own file.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from tilts.rules import Refusal
from tilts.rules.certificates import EID_TOO_LOW, EID_UNKNOWN

Assurance: TypeAlias = Literal["qualified", "qualified-high"]
Purpose: TypeAlias = Literal["resident", "professional"]
RIGA: Final = ZoneInfo("Europe/Riga")


@dataclass(frozen=True, slots=True)
class EidService:
    provider: str  # how the sign-in names it
    name: str
    operator: str
    acr: str  # what it says of a sign-in (OpenID Connect Core 2, `acr`)
    assurance: Assurance
    valid_from: date
    valid_to: date | None  # the last day
    source: str

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class EidRegister:
    source: str
    services: tuple[EidService, ...]

    def services_at(self, moment: datetime) -> tuple[EidService, ...]:
        day = moment.astimezone(RIGA).date()
        return tuple(one for one in self.services if one.holds_on(day))


@dataclass(frozen=True, slots=True)
class Verdict:
    service: EidService | None
    reason: Refusal | None

    @property
    def open(self) -> bool:
        return self.reason is None


@cache
def eid_register(file: Path = Path()) -> EidRegister:
    """The shipped register, or the installation's own; msgspec.ValidationError names what is wrong with it."""
    shipped = files("tilts.onboarding").joinpath("eid_register.json")
    content = shipped.read_bytes() if file == Path() else file.read_bytes()
    return msgspec.json.decode(content, type=EidRegister)


def may_sign_in(
    provider: str, acr: str, moment: datetime, purpose: Purpose, register: EidRegister | None = None
) -> Verdict:
    """May this sign-in be used for this, at this moment? The provider's own word (`acr`) must be the register's."""
    listed = (register or eid_register()).services_at(moment)
    found = [one for one in listed if one.provider == provider]
    if not found:
        return Verdict(None, Refusal(EID_UNKNOWN, provider=provider))
    service = next((one for one in found if one.acr == acr), None)
    if service is None:
        return Verdict(found[0], Refusal(EID_TOO_LOW, assurance=acr or "-"))
    if purpose == "professional" and service.assurance != "qualified-high":
        return Verdict(service, Refusal(EID_TOO_LOW, assurance=service.assurance))
    return Verdict(service, None)
