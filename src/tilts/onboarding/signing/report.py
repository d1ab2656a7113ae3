"""What is asked about a signed file, and what is found out about it: who, when, how, over which documents."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias

from tilts.onboarding.trust_list import TrustService

Level: TypeAlias = Literal["advanced", "qualified"]
Side: TypeAlias = Literal["party", "authority"]
SignerKind: TypeAlias = Literal["person", "seal"]
MIB: Final = 1_048_576


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost; every field says its unit."""

    file_bytes: int = 20 * MIB
    unpacked_bytes: int = 60 * MIB
    members: int = 40
    ratio: int = 200  # unpacked to packed, of members over 1 MiB
    signatures: int = 8
    pdf_objects: int = 50_000
    cpu_seconds: int = 20
    wall_seconds: float = 30.0
    memory_bytes: int = 1024 * MIB


@dataclass(frozen=True, slots=True)
class EntitledSigner:
    """A person who may sign for a party, as registered from the register or a power of attorney."""

    name: str
    code_hint: str  # as certificates.code_hint shows it: only the last four digits
    code_hash: str = ""  # keyed hash of the whole code; when registered, it decides


@dataclass(frozen=True, slots=True)
class SigningParty:
    side: Side
    name: str
    registration_number: str  # bare (of the trade register) or with its scheme: NTRLV-...
    signers: tuple[EntitledSigner, ...] = ()
    needed: bool = True  # else: a signature of this party may be there


@dataclass(frozen=True, slots=True)
class AgreedText:
    """One document of the agreed set: its bytes are frozen by hash and size."""

    filename: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Expected:
    """Who must have signed, and what. No `agreed` means: the text is not compared."""

    parties: tuple[SigningParty, ...]
    agreed: tuple[AgreedText, ...] = ()
    code_key: bytes = b""  # secret of the installation for the keyed hash of person codes


@dataclass(frozen=True, slots=True)
class Trust:
    """The services of the trust list and the revocation lists (DER or PEM) that are at hand."""

    services: tuple[TrustService, ...]
    crls: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """What is demanded of a signature on the day of the check; see requirements.py."""

    level: Level = "qualified"
    time_stamp: bool = True
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    content: bytes
    filename: str
    expected: Expected
    trust: Trust
    moment: datetime  # wall time of the check
    terms: Terms = field(default_factory=Terms)


@dataclass(frozen=True, slots=True)
class CoveredFile:
    name: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Signer:
    """What the certificate says of its holder. The person code is never kept whole."""

    kind: SignerKind
    name: str
    organisation: str
    organisation_identifier: str  # NTRLV-40003...; ETSI EN 319 412-1 section 5.1.4
    code_hint: str
    code_hash: str
    certificate_sha256: str
    issuer: str
    qualified: bool  # what the certificate claims (QcCompliance); the list must grant it too


@dataclass(frozen=True, slots=True)
class SignatureFound:
    """One signature that holds."""

    format: str  # PAdES-B-B, PAdES-B-T, XAdES-BES or XAdES-T
    side: Side
    party: str
    signer: Signer
    level: Level
    provider: str
    service: str
    claimed_at: datetime | None  # what the signer's computer said
    proven_at: datetime | None  # what a trusted time stamp proves; None: nothing does
    time_stamp_by: str
    covers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """A file of which everything held. There is no report of a file in which something did not."""

    filename: str
    kind: Literal["pdf", "asic-e"]
    sha256: str
    checked_at: datetime
    required_level: Level
    required_time_stamp: bool
    agreed_compared: bool
    files: tuple[CoveredFile, ...]
    signatures: tuple[SignatureFound, ...]


OUT_OF_MEMORY: Final = 3  # the status with which the process of the check ends then


@dataclass(frozen=True, slots=True)
class Answer:
    """What that process says: a report, or the rule that was broken with its facts."""

    report: SignatureReport | None = None
    rule: str = ""
    facts: dict[str, str] = field(default_factory=dict)
