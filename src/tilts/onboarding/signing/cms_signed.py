"""One CMS signature (in a PDF or a time stamp): does it hold with the certificate that it names?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from asn1crypto import cms
from cryptography import x509
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import get_signing_cert_attr, validate_sig_integrity

from tilts.onboarding.signing.opening.reading import reading
from tilts.rules import Refusal
from tilts.rules.signing import SGN_ALTERED, SGN_FORGED, SGN_FORM, SGN_WEAK

DIGESTS: Final = ("sha256", "sha384", "sha512")  # ETSI TS 119 312
METHODS: Final = ("rsassa_pkcs1v15", "rsassa_pss", "ecdsa")


@dataclass(frozen=True, slots=True)
class CmsSigned:
    """A CMS signature that holds; nothing is said yet about who may be trusted."""

    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]
    info: cms.SignerInfo


def checked(
    signed: cms.SignedData, content_type: str, digest: Callable[[str], bytes], where: str
) -> CmsSigned:
    """`digest(algorithm)` gives what the content amounts to. Raises SGN-005, -006, -027 or -028."""
    with reading(where):
        infos = list(signed["signer_infos"])
        if len(infos) != 1:
            raise Refusal(SGN_FORM, form=f"{len(infos)} signers in one CMS signature")
        info = infos[0]
        if not info["signed_attrs"] or get_signing_cert_attr(info["signed_attrs"]) is None:
            raise Refusal(SGN_FORM, form="CMS without the signed attribute signing-certificate")
        algorithm = strong(info)
        found = extract_certificate_info(signed)
        try:
            intact, valid = validate_sig_integrity(info, found.signer_cert, content_type, digest(algorithm))
        except SignatureValidationError as fault:
            raise Refusal(SGN_FORGED, what=where, fault=str(fault)) from fault
        if not valid:
            raise Refusal(SGN_FORGED, what=where)
        if not intact:
            raise Refusal(SGN_ALTERED, what=where)
        others = tuple(x509.load_der_x509_certificate(other.dump()) for other in found.other_certs)
        return CmsSigned(x509.load_der_x509_certificate(found.signer_cert.dump()), others, info)


def strong(info: cms.SignerInfo) -> str:
    """The name of the digest, when digest and method are of today."""
    digest: str = info["digest_algorithm"]["algorithm"].native
    given = info["signature_algorithm"]
    if digest not in DIGESTS:
        raise Refusal(SGN_WEAK, method=digest)
    # Plain RSA names no digest of its own; all others do, and it must not be a weaker one.
    named = digest if given["algorithm"].native == "rsassa_pkcs1v15" else given.hash_algo
    if given.signature_algo not in METHODS or named not in DIGESTS:
        raise Refusal(SGN_WEAK, method=given["algorithm"].native)
    return digest
