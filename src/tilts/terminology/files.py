"""A version as a file: whole, a part of it, or word that the copy somebody has is still good.

A published version never changes, so a file may be kept for ever; its mark (ETag) is the hash of the content.
"""

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from tilts.store.terminology.records import VersionRecord
from tilts.terminology.concepts import as_csv, read_concepts

Kind: TypeAlias = Literal["whole", "part", "unchanged"]
MEDIA: Final = {"ndjson": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}
NAME: Final = re.compile(r"(?P<version>.{1,64})\.(?P<form>ndjson|csv)\Z")
RANGE: Final = re.compile(r"bytes=(\d{0,12})-(\d{0,12})\Z", re.ASCII)
YEAR_SECONDS: Final = 31_536_000


@dataclass(frozen=True, slots=True)
class File:
    kind: Kind
    body: bytes
    media_type: str
    headers: dict[str, str]


def file_of(
    version: VersionRecord, form: str, packed: bytes, asked: Mapping[str, str], *, public: bool
) -> File:
    """What is sent for these request headers (names in lower case): RFC 9110 sections 12 to 14."""
    kept = {
        "cache-control": f"{'public' if public else 'private'}, max-age={YEAR_SECONDS}, immutable",
        "vary": "accept-encoding",
        "accept-ranges": "bytes",
        "content-disposition": f'attachment; filename="{version.name}-{version.version}.{form}"',
    }
    mark = version.content_hash.hex() + ("" if form == "ndjson" else f"-{form}")
    plain = {**kept, "etag": f'"{mark}"'}
    if is_known(asked.get("if-none-match", ""), mark):
        return File("unchanged", b"", MEDIA[form], plain)
    whole = gzip.decompress(packed) if form == "ndjson" else as_csv(read_concepts(packed))
    span = span_of(asked, mark, len(whole))
    if span is not None:
        first, last = span
        part = {**plain, "content-range": f"bytes {first}-{last}/{len(whole)}"}
        return File("part", whole[first : last + 1], MEDIA[form], part)
    if takes_gzip(asked.get("accept-encoding", "")):
        body = packed if form == "ndjson" else gzip.compress(whole, mtime=0)
        return File(
            "whole", body, MEDIA[form], {**kept, "etag": f'"{mark}-gzip"', "content-encoding": "gzip"}
        )
    return File("whole", whole, MEDIA[form], plain)


def is_known(if_none_match: str, mark: str) -> bool:
    """Compared weakly; packed or not is one content."""
    marks = [one.strip().removeprefix("W/").strip('"') for one in if_none_match.split(",")]
    return "*" in marks or any(one.removesuffix("-gzip") == mark for one in marks)


def span_of(asked: Mapping[str, str], mark: str, length: int) -> tuple[int, int] | None:
    """First and last byte of the part; None gives the whole, as for a range that makes no sense (section 14.2)."""
    found = RANGE.match(asked.get("range", ""))
    if found is None or asked.get("if-range", f'"{mark}"') != f'"{mark}"':
        return None
    first, last = found[1], found[2]
    if first:
        end = min(int(last), length - 1) if last else length - 1
        return (int(first), end) if int(first) <= end else None
    if not last or int(last) == 0:
        return None
    return max(length - int(last), 0), length - 1


def takes_gzip(accept_encoding: str) -> bool:
    for part in accept_encoding.split(","):
        name, _, weight = part.strip().partition(";q=")
        if name.strip().lower() in ("gzip", "*"):
            return weight.strip() not in ("0", "0.0", "0.00", "0.000")
    return False
