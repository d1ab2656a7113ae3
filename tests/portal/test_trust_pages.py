"""The pages of trust: who is trusted and since when, and an answer to "why is mine refused?" that keeps nothing."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psycopg
import pytest
from babel.messages.pofile import read_po
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.sync_api import Browser, Page, expect

from tests.onboarding.trusting import House, Leaf, new_key
from tests.portal.browsing import IN_EACH_SCHEME, PHONE, axe_finds_nothing
from tests.running import Running
from tilts.lab.pki_trust.layout import open_trust
from tilts.onboarding.certificates import check_table
from tilts.portal.languages import po_file
from tools.translations import texts

PAGES = ("/trust", "/trust/eid", "/trust/why")


@pytest.fixture(scope="module")
def house(exchange: Running) -> House:
    return House(exchange.settings.pki_folder, open_trust(exchange.settings.pki_folder))


def upload(visitor: httpx.Client, content: bytes, language: str = "en") -> httpx.Response:
    form = visitor.get("/trust/why").text
    field = re.search(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)
    assert field
    return visitor.post(
        "/trust/why",
        params={"lang": language},
        data={field[1]: field[2]},
        files={"certificate": ("mine.pem", content, "application/x-pem-file")},
    )


def outcomes(page: str) -> dict[str, str]:
    """Check -> how it is shown."""
    found = re.findall(r'<li class="task" id="(CRT-\d+)">.*?class="tag status-(\w+)"', page, re.DOTALL)
    return dict(found)


def read(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_list_is_told_with_provider_service_status_and_day(visitor: httpx.Client, house: House) -> None:
    text = read(visitor.get("/trust?lang=en").text)

    granted = f"{house.trust.moment(-390):%d.%m.%Y}"
    withdrawn = f"{house.trust.moment(-90):%d.%m.%Y}"
    assert f"Parauga savienojumu sertifikāti certificates for connections granted {granted}" in text
    assert f"Piemēra savienojumu sertifikāti certificates for connections withdrawn {withdrawn}" in text
    for word in ("Next update by", "Last looked at", "Signed by CN=Parauga saraksta parakstītājs"):
        assert word in text


def test_the_register_of_sign_in_services_is_another_page(visitor: httpx.Client) -> None:
    text = read(visitor.get("/trust/eid?lang=en").text)

    assert (
        "Parauga e-karte Parauga identitātes centrs qualified, high assurance 01.01.2020 – in force" in text
    )
    assert "31.12.2023 ended" in text
    assert "time stamps" not in text


@pytest.mark.parametrize("language", ["lv", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_small(visitor: httpx.Client, path: str, language: str) -> None:
    answer = visitor.get(path, params={"lang": language})

    assert answer.status_code == 200
    assert len(answer.content) < 100_000


def test_a_good_certificate_is_told_so(visitor: httpx.Client, house: House) -> None:
    answer = upload(visitor, Leaf().pem(house))

    assert answer.status_code == 200
    assert "Nothing is to be said against it" in answer.text
    told = outcomes(answer.text)
    assert set(told) == {check.id for check in check_table().checks}
    assert {check for check, kind in told.items() if kind == "none"} == {
        "CRT-010",
        "CRT-011",
        "CRT-012",
        "CRT-016",
        "CRT-017",
    }


def test_every_fault_is_told_with_what_to_do_in_both_languages(visitor: httpx.Client, house: House) -> None:
    leaf = Leaf(
        key=rsa.generate_private_key(65537, 1024), ends=datetime.now(UTC) + timedelta(days=2), purposes=()
    )
    for language, fix in (("lv", "Izveidojiet jaunu atslēgu: EC P-256"), ("en", "Make a new key: EC P-256")):
        answer = upload(visitor, leaf.pem(house), language)
        wrong = {check for check, kind in outcomes(answer.text).items() if kind == "fault"}
        assert wrong == {"CRT-004", "CRT-005", "CRT-008"}
        assert fix in answer.text and "RSA 1024" in answer.text


def test_a_request_is_answered_too(visitor: httpx.Client) -> None:
    assert "a request for a certificate" in upload(visitor, Leaf().request()).text


def test_cert_001_a_private_key_gets_a_warning_and_is_not_shown_again(visitor: httpx.Client) -> None:
    key = new_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    answer = upload(visitor, key)

    assert answer.status_code == 422
    assert "The file holds a private key." in answer.text and "CERT-001" in answer.text
    assert key.decode().split("\n")[1][:40] not in answer.text


def test_cert_002_a_file_over_the_limit_is_refused(visitor: httpx.Client) -> None:
    answer = upload(visitor, b"-" * 65_537)

    assert answer.status_code == 413
    assert "CERT-002" in answer.text


def test_what_is_no_certificate_gets_a_report_and_not_a_fault(visitor: httpx.Client) -> None:
    told = outcomes(upload(visitor, b"hello").text)

    assert told.pop("CRT-001") == "fault"
    assert set(told.values()) == {"none"}


def test_an_empty_form_is_told_what_is_missing(visitor: httpx.Client) -> None:
    field = re.search(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', visitor.get("/trust/why").text)
    assert field
    answer = visitor.post("/trust/why?lang=en", data={field[1]: field[2]})

    assert answer.status_code == 422
    assert "There is a problem" in answer.text


def test_a_pasted_certificate_is_read_as_an_uploaded_one(visitor: httpx.Client, house: House) -> None:
    field = re.search(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', visitor.get("/trust/why").text)
    assert field
    pasted = {field[1]: field[2], "pasted": Leaf().pem(house).decode()}

    assert "Nothing is to be said" in visitor.post("/trust/why?lang=en", data=pasted).text


def test_nothing_that_is_uploaded_is_kept(visitor: httpx.Client, exchange: Running, house: House) -> None:
    leaf = Leaf(identifiers=("NTRLV-99991234567",))
    before = rows(exchange)
    upload(visitor, leaf.pem(house))
    upload(visitor, leaf.request())

    assert rows(exchange) == before


def rows(exchange: Running) -> dict[str, int]:
    """How many rows there are in each table where certificates, keys or documents could be kept."""
    tables = ("client_certificate", "party_key", "document", "case_file", "case_step")
    with psycopg.connect(exchange.settings.database_url) as connection:
        found = {}
        for table in tables:
            row = connection.execute(f"SELECT count(*) FROM onboarding.{table}").fetchone()  # type: ignore[arg-type]
            assert row
            found[table] = row[0]
    return found


def test_every_text_of_the_area_has_latvian_words() -> None:
    with po_file("trust").open("rb") as file:
        kept = {str(message.id): message.string for message in read_po(file, locale="lv") if message.id}
    assert set(kept) == {str(message.id) for message in texts("trust") if message.id}
    assert all(kept.values())


@IN_EACH_SCHEME
def test_axe_finds_nothing_also_on_the_answer(
    page: Page, house: House, tmp_path: Path, language: str
) -> None:
    faulty = tmp_path / "faulty.pem"
    faulty.write_bytes(Leaf(authority="withdrawn-connection-ca", names_revocation=False).pem(house))
    for path in PAGES:
        page.goto(f"{path}?lang={language}")
        axe_finds_nothing(page, page.url)
        page.screenshot(path=tmp_path / f"{path.replace('/', '-')}.png", full_page=True)
    page.locator("#certificate").set_input_files(faulty)
    page.locator("main form button").click()
    expect(page.locator("#CRT-002 .status-fault")).to_be_visible()
    axe_finds_nothing(page, page.url)
    page.screenshot(path=tmp_path / "answer.png", full_page=True)


def test_nothing_runs_over_the_side_of_a_small_phone(
    browser: Browser, exchange: Running, house: House, tmp_path: Path
) -> None:
    context = browser.new_context(
        base_url=exchange.facts["portal"], viewport=PHONE, locale="lv", java_script_enabled=False
    )
    page = context.new_page()
    good = tmp_path / "good.pem"
    good.write_bytes(Leaf().pem(house))
    for path in PAGES:
        page.goto(path)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], path
    page.locator("#certificate").set_input_files(good)
    page.locator("main form button").click()
    expect(page.locator("#answer")).to_be_visible()
    page.screenshot(path=tmp_path / "phone.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    context.close()
