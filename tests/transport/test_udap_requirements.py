"""Requirements of UDAP Security 1.0.0 that no other test shows: assertions that carry their certificate, metadata.

Names of tests hold the ids of their rows in tools/requirements/udap.json; docs/reference/requirements-udap.md lists
all rows, also those that are not met.
"""

import base64
import json
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import NameOID
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey
from starlette.requests import Request

from tests.running import Running
from tests.transport.test_smart_requirements import read_by_anybody
from tests.transport.test_tokens import claims_in
from tests.transport.wire import Caller, refused
from tilts.access import jose
from tilts.access.tokens import chains
from tilts.transport.oauth.discovery import Discovery
from tilts.transport.oauth.signed_metadata import ServerStatement

Private = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class WithCertificates(jws.JWSRegistry):
    """The library stops at headers of 512 characters."""

    max_header_length = 32_768


WITH_CERTIFICATES = WithCertificates(algorithms=["ES256", "RS256"])


def chain_of(caller: Caller) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(Path(caller.facts["cert"]).read_bytes())


def private_of(caller: Caller) -> Private:
    found = load_pem_private_key(Path(caller.facts["key"]).read_bytes(), None)
    assert isinstance(found, ec.EllipticCurvePrivateKey)
    return found


def with_chain(
    caller: Caller, chain: list[x509.Certificate], key: Private, *, algorithm: str = "ES256"
) -> str:
    """An assertion as UDAP has it: by the key of the first certificate in its header."""
    header = {
        "alg": algorithm,
        "typ": "JWT",
        "x5c": [base64.b64encode(one.public_bytes(Encoding.DER)).decode() for one in chain],
    }
    payload = json.dumps(caller.claims()).encode()
    kind = RSAKey if isinstance(key, rsa.RSAPrivateKey) else ECKey
    return jws.serialize_compact(header, payload, kind.import_key(key), registry=WITH_CERTIFICATES)


def self_signed(caller: Caller, key: Private) -> x509.Certificate:
    """What says of itself that it is this client."""
    now = datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, caller.facts["client_id"])])
    made = x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
    made = made.serial_number(x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
    return made.sign(key, hashes.SHA256())


def test_udap_8_172_173_229_an_assertion_with_its_certificate_gets_a_token(practice: Caller) -> None:
    chain, key = chain_of(practice), private_of(practice)

    for sent in (chain, chain[:1]):
        answer = practice.ask_token(with_chain(practice, sent, key))
        assert answer.status_code == 200, answer.text
        assert claims_in(answer.json()["access_token"])["client_id"] == practice.facts["client_id"]


def test_udap_174_a_signature_by_another_key_than_the_first_certificates_is_refused(
    practice: Caller, pharmacy: Caller
) -> None:
    assertion = with_chain(practice, chain_of(practice), private_of(pharmacy))

    refused(practice.ask_token(assertion), 401, "TOK-001")


def test_udap_176_certificates_that_nobody_vouches_for_are_refused(
    practice: Caller, pharmacy: Caller
) -> None:
    own = ec.generate_private_key(ec.SECP256R1())
    leaf = chain_of(practice)[0]
    nobodys = [
        with_chain(practice, [self_signed(practice, own)], own),
        with_chain(practice, chain_of(pharmacy), private_of(pharmacy)),
        with_chain(practice, [leaf, self_signed(practice, own)], private_of(practice)),
    ]

    for assertion in nobodys:
        refused(practice.ask_token(assertion), 401, "TOK-001")


def test_udap_7_8_a_header_without_certificate_and_without_a_registered_key_is_refused(
    practice: Caller,
) -> None:
    payload = json.dumps(practice.claims()).encode()
    key = ECKey.import_key(private_of(practice))
    bare = jws.serialize_compact({"alg": "ES256"}, payload, key, algorithms=["ES256"])

    refused(practice.ask_token(bare), 401, "TOK-001")


def test_udap_184_a_token_got_with_a_certificate_lives_no_longer_than_an_hour(practice: Caller) -> None:
    answer = practice.ask_token(with_chain(practice, chain_of(practice), private_of(practice)))

    assert answer.json()["expires_in"] <= 3600


def test_udap_4_rs256_is_verified_with_the_key_of_a_certificate(practice: Caller) -> None:
    own = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    leaf = self_signed(practice, own)
    assertion = with_chain(practice, [leaf], own, algorithm="RS256")

    found = jose.claims_of(assertion, chains.jwk_of(leaf), "RS256", with_chain=True)

    assert "RS256" in chains.algorithms_of(leaf)
    assert found["sub"] == practice.facts["client_id"]


# Metadata.


@pytest.fixture(scope="module")
def metadata(exchange: Running) -> dict[str, Any]:
    answer = read_by_anybody(exchange, "/.well-known/udap")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    found: dict[str, Any] = answer.json()
    return found


def test_udap_10_12_13_14_15_18_40_anybody_reads_where_tokens_are(
    metadata: dict[str, Any], practice: Caller
) -> None:
    assert metadata["token_endpoint"] == practice.token_url


def test_udap_19_where_the_certificate_names_no_such_address_there_is_no_metadata(exchange: Running) -> None:
    """Nothing would prove the signed part: no workflow of UDAP is supported there."""
    elsewhere = "https://elsewhere.example/fhir/r4"
    statement = ServerStatement(elsewhere, exchange.settings, exchange.clock)
    not_asked: Any = None
    published = Discovery(elsewhere, not_asked, exchange.clock, exchange.settings, not_asked)

    answer = anyio.run(published.udap, statement, Request({"type": "http", "headers": []}))
    assert answer.status_code == 404


def test_udap_22_23_25_26_28_29_30_31_32_33_what_is_supported_is_listed(metadata: dict[str, Any]) -> None:
    assert metadata["udap_versions_supported"] == ["1"]
    assert metadata["udap_profiles_supported"] == ["udap_authn", "udap_authz"]
    assert metadata["udap_authorization_extensions_supported"] == ["hl7-b2b"]
    assert metadata["udap_authorization_extensions_required"] == ["hl7-b2b"]
    assert metadata["udap_certifications_supported"] == []


def test_udap_32_without_the_object_that_is_required_there_is_no_token(practice: Caller) -> None:
    refused(practice.ask_token(practice.assertion(extensions={})), 400, "TOK-006")


def test_udap_36_37_41_42_grants_and_methods_are_listed(metadata: dict[str, Any]) -> None:
    assert "client_credentials" in metadata["grant_types_supported"]
    assert not {"authorization_code", "refresh_token"} & set(metadata["grant_types_supported"])
    assert metadata["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert {"RS256", "ES256"} <= set(metadata["token_endpoint_auth_signing_alg_values_supported"])


def test_udap_46_47_48_49_50_51_52_53_54_55_58_the_server_signs_its_addresses_with_its_certificate(
    metadata: dict[str, Any], practice: Caller
) -> None:
    header = json.loads(base64.urlsafe_b64decode(metadata["signed_metadata"].split(".")[0] + "=="))
    leaf = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0]))
    signed = jws.deserialize_compact(
        metadata["signed_metadata"], ECKey.import_key(chains.jwk_of(leaf)), registry=WITH_CERTIFICATES
    )
    claims = json.loads(signed.payload)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value

    assert ssl.PEM_cert_to_DER_cert(served_by(practice)) == base64.b64decode(header["x5c"][0])
    assert practice.base in names.get_values_for_type(x509.UniformResourceIdentifier)
    assert claims["iss"] == claims["sub"] == practice.base
    assert claims["iat"] < claims["exp"] <= claims["iat"] + 31_536_000
    assert claims["jti"]
    assert claims["token_endpoint"] == metadata["token_endpoint"]


def served_by(caller: Caller) -> str:
    """The certificate with which the port itself answers."""
    target = urlsplit(caller.base)
    assert target.hostname and target.port
    return ssl.get_server_certificate((target.hostname, target.port))
