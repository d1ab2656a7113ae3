"""Attachments: the data is what size and hash say, and its type has the form of a media type.

Source: https://hl7.org/fhir/R4/datatypes.html#Attachment.
"""

import binascii
import hashlib
import re
from typing import Any, Final

from tilts_fhir.issues import quoted
from tilts_fhir.validation.plans import Slot
from tilts_fhir.validation.walk import Json, Path, Walk

_TOKEN: Final = r"[A-Za-z0-9!#$&^_.+*-]+"
_MEDIA_TYPE = re.compile(rf"{_TOKEN}/{_TOKEN}(?:\s*+;\s*+(?:{_TOKEN}=(?:\"[^\"]*\"|[^\s;\"]+))?)*+")
_BLANK = re.compile(r"\s")
SHA1_BYTES: Final = 20


def check_attachment(walk: Walk, slot: Slot, value: dict[str, Any], path: Path) -> None:
    """One Attachment."""
    data, size, stated = value.get("data"), value.get("size"), value.get("hash")
    _check_media_type(walk, value.get("contentType"), (path, "contentType", None))
    if not isinstance(data, str):
        if "url" not in value and not (
            {"contentType", "language", "extension", "_data", "_url"} & value.keys()
        ):
            walk.report("attachment-nothing", path)
        return
    _check_blanks(walk, data, path)
    actual = decoded_size(data)
    if type(size) is int and actual is not None and size != actual:
        walk.report("attachment-size", (path, "size", None), stated=size, actual=actual)
    if isinstance(stated, str):
        _check_hash(walk, data, stated, path)


def check_binary(walk: Walk, resource: Json, path: Path) -> None:
    """The data and the type of a Binary."""
    _check_media_type(walk, resource.get("contentType"), (path, "contentType", None))
    if isinstance(data := resource.get("data"), str):
        _check_blanks(walk, data, path)


def check_signature(walk: Walk, slot: Slot, value: dict[str, Any], path: Path) -> None:
    """The data of one Signature, and the formats it names."""
    for name in ("targetFormat", "sigFormat"):
        _check_media_type(walk, value.get(name), (path, name, None))
    if isinstance(data := value.get("data"), str):
        _check_blanks(walk, data, path)


def decoded_size(data: str) -> int | None:
    """How many bytes a base64 text stands for; None if it is not base64 with padding."""
    packed = _BLANK.sub("", data)
    if not packed or len(packed) % 4:
        return None
    return len(packed) // 4 * 3 - (len(packed) - len(packed.rstrip("=")))


def _check_blanks(walk: Walk, data: str, path: Path) -> None:
    if _BLANK.search(data):
        walk.report("base64-blanks", (path, "data", None))


def _check_media_type(walk: Walk, stated: Any, path: Path) -> None:
    if isinstance(stated, str) and not _MEDIA_TYPE.fullmatch(stated):
        walk.report("media-type", path, value=quoted(stated))


def _check_hash(walk: Walk, data: str, stated: str, path: Path) -> None:
    """R4 asks for SHA-1; a hash of another length is another algorithm, of which nothing is said here."""
    try:
        content = binascii.a2b_base64(data)
        expected = binascii.a2b_base64(stated)
    except (binascii.Error, ValueError):
        return
    if len(expected) != SHA1_BYTES:
        walk.report("attachment-hash-length", (path, "hash", None), bytes=len(expected))
    elif hashlib.sha1(content, usedforsecurity=False).digest() != expected:
        walk.report("attachment-hash", (path, "hash", None))
