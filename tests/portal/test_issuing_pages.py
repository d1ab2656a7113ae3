"""The exchange's own certificates in the portal: sealed, downloaded, listed, revoked with a reason, published."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from playwright.sync_api import Browser

from tests.onboarding.trusting import House
from tests.portal.browsing import AT_EACH_WIDTH, axe_finds_nothing
from tests.portal.test_certificate_pages import (
    CLERK,
    VENDOR,
    accept,
    hand_in,
    new_client,
    own_leaf,
    signed_in,
    to_certificates,
)
from tests.running import Running
from tilts.lab.form_filling import NotOnThePage
from tilts.lab.pki_trust import issue_signer
from tilts.lab.pki_trust.layout import open_trust
from tilts.lab.signing import sign_container, stamp_unit
from tilts.lab.walker import PageWalker, Upload
from tilts.onboarding.issuing import own_list

SEALED = "The sealed request (.asice or .edoc)"
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def house(exchange: Running) -> House:
    return House(exchange.settings.pki_folder, open_trust(exchange.settings.pki_folder))


@pytest.fixture
def vendor(exchange: Running) -> Iterator[PageWalker]:
    with signed_in(exchange, VENDOR.name) as walker:
        yield walker


@pytest.fixture
def clerk(exchange: Running) -> Iterator[PageWalker]:
    with signed_in(exchange, CLERK) as walker:
        yield walker


def sealed(house: House, request: bytes, number: str = VENDOR.registration_number) -> Upload:
    seal = issue_signer(house.pki, "Zīmogs", number)
    stamps = stamp_unit(open_trust(house.pki))
    made = sign_container({"client.csr": request}, seal, stamps, ".asice", datetime.now(UTC))
    return Upload("request.asice", made)


def issued_to(walker: PageWalker, house: House, client_id: str) -> tuple[str, x509.Certificate]:
    """Number of the case, and the certificate as it is downloaded."""
    to_certificates(walker, client_id)
    leaf = own_leaf()
    walker.submit("Hand in the sealed request", {SEALED: sealed(house, leaf.request())})
    assert not walker.page.problem
    found = re.search(r"TL-20\d\d-\d{5}", walker.page.text)
    assert found is not None
    made, issuer = x509.load_pem_x509_certificates(walker.download("Download the certificate"))
    made.verify_directly_issued_by(issuer)
    assert made.public_key() == leaf.key.public_key()
    return found[0], made


def test_from_a_sealed_request_to_a_certificate_that_the_authority_revokes(
    exchange: Running, vendor: PageWalker, clerk: PageWalker, house: House
) -> None:
    client_id = new_client(vendor)
    number, made = issued_to(vendor, house, client_id)
    assert f"NTRLV-{VENDOR.registration_number}" in vendor.page.text  # sealed by
    to_certificates(vendor, client_id)
    assert "in use" in vendor.page.text

    clerk.home()
    clerk.follow("Issued certificates")
    assert number in clerk.page.text and "on a sealed request" in clerk.page.text
    assert f"{made.serial_number:X}" in clerk.page.text
    clerk.follow(f"Revoke {number}")
    clerk.submit("Revoke", {"Kind of reason": "The right was withdrawn", "Reason": "beidzies līgums"})
    assert not clerk.page.problem
    clerk.home()
    clerk.follow("Issued certificates")
    assert "the right was withdrawn" in clerk.page.text

    with psycopg.connect(exchange.settings.database_url) as connection:
        row = connection.execute(
            "SELECT revoked_at IS NOT NULL FROM onboarding.client_certificate WHERE fingerprint = %s",
            [made.fingerprint(hashes.SHA256())],
        ).fetchone()
        assert row == (True,)


def test_the_list_and_the_issuer_are_published_for_everybody(exchange: Running, house: House) -> None:
    ca = house.issuer.certificate
    with httpx.Client(base_url=exchange.facts["portal"]) as anybody:
        listed, certificate = anybody.get("/trust/issuing.crl"), anybody.get("/trust/issuing.cer")
    assert (listed.headers["content-type"], certificate.headers["content-type"]) == (
        "application/pkix-crl",
        "application/pkix-cert",
    )
    assert x509.load_der_x509_certificate(certificate.content) == ca
    found = x509.load_der_x509_crl(listed.content)
    own = own_list(house.pki, ca)
    assert found.is_signature_valid(ca.public_key()) and own is not None  # type: ignore[arg-type]
    assert {entry.serial_number for entry in found} <= {entry.serial_number for entry in own}


def test_what_is_not_good_is_told_at_the_field_and_nothing_is_issued(
    vendor: PageWalker, house: House
) -> None:
    client_id = new_client(vendor)
    request = own_leaf().request()
    for upload, said in (
        (sealed(house, request, "99990005015"), "SGN-009"),
        (sealed(house, own_leaf().pem(house)), "ISS-001"),
        (Upload("client.csr", request), "SGN-004"),
        (Upload("client.asice", b"x" * 1_100_000), "CERT-002"),
        (Upload("client.asice", b""), "USR-"),
    ):
        to_certificates(vendor, client_id)
        vendor.submit("Hand in the sealed request", {SEALED: upload})
        assert said in vendor.page.problem or said in vendor.page.text, said
        assert vendor.page.problem
    to_certificates(vendor, client_id)
    assert "None: without a certificate" in vendor.page.text


def test_the_authoritys_list_is_the_authoritys(vendor: PageWalker) -> None:
    with pytest.raises(NotOnThePage):
        vendor.follow("Issued certificates")


def test_an_answer_of_the_issuer_is_brought_by_the_holder(
    vendor: PageWalker, clerk: PageWalker, house: House
) -> None:
    """Of another certificate it is refused (CERT-011), of this one it is taken in."""
    client_id = new_client(vendor)
    leaf = own_leaf()
    made = x509.load_pem_x509_certificate(leaf.pem(house))
    to_certificates(vendor, client_id)
    accept(clerk, hand_in(vendor, made.public_bytes(Encoding.PEM)))
    for about, problem in ((house.trust.certificate("tsa"), True), (made, False)):
        to_certificates(vendor, client_id)
        label = next(one for one in vendor.page.labels if one.startswith("The answer"))
        vendor.submit("Hand in the answer", {label: Upload("answer.der", answer_about(house, about))})
        assert bool(vendor.page.problem) is problem, vendor.page.problem
    assert "The answer of the issuer is taken in." in vendor.page.text


def answer_about(house: House, certificate: x509.Certificate) -> bytes:
    issuer, now = house.trust.certificate("connection-ca"), datetime.now(UTC)
    builder = ocsp.OCSPResponseBuilder().add_response(
        certificate, issuer, hashes.SHA1(), ocsp.OCSPCertStatus.GOOD, now - DAY, now + DAY, None, None
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, issuer)
    return builder.sign(house.trust.key("connection-ca"), hashes.SHA256()).public_bytes(Encoding.DER)


@AT_EACH_WIDTH
def test_axe_finds_nothing_and_nothing_runs_over_the_side(
    browser: Browser,
    exchange: Running,
    house: House,
    tmp_path: Path,
    language: str,
    view: dict[str, int],
) -> None:
    with signed_in(exchange, VENDOR.name) as walker:
        client_id = new_client(walker)
        number, _ = issued_to(walker, house, client_id)
    places = {
        VENDOR.name: {
            "connection": f"/my/certificates?client={client_id}",
            "report": f"/my/certificates/report/{number}",
        },
        CLERK: {"issued": "/issued-certificates", "revoke": f"/cases/{number}/revoke"},
    }
    for name, pages in places.items():
        context = browser.new_context(base_url=exchange.facts["portal"], viewport=view, locale="en")  # type: ignore[arg-type]
        page = context.new_page()
        page.goto("/?lang=en")
        page.get_by_role("link", name="Sign in").first.click()
        page.get_by_role("button", name=name).click()
        for title, path in pages.items():
            answer = page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
            assert answer is not None and answer.status == 200, title
            page.screenshot(path=tmp_path / f"{title}.png", full_page=True)
            axe_finds_nothing(page, page.url)
            assert page.evaluate("document.documentElement.scrollWidth") <= view["width"], title
        context.close()
