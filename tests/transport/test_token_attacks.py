"""What somebody sends who wants a token, or wants to be taken for one: refused, and told nothing (Security 4.4, A10, A11)."""

import base64
import hashlib
import hmac
import json
import ssl
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from tests.running import Running
from tests.transport.serving_too import served
from tests.transport.tables import Tables
from tests.transport.wire import Caller, refused, rule_of

POSTS = 64
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def encoded(value: Any) -> str:
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def certificates_of(caller: Caller) -> list[bytes]:
    blocks = Path(caller.facts["cert"]).read_text().split("-----BEGIN CERTIFICATE-----")[1:]
    return [ssl.PEM_cert_to_DER_cert("-----BEGIN CERTIFICATE-----" + block) for block in blocks]


def as_x5c(chain: list[bytes]) -> list[str]:
    return [base64.b64encode(one).decode() for one in chain]


def by_certificate(caller: Caller, chain: list[str] | None = None, alg: str = "ES256", **claims: Any) -> str:
    """An assertion signed with the key of the TLS certificate."""
    pem = Path(caller.facts["key"]).read_bytes()
    header = {"alg": alg, "x5c": as_x5c(certificates_of(caller)) if chain is None else chain}
    content = json.dumps(caller.claims(**claims)).encode()
    return jws.serialize_compact(header, content, ECKey.import_key(pem), algorithms=[alg])


def wild_header(caller: Caller, header: bytes, payload: bytes) -> str:
    """A true ES256 signature by the client's own key under any header at all."""
    private = ECKey.import_key(caller.key.jwk).private_key
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    text = f"{encoded(header)}.{encoded(payload)}"
    der = private.sign(text.encode(), ec.ECDSA(hashes.SHA256()))
    r, s = (value.to_bytes(32, "big") for value in decode_dss_signature(der))
    return f"{text}.{encoded(r + s)}"


def other_spelling(segment: str) -> str:
    """The same bytes with a stray bit in the last letter, where the length leaves room for one."""
    last = LETTERS.index(segment[-1])
    return segment[:-1] + LETTERS[last ^ 1]


def self_made(key: Any, name: str, *, uri: str | None = None) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )
    if uri:
        names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri)])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(key, hashes.SHA256())


def strange_headers(caller: Caller, pharmacy: Caller) -> dict[str, dict[str, Any]]:
    kid = caller.key.jwk["kid"]
    public = {name: pharmacy.key.jwk[name] for name in ("kty", "crv", "x", "y")}
    usual = {"alg": "ES256", "kid": kid}
    return {
        "a kid that is a path": {**usual, "kid": "../../../../etc/passwd"},
        "a kid that is a file of ours": {**usual, "kid": "token.jwk"},
        "a kid that is SQL": {**usual, "kid": f"' OR kid = '{kid}' --"},
        "a kid that is more SQL": {**usual, "kid": f"{kid}'; DROP TABLE client_key; --"},
        "a kid with a NUL": {**usual, "kid": f"{kid}\0"},
        "a kid that is empty": {**usual, "kid": ""},
        "no kid": {"alg": "ES256"},
        "jku": {**usual, "jku": "https://elsewhere.example/jwks.json"},
        "jku that is registered": {**usual, "jku": caller.token_url.replace("token", "jwks.json")},
        "x5u": {**usual, "x5u": "https://elsewhere.example/cert.pem"},
        "jwk": {**usual, "jwk": public},
        "crit of something unknown": {**usual, "crit": ["exp"], "exp": 1},
        "crit that is empty": {**usual, "crit": []},
        "b64 false": {**usual, "b64": False, "crit": ["b64"]},
        "b64 true": {**usual, "b64": True},
        "zip": {**usual, "zip": "DEF"},
        "typ of an access token": {**usual, "typ": "at+jwt"},
        "typ of a logout token": {**usual, "typ": "logout+jwt"},
        "typ that is a list": {**usual, "typ": ["JWT"]},
        "x5c that is empty": {"alg": "ES256", "x5c": []},
        "x5c that is a text": {"alg": "ES256", "x5c": as_x5c(certificates_of(caller))[0]},
        "x5c of ours, signed by another key": {"alg": "ES256", "x5c": as_x5c(certificates_of(caller))},
        "x5c beside a kid that fits": {**usual, "x5c": as_x5c(certificates_of(caller))},
        "x5c of nothing": {"alg": "ES256", "x5c": ["AAAA"]},
        "x5c of numbers": {"alg": "ES256", "x5c": [1]},
    }


def unsigned(caller: Caller) -> dict[str, str]:
    claims, kid = encoded(caller.claims()), caller.key.jwk["kid"]
    found = {
        f"alg {alg!r}, {how}": f"{encoded({'alg': alg, 'kid': kid})}.{claims}.{end}"
        for alg in ("none", "None", "NONE", "nOnE", "none ", "", None, True, ["none"], {"a": "none"})
        for how, end in (("no signature", ""), ("a signature", "AAAA"))
    }
    public = json.dumps({name: caller.key.jwk[name] for name in ("kty", "crv", "x", "y")})
    point = ECKey.import_key(caller.key.jwk).as_pem(private=False)
    for alg, digest in (("HS256", "sha256"), ("HS384", "sha384"), ("HS512", "sha512")):
        for what, secret in (("jwk", public.encode()), ("pem", point), ("nothing", b"")):
            text = f"{encoded({'alg': alg, 'kid': kid})}.{claims}"
            found[f"{alg} with {what}"] = f"{text}.{encoded(hmac.digest(secret, text.encode(), digest))}"
    return found


def misspelt(caller: Caller) -> dict[str, str]:
    """The good thing written in a way that a lenient reader takes for the same."""
    head, claims, signature = caller.assertion().split(".")
    found = {
        "four parts": f"{head}.{claims}.{signature}.",
        "five parts": f"{head}.{claims}.{signature}.{claims}.{signature}",
        "two parts": f"{head}.{claims}",
        "nothing": "",
        "dots": "..",
        "a stray bit in the signature": f"{head}.{claims}.{other_spelling(signature)}",
        "a signature in DER": f"{head}.{claims}.{encoded(b'0E' + bytes(68))}",
        "a signature of zeros": f"{head}.{claims}.{encoded(bytes(64))}",
        "a signature with a byte too much": f"{head}.{claims}.{signature}AA",
        "in JSON form": json.dumps({"protected": head, "payload": claims, "signature": signature}),
        "another alphabet": f"{head}.{claims}.{signature.replace('-', '+').replace('_', '/')}+",
    }
    parts = (head, claims, signature)
    for letter in ("=", "==", " ", "\n", "\t", "\r\n", "\x00", "%", "!", "ā"):
        for place in range(3):
            written = [part + letter if place == at else part for at, part in enumerate(parts)]
            found[f"{letter!r} after part {place}"] = ".".join(written)
            middle = parts[place][:8] + letter + parts[place][8:]
            written = [middle if place == at else part for at, part in enumerate(parts)]
            found[f"{letter!r} within part {place}"] = ".".join(written)
    return found


def encrypted(caller: Caller) -> dict[str, str]:
    def five(**header: Any) -> str:
        return ".".join([encoded(header), "AAAA", "AAAA", encoded(caller.claims()), "AAAA"])

    return {
        "PBES2 with 2^31 rounds": five(alg="PBES2-HS256+A128KW", enc="A128GCM", p2c=2**31, p2s="AAAA"),
        "zip in a JWE": five(alg="dir", enc="A128GCM", zip="DEF"),
        "RSA-OAEP": five(alg="RSA-OAEP", enc="A128CBC-HS256"),
        "PBES2 in three parts": f"{encoded({'alg': 'PBES2-HS256+A128KW', 'p2c': 2**31})}.AAAA.AAAA",
    }


def doubled(caller: Caller) -> dict[str, str]:
    kid, payload = caller.key.jwk["kid"], json.dumps(caller.claims()).encode()
    head = json.dumps({"alg": "ES256", "kid": kid})
    sub = caller.facts["client_id"]
    return {
        "alg twice": wild_header(caller, f'{{"alg":"none",{head[1:]}'.encode(), payload),
        "kid twice": wild_header(caller, f'{{"kid":"x",{head[1:]}'.encode(), payload),
        "sub twice": wild_header(caller, head.encode(), b'{"sub":"x",' + payload[1:]),
        "sub twice, the same": wild_header(
            caller, head.encode(), b'{"sub":"%s",' % sub.encode() + payload[1:]
        ),
        "a header that is a list": wild_header(caller, f"[{head}]".encode(), payload),
        "claims after claims": wild_header(caller, head.encode(), payload + payload),
        "a comment": wild_header(caller, head.encode(), b"/**/" + payload),
        "a byte order mark": wild_header(caller, head.encode(), b"\xef\xbb\xbf" + payload),
        "UTF-16": wild_header(caller, head.encode(), payload.decode().encode("utf-16")),
        "half a surrogate pair": wild_header(caller, head.encode(), payload[:-1] + b',"x":"\\ud800"}'),
        "nested deep": wild_header(caller, head.encode(), payload[:-1] + b',"x":' + b"[" * 5000 + b"}"),
        "a number beyond all": wild_header(caller, head.encode(), payload[:-1] + b',"x":1e999}'),
    }


def wrong_claims(caller: Caller, pharmacy: Caller) -> dict[str, str]:
    now = int(time.time())
    say = caller.assertion
    return {
        "aud of another": say(aud="https://elsewhere.example/oauth/token"),
        "aud in other letters": say(aud=caller.token_url.upper()),
        "aud with a slash": say(aud=caller.token_url + "/"),
        "aud is the base": say(aud=caller.base),
        "aud is a list of others": say(aud=["https://elsewhere.example", caller.base]),
        "aud is an object": say(aud={caller.token_url: True}),
        "no aud": say(aud=None),
        "iss of another": say(iss=pharmacy.facts["client_id"]),
        "no iss": say(iss=None),
        "iss is a list": say(iss=[caller.facts["client_id"]]),
        "sub of another": say(sub=pharmacy.facts["client_id"], iss=pharmacy.facts["client_id"]),
        "sub in other letters": say(
            sub=caller.facts["client_id"].upper(), iss=caller.facts["client_id"].upper()
        ),
        "sub is SQL": say(sub="x' OR '1'='1", iss="x' OR '1'='1"),
        "over": say(exp=now - 11),
        "too far": say(exp=now + 3600),
        "exp is text": say(exp=str(now + 50)),
        "exp is a list": say(exp=[now + 50]),
        "exp before all time": say(exp=-1),
        "not yet": say(nbf=now + 60),
        "nbf is text": say(nbf=str(now)),
        "made tomorrow": say(iat=now + 86_400),
        "jti is a number": say(jti=1),
        "jti is empty": say(jti=""),
        "oversized": say(jti="x", filler="y" * 40_000),
    }


def strange_chains(caller: Caller, pharmacy: Caller) -> dict[str, str]:
    own = certificates_of(caller)
    secret = ec.generate_private_key(ec.SECP256R1())
    stranger = self_made(secret, "stranger")
    der = in_der(stranger)
    pem_key = ECKey.import_key(secret)
    claims = json.dumps(caller.claims()).encode()

    def by_stranger(chain: list[str]) -> str:
        return jws.serialize_compact({"alg": "ES256", "x5c": chain}, claims, pem_key, algorithms=["ES256"])

    first = as_x5c(own)[0]
    return {
        "a stranger's certificate": by_stranger(as_x5c([der])),
        "a stranger's key under ours": by_stranger(as_x5c(own)),
        "ours after a stranger's": by_stranger(as_x5c([der, *own])),
        "another client's": by_certificate(
            pharmacy, **{"sub": caller.facts["client_id"], "iss": caller.facts["client_id"]}
        ),
        "no chain": by_certificate(caller, as_x5c([own[0], own[0]])),
        "six certificates": by_certificate(caller, as_x5c([own[0]] * 6)),
        "base64url": by_certificate(caller, [first.replace("+", "-").replace("/", "_").rstrip("=") + "-"]),
        "spaces in it": by_certificate(caller, [first[:64] + "\n" + first[64:]]),
        "an algorithm of another key": jws.serialize_compact(
            {"alg": "ES384", "x5c": as_x5c(own)}, claims, ECKey.generate_key("P-384"), algorithms=["ES384"]
        ),
    }


def in_der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


SERIES: dict[str, Callable[[Caller, Caller], dict[str, str]]] = {
    "unsigned": lambda caller, _: unsigned(caller),
    "misspelt": lambda caller, _: misspelt(caller),
    "encrypted": lambda caller, _: encrypted(caller),
    "doubled": lambda caller, _: doubled(caller),
    "wrong claims": wrong_claims,
    "strange headers": lambda caller, other: {
        what: wild_header(caller, json.dumps(header).encode(), json.dumps(caller.claims()).encode())
        for what, header in strange_headers(caller, other).items()
    },
    "strange chains": strange_chains,
}


@pytest.mark.parametrize("series", SERIES)
def test_TOK_001_one_body_for_every_assertion_that_does_not_verify(
    practice: Caller, pharmacy: Caller, series: str
) -> None:
    expected = practice.ask_token("rubbish", headers={"Accept-Language": "en"}).content
    for what, assertion in SERIES[series](practice, pharmacy).items():
        answer = practice.ask_token(assertion or " ", headers={"Accept-Language": "en"})
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), what
        assert answer.content == expected, what


def test_what_the_series_change_is_what_is_refused(practice: Caller) -> None:
    """The same hands make good assertions, so the refusals above are for their reason."""
    kid, payload = practice.key.jwk["kid"], json.dumps(practice.claims()).encode()
    good = wild_header(practice, json.dumps({"alg": "ES256", "kid": kid, "typ": "jwt"}).encode(), payload)

    assert practice.ask_token(good).status_code == 200
    assert practice.ask_token(by_certificate(practice)).status_code == 200


# An assertion by certificate (HL7 UDAP Security).


def test_the_leaf_alone_is_enough_and_the_token_is_as_any_other(practice: Caller) -> None:
    answer = practice.ask_token(by_certificate(practice, as_x5c(certificates_of(practice)[:1])))

    assert answer.status_code == 200
    assert practice.get("Organization", token=answer.json()["access_token"]).status_code == 200


@pytest.mark.parametrize("alg", ["RS256", "RS384", "PS256"])
def test_an_RSA_certificate_that_is_registered_signs_with_its_own_algorithms(
    practice: Caller, tables: Tables, alg: str
) -> None:
    secret = rsa.generate_private_key(65537, 2048)
    leaf = self_made(secret, "practice-3 by RSA")
    der = in_der(leaf)
    header = {"alg": alg, "x5c": as_x5c([der])}

    def asked() -> httpx.Response:
        claims = json.dumps(practice.claims()).encode()
        key = RSAKey.import_key(secret)
        return practice.ask_token(jws.serialize_compact(header, claims, key, algorithms=[alg]))

    assert asked().status_code == 401, "not registered yet"
    with registered(tables, practice, leaf):
        assert asked().status_code == 200
        tables.change(
            "UPDATE onboarding.client_certificate SET revoked_at = now() WHERE fingerprint = %s",
            hashlib.sha256(der).digest(),
        )
        assert asked().status_code == 401, "revoked"


class registered:
    """A certificate more of a client, for as long as a test takes."""

    def __init__(self, tables: Tables, caller: Caller, leaf: x509.Certificate) -> None:
        self.tables, self.caller, self.leaf = tables, caller, leaf
        self.fingerprint = hashlib.sha256(in_der(leaf)).digest()

    def __enter__(self) -> None:
        self.tables.change(
            "INSERT INTO onboarding.client_certificate (fingerprint, client_id, serial, issuer, not_before, not_after)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            self.fingerprint,
            self.caller.facts["client_id"],
            str(self.leaf.serial_number),
            "CN=test",
            self.leaf.not_valid_before_utc,
            self.leaf.not_valid_after_utc,
        )

    def __exit__(self, *_: object) -> None:
        self.tables.change(
            "UPDATE onboarding.client_certificate SET ended_at = now() WHERE fingerprint = %s",
            self.fingerprint,
        )


# Replay.


def test_of_64_posts_of_one_assertion_exactly_one_gets_a_token_and_none_after_a_restart(
    exchange: Running, practice: Caller
) -> None:
    assertion = practice.assertion()
    with ThreadPoolExecutor(32) as pool:
        statuses = list(pool.map(lambda _: practice.ask_token(assertion).status_code, range(POSTS)))

    assert sorted(statuses) == [200] + [401] * (POSTS - 1)
    with served(exchange, same_base=True) as base:
        again = Caller(exchange, practice.name, base=base)
        refused(again.ask_token(assertion), 401, "TOK-001")
        fresh = again.ask_token(again.assertion(aud=practice.token_url))
        assert fresh.status_code == 200, "only the replay is refused there"
        again.close()


def test_two_workers_agree_on_who_came_first(exchange: Running, practice: Caller) -> None:
    with served(exchange, same_base=True) as base:
        other = Caller(exchange, practice.name, base=base)
        for _ in range(8):
            assertion = practice.assertion()
            with ThreadPoolExecutor(8) as pool:
                turns = [practice, other] * 4
                statuses = list(pool.map(lambda one: one.ask_token(assertion).status_code, turns))  # noqa: B023
            assert sorted(statuses) == [200] + [401] * 7
        other.close()


# Ports and environments.


def test_assertions_and_tokens_of_one_port_do_not_open_the_other(caller: Callable[..., Caller]) -> None:
    secure, plain = caller("practice-3"), caller("practice-3", plain=True)

    refused(secure.ask_token(plain.assertion()), 401, "TOK-001")
    refused(plain.ask_token(secure.assertion()), 401, "TOK-001")
    refused(secure.get("Organization", token=plain.token()), 401, "ACC-006")
    refused(plain.get("Organization", token=secure.token()), 401, "ACC-006")


def test_an_assertion_is_of_the_certificate_at_the_port(practice: Caller, pharmacy: Caller) -> None:
    refused(pharmacy.ask_token(practice.assertion()), 401, "TOK-001")
    refused(pharmacy.ask_token(by_certificate(practice)), 401, "TOK-001")


def test_a_parameter_that_stands_twice_is_refused(practice: Caller) -> None:
    content = (
        f"grant_type=client_credentials&grant_type=client_credentials&client_assertion={practice.assertion()}"
    )
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = practice.http.post(practice.token_url, content=content, headers=form)

    refused(answer, 400, "TOK-002")
    assert rule_of(practice.ask_token(practice.assertion(), grant_type="password")) == "TOK-002"


def test_each_refusal_is_written_down_with_its_reason(practice: Caller, tables: Tables) -> None:
    reasons = set()
    for header in strange_headers(practice, practice).values():
        request_id = str(uuid4())
        content = json.dumps(practice.claims()).encode()
        sent = wild_header(practice, json.dumps(header).encode(), content)
        practice.ask_token(sent, headers={"X-Request-Id": request_id})
        entry = tables.audit(request_id)
        assert (entry["event"], entry["outcome"], entry["rule_id"]) == ("token.issued", "refused", "TOK-001")
        reasons.add(entry["detail"]["reason"])
    assert len(reasons) > 5
