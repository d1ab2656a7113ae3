"""Who stands at the door: no certificate, a wrong one, one of somebody who may not come in any more."""

import base64
import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.running import Running
from tests.transport.promises import refused_whole
from tests.transport.tables import Tables
from tests.transport.wire import Caller, connected, no_certificate, refused, tls

LANGUAGES = ("lv", "en")


@pytest.fixture(scope="module")
def unregistered(exchange: Running, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate by the sandbox's own issuing CA that nobody registered, and its key."""
    pki = Path(exchange.facts["pki"])
    issuer = x509.load_pem_x509_certificates((pki / "chain.pem").read_bytes())[0]
    signer = load_pem_private_key((pki / "authority" / "issuing.key").read_bytes(), None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Nobody we know")]))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(signer, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("unregistered")
    chain = certificate.public_bytes(Encoding.PEM) + issuer.public_bytes(Encoding.PEM)
    (folder / "cert.pem").write_bytes(chain)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(private)
    return folder / "cert.pem", folder / "key.pem"


def asked(client: httpx.Client, how: dict[str, Any], token: str = "x.y.z") -> httpx.Response:
    headers = {"Accept-Language": how["language"], "Authorization": f"Bearer {token}", **how["headers"]}
    return client.get("Organization", headers=headers)


@contextmanager
def with_certificate(exchange: Running, certificate: Path, key: Path) -> Iterator[httpx.Client]:
    authority = exchange.facts["clients"]["practice"]["ca"]
    with connected(exchange.facts["fhir"], tls(authority, certificate, key)) as client:
        yield client


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_certificate_the_answer_is_ACC_001(exchange: Running, tables: Tables, language: str) -> None:
    with no_certificate(exchange) as client:
        refused_whole(tables, lambda how: asked(client, how), 401, "ACC-001", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_certificate_that_is_not_registered_gets_ACC_002(
    exchange: Running, tables: Tables, unregistered: tuple[Path, Path], language: str
) -> None:
    with with_certificate(exchange, *unregistered) as client:
        refused_whole(tables, lambda how: asked(client, how), 401, "ACC-002", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_revoked_certificate_gets_ACC_003(exchange: Running, tables: Tables, language: str) -> None:
    revoked = exchange.facts["clients"]["revoked"]
    with with_certificate(exchange, Path(revoked["cert"]), Path(revoked["key"])) as client:
        refused_whole(tables, lambda how: asked(client, how), 401, "ACC-003", language)


@pytest.mark.parametrize("defect", ["expired", "wrong-issuer"])
def test_a_certificate_that_does_not_verify_dies_in_the_handshake(
    exchange: Running, tables: Tables, defect: str
) -> None:
    folder = Path(exchange.facts["pki"]) / "clients" / defect
    before = tables.rows("SELECT count(*) FROM audit_entry")
    with (
        with_certificate(exchange, folder / "cert.pem", folder / "key.pem") as client,
        pytest.raises((httpx.TransportError, ssl.SSLError)),
    ):
        asked(client, {"language": "en", "headers": {}})
    assert tables.rows("SELECT count(*) FROM audit_entry") == before


@contextmanager
def for_a_while(tables: Tables, set_it: LiteralString, undo: LiteralString, *which: str) -> Iterator[None]:
    tables.change(set_it, *which)
    try:
        yield
    finally:
        tables.change(undo, *which)


OFF: dict[str, tuple[LiteralString, LiteralString]] = {
    "the connection": (
        "UPDATE onboarding.client SET active = false WHERE client_id = %s",
        "UPDATE onboarding.client SET active = true WHERE client_id = %s",
    ),
    "the organisation": (
        "UPDATE organization SET active = false WHERE site = %s",
        "UPDATE organization SET active = true WHERE site = %s",
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", OFF)
def test_what_is_suspended_gets_ACC_011_from_the_next_call_on(
    caller: Callable[..., Caller], tables: Tables, what: str, language: str
) -> None:
    closed = caller("practice-9")
    token = closed.token()
    which = closed.facts["client_id"] if what == "the connection" else closed.facts["site"]
    with for_a_while(tables, *OFF[what], which):
        refused_whole(tables, lambda how: closed.get("Organization", **how), 403, "ACC-011", language)
        answer = closed.ask_token(closed.assertion(), headers={"Accept-Language": language})
        refused(answer, 403, "ACC-011")
        assert answer.json()["error"] == "unauthorized_client"
    assert closed.get("Organization", token=token).status_code == 200


def test_a_revocation_closes_connections_that_are_open(caller: Callable[..., Caller], tables: Tables) -> None:
    closing = caller("practice-9")
    assert closing.get("Organization").status_code == 200
    with for_a_while(
        tables,
        "UPDATE onboarding.client_certificate SET revoked_at = now() WHERE client_id = %s",
        "UPDATE onboarding.client_certificate SET revoked_at = NULL WHERE client_id = %s",
        closing.facts["client_id"],
    ):
        refused(closing.get("Organization"), 401, "ACC-003")
    assert closing.get("Organization").status_code == 200


@pytest.mark.parametrize(
    "header", ["Client-Cert", "X-SSL-Client-Cert", "X-Client-Cert", "X-Forwarded-Client-Cert", "Forwarded"]
)
def test_a_certificate_in_a_header_opens_nothing(exchange: Running, practice: Caller, header: str) -> None:
    leaf = x509.load_pem_x509_certificate(Path(practice.facts["cert"]).read_bytes())
    der = leaf.public_bytes(Encoding.DER)
    headers = {
        header: f":{base64.b64encode(der).decode()}:",
        "Authorization": f"Bearer {practice.token()}",
    }
    with no_certificate(exchange) as client:
        refused(client.get("Organization", headers=headers), 401, "ACC-001")


def test_a_certificate_in_a_header_does_not_replace_the_one_of_the_connection(
    pharmacy: Caller, practice: Caller
) -> None:
    pem = Path(practice.facts["cert"]).read_text()
    headers = {"Client-Cert": ":" + "".join(pem.split("-----")[2].split()) + ":"}
    refused(pharmacy.get("Organization", token=practice.token(), headers=headers), 401, "ACC-008")


def test_the_well_known_pages_need_no_certificate(exchange: Running) -> None:
    with no_certificate(exchange) as client:
        answer = client.get("metadata", headers={"Accept-Language": "en"})
        assert json.loads(answer.content)["resourceType"] == "CapabilityStatement"
