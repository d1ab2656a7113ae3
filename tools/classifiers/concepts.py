"""One code as it stands in a classifier's file, and the bytes that its hash is made of."""

import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

# The order of the members is a part of the format: the hash of a version is made of these bytes.
MEMBERS = ("lv", "en", "definition", "inactive", "valid_from", "valid_to", "parent", "replaced_by")


@dataclass(frozen=True, slots=True)
class Code:
    code: str
    lv: str = ""
    en: str = ""
    definition: str = ""
    inactive: bool = False
    valid_from: str = ""
    valid_to: str = ""
    parent: str = ""
    replaced_by: str = ""
    properties: dict[str, str] = field(default_factory=dict)

    def line(self) -> str:
        row: dict[str, object] = {"code": self.code}
        row |= {name: getattr(self, name) for name in MEMBERS if getattr(self, name)}
        if self.properties:
            row["properties"] = dict(sorted(self.properties.items()))
        return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def canonical(codes: Iterable[Code]) -> bytes:
    """Sorted by code, one object a line, a line feed after each: the same bytes for the same list."""
    listed = sorted(codes, key=lambda code: code.code.encode())
    seen = [code.code for code in listed]
    if len(set(seen)) != len(seen):
        raise ValueError(f"a code stands there twice: {[c for c in seen if seen.count(c) > 1][:3]}")
    return "".join(f"{code.line()}\n" for code in listed).encode()


def packed(text: bytes) -> bytes:
    """Compressed without a time in it, so that the same list is the same file on every machine."""
    return gzip.compress(text, compresslevel=9, mtime=0)
