"""The head of a seal: what is signed, published and stamped; and the key that signs it.

The signed bytes are one JSON object of integers and texts: members sorted, no spaces. Each head holds the hash
of the one before it, so that whoever keeps one head holds everything before it fast.
"""

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tilts.store.trail.leaves import moment, write
from tilts.store.trail.seals import Seal

KEY_FILE: Final = "seal.key"
KEPT_KEYS: Final = "seal-*.pub"  # of seals from before the key was changed
NOTHING: Final = bytes(32)  # what stands before the first head
KIND_BYTES: Final = {b"E": "entry", b"S": "subject"}
MEMBER_BYTES: Final = 1 + 16 + 32


def head_of(seal: Seal, environment: str) -> dict[str, Any]:
    return {
        "kind": "seal",
        "v": 1,
        "environment": environment,
        "sequence": seal.sequence,
        "from": str(seal.from_xid),
        "to": str(seal.to_xid),
        "count": seal.count,
        "root": seal.root.hex(),
        "previous": seal.previous.hex(),
        "earlier": list(seal.earlier),
        "at": moment(seal.at),
        "key": seal.key_id,
    }


def head_bytes(seal: Seal, environment: str) -> bytes:
    return write(head_of(seal, environment)).encode()


def hash_of(seal: Seal, environment: str) -> bytes:
    """By this the next head, a time stamp and a witness know it."""
    return digest(head_bytes(seal, environment))


def digest(head: bytes) -> bytes:
    return hashlib.sha256(head).digest()


def published(seal: Seal, environment: str) -> dict[str, Any]:
    """A head as anybody may fetch it: nothing of what was sealed, only that it was."""
    return {
        "head": head_of(seal, environment),
        "hash": hash_of(seal, environment).hex(),
        "signature": seal.signature.hex(),
    }


@dataclass(frozen=True, slots=True)
class SealKey:
    private: Ed25519PrivateKey
    key_id: str

    def sign(self, seal: Seal, environment: str) -> Seal:
        unsigned = replace(seal, key_id=self.key_id)
        return replace(unsigned, signature=self.private.sign(head_bytes(unsigned, environment)))


def ensure_key(folder: Path) -> SealKey:
    """The key of this installation; made once, readable by the owner alone, never in the database."""
    file = folder / KEY_FILE
    if not file.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        half = folder / f"{KEY_FILE}.{os.getpid()}"
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(made)
        try:
            os.link(half, file)  # who comes second takes the first one's
        except FileExistsError:
            pass
        finally:
            half.unlink()
    if file.stat().st_mode & 0o077:
        raise SystemExit(f"{file} can be read by others: chmod 600 {file}")
    private = serialization.load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(private, Ed25519PrivateKey):
        raise SystemExit(f"{file} holds no Ed25519 key")
    return SealKey(private, key_id(private.public_key()))


def key_id(public: Ed25519PublicKey) -> str:
    return hashlib.sha256(public_bytes(public)).hexdigest()[:16]


def public_bytes(public: Ed25519PublicKey) -> bytes:
    return public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def public_keys(folder: Path) -> dict[str, Ed25519PublicKey]:
    """By id: the key in use and, as PEM beside it, those before it."""
    found = [ensure_key(folder).private.public_key()] if (folder / KEY_FILE).exists() else []
    for file in sorted(folder.glob(KEPT_KEYS)):
        public = serialization.load_pem_public_key(file.read_bytes())
        if isinstance(public, Ed25519PublicKey):
            found.append(public)
    return {key_id(public): public for public in found}


def is_signed(seal: Seal, environment: str, keys: dict[str, Ed25519PublicKey]) -> bool:
    public = keys.get(seal.key_id)
    if public is None:
        return False
    try:
        public.verify(seal.signature, head_bytes(seal, environment))
    except InvalidSignature:
        return False
    return True


@dataclass(frozen=True, slots=True, order=True)
class Member:
    """One row in a seal's list: enough to name it when it is gone, and nothing of what it said."""

    audit_id: bytes
    kind: bytes
    leaf: bytes

    @property
    def written(self) -> bytes:
        return self.kind + self.audit_id + self.leaf


def members_of(written: bytes) -> list[Member]:
    """The list as it stands in the seal; what is left over at its end is nobody's."""
    whole = len(written) - len(written) % MEMBER_BYTES
    return [
        Member(kind=written[at : at + 1], audit_id=written[at + 1 : at + 17], leaf=written[at + 17 : at + 49])
        for at in range(0, whole, MEMBER_BYTES)
    ]
