"""Signed texts (JWS), read strictly: the algorithm is fixed by the key, never by the header.

joserfc had the fewest false accepts of four libraries; the rest is caught here before it is asked:
every part strict unpadded base64url without stray bits, no `crit`, no `b64`, no key from the header
(Security 1.5).
"""

import base64
import binascii
import json
import re
from functools import lru_cache
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from tilts_fhir.json_strict import JsonError, decode

ALGORITHMS: Final = ("ES256", "ES384", "RS384", "PS256")  # Design 5
BY_CERTIFICATE: Final = (*ALGORITHMS, "RS256")  # HL7 UDAP Security: RS256 must be taken with x5c
FOREIGN_KEYS: Final = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip"})
SEGMENT: Final = re.compile(r"[A-Za-z0-9_-]+\Z")


class Registry(jws.JWSRegistry):
    """The library stops at 128,000 characters; a signed Bundle has 10 MiB at most, and base64 a third more.

    It stops at a header of 512 too; a chain of certificates is longer.
    """

    max_payload_length = 16 * 1024 * 1024
    max_header_length = 24 * 1024


REGISTRY: Final = Registry(algorithms=list(BY_CERTIFICATE))


class NotSigned(Exception):
    """The text is not what it should be; the reason is for our log, not for the caller."""


def header_of(compact: str, also: tuple[str, ...] = ()) -> dict[str, Any]:
    """The header of a compact JWS, not verified: good for finding the key, and nothing else.

    `also` names members that this caller looks at itself; all others that could bring a key are refused.
    """
    segments = compact.split(".")
    if len(segments) != 3:
        raise NotSigned("not three parts")
    header = _json_object(strict_bytes(segments[0]), "header")
    if FOREIGN_KEYS & header.keys() - set(also):
        raise NotSigned("header members that are not taken")
    return header


def key_named(compact: str, keys: dict[str, tuple[str, dict[str, Any]]]) -> tuple[str, dict[str, Any]]:
    """Algorithm and JWK of the registered key that the header names by its kid."""
    kid = header_of(compact).get("kid")
    if not isinstance(kid, str) or kid not in keys:
        raise NotSigned("key not registered")
    return keys[kid]


def verified_payload(compact: str, jwk: dict[str, Any], algorithm: str, *, with_chain: bool = False) -> bytes:
    """The signed bytes, if the signature by this key with its fixed algorithm holds.

    `with_chain`: the key came from a certificate of x5c, and the caller knows whose that is.
    """
    header = header_of(compact, ("x5c",) if with_chain else ())
    if header.get("alg") != algorithm or algorithm not in (BY_CERTIFICATE if with_chain else ALGORITHMS):
        raise NotSigned("another algorithm than the key's")
    segments = compact.split(".")
    payload = strict_bytes(segments[1]) if segments[1] else b""
    strict_bytes(segments[2])
    try:
        jws.deserialize_compact(compact, key_from(jwk), registry=REGISTRY)
    except (JoseError, ValueError, TypeError) as fault:
        raise NotSigned("signature does not hold") from fault
    return payload


def claims_of(
    compact: str, jwk: dict[str, Any], algorithm: str, *, with_chain: bool = False
) -> dict[str, Any]:
    return _json_object(verified_payload(compact, jwk, algorithm, with_chain=with_chain), "claims")


def unverified_claims(compact: str) -> dict[str, Any]:
    """Claims before anything is verified: only to find out whose key to verify with."""
    segments = compact.split(".")
    if len(segments) != 3:
        raise NotSigned("not three parts")
    return _json_object(strict_bytes(segments[1]), "claims")


def signed(payload: bytes, header: dict[str, str], jwk: dict[str, Any]) -> str:
    return jws.serialize_compact(header, payload, key_from(jwk), registry=REGISTRY)


def key_from(jwk: dict[str, Any]) -> ECKey | RSAKey:
    return _imported(json.dumps(jwk, sort_keys=True))


@lru_cache(maxsize=1024)
def _imported(written: str) -> ECKey | RSAKey:
    """Reading a key takes about as long as verifying with it."""
    jwk = json.loads(written)
    return RSAKey.import_key(jwk) if jwk.get("kty") == "RSA" else ECKey.import_key(jwk)


def unpadded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def strict_bytes(segment: str) -> bytes:
    if not SEGMENT.match(segment):
        raise NotSigned("not base64url")
    try:
        content = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except binascii.Error as fault:
        raise NotSigned("not base64url") from fault
    if unpadded(content) != segment:
        raise NotSigned("stray bits in base64url")
    return content


def _json_object(content: bytes, what: str) -> dict[str, Any]:
    try:
        value = decode(content)  # strict: of two members with one name two readers would take different ones
    except JsonError as fault:
        raise NotSigned(f"{what} is not JSON") from fault
    if not isinstance(value, dict):
        raise NotSigned(f"{what} is not an object")
    return value
