"""The same visitor as PageWalker, but with a real browser: clicks, types and uploads; nothing reads HTML in its stead.

Every page that it comes to is looked at once for what axe finds, for its weight, and for errors in the console.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from axe_playwright_python.sync_playwright import Axe
from lxml import html
from lxml.html import HtmlElement
from playwright.sync_api import Browser, Download, ElementHandle, Response
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Page as Tab

from tilts.lab.form_filling import Fields, Filled, Upload
from tilts.lab.walker import Page, button_on, link_on

HEAVIEST_BYTES = 100_000
NUMBERS = re.compile(r"TL-\d+-\d+|[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)[a-z-]*\d[\w.-]*")
IN_THE_CONSOLE = re.compile(r"status of 4\d\d")  # the browser's own word for a refusal that a page explains


# Pages of which a picture stands in the docs: when they are made anew, as they looked when they were come to last.
PICTURED = {
    "procedures/testing-agreement 200": "procedure",
    "cases/* 200": "case",
    "gate/* 200": "gate",
    "my/certificates 200": "certificates",
    "my/checklist 200": "checklist",
    "lab/runs/* 200": "run",
    "cases/*/worksheet 200": "worksheet",
    "systems 200": "systems",
    "cases 200": "work",
    "desk/mail 200": "mail",
}

REFUSED_STEP = re.compile(r"cases/\*/[a-z-]+ 4\d\d")
TALLEST = 1150  # of a picture


@dataclass
class Looks:
    """What was seen on the way: each kind of page once, by its address without numbers."""

    language: str
    folder: Path
    anew: bool = False  # the pictures of the docs; else one of each kind is enough
    seen: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    pictures: dict[str, Path] = field(default_factory=dict)

    def at(self, tab: Tab, status: int) -> None:
        kind = f"{NUMBERS.sub('*', tab.url.partition('?')[0].split('/', 3)[-1])} {status}"
        name = "refused" if REFUSED_STEP.fullmatch(kind) else PICTURED.get(kind)
        if name and (self.anew or name not in self.pictures):
            self.pictures[name] = self._picture(tab, name)
        if kind in self.seen:
            return
        self.seen.add(kind)
        found = Axe().run(tab)
        if found.violations_count:
            self.faults.append(f"{kind}: {found.generate_report()}")
        weight = len(tab.content().encode())
        if weight > HEAVIEST_BYTES:
            self.faults.append(f"{kind}: {weight} bytes")
        if tab.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            self.faults.append(f"{kind}: wider than the window")

    def _picture(self, tab: Tab, name: str) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{name}-{self.language}.png"
        wide, high = tab.evaluate(
            "[document.documentElement.clientWidth, document.documentElement.scrollHeight]"
        )
        part = {"x": 0, "y": 0, "width": wide, "height": min(high, TALLEST)}
        tab.screenshot(path=path, full_page=True, clip=part)  # type: ignore[arg-type]
        return path


class BrowserWalker:
    """Takes the place of PageWalker: the same words find the same links, fields and buttons, on the living page."""

    def __init__(self, browser: Browser, looks: Looks, start: str, *, language: str = "lv") -> None:
        self._context = browser.new_context(locale=language, viewport={"width": 1100, "height": 800})
        self._tab = self._context.new_page()
        self._tab.on("pageerror", lambda error: looks.faults.append(f"{self._tab.url}: {error}"))
        self._tab.on("console", lambda said: self._console(said.type, said.text))
        self._looks = looks
        self._start = start
        self.page = self._went(lambda: self._tab.goto(start))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._context.close()

    @property
    def tab(self) -> Tab:
        return self._tab

    def home(self) -> Page:
        return self._went(lambda: self._tab.goto(self._start))

    def reload(self) -> Page:
        return self._went(lambda: self._tab.goto(self._tab.url))

    def follow(self, words_of_link: str, *, near: str = "") -> Page:
        link = self._living(link_on(self.page, words_of_link, near))
        return self._went(link.click)

    def download(self, words_of_link: str, *, near: str = "") -> bytes:
        """What the link gives, without leaving the page; with the browser's own cookies."""
        address = self._living(link_on(self.page, words_of_link, near)).evaluate("link => link.href")
        answer = self._context.request.get(address)
        assert answer.ok, f"{answer.status} from {address}"
        return answer.body()

    def submit(
        self, words_of_button: str, filled: Mapping[str, Filled] | None = None, *, near: str = ""
    ) -> Page:
        button, form = button_on(self.page, words_of_button, near)
        fields = Fields(form)
        before = list(fields.values)
        for label, value in (filled or {}).items():
            fields.fill(label, value)
        living = self._living(button)
        place = living.evaluate_handle("button => button.form").as_element()
        assert place is not None
        write(place, before, fields.values)
        self._choose_files(place, fields.files)
        return self._went(living.click)

    def _choose_files(self, form: ElementHandle, files: list[tuple[str, Upload]]) -> None:
        for name in dict.fromkeys(name for name, _ in files):
            given = [
                {"name": one.filename, "mimeType": one.media_type, "buffer": one.content}
                for other, one in files
                if other == name
            ]
            box = form.query_selector(f'input[type=file][name="{name}"]')
            assert box is not None, name
            box.set_input_files(given)  # type: ignore[arg-type]

    def _went(self, act: Callable[[], object]) -> Page:
        """After the act, the document that the browser then shows."""
        answers: list[Response] = []

        def note(answer: Response) -> None:
            if answer.request.is_navigation_request() and answer.frame == self._tab.main_frame:
                answers.append(answer)

        downloads: list[Download] = []

        def keep(file: Download) -> None:
            downloads.append(file)

        self._tab.on("response", note)
        self._tab.on("download", keep)
        try:
            with self._tab.expect_navigation(wait_until="load"):
                act()
        except BrowserError as ended:
            if "ERR_ABORTED" not in ended.message:
                raise
            return self._came(downloads[0] if downloads else self._tab.wait_for_event("download"))
        finally:
            self._tab.remove_listener("response", note)
            self._tab.remove_listener("download", keep)
        status = answers[-1].status if answers else 200
        self._looks.at(self._tab, status)
        content = self._tab.content()
        document = html.document_fromstring(content)
        self.page = Page(self._tab.url, status, document, content.encode(), "text/html")
        return self.page

    def _came(self, file: Download) -> Page:
        """A file came in place of a page; the browser stays where it was."""
        content = file.path().read_bytes()
        document = html.document_fromstring("<html><main></main></html>")
        self.page = Page(file.url, 200, document, content, "")
        return self.page

    def _living(self, element: HtmlElement) -> ElementHandle:
        """The element of the browser's page at the same place; opened if it lies in something folded."""
        place = self.page.document.getroottree().getpath(element)
        found = self._tab.query_selector(f"xpath={place}")
        assert found is not None, place
        found.evaluate(
            "one => { for (let e = one; e; e = e.parentElement) if (e.tagName == 'DETAILS') e.open = true }"
        )
        return found

    def _console(self, kind: str, text: str) -> None:
        if kind == "error" and not IN_THE_CONSOLE.search(text):
            self._looks.faults.append(f"{self._tab.url}: {text}")


def write(form: ElementHandle, before: list[tuple[str, str]], wanted: list[tuple[str, str]]) -> None:
    """Types, chooses and ticks until the form holds what is wanted."""
    names = dict.fromkeys(name for name, _ in [*before, *wanted])
    for name in names:
        old = [value for other, value in before if other == name]
        new = [value for other, value in wanted if other == name]
        if old != new:
            change(form, name, new)


def change(form: ElementHandle, name: str, values: list[str]) -> None:
    for element in form.query_selector_all(f'[name="{name}"]'):
        kind = element.evaluate("one => one.tagName == 'INPUT' ? one.type : one.tagName")
        wanted = element.get_attribute("value") in values
        if kind == "checkbox" or (kind == "radio" and wanted):
            element.set_checked(wanted, force=True)
        elif kind == "SELECT":
            element.select_option(values[0])
        elif kind not in ("hidden", "radio"):
            element.fill(values[0] if values else "")
