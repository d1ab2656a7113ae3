"""The fields of a form, filled in by their labels as a visitor reads them; a part of the walker."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from lxml.html import HtmlElement


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


class Seen(Protocol):
    """What a message about a missing thing tells of the page."""

    @property
    def address(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def heading(self) -> str: ...
    @property
    def problem(self) -> str: ...


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


def chosen(asked: str, found: list[tuple[str, HtmlElement]], kind: str, page: Seen | None) -> HtmlElement:
    """The one with exactly these words, else the first that begins with them, else that holds them."""
    for fits in (str.__eq__, str.startswith, str.__contains__):
        fitting = [element for said, element in found if fits(said, asked)]
        if fitting:
            return fitting[0]
    where = f" on {page.address} («{page.heading}», {page.status})" if page else ""
    offered = ", ".join(f"«{said}»" for said, _ in found) or "nothing"
    problem = f"; the page says: {page.problem}" if page and page.problem else ""
    raise NotOnThePage(f"no {kind} «{asked}»{where}; there is {offered}{problem}")
