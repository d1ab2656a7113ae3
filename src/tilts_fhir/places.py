"""Finds the line and column of elements in the text they were read from, JSON or XML.

Only asked for once something is to be reported: the text is then scanned a second time from its beginning to
its end, following nothing but the elements that are wanted.
"""

import re
from collections.abc import Iterable
from typing import Final, TypeAlias
from xml.parsers import expat

from tilts_fhir import definitions

Place: TypeAlias = tuple[int, int]

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
MAX_LEVELS: Final = 1_000

_STEP = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:\[([0-9]{1,9})\])?")
_TYPE_FILTER = re.compile(r"\.(?:ofType|as)\([A-Za-z0-9_.]*\)")
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[{}\[\],]|[^\s{}\[\],:"]++', re.DOTALL)
_COLON = re.compile(rb"[ \t\r\n]*+:")


class _Wanted:
    """An element that is looked for, and those beneath it: by name, then by index (None: no index was given)."""

    __slots__ = ("beneath", "offset", "parent", "rank")

    def __init__(self, parent: "_Wanted | None") -> None:
        self.parent = parent
        self.beneath: dict[str, dict[int | None, _Wanted]] = {}
        self.offset: int | None = None
        self.rank = 0

    def found(self, offset: int, rank: int) -> None:
        # `value` is meant before `valueString`, a value before its companion; else the first counts.
        if self.offset is None or rank < self.rank:
            self.offset, self.rank = offset, rank

    def nearest(self) -> int:
        """The offset of the element or, where it is missing, of the nearest one that holds it."""
        wanted: _Wanted | None = self
        while wanted is not None:
            if wanted.offset is not None:
                return wanted.offset
            wanted = wanted.parent
        return 0


_Group: TypeAlias = dict[int | None, _Wanted]
_NOTHING: Final[tuple[_Wanted, ...]] = ()


class _Search:
    """All expressions of one search, as a tree."""

    def __init__(self, expressions: Iterable[str]) -> None:
        self.root = _Wanted(None)
        self.root.offset = 0
        self.ends = {text: self._end(text) for text in expressions}
        self._types = _choice_suffixes()

    def _end(self, text: str) -> _Wanted:
        here = self.root
        position = 0
        plain = _TYPE_FILTER.sub("", text)
        while step := _STEP.match(plain, position):
            if position:
                group = here.beneath.setdefault(step[1], {})
                here = group.setdefault(None, _Wanted(here))
                if step[2]:
                    # Where there is no such entry, the place is that of the whole.
                    here = group.setdefault(int(step[2]), _Wanted(here))
            position = step.end()
            if plain[position : position + 1] != ".":
                break
            position += 1
        return here

    def groups(self, holders: tuple[_Wanted, ...], key: str) -> list[tuple[_Group, int]]:
        """What is wanted of the member `key` of an element, each with its rank (0 is meant most)."""
        companion = 2 if key.startswith("_") else 0
        name = key[1:] if companion else key
        found = []
        for holder in holders:
            for step, group in holder.beneath.items():
                if step == name:
                    found.append((group, companion))
                elif name.startswith(step) and name[len(step) :] in self._types:
                    found.append((group, companion + 1))
        return found

    def places(self, raw: bytes) -> dict[str, Place]:
        offsets = {text: end.nearest() for text, end in self.ends.items()}
        found = lines_and_columns(raw, offsets.values())
        return {text: found[offset] for text, offset in offsets.items()}


def locate_json(raw: bytes, expressions: Iterable[str]) -> dict[str, Place]:
    """
    Where elements stand in a JSON text that `json_strict` accepts.

    Args:
        raw: The text as received.
        expressions: Simple FHIRPath, `Patient.name[0].family`; a choice without its type.

    Returns:
        For each expression line and column, both from 1, the column in characters: of the key, or of the entry of
        an array. A missing element has the place of the nearest one that would hold it.
    """
    search = _Search(expressions)
    _JsonScan(search).run(raw)
    return search.places(raw)


def locate_xml(raw: bytes, expressions: Iterable[str]) -> dict[str, Place]:
    """As `locate_json`, for XML that `xml_reader` reads: where the start tag of each element stands."""
    text = raw.removeprefix(BYTE_ORDER_MARK)
    search = _Search(expressions)
    _XmlScan(search).run(text)
    return search.places(text)


def lines_and_columns(raw: bytes, offsets: Iterable[int]) -> dict[int, Place]:
    """Line and column (in characters), both from 1, of byte offsets in UTF-8 text; one pass over the text."""
    places: dict[int, Place] = {}
    line, counted = 1, 0
    for offset in sorted(set(offsets)):
        line += raw.count(b"\n", counted, offset)
        counted = offset
        begin = raw.rfind(b"\n", 0, offset) + 1
        places[offset] = line, len(raw[begin:offset].decode("utf-8", "replace")) + 1
    return places


class _JsonScan:
    """One walk over the tokens; `holders` are the wanted elements that the open object or array stands for."""

    def __init__(self, search: _Search) -> None:
        self._search = search
        self._stack: list[tuple[bool, tuple[_Wanted, ...], list[tuple[_Group, int]], int]] = []
        self._in_array = False
        self._holders: tuple[_Wanted, ...] = (search.root,)
        self._groups: list[tuple[_Group, int]] = []
        self._entry = 0

    def run(self, raw: bytes) -> None:
        self._search.root.offset = len(raw) - len(raw.lstrip(b" \t\r\n"))
        for found in _TOKEN.finditer(raw):
            first = raw[found.start()]
            if first == 0x22 and not self._in_array and _COLON.match(raw, found.end()):
                self._key(found[0], found.start())
            elif first in b"{[":
                if len(self._stack) == MAX_LEVELS:
                    return  # no text that was read is nested so deep
                self._open(first == 0x5B, found.start())
            elif first in b"}]":
                self._close()
            elif first == 0x2C:
                self._entry += 1
            elif self._in_array and self._groups:
                self._of_entry(found.start())

    def _key(self, token: bytes, offset: int) -> None:
        self._groups = []
        if not self._holders:
            return
        self._groups = self._search.groups(self._holders, token[1:-1].decode("utf-8", "replace"))
        for group, rank in self._groups:
            for index in (None, 0):
                if index in group:
                    group[index].found(offset, rank)

    def _of_entry(self, offset: int) -> tuple[_Wanted, ...]:
        """What is wanted of the present entry of the open array."""
        wanted = []
        for group, rank in self._groups:
            if self._entry in group:
                # The place of entry 0 was the key until now; the entry itself says more.
                group[self._entry].found(offset, rank - 1)
                wanted.append(group[self._entry])
            if self._entry == 0 and None in group:
                wanted.append(group[None])
        return tuple(wanted)

    def _open(self, is_array: bool, offset: int) -> None:
        outer = (self._in_array, self._holders, self._groups, self._entry)
        if self._in_array:
            holders = self._of_entry(offset)
        elif self._stack:
            holders = tuple(
                group[index] for group, _ in self._groups for index in (None, 0) if index in group
            )
        else:
            holders = self._holders
        self._stack.append(outer)
        # An array stands for the same element as its key: its groups stay, its entries choose among them.
        self._groups = self._groups if is_array and not self._in_array else []
        self._in_array, self._holders, self._entry = is_array, holders, 0

    def _close(self) -> None:
        if self._stack:
            self._in_array, self._holders, self._groups, self._entry = self._stack.pop()


class _XmlScan:
    """One reading by expat; for each open element what is wanted of it, and how often each name came in it."""

    def __init__(self, search: _Search) -> None:
        self._search = search
        self._open: list[tuple[tuple[_Wanted, ...], dict[str, int]]] = []
        self._parser = expat.ParserCreate("utf-8")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._refuse

    def run(self, raw: bytes) -> None:
        try:
            self._parser.Parse(raw, True)
        except (expat.ExpatError, _Refused):
            # What stood before the fault has been found; the rest has the place of its nearest parent.
            return

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._open:
            self._search.root.offset = self._parser.CurrentByteIndex
            self._open.append(((self._search.root,), {}))
            return
        holders, counts = self._open[-1]
        local = name.rpartition(":")[2]
        if not holders:
            self._open.append((_NOTHING, counts))
        elif local[:1].isupper():
            # A resource in its container (`contained`, `resource`): both are one element.
            self._open.append((holders, {}))
        else:
            self._open.append((self._of_child(holders, counts, local), {}))

    def _of_child(
        self, holders: tuple[_Wanted, ...], counts: dict[str, int], local: str
    ) -> tuple[_Wanted, ...]:
        index = counts.get(local, 0)
        counts[local] = index + 1
        wanted = []
        offset = self._parser.CurrentByteIndex
        for group, rank in self._search.groups(holders, local):
            if index in group:
                group[index].found(offset, rank)
                wanted.append(group[index])
            if index == 0 and None in group:
                group[None].found(offset, rank)
                wanted.append(group[None])
        return tuple(wanted)

    def _end(self, name: str) -> None:
        self._open.pop()

    def _refuse(self, *_: object) -> None:
        raise _Refused


class _Refused(Exception):
    pass


def _choice_suffixes() -> frozenset[str]:
    """The types of an open choice, as they end a name: `String`, `Quantity`."""
    codes = {kind.code for element in definitions.elements("Extension") for kind in element.types}
    return frozenset(code[:1].upper() + code[1:] for code in codes)
