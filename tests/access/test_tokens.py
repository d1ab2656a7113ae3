"""Access tokens: alive, for this address, of this certificate, and exactly as they were issued."""

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.access.speaking import a_key
from tilts.access import jose, tokens
from tilts.access.tokens import SigningKey, Tokens, ensure_key
from tilts.rules import Refusal

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
BASE = "https://exchange.example/fhir/r4"
PLAIN = "http://127.0.0.1:1/fhir/r4"
MINE = b"\x01" * 32


def signing_key() -> SigningKey:
    private = a_key()
    return SigningKey(private, {name: value for name, value in private.items() if name != "d"})


KEY = signing_key()


@pytest.fixture
def mint() -> Tokens:
    return Tokens(KEY, issuer=BASE)


def claims(**other: Any) -> dict[str, Any]:
    ends = int((NOW + timedelta(seconds=300)).timestamp())
    usual = {"aud": BASE, "exp": ends, "jti": "1", "cnf": {"x5t#S256": jose.unpadded(MINE)}}
    return {**usual, **other}


def read(mint: Tokens, token: str, **other: Any) -> dict[str, Any]:
    return mint.read(token, **{"audience": BASE, "fingerprint": MINE, "now": NOW, **other})


def refused(mint: Tokens, token: str, **other: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        read(mint, token, **other)
    return refusal.value.rule.id


def test_a_token_reads_as_it_was_issued(mint: Tokens) -> None:
    issued = claims(org="o", scope="system/Task.r")

    assert read(mint, mint.issue(issued)) == {"iss": BASE, **issued}


def test_a_token_reads_the_same_in_another_worker(mint: Tokens) -> None:
    assert read(Tokens(KEY, issuer=BASE), mint.issue(claims()))["jti"] == "1"


@pytest.mark.parametrize("seconds", [300, 301, 3600])
def test_acc_007_at_its_end_a_token_is_over(mint: Tokens, seconds: int) -> None:
    token = mint.issue(claims())

    assert read(mint, token, now=NOW + timedelta(seconds=299.9))
    assert refused(mint, token, now=NOW + timedelta(seconds=seconds)) == "ACC-007"


def test_acc_006_a_token_for_another_address_is_not_for_this_one(mint: Tokens) -> None:
    assert refused(mint, mint.issue(claims(aud="https://other.example/fhir/r4"))) == "ACC-006"
    assert refused(mint, mint.issue(claims(aud=[BASE]))) == "ACC-006"


def test_acc_006_a_plain_token_does_not_open_the_tls_port_and_the_reverse(mint: Tokens) -> None:
    plain = {name: value for name, value in claims(aud=PLAIN).items() if name != "cnf"}

    assert read(mint, mint.issue(plain), audience=PLAIN, fingerprint=None)
    assert refused(mint, mint.issue(plain)) == "ACC-006"
    assert refused(mint, mint.issue(claims()), audience=PLAIN, fingerprint=None) == "ACC-006"


@pytest.mark.parametrize(
    "bound_to",
    [{"x5t#S256": jose.unpadded(b"\x02" * 32)}, {"x5t#S256": ""}, {"x5t#S256": None}, {}],
    ids=["another certificate", "an empty one", "null", "none"],
)
def test_acc_008_a_token_is_of_one_certificate(mint: Tokens, bound_to: dict[str, Any]) -> None:
    assert refused(mint, mint.issue(claims(cnf=bound_to))) == "ACC-008"


def test_acc_008_a_bound_token_does_not_become_free_without_a_certificate(mint: Tokens) -> None:
    assert refused(mint, mint.issue(claims()), fingerprint=None) == "ACC-008"
    assert refused(mint, mint.issue(claims(aud=PLAIN)), audience=PLAIN, fingerprint=None) == "ACC-008"


def test_acc_006_an_altered_token_is_refused_also_after_the_true_one_was_seen(mint: Tokens) -> None:
    token = mint.issue(claims())
    read(mint, token)
    head, _, signature = token.split(".")
    forged = jose.unpadded(json.dumps({"iss": BASE, **claims(org="another")}).encode())

    assert refused(mint, f"{head}.{forged}.{signature}") == "ACC-006"
    for place in range(0, len(token), 17):
        other = "A" if token[place] != "A" else "B"
        assert refused(mint, token[:place] + other + token[place + 1 :]) == "ACC-006"


@pytest.mark.parametrize(
    "header",
    [{"typ": "JWT"}, {"typ": "at+JWT"}, {"kid": "another"}, {}],
    ids=["typ JWT", "typ in other letters", "another kid", "no typ, no kid"],
)
def test_acc_006_what_our_key_signed_for_something_else_is_no_token(
    mint: Tokens, header: dict[str, str]
) -> None:
    full = {"alg": "ES256", "typ": "at+jwt", "kid": KEY.kid, **header} if header else {"alg": "ES256"}
    token = jose.signed(json.dumps({"iss": BASE, **claims()}).encode(), full, KEY.private)

    assert refused(mint, token) == "ACC-006"


def test_acc_006_a_token_of_another_key_or_issuer_is_refused(mint: Tokens) -> None:
    stranger = signing_key()
    same_name = SigningKey({**stranger.private, "kid": KEY.kid}, stranger.public)

    assert refused(mint, Tokens(stranger, issuer=BASE).issue(claims())) == "ACC-006"
    assert refused(mint, Tokens(same_name, issuer=BASE).issue(claims())) == "ACC-006"
    assert refused(mint, Tokens(KEY, issuer="https://other.example").issue(claims())) == "ACC-006"


@pytest.mark.parametrize("token", ["", "x", "..", "a.b.c", "é.é.é", "e30.e30.e30"])
def test_acc_006_what_is_no_token_at_all(mint: Tokens, token: str) -> None:
    assert refused(mint, token) == "ACC-006"


def test_a_token_that_was_seen_often_is_still_checked_for_its_end_and_its_certificate(mint: Tokens) -> None:
    token = mint.issue(claims())
    for _ in range(3):
        read(mint, token)

    assert refused(mint, token, fingerprint=b"\x02" * 32) == "ACC-008"
    assert refused(mint, token, now=NOW + timedelta(seconds=300)) == "ACC-007"
    assert read(mint, token)


def test_the_memory_of_seen_tokens_is_bounded_and_forgetting_does_no_harm(
    mint: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "CACHE_SIZE", 4)
    issued = [mint.issue(claims(jti=str(n))) for n in range(9)]

    for _ in range(2):
        assert [read(mint, token)["jti"] for token in issued] == [str(n) for n in range(9)]


def test_the_public_keys_hold_nothing_private(mint: Tokens) -> None:
    [key] = mint.public_keys["keys"]

    assert {"kid", "x", "y", "alg", "use"} <= key.keys()
    assert not {"d", "k", "p", "q"} & key.keys()


def test_the_key_of_an_installation_is_made_once_and_read_by_the_owner_alone(tmp_path: Path) -> None:
    first, again = ensure_key(tmp_path / "keys"), ensure_key(tmp_path / "keys")

    assert first == again
    assert stat.S_IMODE((tmp_path / "keys" / "token.jwk").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert [file.name for file in (tmp_path / "keys").iterdir()] == ["token.jwk"]


def test_a_key_that_others_can_read_stops_the_start(tmp_path: Path) -> None:
    ensure_key(tmp_path)
    (tmp_path / "token.jwk").chmod(0o640)

    with pytest.raises(SystemExit, match="chmod 600"):
        ensure_key(tmp_path)
