"""Packs many small JSON resources into one file from which each can be read alone.

The file: length of the index as four bytes (big-endian), the index, the entries; index and entries are raw deflate.
All entries share one preset dictionary, which makes up for their being compressed one by one. `tilts_fhir.core`
reads it.
"""

import json
import zlib
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

Json: TypeAlias = dict[str, Any]

WINDOW: Final = -15  # raw deflate, no header and no checksum
DICTIONARY_BYTES: Final = 32_768
SAMPLES: Final = 24


def pack(resources: Mapping[str, Json]) -> bytes:
    """
    The bytes of one file, the same for the same resources.

    Args:
        resources: By url; all of one resource type.
    """
    texts = {url: text_of(resource) for url, resource in sorted(resources.items())}
    dictionary = _dictionary(list(texts.values()))
    entries, body = {}, bytearray()
    for url, text in texts.items():
        packed = _deflate(text, dictionary)
        entries[url] = [resources[url].get("version"), len(body), len(packed)]
        body += packed
    index = _deflate(
        text_of({"dictionary": dictionary.decode("utf-8"), "entries": entries}),
    )
    return len(index).to_bytes(4, "big") + index + bytes(body)


def text_of(value: Json) -> bytes:
    """JSON without white space, members in their order."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _dictionary(texts: list[bytes]) -> bytes:
    """Pieces of texts of every length, long ones last: deflate reaches the end of the dictionary most cheaply."""
    ordered = sorted(texts, key=lambda text: (len(text), text))
    chosen = ordered[:: max(1, len(ordered) // SAMPLES)]
    piece = DICTIONARY_BYTES // len(chosen)
    pieces = b"".join(text[:piece] for text in chosen)
    return pieces.decode("utf-8", errors="ignore").encode("utf-8")


def _deflate(data: bytes, dictionary: bytes = b"") -> bytes:
    squeezer = zlib.compressobj(9, zlib.DEFLATED, WINDOW, 9, zlib.Z_DEFAULT_STRATEGY, dictionary)
    return squeezer.compress(data) + squeezer.flush()
