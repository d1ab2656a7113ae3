"""The leaf of an audit row: one hash over everything that it says, so that nobody can change it unseen.

Form 1, stable for ever; a change of it is form 2 beside it (docs/why/audit.md has it for readers):

    leaf = SHA-256(0x00 || record)
    record = JSON, members sorted by code point, UTF-8 as it is, no spaces, integers only among numbers

A moment is UTC with six digits of seconds and Z, an id is lower case, bytes are lower-case hex. The record of a
subject holds its entry's leaf: one path from the subject proves both. The salt makes that no leaf can be
guessed from what a row probably said; taken away with the row, it leaves a hash that tells nothing.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

FORM: Final = 1
SALT_BYTES: Final = 16
ENTRY, SUBJECT = "entry", "subject"
ENTRY_FIELDS: Final = (
    "audit_id",
    "at",
    "event",
    "outcome",
    "rule_id",
    "client_id",
    "organization_id",
    "organization_name",
    "role_id",
    "role_code",
    "practitioner_id",
    "acting_patient_id",
    "purpose",
    "token_id",
    "request_id",
    "method",
    "address",
    "detail",
)
SUBJECT_FIELDS: Final = ("audit_id", "patient_id", "resource_type", "resource_id", "repeated", "basis")
write: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def new_salt() -> bytes:
    return os.urandom(SALT_BYTES)


def entry_record(row: Mapping[str, Any], salt: bytes) -> dict[str, Any]:
    """What is hashed of an entry, as it is hashed."""
    record = {name: plain(row[name]) for name in ENTRY_FIELDS}
    return {**record, "detail": steady(row["detail"] or {}), "kind": ENTRY, "v": FORM, "salt": salt.hex()}


def subject_record(row: Mapping[str, Any], salt: bytes, entry_leaf: bytes) -> dict[str, Any]:
    record = {name: plain(row[name]) for name in SUBJECT_FIELDS}
    return {**record, "kind": SUBJECT, "v": FORM, "salt": salt.hex(), "entry": entry_leaf.hex()}


def leaf_of(record: dict[str, Any]) -> bytes:
    return hashlib.sha256(b"\x00" + write(record).encode()).digest()


def plain(value: Any) -> Any:
    kind = type(value)
    if kind is UUID:
        return str(value)
    return moment(value) if kind is datetime else value


def moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"


def steady(detail: dict[str, Any]) -> dict[str, Any]:
    """What comes back from the database as it went in: a fraction is kept as its text, for jsonb has its own."""
    if not detail:
        return detail
    found: dict[str, Any] = json.loads(json.dumps(detail), parse_float=str)
    return found
