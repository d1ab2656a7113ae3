"""A visitor who knows nothing but what the pages say: follows links by their words, fills in forms by their labels.

It starts at one address and never makes up another: what it cannot find on a page is missing there.
`tilts path` and the tests walk with it. It takes no part of the portal; it reads HTML as a browser
without scripts does, with cookies, redirects and uploads.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urljoin

import httpx
from lxml import html
from lxml.html import HtmlElement

from tilts.lab.form_filling import Fields, Filled, NotOnThePage, Upload, chosen, words

__all__ = ["Filled", "NotOnThePage", "Page", "PageWalker", "Upload"]

MOST_REDIRECTS: Final = 10
BUTTON_TYPES: Final = ("submit", "")


@dataclass(frozen=True, slots=True)
class Page:
    """What the visitor sees now."""

    address: str
    status: int
    document: HtmlElement
    content: bytes
    media_type: str
    is_good: bool = True  # neither refused nor failed, by its status

    @property
    def heading(self) -> str:
        return next((words(one) for one in self.document.iter("h1")), "")

    @property
    def text(self) -> str:
        """The words of the main part."""
        main = next(self.document.iter("main"), self.document)
        return words(main)

    @property
    def problem(self) -> str:
        """What the error summary says; empty when nothing was refused."""
        found = self.document.find_class("fault-summary")
        return words(found[0]) if found else ""

    @property
    def links(self) -> list[str]:
        return [words(link) for link in self.document.iter("a") if link.get("href")]

    @property
    def labels(self) -> list[str]:
        return [words(label) for label in self.document.iter("label")]

    @property
    def buttons(self) -> list[str]:
        return [words(button) for button in self.document.iter("button")]


class PageWalker:
    """One visitor with a browser of their own. Use as a context; `page` is what they see."""

    def __init__(self, start: str, *, language: str = "lv", timeout_seconds: float = 60) -> None:
        self._client = httpx.Client(headers={"accept-language": language}, timeout=timeout_seconds)
        self._start = start
        self.page = self._get(start)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def home(self) -> Page:
        """Back to the page that the walk began with."""
        return self._get(self._start)

    def reload(self) -> Page:
        return self._get(self.page.address)

    def follow(self, words_of_link: str, *, near: str = "") -> Page:
        """Follows the link with these words; `near`: the one in the row, card or part that says this."""
        return self._get(urljoin(self.page.address, link_on(self.page, words_of_link, near).get("href", "")))

    def download(self, words_of_link: str, *, near: str = "") -> bytes:
        """What the link gives, without leaving the page."""
        address = urljoin(self.page.address, link_on(self.page, words_of_link, near).get("href", ""))
        answer = self._client.get(address, follow_redirects=True)
        answer.raise_for_status()
        return answer.content

    def submit(
        self, words_of_button: str, filled: Mapping[str, Filled] | None = None, *, near: str = ""
    ) -> Page:
        """Fills in fields by their labels, then presses the button with these words.

        A group of choices is filled by its legend with the label of the choice; a date by its legend
        with 2026-11-18. What is not named stays as the page had it.
        """
        button, form = button_on(self.page, words_of_button, near)
        fields = Fields(form)
        for label, value in (filled or {}).items():
            fields.fill(label, value)
        if button.get("name"):
            fields.values.append((button.get("name", ""), button.get("value", "")))
        address = urljoin(self.page.address, form.get("action") or self.page.address)
        if form.get("method", "get").lower() == "get":
            return self._answered(self._client.get(address, params=grouped(fields.as_text())))
        files = fields.files if form.get("enctype") == "multipart/form-data" else []
        if files or form.get("enctype") == "multipart/form-data":
            return self._answered(self._client.post(address, files=fields.as_parts()))
        return self._answered(self._client.post(address, data=grouped(fields.as_text())))

    def _get(self, address: str) -> Page:
        return self._answered(self._client.get(address.partition("#")[0]))

    def _answered(self, answer: httpx.Response) -> Page:
        """Goes where it is sent to, as a browser does: always by GET."""
        for _ in range(MOST_REDIRECTS):
            if not answer.is_redirect:
                break
            answer = self._client.get(urljoin(str(answer.url), answer.headers["location"]))
        media_type = answer.headers.get("content-type", "").partition(";")[0]
        document = html.document_fromstring(answer.content.decode("utf-8", "replace") or "<html></html>")
        self.page = Page(
            str(answer.url), answer.status_code, document, answer.content, media_type, not answer.is_error
        )
        return self.page


def link_on(page: Page, asked: str, near: str = "") -> HtmlElement:
    links = [one for one in part(page.document, near).iter("a") if one.get("href")]
    return chosen(asked, [(words(one), one) for one in links], "link", page)


def button_on(page: Page, asked: str, near: str = "") -> tuple[HtmlElement, HtmlElement]:
    """The button and its form."""
    found = [
        (words(button), button)
        for button in part(page.document, near).iter("button")
        if button.get("type", "") in BUTTON_TYPES and any(True for _ in button.iterancestors("form"))
    ]
    button = chosen(asked, found, "button", page)
    return button, next(button.iterancestors("form"))


def grouped(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def part(document: HtmlElement, near: str) -> HtmlElement:
    """The smallest row, item, card or section that says these words; the whole page when none are given."""
    if not near:
        return document
    around = [
        one for one in document.iter("tr", "li", "section", "article", "form", "div") if near in words(one)
    ]
    if not around:
        raise NotOnThePage(f"nothing says «{near}»")
    return min(around, key=lambda one: len(words(one)))
