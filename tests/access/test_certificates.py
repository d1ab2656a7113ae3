"""Whose certificate it is, whether it still opens the door, and that a revocation closes open connections."""

import datetime as dt
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.access.speaking import Speaker, context_of, rule_of
from tests.onboarding.renewing import renewed
from tests.running import Running
from tests.store.undoing import undone
from tilts.access.certificates import check, check_active, fingerprint_of, identify
from tilts.onboarding.revocation import read_list
from tilts.rules import Refusal
from tilts.store import connections
from tilts.store.records import ConnectionRecord
from tilts.store.tx import Database, Tx

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def a_connection(**facts: Any) -> ConnectionRecord:
    """A registered client whose certificate is valid from yesterday to tomorrow."""
    valid: dict[str, Any] = {
        "client_id": "client",
        "organization_id": UUID(int=1),
        "organization_name": "Prakse",
        "kind": "practice",
        "site": "010000001",
        "active": True,
        "not_before": NOW - DAY,
        "not_after": NOW + DAY,
        "revoked_at": None,
    }
    return ConnectionRecord(**{**valid, **facts})


def revoked_serials(listed: Path, issuers: Path) -> Mapping[int, datetime]:
    """What a list says that the issuer signed; ValueError when it did not."""
    return read_list(listed.read_bytes(), x509.load_pem_x509_certificate(issuers.read_bytes())).revoked


def refused_by(connection: ConnectionRecord | None, now: datetime = NOW) -> str:
    with pytest.raises(Refusal) as refusal:
        check(connection, now)
    return refusal.value.rule.id


# The rule alone.


@pytest.mark.parametrize(
    "facts", [{}, {"not_before": NOW}, {"not_after": NOW}, {"revoked_at": NOW + DAY}], ids=str
)
def test_a_registered_certificate_within_its_dates_opens(facts: dict[str, Any]) -> None:
    assert check(a_connection(**facts), NOW) == a_connection(**facts)


def test_acc_002_a_certificate_that_is_not_registered() -> None:
    assert refused_by(None) == "ACC-002"


@pytest.mark.parametrize("facts", [{"not_before": None}, {"not_after": None}], ids=str)
def test_acc_002_a_connection_that_came_without_its_certificate(facts: dict[str, Any]) -> None:
    assert refused_by(a_connection(**facts)) == "ACC-002"


@pytest.mark.parametrize("since", [timedelta(0), timedelta(seconds=1), 1_000 * DAY])
def test_acc_003_from_the_moment_of_revocation_on(since: timedelta) -> None:
    assert refused_by(a_connection(revoked_at=NOW - since)) == "ACC-003"


def test_acc_003_goes_before_acc_004() -> None:
    assert refused_by(a_connection(revoked_at=NOW, not_after=NOW - DAY)) == "ACC-003"


@pytest.mark.parametrize(
    "facts",
    [{"not_before": NOW + timedelta(seconds=1)}, {"not_after": NOW - timedelta(microseconds=1)}],
    ids=["not yet", "no more"],
)
def test_acc_004_outside_its_dates(facts: dict[str, Any]) -> None:
    assert refused_by(a_connection(**facts)) == "ACC-004"


@pytest.mark.parametrize("rule_id", ["ACC-014", "ACC-015", "ACC-016"])
def test_acc_014_acc_015_acc_016_what_was_known_of_it_has_ended(rule_id: str) -> None:
    over = a_connection(usable_until=NOW - timedelta(seconds=1), unusable_rule=rule_id)

    assert refused_by(over) == rule_id
    assert check(a_connection(usable_until=NOW, unusable_rule=rule_id), NOW)
    assert refused_by(replace(over, revoked_at=NOW)) == "ACC-003"  # what is surely so is said first


def test_acc_011_a_client_or_organisation_that_is_closed() -> None:
    with pytest.raises(Refusal) as refusal:
        check_active(a_connection(active=False))

    assert refusal.value.rule.id == "ACC-011"
    assert check_active(a_connection()) == a_connection()


# The revocation list.


class Authority:
    """An issuer of certificates and revocation lists; the sandbox's own, or a stranger."""

    def __init__(self, name: x509.Name, key: ec.EllipticCurvePrivateKey) -> None:
        self.name, self.key = name, key

    def revoke(self, serials: list[int], file: Path, at: datetime | None = None) -> Path:
        now = datetime.now(UTC)
        made = x509.CertificateRevocationListBuilder(self.name, now - DAY, now + DAY)
        for serial in serials:
            entry = x509.RevokedCertificateBuilder(serial, at or now - timedelta(seconds=1))
            made = made.add_revoked_certificate(entry.build())
        file.write_bytes(made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        return file

    def issue(self, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
        now = datetime.now(UTC)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "practice, for an hour")])
        return (
            x509.CertificateBuilder(self.name, subject, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - DAY)
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False)
            .sign(self.key, hashes.SHA256())
        )


@pytest.fixture
def pki(exchange: Running) -> Path:
    return exchange.settings.pki_folder


@pytest.fixture
def issuing(pki: Path) -> Authority:
    certificate = x509.load_pem_x509_certificate((pki / "chain.pem").read_bytes())
    key = serialization.load_pem_private_key((pki / "authority" / "issuing.key").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return Authority(certificate.subject, key)


def test_the_list_of_the_issuer_is_read(pki: Path, issuing: Authority, tmp_path: Path) -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    listed = issuing.revoke([7, 2**150], tmp_path / "crl.pem", at)

    assert revoked_serials(listed, pki / "chain.pem") == {7: at, 2**150: at}


def test_an_empty_list_revokes_nobody(pki: Path, issuing: Authority, tmp_path: Path) -> None:
    assert revoked_serials(issuing.revoke([], tmp_path / "crl.pem"), pki / "chain.pem") == {}


def test_a_list_by_a_stranger_of_the_same_name_is_refused(
    pki: Path, issuing: Authority, tmp_path: Path
) -> None:
    for curve in (ec.SECP256R1(), ec.SECP384R1()):
        stranger = Authority(issuing.name, ec.generate_private_key(curve))
        with pytest.raises(ValueError, match=r"signature|another issuer"):
            revoked_serials(stranger.revoke([7], tmp_path / "crl.pem"), pki / "chain.pem")


def test_a_list_of_another_issuer_signed_by_ours_is_refused(
    pki: Path, issuing: Authority, tmp_path: Path
) -> None:
    other = Authority(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Other")]), issuing.key)

    with pytest.raises(ValueError, match=r"signature|another issuer"):
        revoked_serials(other.revoke([7], tmp_path / "crl.pem"), pki / "chain.pem")


def test_a_list_that_was_altered_is_refused(pki: Path, issuing: Authority, tmp_path: Path) -> None:
    listed = issuing.revoke([0x7777777777777777], tmp_path / "crl.pem")
    der = x509.load_pem_x509_crl(listed.read_bytes()).public_bytes(serialization.Encoding.DER)
    altered = x509.load_der_x509_crl(der.replace(b"\x77" * 8, b"\x76" * 8))
    listed.write_bytes(altered.public_bytes(serialization.Encoding.PEM))

    with pytest.raises(ValueError, match=r"signature|another issuer"):
        revoked_serials(listed, pki / "chain.pem")


@pytest.mark.anyio
async def test_a_list_of_a_stranger_closes_nothing(
    database: Database, exchange: Running, issuing: Authority, pki: Path, tmp_path: Path
) -> None:
    leaf = x509.load_pem_x509_certificate((pki / "clients" / "practice" / "cert.pem").read_bytes())
    stranger = Authority(issuing.name, ec.generate_private_key(ec.SECP256R1()))
    listed = stranger.revoke([leaf.serial_number], tmp_path / "crl.pem")

    async with undone(database) as tx:
        await renewed(tx, exchange, listed)
        assert await identify(tx, leaf.public_bytes(serialization.Encoding.DER), datetime.now(UTC))


@pytest.mark.anyio
async def test_once_revoked_is_revoked_for_ever(
    database: Database, exchange: Running, issuing: Authority, pki: Path, tmp_path: Path
) -> None:
    leaf = x509.load_pem_x509_certificate((pki / "clients" / "practice" / "cert.pem").read_bytes())
    der = leaf.public_bytes(serialization.Encoding.DER)
    first = datetime.now(UTC).replace(microsecond=0) - DAY
    async with undone(database) as tx:
        for serials, at in (([leaf.serial_number], first), ([leaf.serial_number], first + DAY), ([], None)):
            await renewed(tx, exchange, issuing.revoke(serials, tmp_path / "crl.pem", at))
            connection = await connections.find_by_fingerprint(tx, fingerprint_of(der))
            assert connection is not None
            assert connection.revoked_at == first


@pytest.mark.anyio
async def test_acc_001_and_acc_002_are_told_apart(tx: Tx) -> None:
    for certificate, rule_id in ((None, "ACC-001"), (b"of nobody", "ACC-002")):
        with pytest.raises(Refusal) as refusal:
            await identify(tx, certificate, NOW)
        assert refusal.value.rule.id == rule_id


# An open connection.


@pytest.fixture
async def registered(
    database: Database, exchange: Running, issuing: Authority, pki: Path, tmp_path: Path
) -> AsyncIterator[tuple[Speaker, x509.Certificate]]:
    """The practice with one more certificate, which nobody else will miss."""
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = issuing.issue(key)
    chain = x509.load_pem_x509_certificate((pki / "chain.pem").read_bytes())
    pem = serialization.Encoding.PEM
    (tmp_path / "cert.pem").write_bytes(leaf.public_bytes(pem) + chain.public_bytes(pem))
    plain_key = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "key.pem").write_bytes(plain_key)
    speaker = Speaker(exchange, "practice")
    row = {
        "fingerprint": fingerprint_of(leaf.public_bytes(serialization.Encoding.DER)),
        "client_id": speaker.told["client_id"],
        "serial": str(leaf.serial_number),
        "not_before": leaf.not_valid_before_utc,
        "not_after": leaf.not_valid_after_utc,
    }
    async with database.transaction() as tx:
        await connections.save_certificates(tx, [row])
    await speaker.http.aclose()
    context = context_of(pki / "ca.pem", tmp_path / "cert.pem", tmp_path / "key.pem")
    speaker.http = httpx.AsyncClient(verify=context, limits=httpx.Limits(max_connections=1), trust_env=False)
    async with speaker:
        yield speaker, leaf


@pytest.mark.anyio
async def test_acc_003_a_revocation_closes_the_next_call_on_an_open_connection(
    registered: tuple[Speaker, x509.Certificate],
    database: Database,
    exchange: Running,
    issuing: Authority,
    tmp_path: Path,
) -> None:
    speaker, leaf = registered
    token = await speaker.token()
    before = await speaker.call("GET", "Organization", token)
    line = before.extensions["network_stream"].get_extra_info("socket").fileno()
    async with database.transaction() as tx:
        listed = issuing.revoke([leaf.serial_number], tmp_path / "crl.pem")
        await renewed(tx, exchange, listed)
    after = await speaker.call("GET", "Organization", token)

    assert (before.status_code, after.status_code, rule_of(after)) == (200, 401, "ACC-003")
    assert after.extensions["network_stream"].get_extra_info("socket").fileno() == line
    assert (await speaker.ask_token(speaker.assertion())).status_code == 401


def test_the_serial_of_the_list_is_the_serial_that_is_registered(exchange: Running, pki: Path) -> None:
    """A revoked client of the sandbox stands in the list that the sandbox itself publishes."""
    leaf = x509.load_pem_x509_certificate((pki / "clients" / "revoked" / "cert.pem").read_bytes())

    assert leaf.serial_number in revoked_serials(pki / "crl.pem", pki / "chain.pem")
    assert leaf.not_valid_after_utc > dt.datetime.now(UTC)
