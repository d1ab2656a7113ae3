"""Which certificates their issuers have revoked: lists at hand, believed only under the issuer's signature.

Each provider publishes a list with a date on which the next one comes. A list that is overdue still closes
what it names; what it does not name is then called unknown instead of good.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

log = structlog.get_logger("tilts.certificates")


@dataclass(frozen=True, slots=True)
class RevocationList:
    issuer: str  # RFC 4514
    revoked: Mapping[int, datetime]
    next_update: datetime | None
    file: str

    def overdue(self, wall: datetime) -> bool:
        return self.next_update is None or self.next_update < wall


def list_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.crl.pem"))


def read_revocations(
    files: Iterable[Path], issuers: Sequence[x509.Certificate]
) -> tuple[RevocationList, ...]:
    """Those that are signed by one of the issuers; the others are complained of and left out."""
    found = []
    for file in files:
        try:
            listed = x509.load_pem_x509_crl(file.read_bytes())
        except (OSError, ValueError):
            log.warning("revocation list unreadable", file=str(file))
            continue
        if any(_signed_by(listed, issuer) for issuer in issuers):
            revoked = {entry.serial_number: entry.revocation_date_utc for entry in listed}
            name = listed.issuer.rfc4514_string()
            found.append(RevocationList(name, revoked, listed.next_update_utc, file.name))
    return tuple(found)


def at_hand(folder: Path, own_list: Path, issuers: Sequence[x509.Certificate]) -> tuple[RevocationList, ...]:
    """All lists there are: those of the listed issuers in their folder, and the exchange's own."""
    return read_revocations([*list_files(folder), own_list], issuers)


def _signed_by(listed: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    if listed.issuer != issuer.subject:
        return False
    try:
        return listed.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    except (InvalidSignature, TypeError, ValueError, UnsupportedAlgorithm):
        return False
