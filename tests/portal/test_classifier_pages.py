"""The register of classifiers for people: what holds, what changed, what may be taken and how to get the rest."""

import hashlib
import os
import re
from pathlib import Path

import httpx
import pytest
from babel.messages.pofile import read_po
from playwright.sync_api import Browser, Page, expect

from tests.portal.browsing import AT_EACH_WIDTH, axe_finds_nothing
from tests.running import Running
from tilts.portal.languages import po_file
from tools.translations import texts

PAGES = {
    "register": "/classifiers",
    "changed": "/classifiers/institution-kinds",
    "long": "/classifiers/iso-639-3",
    "closed": "/classifiers/medicine-forms",
    "nothing-found": "/classifiers/iso-4217?q=qqqq",
}


def test_the_register_names_owner_version_day_count_licence_and_access(visitor: httpx.Client) -> None:
    text = visitor.get("/classifiers?lang=en").text
    row = re.search(r"Kinds of institutions \(invented\).*?</tr>", text, re.DOTALL)
    assert row
    for word in ("Tilts", "2026.1", "01.01.2026", ">11<", "Apache-2.0", "public"):
        assert word in row[0]


def test_it_speaks_latvian_first(visitor: httpx.Client) -> None:
    text = visitor.get("/classifiers").text
    assert "<h1>Klasifikatori</h1>" in text and "Zāļu formas (izdomātas)" in text and "pēc līguma" in text


@pytest.mark.parametrize("path", PAGES.values())
@pytest.mark.parametrize("language", ["lv", "en"])
def test_a_page_is_small(visitor: httpx.Client, path: str, language: str) -> None:
    answer = visitor.get(path, params={"lang": language, **({"q": "qqqq"} if "?" in path else {})})
    assert answer.status_code == 200
    assert len(answer.content) < 100_000


def test_what_changed_between_two_versions_is_told(visitor: httpx.Client) -> None:
    text = visitor.get("/classifiers/institution-kinds?version=2026.1&lang=en").text
    added, removed, changed = (text.index(f"<h3>{word}</h3>") for word in ("Added", "Removed", "Changed"))
    assert "IK-12" in text[added:removed] and "IK-09" not in text[added:removed]
    assert "IK-09" in text[removed:changed]
    told = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text[changed : text.index('id="codes"')]))
    assert "Aprūpes slimnīca → Ilgstošas aprūpes iestāde" in told
    assert "last day: 31.12.2025" in told and "successor: IK-05" in told


def test_the_first_version_has_nothing_before_it(visitor: httpx.Client) -> None:
    assert "difference-title" not in visitor.get("/classifiers/institution-kinds?version=2025.1").text


def test_codes_are_found_without_marks_and_whatever_the_language(visitor: httpx.Client) -> None:
    for words in ("vacija", "GERMANY", "deu"):
        text = visitor.get("/classifiers/iso-3166-1", params={"q": words}).text
        assert "Vācija" in text and "Latvija" not in text


def test_a_long_list_is_paged_to_its_end(visitor: httpx.Client) -> None:
    seen: list[str] = []
    address = "/classifiers/iso-639-1"
    for _ in range(10):
        text = visitor.get(address).text
        seen += re.findall(r'<th scope="row" role="rowheader"><code translate="no">([a-z]{2})<', text)
        found = re.search(r'<a href="([^"]+)" rel="next"', text)
        if not found:
            break
        address = f"/classifiers/iso-639-1{found[1].replace('&amp;', '&')}"
    assert len(seen) == len(set(seen)) == 184


@pytest.mark.parametrize("query", ["page=0", "page=x", "page=99999999999", "q=" + "a" * 5000, "lang=xx"])
def test_what_makes_no_sense_still_gives_a_page(visitor: httpx.Client, query: str) -> None:
    assert visitor.get(f"/classifiers/iso-4217?{query}").status_code == 200


def test_names_from_outside_cannot_become_markup(visitor: httpx.Client) -> None:
    text = visitor.get("/classifiers/iso-4217", params={"q": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in text


@pytest.mark.parametrize(
    "path",
    ["nothing", "iso-4217?version=1999", "iso-4217/1999.csv", "iso-4217/2026.2.xml", "nothing/1.csv"],
)
def test_what_is_not_there_is_not_found(visitor: httpx.Client, path: str) -> None:
    assert visitor.get(f"/classifiers/{path}").status_code == 404


def test_a_public_file_is_the_one_its_hash_names(visitor: httpx.Client) -> None:
    answer = visitor.get("/classifiers/iso-4217/2026.2.ndjson", headers={"accept-encoding": "identity"})
    page = visitor.get("/classifiers/iso-4217").text
    assert hashlib.sha256(answer.content).hexdigest() in page
    again = visitor.get(
        "/classifiers/iso-4217/2026.2.ndjson", headers={"if-none-match": answer.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


def test_codes_under_agreement_are_not_shown_and_not_given(visitor: httpx.Client) -> None:
    page = visitor.get("/classifiers/medicine-forms?lang=en").text
    assert "MF-11" not in page and 'href="/procedures/operator-agreement"' in page
    answer = visitor.get("/classifiers/medicine-forms/2026.1.ndjson")
    assert (answer.status_code, answer.headers["location"]) == (303, "/classifiers/medicine-forms#access")


def test_the_words_are_all_there_and_no_others() -> None:
    with po_file("classifiers").open("rb") as file:
        written = {message.id: message.string for message in read_po(file, locale="lv") if message.id}
    assert written.keys() == {message.id for message in texts("classifiers") if message.id}
    assert all(written.values())


@AT_EACH_WIDTH
def test_axe_finds_nothing_and_nothing_runs_over_the_side(
    browser: Browser, exchange: Running, tmp_path: Path, language: str, view: dict[str, int]
) -> None:
    pictures = Path(os.environ.get("TILTS_PICTURES", tmp_path))
    context = browser.new_context(base_url=exchange.facts["portal"], viewport=view)  # type: ignore[arg-type]
    page = context.new_page()
    for name, path in PAGES.items():
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
        page.screenshot(path=pictures / f"{name}-{language}-{view['width']}.png", full_page=True)
        axe_finds_nothing(page, page.url)
        assert page.evaluate("document.documentElement.scrollWidth") <= view["width"], name
    context.close()


def test_a_code_is_found_without_scripts(browser: Browser, exchange: Running) -> None:
    context = browser.new_context(base_url=exchange.facts["portal"], java_script_enabled=False)
    page: Page = context.new_page()
    page.goto("/classifiers?lang=en")
    page.get_by_role("link", name="Countries (ISO 3166-1)").click()
    page.get_by_label("Find a code or a name").fill("igaun")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("rowheader", name="EST")).to_be_visible()
    context.close()
