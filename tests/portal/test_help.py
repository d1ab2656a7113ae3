"""The help portal: every document is a page whose links lead somewhere, and words are found."""

import re

import httpx
import pytest

from tilts.portal.help.library import address_of, library, read
from tilts.portal.help.searching import find
from tilts.portal.help.shelves import SHELVES
from tilts.rules.catalogue import BY_ID

DOCUMENTS = library().documents


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_a_document_is_a_page_with_one_heading_and_living_links(visitor: httpx.Client, name: str) -> None:
    answer = visitor.get(f"/help/{name}")
    assert answer.status_code == 200
    assert len(answer.content) < 100_000
    assert answer.text.count("<h1") == 1
    assert "<!--" not in answer.text
    assert "&lt;br&gt;" not in answer.text
    html = DOCUMENTS[name].html
    for address in re.findall(r'(?:href|src)="([^"]+)"', html):
        page, _, anchor = address.partition("#")
        if page.startswith("/help/pictures/"):
            assert page.removeprefix("/help/pictures/") in library().pictures
        elif page.startswith("/help/"):
            found = DOCUMENTS[page.removeprefix("/help/")]
            assert not anchor or f'id="{anchor}"' in found.html or anchor == found.headings[0].anchor, address
        elif not page:
            assert f'id="{anchor}"' in html or anchor == DOCUMENTS[name].headings[0].anchor, address
        else:
            assert page.startswith("https://"), address


def test_pictures_are_shown(visitor: httpx.Client) -> None:
    answer = visitor.get("/help/pictures/house.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "script-src" not in answer.headers["content-security-policy"]
    answer = visitor.get("/help/pictures/case-lv.png")
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "path",
    ["/help/nowhere", "/help/../settings", "/help/pictures/..%2F..%2Fx.svg", "/help/howto/haproxy.cfg"],
)
def test_nothing_else_is_handed_out(visitor: httpx.Client, path: str) -> None:
    assert visitor.get(path).status_code == 404


def test_every_reader_finds_what_is_theirs_on_the_first_page(visitor: httpx.Client) -> None:
    text = visitor.get("/help?lang=en").text
    for shelf in SHELVES:
        assert shelf.title in text
    for name in DOCUMENTS:
        assert f'href="/help/{name}"' in text


def test_a_refusal_is_found_by_its_number(visitor: httpx.Client) -> None:
    text = visitor.get("/help/search", params={"q": "ACC-013", "lang": "en"}).text
    assert 'href="/help/rules/access"' in text


def test_every_rule_can_be_read_about() -> None:
    wanting = [rule for rule in BY_ID if rule.startswith("USR") and not find(list(DOCUMENTS.values()), rule)]
    assert not wanting


@pytest.mark.parametrize("asked", ["ārstniecības iestāde", "arstniecibas iestade", "ĀRSTNIECĪBAS  IESTĀDE"])
def test_latvian_words_are_found_with_and_without_their_marks(asked: str) -> None:
    assert "glossary" in [hit.document.name for hit in find(list(DOCUMENTS.values()), asked)]


def test_every_word_has_to_occur() -> None:
    assert find(list(DOCUMENTS.values()), "certificate zzzz") == []
    assert find(list(DOCUMENTS.values()), "   ") == []


def test_a_page_called_so_comes_first() -> None:
    assert find(list(DOCUMENTS.values()), "routes")[0].document.name == "reference/routes"


def test_html_in_a_document_is_shown_and_not_run(visitor: httpx.Client) -> None:
    hostile = "# <script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n[x](javascript:alert(1))\n"
    page = read("docs/x.md", hostile, {})
    assert "<script" not in page.html
    assert "<img" not in page.html
    assert 'href="javascript' not in page.html
    asked = visitor.get("/help/search", params={"q": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in asked


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("connector.md", "/help/howto/connector"),
        ("../rules/wire.md#wire-001", "/help/rules/wire#wire-001"),
        ("#here", "#here"),
        ("../../src/tilts/house.py", ""),
        ("https://hl7.org/fhir/R4", "https://hl7.org/fhir/R4"),
    ],
)
def test_links_become_addresses_of_this_portal(written: str, address: str) -> None:
    names = {"docs/howto/connector.md": "howto/connector", "docs/rules/wire.md": "rules/wire"}
    assert address_of(written, "docs/howto/first.md", names) == address
