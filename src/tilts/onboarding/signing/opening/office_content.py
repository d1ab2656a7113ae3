"""Is an office document in a container free of macros, embedded objects and programs?

Only the newer formats come this far (kinds.py): they are ZIP files in which macros stand under known
names. The older ones (.doc, .xls) hide them in a format of their own and are not accepted at all.
"""

import io
import zipfile
from typing import Final

from tilts.onboarding.signing.opening.containers import check_names, check_sizes
from tilts.onboarding.signing.opening.kinds import OFFICE_ZIPS, check_member, suffix_of
from tilts.onboarding.signing.opening.pdf_content import check_still, opened
from tilts.onboarding.signing.opening.reading import reading
from tilts.onboarding.signing.report import MIB, Limits
from tilts.rules import Refusal
from tilts.rules.signing import SGN_ACTIVE_CONTENT, SGN_MEMBER_KIND

OFFICE_MEMBERS: Final = 5_000
# Parts of Office Open XML (ECMA-376) and OpenDocument (ISO/IEC 26300) that run or contain something else.
PARTS: Final = ("vbaproject", "vbadata", "/activex/", "/embeddings/", "basic/", "scripts/", "/macrosheets/")
RUNS: Final = (
    ".bin",
    ".exe",
    ".dll",
    ".js",
    ".vbs",
    ".ps1",
    ".bat",
    ".cmd",
    ".jar",
    ".py",
    ".sh",
    ".class",
    ".scr",
)
MACRO_KINDS: Final = (b"macroenabled", b"vbaproject")
CONTENT_TYPES: Final = "[content_types].xml"
PRINTER: Final = "printersettings"  # of Excel: settings of a printer in a .bin, harmless


def check_files(files: dict[str, bytes], limits: Limits) -> None:
    """Each data file of a container. Raises SGN-019 to SGN-024."""
    for name, content in files.items():
        check_member(name, content)
        suffix = suffix_of(name)
        if suffix == ".pdf":
            check_still(opened(content, name), name, limits)
        elif suffix in OFFICE_ZIPS:
            check_office(name, content, limits)


def check_office(name: str, content: bytes, limits: Limits) -> None:
    with reading(f"{name}: not an office document"), zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        inner = Limits(unpacked_bytes=limits.unpacked_bytes, members=OFFICE_MEMBERS, ratio=limits.ratio)
        check_sizes(entries, len(content), inner)
        check_names(entries)
        if not any(entry.filename in ("[Content_Types].xml", "mimetype") for entry in entries):
            raise Refusal(SGN_MEMBER_KIND, file=name)
        for entry in entries:
            check_part(name, entry.filename.lower(), archive.read(entry) if is_told(entry) else b"")


def is_told(entry: zipfile.ZipInfo) -> bool:
    """The small parts that say what the others are."""
    names = (CONTENT_TYPES, "mimetype", "meta-inf/manifest.xml")
    return entry.filename.lower() in names and entry.file_size <= MIB


def check_part(name: str, part: str, content: bytes) -> None:
    harmless = part.endswith(".bin") and PRINTER in part
    suspicious = any(word in f"/{part}" for word in PARTS) or part.endswith(RUNS)
    if (suspicious and not harmless) or any(kind in content.lower() for kind in MACRO_KINDS):
        raise Refusal(SGN_ACTIVE_CONTENT, file=name, found=part)
