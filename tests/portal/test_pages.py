"""The portal over HTTP: languages, headers, downloads, who may ask."""

import re
import subprocess
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urlsplit

import httpx
import pytest

from tests.running import Running
from tilts.portal.guard import SECURITY_HEADERS
from tilts.portal.help.architecture_pictures import PICTURES
from tilts.portal.languages import preferred, translations
from tilts.rules.catalogue import BY_ID

PAGES = ("/", "/sandbox", "/calls", "/persons", "/rules", "/patterns", "/help", "/architecture", "/nowhere")


class Outline(HTMLParser):
    """What every page must have, counted."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def count(self, tag: str) -> int:
        return sum(found == tag for found, _ in self.tags)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["lv", "en"])
def test_a_page_has_one_heading_landmarks_and_a_skip_link(
    visitor: httpx.Client, path: str, language: str
) -> None:
    answer = visitor.get(path, params={"lang": language})
    outline = Outline(answer.text)
    assert answer.headers["content-language"] == language
    assert ("html", {"lang": language}) in outline.tags
    assert [outline.count(tag) for tag in ("h1", "main", "header", "footer")] == [1, 1, 1, 1]
    assert 'class="skip" href="#main"' in answer.text


@pytest.mark.parametrize("path", [*PAGES, "/metrics", "/healthz", "/certificates/ca.pem", "/static/x"])
def test_every_answer_carries_the_security_headers(visitor: httpx.Client, path: str) -> None:
    answer = visitor.get(path)
    assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert "unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", PAGES)
def test_nothing_stands_inline_that_the_policy_would_refuse(visitor: httpx.Client, path: str) -> None:
    outline = Outline(visitor.get(path).text)
    assert not [tag for tag, attributes in outline.tags if "style" in attributes or tag == "style"]
    assert all(attributes.get("src") for tag, attributes in outline.tags if tag == "script")
    assert not [name for _, attributes in outline.tags for name in attributes if name.startswith("on")]


def test_the_language_is_asked_for_then_remembered_then_taken_from_the_browser(visitor: httpx.Client) -> None:
    assert visitor.get("/persons").headers["content-language"] == "lv"
    assert visitor.get("/persons", headers={"accept-language": "en"}).headers["content-language"] == "en"
    assert visitor.get("/persons?lang=en").headers["content-language"] == "en"
    assert visitor.get("/rules").headers["content-language"] == "en"
    assert visitor.get("/rules?lang=xx").headers["content-language"] == "en"


@pytest.mark.parametrize(
    ("accept_language", "language"),
    [
        ("", "lv"),
        ("de", "lv"),
        ("en-GB,en;q=0.9,lv;q=0.8", "en"),
        ("ru,lv;q=0.9,en;q=0.9", "lv"),
        ("en;q=x", "lv"),
    ],
)
def test_latvian_unless_english_is_preferred(accept_language: str, language: str) -> None:
    assert preferred(accept_language) == language


@pytest.mark.parametrize("file", ["cert.pem", "key.pem", "jwk.json", "browser.p12"])
def test_a_client_has_its_files_to_download(exchange: Running, visitor: httpx.Client, file: str) -> None:
    answer = visitor.get(f"/certificates/practice/{file}")
    folder = exchange.settings.pki_folder / "clients" / "practice"
    assert answer.content == (folder / file).read_bytes()
    assert answer.headers["content-disposition"] == f'attachment; filename="practice-{file}"'
    assert answer.headers["cache-control"] == "no-store"


def test_the_ca_is_there_to_download(exchange: Running, visitor: httpx.Client) -> None:
    assert (
        visitor.get("/certificates/ca.pem").content == (exchange.settings.pki_folder / "ca.pem").read_bytes()
    )


@pytest.mark.parametrize(
    "path",
    [
        "/certificates/practice/server.key",
        "/certificates/practice/..%2F..%2Fserver.key",
        "/certificates/..%2Fauthority/key.pem",
        "/certificates/nobody/key.pem",
        "/certificates/expired/key.pem",
        "/static/..%2Fapp.py",
        "/static/%2Fetc%2Fpasswd",
        "/persons/nobody",
    ],
)
def test_only_names_of_our_own_lists_are_found(visitor: httpx.Client, path: str) -> None:
    assert visitor.get(path).status_code == 404


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "localhost:1", "127.0.0.1.evil.example:{port}", ""]
)
def test_a_name_that_is_not_ours_is_misdirected(exchange: Running, visitor: httpx.Client, host: str) -> None:
    port = urlsplit(exchange.facts["portal"]).port
    answer = visitor.get("/certificates/practice/key.pem", headers={"host": host.format(port=port)})
    assert answer.status_code == 421
    assert "PRIVATE" not in answer.text


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST", "127.0.0.1", "[::1]"])
def test_loopback_names_with_the_port_are_ours(exchange: Running, visitor: httpx.Client, name: str) -> None:
    host = f"{name}:{urlsplit(exchange.facts['portal']).port}"
    assert visitor.get("/", headers={"host": host}).status_code == 200


def test_another_site_may_link_here_but_fetch_nothing(visitor: httpx.Client) -> None:
    crossing = {"sec-fetch-site": "cross-site"}
    assert visitor.get("/", headers={**crossing, "sec-fetch-mode": "navigate"}).status_code == 200
    assert visitor.get("/", headers={**crossing, "sec-fetch-mode": "no-cors"}).status_code == 403


@pytest.mark.parametrize("language", ["lv", "en"])
def test_every_rule_is_listed_and_has_its_text_fix_and_source(visitor: httpx.Client, language: str) -> None:
    listed = visitor.get("/rules", params={"lang": language}).text
    assert set(re.findall(r'<li id="([A-Z]+-[0-9]+)"', listed)) == set(BY_ID)
    for prefix in {rule.partition("-")[0] for rule in BY_ID}:
        text = visitor.get(f"/rules/{prefix}", params={"lang": language}).text
        of_group = {rule for rule in BY_ID if rule.startswith(f"{prefix}-")}
        assert set(re.findall(r'<article class="rule" id="([A-Z]+-[0-9]+)"', text)) == of_group
        assert len(text.encode()) < 100_000
    text = visitor.get("/rules/ACC", params={"lang": language}).text
    for said in (BY_ID["ACC-001"].text(language), BY_ID["ACC-001"].fix(language), BY_ID["ACC-001"].source):  # type: ignore[arg-type]
        assert said.replace("'", "&#39;") in text


def test_a_group_of_rules_that_is_not_there_is_not_found(visitor: httpx.Client) -> None:
    assert visitor.get("/rules/XYZ").status_code == 404


def test_the_first_page_tells_what_runs_where(exchange: Running, visitor: httpx.Client) -> None:
    text = visitor.get("/sandbox").text
    for name in ("fhir", "plain", "token", "portal", "logs"):
        assert f"<code>{exchange.facts[name]}</code>" in text
    assert "PostgreSQL 1" in text


def lines_of(visitor: httpx.Client, name: str) -> str:
    """The lines of a box on the first page, as the copy button takes them."""
    found = re.search(rf'<pre id="lines-{name}"[^>]*><code>(.*?)</code>', visitor.get("/sandbox").text, re.S)
    assert found is not None
    return found[1].replace("&#39;", "'").replace("&#34;", '"').replace("&amp;", "&")


def test_the_curl_lines_work_as_they_stand(exchange: Running, visitor: httpx.Client) -> None:
    metadata = subprocess.run(
        ["bash", "-ec", f"{lines_of(visitor, 'metadata')} -sS"], capture_output=True, check=True
    )
    assert b"CapabilityStatement" in metadata.stdout
    for name, plain in (("read", False), ("plain", True)):
        first, _, call = lines_of(visitor, name).partition("\n")
        assert "token --as practice" in first
        with exchange.connect("practice", plain=plain) as practice:
            token = practice.bearer_token()
        read = subprocess.run(["bash", "-ec", f"TOKEN={token}\n{call} -sS"], capture_output=True, check=True)
        assert b'"searchset"' in read.stdout, read.stdout


def test_measures_and_health_are_told(visitor: httpx.Client) -> None:
    assert "# HELP tilts_call_seconds" in visitor.get("/metrics").text
    assert visitor.get("/healthz").json() == {"ready": True}


def test_the_language_switch_keeps_what_was_asked_for(visitor: httpx.Client) -> None:
    text = visitor.get("/help/search?q=gate&lang=lv").text
    assert 'href="?q=gate&amp;lang=en"' in text


@pytest.mark.parametrize("path", PAGES)
def test_no_page_weighs_more_than_a_phone_loads_at_once(visitor: httpx.Client, path: str) -> None:
    assert len(visitor.get(path).content) < 100_000


@pytest.mark.parametrize("language", ["lv", "en"])
def test_the_architecture_is_drawn_and_told_in_words(visitor: httpx.Client, language: str) -> None:
    """Source page D1: every picture has a title, and its text stands beneath for those who do not see it."""
    words = translations(language)  # type: ignore[arg-type]
    text = unescape(visitor.get("/architecture", params={"lang": language}).text)
    for picture in PICTURES:
        assert f">{words.gettext(picture.title)}</title>" in text
        assert f"<p>{words.gettext(picture.text)}</p>" in text
        assert all(words.gettext(box.title) in text for box in picture.boxes)
