"""What a profile asks of a narrative: languages, and where each part of it comes from.

Sources: https://hl7.org/fhir/extensions/StructureDefinition-narrative-language-control.html and
https://hl7.org/fhir/extensions/StructureDefinition-narrative-source-control.html.
"""

from collections.abc import Mapping
from typing import Any, Final
from xml.parsers import expat

from tilts_fhir.issues import quoted
from tilts_fhir.validation.profiles.ground import Ground
from tilts_fhir.validation.profiles.items import Item
from tilts_fhir.validation.profiles.tree import Node

SOURCES: Final = frozenset({"boilerplate", "generated", "original"})


def check_narrative(ground: Ground, node: Node, item: Item) -> None:
    """A Narrative against the controls that its element carries in the profile."""
    row = node.row
    div = item.value.get("div") if isinstance(item.value, dict) else None
    if not isinstance(div, str):
        return
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.doctype
    try:
        parser.Parse(div.encode("utf-8", "surrogatepass"), True)
    except (expat.ExpatError, ValueError):
        return  # the check of narratives says what is wrong
    if row.narrative_source is not None and reader.unsourced:
        ground.report("profile-narrative-source", item.path, text=quoted(reader.unsourced))
    for wanted in row.narrative_languages:
        _check_language(ground, item, wanted, reader.languages)


def _check_language(ground: Ground, item: Item, wanted: Any, found: set[str]) -> None:
    languages = ", ".join(sorted(found))
    if wanted == "_no":
        if found:
            ground.report("profile-narrative-no-language", item.path, languages=quoted(languages))
        return
    if wanted == "_resource":
        wanted = ground.walk.scene.resource.get("language")
    missing = not found if wanted == "_yes" else wanted is not None and wanted not in found
    if missing:
        ground.report("profile-narrative-language", item.path, expected=quoted(str(wanted)))


class _Reader:
    """Languages of the sections right below the root, and the first text that says no source."""

    def __init__(self) -> None:
        self.languages: set[str] = set()
        self.unsourced = ""
        self._sourced: list[bool] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        language = attributes.get("lang") or attributes.get("xml:lang")
        if len(self._sourced) == 1 and name == "div" and language:
            self.languages.add(language)
        inherited = bool(self._sourced) and self._sourced[-1]
        self._sourced.append(inherited or bool(SOURCES & set(attributes.get("class", "").split())))

    def end(self, name: str) -> None:
        self._sourced.pop()

    def text(self, text: str) -> None:
        if text.strip() and not self.unsourced and not self._sourced[-1]:
            self.unsourced = text.strip()

    def doctype(self, *declared: Any) -> None:
        raise ValueError("no DOCTYPE in a narrative")
