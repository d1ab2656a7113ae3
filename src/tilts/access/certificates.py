"""Whose certificate it is: from the peer's certificate to a registered connection.

TLS has checked the chain to an issuer that we trust; here it is decided whether exactly this
certificate is registered, in its dates and not revoked. It is asked again on every call, so that a
revocation also closes connections that are open.
"""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from tilts.onboarding.revocations import list_files, read_revocations
from tilts.onboarding.trust_keeping import TrustSources, pinned, trust_state
from tilts.rules import Refusal
from tilts.rules.access import (
    ACC_CERTIFICATE_NOT_VALID_NOW,
    ACC_CERTIFICATE_REVOKED,
    ACC_CERTIFICATE_UNKNOWN,
    ACC_NO_CERTIFICATE,
    ACC_PARTY_CLOSED,
)
from tilts.store import connections
from tilts.store.records import ConnectionRecord
from tilts.store.tx import Tx

log = structlog.get_logger("tilts.certificates")

NOT_ACTIVE: Final = "nav aktīvs / not active"  # switched off by the operator, whatever the gate says


def fingerprint_of(certificate_der: bytes) -> bytes:
    """SHA-256 of the whole certificate: the x5t#S256 of RFC 8705."""
    return hashlib.sha256(certificate_der).digest()


def check(connection: ConnectionRecord | None, now: datetime) -> ConnectionRecord:
    """Pure: the connection, if its certificate opens the door at this moment."""
    if connection is None:
        raise Refusal(ACC_CERTIFICATE_UNKNOWN)
    if connection.revoked_at is not None and connection.revoked_at <= now:
        raise Refusal(ACC_CERTIFICATE_REVOKED, client_id=connection.client_id)
    if connection.not_before is None or connection.not_after is None:
        raise Refusal(ACC_CERTIFICATE_UNKNOWN)
    if not connection.not_before <= now <= connection.not_after:
        raise Refusal(ACC_CERTIFICATE_NOT_VALID_NOW, client_id=connection.client_id)
    return connection


def check_active(connection: ConnectionRecord) -> ConnectionRecord:
    if not connection.active:
        raise Refusal(ACC_PARTY_CLOSED, client_id=connection.client_id, unmet=NOT_ACTIVE)
    return connection


async def identify(tx: Tx, certificate_der: bytes | None, now: datetime) -> ConnectionRecord:
    if certificate_der is None:
        raise Refusal(ACC_NO_CERTIFICATE)
    return check(await connections.find_by_fingerprint(tx, fingerprint_of(certificate_der)), now)


async def apply_revocations(tx: Tx, crl_file: Path, issuer_file: Path, wall: datetime | None = None) -> None:
    """What the issuer has revoked is closed from the next call on, also on open connections."""
    revoked = revoked_serials(crl_file, issuer_file, wall)
    issuer = x509.load_pem_x509_certificate(issuer_file.read_bytes())
    # Of certificates registered before issuers were kept the issuer is '': they are all our own CA's.
    await connections.revoke(tx, [issuer.subject.rfc4514_string(), ""], revoked)


async def apply_listed_revocations(tx: Tx, sources: TrustSources, wall: datetime) -> None:
    """The same for the issuers on the trust list, as far as their lists are at hand."""
    state = await trust_state(tx, pinned(sources.signers))
    if state.list is None:
        return
    issuers = [
        x509.load_der_x509_certificate(one.certificate) for one in state.list.known_at(wall, "connection")
    ]
    for listed in read_revocations(list_files(sources.revocation_lists), issuers):
        if listed.overdue(wall):
            log.warning("revocation list overdue", file=listed.file, next_update=str(listed.next_update))
        await connections.revoke(tx, [listed.issuer], listed.revoked)


def revoked_serials(crl_file: Path, issuer_file: Path, wall: datetime | None = None) -> dict[int, datetime]:
    """Serial -> revoked at, from a revocation list whose signature by the issuer holds.

    Raises ValueError when the list is not by that issuer: a list that cannot be trusted must not
    open or close anything. One whose next issue is overdue still closes what it names, and is
    complained of: nothing that it closed opens again.
    """
    crl = x509.load_pem_x509_crl(crl_file.read_bytes())
    issuer = x509.load_pem_x509_certificate(issuer_file.read_bytes())
    try:
        valid = crl.issuer == issuer.subject and crl.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    except (InvalidSignature, TypeError):
        valid = False
    if not valid:
        raise ValueError(f"{crl_file} is not signed by {issuer.subject.rfc4514_string()}")
    if wall is not None and (crl.next_update_utc is None or crl.next_update_utc < wall):
        log.warning("revocation list overdue", file=str(crl_file), next_update=str(crl.next_update_utc))
    return {entry.serial_number: entry.revocation_date_utc for entry in crl}
