"""Opens the PDF of a filled form; runs as a process of its own, fed by filled.py through a pipe.

python -m tilts.onboarding.procedures.opening < form.pdf    values as MessagePack
"""

import resource
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

import msgspec
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

from tilts.rules import Refusal
from tilts.rules.procedures import PRC_ACTIVE, PRC_ENCRYPTED, PRC_NOT_A_FORM, PRC_NOT_READABLE

MODULE: Final = "tilts.onboarding.procedures.opening"
MARK: Final = "tilts_form"  # a field without a place that says which form it is
CPU_SECONDS: Final = 10
MEMORY_BYTES: Final = 1_000_000_000
OUT_OF_MEMORY: Final = 3
MOST_OBJECTS: Final = 20_000
MOST_FIELDS: Final = 2_000
DEEPEST: Final = 60
LONGEST_VALUE: Final = 10_000
# What leaves the document, runs or hides (ISO 32000-1 sections 7.11, 12.6.4 and 12.7.8).
ACTIONS: Final = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/ImportData",
        "/SubmitForm",
        "/GoToE",
        "/GoToR",
        "/Rendition",
        "/Movie",
        "/Sound",
    }
)
KEYS: Final = frozenset({"/JS", "/JavaScript", "/AA", "/EF", "/EmbeddedFiles", "/XFA", "/RichMediaContent"})


class Opened(msgspec.Struct, frozen=True):
    """What the process found: the mark of the form and its values, or the rule that says no."""

    reference: str = ""
    language: str = ""
    values: dict[str, str] = {}
    rule: str = ""
    facts: dict[str, str] = {}


def opened(pdf: bytes) -> Opened:
    """The form's mark and values; a refusal as a value, because it crosses a process."""
    try:
        return _read(pdf)
    except Refusal as no:
        return Opened(rule=no.rule.id, facts={name: str(value) for name, value in no.facts.items()})
    except MemoryError:
        raise
    except Exception as fault:  # a parser trips over damaged input with almost any exception
        return Opened(rule=PRC_NOT_READABLE.id, facts={"parser": f"{type(fault).__name__}: {fault}"[:300]})


def _read(pdf: bytes) -> Opened:
    if b"%PDF-" not in pdf[:1024]:
        raise Refusal(PRC_NOT_READABLE)
    reader = PdfReader(BytesIO(pdf))
    if reader.is_encrypted:
        raise Refusal(PRC_ENCRYPTED)
    check_still(reader)
    values = _values(reader)
    said = values.pop(MARK, "") or _keywords(reader)
    marks = dict(part.strip().split("=", 1) for part in said.split(";") if "=" in part)
    if "tilts-procedure" not in marks:
        raise Refusal(PRC_NOT_A_FORM)
    return Opened(marks["tilts-procedure"], marks.get("language", ""), values)


def _keywords(reader: PdfReader) -> str:
    about = reader.metadata
    return "" if about is None else str(about.get("/Keywords", ""))


def check_still(reader: PdfReader) -> None:
    """Raises PRC-004 when something in the file could run or is attached, PRC-002 when it is endless."""
    numbers = {number for listed in reader.xref.values() for number in listed} | set(reader.xref_objStm)
    if len(numbers) > MOST_OBJECTS:
        raise Refusal(PRC_NOT_READABLE, objects=len(numbers))
    named: set[str] = set()
    for whole in [reader.trailer, *(reader.get_object(number) for number in sorted(numbers))]:
        for found in _dictionaries(whole, 0):
            named |= KEYS & {str(key) for key in found}
            kind = found.raw_get("/S") if "/S" in found else None
            if isinstance(kind, NameObject) and kind in ACTIONS:
                named.add(str(kind))
    if named:
        raise Refusal(PRC_ACTIVE, found=", ".join(sorted(named)))


def _dictionaries(found: Any, depth: int) -> Iterator[DictionaryObject]:
    """Every dictionary within one object; references are not followed, their objects come by themselves."""
    if depth > DEEPEST:
        raise Refusal(PRC_NOT_READABLE, depth=depth)
    inner: list[Any] = []
    if isinstance(found, DictionaryObject):
        yield found
        inner = [found.raw_get(key) for key in found]
    elif isinstance(found, ArrayObject):
        inner = list(found)
    for part in inner:
        if not isinstance(part, IndirectObject):
            yield from _dictionaries(part, depth + 1)


def _values(reader: PdfReader) -> dict[str, str]:
    fields = reader.get_fields() or {}
    if len(fields) > MOST_FIELDS:
        raise Refusal(PRC_NOT_READABLE, fields=len(fields))
    return {str(name): _written(field.get("/V")) for name, field in fields.items()}


def _written(value: object) -> str:
    if isinstance(value, ArrayObject):
        value = value[0] if value else ""
    text = "" if value is None else str(value)
    return text.replace("\r\n", "\n").replace("\r", "\n")[:LONGEST_VALUE].strip()


def main() -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    try:
        sys.stdout.buffer.write(msgspec.msgpack.encode(opened(sys.stdin.buffer.read())))
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


if __name__ == "__main__":
    sys.exit(main())
