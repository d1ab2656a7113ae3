import hashlib
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from tilts.lab.pki import ClientCredentials, Pki, ensure_pki
from tilts.lab.population.organizations import INSTITUTIONS

NOW = datetime.now(UTC)  # a real handshake looks at the real clock


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return ensure_pki(tmp_path_factory.mktemp("sandbox") / "pki", NOW)


def leaf_and_rest(client: ClientCredentials) -> tuple[x509.Certificate, list[x509.Certificate]]:
    leaf, *rest = x509.load_pem_x509_certificates(client.cert.read_bytes())
    return leaf, rest


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def verify(pki: Pki, name: str, at: datetime = NOW) -> None:
    leaf, rest = leaf_and_rest(pki.clients[name])
    store = Store([x509.load_pem_x509_certificate(pki.ca.read_bytes())])
    PolicyBuilder().store(store).time(at).build_client_verifier().verify(leaf, rest)


def handshake(pki: Pki, name: str | None) -> Mapping[str, object] | None:
    """What the server sees of the client's certificate; ssl.SSLError when it refused."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pki.server_cert, pki.server_key)
    server.load_verify_locations(pki.ca)
    server.verify_mode = ssl.CERT_OPTIONAL
    client = ssl.create_default_context(cafile=str(pki.ca))
    if name is not None:
        client.load_cert_chain(pki.clients[name].cert, pki.clients[name].key)
    near, far = socket.socketpair()

    def connect() -> None:
        try:
            with client.wrap_socket(far, server_hostname="localhost") as stream:
                stream.recv(1)
        except OSError:
            far.close()

    other_side = threading.Thread(target=connect)
    other_side.start()
    try:
        with server.wrap_socket(near, server_side=True) as stream:
            return stream.getpeercert()
    finally:
        near.close()
        other_side.join()


def test_every_good_chain_verifies(pki: Pki) -> None:
    for name in pki.clients:
        if name not in {"expired", "wrong-issuer"}:
            verify(pki, name)


def test_the_server_certificate_is_good_for_every_name_of_this_machine(pki: Pki) -> None:
    leaf, *rest = x509.load_pem_x509_certificates(pki.server_cert.read_bytes())
    store = Store([x509.load_pem_x509_certificate(pki.ca.read_bytes())])
    names: list[x509.DNSName | x509.IPAddress] = [x509.DNSName("localhost")]
    names += [x509.IPAddress(ip_address(written)) for written in ("127.0.0.1", "::1")]
    for name in names:
        PolicyBuilder().store(store).time(NOW).build_server_verifier(name).verify(leaf, rest)


def test_the_expired_one_was_good_in_its_time(pki: Pki) -> None:
    with pytest.raises(VerificationError):
        verify(pki, "expired")
    verify(pki, "expired", at=NOW - timedelta(days=100))


def test_the_wrong_issuer_says_the_same_name_and_verifies_under_its_own_root_only(pki: Pki) -> None:
    with pytest.raises(VerificationError):
        verify(pki, "wrong-issuer")
    leaf, _ = leaf_and_rest(pki.clients["wrong-issuer"])
    stranger = x509.load_pem_x509_certificate((pki.folder / "authority" / "stranger.pem").read_bytes())
    leaf.verify_directly_issued_by(stranger)
    assert leaf.subject == leaf_and_rest(pki.clients["practice"])[0].subject


def test_only_the_revoked_one_is_in_the_list_of_the_issuing_ca(pki: Pki) -> None:
    revoked = x509.load_pem_x509_crl(pki.crl.read_bytes())
    issuing, _root = x509.load_pem_x509_certificates(pki.chain.read_bytes())
    assert revoked.issuer == issuing.subject
    assert revoked.is_signature_valid(issuing.public_key())  # type: ignore[arg-type]
    assert revoked.next_update_utc == issuing.not_valid_after_utc
    leaf, _ = leaf_and_rest(pki.clients["revoked"])
    assert [entry.serial_number for entry in revoked] == [leaf.serial_number]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("practice", ": OK"),
        ("revoked", "certificate revoked"),
        ("expired", "has expired"),
        ("wrong-issuer", "unable to get"),
    ],
)
def test_openssl_with_the_list_says_the_same(pki: Pki, name: str, said: str) -> None:
    asked = ["openssl", "verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", str(pki.ca)]
    asked += [
        "-untrusted",
        str(pki.chain),
        "-crl_check",
        "-CRLfile",
        str(pki.crl),
        str(pki.clients[name].cert),
    ]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert said in answer.stdout + answer.stderr


@pytest.mark.parametrize(
    "name", ["practice", "pharmacy", "second-pharmacy", "hospital", "vendor", "portal", "revoked"]
)
def test_a_good_one_gets_through_the_handshake(pki: Pki, name: str) -> None:
    seen = handshake(pki, name)
    assert seen is not None
    subject = {key: value for ((key, value),) in seen["subject"]}  # type: ignore[attr-defined]
    assert subject["organizationIdentifier"] == f"NTRLV-{pki.clients[name].subject.registration_number}"


def test_no_certificate_gets_through_the_handshake(pki: Pki) -> None:
    assert not handshake(pki, None)


@pytest.mark.parametrize("name", ["expired", "wrong-issuer"])
def test_one_that_does_not_verify_dies_in_the_handshake(pki: Pki, name: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(pki, name)


def test_the_subject_is_the_institution(pki: Pki) -> None:
    for institution in INSTITUTIONS:
        leaf, _ = leaf_and_rest(pki.clients[institution.client])
        said = {attribute.oid: attribute.value for attribute in leaf.subject}
        assert said[NameOID.ORGANIZATION_NAME] == institution.title
        assert said[NameOID.ORGANIZATION_IDENTIFIER] == f"NTRLV-{institution.registration_number}"


def test_keys_are_private_and_each_is_its_own(pki: Pki) -> None:
    private = [*pki.folder.rglob("*.key"), *pki.folder.rglob("key.pem"), *pki.folder.rglob("jwk.json")]
    private += pki.folder.rglob("*.p12")
    assert {file.stat().st_mode & 0o777 for file in private} == {0o600}
    assert len({client.fingerprint for client in pki.clients.values()}) == len(pki.clients)
    assert len({client.kid for client in pki.clients.values()}) == len(pki.clients)


def test_the_signing_key_is_not_the_key_of_the_certificate_and_is_named_by_its_thumbprint(pki: Pki) -> None:
    for client in pki.clients.values():
        jwk = json.loads(client.jwk.read_text())
        members = json.dumps({name: jwk[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
        assert (
            client.kid == urlsafe_b64encode(hashlib.sha256(members.encode()).digest()).rstrip(b"=").decode()
        )
        assert "d" in jwk and "d" not in client.jwk_public
        leaf, _ = leaf_and_rest(client)
        key = load_pem_private_key(client.key.read_bytes(), None)
        assert key.public_key() == leaf.public_key()
        x = int(leaf.public_key().public_numbers().x).to_bytes(32, "big")  # type: ignore[union-attr]
        assert urlsafe_b64encode(x).rstrip(b"=").decode() != jwk["x"]


def test_a_browser_can_open_the_bundle_with_the_documented_password(pki: Pki) -> None:
    bundle = pkcs12.load_pkcs12(pki.clients["portal"].browser_bundle.read_bytes(), b"tilts")
    assert bundle.cert is not None
    assert bundle.cert.certificate == leaf_and_rest(pki.clients["portal"])[0]


def test_a_second_start_changes_nothing(pki: Pki) -> None:
    before = everything_in(pki.folder)
    assert ensure_pki(pki.folder, NOW + timedelta(days=300)) == pki
    assert everything_in(pki.folder) == before


def test_more_clients_are_added_and_the_others_stay(tmp_path: Path) -> None:
    first = ensure_pki(tmp_path / "pki", NOW)
    more = [(f"more-{number}", f"Parauga prakse Ņ{number}", f"9998000{number:04d}") for number in range(3)]
    second = ensure_pki(tmp_path / "pki", NOW + timedelta(days=9), more)
    assert {name: second.clients[name] for name in first.clients} == dict(first.clients)
    for name, _, _ in more:
        verify(second, name)
        assert second.clients[name].not_after == second.not_after


def test_a_client_whose_organisation_changed_or_whose_file_is_gone_gets_a_new_one(tmp_path: Path) -> None:
    first = ensure_pki(tmp_path / "pki", NOW, [("more", "Vecā prakse", "99980000001")])
    first.clients["vendor"].key.unlink()
    second = ensure_pki(tmp_path / "pki", NOW, [("more", "Jaunā prakse", "99980000001")])
    changed = {name for name in first.clients if first.clients[name] != second.clients[name]}
    assert changed == {"more", "vendor"}
    assert not list((tmp_path / "pki").rglob(".*"))


def test_what_a_killed_start_left_is_swept_away_before_something_is_made(tmp_path: Path) -> None:
    first = ensure_pki(tmp_path / "pki", NOW)
    left = [".pki.new-a", ".pki.old-b", "pki/clients/.new-c", "pki/clients/.vendor.old-d"]
    for name in left:
        (tmp_path / name / "half").mkdir(parents=True)
    first.clients["vendor"].cert.unlink()
    ensure_pki(tmp_path / "pki", NOW)
    assert not any((tmp_path / name).exists() for name in left)


def test_a_client_of_the_sandbox_stays_with_its_organisation(tmp_path: Path) -> None:
    own = [(one.client, one.title, one.registration_number) for one in INSTITUTIONS]
    assert set(ensure_pki(tmp_path / "pki", NOW, own).clients) == set(
        ensure_pki(tmp_path / "pki", NOW).clients
    )
    with pytest.raises(ValueError, match="another organisation"):
        ensure_pki(tmp_path / "pki", NOW, [("revoked", "Cita prakse", "99980000001")])


def test_all_is_made_anew_in_the_last_thirty_days_of_the_root(tmp_path: Path) -> None:
    first = ensure_pki(tmp_path / "pki", NOW)
    assert ensure_pki(tmp_path / "pki", first.not_after - timedelta(days=30, seconds=1)) == first
    second = ensure_pki(tmp_path / "pki", first.not_after - timedelta(days=30))
    assert second.not_after > first.not_after
    assert [file.name for file in tmp_path.iterdir() if file.is_dir()] == ["pki"]


@pytest.mark.parametrize("broken", ["ca.pem", "made.json", "server.key", "clients/revoked/cert.pem"])
def test_a_folder_that_somebody_broke_is_made_anew(tmp_path: Path, broken: str) -> None:
    first = ensure_pki(tmp_path / "pki", NOW)
    (tmp_path / "pki" / broken).unlink()
    second = ensure_pki(tmp_path / "pki", NOW)
    assert second.clients["practice"].fingerprint != first.clients["practice"].fingerprint


@pytest.mark.parametrize("name", ["../x", "", "A", "root", "server", "client", "expired", "x" * 50])
def test_a_name_that_cannot_be_a_folder_is_not_taken(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name"):
        ensure_pki(tmp_path / "pki", NOW, [(name, "Prakse", "99980000001")])


def test_a_start_that_is_killed_leaves_nothing_that_stops_the_next_one(tmp_path: Path) -> None:
    script = (
        "import sys; from datetime import UTC, datetime; from pathlib import Path\n"
        "from tilts.lab.pki import folder; from tilts.lab.pki import ensure_pki\n"
        "print('ready', flush=True)\n"
        "ensure_pki(Path(sys.argv[1]), datetime.now(UTC))\n"
    )
    folder = tmp_path / "pki"
    for milliseconds in (5, 40, 80, 120, 160, 200):
        started = subprocess.Popen([sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE)
        assert started.stdout is not None
        started.stdout.readline()
        time.sleep(milliseconds / 1000)
        os.kill(started.pid, signal.SIGKILL)
        started.communicate()
        assert not folder.exists() or (folder / "made.json").is_file()
    pki = ensure_pki(folder, NOW)
    verify(pki, "practice")
    assert [found.name for found in tmp_path.iterdir() if found.is_dir()] == ["pki"]


def test_two_starts_at_once_end_with_one_pki(tmp_path: Path) -> None:
    made: list[Pki] = []
    starts = [
        threading.Thread(target=lambda: made.append(ensure_pki(tmp_path / "pki", NOW))) for _ in range(3)
    ]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert len(made) == 3
    assert made[0] == made[1] == made[2]
