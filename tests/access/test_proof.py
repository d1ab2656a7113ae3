"""What of an ID token is believed before anybody is asked whose it is; and base64url that is written in one way only."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey

from tilts.access import jose
from tilts.access.jose import NotSigned, strict_bytes, unpadded
from tilts.access.tokens.proof import Proof, Shown, audiences_of, check_signed, check_wanted, proven
from tilts.rules import Refusal
from tilts.settings import Settings, from_environment

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ISSUER = "https://login.example"
SETTINGS = Settings(oidc_issuer=ISSUER, person_proof_audiences="vendor-a, vendor-b")
KEY = ECKey.generate_key("P-256", auto_kid=True)
PUBLISHED = [{**KEY.as_dict(private=False), "use": "sig", "alg": "ES256"}]
LEFT_OUT = object()


def seconds(**ahead: float) -> int:
    return int((NOW + timedelta(**ahead)).timestamp())


def an_id_token(key: ECKey = KEY, typ: str = "JWT", **other: Any) -> str:
    usual = {
        "iss": ISSUER,
        "sub": "somebody",
        "aud": "vendor-a",
        "iat": seconds(),
        "exp": seconds(minutes=5),
        "auth_time": seconds(hours=-1),
        "acr": "http://eidas.europa.eu/LoA/high",
        "eid_service": "parauga-eid-karte",
        **other,
    }
    claims = {name: value for name, value in usual.items() if value is not LEFT_OUT}
    header = {"alg": "ES256", "kid": str(key.kid), "typ": typ}
    return jose.signed(json.dumps(claims).encode(), header, key.as_dict(private=True))


def read(token: str, settings: Settings = SETTINGS) -> Proof:
    return proven(Shown(token, PUBLISHED), settings, NOW)


def fault(token: str, settings: Settings = SETTINGS) -> str:
    with pytest.raises(Refusal) as refusal:
        read(token, settings)
    no = refusal.value
    return no.rule.id + (f" {no.facts['fault']}" if "fault" in no.facts else "")


def test_a_good_one_names_issuer_and_subject() -> None:
    found = read(an_id_token())

    assert (found.issuer, found.subject) == (ISSUER, "somebody")
    assert read(an_id_token(aud=["vendor-a", "other"], azp="vendor-a")).subject == "somebody"


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"iss": "https://elsewhere.example"}, "it is another provider's"),
        ({"iss": ISSUER + "/"}, "it is another provider's"),
        ({"aud": "tilts-portal"}, "it was not made for a system that is known here"),
        ({"aud": LEFT_OUT}, "it was not made for a system that is known here"),
        ({"aud": [["vendor-a"]]}, "it was not made for a system that is known here"),
        ({"aud": ["vendor-a", "other"]}, "it was not made for a system that is known here"),
        ({"azp": "other"}, "it was not made for a system that is known here"),
        ({"exp": seconds(minutes=-2)}, "it has ended"),
        ({"exp": LEFT_OUT}, "it has ended"),
        ({"exp": True}, "it has ended"),
        ({"exp": "9999999999"}, "it has ended"),
        ({"iat": seconds(minutes=2)}, "it is dated in the future"),
        ({"iat": LEFT_OUT}, "it is dated in the future"),
        ({"auth_time": LEFT_OUT}, "it does not say when the person signed in"),
        ({"auth_time": None}, "it does not say when the person signed in"),
        ({"auth_time": seconds(hours=-10, minutes=-2)}, "the person signed in more than 600 minutes ago"),
        ({"auth_time": seconds(hours=1)}, "the person signed in more than 600 minutes ago"),
        ({"sub": ""}, "it names nobody"),
        ({"sub": "x" * 256}, "it names nobody"),
        ({"sub": 1}, "it names nobody"),
    ],
)
def test_tok_011_one_that_is_wrong_in_one_place(other: dict[str, Any], why: str) -> None:
    assert fault(an_id_token(**other)) == f"TOK-011 {why}"


@pytest.mark.parametrize(
    ("other", "rule"),
    [
        ({"acr": "http://eidas.europa.eu/LoA/low"}, "EID-002"),
        ({"acr": LEFT_OUT}, "EID-002"),
        ({"eid_service": "nobody"}, "EID-001"),
        ({"eid_service": LEFT_OUT}, "EID-001"),
    ],
)
def test_the_service_and_its_level_are_those_of_the_register(other: dict[str, Any], rule: str) -> None:
    assert fault(an_id_token(**other)) == rule


def test_tok_011_what_the_provider_did_not_sign_as_an_id_token() -> None:
    stranger = ECKey.generate_key("P-256", auto_kid=True)
    head, claims, signature = an_id_token().split(".")
    none = unpadded(b'{"alg":"none"}')

    assert fault(an_id_token(stranger)) == "TOK-011 it is not signed by the provider"
    assert fault(f"{none}.{claims}.") == "TOK-011 it is not signed by the provider"
    assert fault(f"{none}.{claims}.{signature}") == "TOK-011 it is not signed by the provider"
    assert fault(f"{head}.{claims}.{signature[:-2]}") == "TOK-011 it is not signed by the provider"
    assert fault(an_id_token(typ="at+jwt")) == "TOK-011 it is no ID token"
    assert fault(an_id_token(typ="logout+jwt")) == "TOK-011 it is no ID token"
    assert fault(an_id_token() + "A" * 20_000) == "TOK-011 it is no ID token"


def test_one_id_token_is_the_same_however_its_signature_is_written() -> None:
    """Of an ES256 signature (r, s) the other one (r, n - s) holds too: it must not count as another token."""
    order = int("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", 16)
    token = an_id_token()
    signed_part, _, signature = token.rpartition(".")
    raw = strict_bytes(signature)
    turned = raw[:32] + (order - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
    other = f"{signed_part}.{unpadded(turned)}"

    assert other != token
    assert read(other).token_hash == read(token).token_hash


def test_audiences_are_those_that_are_set_and_without_a_provider_there_are_none() -> None:
    assert audiences_of(SETTINGS) == {"vendor-a", "vendor-b"}
    assert audiences_of(Settings(person_proof_audiences="vendor-a")) == frozenset()
    assert audiences_of(Settings(oidc_issuer=ISSUER)) == frozenset()


def test_who_must_prove_themselves_is_a_setting() -> None:
    with pytest.raises(SystemExit, match="TILTS_PERSON_PROOF='al' is none of '', 'writes', 'all'"):
        from_environment({"TILTS_PERSON_PROOF": "al"})
    every = from_environment({"TILTS_PERSON_PROOF": "all"})
    with pytest.raises(Refusal, match="TOK-009"):
        check_wanted(True, False, every)
    check_wanted(False, False, every)
    check_wanted(True, True, every)
    check_wanted(True, False, Settings(person_proof="writes"))
    with pytest.raises(Refusal, match="ACC-018"):
        check_signed(True, "org-asserted", "writes")
    for signed, assurance, asked in (
        (True, "eid", "writes"),
        (False, "org-asserted", "all"),
        (True, "org-asserted", ""),
    ):
        check_signed(signed, assurance, asked)


# Base64url without padding has one way to write each text.

STRAY = [
    ("Zg", True),
    ("Zh", False),
    ("Zm8", True),
    ("Zm9", False),
    ("Zm9v", True),
    ("Zg==", False),
    ("Zm8=", False),
    ("Zm9v=", False),
    ("Z", False),
    ("Zm9vY", False),
    ("", False),
    ("Zm 9v", False),
    ("Zm9v\n", False),
    ("\nZm9v", False),
    ("Zm9v\r\n", False),
    ("Zm\t9v", False),
    ("Zm9v\x00", False),
    ("-_-_", True),
    ("+/+/", False),
    ("Zm9vé", False),
    ("Ｚm9v", False),
    ("Zm9v%3D", False),
    ("Zm9v.", False),
    ("AA", True),
    ("AB", False),
    ("AAB", False),
    ("AAE", True),
    ("__8", True),
    ("__9", False),
]


@pytest.mark.parametrize(("written", "is_good"), STRAY)
def test_base64url_is_read_in_one_spelling_only(written: str, is_good: bool) -> None:
    if is_good:
        assert unpadded(strict_bytes(written)) == written
    else:
        with pytest.raises(NotSigned):
            strict_bytes(written)


@given(st.binary(min_size=1, max_size=64), st.integers(0, 90), st.sampled_from("=+/ \n\t.A_-é\x00"))
def test_no_two_spellings_are_the_same_bytes(content: bytes, place: int, letter: str) -> None:
    written = unpadded(content)
    at = place % (len(written) + 1)
    other = written[:at] + letter + written[at:]
    try:
        assert strict_bytes(other) != content
    except NotSigned:
        return
