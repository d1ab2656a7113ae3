"""Signed texts are read strictly: one algorithm for a key, one way to write a signature, no key from outside."""

import base64
import contextlib
import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, RSAKey

from tests.access.speaking import a_key
from tilts.access import jose
from tilts.access.jose import (
    ALGORITHMS,
    NotSigned,
    claims_of,
    header_of,
    signed,
    strict_bytes,
    unpadded,
    verified_payload,
)

KEY = a_key()
PUBLIC = {name: value for name, value in KEY.items() if name != "d"}
RSA = dict(RSAKey.generate_key(2048).as_dict(private=True))
RSA_PUBLIC = dict(RSAKey.import_key(RSA).as_dict(private=False))
PAYLOAD = b'{"sub":"me"}'
GOOD = signed(PAYLOAD, {"alg": "ES256", "kid": "k"}, KEY)
HEAD, BODY, SIGNATURE = GOOD.split(".")


def written(header: Any) -> str:
    return unpadded(header if isinstance(header, bytes) else json.dumps(header).encode())


def signed_by_hand(header: bytes, payload: bytes = PAYLOAD) -> str:
    """A true ES256 signature under any header at all, which no library would write."""
    private = ECKey.import_key(KEY).private_key
    signing_input = f"{unpadded(header)}.{unpadded(payload)}"
    der = private.sign(signing_input.encode(), ec.ECDSA(hashes.SHA256()))
    r, s = decode_dss_signature(der)
    return f"{signing_input}.{unpadded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def refused(compact: str, jwk: dict[str, Any] = PUBLIC, algorithm: str = "ES256") -> str:
    with pytest.raises(NotSigned) as fault:
        verified_payload(compact, jwk, algorithm)
    return str(fault.value)


def test_what_was_signed_is_read_again() -> None:
    assert verified_payload(GOOD, PUBLIC, "ES256") == PAYLOAD
    assert claims_of(GOOD, PUBLIC, "ES256") == {"sub": "me"}


def test_a_signature_made_by_hand_is_as_good() -> None:
    """So that the refusals below are for their reason, and not because the signature is bad."""
    assert verified_payload(signed_by_hand(b'{"alg":"ES256"}'), PUBLIC, "ES256") == PAYLOAD


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_each_fixed_algorithm_signs_and_verifies(algorithm: str) -> None:
    keys = {"ES256": KEY, "ES384": a_key("P-384")}
    key = keys.get(algorithm, RSA)
    compact = signed(PAYLOAD, {"alg": algorithm}, key)
    public = {name: value for name, value in key.items() if name not in ("d", "p", "q", "dp", "dq", "qi")}

    assert verified_payload(compact, public, algorithm) == PAYLOAD
    for other in set(ALGORITHMS) - {algorithm}:
        refused(compact, public, other)


@pytest.mark.parametrize(
    "alg", ["none", "None", "NONE", "HS256", "RS256", "ES256K", "EdDSA", "", None, 1, ["ES256"]]
)
def test_a_header_cannot_choose_its_algorithm(alg: object) -> None:
    refused(f"{written({'alg': alg})}.{BODY}.{SIGNATURE}")
    refused(f"{written({'alg': alg})}.{BODY}.")
    refused(signed_by_hand(json.dumps({"alg": alg}).encode()))


def test_no_algorithm_at_all_is_refused() -> None:
    refused(signed_by_hand(b'{"kid":"k"}'))


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS256"])
def test_a_key_registered_for_another_algorithm_verifies_nothing(algorithm: str) -> None:
    refused(signed_by_hand(json.dumps({"alg": algorithm}).encode()), PUBLIC, algorithm)


@pytest.mark.parametrize("secret", ["pem", "jwk", "point"])
def test_the_public_key_is_not_taken_for_a_shared_secret(secret: str) -> None:
    public = ECKey.import_key(PUBLIC).public_key
    secrets = {
        "pem": public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ),
        "jwk": json.dumps(PUBLIC).encode(),
        "point": public.public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        ),
    }
    for alg in ("HS256", "ES256"):
        signing_input = f"{written({'alg': alg})}.{BODY}"
        mac = hmac.new(secrets[secret], signing_input.encode(), hashlib.sha256).digest()
        refused(f"{signing_input}.{unpadded(mac)}")


def test_a_signature_by_another_key_is_refused() -> None:
    other = a_key()

    refused(GOOD, {name: value for name, value in other.items() if name != "d"})


def test_rs256_and_weak_padding_are_not_taken_for_an_rsa_key() -> None:
    key = rsa.generate_private_key(65537, 2048)
    jwk = dict(RSAKey.import_key(key).as_dict(private=False))
    signing_input = f"{written({'alg': 'PS256'})}.{BODY}"
    weak = key.sign(signing_input.encode(), padding.PKCS1v15(), hashes.SHA256())

    refused(f"{signing_input}.{unpadded(weak)}", jwk, "PS256")
    refused(signed(PAYLOAD, {"alg": "PS256"}, RSA), RSA_PUBLIC, "RS384")


@pytest.mark.parametrize("part", [0, 1, 2])
@pytest.mark.parametrize("spoil", ["=", "==", "+", "/", " ", "\n", "\x00", "é", "."])
def test_every_part_is_strict_unpadded_base64url(part: int, spoil: str) -> None:
    for at in (0, 5, None):
        parts = GOOD.split(".")
        parts[part] = parts[part][:at] + spoil + (parts[part][at:] if at is not None else "")
        refused(".".join(parts))


def test_a_blank_line_after_the_end_is_refused() -> None:
    refused(GOOD + "\n")
    with pytest.raises(NotSigned):
        strict_bytes("YQ\n")


@given(st.binary(min_size=1, max_size=40))
def test_bytes_have_exactly_one_spelling(content: bytes) -> None:
    spelling = unpadded(content)
    assert strict_bytes(spelling) == content
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for other in alphabet.replace(spelling[-1], ""):
        with contextlib.suppress(NotSigned):
            assert strict_bytes(spelling[:-1] + other) != content


@pytest.mark.parametrize("segment", ["", "A", "AB", "YR", "YWJ", "YWK", "AAAAA", "Y Q"])
def test_stray_bits_and_impossible_lengths_are_refused(segment: str) -> None:
    with pytest.raises(NotSigned):
        strict_bytes(segment)


def test_the_same_signature_with_stray_bits_is_another_text_and_is_refused() -> None:
    """64 bytes end with four unused bits: fifteen other last symbols decode to the same signature."""
    original = base64.urlsafe_b64decode(SIGNATURE + "==")
    aliases = [
        SIGNATURE[:-1] + symbol
        for symbol in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        if symbol != SIGNATURE[-1] and base64.urlsafe_b64decode(SIGNATURE[:-1] + symbol + "==") == original
    ]

    assert len(aliases) == 15
    for alias in aliases:
        assert refused(f"{HEAD}.{BODY}.{alias}") == "stray bits in base64url"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("crit", ["exp"]),
        ("crit", []),
        ("b64", False),
        ("b64", True),
        ("jku", "https://evil.example/jwks"),
        ("x5u", "https://evil.example/cert"),
        ("jwk", PUBLIC),
        ("x5c", ["MIIB"]),
        ("zip", "DEF"),
    ],
)
def test_header_members_that_bring_keys_or_change_the_reading_are_refused(member: str, value: object) -> None:
    assert (
        refused(signed_by_hand(json.dumps({"alg": "ES256", member: value}).encode()))
        == "header members that are not taken"
    )


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"null",
        b"[]",
        b'"alg"',
        b"{",
        b'{"alg":"ES256"}x',
        b"\xff",
        b'{"alg":"ES256","n":' + b"9" * 5_000 + b"}",
        b'{"alg":"ES256","a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"[" * 200_000,
    ],
    ids=[
        "nothing",
        "null",
        "list",
        "text",
        "half",
        "and more",
        "not UTF-8",
        "long number",
        "deep",
        "deep and half",
    ],
)
def test_a_header_or_claims_that_are_no_json_object_are_refused(header: bytes) -> None:
    compact = signed_by_hand(header) if header else f".{BODY}.{SIGNATURE}"
    with pytest.raises(NotSigned):
        header_of(compact)
    if header:
        with pytest.raises(NotSigned):
            claims_of(signed_by_hand(b'{"alg":"ES256"}', header), PUBLIC, "ES256")


@pytest.mark.parametrize(
    "header",
    [b'{"alg":"none","alg":"ES256"}', b'{"alg":"ES256","kid":"a","kid":"b"}', b'{"alg":"ES256","x":NaN}'],
    ids=["alg twice", "kid twice", "NaN"],
)
def test_a_header_that_two_readers_would_read_differently_is_refused(header: bytes) -> None:
    refused(signed_by_hand(header))


@pytest.mark.parametrize(
    "compact",
    [
        "",
        ".",
        "..",
        "...",
        HEAD,
        f"{HEAD}.{BODY}",
        f"{GOOD}.{SIGNATURE}",
        f"{HEAD}..{SIGNATURE}",
        f"{HEAD}.{BODY}.",
    ],
)
def test_anything_but_three_parts_is_refused(compact: str) -> None:
    refused(compact)


def test_a_signature_of_nothing_is_a_signature_of_nothing() -> None:
    assert verified_payload(signed(b"", {"alg": "ES256"}, KEY), PUBLIC, "ES256") == b""


@given(st.integers(0, len(GOOD) - 1), st.sampled_from("AZaz09-_.="))
def test_no_change_of_one_symbol_goes_unnoticed(place: int, symbol: str) -> None:
    if GOOD[place] != symbol:
        refused(GOOD[:place] + symbol + GOOD[place + 1 :])


@given(st.text(max_size=200) | st.from_regex(r"[\w-]{0,40}\.[\w-]{0,40}\.[\w-]{0,40}", fullmatch=True))
def test_no_text_at_all_does_more_than_be_refused(compact: str) -> None:
    refused(compact)


@pytest.mark.parametrize(("r", "s"), [(0, 0), (0, 1), (1, 0)])
def test_the_signature_of_zeros_is_refused(r: int, s: int) -> None:
    """CVE-2022-21449, the psychic signature."""
    refused(f"{HEAD}.{BODY}.{unpadded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}")


def test_the_registered_key_may_be_rsa_or_ec_and_nothing_else() -> None:
    with pytest.raises((ValueError, KeyError, TypeError, jose.JoseError)):
        jose.key_from({"kty": "oct", "k": "c2VjcmV0"})
