"""What no maker of certificates writes: the parts are changed and signed again, or changed after signing."""

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from asn1crypto import keys, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Change = Callable[[Any], None]  # of the TBSCertificate, in place


def signed_anew(der: bytes, key: ec.EllipticCurvePrivateKey, change: Change) -> bytes:
    found = x509.Certificate.load(der)
    tbs = found["tbs_certificate"]
    change(tbs)
    content = tbs.dump(force=True)
    signature = key.sign(content, ec.ECDSA(hashes.SHA256()))
    made = x509.Certificate(
        {
            "tbs_certificate": x509.TbsCertificate.load(content),
            "signature_algorithm": found["signature_algorithm"],
            "signature_value": signature,
        }
    )
    return bytes(made.dump())


def after_signing(how: str, der: bytes, another: bytes) -> bytes:
    found, other = x509.Certificate.load(der), x509.Certificate.load(another)
    match how:
        case "subject-after-signing":
            return der.replace(b"Parauga prakse", b"Parauga Prakse", 1)
        case "signature":
            return der[:-3] + bytes([der[-3] ^ 0xFF]) + der[-2:]
        case "signature-of-another":
            found["signature_value"] = other["signature_value"].native
            return bytes(found.dump(force=True))
        case "two-algorithms":
            found["signature_algorithm"] = {"algorithm": "sha384_ecdsa"}
            return bytes(found.dump(force=True))
        case "cut":
            return der[:-20]
        case "trailing":
            return der + b"\x30\x00"
    raise ValueError(how)


def serial(number: int) -> Change:
    return lambda tbs: tbs.__setitem__("serial_number", number)


def version(name: str, *, extensions: bool) -> Change:
    def change(tbs: Any) -> None:
        tbs["version"] = name
        if not extensions:
            tbs["extensions"] = None

    return change


def twice(identifier: str, content: Any = None) -> Change:
    def change(tbs: Any) -> None:
        found = next(one for one in tbs["extensions"] if one["extn_id"].native == identifier)
        again = found.copy()
        if content is not None:
            again["extn_value"] = content
        tbs["extensions"].append(again)

    return change


def another_identifier(written: str) -> Change:
    def change(tbs: Any) -> None:
        parts = list(tbs["subject"].chosen)
        added = x509.NameTypeAndValue(
            {"type": "organization_identifier", "value": x509.DirectoryString("utf8_string", written)}
        )
        parts.append(x509.RelativeDistinguishedName([added]))
        tbs["subject"] = x509.Name(name="", value=x509.RDNSequence(parts))

    return change


def no_key_identifiers(tbs: Any) -> None:
    kept = [one for one in tbs["extensions"] if not one["extn_id"].native.endswith("key_identifier")]
    tbs["extensions"] = x509.Extensions(kept)


def key(make: Callable[[], Any]) -> Change:
    def change(tbs: Any) -> None:
        spki = make().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        tbs["subject_public_key_info"] = keys.PublicKeyInfo.load(spki)

    return change


def rsa_of(modulus: int) -> rsa.RSAPublicKey:
    return rsa.RSAPublicNumbers(65537, modulus).public_key()


def with_small_factor() -> rsa.RSAPublicKey:
    """Nobody holds its other half; nobody needs to."""
    return rsa_of(7 * (2**2045 + 2**100 + 1))


@cache
def product_of_small_primes() -> int:
    product = 1
    for one in range(3, 168, 2):
        if all(one % smaller for smaller in range(3, int(one**0.5) + 1, 2)):
            product *= one
    return product


def with_roca_fingerprint() -> rsa.RSAPublicKey:
    """CVE-2017-15361: by every small prime a power of 65537."""
    product = product_of_small_primes()
    start = 2**2047 // product
    base = pow(65537, 12345, product)
    modulus = next(
        found
        for step in range(10_000)
        if (found := base + (start + step) * product) % 2
        and found.bit_length() == 2048
        and all(found % small for small in range(3, 1000, 2))
    )
    return rsa_of(modulus)


def of_curve(curve: ec.EllipticCurve) -> Change:
    return key(lambda: ec.generate_private_key(curve).public_key())


def of_rsa(bits: int, exponent: int = 65537) -> Change:
    return key(lambda: rsa.generate_private_key(exponent, bits).public_key())  # type: ignore[arg-type]


ALTERATIONS: Final[dict[str, Change]] = {
    "serial-negative": serial(-5),
    "serial-zero": serial(0),
    "serial-20-octets": serial(2**158 + 1),
    "serial-21-octets": serial(2**160 + 1),
    "version-1": version("v1", extensions=False),
    "version-1-with-extensions": version("v1", extensions=True),
    "version-2": version("v2", extensions=True),
    "extension-twice": twice("basic_constraints"),
    "usage-twice": twice("key_usage", x509.KeyUsage({"key_cert_sign"})),
    "no-key-identifiers": no_key_identifiers,
    "key-rsa-1024": of_rsa(1024),
    "key-rsa-2048": of_rsa(2048),
    "key-rsa-e3": of_rsa(2048, 3),
    "key-rsa-factor": key(with_small_factor),
    "key-rsa-roca": key(with_roca_fingerprint),
    "key-p224": of_curve(ec.SECP224R1()),
    "key-p384": of_curve(ec.SECP384R1()),
    "key-k256": of_curve(ec.SECP256K1()),
    "key-ed25519": key(lambda: ed25519.Ed25519PrivateKey.generate().public_key()),
    "key-dsa": key(lambda: dsa.generate_private_key(1024).public_key()),
}
