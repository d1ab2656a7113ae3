"""What may stand in a narrative: one `div` of harmless XHTML with something to read in it.

Source: https://hl7.org/fhir/R4/narrative.html#xhtml (chapters 7 to 11 and 15 of HTML 4.0; no scripts, forms, frames,
event handlers, external stylesheets or deprecated elements).
"""

import re
from collections.abc import Mapping
from html.entities import name2codepoint
from typing import Any, Final, TypeAlias
from xml.parsers import expat

from tilts_fhir.issues import quoted
from tilts_fhir.validation.content.xhtml_markup import BLOCKS, ELEMENTS, is_address, may_have
from tilts_fhir.validation.plans import Slot
from tilts_fhir.validation.walk import Path, Walk

XHTML: Final = "http://www.w3.org/1999/xhtml"
XML: Final = "http://www.w3.org/XML/1998/namespace"
MAX_FAULTS: Final = 20
MAX_DEPTH: Final = 256
SEPARATOR: Final = "\n"

LINK_SCHEMES: Final = frozenset({"http", "https", "ftp", "mailto", "tel", "data"})
IMAGE_SCHEMES: Final = frozenset({"http", "https", "data"})

_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_PREDEFINED: Final = frozenset({"amp", "lt", "gt", "quot", "apos"})
# Styles that run something or fetch something from elsewhere.
_RISKY_STYLE = re.compile(r"expression\s*\(|javascript:|@import|behaviou?r\s*:|-moz-binding", re.IGNORECASE)

Fault: TypeAlias = tuple[str, dict[str, str]]


def check_narrative(walk: Walk, slot: Slot, value: dict[str, Any], path: Path) -> None:
    """The `div` of one Narrative, and its language beside that of the resource."""
    div = value.get("div")
    if not isinstance(div, str):
        return
    here: Path = (path, "div", None)
    reader = _read(div)
    for key, facts in reader.faults:
        walk.report(key, here, **facts)
    stated, spoken = walk.scene.resource.get("language"), reader.language
    if isinstance(stated, str) and spoken is not None and not _same_language(stated, spoken):
        walk.report("xhtml-language", here, language=quoted(stated), lang=quoted(spoken))
    if reader.sections and reader.outside:
        walk.report("xhtml-sections", here, languages=quoted(", ".join(sorted(reader.sections))))


def narrative_faults(div: str) -> list[Fault]:
    """
    What is wrong with the text of a `Narrative.div`: for each fault the key of its text and the facts for it.

    Empty if the text is what FHIR allows (txt-1) and has something to read in it (txt-2). Never raises; at most
    `MAX_FAULTS` faults are listed, the time is linear in the length.
    """
    return _read(div).faults


def _same_language(one: str, other: str) -> bool:
    return one.lower().partition("-")[0] == other.lower().partition("-")[0]


def _read(div: str) -> "_Reader":
    reader = _Reader()
    unknown = {
        name for name in _ENTITY.findall(div) if name not in _PREDEFINED and name not in name2codepoint
    }
    for name in sorted(unknown):
        reader.add("xhtml-entity", name=quoted(name))
    if unknown:
        return reader
    parser = expat.ParserCreate("utf-8", SEPARATOR)
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.ProcessingInstructionHandler = reader.instruction
    try:
        parser.Parse(_ENTITY.sub(_character, div).encode("utf-8", "surrogatepass"), True)
        reader.finish()
    except _Stop:
        pass
    except expat.ExpatError as fault:
        reader.add("xhtml-not-xml", fault=expat.errors.messages[fault.code])
    return reader


def _character(found: re.Match[str]) -> str:
    """HTML's own names of characters are allowed in a narrative; an XML parser knows only five of them."""
    name = found[1]
    return found[0] if name in _PREDEFINED else f"&#{name2codepoint[name]};"


class _Stop(Exception):
    """Nothing more is to be learnt from the rest."""


class _Reader:
    """Reads a narrative from start to end; keeps the faults, the languages, and whether there is something to read."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.language: str | None = None
        self.sections: set[str] = set()
        self.outside = False
        self._open: list[str] = []
        self._ids: set[str] = set()
        self._content = False
        self._in_section = False

    def add(self, key: str, **facts: str) -> None:
        self.faults.append((key, facts))
        if len(self.faults) >= MAX_FAULTS:
            raise _Stop

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        namespace, _, local = name.rpartition(SEPARATOR)
        if not self._open:
            self._root(namespace, local, attributes)
        elif namespace != XHTML or local not in ELEMENTS:
            self.add("xhtml-element", name=quoted(local))
        elif local in BLOCKS and "p" in self._open:
            self.add("xhtml-in-paragraph", name=quoted(local))
        self._open.append(local)
        if len(self._open) > MAX_DEPTH:
            self.add("xhtml-deep", max=str(MAX_DEPTH))
            raise _Stop
        if local == "img":
            self._content = True
        if len(self._open) == 2:
            self._section(attributes)
        if attributes:
            self._attributes(local, attributes)

    def end(self, name: str) -> None:
        if len(self._open) == 2:
            self._in_section = False
        self._open.pop()

    def text(self, text: str) -> None:
        if text.strip():
            self._content = True
            self.outside = self.outside or not self._in_section

    def doctype(self, *declared: object) -> None:
        self.add("xhtml-doctype")
        raise _Stop

    def instruction(self, target: str, value: str) -> None:
        self.add("xhtml-instruction", name=quoted(target))

    def finish(self) -> None:
        if not self._content:
            self.add("xhtml-empty")

    def _root(self, namespace: str, local: str, attributes: Mapping[str, str]) -> None:
        if local != "div":
            self.add("xhtml-root", name=quoted(local))
        elif namespace != XHTML:
            self.add("xhtml-namespace", namespace=quoted(namespace))
            raise _Stop
        self.language = _language(attributes)

    def _section(self, attributes: Mapping[str, str]) -> None:
        language = _language(attributes)
        if language is not None and self.language is None:
            self.sections.add(language)
            self._in_section = True

    def _attributes(self, element: str, attributes: Mapping[str, str]) -> None:
        for name, value in attributes.items():
            namespace, _, local = name.rpartition(SEPARATOR)
            if not may_have(element, local) or namespace not in ("", XML):
                if namespace != XML:  # xml:space and xml:base say nothing about the content
                    self.add("xhtml-attribute", name=quoted(local), element=quoted(element))
            elif local == "style" and _RISKY_STYLE.search(value):
                self.add("xhtml-style", value=quoted(value))
            elif local in ("href", "src"):
                self._link(element, local, value)
            elif local == "id" and value in self._ids:
                self.add("xhtml-same-id", id=quoted(value))
        if "id" in attributes:
            self._ids.add(attributes["id"])

    def _link(self, element: str, attribute: str, value: str) -> None:
        found = _SCHEME.match(value)
        allowed = LINK_SCHEMES if attribute == "href" else IMAGE_SCHEMES
        if found is not None and found[1].lower() not in allowed:
            place = "/".join(self._open[-8:])
            self.add("xhtml-link", value=quoted(value), scheme=quoted(found[1]), place=quoted(place))
        elif element in ("a", "img") and not is_address(value):
            self.add("xhtml-address", value=quoted(value), attribute=attribute, element=element)


def _language(attributes: Mapping[str, str]) -> str | None:
    return attributes.get(f"{XML}{SEPARATOR}lang") or attributes.get("lang")
