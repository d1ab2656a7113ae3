"""Signing in: only a whole proof for this very attempt makes somebody known; each broken one is refused."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OctKey

from tests.portal.strange_provider import REGISTRY, StrangeProvider, strange_provider
from tests.running import MovableClock
from tilts.access import jose
from tilts.access.sign_in import openid
from tilts.access.sign_in.identity_provider import IdentityProvider
from tilts.access.sign_in.openid import Attempt, own_address
from tilts.access.sign_in.provider_documents import built_in_issuer, issuer_of
from tilts.access.tokens.keys import key_ring
from tilts.production import unfit
from tilts.rules import Refusal
from tilts.settings import Settings

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECRET = b"secret" * 6


@pytest.fixture(scope="module")
def street() -> Iterator[StrangeProvider]:
    with strange_provider() as found:
        yield found


@pytest.fixture
def provider(street: StrangeProvider) -> StrangeProvider:
    """Honest again for each test."""
    street.key = ECKey.generate_key("P-256", auto_kid=True)
    street.claims, street.discovery, street.published, street.spoil = {}, {}, None, None
    street.key_calls = 0
    return street


def portal_of(provider: StrangeProvider, tmp_path: Path, **changed: Any) -> IdentityProvider:
    settings = Settings(
        oidc_issuer=provider.issuer, portal_base="https://portal.example/", keys_folder=tmp_path
    )
    settings = replace(settings, **changed)
    return IdentityProvider(settings, MovableClock(), key_ring(tmp_path))


async def signed_in(provider: StrangeProvider, tmp_path: Path, **changed: Any) -> openid.Identity:
    portal = portal_of(provider, tmp_path, **changed)
    _, attempt = await portal.begin("/my")
    provider.claims = {"nonce": attempt.nonce, **provider.claims}
    return await portal.finish("code", attempt)


async def test_an_honest_answer_makes_somebody_known(provider: StrangeProvider, tmp_path: Path) -> None:
    found = await signed_in(provider, tmp_path)
    assert (found.subject, found.name, found.assurance) == ("someone", "Kāda Persona", "high")
    assert found.issuer == provider.issuer


async def test_the_visitor_is_sent_with_state_nonce_and_pkce(
    provider: StrangeProvider, tmp_path: Path
) -> None:
    address, attempt = await portal_of(provider, tmp_path).begin("/my")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert asked["code_challenge"] == openid.challenge_of(attempt.verifier)
    assert (asked["state"], asked["nonce"]) == (attempt.state, attempt.nonce)
    assert asked["redirect_uri"] == "https://portal.example/signed-in"
    assert attempt.verifier not in address


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "of another attempt"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": ["tilts-portal", "another-client"]},
        {"aud": ["tilts-portal", "another-client"], "azp": "another-client"},
        {"azp": "another-client"},
        {"iss": "https://other.example"},
        {"iss": None},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"exp": True},
        {"exp": "later"},
        {"iat": None},
        {"iat": 4_000_000_000},
        {"iat": 1_000_000_000},
        {"sub": ""},
        {"sub": None},
        {"sub": 7},
        {"sub": "x" * 256},
    ],
    ids=str,
)
async def test_a_token_with_a_wrong_claim_proves_nothing(
    provider: StrangeProvider, tmp_path: Path, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    with pytest.raises(Refusal, match="USR-011"):
        await signed_in(provider, tmp_path)


@pytest.mark.parametrize("ago", [None, 300], ids=["not said", "before it was asked anew"])
async def test_who_is_to_prove_it_anew_must_have_been_asked_now(
    provider: StrangeProvider, tmp_path: Path, ago: int | None
) -> None:
    portal, now = portal_of(provider, tmp_path), MovableClock().wall().timestamp()
    _, attempt = await portal.begin("/my", again=True)
    provider.claims = {"nonce": attempt.nonce, "auth_time": ago and int(now) - ago}
    with pytest.raises(Refusal, match="USR-011"):
        await portal.finish("code", attempt)
    provider.claims["auth_time"] = int(now)
    found = (await portal.finish("code", attempt)).proven_at
    assert found is not None and found.timestamp() == int(now)


async def test_a_sign_in_that_the_provider_remembered_is_as_old_as_it_says(
    provider: StrangeProvider, tmp_path: Path
) -> None:
    said = int(MovableClock().wall().timestamp()) - 3600
    provider.claims = {"auth_time": said}
    found = (await signed_in(provider, tmp_path)).proven_at
    assert found is not None and found.timestamp() == said


def altered(compact: str) -> str:
    header, body, mark = compact.split(".")
    claims = json.loads(jose.strict_bytes(body))
    other = jose.unpadded(json.dumps({**claims, "sub": "somebody else"}).encode())
    return f"{header}.{other}.{mark}"


def unsigned(compact: str) -> str:
    _, body, _ = compact.split(".")
    return f"{jose.unpadded(json.dumps({'alg': 'none'}).encode())}.{body}."


def by_another_key(compact: str) -> str:
    other = ECKey.generate_key("P-256")
    header = jose.header_of(compact)
    return jws.serialize_compact(header, jose.strict_bytes(compact.split(".")[1]), other, registry=REGISTRY)


def with_the_public_key_as_a_secret(compact: str) -> str:
    secret = OctKey.import_key(b"x" * 32)
    header = {"alg": "HS256", "kid": jose.header_of(compact)["kid"]}
    return jws.serialize_compact(header, jose.strict_bytes(compact.split(".")[1]), secret, registry=REGISTRY)


def with_its_own_key(compact: str) -> str:
    other = ECKey.generate_key("P-256")
    header = {"alg": "ES256", "jwk": other.as_dict(private=False)}
    body = jose.strict_bytes(compact.split(".")[1])
    head = jose.unpadded(json.dumps(header).encode())
    plain = jws.serialize_compact({"alg": "ES256"}, body, other, registry=REGISTRY)
    return f"{head}.{plain.split('.')[1]}.{plain.split('.')[2]}"


@pytest.mark.parametrize(
    "spoil",
    [
        altered,
        unsigned,
        by_another_key,
        with_the_public_key_as_a_secret,
        with_its_own_key,
        lambda compact: compact + "A",
        lambda compact: compact.rpartition(".")[0],
        lambda _: "no token at all",
    ],
)
async def test_a_token_that_the_provider_did_not_sign_proves_nothing(
    provider: StrangeProvider, tmp_path: Path, spoil: Any
) -> None:
    provider.spoil = spoil
    with pytest.raises(Refusal, match="USR-011"):
        await signed_in(provider, tmp_path)


async def test_a_key_that_is_not_published_proves_nothing(provider: StrangeProvider, tmp_path: Path) -> None:
    provider.published = [ECKey.generate_key("P-256", auto_kid=True)]
    with pytest.raises(Refusal, match="USR-011"):
        await signed_in(provider, tmp_path)


async def test_unknown_keys_are_asked_for_but_not_at_every_token(
    provider: StrangeProvider, tmp_path: Path
) -> None:
    portal = portal_of(provider, tmp_path)
    _, attempt = await portal.begin("/my")
    assert provider.key_calls == 1
    provider.claims = {"nonce": attempt.nonce}
    provider.key = ECKey.generate_key("P-256", auto_kid=True)
    for _ in range(3):
        with pytest.raises(Refusal, match="USR-011"):
            await portal.finish("code", attempt)
    assert provider.key_calls == 1
    portal._clock.ahead = timedelta()  # type: ignore[attr-defined]
    portal.documents.kept.fetched_at = datetime.now(UTC) - timedelta(minutes=2)
    assert (await portal.finish("code", attempt)).subject == "someone"
    assert provider.key_calls == 2


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": "https://other.example"},
        {"token_endpoint": "http://other.example/token"},
        {"jwks_uri": "ftp://other.example/keys"},
        {"authorization_endpoint": None},
    ],
)
async def test_a_discovery_document_of_somebody_else_is_not_believed(
    provider: StrangeProvider, tmp_path: Path, discovery: dict[str, Any]
) -> None:
    provider.discovery = discovery
    with pytest.raises(Refusal, match="USR-012"):
        await portal_of(provider, tmp_path).begin("/my")


async def test_a_test_sign_in_is_not_taken_in_production(provider: StrangeProvider, tmp_path: Path) -> None:
    provider.discovery = {"tilts_test_sign_in": True}
    with pytest.raises(Refusal, match="USR-013"):
        await portal_of(provider, tmp_path, environment="production").begin("/my")


async def test_a_provider_that_is_away_is_told_as_such(tmp_path: Path) -> None:
    away = StrangeProvider("http://127.0.0.1:1")
    with pytest.raises(Refusal, match="USR-012"):
        await portal_of(away, tmp_path).begin("/my")


async def test_without_a_provider_nobody_signs_in(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="USR-013"):
        await portal_of(StrangeProvider(""), tmp_path).begin("/my")


async def test_the_portal_proves_itself_by_its_key_or_by_its_secret(
    provider: StrangeProvider, tmp_path: Path
) -> None:
    await signed_in(provider, tmp_path)
    claims = jose.claims_of(
        provider.sent[-1]["client_assertion"], key_ring(tmp_path).all()[0].public, "ES256"
    )
    assert (claims["iss"], claims["aud"]) == ("tilts-portal", f"{provider.issuer}/token")
    provider.claims = {}
    await signed_in(provider, tmp_path, oidc_client_secret="swordfish")
    assert provider.authorization[-1].startswith("Basic ")
    assert "client_assertion" not in provider.sent[-1]


def test_the_built_in_sign_in_is_the_sandbox_only() -> None:
    sandbox = Settings(sandbox=True, portal_base="http://127.0.0.1:1/")
    assert issuer_of(sandbox) == built_in_issuer(sandbox)
    assert issuer_of(replace(sandbox, environment="production")) == ""
    assert issuer_of(replace(sandbox, sandbox=False)) == ""


@pytest.mark.parametrize("issuer", ["https://id.example/test-sign-in", "http://127.0.0.1:1/test-sign-in/"])
def test_production_does_not_start_with_a_test_sign_in(issuer: str) -> None:
    assert any(
        "TILTS_OIDC_ISSUER" in said for said in unfit(Settings(environment="production", oidc_issuer=issuer))
    )
    assert not any(
        "TILTS_OIDC_ISSUER" in said
        for said in unfit(Settings(environment="production", oidc_issuer="https://id.example"))
    )


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "evil",
        "",
        "/\t/evil.example",
        "/\r\nset-cookie: x=y",
    ],
)
def test_nobody_is_led_to_another_site_after_signing_in(elsewhere: str) -> None:
    assert own_address(elsewhere) == "/my"


def test_the_way_back_is_a_page_of_ours_with_its_query() -> None:
    assert own_address("/cases?state=open&page=2") == "/cases?state=open&page=2"


def test_an_attempt_comes_back_as_it_was_sealed() -> None:
    attempt = openid.new_attempt("/cases", NOW)
    assert openid.unsealed(openid.sealed(attempt, SECRET), SECRET, NOW) == attempt


@pytest.mark.parametrize("minutes", [-1, 11])
def test_an_attempt_of_another_time_is_strange(minutes: int) -> None:
    cookie = openid.sealed(openid.new_attempt("/", NOW), SECRET)
    with pytest.raises(Refusal, match="USR-009"):
        openid.unsealed(cookie, SECRET, NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize("cookie", ["", ".", "abc", "abc.def", "abc.def.ghi"])
def test_an_attempt_that_we_did_not_seal_is_strange(cookie: str) -> None:
    with pytest.raises(Refusal, match="USR-009"):
        openid.unsealed(cookie, SECRET, NOW)


def test_an_attempt_sealed_by_another_installation_is_strange() -> None:
    cookie = openid.sealed(openid.new_attempt("/", NOW), b"another")
    with pytest.raises(Refusal, match="USR-009"):
        openid.unsealed(cookie, SECRET, NOW)


def test_the_state_of_another_attempt_is_strange() -> None:
    with pytest.raises(Refusal, match="USR-009"):
        openid.check_state(Attempt("state", "nonce", "verifier", "/", 0), "other")
