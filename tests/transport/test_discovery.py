"""What is published of tokens: the same and true at every address, and signed by the server's certificate."""

import base64
import json
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws
from joserfc.jwk import ECKey

from tests.running import Running
from tests.transport.serving_too import served
from tests.transport.wire import Caller, no_certificate, tls
from tilts.access.tokens.keys import announce
from tilts.clock import WallClock


@pytest.fixture(scope="module")
def root(exchange: Running) -> str:
    found: str = exchange.facts["fhir"].removesuffix("/fhir/r4")
    return found


def asked(exchange: Running, address: str) -> Any:
    authority = exchange.facts["clients"]["practice"]["ca"]
    answer = httpx.get(address, verify=tls(authority), trust_env=False, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json"), address
    return answer.json()


def test_each_document_is_the_same_at_both_addresses(exchange: Running, root: str) -> None:
    for name in ("smart-configuration", "udap"):
        at_root = asked(exchange, f"{root}/.well-known/{name}")
        assert asked(exchange, f"{root}/fhir/r4/.well-known/{name}") == at_root


def test_every_address_that_is_named_answers(exchange: Running, root: str, practice: Caller) -> None:
    told = asked(exchange, f"{root}/.well-known/smart-configuration")

    assert asked(exchange, told["jwks_uri"])["keys"]
    assert told["issuer"] == exchange.facts["fhir"]
    assert practice.http.post(told["token_endpoint"]).status_code == 415
    assert practice.http.post(told["introspection_endpoint"]).status_code == 401
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert set(told["grant_types_supported"]) == {
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:token-exchange",
    }


def test_the_authorization_server_metadata_is_the_same_things(exchange: Running, root: str) -> None:
    smart = asked(exchange, f"{root}/.well-known/smart-configuration")
    for path in ("", "/fhir/r4"):
        told = asked(exchange, f"{root}/.well-known/oauth-authorization-server{path}")
        assert told["response_types_supported"] == []
        assert {name: told[name] for name in smart.keys() & told.keys()} == {
            name: smart[name] for name in smart.keys() & told.keys()
        }
        assert {"issuer", "token_endpoint", "jwks_uri"} <= told.keys()


def test_udap_metadata_is_signed_by_a_certificate_that_names_the_base(exchange: Running, root: str) -> None:
    told = asked(exchange, f"{root}/fhir/r4/.well-known/udap")
    head = told["signed_metadata"].split(".")[0]
    header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    leaf, issuing = (x509.load_der_x509_certificate(base64.b64decode(one)) for one in header["x5c"])
    public = leaf.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    registry = jws.JWSRegistry(algorithms=["ES256"])
    registry.max_header_length = 8192
    signed = jws.deserialize_compact(told["signed_metadata"], ECKey.import_key(public), registry=registry)
    claims = json.loads(signed.payload)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value

    leaf.verify_directly_issued_by(issuing)
    assert claims["iss"] == claims["sub"] == exchange.facts["fhir"]
    assert claims["iss"] in names.get_values_for_type(x509.UniformResourceIdentifier)
    assert 0 < claims["exp"] - claims["iat"] <= 365 * 86_400 and claims["jti"]
    assert claims["token_endpoint"] == told["token_endpoint"]


def test_udap_metadata_claims_what_is_there_and_nothing_else(exchange: Running, root: str) -> None:
    told = asked(exchange, f"{root}/.well-known/udap")

    assert told["udap_versions_supported"] == ["1"]
    assert told["udap_profiles_supported"] == ["udap_authn", "udap_authz"]
    assert told["udap_authorization_extensions_required"] == ["hl7-b2b"]
    assert {"RS256", "ES256"} <= set(told["token_endpoint_auth_signing_alg_values_supported"])
    assert not {"registration_endpoint", "authorization_endpoint"} & told.keys()


def test_a_server_whose_certificate_does_not_name_it_states_nothing(exchange: Running) -> None:
    with served(exchange) as base, no_certificate(exchange) as client:
        answer = client.get(f"{base}/.well-known/udap")
        assert client.get(f"{base}/.well-known/smart-configuration").status_code == 200

    assert answer.status_code == 404


def test_a_new_key_is_published_before_it_signs(exchange: Running, root: str, practice: Caller) -> None:
    before = {key["kid"] for key in asked(exchange, f"{root}/oauth/jwks.json")["keys"]}
    wall = WallClock().wall()
    new = announce(exchange.settings.keys_folder, wall.replace(year=wall.year + 1), 310)
    while new.kid not in (
        after := {key["kid"] for key in asked(exchange, f"{root}/oauth/jwks.json")["keys"]}
    ):
        pass  # the folder is looked at once a second
    assert after == before | {new.kid}
    head = practice.ask_token(practice.assertion()).json()["access_token"].split(".")[0]
    assert json.loads(base64.urlsafe_b64decode(head + "=="))["kid"] != new.kid
    new.file.unlink()
