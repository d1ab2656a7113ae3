"""Does a time stamp prove when something was signed: over these bytes, by an authority of the trust list?"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from tilts.onboarding.signing.cms_signed import DIGESTS, checked
from tilts.onboarding.signing.opening.reading import reading
from tilts.onboarding.signing.paths import SKEW, check_revocation, path_to_service
from tilts.onboarding.signing.report import Trust
from tilts.rules import Refusal
from tilts.rules.signing import SGN_TIME_STAMP_WRONG

WHERE: Final = "time stamp"


@dataclass(frozen=True, slots=True)
class Stamp:
    at: datetime
    by: str  # the provider, as the trust list names it


def earliest(stamps: list[Stamp]) -> Stamp | None:
    return min(stamps, key=lambda stamp: stamp.at, default=None)


def stamp_of(token: cms.SignedData, imprint: Callable[[str], bytes], trust: Trust, moment: datetime) -> Stamp:
    """`imprint(algorithm)` gives the digest of what must have been stamped. Raises SGN-017."""
    try:
        return _stamp_of(token, imprint, trust, moment)
    except Refusal as inner:
        if inner.rule is SGN_TIME_STAMP_WRONG:
            raise
        said = f"{inner.rule.id} {inner.rule.sentence('en', inner.told())}"
        raise Refusal(SGN_TIME_STAMP_WRONG, fault=said) from inner


def _stamp_of(
    token: cms.SignedData, imprint: Callable[[str], bytes], trust: Trust, moment: datetime
) -> Stamp:
    with reading(WHERE):
        content = token["encap_content_info"]["content"]
        facts = content.parsed
        if token["encap_content_info"]["content_type"].native != "tst_info" or not isinstance(
            facts, tsp.TSTInfo
        ):
            raise Refusal(SGN_TIME_STAMP_WRONG, fault="not a time stamp of RFC 3161")
        whole = bytes(content)
        algorithm: str = facts["message_imprint"]["hash_algorithm"]["algorithm"].native
        stamped: bytes = facts["message_imprint"]["hashed_message"].native
        at: datetime = facts["gen_time"].native
    if algorithm not in DIGESTS or stamped != imprint(algorithm):
        raise Refusal(SGN_TIME_STAMP_WRONG, fault="it was made over something else")
    if at > moment + SKEW:
        raise Refusal(SGN_TIME_STAMP_WRONG, fault="it lies in the future")
    signed = checked(token, "tst_info", lambda name: hashlib.new(name, whole).digest(), WHERE)
    check_purpose(signed.certificate)
    path = path_to_service(signed.certificate, signed.others, trust, ("timestamp",), at)
    check_revocation(path, trust, at, moment)
    return Stamp(at, path.service.provider)


def check_purpose(certificate: x509.Certificate) -> None:
    """RFC 3161 section 2.3: the key is for time stamps and for nothing else, and says so critically."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        raise Refusal(SGN_TIME_STAMP_WRONG, fault="the certificate is not one for time stamps") from None
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise Refusal(SGN_TIME_STAMP_WRONG, fault="the certificate is not one for time stamps only")
