"""The certificates in the header of an assertion (x5c): read, held together, and the key of the first one.

RFC 7515 section 4.1.6: DER in plain base64, with padding. Whom the first one belongs to is asked elsewhere.
"""

import base64
import binascii
from itertools import pairwise
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from joserfc.jwk import ECKey, RSAKey

from tilts.access.jose import NotSigned

LONGEST_CHAIN: Final = 5
RSA_BITS: Final = 2048
OF_CURVE: Final = {"secp256r1": "ES256", "secp384r1": "ES384"}
OF_RSA: Final = ("RS256", "RS384", "PS256")


def certificate_chain(written: object) -> x509.Certificate:
    """The leaf, if what follows it, if anything does, signed it, each the one before."""
    if not isinstance(written, list) or not 1 <= len(written) <= LONGEST_CHAIN:
        raise NotSigned(f"x5c is not one to {LONGEST_CHAIN} certificates")
    try:
        chain = [x509.load_der_x509_certificate(_der(one)) for one in written]
        for issued, issuer in pairwise(chain):
            issued.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm) as fault:
        raise NotSigned("x5c is no chain of certificates") from fault
    return chain[0]


def algorithms_of(leaf: x509.Certificate) -> tuple[str, ...]:
    """What may be signed with its key; the header cannot choose anything else."""
    key = leaf.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in OF_CURVE:
        return (OF_CURVE[key.curve.name],)
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= RSA_BITS:
        return OF_RSA
    raise NotSigned("a kind of key that signs no assertions")


def jwk_of(leaf: x509.Certificate) -> dict[str, Any]:
    key = leaf.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return dict(RSAKey.import_key(key).as_dict(private=False))
    assert isinstance(key, ec.EllipticCurvePublicKey), "algorithms_of lets no other kind through"
    return dict(ECKey.import_key(key).as_dict(private=False))


def _der(written: object) -> bytes:
    if not isinstance(written, str):
        raise NotSigned("x5c holds something else than texts")
    try:
        content = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise NotSigned("x5c is not base64") from fault
    if base64.b64encode(content).decode() != written:
        raise NotSigned("stray bits in x5c")
    return content
