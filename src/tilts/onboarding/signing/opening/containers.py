"""Opens a container (ZIP) without believing it: sizes, names and structure are checked before anything is read.

Two programs may read one ZIP differently (a hole between members, a second directory, two members of
one name), and then people see another text than was signed. So every byte must belong to one member,
to the directory or to its end, and only names that mean the same everywhere are accepted.
"""

import io
import struct
import unicodedata
import zipfile
from collections.abc import Mapping
from typing import Final

from tilts.onboarding.signing.opening.reading import reading
from tilts.onboarding.signing.report import MIB, Limits
from tilts.rules import Refusal
from tilts.rules.signing import SGN_BOMB, SGN_ENCRYPTED, SGN_MALFORMED, SGN_UNSAFE_NAME

MIMETYPE: Final = "mimetype"
META: Final = "META-INF/"  # in exactly these letters; anything else is a file that people read
END_MARK: Final = b"PK\x05\x06"
END_BYTES: Final = 22  # APPNOTE 4.3.16, without its comment
ASIC_E: Final = b"application/vnd.etsi.asic-e+zip"
NAME_CHARACTERS: Final = 200
ENCRYPTED_FLAG: Final = 0x1
LOCAL_HEADER: Final = struct.Struct("<4s5H3L2H")  # APPNOTE 4.3.7
DESCRIPTOR_BYTES: Final = (0, 12, 16, 20, 24)  # APPNOTE 4.3.9: with or without mark, 4 or 8 bytes a size
SYMLINK: Final = 0o120000
WINDOWS_RESERVED: Final = frozenset('<>:"|?*\\')


def unpacked(content: bytes, limits: Limits) -> dict[str, bytes]:
    """Every member by its name, in the order of the container. Raises SGN-003, -019, -022, -024."""
    with reading("not a whole ZIP container"), zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        check_sizes(entries, len(content), limits)
        check_names(entries)
        check_structure(content, archive, entries)
        return {entry.filename: archive.read(entry) for entry in entries if not entry.is_dir()}


def check_sizes(entries: list[zipfile.ZipInfo], packed_bytes: int, limits: Limits) -> None:
    if len(entries) > limits.members:
        raise Refusal(SGN_BOMB, what=f"{len(entries)} > {limits.members} files")
    total = sum(entry.file_size for entry in entries)
    if total > limits.unpacked_bytes:
        raise Refusal(SGN_BOMB, what=f"{total} > {limits.unpacked_bytes} bytes")
    for entry in entries:
        if entry.file_size > MIB and entry.file_size > limits.ratio * max(1, entry.compress_size):
            raise Refusal(
                SGN_BOMB, what=f"{entry.filename}: {entry.compress_size} -> {entry.file_size} bytes"
            )
    if sum(entry.compress_size for entry in entries) > packed_bytes:  # members that share their bytes
        raise Refusal(SGN_BOMB, what="overlapping files")


def check_names(entries: list[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename
        folded = unicodedata.normalize("NFC", name).casefold()
        if (
            not is_safe(name)
            or entry.orig_filename != name
            or entry.external_attr >> 16 & 0o170000 == SYMLINK
        ):
            raise Refusal(SGN_UNSAFE_NAME, what=shown(name))
        if folded in seen:
            raise Refusal(SGN_UNSAFE_NAME, what=f"{shown(name)} (2x)")
        seen.add(folded)
        if entry.flag_bits & ENCRYPTED_FLAG:
            raise Refusal(SGN_ENCRYPTED, file=shown(name))
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refusal(SGN_MALFORMED, fault=f"{shown(name)}: method {entry.compress_type}")


def is_safe(name: str) -> bool:
    """A relative name that no system reads as another place."""
    parts = name.rstrip("/").split("/")
    return (
        0 < len(name) <= NAME_CHARACTERS
        and not any(part in ("", ".", "..") or part != part.strip(" .") for part in parts)
        and not any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") for sign in name)
        and WINDOWS_RESERVED.isdisjoint(name)
    )


def shown(name: str) -> str:
    """A name as it may stand in a sentence: no control or direction signs."""
    return "".join(sign if sign.isprintable() else "?" for sign in name)[:NAME_CHARACTERS]


def check_structure(content: bytes, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Members lie one after the other, the first is `mimetype`, and nothing lies between or behind."""
    at = 0
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    for entry in ordered:
        gap = entry.header_offset - at
        if gap not in DESCRIPTOR_BYTES or (at == 0 and gap):
            raise Refusal(SGN_UNSAFE_NAME, what=f"{shown(entry.filename)}: hidden bytes before it")
        at = end_of(content, entry)
    if archive.start_dir - at not in DESCRIPTOR_BYTES:
        raise Refusal(SGN_UNSAFE_NAME, what="hidden bytes before the directory")
    if content.rfind(END_MARK) + END_BYTES + len(archive.comment) != len(content):
        raise Refusal(SGN_UNSAFE_NAME, what="hidden bytes at the end")
    first = ordered[0] if ordered else None
    if first is None or first.filename != MIMETYPE or first.compress_type != zipfile.ZIP_STORED:
        raise Refusal(SGN_UNSAFE_NAME, what="mimetype is not first and plain")
    if archive.read(first).strip() != ASIC_E:
        raise Refusal(SGN_UNSAFE_NAME, what="mimetype is not ASiC-E")


def end_of(content: bytes, entry: zipfile.ZipInfo) -> int:
    header = LOCAL_HEADER.unpack_from(content, entry.header_offset)
    flags, method, packed, unpacked_size = header[2], header[3], header[7], header[8]
    deferred = bool(flags & 0x8)  # sizes stand behind the content, in a descriptor
    sizes_agree = deferred or (packed, unpacked_size) == (entry.compress_size, entry.file_size)
    if flags != entry.flag_bits or method != entry.compress_type or not sizes_agree:
        raise Refusal(SGN_UNSAFE_NAME, what=f"{shown(entry.filename)}: two headers that differ")
    before = LOCAL_HEADER.size + int(header[9]) + int(header[10])
    return entry.header_offset + before + entry.compress_size


def data_files(members: Mapping[str, bytes]) -> dict[str, bytes]:
    """What people read: everything but the mimetype and the folder META-INF."""
    return {
        name: content for name, content in members.items() if name != MIMETYPE and not name.startswith(META)
    }
