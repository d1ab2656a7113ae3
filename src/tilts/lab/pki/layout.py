"""Where each file of the test PKI lies, and how one tells that a folder of it is whole."""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Final

DECLARED: Final = Path(__file__).with_name("pki.yml")
AUTHORITIES: Final = ("root", "issuing", "stranger")
DEFECTIVE: Final = (
    "expired",
    "wrong-issuer",
)  # both speak for the practice; `revoked` is a client of its own
SPOKEN_FOR: Final = "practice"
CLIENT_FILES: Final = ("cert.pem", "key.pem", "jwk.json", "browser.p12")
MADE: Final = "made.json"
FILES: Final = (
    MADE,
    "ca.pem",
    "chain.pem",
    "crl.pem",
    "server.pem",
    "server.key",
    *(f"authority/{label}.key" for label in AUTHORITIES),
    *(f"clients/{label}/{file}" for label in (*DEFECTIVE, "revoked") for file in CLIENT_FILES),
)


def note_of(day: date) -> str:
    """What is written last: the day from which all dates count, and the declaration that was used."""
    return json.dumps({"day": day.isoformat(), "declaration": _digest()})


def day_in(folder: Path) -> date | None:
    """The day on which a whole folder was made, by the declaration as it is now; else None."""
    if not all((folder / file).is_file() for file in FILES):
        return None
    try:
        note = json.loads((folder / MADE).read_text("utf-8"))
        return date.fromisoformat(note["day"]) if note["declaration"] == _digest() else None
    except (ValueError, KeyError, TypeError):
        return None


def _digest() -> str:
    return hashlib.sha256(DECLARED.read_bytes()).hexdigest()
