"""Checks that an access to your record stands in the signed audit trail exactly as you were shown it.

    python verify-access.py PROOF.json HEADS.json      (or https://.../audit/heads instead of HEADS.json)
Needs Python 3.10 and `pip install cryptography`; nothing of the exchange. Exit status 0: proved.
"""

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def canonical(record: Any) -> bytes:
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def root(leaf: bytes, place: int, last: int, path: list[str]) -> str | None:  # RFC 9162, 2.1.3.2
    for beside in map(bytes.fromhex, path):
        while place % 2 == 0 and place == last and last > 0:
            place, last = place // 2, last // 2
        leaf = sha256(b"\x01" + (beside + leaf if place % 2 else leaf + beside)).digest()
        place, last = place // 2, last // 2
    return leaf.hex() if place == last == 0 else None


def why_not(proof: Any, heads: Any) -> str | None:
    entry, subject, head, place = proof["entry"], proof["subject"], proof["head"], proof["place"]
    entry_leaf, leaf = (sha256(b"\x00" + canonical(one)).digest() for one in (entry, subject))
    if subject["entry"] != entry_leaf.hex() or subject["audit_id"] != entry["audit_id"]:
        return "the entry is not the one that was sealed"
    if not 0 <= place < head["count"] or root(leaf, place, head["count"] - 1, proof["path"]) != head["root"]:
        return "it does not stand in this seal"
    if head not in [one["head"] for one in heads["heads"]]:
        return "the published heads do not hold this seal; fetch those around it with ?before="
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(heads["keys"][head["key"]]))
    return key.verify(bytes.fromhex(proof["signature"]), canonical(head))  # None, or InvalidSignature


if __name__ == "__main__":
    try:
        proof, where = json.loads(Path(sys.argv[1]).read_bytes()), sys.argv[2]
        no = why_not(proof, json.loads(urlopen(where).read() if "://" in where else Path(where).read_bytes()))
    except (InvalidSignature, LookupError, OSError, TypeError, ValueError) as fault:
        no = f"{type(fault).__name__} {fault}"
    sys.exit(f"NOT proved: {no}" if no else print("proved: it stands in seal", proof["head"]["sequence"]))
