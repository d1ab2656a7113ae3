"""Good, revoked or unknown: what one source says of one certificate, and which of several sayings counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from cryptography import x509

from tilts.onboarding.revocation.places import crl_places

Kind: TypeAlias = Literal["good", "revoked", "unknown"]
Source: TypeAlias = Literal["crl", "ocsp", ""]
EARLY: Final = timedelta(minutes=5)  # the issuer's clock may differ from ours
# ETSI TS 119 312; the same for lists and answers. SHA-1 names certificates in OCSP, it signs nothing.
HASHES: Final = frozenset({"sha256", "sha384", "sha512", "sha3-256", "sha3-384", "sha3-512"})


@dataclass(frozen=True, slots=True)
class Subject:
    """The certificate that is asked about: a serial number means something beside its issuer only."""

    serial: int
    issuer: str  # RFC 4514
    crl_places: frozenset[str] | None = None  # where its lists are; None: the certificate is not at hand


@dataclass(frozen=True, slots=True)
class Status:
    kind: Kind
    source: Source = ""
    this_update: datetime | None = None
    next_update: datetime | None = None
    revoked_at: datetime | None = None
    fault: str = ""  # why it is unknown, in no language: "overdue", "signature"
    place: str = ""  # file or address


UNKNOWN: Final = Status("unknown", fault="nothing at hand")


def subject_of(certificate: x509.Certificate) -> Subject:
    places = frozenset(crl_places(certificate))
    return Subject(certificate.serial_number, certificate.issuer.rfc4514_string(), places)


def best_of(told: Iterable[Status]) -> Status:
    """Revoked, if anybody says so; else the good one that holds longest; else why it is unknown."""
    said = list(told)
    revoked = [one for one in said if one.kind == "revoked"]
    if revoked:
        return min(revoked, key=lambda one: one.revoked_at or one.this_update or datetime.max)
    good = [one for one in said if one.kind == "good" and one.next_update is not None]
    if good:
        return max(good, key=lambda one: one.next_update or datetime.min)
    return said[-1] if said else UNKNOWN


def window_fault(this_update: datetime, next_update: datetime | None, moment: datetime) -> str:
    if this_update > moment + EARLY:
        return "not yet valid"
    if next_update is None:
        return "no next update"
    return "overdue" if next_update < moment else ""
