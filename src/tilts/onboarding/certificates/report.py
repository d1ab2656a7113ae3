"""The answer to "why is mine refused?": every check with what was found, and what to do where it failed."""

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from tilts.onboarding.certificates.reading import Submission
from tilts.onboarding.certificates.table import Check
from tilts.rules import Refusal
from tilts.rules.certificates import CERT_CHECKS_FAILED
from tilts.workflow import Words

Outcome: TypeAlias = Literal["pass", "fail", "not-asked"]


WORST_FIRST: Final[tuple[Outcome, ...]] = ("fail", "pass", "not-asked")


@dataclass(frozen=True, slots=True)
class Finding:
    check: Check
    outcome: Outcome
    found: str  # the value that was looked at, in no language: "RSA 1024", "NTRLV-99990000011"
    note: Words | None = None  # what a value alone does not tell


@dataclass(frozen=True, slots=True)
class CertificateReport:
    submission: Submission | None  # None: it could not be read
    findings: tuple[Finding, ...]
    points_verified: bool

    @property
    def faults(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.outcome == "fail")

    @property
    def worst_first(self) -> tuple[Finding, ...]:
        """For the page: what is to be put right stands on top, what was not asked at the end."""
        return tuple(sorted(self.findings, key=lambda one: WORST_FIRST.index(one.outcome)))

    @property
    def good(self) -> bool:
        return not self.faults

    def require(self) -> None:
        """Refusal CERT-004 with the ids of all checks that failed."""
        if self.faults:
            raise Refusal(CERT_CHECKS_FAILED, faults=", ".join(one.check.id for one in self.faults))

    def as_facts(self) -> dict[str, Any]:
        """For the case: what was submitted and what was found, without the bytes."""
        read = self.submission
        told: dict[str, Any] = {
            "checks": [{"id": f.check.id, "outcome": f.outcome, "found": f.found} for f in self.findings],
            "good": self.good,
        }
        if read is not None:
            told |= {
                "form": read.kind,
                "fingerprint": read.fingerprint.hex(),
                "subject": read.subject_text,
            }
        if read is not None and read.certificate is not None:
            told |= {
                "issuer": read.certificate.issuer.rfc4514_string(),
                "serial": f"{read.certificate.serial_number:x}",
                "not_after": read.certificate.not_valid_after_utc.isoformat(),
            }
        return told
