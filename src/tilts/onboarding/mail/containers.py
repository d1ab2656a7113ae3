"""What is inside a ZIP, as far as its list of contents tells: a container of signed documents, or something else.

Nothing is unpacked here. The list says how large each file wants to become; whoever unpacks holds it to that.
"""

import io
import zipfile
from typing import Final

from tilts.rules import Refusal
from tilts.rules.mail import MAIL_CONTAINER_BROKEN

MEDIA_TYPE: Final = b"application/vnd.etsi.asic-e+zip"
FIRST_NAME: Final = b"mimetype"
HEAD_BYTES: Final = 30  # of a local file header, before the name (APPNOTE 4.3.7)
MOST_FILES: Final = 100
MOST_BYTES: Final = 100 * 1024 * 1024  # of all files together when unpacked
MOST_TIMES: Final = 200  # how much larger a file may become; a text of spaces reaches 1000
SMALL_BYTES: Final = 1024 * 1024  # below that nothing is a bomb
FOREIGN_ENDINGS: Final = [
    ".exe",
    ".dll",
    ".scr",
    ".com",
    ".bat",
    ".cmd",
    ".ps1",
    ".vbs",
    ".vbe",
    ".js",
    ".jse",
    ".wsf",
    ".wsh",
    ".hta",
    ".msi",
    ".msp",
    ".jar",
    ".lnk",
    ".reg",
    ".sh",
    ".app",
    ".apk",
    ".docm",
    ".dotm",
    ".xlsm",
    ".xltm",
    ".xlam",
    ".pptm",
    ".potm",
    ".ppsm",
    ".ppam",
    ".sldm",
    ".xll",
    ".iso",
    ".img",
    ".zip",
    ".7z",
    ".rar",
    ".gz",
    ".bz2",
    ".xz",
    ".cab",
    ".tar",
]


def kind_of_zip(content: bytes) -> str | None:
    """None for a container that says in its first bytes that it is one; else words for what it seems to be."""
    name_bytes = int.from_bytes(content[26:28], "little")
    extra_bytes = int.from_bytes(content[28:30], "little")
    stored = content[8:10] == b"\x00\x00"
    begins = HEAD_BYTES + name_bytes + extra_bytes
    if (
        stored
        and content[HEAD_BYTES : HEAD_BYTES + name_bytes] == FIRST_NAME
        and content.startswith(MEDIA_TYPE, begins)
    ):
        return None
    if b"vbaProject.bin" in content:
        return "OOXML + VBA: DOCM, XLSM, PPTM"
    if b"[Content_Types].xml" in content or content.startswith(b"application/vnd.oasis", begins):
        return "DOCX, XLSX, PPTX, ODT, ODS"
    return "ZIP"


def check_container(name: str, content: bytes) -> None:
    """Raises when the list of contents is not one of a container that anybody would make."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as container:
            listed = container.infolist()
    except Exception as fault:
        # zipfile raises many kinds for hostile bytes, some of them undocumented; all mean the same here.
        raise Refusal(MAIL_CONTAINER_BROKEN, name=name, reason="its list of contents is broken") from fault
    reason = _wrong_list(listed) or next(filter(None, map(_wrong_entry, listed)), None)
    if reason is not None:
        raise Refusal(MAIL_CONTAINER_BROKEN, name=name, reason=reason)


def _wrong_list(listed: list[zipfile.ZipInfo]) -> str | None:
    names = [entry.filename for entry in listed]
    if len(names) > MOST_FILES:
        return f"more than {MOST_FILES} files"
    if len(set(names)) != len(names):
        return "two files of one name"
    if names[:1] != [FIRST_NAME.decode()]:
        return "its first file is not the one that tells its type"
    if sum(entry.file_size for entry in listed) > MOST_BYTES:
        return f"more than {MOST_BYTES} bytes when unpacked"
    return None


def _wrong_entry(entry: zipfile.ZipInfo) -> str | None:
    name = entry.filename.replace("\\", "/")
    if (
        name.startswith("/")
        or ".." in name.split("/")
        or ":" in name
        or entry.orig_filename != entry.filename
    ):
        return "a file with a path that leads out of it"
    if entry.flag_bits & 0x1:
        return "an encrypted file in it"
    if entry.file_size > SMALL_BYTES and entry.file_size > MOST_TIMES * max(entry.compress_size, 1):
        return "a file that becomes much too large"
    if name.lower().endswith(tuple(FOREIGN_ENDINGS)):
        return "a program, a macro document or an archive in it"
    return None
