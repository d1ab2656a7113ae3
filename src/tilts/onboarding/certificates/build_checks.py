"""Pure: how a certificate is built and how it hangs on its issuers: CRT-018 to CRT-026."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from tilts.onboarding.certificates.asked import Answer, Asked, judged, signed_by
from tilts.onboarding.certificates.path import Fault, names_outside
from tilts.onboarding.certificates.table import Check
from tilts.workflow import Words

# Which check names what the path builder stumbled over; it stops at the first fault, the checks do not.
NAMED_BY: Final[dict[Fault, str]] = {
    "no-path": "CRT-002",
    "time": "CRT-003",
    "key": "CRT-005",
    "algorithm": "CRT-006",
    "usage": "CRT-007",
    "purpose": "CRT-008",
    "authority": "CRT-013",
    "name-constraints": "CRT-019",
    "path-length": "CRT-020",
    "critical-extension": "CRT-021",
    "serial": "CRT-022",
    "version": "CRT-023",
    "extensions": "CRT-024",
}
KNOWN_EXTENSIONS: Final = (
    x509.AuthorityKeyIdentifier,
    x509.BasicConstraints,
    x509.ExtendedKeyUsage,
    x509.KeyUsage,
    x509.SubjectAlternativeName,
    x509.SubjectKeyIdentifier,
)
ROCA_PRIMES_BELOW: Final = 168  # the fingerprint of CVE-2017-15361
ROCA_GENERATOR: Final = 65537
FAULT_WORDS: Final = Words(
    "Ceļā līdz izdevējam ir kļūda; tā ir izdevēja, ne jūsu sertifikātā.",
    "Something on the path is wrong; it is in an issuer's certificate, not in yours.",
)


def whole_path(row: Check, asked: Asked) -> Answer:
    """The second opinion: whatever the other checks let through has to hold as a path too."""
    fault = asked.path_fault
    if fault is None:
        return "pass", ""
    named = next((one for one in ("CRT-002", NAMED_BY[fault.kind]) if one in asked.failed), None)
    if named is not None:
        return "not-asked", named
    return "fail", fault.kind, FAULT_WORDS


def name_allowed(row: Check, asked: Asked) -> Answer:
    outside = names_outside(chain_of(asked))
    fault = asked.path_fault
    stumbled = fault is not None and fault.kind == "name-constraints"
    return judged(not outside and not stumbled, outside)


def short_enough(row: Check, asked: Asked) -> Answer:
    chain = chain_of(asked)
    for depth, authority in enumerate(chain[1:]):
        allowed = path_length(authority)
        if allowed is not None and depth > allowed:
            return "fail", f"{depth} > {allowed}"
    return "pass", str(len(chain) - 1)


def chain_of(asked: Asked) -> list[x509.Certificate]:
    """From the certificate upwards, as far as signatures hold: what was handed in, then our anchors."""
    chain = [asked.certificate]
    known = [*asked.anchors, *asked.submission.chain]
    while len(chain) <= len(known):
        above = next((one for one in known if signed_by(chain[-1], one, asked.moment)), None)
        if above is None or above in chain:
            break
        chain.append(above)
    return chain


def path_length(authority: x509.Certificate) -> int | None:
    try:
        return authority.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length
    except x509.ExtensionNotFound:
        return None


def critical_known(row: Check, asked: Asked) -> Answer:
    unknown = [
        one.oid.dotted_string
        for one in asked.certificate.extensions
        if one.critical and not isinstance(one.value, KNOWN_EXTENSIONS)
    ]
    return judged(not unknown, ", ".join(unknown))


def serial_number(row: Check, asked: Asked) -> Answer:
    serial = asked.certificate.serial_number
    octets = serial.bit_length() // 8 + 1  # DER: one bit is kept for the sign
    return judged(serial > 0 and octets <= row.parameters["octets"], f"{octets}" if serial > 0 else "<= 0")


def version_three(row: Check, asked: Asked) -> Answer:
    return judged(asked.certificate.version is x509.Version.v3, asked.certificate.version.name)


def each_extension_once(row: Check, asked: Asked) -> Answer:
    try:
        return "pass", str(len(asked.certificate.extensions))
    except x509.DuplicateExtension as twice:
        return "fail", twice.oid.dotted_string


def not_too_long(row: Check, asked: Asked) -> Answer:
    span = asked.certificate.not_valid_after_utc - asked.certificate.not_valid_before_utc
    allowed = timedelta(days=row.parameters["days"])
    return judged(span <= allowed, f"{span.days} > {allowed.days}" if span > allowed else str(span.days))


def sound_key(row: Check, asked: Asked) -> Answer:
    key = asked.submission.public_key
    if not isinstance(key, rsa.RSAPublicKey):
        return "pass", ""
    modulus = key.public_numbers().n
    factor = next((one for one in primes_below(row.parameters["factors_below"]) if modulus % one == 0), None)
    if factor is not None:
        return "fail", f"n % {factor} = 0"
    return ("fail", "ROCA") if has_roca_fingerprint(modulus) else ("pass", "RSA")


def has_roca_fingerprint(modulus: int) -> bool:
    """Whether the modulus is a power of 65537 by every small prime: of good keys one in 2^27 is by chance."""
    primes = [one for one in primes_below(ROCA_PRIMES_BELOW) if one > 2]
    return all(modulus % prime in powers_of(prime) for prime in primes)


@cache
def powers_of(prime: int) -> frozenset[int]:
    return frozenset(pow(ROCA_GENERATOR, exponent, prime) for exponent in range(prime))


@cache
def primes_below(limit: int) -> tuple[int, ...]:
    return tuple(_primes(limit))


def _primes(limit: int) -> Iterator[int]:
    for one in range(2, limit):
        if all(one % smaller for smaller in range(2, int(one**0.5) + 1)):
            yield one
