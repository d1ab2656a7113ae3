"""The proof that one access stands in the trail as it is shown: for the patient, to be checked without us.

A file of JSON: both records with their salts, the way from the subject's leaf to the root, and the signed head.
`verify-access.py` checks it with nothing but Python and `cryptography` (docs/howto/verify-an-access.md).
"""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from tilts.access.audit import heads
from tilts.access.audit.merkle import path_of
from tilts.rules import Refusal
from tilts.rules.trust.audit import AUD_BEFORE_SEALING, AUD_NOT_SEALED_YET
from tilts.store.trail import reading
from tilts.store.trail.leaves import entry_record, subject_record
from tilts.store.tx import Tx

SCRIPT: Final = "verify-access.py"
MOST_HEADS: Final = 1000


async def proof_of(
    tx: Tx, patient_id: UUID, audit_id: UUID, environment: str, keys_folder: Path
) -> dict[str, Any] | None:
    """The proof of one access to one patient; None when there is no such access."""
    subject = await reading.subject(tx, patient_id, audit_id)
    entry = await reading.entry(tx, audit_id) if subject else None
    if subject is None or entry is None:
        return None
    if subject["leaf"] is None or entry["leaf"] is None:
        raise Refusal(AUD_BEFORE_SEALING)
    seal = await reading.seal_over(tx, subject["xid"])
    if seal is None:
        raise Refusal(AUD_NOT_SEALED_YET)
    leaves = [one.leaf for one in heads.members_of(seal.members)]
    place = leaves.index(bytes(subject["leaf"]))
    public = heads.public_keys(keys_folder)[seal.key_id]
    return {
        "form": "tilts-access-proof 1",
        "entry": entry_record(entry, bytes(entry["salt"])),
        "subject": subject_record(subject, bytes(subject["salt"]), bytes(entry["leaf"])),
        "place": place,
        "size": len(leaves),
        "path": [beside.hex() for beside in path_of(leaves, place)],
        **heads.published(seal, environment),
        "public_key": heads.public_bytes(public).hex(),
    }


async def newest_heads(
    tx: Tx, environment: str, keys_folder: Path, *, limit: int, before: int | None
) -> dict[str, Any]:
    """What organisations fetch and keep: then nobody can rewrite the past without their noticing."""
    found = await reading.heads(tx, limit, before)
    keys = heads.public_keys(keys_folder)
    return {
        "environment": environment,
        "keys": {name: heads.public_bytes(key).hex() for name, key in keys.items()},
        "heads": [heads.published(seal, environment) for seal in found],
    }


async def asked_heads(
    tx: Tx, environment: str, keys_folder: Path, asked: Mapping[str, str]
) -> dict[str, Any]:
    """As the address asks for them: `count`, `before`; what is no number is not asked for."""
    count, before = (_number(asked.get(name, "")) for name in ("count", "before"))
    limit = min(count or 100, MOST_HEADS)
    return await newest_heads(tx, environment, keys_folder, limit=limit, before=before)


def _number(written: str) -> int | None:
    return int(written) if written.isascii() and written.isdigit() and len(written) < 16 else None


def script() -> bytes:
    """The program by which anybody checks a proof."""
    return files("tilts.access.audit").joinpath(SCRIPT).read_bytes()
