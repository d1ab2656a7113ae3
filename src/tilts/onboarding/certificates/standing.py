"""A report with all that the exchange knows at this moment: trust list, own issuer, revocations, who holds what."""

from datetime import datetime
from pathlib import Path

from cryptography import x509

from tilts.onboarding.certificates.checks import Applicant, check_certificate
from tilts.onboarding.certificates.doors import known_for
from tilts.onboarding.certificates.report import CertificateReport
from tilts.onboarding.certificates.table import check_table
from tilts.onboarding.revocations import RevocationList, at_hand
from tilts.onboarding.trust_keeping import pinned, sources_from, trust_state
from tilts.onboarding.trust_list import TrustList
from tilts.settings import Settings
from tilts.store.tx import Tx


def own_issuers(pki_folder: Path) -> tuple[x509.Certificate, ...]:
    """The exchange's own issuing CA; none, where it issues nothing itself."""
    try:
        return (x509.load_pem_x509_certificates((pki_folder / "chain.pem").read_bytes())[0],)
    except (OSError, ValueError):
        return ()


def revocations_now(
    settings: Settings, trust: TrustList | None, wall: datetime
) -> tuple[RevocationList, ...]:
    listed = trust.known_at(wall, "connection") if trust is not None else ()
    issuers = [
        *own_issuers(settings.pki_folder),
        *(x509.load_der_x509_certificate(one.certificate) for one in listed),
    ]
    return at_hand(sources_from(settings).revocation_lists, settings.pki_folder / "crl.pem", issuers)


async def report_for(
    tx: Tx, content: bytes, applicant: Applicant | None, settings: Settings, wall: datetime
) -> CertificateReport:
    """What is right and wrong with this file now; without an applicant nothing is told of what others hold."""
    state = await trust_state(tx, pinned(sources_from(settings).signers))
    revocations = revocations_now(settings, state.list, wall)
    known = await known_for(tx, content, own_issuers(settings.pki_folder), revocations)
    table = check_table(settings.certificate_checks)
    return check_certificate(content, applicant, state.list, wall, known, table)
