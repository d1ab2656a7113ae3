"""Certificates of connections: what is asked of them, the report on one, and their way from submission to end.

reading.py     bytes -> certificate or request; private keys are refused
table.py       what is asked, as dated rows (checks.json)
checks.py      pure: every row answered, pass or fail
doors.py       examined, accepted, issued, registered, replaced, revoked
"""

from tilts.onboarding.certificates.asked import Applicant, Known
from tilts.onboarding.certificates.checks import check_certificate
from tilts.onboarding.certificates.doors import (
    Acceptance,
    Issuer,
    Wanted,
    accept,
    examine,
    known_for,
    replace,
    revoke,
)
from tilts.onboarding.certificates.reading import LARGEST_BYTES, Submission, read_submission
from tilts.onboarding.certificates.report import CertificateReport, Finding
from tilts.onboarding.certificates.standing import own_issuers, report_for
from tilts.onboarding.certificates.table import Check, CheckTable, check_table

__all__ = [
    "LARGEST_BYTES",
    "Acceptance",
    "Applicant",
    "CertificateReport",
    "Check",
    "CheckTable",
    "Finding",
    "Issuer",
    "Known",
    "Submission",
    "Wanted",
    "accept",
    "check_certificate",
    "check_table",
    "examine",
    "known_for",
    "own_issuers",
    "read_submission",
    "replace",
    "report_for",
    "revoke",
]
