"""A visitor who knows nothing but what the pages say: follows links by their words, fills in forms by their labels.

It starts at one address and never makes up another: what it cannot find on a page is missing there.
`tilts path` and the tests walk with it. It takes no part of the portal; it reads HTML as a browser
without scripts does, with cookies, redirects and uploads.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self, TypeAlias
from urllib.parse import urljoin

import httpx
from lxml import html
from lxml.html import HtmlElement

MOST_REDIRECTS: Final = 10
BUTTON_TYPES: Final = ("submit", "")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file for a file field."""

    filename: str
    content: bytes
    media_type: str = "application/octet-stream"

    @classmethod
    def of(cls, path: Path, media_type: str = "application/octet-stream") -> "Upload":
        return cls(path.name, path.read_bytes(), media_type)


# Text for a field, True or False for a tick, several ticks by their labels, a file or several.
Filled: TypeAlias = str | bool | Upload | tuple[str, ...] | tuple[Upload, ...]


class NotOnThePage(Exception):
    """A link, a button or a field that a visitor would look for in vain; says what there is instead."""


@dataclass(frozen=True, slots=True)
class Page:
    """What the visitor sees now."""

    address: str
    status: int
    document: HtmlElement
    content: bytes
    media_type: str

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
        return self._get(urljoin(self.page.address, self._link(words_of_link, near).get("href", "")))

    def download(self, words_of_link: str, *, near: str = "") -> bytes:
        """What the link gives, without leaving the page."""
        address = urljoin(self.page.address, self._link(words_of_link, near).get("href", ""))
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
        button, form = self._button(words_of_button, near)
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
        self.page = Page(str(answer.url), answer.status_code, document, answer.content, media_type)
        return self.page

    def _link(self, asked: str, near: str) -> HtmlElement:
        links = [one for one in part(self.page.document, near).iter("a") if one.get("href")]
        return chosen(asked, [(words(one), one) for one in links], "link", self.page)

    def _button(self, asked: str, near: str) -> tuple[HtmlElement, HtmlElement]:
        found = [
            (words(button), button)
            for form in part(self.page.document, near).iter("form")
            for button in form.iter("button")
            if button.get("type", "") in BUTTON_TYPES
        ]
        button = chosen(asked, found, "button", self.page)
        form = next(button.iterancestors("form"))
        return button, form


class Fields:
    """The fields of one form, with what they hold when it is sent."""

    def __init__(self, form: HtmlElement) -> None:
        self._form = form
        self.files: list[tuple[str, Upload]] = []
        self.values = [pair for field in form.iter("input", "textarea", "select") for pair in held(field)]

    def fill(self, label: str, value: Filled) -> None:
        field = self._labelled(label)
        match value:
            case Upload():
                self.files.append((field.get("name", ""), value))
            case bool():
                self._tick(field, value)
            case tuple():
                self._several(field, value)
            case str():
                self._write(field, value)

    def as_text(self) -> list[tuple[str, str]]:
        return self.values

    def as_parts(self) -> list[tuple[str, tuple[str | None, bytes, str | None]]]:
        """All fields as parts of a multipart body; an empty file field is sent as browsers do."""
        texts: list[tuple[str, tuple[str | None, bytes, str | None]]] = [
            (name, (None, value.encode(), None)) for name, value in self.values
        ]
        return texts + [(name, (one.filename, one.content, one.media_type)) for name, one in self.files]

    def _labelled(self, asked: str) -> HtmlElement:
        found = [
            (words(label), self._form.get_element_by_id(label.get("for")))
            for label in self._form.iter("label")
            if label.get("for") and self._form.xpath(".//*[@id=$name]", name=label.get("for"))
        ]
        found += [
            (words(legend), next(legend.iterancestors("fieldset"))) for legend in self._form.iter("legend")
        ]
        return chosen(asked, found, "field", None)

    def _tick(self, field: HtmlElement, on: bool) -> None:
        name, value = field.get("name", ""), field.get("value", "on")
        if field.get("type") == "radio":
            self._forget(name)
        self.values = [pair for pair in self.values if pair != (name, value)]
        if on:
            self.values.append((name, value))

    def _several(self, field: HtmlElement, value: tuple[str, ...] | tuple[Upload, ...]) -> None:
        """Ticks exactly these of a group of boxes, or gives several files."""
        for box in field.iter("input"):
            if box.get("type") == "checkbox":
                self._tick(box, False)
        for one in value:
            if isinstance(one, Upload):
                self.files.append((field.get("name", ""), one))
            else:
                self._tick(self._choice(field, one), True)

    def _write(self, field: HtmlElement, text: str) -> None:
        if field.tag == "fieldset":
            if field.find_class("date-fields"):
                self._date(field, text)
            else:
                self._tick(self._choice(field, text), True)
            return
        if field.tag == "select":
            options = [(words(option), option) for option in field.iter("option")]
            text = chosen(text, options, "choice", None).get("value", "")
        if field.get("type") in ("radio", "checkbox"):
            raise NotOnThePage(f"«{text}» cannot be written into a box to tick; give True")
        self._forget(field.get("name", ""))
        self.values.append((field.get("name", ""), text))

    def _choice(self, group: HtmlElement, asked: str) -> HtmlElement:
        boxes = {box.get("id"): box for box in group.iter("input")}
        found = [
            (words(label), boxes[label.get("for")])
            for label in group.iter("label")
            if label.get("for") in boxes
        ]
        return chosen(asked, found, "choice", None)

    def _date(self, group: HtmlElement, text: str) -> None:
        for field, part_of_day in zip(group.iter("input"), reversed(text.split("-")), strict=True):
            self._forget(field.get("name", ""))
            self.values.append((field.get("name", ""), part_of_day))

    def _forget(self, name: str) -> None:
        self.values = [pair for pair in self.values if pair[0] != name]


def held(field: HtmlElement) -> list[tuple[str, str]]:
    """What a field sends when nobody touched it."""
    name, kind = field.get("name"), field.get("type", "text")
    if not name or kind in ("file", "submit", "button"):
        return []
    if field.tag == "textarea":
        return [(name, field.text or "")]
    if field.tag == "select":
        options = list(field.iter("option"))
        marked = [option for option in options if option.get("selected") is not None] or options[:1]
        return [(name, option.get("value", "")) for option in marked]
    if kind in ("radio", "checkbox") and field.get("checked") is None:
        return []
    return [(name, field.get("value", "on" if kind == "checkbox" else ""))]


def words(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


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


def chosen(asked: str, found: list[tuple[str, HtmlElement]], kind: str, page: Page | None) -> HtmlElement:
    """The one with exactly these words, else the first that begins with them, else that holds them."""
    for fits in (str.__eq__, str.startswith, str.__contains__):
        fitting = [element for said, element in found if fits(said, asked)]
        if fitting:
            return fitting[0]
    where = f" on {page.address} («{page.heading}», {page.status})" if page else ""
    offered = ", ".join(f"«{said}»" for said, _ in found) or "nothing"
    problem = f"; the page says: {page.problem}" if page and page.problem else ""
    raise NotOnThePage(f"no {kind} «{asked}»{where}; there is {offered}{problem}")
