"""All that a check of a certificate may look at, and what the answers share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from tilts.onboarding.certificates.path import PathFault, path_fault
from tilts.onboarding.certificates.reading import Submission
from tilts.onboarding.certificates.report import Outcome
from tilts.onboarding.revocation import RevocationList
from tilts.onboarding.trust_list import TrustList
from tilts.workflow import Words

Answer: TypeAlias = tuple[Outcome, str] | tuple[Outcome, str, Words]


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who submits it. `identifiers` are those of the register: a number may stand under two schemes, and
    counts only under the one that is registered (Security 1.2)."""

    party_id: UUID
    identifiers: frozenset[str]  # NTRLV-99990000011


@dataclass(frozen=True, slots=True)
class Looked:
    """How the egress worker's last look at an address went; nothing is fetched while somebody waits."""

    tried_at: datetime
    good_at: datetime | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What the exchange knows beside the file: its own CA, who holds what, what was revoked."""

    own_issuers: tuple[x509.Certificate, ...] = ()
    registered: bool = False  # this very certificate
    key_party: UUID | None = None  # whose key it is
    revocations: tuple[RevocationList, ...] = ()
    key_revoked: bool = False  # a certificate of this key was revoked: it counts as lost
    answers: tuple[bytes, ...] = ()  # OCSP, about this very certificate
    looked: Mapping[str, Looked] = field(default_factory=dict)  # by address of a revocation source


@dataclass(frozen=True, slots=True)
class Asked:
    submission: Submission
    applicant: Applicant | None  # None: asked by nobody in particular, on the public page
    trust: TrustList | None
    known: Known
    moment: datetime
    failed: frozenset[str] = frozenset()  # checks that failed already, for the one that looks at all

    @property
    def certificate(self) -> x509.Certificate:
        assert self.submission.certificate is not None
        return self.submission.certificate

    @property
    def trust_is_current(self) -> bool:
        return self.trust is not None and self.trust.current(self.moment)

    @property
    def anchors(self) -> tuple[x509.Certificate, ...]:
        """Who may issue for connections now: our own CA, and whom the list grants it."""
        granted = self.trust.services_at(self.moment, "connection") if self.trust else ()
        listed = (x509.load_der_x509_certificate(service.certificate) for service in granted)
        return (*self.known.own_issuers, *(listed if self.trust_is_current else ()))

    @property
    def issuer(self) -> x509.Certificate | None:
        """The one that may issue for connections now and has really signed it."""
        return next((one for one in self.anchors if signed_by(self.certificate, one, self.moment)), None)

    @property
    def path_fault(self) -> PathFault | None:
        return path_fault(self.certificate, self.submission.chain, self.anchors, self.moment)


def judged(good: bool, found: str) -> Answer:
    return "pass" if good else "fail", found


def signed_by(leaf: x509.Certificate, issuer: x509.Certificate, moment: datetime) -> bool:
    if not issuer.not_valid_before_utc <= moment <= issuer.not_valid_after_utc:
        return False
    try:
        leaf.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
