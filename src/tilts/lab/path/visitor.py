"""One person at the portal: signs in, goes to cases, takes steps; and sees why a step is refused.

The words of links, buttons and fields are written here in English and looked up in words.py for the pages in Latvian.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from lxml.html import HtmlElement

from tilts.lab.form_filling import words as words_of
from tilts.lab.path.telling import PathWrong
from tilts.lab.path.words import LATVIAN, STEPS_IN_LATVIAN
from tilts.lab.walker import Filled, NotOnThePage, Page, PageWalker
from tilts.rules import Language


@dataclass(frozen=True, slots=True)
class No:
    """What a page said when it refused: each reason, and the rules by their ids."""

    reasons: tuple[str, ...]
    rules: tuple[str, ...]


class Walker(Protocol):
    """What takes the visitor from page to page: PageWalker, or a real browser in the tests."""

    @property
    def page(self) -> Page: ...
    def home(self) -> Page: ...
    def reload(self) -> Page: ...
    def follow(self, words_of_link: str, *, near: str = "") -> Page: ...
    def download(self, words_of_link: str, *, near: str = "") -> bytes: ...
    def submit(
        self, words_of_button: str, filled: Mapping[str, Filled] | None = None, *, near: str = ""
    ) -> Page: ...
    def __exit__(self, *_: object) -> None: ...


class Opener(Protocol):
    """Opens the portal in a language."""

    def __call__(self, start: str, *, language: Language) -> Walker: ...


class Visitor:
    """`name` is who signs in; without one it is a stranger who reads what is public."""

    def __init__(
        self, portal: str, language: Language, name: str = "", *, opened: Opener = PageWalker
    ) -> None:
        self.name = name
        self._language = language
        self._walker = opened(portal, language=language)
        if name:
            self.follow("Sign in")
            self.submit(name)

    def close(self) -> None:
        self._walker.__exit__()

    @property
    def page(self) -> Page:
        return self._walker.page

    def in_words(self, english: str) -> str:
        """As the pages say it in the language of the walk; names and numbers stay as they are."""
        return LATVIAN.get(english, english) if self._language == "lv" else english

    def has(self, link_or_button: str) -> bool:
        said = self.in_words(link_or_button)
        return any(one.startswith(said) for one in (*self.page.links, *self.page.buttons))

    def home(self) -> None:
        self._walker.home()

    def reload(self) -> None:
        self._walker.reload()

    def follow(self, link: str, *, near: str = "") -> Page:
        return self._went(self._walker.follow(self.in_words(link), near=near))

    def download(self, link: str, *, near: str = "") -> bytes:
        return self._walker.download(self.in_words(link), near=near)

    def submit(self, button: str, filled: Mapping[str, Filled] | None = None, *, near: str = "") -> Page:
        return self._went(self._press(button, filled, near))

    def begin(self, title: str) -> Page:
        """A new case, from the list of one's work."""
        before = {"en": "Begin: ", "lv": "Sākt: "}[self._language]
        return self._went(self._walker.submit(before + self.in_words(title)))

    def case(self, number: str) -> Page:
        """By the list of one's work, as a person finds it."""
        self.follow("My work")
        return self._went(self._walker.follow("", near=number))

    def case_again(self, number: str) -> Page:
        """After a download that a browser would not have shown as a page."""
        self.home()
        return self.case(number)

    def case_number(self) -> str:
        """Of the case whose page is open."""
        return words_of(self.page.document.find_class("digits")[0])

    def form_of(self, procedure: str) -> bytes:
        """The empty form, from the public page of the procedure."""
        self.follow("Procedures")
        self.follow(procedure)
        return self.download("Download the form (PDF)")

    def take(self, step: str, filled: Mapping[str, Filled] | None = None) -> Page:
        """A step of the case whose page is open: at once, or on the page that asks for more."""
        return self._went(self._step(step, filled))

    def taken_in_vain(self, step: str, filled: Mapping[str, Filled] | None = None) -> No:
        """The same, where the exchange must say no."""
        return self._refused(self._step(step, filled), step)

    def submitted_in_vain(
        self, button: str, filled: Mapping[str, Filled] | None = None, *, near: str = ""
    ) -> No:
        return self._refused(self._press(button, filled, near), button)

    def closed_step(self, step: str) -> No:
        """Why a step of the open case is not possible now, as its page says."""
        said = self.in_words(step)
        for item in self.page.document.xpath("//details//li"):
            if words_of(item).startswith(said):
                return No((words_of(item),), ())
        raise NotOnThePage(f"«{said}» is not among the steps that are not possible, on {self.page.address}")

    def fact(self, label: str) -> str:
        """What a list of facts on the page says under this label."""
        said = self.in_words(label)
        for term in self.page.document.iter("dt"):
            if words_of(term) == said:
                return words_of(term.getnext())
        raise NotOnThePage(f"no fact «{said}» on {self.page.address}")

    def addresses(self) -> list[str]:
        """The e-mail addresses that the page gives, and its footer."""
        links = [link.get("href") or "" for link in self.page.document.iter("a")]
        found = [link.removeprefix("mailto:") for link in links if link.startswith("mailto:")]
        return list(dict.fromkeys(found))

    def questions(self) -> list[str]:
        """The legends of the groups of choices on the page."""
        return [words_of(legend) for legend in self.page.document.iter("legend")]

    def faulty_checks(self) -> list[str]:
        """Which checks of a certificate are not in order, as its page lists them."""
        said = self.in_words("Not in order")
        items = self.page.document.xpath("//ul[contains(@class, 'checks')]/li")
        return [words_of(one).partition(" CRT-")[0] for one in items if words_of(one).endswith(said)]

    def rows(self) -> list[str]:
        """The first cell of each row of the page's first table."""
        body = next(self.page.document.iter("tbody"), None)
        return [words_of(row[0]) for row in body] if body is not None else []

    def unmet(self) -> No:
        """The conditions on the gate's page that are not met."""
        items = self.page.document.xpath("//main//ol/li[.//a[contains(@href, '/rules')]]")
        reasons = tuple(dict.fromkeys(condition_in(item) for item in items))
        rules = tuple(dict.fromkeys(rule_in(item) for item in items))
        return No(reasons, rules)

    def _step(self, step: str, filled: Mapping[str, Filled] | None) -> Page:
        said = self._step_in_words(step)
        if said in self.page.links:
            self._went(self._walker.follow(said))
        return self._press(step, filled, "")

    def _step_in_words(self, english: str) -> str:
        return STEPS_IN_LATVIAN.get(english) or self.in_words(english) if self._language == "lv" else english

    def _press(self, button: str, filled: Mapping[str, Filled] | None, near: str) -> Page:
        given = {self.in_words(label): self._value(value) for label, value in (filled or {}).items()}
        return self._walker.submit(self._step_in_words(button), given, near=near)

    def _value(self, value: Filled) -> Filled:
        if isinstance(value, str):
            return self.in_words(value)
        if isinstance(value, tuple) and all(isinstance(one, str) for one in value):
            return tuple(self.in_words(str(one)) for one in value)
        return value

    def _went(self, page: Page) -> Page:
        if not page.is_good or page.problem:
            said = page.problem or page.text[:300]
            raise PathWrong(f"{self.name}, {page.address} ({page.status}): {said}")
        return page

    def _refused(self, page: Page, step: str) -> No:
        if not page.problem:
            raise PathWrong(f"expected that «{step}» is refused; {page.address} says {page.text[:200]}")
        summary = page.document.find_class("fault-summary")[0]
        items = [words_of(item) for item in summary.iter("li")] or [
            words_of(item) for item in summary.xpath("./p[not(strong) and not(contains(@class, 'small'))]")
        ]
        rules = tuple(words_of(link) for link in summary.iter("a") if "/rules" in (link.get("href") or ""))
        return No(tuple(items), rules)


def rule_in(item: HtmlElement) -> str:
    return next(words_of(link) for link in item.iter("a") if "/rules" in (link.get("href") or ""))


def condition_in(item: HtmlElement) -> str:
    """The sentence of a condition, without the advice that stands under it."""
    whole, hints = words_of(item), [words_of(hint) for hint in item.find_class("hint")]
    sentence = whole.partition(hints[0])[0] if hints else whole
    return sentence.removeprefix(rule_in(item)).strip()
