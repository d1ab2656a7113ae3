"""Texts beyond their type: what is wrong or odd about them, and which are surely plain.

Wrong: two elements with one id, a canonical that is not absolute, a UUID or OID that is none. Only suspicious: blanks
around texts, hidden characters, tags of HTML, unlikely years.
Source: https://hl7.org/fhir/R4/datatypes.html#primitive, https://hl7.org/fhir/R4/element.html#id.
"""

import re
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from tilts_fhir import primitives
from tilts_fhir.issues import quoted
from tilts_fhir.validation.content.identifiers import check_system
from tilts_fhir.validation.content.urls import check_canonical, check_own_url, check_url
from tilts_fhir.validation.plans import Slot, plan
from tilts_fhir.validation.walk import Path, Walk

Check: TypeAlias = Callable[[Any], Any]
TextRule: TypeAlias = Callable[[Walk, Slot, Any, Path], None]

# Years that people, devices and planned events of today can have.
FIRST_YEAR: Final = "1800"
LAST_YEAR: Final = "2200"
# So that suspicions do not crowd out what is wrong.
MAX_SUSPICIONS: Final = 10

_BLANKS: Final = " \t\r\n\xa0"
# Controls that turn the direction of writing around, and those of C1 (Unicode TR 36 and TR 39).
_HIDDEN = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]*)?/?>")

# Printable, without `<` and without blanks at the ends; what has rarer signs is looked at the long way.
_INK: Final = "!-;=-~\xa1-\u1fff"
_YEAR: Final = "(?:1[89]|2[01])[0-9]{2}"
# Every day but 29 February, for which the year would have to be known.
_DAY: Final = f"{_YEAR}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
_CLOCK: Final = (
    r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])"
)

# What is longer than a string may be is told by its length, without reading it.
_TOO_LONG: Final = rf"(?!(?s:.{{{primitives.MAX_STRING_CHARACTERS + 1}}}))"
_PLAIN_TEXT: Final = re.compile(f"{_TOO_LONG}[{_INK}](?:[ {_INK}]*[{_INK}])?").fullmatch
_PLAIN_WEB: Final = re.compile(
    r"https?://[!-~]+|urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+|urn:(?!oid:|uuid:)[a-z0-9-]+:[!-~]+"
).fullmatch
_PLAIN_URI: Final = re.compile(r"(?!urn:|oid:|uuid:)[!-~]+").fullmatch
_PLAIN_DATE: Final = re.compile(f"{_DAY}|{_YEAR}(?:-(?:0[1-9]|1[0-2]))?").fullmatch
_PLAIN_DATETIME: Final = re.compile(f"{_DAY}(?:T{_CLOCK})?|{_YEAR}(?:-(?:0[1-9]|1[0-2]))?").fullmatch
_PLAIN_INSTANT: Final = re.compile(f"{_DAY}T{_CLOCK}").fullmatch

_PLAIN: Final[dict[str, Check]] = {
    "string": _PLAIN_TEXT,
    "markdown": _PLAIN_TEXT,
    "date": _PLAIN_DATE,
    "dateTime": _PLAIN_DATETIME,
    "instant": _PLAIN_INSTANT,
    "uri": _PLAIN_URI,
    "url": _PLAIN_URI,
    "canonical": _PLAIN_WEB,
}
_SYSTEMS: Final = frozenset({"Coding", "Identifier"})


def plain(slot: Slot) -> Check | None:
    """The test that lets through only texts in which there is nothing to find: a part of what the type allows."""
    if is_element_id(slot):
        return None
    if (slot.part in _SYSTEMS and slot.name == "system") or is_own_url(slot):
        return _PLAIN_WEB
    return _PLAIN.get(slot.type)


def is_element_id(slot: Slot) -> bool:
    """Whether it is the id of an element, and not that of a resource."""
    return slot.name == "id" and not plan(slot.part).is_resource


def is_own_url(slot: Slot) -> bool:
    """Whether it is the canonical url of a definition: of a resource that is published under it."""
    if slot.name != "url" or slot.type != "uri":
        return False
    around = plan(slot.part)
    return around.is_resource and {"status", "publisher"} <= around.slots.keys()


def check_text(walk: Walk, slot: Slot, text: Any, path: Path) -> None:
    """One string or markdown."""
    if type(text) is not str or not text:
        return
    if is_element_id(slot):
        _check_id(walk, slot, text, path)
    # In Markdown blanks at an end mean nothing, or a new line.
    if slot.type == "string" and (text[0] in _BLANKS or text[-1] in _BLANKS):
        _suspect(walk, "text-blanks", path, value=quoted(text))
    if (not text.isascii() or "\x7f" in text) and _HIDDEN.search(text):
        _suspect(walk, "text-hidden", path)
    if "<" in text:
        found = _TAG.search(text)
        if found is not None:
            key = "text-tags" if slot.type == "string" else "markdown-tags"
            _suspect(walk, key, path, tag=quoted(found[0]))


def check_date(walk: Walk, slot: Slot, text: Any, path: Path) -> None:
    """One date, dateTime or instant: whether its year is likely."""
    if type(text) is str and not FIRST_YEAR <= text[:4] < LAST_YEAR:
        _suspect(walk, "date-unlikely", path, value=quoted(text))


def check_uri(walk: Walk, slot: Slot, text: Any, path: Path) -> None:
    """One uri or url: what it claims to be; the system of an identifier or code is absolute too."""
    if type(text) is not str or not text:
        return
    if slot.part in _SYSTEMS and slot.name == "system":
        check_system(walk, slot, text, path)
    elif is_own_url(slot):
        check_own_url(walk, slot, text, path)
    else:
        check_url(walk, slot, text, path)


def check_canonical_text(walk: Walk, slot: Slot, text: Any, path: Path) -> None:
    """One canonical."""
    if type(text) is str and text:
        check_canonical(walk, slot, text, path)


def _check_id(walk: Walk, slot: Slot, name: str, path: Path) -> None:
    # A StructureDefinition names the same element once in its snapshot and once in its differential.
    if slot.part == "ElementDefinition":
        return
    seen: set[str] = walk.memo.setdefault(("element ids", id(walk.scene)), set())
    if name in seen:
        walk.report("element-same-id", path, id=quoted(name))
    elif any(map(str.isspace, name)):
        _suspect(walk, "element-id-blank", path, id=quoted(name))
    seen.add(name)


def _suspect(walk: Walk, key: str, path: Path, **facts: str) -> None:
    counted = walk.memo.get(("suspicions", key), 0)
    walk.memo["suspicions", key] = counted + 1
    if counted < MAX_SUSPICIONS:
        walk.report(key, path, **facts)


CHECKS: Final[dict[str, tuple[TextRule, ...]]] = {
    "string": (check_text,),
    "markdown": (check_text,),
    "date": (check_date,),
    "dateTime": (check_date,),
    "instant": (check_date,),
    "uri": (check_uri,),
    "url": (check_uri,),
    "canonical": (check_canonical_text,),
}
"""By primitive type: the rules for every text of it."""
