"""The real browser of the portal's tests: Debian's Chromium, and a tab in which nothing fails unseen."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
LIGHT, DARK, SMALL = {"color_scheme": "light"}, {"color_scheme": "dark"}, {"viewport": PHONE}
# Each language, scheme and width once or more, not each with each: a fault lies in one of them.
IN_EACH_SCHEME = pytest.mark.parametrize(
    ("context", "language"), [(LIGHT, "lv"), (DARK, "en")], indirect=["context"], ids=["lv-light", "en-dark"]
)
IN_EACH_LOOK = pytest.mark.parametrize(
    ("context", "language"),
    [(LIGHT, "lv"), (DARK, "en"), (SMALL, "lv")],
    indirect=["context"],
    ids=["lv-light", "en-dark", "lv-phone"],
)
AT_EACH_WIDTH = pytest.mark.parametrize(
    ("view", "language"), [(DESKTOP, "lv"), (PHONE, "en")], ids=["lv-desktop", "en-phone"]
)


@contextmanager
def launched() -> Iterator[Browser]:
    """Start the exchange first: the driver keeps an event loop of its own in this thread."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


@contextmanager
def watched(context: BrowserContext, *, refused: str) -> Iterator[Page]:
    """A tab in which neither a script nor the policy fails; `refused`: how statuses begin that the test expects."""
    found = context.new_page()
    faults: list[str] = []
    found.on("pageerror", lambda error: faults.append(str(error)))
    found.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    yield found
    assert [fault for fault in faults if f"status of {refused}" not in fault] == []


def axe_finds_nothing(page: Page, name: str) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
