"""docs/howto/own-certificate.md by its own lines: both ways to a certificate, and a CA of one's own."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.onboarding.trusting import House, Leaf
from tests.portal.test_certificate_pages import VENDOR, new_client, signed_in, to_certificates
from tests.portal.test_issuing_pages import SEALED, sealed
from tests.running import Running
from tilts.lab.pki_trust import ConnectionSubject, issue_connection_certificate
from tilts.lab.pki_trust.layout import open_trust
from tilts.settings import Settings, to_environment

PAGE = Path(__file__).resolve().parents[2] / "docs" / "howto" / "own-certificate.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SOFTHSM = next((one for one in Path("/usr/lib").glob("**/libsofthsm2.so")), None)


def page(folder: Path, *lines: str, **words: str) -> str:
    """The page's blocks are functions but for the first, which makes key and request; then these lines."""
    first, *functions = BLOCK.findall(PAGE.read_text("utf-8"))
    begun = first if not (folder / "client.key").exists() else ""
    script = "\n".join(["set -euo pipefail", *functions, begun, *lines])
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env={**os.environ, **words},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_by_the_exchange_on_a_sealed_request(exchange: Running, tmp_path: Path) -> None:
    house = House(exchange.settings.pki_folder, open_trust(exchange.settings.pki_folder))
    page(tmp_path, NUMBER=VENDOR.registration_number or "")
    assert (tmp_path / "client.key").stat().st_mode & 0o077 == 0
    with signed_in(exchange, VENDOR.name) as walker:
        to_certificates(walker, new_client(walker))
        request = (tmp_path / "client.csr").read_bytes()
        walker.submit("Hand in the sealed request", {SEALED: sealed(house, request)})
        (tmp_path / "client.pem").write_bytes(walker.download("Download the certificate"))
    base = exchange.facts["portal"].rstrip("/")
    said = page(tmp_path, "looked_at client.pem", f"checked_against {base}")

    assert "SSL client : Yes" in said and "client.pem: OK" in said


def test_by_a_provider_on_the_trust_list(exchange: Running, tmp_path: Path) -> None:
    page(tmp_path)
    request = x509.load_pem_x509_csr((tmp_path / "client.csr").read_bytes())
    assert b"99990000011" in request.subject.public_bytes()
    key = load_pem_private_key((tmp_path / "client.key").read_bytes(), None)
    subject = ConnectionSubject("Parauga prakse", "99990000011")
    made = issue_connection_certificate(exchange.settings.pki_folder, subject, key=key)  # type: ignore[arg-type]
    (tmp_path / "client.pem").write_bytes(made.cert_pem)

    assert "SSL client : Yes" in page(tmp_path, "looked_at client.pem")


def test_an_own_ca_as_the_page_makes_it_issues(tmp_path: Path) -> None:
    page(tmp_path, "issuing_ca pki keys")
    settings = Settings(pki_folder=tmp_path / "pki", keys_folder=tmp_path / "keys")
    assert issues(settings, tmp_path)


@pytest.mark.skipif(
    not (SOFTHSM and shutil.which("softhsm2-util")), reason="softhsm2 is not installed: make packages"
)
def test_an_own_ca_with_its_key_on_a_token_issues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tokens").mkdir()
    conf = tmp_path / "softhsm2.conf"
    conf.write_text(
        f"directories.tokendir = {tmp_path / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    monkeypatch.setitem(os.environ, "SOFTHSM2_CONF", str(conf))
    token = "softhsm2-util --init-token --free --label tilts --pin 4711 --so-pin 471100"
    keys = tmp_path / "keys"
    said = page(
        tmp_path,
        f"issuing_ca pki {keys}",
        f"umask 077; echo 4711 > {keys}/pin",
        token,
        f"on_a_token {SOFTHSM} {keys}",
    )
    written = said.partition("TILTS_ISSUING_KEY=")[2].split("\n")[0]

    assert not (keys / "issuing.key").exists()
    assert issues(Settings(pki_folder=tmp_path / "pki", keys_folder=keys, issuing_key=written), tmp_path)


ISSUE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from tilts.onboarding.certificates import Wanted
from tilts.onboarding.issuing import authority_from
from tilts.settings import from_environment
authority = authority_from(from_environment())
wanted = Wanted("Parauga prakse", "99990000011", "0199-client")
made = authority.issue(x509.load_pem_x509_csr(sys.stdin.buffer.read()), wanted, datetime.now(UTC))
Path("leaf.pem").write_bytes(made.public_bytes(Encoding.PEM))
Path("crl.pem").write_bytes(authority.revocation_list({}, datetime.now(UTC)))
"""


def issues(settings: Settings, folder: Path) -> bool:
    """A certificate that OpenSSL takes up to the root. In a process of its own: a module is loaded once in each."""
    written = {name: value for name, value in to_environment(settings).items() if value not in ("", ".")}
    subprocess.run(
        [sys.executable, "-c", ISSUE],
        cwd=folder,
        env={**os.environ, **written},
        input=Leaf().request(),
        check=True,
    )
    line = ["openssl", "verify", "-x509_strict", "-crl_check", "-CAfile", settings.pki_folder / "chain.pem"]
    done = subprocess.run(
        [*line, "-CRLfile", folder / "crl.pem", folder / "leaf.pem"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return True
