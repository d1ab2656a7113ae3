"""Requirements of SMART App Launch 2.2.0 that no other test shows: the token answer, discovery, the edges of scopes.

Names of tests hold the ids of their rows in tools/requirements/smart.json; docs/reference/requirements-smart.md
lists all rows.
"""

import json
import re
import socket
import struct
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey

from tests.running import Running
from tests.transport.promises import explains
from tests.transport.test_tokens import claims_in
from tests.transport.wire import Caller, refused, tls
from tilts.access import scopes
from tilts.onboarding.connections import read_key

SYNTAX_OF_A_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*\Z")  # RFC 6750 section 2.1
SYNTAX_OF_A_SCOPE = re.compile(r"system/[A-Z][A-Za-z]+\.(?=.)c?r?u?d?s?\Z")
HANDSHAKE = 22  # the kind of a record, RFC 8446 section 5.1


@pytest.fixture(scope="module")
def token_answer(practice: Caller) -> dict[str, Any]:
    answer = practice.ask_token(practice.assertion(), scope="system/Task.rs system/Organization.r")
    body: dict[str, Any] = answer.json()
    return {"status": answer.status_code, "headers": answer.headers, "body": body}


def read_by_anybody(exchange: Running, path: str, **headers: str) -> httpx.Response:
    """Below the base, without a certificate."""
    with httpx.Client(verify=tls(exchange.facts["clients"]["practice"]["ca"]), trust_env=False) as client:
        return client.get(exchange.facts["fhir"] + path, headers=headers)


@pytest.fixture(scope="module")
def discovery(exchange: Running) -> dict[str, Any]:
    answer = read_by_anybody(exchange, "/.well-known/smart-configuration")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


# The token answer.


def test_smart_73_74_75_78_84_253_254_255_258_a_granted_request_is_answered_in_its_body(
    token_answer: dict[str, Any],
) -> None:
    body = token_answer["body"]

    assert (token_answer["status"], token_answer["headers"]["content-type"]) == (200, "application/json")
    assert body["access_token"]
    assert body["token_type"] == "Bearer"
    assert body["scope"] == "system/Organization.r system/Task.rs"


def test_smart_76_88_91_256_257_261_262_a_token_lives_300_seconds(token_answer: dict[str, Any]) -> None:
    assert token_answer["body"]["expires_in"] == 300


def test_smart_85_a_token_is_of_the_characters_that_a_header_may_have(token_answer: dict[str, Any]) -> None:
    assert SYNTAX_OF_A_TOKEN.match(token_answer["body"]["access_token"])


def test_smart_86_87_nobody_keeps_a_token_on_the_way(practice: Caller, token_answer: dict[str, Any]) -> None:
    refusal = practice.ask_token("rubbish")

    for headers in (token_answer["headers"], refusal.headers):
        assert (headers["cache-control"], headers["pragma"]) == ("no-store", "no-cache")


def test_smart_89_248_no_refresh_token_is_issued(practice: Caller, token_answer: dict[str, Any]) -> None:
    assert "refresh_token" not in token_answer["body"]
    answer = practice.ask_token(practice.assertion(), grant_type="refresh_token", refresh_token="any")
    refused(answer, 400, "TOK-002")


def test_smart_134_the_largest_token_is_a_quarter_of_what_a_head_may_hold(practice: Caller) -> None:
    assert len(practice.ask_token(practice.assertion()).json()["access_token"]) < 4096


def test_smart_73_251_252_a_request_that_is_not_granted_says_why_as_rfc_6749_has_it(practice: Caller) -> None:
    expected = {
        "invalid_client": practice.ask_token("rubbish"),
        "invalid_request": practice.ask_token(""),
        "unsupported_grant_type": practice.ask_token(practice.assertion(), grant_type="password"),
        "invalid_scope": practice.ask_token(practice.assertion(), scope="system/Observation.r"),
    }

    for error, answer in expected.items():
        body = answer.json()
        assert (answer.status_code, body["error"]) == (401 if error == "invalid_client" else 400, error)
        assert body["error_description"]
        assert "access_token" not in body


# What a scope opens.


def test_smart_142_260_a_token_of_the_system_opens_what_it_names_and_nothing_else(practice: Caller) -> None:
    token = practice.token(scope="system/Organization.r", person=False)

    assert practice.get(f"Organization/{practice.facts['org']}", token=token).status_code == 200
    refused(practice.get("Organization", token=token), 403, "ACC-009")


def test_smart_130_a_transaction_needs_the_scope_of_what_is_in_it(practice: Caller, patient: str) -> None:
    token = practice.token(scope="system/MedicationRequest.rs system/Task.rus")
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": []}

    refused(practice.post("", bundle, token=token), 403, "ACC-009")


def test_smart_244_a_type_that_is_not_offered_is_refused_at_once(practice: Caller) -> None:
    explains(refused(practice.get("Observation"), 404, "WIRE-003"), "WIRE-003", "en")


@pytest.mark.parametrize("scope", ["patient/Task.r", "user/Task.r", "launch/patient", "openid fhirUser"])
def test_smart_136_140_scopes_of_a_patient_or_a_user_are_not_granted(practice: Caller, scope: str) -> None:
    refused(practice.ask_token(practice.assertion(), scope=scope), 400, "TOK-003")


def test_smart_126_127_128_369_scopes_of_smart_1_mean_what_the_guide_says(
    practice: Caller, discovery: dict[str, Any]
) -> None:
    asked = "system/Organization.read system/Task.read"

    assert "permission-v1" in discovery["capabilities"]
    assert practice.ask_token(practice.assertion(), scope=asked).json()["scope"] == asked
    old, new = (
        practice.token(scope="system/Organization.read"),
        practice.token(scope="system/Organization.rs"),
    )
    for token in (old, new):
        assert practice.get("Organization", token=token).status_code == 200
        refused(practice.get("Task", token=token), 403, "ACC-009")
    for_all, written_out = (scopes.granted("pharmacy", scope) for scope in ("system/*.*", "system/*.cruds"))
    assert for_all == written_out


def test_smart_217_scopes_of_our_own_are_known_by_two_underscores() -> None:
    every = {scope for kind in scopes.OPEN for scope in scopes.open_to(kind)}

    assert {scope for scope in every if not SYNTAX_OF_A_SCOPE.match(scope)} == {"__events.r", "__token.r"}


# Who is asking.


@pytest.mark.parametrize("how", ["in the form", "in the header"])
def test_smart_344_a_shared_secret_opens_nothing(practice: Caller, how: str) -> None:
    form = {"grant_type": "client_credentials", "client_id": practice.facts["client_id"]}
    if how == "in the form":
        answer = practice.http.post(practice.token_url, data={**form, "client_secret": "secret"})
    else:
        answer = practice.http.post(practice.token_url, data=form, auth=(form["client_id"], "secret"))

    refused(answer, 400, "TOK-002")


def test_smart_297_keys_are_taken_as_a_set_or_as_one() -> None:
    public = ECKey.generate_key("P-384").as_dict(private=False)
    written = [json.dumps(one).encode() for one in (public, {"keys": [public]})]

    assert read_key(written[0]) == read_key(written[1])


# Discovery.


@pytest.mark.parametrize("accept", ["application/json", "application/fhir+xml", "text/html", "image/png"])
def test_smart_30_228_372_373_374_377_380_discovery_is_json_below_the_base_for_anybody(
    exchange: Running, accept: str
) -> None:
    answer = read_by_anybody(exchange, "/.well-known/smart-configuration", Accept=accept)

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert isinstance(answer.json(), dict)


def test_smart_285_286_385_393_it_names_the_token_endpoint_and_what_is_supported(
    discovery: dict[str, Any], practice: Caller
) -> None:
    assert discovery["token_endpoint"] == practice.token_url
    assert "client-confidential-asymmetric" in discovery["capabilities"]


def test_smart_287_389_every_scope_that_is_listed_is_given_to_somebody(discovery: dict[str, Any]) -> None:
    listed = discovery["scopes_supported"]

    assert listed and all(SYNTAX_OF_A_SCOPE.match(scope) for scope in listed)
    assert all(any(scopes.granted(kind, scope) for kind in scopes.OPEN) for scope in listed)


def test_smart_288_289_386_it_names_how_a_client_shows_itself(discovery: dict[str, Any]) -> None:
    assert discovery["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert {"RS384", "ES384"} <= set(discovery["token_endpoint_auth_signing_alg_values_supported"])


def test_smart_384_client_credentials_are_the_grant_and_no_code_flow_is_claimed(
    discovery: dict[str, Any],
) -> None:
    assert "client_credentials" in discovery["grant_types_supported"]
    assert "authorization_code" not in discovery["grant_types_supported"]
    assert "authorization_endpoint" not in discovery
    launching = {"launch-ehr", "launch-standalone", "sso-openid-connect", "client-public"}
    assert not launching & set(discovery["capabilities"])


def test_smart_378_every_address_in_it_is_absolute(discovery: dict[str, Any]) -> None:
    addresses = {
        name: value
        for name, value in discovery.items()
        if name == "issuer" or name.endswith(("_endpoint", "_uri", "_url"))
    }

    assert {"token_endpoint", "jwks_uri"} <= addresses.keys()
    assert all(urlsplit(value).scheme == "https" and urlsplit(value).netloc for value in addresses.values())


def test_smart_394_of_pkce_the_method_that_is_safe_is_listed_and_no_other(discovery: dict[str, Any]) -> None:
    assert discovery["code_challenge_methods_supported"] == ["S256"]


# Introspection.


@pytest.fixture(scope="module")
def authority(caller: Callable[..., Caller]) -> Caller:
    return caller("authority")


def looked_into(authority: Caller, token: str, *, by: str | None = None) -> httpx.Response:
    address = authority.token_url.removesuffix("/token") + "/introspect"
    headers = {"Authorization": f"Bearer {authority.token(scope='__token.r') if by is None else by}"}
    return authority.http.post(address, data={"token": token}, headers=headers)


def test_smart_99_269_271_272_273_274_275_276_283_a_token_of_any_client_is_told(
    authority: Caller, practice: Caller, discovery: dict[str, Any]
) -> None:
    answer = practice.ask_token(practice.assertion(), scope="system/Task.rs").json()
    told = looked_into(authority, answer["access_token"])

    assert discovery["introspection_endpoint"] == str(told.request.url)
    assert told.headers["content-type"] == "application/json"
    claims = claims_in(answer["access_token"])
    assert (
        told.json()
        | {
            "active": True,
            "scope": answer["scope"],
            "client_id": practice.facts["client_id"],
            "exp": claims["iat"] + answer["expires_in"],
        }
        == told.json()
    )


@pytest.mark.parametrize("token", ["rubbish", "a.b.c"])
def test_smart_271_272_of_what_is_no_token_it_is_said_that_it_is_not_active_and_no_more(
    authority: Caller, token: str
) -> None:
    assert looked_into(authority, token).json() == {"active": False}


def test_smart_281_282_who_may_look_shows_a_token_with_the_scope_for_it(
    authority: Caller, practice: Caller
) -> None:
    token = practice.token(scope="system/Task.rs")

    assert looked_into(authority, token).status_code == 200
    refused(looked_into(authority, token, by=authority.token(scope="system/Organization.r")), 403, "ACC-009")
    refused(practice.ask_token(practice.assertion(), scope="__token.r"), 400, "TOK-003")


def test_smart_391_where_to_look_is_published(discovery: dict[str, Any], practice: Caller) -> None:
    assert discovery["introspection_endpoint"] == practice.token_url.removesuffix("token") + "introspect"


# The line.


def client_hello(version: int) -> bytes:
    """A ClientHello that knows nothing newer than `version` (RFC 5246 section 7.4.1.2)."""
    suites = struct.pack("!6H", 10, 0xC02B, 0xC02F, 0xC009, 0xC013, 0x002F)
    groups = struct.pack("!HHHHH", 10, 6, 4, 23, 29)  # P-256, X25519
    schemes = struct.pack("!HHHHHH", 13, 8, 6, 0x0403, 0x0401, 0x0804)  # ECDSA, RSA and RSA-PSS with SHA-256
    extensions = struct.pack("!H", len(groups + schemes)) + groups + schemes
    body = struct.pack("!H", version) + bytes(32) + b"\0" + suites + b"\x01\0" + extensions
    handshake = b"\x01" + struct.pack("!I", len(body))[1:] + body
    return struct.pack("!BHH", HANDSHAKE, 0x0301, len(handshake)) + handshake


@pytest.mark.parametrize(
    ("version", "through"),
    [(0x0300, False), (0x0301, False), (0x0302, False), (0x0303, True)],
    ids=["SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2"],
)
def test_smart_231_nothing_older_than_tls_1_2_gets_through(
    exchange: Running, version: int, through: bool
) -> None:
    target = urlsplit(exchange.facts["fhir"])
    with socket.create_connection((target.hostname, target.port), timeout=10) as line:
        line.sendall(client_hello(version))
        said = line.recv(64)

    assert (said[:1] == bytes([HANDSHAKE])) is through


def test_smart_231_what_gets_through_is_tls(practice: Caller) -> None:
    stream = practice.http.stream("GET", "metadata")
    with stream as answer:
        spoken = answer.extensions["network_stream"].get_extra_info("ssl_object").version()

    assert spoken in ("TLSv1.2", "TLSv1.3")
    assert json.loads(practice.get("metadata").content)["fhirVersion"] == "4.0.1"
