"""A report with all that the exchange knows at this moment: trust list, own issuer, revocations, who holds what."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509

from tilts.onboarding.certificates.asked import Applicant
from tilts.onboarding.certificates.checks import check_certificate
from tilts.onboarding.certificates.doors import known_for
from tilts.onboarding.certificates.report import CertificateReport
from tilts.onboarding.certificates.table import check_table
from tilts.onboarding.revocation import RevocationList
from tilts.onboarding.revocation.kept import lists_known, wanted_of
from tilts.onboarding.trust_keeping import pinned, sources_from, trust_state
from tilts.onboarding.trust_list import TrustList
from tilts.settings import Settings
from tilts.store.onboarding import revocation_sources
from tilts.store.onboarding.revocation_sources import SourceRecord
from tilts.store.tx import Tx


def own_issuers(pki_folder: Path) -> tuple[x509.Certificate, ...]:
    """The exchange's own issuing CA; none, where it issues nothing itself."""
    try:
        return (x509.load_pem_x509_certificates((pki_folder / "chain.pem").read_bytes())[0],)
    except (OSError, ValueError):
        return ()


def listed_issuers(trust: TrustList | None, wall: datetime) -> tuple[x509.Certificate, ...]:
    """Of connections, whatever their status is now: also one that was withdrawn may revoke."""
    listed = trust.known_at(wall, "connection") if trust is not None else ()
    return tuple(x509.load_der_x509_certificate(one.certificate) for one in listed)


def revocations_now(
    settings: Settings, trust: TrustList | None, wall: datetime, kept: Sequence[SourceRecord] = ()
) -> tuple[RevocationList, ...]:
    issuers = [*own_issuers(settings.pki_folder), *listed_issuers(trust, wall)]
    folder = sources_from(settings).revocation_lists
    return lists_known(folder, settings.pki_folder / "crl.pem", issuers, kept)


async def report_for(
    tx: Tx, content: bytes, applicant: Applicant | None, settings: Settings, wall: datetime
) -> CertificateReport:
    """What is right and wrong with this file now; without an applicant nothing is told of what others hold."""
    state = await trust_state(tx, pinned(sources_from(settings).signers))
    revocations = revocations_now(settings, state.list, wall, await revocation_sources.sources(tx))
    known = await known_for(tx, content, own_issuers(settings.pki_folder), revocations)
    table = check_table(settings.certificate_checks)
    report = check_certificate(content, applicant, state.list, wall, known, table)
    if applicant is not None:
        await want_sources(tx, report, state.list, wall)
    return report


async def want_sources(tx: Tx, report: CertificateReport, trust: TrustList | None, wall: datetime) -> None:
    """The egress worker is to ask where a listed issuer says it tells revocations; of nobody else's addresses."""
    leaf = report.submission.certificate if report.submission else None
    if leaf is None or {one.check.id for one in report.faults} & {"CRT-002", "CRT-024"}:
        return
    for issuer in listed_issuers(trust, wall):
        if issuer.subject == leaf.issuer:
            await revocation_sources.want(tx, wanted_of(leaf, issuer, wall))
