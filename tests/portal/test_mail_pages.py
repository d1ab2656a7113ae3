"""The sandbox's mailbox: write to a desk as anybody, read what is answered; in both languages, for everybody."""

import re
import time
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.portal.browsing import AT_EACH_WIDTH, axe_finds_nothing
from tests.running import Running

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PATIENCE_SECONDS = 30
MOST_BYTES = 100_000


@pytest.fixture
def anybody() -> str:
    return f"anna-{uuid4().hex[:8]}@vendor.example"


def form_token(page: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found
    return found[1]


def write(visitor: httpx.Client, sender: str, *files: tuple[str, bytes], **facts: str) -> httpx.Response:
    token = form_token(visitor.get("/sandbox/mail/write").text)
    fields = {"sender": sender, "desk": "test", "subject": "Gribu testēt", "text": "Labdien!", **facts}
    sent = [("files", (name, content, "application/octet-stream")) for name, content in files]
    return visitor.post(
        "/sandbox/mail/write", data={"form_token": token, **fields}, files=sent or [("files", ("", b""))]
    )


def answered(visitor: httpx.Client, address: str) -> str:
    """The address of the letter that came; waited for as a person would, by looking again."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        page = visitor.get("/sandbox/mail", params={"to": address}).text
        if found := re.search(r'href="(/sandbox/mail/[0-9a-f-]{36})"', page):
            return found[1]
    raise AssertionError(f"no letter to {address}")


def test_who_writes_to_a_desk_finds_the_answer_in_the_mailbox(visitor: httpx.Client, anybody: str) -> None:
    said = write(visitor, anybody, ("plāns.pdf", PDF), ("makro.docm", b"MZ"))
    letter = visitor.get(answered(visitor, anybody)).text

    assert (said.status_code, said.headers["location"]) == (303, "/sandbox/mail")
    assert re.search(r"\[TL-20\d\d-\d{5}\] Ziņa saņemta / Message received", letter)
    assert "Pieņemts: plāns.pdf" in letter and "Nav pieņemts: makro.docm" in letter
    assert "testi@iestade.example" in letter
    assert re.search(r"Lieta TL-20\d\d-\d{5}", visitor.get("/sandbox/mail").text)


def test_a_letter_of_the_sandbox_is_handed_over_to_its_folder(
    visitor: httpx.Client, exchange: Running, anybody: str
) -> None:
    write(visitor, anybody)
    letter = answered(visitor, anybody)
    ends = time.monotonic() + PATIENCE_SECONDS
    while "Nosūtīta" not in visitor.get(letter).text:
        assert time.monotonic() < ends, "it was not sent"
    sent = exchange.settings.mail_sent_folder / "new"

    assert any(anybody.encode() in file.read_bytes() for file in sent.iterdir())


def test_markup_in_a_subject_is_shown_and_not_obeyed(visitor: httpx.Client, anybody: str) -> None:
    mark = f"<b>{anybody}</b>"
    write(visitor, anybody, subject=mark)
    answered(visitor, anybody)

    page = visitor.get("/sandbox/mail").text
    assert mark not in page
    assert f"&lt;b&gt;{anybody}" in page


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [("sender", "", "USR-"), ("sender", "anna", "MAIL-012"), ("subject", "", "USR-"), ("text", " ", "USR-")],
)
def test_MAIL_012_a_form_with_a_fault_is_shown_again(
    visitor: httpx.Client, anybody: str, field: str, value: str, rule: str
) -> None:
    said = (
        write(visitor, anybody, **{"subject": "Mans temats", field: value})
        if field != "sender"
        else write(visitor, value)
    )

    assert 400 <= said.status_code < 500
    assert rule in said.text
    assert f'id="{field}-fault"' in said.text


def test_a_form_that_is_not_ours_drops_nothing(
    visitor: httpx.Client, exchange: Running, anybody: str
) -> None:
    said = visitor.post(
        "/sandbox/mail/write", data={"form_token": "x", "sender": anybody, "subject": "x", "text": "x"}
    )

    assert said.status_code == 403
    assert anybody not in visitor.get("/sandbox/mail").text


@pytest.mark.parametrize(
    "address", ["/sandbox/mail/x", f"/sandbox/mail/{uuid4()}", f"/sandbox/mail/{uuid4()}/1"]
)
def test_a_letter_that_is_not_there_is_not_found(visitor: httpx.Client, address: str) -> None:
    assert visitor.get(address).status_code == 404


def test_an_answer_is_written_from_the_letter(visitor: httpx.Client, anybody: str) -> None:
    write(visitor, anybody)
    letter = visitor.get(answered(visitor, anybody)).text
    found = re.search(r'href="(/sandbox/mail/write\?[^"]+)"', letter)
    assert found
    form = visitor.get(found[1].replace("&amp;", "&")).text

    assert f'value="{anybody}"' in form
    assert re.search(r'name="answers" value="&lt;tilts\.[0-9a-f-]{36}@iestade\.example&gt;"', form)


@AT_EACH_WIDTH
def test_axe_finds_nothing_and_nothing_runs_over_the_side(
    browser: Browser,
    exchange: Running,
    visitor: httpx.Client,
    anybody: str,
    tmp_path: Path,
    language: str,
    view: dict[str, int],
) -> None:
    write(visitor, anybody, ("plāns.pdf", PDF), ("makro.docm", b"MZ"))
    letter = answered(visitor, anybody)
    context = browser.new_context(base_url=exchange.facts["portal"], viewport=view, locale=language)  # type: ignore[arg-type]
    page: Page = context.new_page()
    for name, path in {"mailbox": "/sandbox/mail", "letter": letter, "write": "/sandbox/mail/write"}.items():
        answer = page.goto(f"{path}?lang={language}")
        assert answer is not None and len(answer.body()) < MOST_BYTES
        page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
        axe_finds_nothing(page, page.url)
        assert page.evaluate("document.documentElement.scrollWidth") <= view["width"], name
    context.close()
