"""Whose certificate it is: from the peer's certificate to a registered connection.

TLS has checked the chain to an issuer that we trust; here it is decided whether exactly this
certificate is registered, in its dates, not revoked, and may still be used by what is known of it. It is asked
again on every call, so that a revocation also closes connections that are open; what is known is
looked at apart (ADR 0036).
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from tilts.clock import shown
from tilts.rules import Refusal
from tilts.rules.access import (
    ACC_CERTIFICATE_NOT_VALID_NOW,
    ACC_CERTIFICATE_REVOKED,
    ACC_CERTIFICATE_UNKNOWN,
    ACC_NO_CERTIFICATE,
    ACC_PARTY_CLOSED,
)
from tilts.rules.trust.standing import ACC_ISSUER_WITHDRAWN, ACC_REVOCATION_UNKNOWN, ACC_TRUST_LIST_OVERDUE
from tilts.store import connections
from tilts.store.onboarding.gate import GateCertificate
from tilts.store.records import ConnectionRecord
from tilts.store.tx import Tx

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
    if connection.usable_until is not None and connection.usable_until < now:
        raise closed_by(connection.unusable_rule, connection.usable_until, connection.client_id)
    return connection


def closed_by(rule_id: str | None, until: datetime, client_id: str) -> Refusal:
    """Why it is closed was decided when it was last looked at (onboarding/standing), never during a call."""
    return Refusal(
        ACC_ISSUER_WITHDRAWN
        if rule_id == ACC_ISSUER_WITHDRAWN.id
        else ACC_TRUST_LIST_OVERDUE
        if rule_id == ACC_TRUST_LIST_OVERDUE.id
        else ACC_REVOCATION_UNKNOWN,
        until=shown(until),
        client_id=client_id,
    )


def is_live(found: GateCertificate, at: datetime) -> bool:
    revoked = found.revoked_at is not None and found.revoked_at <= at
    return not revoked and found.not_before <= at <= found.not_after


def is_usable(found: GateCertificate, at: datetime) -> bool:
    return found.usable_until is None or at <= found.usable_until


def closes(among: Sequence[GateCertificate]) -> tuple[Refusal, datetime]:
    """Of certificates of which something is known: what calls are told once the last of them closes, and when."""
    until, rule_id, client_id = max(
        (one.usable_until, one.unusable_rule or "", one.client_id) for one in among if one.usable_until
    )
    return closed_by(rule_id, until, client_id), until


def check_active(connection: ConnectionRecord) -> ConnectionRecord:
    if not connection.active:
        raise Refusal(ACC_PARTY_CLOSED, client_id=connection.client_id, unmet=NOT_ACTIVE)
    return connection


async def identify(tx: Tx, certificate_der: bytes | None, now: datetime) -> ConnectionRecord:
    if certificate_der is None:
        raise Refusal(ACC_NO_CERTIFICATE)
    return check(await connections.find_by_fingerprint(tx, fingerprint_of(certificate_der)), now)
