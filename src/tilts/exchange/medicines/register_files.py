"""A register's file read record by record, JSON or XML: never whole in memory, and nothing in it is believed.

A JSON array of objects, or XML whose root holds `products/product` with one child for each field. A byte order mark
is passed over; every DOCTYPE is refused before an entity can exist (ADR 0033).
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NoReturn
from xml.parsers import expat

from tilts.rules import Refusal
from tilts.rules.medicines import MED_UNREADABLE

CHUNK_BYTES: Final = 65_536
LONGEST_RECORD: Final = 1_000_000  # characters
RECORD_DEPTH: Final = 3  # root, products, product
BLANKS: Final = " \t\r\n"


def hash_of(*files: Path) -> bytes:
    """SHA-256 of the files one after another."""
    found = hashlib.sha256()
    for file in files:
        with file.open("rb") as content:
            while chunk := content.read(CHUNK_BYTES):
                found.update(chunk)
    return found.digest()


def records_of(file: Path, moved: Callable[[int], None] = lambda _: None) -> Iterator[Any]:
    """Each record as it stands; `moved` hears how many bytes were read. Raises MED-002."""
    with file.open("rb") as content:
        first = content.read(CHUNK_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
        content.seek(0)
        read = _Reading(content, moved)
        yield from _from_xml(read) if first == b"<" else _from_json(read)


class _Reading:
    """The file in pieces, and where we are."""

    def __init__(self, content: Any, moved: Callable[[int], None]) -> None:
        self._content, self._moved = content, moved
        self.place = 0  # records given so far

    def piece(self) -> bytes:
        found: bytes = self._content.read(CHUNK_BYTES)
        self._moved(self._content.tell())
        return found

    def refuse(self, fault: str) -> NoReturn:
        raise Refusal(MED_UNREADABLE, fault=fault, place=self.place)


def _from_json(read: _Reading) -> Iterator[Any]:
    text = _Text(read)
    if text.next_sign() != "[":
        read.refuse("no array of objects")
    text.pass_over(1)
    while (sign := text.next_sign()) != "]":
        if read.place:
            if sign != ",":
                read.refuse("no comma between two records")
            text.pass_over(1)
        found = text.value()
        read.place += 1
        yield found
    text.pass_over(1)
    if text.next_sign():
        read.refuse("something follows the array")


class _Text:
    """UTF-8 as far as it was needed: what is read and not yet used stands in the buffer."""

    def __init__(self, read: _Reading) -> None:
        self._read = read
        self._decode = json.JSONDecoder(parse_float=Decimal, parse_constant=self._no_number).raw_decode
        self._bytes, self._buffer, self._ended = b"", "", False

    def _no_number(self, written: str) -> NoReturn:
        self._read.refuse(f"{written} is no number")

    def _more(self) -> bool:
        piece = self._read.piece()
        self._ended = not piece
        self._bytes += piece
        end = len(self._bytes) if self._ended else _last_whole(self._bytes)
        try:
            self._buffer += self._bytes[:end].decode("utf-8").removeprefix("\ufeff")
        except UnicodeDecodeError:
            self._read.refuse("not UTF-8")
        self._bytes = self._bytes[end:]
        return not self._ended

    def next_sign(self) -> str:
        """The next sign that is no blank; empty at the end."""
        while True:
            self._buffer = self._buffer.lstrip(BLANKS)
            if self._buffer or not self._more():
                return self._buffer[:1]

    def pass_over(self, signs: int) -> None:
        self._buffer = self._buffer[signs:]

    def value(self) -> Any:
        """The JSON value that begins here; the buffer grows until it is whole."""
        self.next_sign()
        while True:
            try:
                found, end = self._decode(self._buffer)
            except (ValueError, RecursionError) as fault:
                if self._ended or isinstance(fault, RecursionError):
                    self._read.refuse("a record is cut off or no JSON")
                if len(self._buffer) > LONGEST_RECORD:
                    self._read.refuse("a record is too long or no JSON")
                self._more()
                continue
            if end == len(self._buffer) and not self._ended:  # a number may go on
                self._more()
                continue
            self._buffer = self._buffer[end:]
            return found


def _last_whole(raw: bytes) -> int:
    """Where the last whole character of UTF-8 ends: a cut one waits for the next piece."""
    for back in range(1, min(4, len(raw)) + 1):
        byte = raw[-back]
        if byte < 0x80:
            return len(raw)
        if byte >= 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(raw) if back >= length else len(raw) - back
    return len(raw)


def _from_xml(read: _Reading) -> Iterator[dict[str, str]]:
    found = _Products(read)
    parser = expat.ParserCreate(encoding="UTF-8")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = found.start, found.end
    parser.CharacterDataHandler = found.text
    parser.StartDoctypeDeclHandler = found.no_doctype
    while True:
        piece = read.piece()
        try:
            parser.Parse(piece, not piece)
        except expat.ExpatError as fault:
            read.refuse(f"no well-formed XML: {expat.ErrorString(fault.code)} in line {fault.lineno}")
        yield from found.taken()
        if not piece:
            break
    if not found.any_products:
        read.refuse("no products/product in it")


class _Products:
    """Listens to the parser; a record is a dictionary of its children's texts."""

    def __init__(self, read: _Reading) -> None:
        self._read = read
        self._path: list[str] = []
        self._record: dict[str, str] = {}
        self._parts: list[str] = []
        self._whole: list[dict[str, str]] = []
        self._length = 0
        self.any_products = False

    def start(self, name: str, _: dict[str, str]) -> None:
        self._path.append(name)
        if len(self._path) > RECORD_DEPTH + 5:
            self._read.refuse("elements stand too deep")
        self.any_products |= self._path[1:] == ["products"]
        if self._in_record:
            self._record, self._length = {}, 0
        self._parts = []

    @property
    def _in_record(self) -> bool:
        return self._path[1:] == ["products", "product"]

    def text(self, written: str) -> None:
        self._length += len(written)
        if self._length > LONGEST_RECORD:
            self._read.refuse("a record is too long")
        self._parts.append(written)

    def end(self, name: str) -> None:
        if len(self._path) == RECORD_DEPTH + 1 and self._path[1:3] == ["products", "product"]:
            self._record[name] = "".join(self._parts)
        elif self._in_record:
            self._whole.append(self._record)
        if len(self._path) <= RECORD_DEPTH:
            self._length = 0
        self._path.pop()

    def no_doctype(self, *_: object) -> None:
        self._read.refuse("a DOCTYPE is not taken")

    def taken(self) -> Iterator[dict[str, str]]:
        for one in self._whole:
            self._read.place += 1
            yield one
        self._whole = []
