"""The list of what our own CA has revoked: signed again as soon as something is missing in it, and once a day.

It lies at `<pki>/crl.pem`, where the step that looks at revocations reads it as any other; the portal publishes it.
What stands in it once stays in it.
"""

import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

import structlog
from cryptography import x509
from cryptography.x509 import ReasonFlags

from tilts.onboarding.issuing.authority import Revoked, authority_from
from tilts.settings import Settings
from tilts.store.onboarding import certificates as store
from tilts.store.tx import Tx

FILE: Final = "crl.pem"
SIGNED_AGAIN: Final = timedelta(days=1)
REASONS: Final[Mapping[str, ReasonFlags]] = MappingProxyType(
    {
        "key-compromise": ReasonFlags.key_compromise,
        "affiliation-changed": ReasonFlags.affiliation_changed,
        "superseded": ReasonFlags.superseded,
        "cessation": ReasonFlags.cessation_of_operation,
        "privilege-withdrawn": ReasonFlags.privilege_withdrawn,
    }
)
log = structlog.get_logger("tilts.certificates")


async def keep_own_list(tx: Tx, settings: Settings, wall: datetime) -> bool:
    """True when it was signed again; of several workers one does it, and the next one finds it done."""
    authority = authority_from(settings)
    if authority is None:
        return False
    await store.lock_list(tx)
    file = settings.pki_folder / FILE
    listed = own_list(settings.pki_folder, authority.certificate)
    rows = await store.revoked_by(tx, authority.certificate.subject.rfc4514_string())
    known = revoked_in(listed)
    wanted = {int(one.serial): Revoked(one.revoked_at, reason_of(one.reason)) for one in rows}
    fresh = listed is not None and wall - listed.last_update_utc < SIGNED_AGAIN
    if fresh and wanted.keys() <= known.keys():
        return False
    put_in_place(file, authority.revocation_list({**wanted, **known}, wall))
    log.info("own revocation list signed", entries=len(wanted.keys() | known.keys()))
    return True


def own_list(pki_folder: Path, issuer: x509.Certificate) -> x509.CertificateRevocationList | None:
    """None when there is none, or one that our CA did not sign: what a stranger wrote is not carried on."""
    try:
        listed = x509.load_pem_x509_crl((pki_folder / FILE).read_bytes())
    except (OSError, ValueError):
        return None
    own = listed.issuer == issuer.subject
    return listed if own and listed.is_signature_valid(issuer.public_key()) else None  # type: ignore[arg-type]


def revoked_in(listed: x509.CertificateRevocationList | None) -> dict[int, Revoked]:
    found = {}
    for entry in listed or ():
        try:
            reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
        except x509.ExtensionNotFound:
            reason = ReasonFlags.unspecified
        found[entry.serial_number] = Revoked(entry.revocation_date_utc, reason)
    return found


def reason_of(written: str) -> ReasonFlags:
    return REASONS.get(written, ReasonFlags.unspecified)


def put_in_place(file: Path, content: bytes) -> None:
    half = file.with_name(f".{file.name}.half")
    half.write_bytes(content)
    os.replace(half, file)
