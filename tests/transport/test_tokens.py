"""Tokens: how one gets one, and everything that must not open the door in its place."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.running import Running
from tests.transport.promises import explains, refused_whole
from tests.transport.tables import Tables
from tests.transport.wire import Caller, Key, no_certificate, refused
from tilts.ids import new_id

LANGUAGES = ("lv", "en")


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def claims_in(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


@pytest.fixture(scope="module")
def exchange_key(exchange: Running) -> Key:
    """The exchange's own token key: what a test makes with it is as good as what the exchange makes."""
    return Key(json.loads((exchange.settings.keys_folder / "token.jwk").read_text()))


def made(key: Key, claims: dict[str, Any], **header: Any) -> str:
    return key.compact(json.dumps(claims).encode(), typ="at+jwt", **header)


def wrong_tokens(practice: Caller, key: Key) -> dict[str, str]:
    good = practice.token()
    claims = claims_in(good)
    head, payload, signature = good.split(".")
    kid = key.jwk["kid"]
    public = json.dumps({name: key.jwk[name] for name in ("kty", "crv", "x", "y")}).encode()
    confused = f"{encoded({'typ': 'at+jwt', 'alg': 'HS256', 'kid': kid})}.{payload}"
    mac = hmac.digest(public, confused.encode(), "sha256")
    return {
        "rubbish": "rubbish",
        "dots": "..",
        "three words": "a.b.c",
        "five parts": f"{good}.a.b",
        "letters that are none of base64url": good.replace(".", ".ā", 1),
        "padding": f"{head}.{payload}.{signature}==",
        "not signed": f"{encoded({'typ': 'at+jwt', 'alg': 'none', 'kid': kid})}.{payload}.",
        "not signed, another spelling": f"{encoded({'typ': 'at+jwt', 'alg': 'nOnE', 'kid': kid})}.{payload}.AA",
        "the public key as a secret": f"{confused}.{encoded(0)[:-2]}{base64.urlsafe_b64encode(mac).decode().rstrip('=')}",
        "claims changed": f"{head}.{encoded({**claims, 'scope': 'system/*.cruds'})}.{signature}",
        "signed by a client": practice.key.compact(json.dumps(claims).encode(), typ="at+jwt", kid=kid),
        "a key in the header": practice.key.compact(
            json.dumps(claims).encode(), typ="at+jwt", kid=kid, jwk=json.loads(public)
        ),
        "a kid that is a list": f"{encoded({'typ': 'at+jwt', 'alg': 'ES256', 'kid': [kid]})}.{payload}.{signature}",
        "a client assertion": practice.assertion(),
        "another type": key.compact(json.dumps(claims).encode(), typ="JWT"),
        "another issuer": made(key, {**claims, "iss": "https://elsewhere.example"}),
        "for another address": made(key, {**claims, "aud": "https://elsewhere.example"}),
        "claims that are a list": key.compact(b"[]", typ="at+jwt"),
        "claims nested deep": key.compact(b"[" * 3000, typ="at+jwt"),
    }


def test_what_is_not_a_token_of_ours_gets_ACC_006(
    practice: Caller, exchange_key: Key, tables: Tables
) -> None:
    for what, token in wrong_tokens(practice, exchange_key).items():
        request_id = str(uuid4())
        sent = {b"Authorization": f"Bearer {token}".encode(), b"X-Request-Id": request_id.encode()}
        answer = practice.http.get("Organization", headers={b"Accept-Language": b"en", **sent})
        assert answer.status_code == 401, what
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]
        explains(refused(answer, 401, "ACC-006"), "ACC-006", "en")
        assert tables.audit(request_id)["rule_id"] == "ACC-006", what


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("written", ["", "Bearer", "Basic YTpi", "bearer", "Token x"])
def test_a_call_without_a_token_gets_ACC_005(
    practice: Caller, tables: Tables, written: str, language: str
) -> None:
    def send(how: dict[str, Any]) -> Any:
        headers = {**how["headers"], **({"Authorization": written} if written else {})}
        answer = practice.get("Organization", token="", language=how["language"], headers=headers)
        assert answer.headers["www-authenticate"] == "Bearer"
        return answer

    refused_whole(tables, send, 401, "ACC-005", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_expired_token_gets_ACC_007(
    practice: Caller, exchange_key: Key, tables: Tables, language: str
) -> None:
    over = made(
        exchange_key, {**claims_in(practice.token()), "exp": int(time.time()) - 1, "jti": str(uuid4())}
    )
    refused_whole(
        tables, lambda how: practice.get("Organization", token=over, **how), 401, "ACC-007", language
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_token_with_another_certificate_gets_ACC_008(
    practice: Caller, pharmacy: Caller, tables: Tables, language: str
) -> None:
    refused_whole(
        tables,
        lambda how: pharmacy.get("Organization", token=practice.token(), **how),
        401,
        "ACC-008",
        language,
    )


def test_a_token_bound_to_nothing_does_not_open_the_TLS_port(practice: Caller, exchange_key: Key) -> None:
    unbound = {name: value for name, value in claims_in(practice.token()).items() if name != "cnf"}
    refused(practice.get("Organization", token=made(exchange_key, unbound)), 401, "ACC-008")


def test_tokens_of_the_two_ports_do_not_open_each_other(caller: Callable[..., Caller]) -> None:
    secure, plain = caller("practice-3"), caller("practice-3", plain=True)
    refused(secure.get("Organization", token=plain.token()), 401, "ACC-006")
    refused(plain.get("Organization", token=secure.token()), 401, "ACC-006")


def wrong_assertions(practice: Caller, pharmacy: Caller) -> dict[str, str]:
    now = int(time.time())
    claims = practice.claims()
    other = Key({**pharmacy.key.jwk, "kid": practice.key.jwk["kid"]})
    text = json.dumps(claims).encode()
    return {
        "rubbish": "rubbish",
        "not signed": f"{encoded({'alg': 'none', 'kid': practice.key.jwk['kid']})}.{encoded(claims)}.",
        "for another address": practice.assertion(aud="https://elsewhere.example/oauth/token"),
        "for the plain port": practice.assertion(aud="http://127.0.0.1/oauth/token"),
        "over": practice.assertion(exp=now - 60),
        "good for an hour": practice.assertion(exp=now + 3600),
        "without an end": practice.assertion(exp=None),
        "an end that is true": practice.assertion(exp=True),
        "an end that is no number": practice.key.compact(text.replace(str(claims["exp"]).encode(), b"NaN")),
        "not yet good": practice.assertion(nbf=now + 3600),
        "without jti": practice.assertion(jti=None),
        "a long jti": practice.assertion(jti="j" * 129),
        "a jti with a NUL": practice.assertion(jti="a\x00b"),
        "a jti with half a surrogate pair": practice.assertion(jti="\ud800"),
        "another sub": practice.assertion(sub=pharmacy.facts["client_id"]),
        "a sub with a NUL": practice.assertion(sub="\x00", iss="\x00"),
        "another iss": practice.assertion(iss="somebody"),
        "all of another client": pharmacy.assertion(),
        "key of another client": pharmacy.key.compact(text),
        "key of another client under our kid": other.compact(text),
        "a kid that is a list": f"{encoded({'alg': 'ES256', 'kid': ['x']})}.{encoded(claims)}.AAAA",
        "another algorithm": f"{encoded({'alg': 'RS384', 'kid': practice.key.jwk['kid']})}.{encoded(claims)}.AAAA",
        "an address for the key": practice.key.compact(text, jku="https://elsewhere.example/jwks.json"),
        "a critical header": practice.key.compact(text, b64=True, crit=["b64"]),
        "claims that are a list": practice.key.compact(b"[]"),
    }


def test_every_wrong_assertion_gets_one_and_the_same_TOK_001(
    practice: Caller, pharmacy: Caller, tables: Tables
) -> None:
    bodies = set()
    for what, assertion in wrong_assertions(practice, pharmacy).items():
        request_id = str(uuid4())
        answer = practice.ask_token(assertion, headers={"X-Request-Id": request_id, "Accept-Language": "en"})
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), what
        bodies.add(answer.content)
        entry = tables.audit(request_id)
        assert (entry["rule_id"], bool(entry["detail"]["reason"])) == ("TOK-001", True), what
    assert len(bodies) == 1


def test_without_a_certificate_the_token_endpoint_answers_the_same_TOK_001(
    exchange: Running, practice: Caller
) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": practice.assertion(),
    }
    with no_certificate(exchange) as client:
        answer = client.post(practice.token_url, data=form, headers={"Accept-Language": "en"})
    assert answer.content == practice.ask_token("rubbish", headers={"Accept-Language": "en"}).content


def test_an_assertion_is_good_once_however_many_send_it_at_once(practice: Caller) -> None:
    assertion = practice.assertion()
    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(lambda _: practice.ask_token(assertion).status_code, range(32)))
    assert sorted(statuses) == [200] + [401] * 31
    refused(practice.ask_token(assertion), 401, "TOK-001")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("rule_id", "status", "changed"),
    [
        ("TOK-006", 400, {"extensions": None}),
        ("TOK-006", 400, {"extensions": {"hl7-b2b": ["1"]}}),
        ("TOK-006", 400, {"organization_id": f"urn:uuid:{uuid4()}"}),
        ("TOK-006", 400, {"subject_role": None}),
        ("TOK-006", 400, {"subject_id": "no id at all"}),
        ("TOK-006", 400, {"patient": str(uuid4())}),
        ("TOK-005", 400, {"purpose_of_use": ["HRESCH"]}),
        ("TOK-005", 400, {"purpose_of_use": [["TREAT"]]}),
        ("TOK-005", 400, {"purpose_of_use": ["TREAT", "TREAT"]}),
        ("TOK-004", 400, {"subject_role": str(new_id())}),
        ("TOK-004", 400, {"subject_id": str(new_id())}),
    ],
)
def test_what_the_assertion_says_of_person_and_purpose_must_be_so_now(
    practice: Caller, rule_id: str, status: int, changed: dict[str, Any], language: str
) -> None:
    claims = practice.claims()
    if "extensions" in changed:
        claims |= changed
    else:
        b2b = claims["extensions"]["hl7-b2b"] | changed
        claims["extensions"] = {"hl7-b2b": {name: value for name, value in b2b.items() if value is not None}}
    answer = practice.ask_token(
        practice.key.compact(json.dumps(claims).encode()), headers={"Accept-Language": language}
    )
    explains(refused(answer, status, rule_id), rule_id, language)


@pytest.mark.parametrize(
    ("rule_id", "status", "form"),
    [
        ("TOK-002", 400, {"grant_type": "password"}),
        ("TOK-002", 400, {"client_assertion_type": "x"}),
        ("TOK-002", 400, {"client_assertion": ""}),
        ("TOK-003", 400, {"scope": "system/Observation.r"}),
        ("TOK-003", 400, {"scope": "patient/*.read"}),
    ],
)
def test_a_token_request_that_is_not_as_it_should_be_is_refused(
    practice: Caller, rule_id: str, status: int, form: dict[str, str]
) -> None:
    answer = practice.ask_token(practice.assertion(), **form, headers={"Accept-Language": "en"})
    explains(refused(answer, status, rule_id), rule_id, "en")


def test_a_token_request_in_JSON_is_refused_with_WIRE_002(practice: Caller) -> None:
    refused(practice.http.post(practice.token_url, json={}), 415, "WIRE-002")


def test_a_narrower_scope_is_given_when_asked_for(practice: Caller) -> None:
    answer = practice.ask_token(practice.assertion(), scope="system/Task.rs system/Observation.r")
    assert answer.json()["scope"] == "system/Task.rs"
    assert answer.headers["cache-control"] == "no-store"
