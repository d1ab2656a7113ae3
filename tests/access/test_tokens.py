"""Access tokens: alive, for this address, of this certificate, and exactly as they were issued."""

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.access.speaking import a_key
from tilts.access import jose
from tilts.access.tokens import issuing
from tilts.access.tokens.issuing import Tokens
from tilts.access.tokens.keys import KeyRing, NotDone, SigningKey, announce, key_ring, retire, secret_for
from tilts.rules import Refusal

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
BASE = "https://exchange.example/fhir/r4"
PLAIN = "http://127.0.0.1:1/fhir/r4"
MINE = b"\x01" * 32


def signing_key() -> SigningKey:
    private = a_key()
    return SigningKey(private, {name: value for name, value in private.items() if name != "d"})


class Held(KeyRing):
    """A ring with one key that lies in no folder."""

    def __init__(self, key: SigningKey) -> None:
        super().__init__(Path())
        self._keys, self._looked_at = {key.kid: key}, float("inf")


KEY = signing_key()


@pytest.fixture
def mint() -> Tokens:
    return Tokens(Held(KEY), issuer=BASE)


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

    assert read(mint, mint.issue(issued, NOW)) == {"iss": BASE, **issued}


def test_a_token_reads_the_same_in_another_worker(mint: Tokens) -> None:
    assert read(Tokens(Held(KEY), issuer=BASE), mint.issue(claims(), NOW))["jti"] == "1"


@pytest.mark.parametrize("seconds", [300, 301, 3600])
def test_acc_007_at_its_end_a_token_is_over(mint: Tokens, seconds: int) -> None:
    token = mint.issue(claims(), NOW)

    assert read(mint, token, now=NOW + timedelta(seconds=299.9))
    assert refused(mint, token, now=NOW + timedelta(seconds=seconds)) == "ACC-007"


def test_acc_006_a_token_for_another_address_is_not_for_this_one(mint: Tokens) -> None:
    assert refused(mint, mint.issue(claims(aud="https://other.example/fhir/r4"), NOW)) == "ACC-006"
    assert refused(mint, mint.issue(claims(aud=[BASE]), NOW)) == "ACC-006"


def test_acc_006_a_plain_token_does_not_open_the_tls_port_and_the_reverse(mint: Tokens) -> None:
    plain = {name: value for name, value in claims(aud=PLAIN).items() if name != "cnf"}

    assert read(mint, mint.issue(plain, NOW), audience=PLAIN, fingerprint=None)
    assert refused(mint, mint.issue(plain, NOW)) == "ACC-006"
    assert refused(mint, mint.issue(claims(), NOW), audience=PLAIN, fingerprint=None) == "ACC-006"


@pytest.mark.parametrize(
    "bound_to",
    [{"x5t#S256": jose.unpadded(b"\x02" * 32)}, {"x5t#S256": ""}, {"x5t#S256": None}, {}],
    ids=["another certificate", "an empty one", "null", "none"],
)
def test_acc_008_a_token_is_of_one_certificate(mint: Tokens, bound_to: dict[str, Any]) -> None:
    assert refused(mint, mint.issue(claims(cnf=bound_to), NOW)) == "ACC-008"


def test_acc_008_a_bound_token_does_not_become_free_without_a_certificate(mint: Tokens) -> None:
    assert refused(mint, mint.issue(claims(), NOW), fingerprint=None) == "ACC-008"
    assert refused(mint, mint.issue(claims(aud=PLAIN), NOW), audience=PLAIN, fingerprint=None) == "ACC-008"


def test_acc_006_an_altered_token_is_refused_also_after_the_true_one_was_seen(mint: Tokens) -> None:
    token = mint.issue(claims(), NOW)
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

    assert refused(mint, Tokens(Held(stranger), issuer=BASE).issue(claims(), NOW)) == "ACC-006"
    assert refused(mint, Tokens(Held(same_name), issuer=BASE).issue(claims(), NOW)) == "ACC-006"
    assert refused(mint, Tokens(Held(KEY), issuer="https://other.example").issue(claims(), NOW)) == "ACC-006"


@pytest.mark.parametrize("token", ["", "x", "..", "a.b.c", "é.é.é", "e30.e30.e30"])
def test_acc_006_what_is_no_token_at_all(mint: Tokens, token: str) -> None:
    assert refused(mint, token) == "ACC-006"


def test_a_token_that_was_seen_often_is_still_checked_for_its_end_and_its_certificate(mint: Tokens) -> None:
    token = mint.issue(claims(), NOW)
    for _ in range(3):
        read(mint, token)

    assert refused(mint, token, fingerprint=b"\x02" * 32) == "ACC-008"
    assert refused(mint, token, now=NOW + timedelta(seconds=300)) == "ACC-007"
    assert read(mint, token)


def test_the_memory_of_seen_tokens_is_bounded_and_forgetting_does_no_harm(
    mint: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "CACHE_SIZE", 4)
    issued = [mint.issue(claims(jti=str(n)), NOW) for n in range(9)]

    for _ in range(2):
        assert [read(mint, token)["jti"] for token in issued] == [str(n) for n in range(9)]


def test_the_public_keys_hold_nothing_private(mint: Tokens) -> None:
    [key] = mint.keys.published(NOW)["keys"]

    assert {"kid", "x", "y", "alg", "use"} <= key.keys()
    assert not {"d", "k", "p", "q"} & key.keys()


def test_the_key_of_an_installation_is_made_once_and_read_by_the_owner_alone(tmp_path: Path) -> None:
    first, again = key_ring(tmp_path / "keys").all(), key_ring(tmp_path / "keys").all()

    assert first == again
    assert stat.S_IMODE((tmp_path / "keys" / "token.jwk").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert [file.name for file in (tmp_path / "keys").iterdir()] == ["token.jwk"]


def test_a_key_that_others_can_read_stops_the_start(tmp_path: Path) -> None:
    key_ring(tmp_path)
    (tmp_path / "token.jwk").chmod(0o640)

    with pytest.raises(SystemExit, match="chmod 600"):
        key_ring(tmp_path)


# Keys that follow each other.

DAY = timedelta(hours=24)
TOKEN_LIFE = 310


class Hand:
    """Of the clock by which a ring looks into its folder: moved a second on at each look."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        self.at += 1
        return self.at


def ring_in(folder: Path) -> KeyRing:
    key_ring(folder)
    return KeyRing(folder, Hand())


def test_a_key_is_published_a_day_before_it_signs_and_the_old_one_until_its_last_token_ends(
    tmp_path: Path,
) -> None:
    ring = ring_in(tmp_path)
    old = ring.signing(NOW).kid
    new = announce(tmp_path, NOW + DAY, TOKEN_LIFE).kid
    told = []
    for moment in (
        NOW,
        NOW + DAY - timedelta(seconds=1),
        NOW + DAY,
        NOW + DAY + timedelta(seconds=TOKEN_LIFE - 1),
        NOW + DAY + timedelta(seconds=TOKEN_LIFE),
    ):
        published = {key["kid"] for key in ring.published(moment)["keys"]}
        told.append((ring.signing(moment).kid == new, old in published, new in published))

    assert told == [
        (False, True, True),
        (False, True, True),
        (True, True, True),
        (True, True, True),
        (True, False, True),
    ]
    assert [state for _, state in ring.states(NOW)] == ["signing", "announced"]
    assert [state for _, state in ring.states(NOW + DAY)] == ["kept", "signing"]
    assert [state for _, state in ring.states(NOW + 2 * DAY)] == ["over", "signing"]


def test_a_token_of_the_old_key_is_believed_to_its_end(tmp_path: Path) -> None:
    ring = ring_in(tmp_path)
    tokens = Tokens(ring, issuer=BASE)
    announce(tmp_path, NOW + DAY, TOKEN_LIFE)
    last = NOW + DAY - timedelta(seconds=1)
    token = tokens.issue(claims(exp=int((last + timedelta(seconds=300)).timestamp())), last)

    assert read(tokens, token, now=last + timedelta(seconds=299))


def test_acc_006_what_a_retired_key_signed_opens_nothing_though_it_was_seen_before(tmp_path: Path) -> None:
    ring = ring_in(tmp_path)
    tokens, other_worker = Tokens(ring, issuer=BASE), Tokens(KeyRing(tmp_path, Hand()), issuer=BASE)
    token = tokens.issue(claims(), NOW)
    assert read(tokens, token) and read(other_worker, token)
    gone = ring.signing(NOW).kid
    announce(tmp_path, NOW, TOKEN_LIFE)
    retire(tmp_path, gone, NOW)

    assert refused(tokens, token) == refused(other_worker, token) == "ACC-006"
    assert gone not in {key["kid"] for key in ring.published(NOW)["keys"]}
    assert read(other_worker, tokens.issue(claims(), NOW)), "the new one signs in every worker"


def test_the_only_key_that_can_sign_is_not_retired(tmp_path: Path) -> None:
    ring = ring_in(tmp_path)
    announce(tmp_path, NOW + DAY, TOKEN_LIFE)

    with pytest.raises(NotDone, match="nothing else could sign"):
        retire(tmp_path, ring.signing(NOW).kid, NOW)
    with pytest.raises(NotDone, match="there is no key"):
        retire(tmp_path, "another", NOW)


def test_an_announced_key_that_is_retired_leaves_the_old_one_signing(tmp_path: Path) -> None:
    ring = ring_in(tmp_path)
    old = ring.signing(NOW).kid
    retire(tmp_path, announce(tmp_path, NOW + DAY, TOKEN_LIFE).kid, NOW)

    assert ring.signing(NOW + 30 * DAY).kid == old


def test_a_folder_is_looked_at_once_a_second_and_no_more(tmp_path: Path) -> None:
    hand = Hand()
    key_ring(tmp_path)
    ring = KeyRing(tmp_path, lambda: hand.at)
    assert len(ring.all()) == 1
    announce(tmp_path, NOW, TOKEN_LIFE)

    assert len(ring.all()) == 1
    hand.at += 1
    assert len(ring.all()) == 2


def test_secrets_of_the_installation_outlive_its_token_keys(tmp_path: Path) -> None:
    ring = ring_in(tmp_path)
    before = secret_for(tmp_path, b"one")
    gone = ring.signing(NOW).kid
    announce(tmp_path, NOW, TOKEN_LIFE)
    retire(tmp_path, gone, NOW)

    assert secret_for(tmp_path, b"one") == before != secret_for(tmp_path, b"two")
