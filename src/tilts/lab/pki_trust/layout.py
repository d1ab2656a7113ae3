"""Where each file of the invented trust service providers lies, and who they are."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

# Issuing CAs; the last two belong to a provider whose services were withdrawn.
Authority: TypeAlias = Literal[
    "signature-ca", "connection-ca", "timestamp-ca", "withdrawn-signature-ca", "withdrawn-connection-ca"
]
AUTHORITIES: Final[tuple[Authority, ...]] = get_args(Authority)
# Issued by the provider's root, as most real ones are. The others sign themselves: pyHanko takes the
# revocation list of an anchor only when the anchor does (tried with certvalidator 0.33).
UNDER_ROOT: Final[frozenset[Authority]] = frozenset({"connection-ca"})
FORM: Final = 2  # raised when what is made changes, so that folders of before are made anew
NOTE: Final = "made.json"
KEYS: Final = ("root", "list-signer", "tsa", *AUTHORITIES)
FILES: Final = (
    "list.xml",
    *(f"{label}.pem" for label in KEYS),
    *(f"{label}.crl.pem" for label in AUTHORITIES),
    *(f"keys/{label}.key" for label in KEYS),
)
# Days counted from the one on which the folder is made.
STARTS, ENDS = -395, 730
GRANTED_SINCE: Final = -390
WITHDRAWN_SINCE: Final = -90


@dataclass(frozen=True, slots=True)
class TrustFolder:
    """A whole folder; certificates and keys are read when asked for."""

    folder: Path  # <pki>/trust
    day: date  # on which it was made

    @property
    def list_xml(self) -> Path:
        return self.folder / "list.xml"

    @property
    def list_signer(self) -> Path:
        return self.folder / "list-signer.pem"

    @property
    def tsa(self) -> Path:
        return self.folder / "tsa.pem"

    @property
    def accepted(self) -> Path:
        return self.folder.parent / "accepted.pem"

    @property
    def accepted_roots(self) -> Path:
        return self.folder.parent / "accepted-roots.pem"

    def crl(self, authority: Authority) -> Path:
        return self.folder / f"{authority}.crl.pem"

    def chain(self, authority: Authority) -> tuple[x509.Certificate, ...]:
        """The authority, then its root where it has one."""
        above = ("root",) if authority in UNDER_ROOT else ()
        return tuple(self.certificate(label) for label in (authority, *above))

    def key_file(self, label: str) -> Path:
        return self.folder / "keys" / f"{label}.key"

    def certificate(self, label: str) -> x509.Certificate:
        """Of an authority, `root`, `tsa` or `list-signer`."""
        return x509.load_pem_x509_certificate((self.folder / f"{label}.pem").read_bytes())

    def key(self, label: str) -> ec.EllipticCurvePrivateKey:
        found = load_pem_private_key(self.key_file(label).read_bytes(), None)
        assert isinstance(found, ec.EllipticCurvePrivateKey)
        return found

    def moment(self, days: int) -> datetime:
        """Midnight so many days after the one on which the folder was made."""
        return datetime.combine(self.day + timedelta(days=days), time(), UTC)


def note_of(day: date) -> str:
    return json.dumps({"day": day.isoformat(), "form": FORM})


def day_in(trust: Path) -> date | None:
    """The day on which a whole folder was made, in today's form; else None."""
    if not all((trust / file).is_file() for file in (NOTE, *FILES)):
        return None
    try:
        note = json.loads((trust / NOTE).read_text("utf-8"))
        return date.fromisoformat(note["day"]) if note["form"] == FORM else None
    except (ValueError, KeyError, TypeError):
        return None


def open_trust(folder: Path) -> TrustFolder:
    """What `ensure_trust` made in the PKI folder; FileNotFoundError when it did not."""
    day = day_in(folder / "trust")
    if day is None:
        raise FileNotFoundError(f"no trust list in {folder}: the sandbox makes it when it starts")
    return TrustFolder((folder / "trust").absolute(), day)
