"""From a signature that holds to a finding: trusted, in time, strong enough, by somebody entitled."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509

from tilts.clock import shown
from tilts.onboarding.signing.certificates import signer_of
from tilts.onboarding.signing.entitlement import party_of
from tilts.onboarding.signing.opening.reading import reading
from tilts.onboarding.signing.paths import SKEW, check_revocation, path_to_service, plain_name
from tilts.onboarding.signing.report import Expected, Level, SignatureFound, Signer, Terms, Trust
from tilts.onboarding.signing.time_stamps import Stamp
from tilts.rules import Refusal
from tilts.rules.signing import (
    SGN_CERTIFICATE_NOT_VALID,
    SGN_FORM,
    SGN_NO_TIME_STAMP,
    SGN_NOT_QUALIFIED,
    SGN_TIME_IMPOSSIBLE,
)

SERVICES: Final = {"person": "signature", "seal": "seal"}


@dataclass(frozen=True, slots=True)
class Held:
    """A signature whose mathematics hold, whatever form it has."""

    form: str  # PAdES-B or XAdES
    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]
    claimed_at: datetime | None
    stamp: Stamp | None
    covers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What every signature of the file is asked against."""

    expected: Expected
    trust: Trust
    terms: Terms
    moment: datetime


def found_of(held: Held, question: Question) -> SignatureFound:
    """Raises the reason why this signature does not count; see docs/reference/signatures.md."""
    with reading("certificate of a signer"):
        signer = signer_of(held.certificate, question.expected.code_key)
    check_usage(held.certificate)
    proven = held.stamp.at if held.stamp else None
    # Without a proof of time the signature is judged as of now: it may have been made a minute ago
    # with a certificate that was revoked last year (ETSI EN 319 102-1 section 5.6.3).
    judged_at = proven or question.moment
    check_times(held, judged_at)
    kind = SERVICES[signer.kind]
    path = path_to_service(held.certificate, held.others, question.trust, (kind,), judged_at)
    check_revocation(path, question.trust, judged_at, question.moment)
    party = party_of(signer, question.expected)
    check_terms(signer, held.stamp, question.terms)
    return SignatureFound(
        format=format_of(held),
        side=party.side,
        party=party.name,
        signer=signer,
        level=level_of(signer),
        provider=path.service.provider,
        service=path.service.name,
        claimed_at=held.claimed_at,
        proven_at=proven,
        time_stamp_by=held.stamp.by if held.stamp else "",
        covers=held.covers,
    )


def format_of(held: Held) -> str:
    if held.form == "XAdES":
        return "XAdES-T" if held.stamp else "XAdES-BES"
    return "PAdES-B-T" if held.stamp else "PAdES-B-B"


def check_usage(certificate: x509.Certificate) -> None:
    """A key for signing: digitalSignature or contentCommitment, and no authority's own certificate."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        raise Refusal(SGN_FORM, form="certificate that does not say what its key is for") from None
    if not (usage.digital_signature or usage.content_commitment) or usage.key_cert_sign:
        raise Refusal(SGN_FORM, form="certificate that is not for signing documents")


def check_times(held: Held, judged_at: datetime) -> None:
    """The claimed time decides nothing, but it must not contradict what is proven."""
    claimed = held.claimed_at
    if claimed is None:
        return
    if claimed > judged_at + SKEW:
        raise Refusal(SGN_TIME_IMPOSSIBLE, claimed=shown(claimed), latest=shown(judged_at))
    if not held.certificate.not_valid_before_utc - SKEW <= claimed <= held.certificate.not_valid_after_utc:
        raise Refusal(SGN_CERTIFICATE_NOT_VALID, signer=plain_name(held.certificate), moment=shown(claimed))


def level_of(signer: Signer) -> Level:
    # The service is on the list and was granted (path_to_service); the certificate must say the rest.
    return "qualified" if signer.qualified else "advanced"


def check_terms(signer: Signer, stamp: Stamp | None, terms: Terms) -> None:
    if terms.level == "qualified" and level_of(signer) != "qualified":
        raise Refusal(SGN_NOT_QUALIFIED, signer=signer.name or signer.organisation, level=level_of(signer))
    if terms.time_stamp and stamp is None:
        raise Refusal(SGN_NO_TIME_STAMP, signer=signer.name or signer.organisation)
