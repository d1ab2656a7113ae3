"""The lists that lie in folders: those of listed issuers, and the exchange's own."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import structlog
from cryptography import x509

from tilts.onboarding.revocation.lists import RevocationList, Unusable, read_list

log = structlog.get_logger("tilts.certificates")


def list_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.crl.pem"))


def read_revocations(
    files: Iterable[Path], issuers: Sequence[x509.Certificate]
) -> tuple[RevocationList, ...]:
    """Those that one of the issuers signed; lists of others are not ours to judge, what is unusable is told."""
    found = []
    for file in files:
        try:
            content = file.read_bytes()
        except OSError:
            log.warning("revocation list", file=str(file), fault="unreadable")
            continue
        found += list_of(content, issuers, file.name)
    return tuple(found)


def list_of(content: bytes, issuers: Sequence[x509.Certificate], place: str) -> list[RevocationList]:
    """One list, or none when no issuer stands behind it."""
    faults = set()
    for issuer in issuers:
        try:
            return [read_list(content, issuer, place)]
        except Unusable as fault:
            faults.add(str(fault))
    if faults - {"another issuer"}:
        log.warning("revocation list", file=place, fault=", ".join(sorted(faults - {"another issuer"})))
    return []


def at_hand(folder: Path, own_list: Path, issuers: Sequence[x509.Certificate]) -> tuple[RevocationList, ...]:
    """All lists there are: those of the listed issuers in their folder, and the exchange's own."""
    return read_revocations([*list_files(folder), own_list], issuers)
