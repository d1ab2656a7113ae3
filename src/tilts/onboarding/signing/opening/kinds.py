"""Is a file what its name says? Kinds are told by their first bytes, never by the name alone."""

import re
from typing import Final, Literal, TypeAlias

from tilts.onboarding.signing.report import Limits
from tilts.rules import Refusal
from tilts.rules.signing import SGN_KIND, SGN_MEMBER_KIND, SGN_NESTED, SGN_TOO_LARGE, SGN_UNSIGNED

Kind: TypeAlias = Literal["pdf", "asic-e"]

CONTAINER_SUFFIXES: Final = (".asice", ".edoc", ".sce")
PDF_START: Final = b"%PDF-"
ZIP_START: Final = b"PK\x03\x04"
OFFICE_ZIPS: Final = (".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp")
TEXTS: Final = (".txt", ".csv", ".json", ".xml", ".pem", ".md")
# First bytes of what may lie in a container, by suffix. Anything else is refused by not being here.
STARTS: Final[dict[str, tuple[bytes, ...]]] = {
    ".pdf": (PDF_START,),
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".tif": (b"II*\x00", b"MM\x00*"),
    ".tiff": (b"II*\x00", b"MM\x00*"),
    ".cer": (b"\x30", b"-----BEGIN "),
    ".crt": (b"\x30", b"-----BEGIN "),
    ".der": (b"\x30",),
    ".csr": (b"\x30", b"-----BEGIN "),
    ".req": (b"\x30", b"-----BEGIN "),
    **dict.fromkeys(OFFICE_ZIPS, (ZIP_START,)),
}
ARCHIVES: Final = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"MSCF",
)
ARCHIVE_SUFFIXES: Final = (
    *CONTAINER_SUFFIXES,
    ".asics",
    ".zip",
    ".7z",
    ".rar",
    ".gz",
    ".tar",
    ".bdoc",
    ".ddoc",
)
SUFFIX: Final = re.compile(r"\.[a-z0-9]{1,8}\Z")


def suffix_of(name: str) -> str:
    found = SUFFIX.search(name.lower())
    return found[0] if found else ""


def kind_of(content: bytes, filename: str, limits: Limits) -> Kind:
    """Which check the file gets. Raises SGN-001, SGN-002 or SGN-004."""
    if len(content) > limits.file_bytes:
        raise Refusal(SGN_TOO_LARGE, size=len(content), limit=limits.file_bytes)
    suffix = suffix_of(filename)
    if suffix == ".pdf" and content.startswith(PDF_START):
        return "pdf"
    if suffix in CONTAINER_SUFFIXES and content.startswith(ZIP_START):
        return "asic-e"
    if suffix in STARTS and suffix != ".pdf" and content.startswith(STARTS[suffix]):
        raise Refusal(SGN_UNSIGNED, file=filename)  # an honest file that nobody signed
    raise Refusal(SGN_KIND, file=filename, found=seems(content))


def seems(content: bytes) -> str:
    """In a word what the first bytes look like, for people."""
    if not content:
        return "empty"
    if content.startswith(b"MZ") or content.startswith(b"\x7fELF"):
        return "a program"
    if content.startswith(PDF_START):
        return "PDF"
    if content.startswith(ZIP_START):
        return "ZIP"
    return "unknown content"


def check_member(name: str, content: bytes) -> None:
    """One data file of a container: of a kind that a desk needs, and what its name says."""
    suffix = suffix_of(name)
    office = suffix in OFFICE_ZIPS
    if suffix in ARCHIVE_SUFFIXES or (content.startswith(ARCHIVES) and not office):
        raise Refusal(SGN_NESTED, file=name)
    if suffix in TEXTS:
        fits = b"\x00" not in content and not content.startswith((b"#!", b"MZ"))
    else:
        fits = suffix in STARTS and content.startswith(STARTS[suffix])
    if not fits:
        raise Refusal(SGN_MEMBER_KIND, file=name)
