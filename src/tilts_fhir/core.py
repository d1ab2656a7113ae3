"""The conformance resources of FHIR R4 4.0.1 that the package carries, without their texts for people (ADR 0014).

One file a kind, read at the first question about that kind; each resource is decoded when it is asked for.
`tools/definitions/packs.py` writes the files and says how they are built.
"""

from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final, TypeAlias
from zlib import decompressobj

import msgspec

Json: TypeAlias = dict[str, Any]

KINDS: Final = (
    "StructureDefinition",
    "ValueSet",
    "CodeSystem",
    "SearchParameter",
    "OperationDefinition",
    "CompartmentDefinition",
    "NamingSystem",
)
RELEASE: Final = "4.0.1"
RAW_DEFLATE: Final = -15
KEPT_DECODED: Final = 512
_DECODER: Final = msgspec.json.Decoder(float_hook=Decimal)  # numbers as `json_strict` gives them


class _Index(msgspec.Struct, frozen=True):
    """Preset dictionary, and for each url its version, offset and length."""

    dictionary: str
    entries: dict[str, tuple[str | None, int, int]]


class _Pack:
    """One file of resources."""

    def __init__(self, kind: str) -> None:
        content = files("tilts_fhir").joinpath(f"data/{kind}.pack").read_bytes()
        start = 4 + int.from_bytes(content[:4], "big")
        self._body = memoryview(content)[start:]
        index = msgspec.json.decode(_inflate(content[4:start], b""), type=_Index)
        self._dictionary = index.dictionary.encode("utf-8")
        self.entries = index.entries

    def read(self, url: str) -> Json:
        _, offset, length = self.entries[url]
        packed = bytes(self._body[offset : offset + length])
        resource: Json = _DECODER.decode(_inflate(packed, self._dictionary))
        return resource


def find(kind: str, canonical: str) -> Json | None:
    """
    A conformance resource of the release as JSON, without its texts for people.

    Args:
        kind: Its resource type; one that the package does not carry is simply not found.
        canonical: Its url, or `url|version`. The version is the one of the resource or of the release, or its
            leading part: `4.0` finds 4.0.1. A fragment (`#...`) is left aside.

    Returns:
        The resource, decimals as Decimal, shared by all callers: it must not be changed. None if there is none.
    """
    if kind not in KINDS:
        return None
    entries = _pack(kind).entries
    if canonical in entries:  # a few tables of HL7 version 2 have a version in their url: `.../v2-0006|2.1`
        return _decoded(kind, canonical)
    url, _, version = canonical.partition("#")[0].partition("|")
    if url not in entries:
        return None
    # Tables of HL7 version 3 have versions of their own, but the release binds to them by its version.
    if version and not is_version(entries[url][0], version) and not is_version(RELEASE, version):
        return None
    return _decoded(kind, url)


def is_version(actual: str | None, wanted: str) -> bool:
    """Whether a version is the wanted one, or a closer one: 4.0.1 is 4.0."""
    return actual is not None and (actual == wanted or actual.startswith(wanted + "."))


def urls(kind: str) -> tuple[str, ...]:
    """The urls of all resources of a kind, sorted; empty for a kind that the package does not carry."""
    return tuple(_pack(kind).entries) if kind in KINDS else ()


def kind_of(canonical: str) -> str | None:
    """The resource type of a canonical of the release, whatever its version; None if the release has none such."""
    url = canonical.partition("#")[0].partition("|")[0]
    return next((kind for kind in KINDS if {canonical, url} & _pack(kind).entries.keys()), None)


@cache
def _pack(kind: str) -> _Pack:
    return _Pack(kind)


@lru_cache(maxsize=KEPT_DECODED)
def _decoded(kind: str, url: str) -> Json:
    return _pack(kind).read(url)


def _inflate(packed: bytes, dictionary: bytes) -> bytes:
    return decompressobj(RAW_DEFLATE, dictionary).decompress(packed)
