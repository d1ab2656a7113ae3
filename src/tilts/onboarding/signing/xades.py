"""One XML signature (XAdES): holds over its files, names its certificate, and may carry a time stamp."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidDigest, InvalidInput, InvalidSignature
from signxml.xades.xades import XAdESSignatureConfiguration, XAdESVerifier, XAdESVerifyResult

from tilts.onboarding.signing.opening.reading import reading
from tilts.onboarding.signing.report import Trust
from tilts.onboarding.signing.signatures import Held
from tilts.onboarding.signing.time_stamps import Stamp, earliest, stamp_of
from tilts.onboarding.signing.xml_signatures import (
    C14N,
    DS,
    SIGNED_PROPERTIES,
    XADES,
    Element,
    OneSignature,
    parser,
)
from tilts.rules import Refusal
from tilts.rules.signing import SGN_ALTERED, SGN_FORGED, SGN_FORM, SGN_WEAK

DIGESTS: Final = frozenset(
    {DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512}  # ETSI TS 119 312
)
METHODS: Final = frozenset(
    method
    for method in SignatureMethod
    if method.name.startswith(("RSA_SHA", "ECDSA_SHA", "SHA256_RSA", "SHA384_RSA", "SHA512_RSA"))
    and not method.name.endswith(("SHA1", "SHA224"))
)
HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    DigestAlgorithm.SHA256.value: hashes.SHA256(),
    DigestAlgorithm.SHA384.value: hashes.SHA384(),
    DigestAlgorithm.SHA512.value: hashes.SHA512(),
}
UNSIGNED: Final = (
    f"{DS}Object/{XADES}QualifyingProperties/{XADES}UnsignedProperties/{XADES}UnsignedSignatureProperties"
)


def held_of(one: OneSignature, files: Mapping[str, bytes], trust: Trust, moment: datetime) -> Held:
    """Raises SGN-003, -005, -006, -017, -027 or -028."""
    with reading(one.where):
        check_methods(one)
        certificate, others = certificates_of(one)
        properties = verified(one, files, certificate)
        return Held(
            form="XAdES",
            certificate=certificate,
            others=others,
            claimed_at=claimed(properties),
            stamp=earliest(stamps_of(one, trust, moment)),
            covers=one.covers,
        )


def check_methods(one: OneSignature) -> None:
    method = one.root.find(f"{DS}SignedInfo/{DS}SignatureMethod").get("Algorithm")
    if method not in {known.value for known in METHODS}:
        raise Refusal(SGN_WEAK, method=method)
    for digest in one.root.iterfind(f"{DS}SignedInfo/{DS}Reference/{DS}DigestMethod"):
        if digest.get("Algorithm") not in HASHES:
            raise Refusal(SGN_WEAK, method=digest.get("Algorithm"))


def certificates_of(one: OneSignature) -> tuple[x509.Certificate, tuple[x509.Certificate, ...]]:
    """The certificate whose digest is signed, and the others; which key signed is never guessed."""
    listed = [
        x509.load_der_x509_certificate(base64.b64decode(found.text or ""))
        for found in one.root.iterfind(f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate")
    ]
    signed = (
        f"{DS}Object/{XADES}QualifyingProperties/{XADES}SignedProperties/{XADES}SignedSignatureProperties"
    )
    named = one.root.find(f"{signed}/{XADES}SigningCertificateV2/{XADES}Cert/{XADES}CertDigest")
    if named is None:
        named = one.root.find(f"{signed}/{XADES}SigningCertificate/{XADES}Cert/{XADES}CertDigest")
    if named is None:
        raise Refusal(SGN_FORM, form=f"{one.where}: XML signature without XAdES SigningCertificate")
    algorithm = named.find(f"{DS}DigestMethod").get("Algorithm")
    if algorithm not in HASHES:
        raise Refusal(SGN_WEAK, method=algorithm)
    wanted = base64.b64decode(named.find(f"{DS}DigestValue").text or "")
    for found in listed:
        if found.fingerprint(HASHES[algorithm]) == wanted:
            return found, tuple(other for other in listed if other != found)
    raise Refusal(SGN_FORGED, what=f"{one.where}: the certificate that it names is not there")


def verified(one: OneSignature, files: Mapping[str, bytes], certificate: x509.Certificate) -> Element:
    """The signed properties, from what was verified. Path and dates are judged in paths.py."""
    configuration = XAdESSignatureConfiguration(
        location="./",
        expect_references=True,  # any number: which files must be covered is judged in asic.py
        signature_methods=METHODS,
        digest_algorithms=DIGESTS,
        ignore_ambiguous_key_info=False,
        verification_time=certificate.not_valid_before_utc,
        default_reference_c14n_method=CanonicalizationMethod.CANONICAL_XML_1_0,  # XML Signature 4.4.3.2
    )
    targets = {
        reference_uri(one, number): name for number, name in enumerate(one.targets) if name is not None
    }
    try:
        results = XAdESVerifier().verify(
            etree.tostring(one.root),
            x509_cert=certificate,
            parser=parser(),
            uri_resolver=lambda uri: files[targets[uri]],
            expect_config=configuration,
        )
    except InvalidDigest as fault:
        raise Refusal(SGN_ALTERED, what=changed(one, files) or one.where, fault=str(fault)) from fault
    except InvalidInput as fault:
        raise Refusal(SGN_FORM, form=one.where, fault=str(fault)) from fault
    except InvalidSignature as fault:
        raise Refusal(SGN_FORGED, what=one.where, fault=str(fault)) from fault
    properties = [found for found in results if isinstance(found, XAdESVerifyResult)]
    if len(results) != len(one.targets) or len(properties) != 1 or not names_properties(one):
        raise Refusal(SGN_FORM, form=f"{one.where}: SignedProperties")
    return properties[0].signed_properties


def reference_uri(one: OneSignature, number: int) -> str:
    uri: str = one.root.findall(f"{DS}SignedInfo/{DS}Reference")[number].get("URI")
    return uri


def names_properties(one: OneSignature) -> bool:
    """Exactly one reference says that it is to the SignedProperties, and it is (EN 319 132-1 section 4.4)."""
    references = one.root.findall(f"{DS}SignedInfo/{DS}Reference[@Type='{SIGNED_PROPERTIES}']")
    found = one.root.findall(f"{DS}Object/{XADES}QualifyingProperties/{XADES}SignedProperties")
    return len(references) == len(found) == 1 and references[0].get("URI") == f"#{found[0].get('Id')}"


def changed(one: OneSignature, files: Mapping[str, bytes]) -> str:
    """Names of the files whose bytes are not those that were signed."""
    references = one.root.findall(f"{DS}SignedInfo/{DS}Reference")
    return ", ".join(
        name
        for reference, name in zip(references, one.targets, strict=True)
        if name is not None and not digest_agrees(reference, files[name])
    )


def digest_agrees(reference: Element, content: bytes) -> bool:
    made = hashes.Hash(HASHES[reference.find(f"{DS}DigestMethod").get("Algorithm")])
    made.update(content)
    written: bytes = base64.b64decode(reference.find(f"{DS}DigestValue").text or "")
    return made.finalize() == written


def claimed(properties: Element) -> datetime | None:
    found = properties.find(f"{XADES}SigningTime")
    if found is None or not found.text:
        return None
    moment = datetime.fromisoformat(found.text.strip().replace("Z", "+00:00"))
    return moment if moment.tzinfo is not None else None


def stamps_of(one: OneSignature, trust: Trust, moment: datetime) -> list[Stamp]:
    """XAdES-T: time stamps over the signature value, each verified; one that does not hold refuses all."""
    found: list[Stamp] = []
    for stamp in one.root.iterfind(f"{UNSIGNED}/{XADES}SignatureTimeStamp"):
        method = stamp.find(f"{DS}CanonicalizationMethod")
        algorithm = (
            CanonicalizationMethod.CANONICAL_XML_1_0.value if method is None else method.get("Algorithm")
        )
        if algorithm not in C14N:
            raise Refusal(SGN_FORM, form=f"{one.where}: SignatureTimeStamp")
        stamped = canonical(one.root.find(f"{DS}SignatureValue"), algorithm)
        imprint = partial(digest_of, stamped)
        for token in stamp.iterfind(f"{XADES}EncapsulatedTimeStamp"):
            signed = token_of(token.text or "")
            found.append(stamp_of(signed, imprint, trust, moment))
    return found


def canonical(part: Element, algorithm: str) -> bytes:
    exclusive = algorithm.startswith("http://www.w3.org/2001/10/xml-exc-c14n#")
    made: bytes = etree.tostring(
        part,
        method="c14n",
        exclusive=exclusive,
        with_comments=algorithm.endswith("#WithComments"),
        with_tail=False,
    )
    return made


def token_of(written: str) -> Any:
    return cms.ContentInfo.load(base64.b64decode(written), strict=True)["content"]


def digest_of(content: bytes, name: str) -> bytes:
    return hashlib.new(name, content).digest()
