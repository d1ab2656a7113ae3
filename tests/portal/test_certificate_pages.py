"""The pages of certificates as people use them: handed in, told why not, issued, changed, lost; by the guide alone."""

import json
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import ECKey
from playwright.sync_api import Browser, Page

from tests.onboarding.trusting import House, Leaf
from tests.portal.browsing import AT_EACH_WIDTH, axe_finds_nothing
from tests.running import Running
from tilts.lab.people import PEOPLE
from tilts.lab.pki_trust.layout import open_trust
from tilts.lab.walker import PageWalker, Upload

MOST_BYTES = 100_000
VENDOR = next(one for one in PEOPLE if one.role == "vendor" and one.ready)
CLERK = "Anda Kārtotāja"
HAPROXY = Path(shutil.which("haproxy") or "/usr/sbin/haproxy")


@pytest.fixture(scope="module")
def house(exchange: Running) -> House:
    return House(exchange.settings.pki_folder, open_trust(exchange.settings.pki_folder))


def signed_in(exchange: Running, name: str, language: str = "en") -> PageWalker:
    walker = PageWalker(exchange.facts["portal"], language=language)
    walker.follow("Sign in" if language == "en" else "Pieslēgties")
    walker.submit(name)
    return walker


@pytest.fixture
def vendor(exchange: Running) -> Iterator[PageWalker]:
    with signed_in(exchange, VENDOR.name) as walker:
        yield walker


@pytest.fixture
def clerk(exchange: Running) -> Iterator[PageWalker]:
    with signed_in(exchange, CLERK) as walker:
        yield walker


def new_client(walker: PageWalker) -> str:
    """A test client without a certificate; the visitor stands before the gate."""
    walker.follow("My systems")
    version = f"v{uuid4().hex[:8]}"
    walker.submit(
        "Register the version",
        {"Name of the system": "Sistēma", "Version": version, "What it is used for": ("Prescribing",)},
    )
    key = json.dumps(ECKey.generate_key("P-256").as_dict(private=False))
    legend = next(label for label in walker.page.labels if "practice" in label)
    walker.submit(
        "Register the client",
        {
            "Test organisation": legend,
            "Version": f"Sistēma {version}",
            "What this client is used for": ("Prescribing",),
            "or paste the key here": key,
        },
    )
    return walker.page.address.rpartition("/")[2]


def to_certificates(walker: PageWalker, client_id: str) -> None:
    walker.home()
    walker.follow("My certificates")
    walker.follow("Test environment", near=client_id)


def hand_in(walker: PageWalker, content: bytes, name: str = "mine.pem") -> str:
    """The number of the case, or nothing."""
    walker.submit("Hand it in", {"Certificate or request": Upload(name, content, "application/x-pem-file")})
    found = re.search(r"TL-20\d\d-\d{5}", walker.page.text)
    return found[0] if found and not walker.page.problem else ""


def accept(clerk: PageWalker, number: str) -> None:
    clerk.home()
    clerk.follow("My work")
    clerk.follow("Certificate of a connection", near=number)
    clerk.follow("Every check")
    assert "All checks are in order" in clerk.page.text
    clerk.follow(number)
    clerk.submit("Accept and register")
    assert not clerk.page.problem


def own_leaf(**changed: Any) -> Leaf:
    return Leaf(identifiers=(f"NTRLV-{VENDOR.registration_number}",), **changed)


def test_from_the_closed_gate_to_a_registered_certificate_and_its_end(
    vendor: PageWalker, clerk: PageWalker, house: House
) -> None:
    client_id = new_client(vendor)
    assert "GATE-002" in vendor.page.text
    vendor.follow("Go on there (GATE-002)")
    assert "None: without a certificate the connection stays closed." in vendor.page.text
    leaf = own_leaf()
    number = hand_in(vendor, leaf.pem(house))
    assert vendor.page.text.count("In order") >= 14
    accept(clerk, number)

    to_certificates(vendor, client_id)
    assert leaf.certificate(house).subject is not None
    assert "in use" in vendor.page.text
    vendor.follow("Is the connection open?")
    assert "GATE-002" not in vendor.page.text

    to_certificates(vendor, client_id)
    vendor.follow(f"Report a lost key {number}")
    vendor.submit("Report a lost key", {"Reason": "nozagts dators"})
    assert not vendor.page.problem
    vendor.home()
    to_certificates(vendor, client_id)
    assert "revoked" in vendor.page.text and "None: without a certificate" in vendor.page.text


def test_two_are_in_use_while_it_is_changed_and_a_third_is_refused(
    vendor: PageWalker, clerk: PageWalker, house: House
) -> None:
    client_id = new_client(vendor)
    numbers = []
    for _ in range(2):
        to_certificates(vendor, client_id)
        numbers.append(hand_in(vendor, own_leaf().pem(house)))
        accept(clerk, numbers[-1])
    to_certificates(vendor, client_id)
    assert "Two are in use" in vendor.page.text
    assert hand_in(vendor, own_leaf().pem(house)) == ""
    assert "2 live certificates" in vendor.page.problem
    vendor.follow(f"Stop using it {numbers[0]}")
    vendor.submit("Stop using it", {"Reason": "nomainīts"})
    to_certificates(vendor, client_id)
    assert "Two are in use" not in vendor.page.text
    assert "not used any more" in vendor.page.text


COUNTED = """
SELECT (SELECT count(*) FROM onboarding.case_file),
       (SELECT count(*) FROM onboarding.document),
       (SELECT count(*) FROM audit_entry
         WHERE event = 'certificate.submitted' AND outcome = 'refused' AND rule_id = %s)
"""


def counted(exchange: Running, rule: str) -> tuple[int, int, int]:
    """Cases, documents, and refusals by this rule that stand in the audit."""
    with psycopg.connect(exchange.settings.database_url) as connection:
        connection.execute("SET search_path TO test")
        found = connection.execute(COUNTED, [rule]).fetchone()
    assert found is not None
    return int(found[0]), int(found[1]), int(found[2])


def bad(house: House, fault: str) -> bytes:
    leaf = own_leaf()
    if fault == "private key":
        return leaf.pem(house) + leaf.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    made = {
        "expired": lambda: own_leaf(ends=datetime.now(UTC) - timedelta(minutes=1)).pem(house),
        "other party": lambda: Leaf().pem(house),
        "small key": lambda: own_leaf(key=rsa.generate_private_key(65537, 1024)).pem(house),
        "huge": lambda: b"x" * 70_000,
        "nothing": lambda: b"hello",
    }
    return made[fault]()


@pytest.mark.parametrize(
    ("fault", "rule", "said"),
    [
        ("expired", "CERT-004", "Submit a certificate that is valid now."),
        ("other party", "CERT-004", "≠ NTRLV-"),
        ("small key", "CERT-004", "RSA 1024"),
        ("private key", "CERT-001", "make a new one"),
        ("huge", "CERT-002", "65536"),
        ("nothing", "CERT-003", "neither a certificate"),
    ],
)
def test_what_is_not_good_is_told_on_the_page_and_only_the_audit_knows_of_it(
    vendor: PageWalker, exchange: Running, house: House, fault: str, rule: str, said: str
) -> None:
    client_id = new_client(vendor)
    to_certificates(vendor, client_id)
    before = counted(exchange, rule)
    assert hand_in(vendor, bad(house, fault)) == ""
    assert rule in vendor.page.problem
    assert said in vendor.page.text
    cases, documents, audited = counted(exchange, rule)
    assert (cases, documents, audited) == (before[0], before[1], before[2] + 1)
    to_certificates(vendor, client_id)
    assert "None: without a certificate the connection stays closed." in vendor.page.text


def test_an_empty_form_and_a_connection_of_others_are_refused(vendor: PageWalker, exchange: Running) -> None:
    client_id = new_client(vendor)
    to_certificates(vendor, client_id)
    vendor.submit("Hand it in", {})
    assert "USR-016" in vendor.page.problem
    with signed_in(exchange, "Normunds Kabelis") as other:
        for path in ("/my/certificates?client=", "/my/certificates/guide?client="):
            own = other._get(exchange.facts["portal"].rstrip("/") + path + client_id)
            assert own.status == 404, path
        other.home()
        other.follow("My certificates")
        assert "Declare a connection first" in other.page.links
    with signed_in(exchange, CLERK) as authority:
        answer = authority._get(exchange.facts["portal"].rstrip("/") + "/my/certificates")
        assert answer.status == 403


def snippets(page: Any) -> dict[str, str]:
    return {
        one.get("id").removeprefix("lines-"): one.text_content()
        for one in page.document.iter("pre")
        if one.get("id", "").startswith("lines-")
    }


def run(lines: str, folder: Path) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", lines],
        cwd=folder,
        env={**os.environ, "http_proxy": "", "https_proxy": "", "no_proxy": "*"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_lines_of_the_guide_lead_to_a_connection(
    vendor: PageWalker, clerk: PageWalker, tmp_path: Path
) -> None:
    """As they stand on the page, in a folder of an IT person."""
    client_id = new_client(vendor)
    to_certificates(vendor, client_id)
    vendor.follow("Key, request, installation and change, step by step")
    lines = snippets(vendor.page)
    (tmp_path / "exchange-ca.pem").write_bytes(vendor.download("Download exchange-ca.pem of the sandbox"))
    run(lines["key"], tmp_path)
    assert (tmp_path / "client.key").stat().st_mode & 0o077 == 0
    said = run(lines["request"], tmp_path)
    assert f"NTRLV-{VENDOR.registration_number}" in said
    assert VENDOR.organisation in said.replace('\\"', '"')

    vendor.follow("Hand it in")
    number = hand_in(vendor, (tmp_path / "client.csr").read_bytes(), "client.csr")
    accept(clerk, number)
    to_certificates(vendor, client_id)
    (tmp_path / "client.pem").write_bytes(vendor.download(f"Download the certificate {number}"))
    assert "sha256 Fingerprint=" in run(lines["look"], tmp_path)
    assert "same key" in run(lines["same"], tmp_path)
    assert "ACC-005" in run(lines["curl"], tmp_path)
    compile(lines["connector"], "connector", "exec")
    if HAPROXY.exists():
        assert "ACC-005" in through_haproxy(lines["haproxy"], tmp_path)


def through_haproxy(config: str, folder: Path) -> str:
    """What a program hears that calls the guide's HAProxy without any certificate of its own."""
    together = (folder / "client.pem").read_bytes() + (folder / "client.key").read_bytes()
    (folder / "client-with-key.pem").write_bytes(together)
    with socket.create_server(("127.0.0.1", 0)) as front:
        text = config.replace("127.0.0.1:8080", f"fd@{front.fileno()}").replace("/etc/haproxy", str(folder))
        timeouts = "defaults\n    timeout connect 5s\n    timeout client 20s\n    timeout server 20s\n"
        (folder / "haproxy.cfg").write_text(f"{timeouts}{text}\n")
        command = [str(HAPROXY), "-db", "-f", str(folder / "haproxy.cfg")]
        running = subprocess.Popen(command, pass_fds=[front.fileno()])
        try:
            address = f"http://127.0.0.1:{front.getsockname()[1]}/fhir/r4/Task"
            return httpx.get(address, trust_env=False, timeout=20).text
        finally:
            running.terminate()
            running.wait(20)


def test_the_same_in_latvian(exchange: Running, house: House) -> None:
    with signed_in(exchange, "Aija Laiviniece") as english:
        client_id = new_client(english)
    with signed_in(exchange, "Aija Laiviniece", "lv") as walker:
        walker.follow("Mani sertifikāti")
        walker._get(exchange.facts["portal"].rstrip("/") + f"/my/certificates?client={client_id}")
        assert walker.page.heading == "Savienojuma sertifikāti"
        walker.submit("Iesniegt", {"Sertifikāts vai pieprasījums": Upload("a.pem", b"x", "")})
        assert "nav ne sertifikāts" in walker.page.problem
        walker.submit("Iesniegt", {"Sertifikāts vai pieprasījums": Upload("a.pem", Leaf().pem(house), "")})
        assert "No faila nekas netika saglabāts." in walker.page.text
        walker.submit("Iesniegt", {"Sertifikāts vai pieprasījums": Upload("a.csr", own_leaf().request(), "")})
        assert walker.page.heading == "Visas pārbaudes"
        assert "Visas pārbaudes ir kārtībā" in walker.page.text


@pytest.fixture(scope="module")
def filled(exchange: Running, house: House) -> tuple[str, str]:
    """A connection with one in use, one lost and one waiting; and the number of the one that waits."""
    with signed_in(exchange, VENDOR.name) as vendor, signed_in(exchange, CLERK) as clerk:
        client_id = new_client(vendor)
        for content in (own_leaf().pem(house), own_leaf().request()):
            to_certificates(vendor, client_id)
            number = hand_in(vendor, content)
            accept(clerk, number)
        to_certificates(vendor, client_id)
        vendor.follow(f"Stop using it {number}")
        vendor.submit("Stop using it", {"Reason": "nomainīts"})
        to_certificates(vendor, client_id)
        return client_id, hand_in(vendor, own_leaf().pem(house))


@AT_EACH_WIDTH
def test_axe_finds_nothing_and_nothing_runs_over_the_side(
    browser: Browser,
    exchange: Running,
    house: House,
    filled: tuple[str, str],
    tmp_path: Path,
    language: str,
    view: dict[str, int],
) -> None:
    client_id, number = filled
    context = browser.new_context(base_url=exchange.facts["portal"], viewport=view, locale="en")  # type: ignore[arg-type]
    page: Page = context.new_page()
    page.goto("/?lang=en")
    page.get_by_role("link", name="Sign in").first.click()
    page.get_by_role("button", name=VENDOR.name).click()
    (tmp_path / "bad.pem").write_bytes(Leaf(key=rsa.generate_private_key(65537, 1024)).pem(house))
    places = {
        "list": "/my/certificates",
        "connection": f"/my/certificates?client={client_id}",
        "report": f"/my/certificates/report/{number}",
        "guide": f"/my/certificates/guide?client={client_id}",
        "case": f"/cases/{number}",
        "refused": f"/my/certificates?client={client_id}",
    }
    for name, path in places.items():
        answer = page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
        assert answer is not None and answer.status == 200 and len(answer.body()) < MOST_BYTES, name
        if name == "refused":
            page.set_input_files("#certificate", tmp_path / "bad.pem")
            page.locator("form:has(#certificate) button").click()
            assert page.locator(".fault-summary").count() == 1
        page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
        axe_finds_nothing(page, page.url)
        assert page.evaluate("document.documentElement.scrollWidth") <= view["width"], name
    context.close()
