"""Is there anything in a PDF that could run, hide or open elsewhere: scripts, launch actions, attachments?

All objects of all revisions are looked at, also those that no page uses now: what is only asleep in the
signed revision can be woken by a later change (shadow attacks).
"""

from collections.abc import Iterator
from io import BytesIO
from typing import Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from tilts.onboarding.signing.opening.reading import reading
from tilts.onboarding.signing.report import Limits
from tilts.rules import Refusal
from tilts.rules.signing import SGN_ACTIVE_CONTENT, SGN_BOMB, SGN_ENCRYPTED

# ISO 32000-1 section 12.6.4: actions that leave the document, run something or change it.
ACTIONS: Final = frozenset(
    (
        "/JavaScript",
        "/Launch",
        "/ImportData",
        "/SubmitForm",
        "/GoToE",
        "/GoToR",
        "/Rendition",
        "/Movie",
        "/Sound",
        "/RichMediaExecute",
    )
)
# Keys whose mere presence means: a script, an attachment, or a second form beside the one that is shown.
KEYS: Final = frozenset(
    ("/JS", "/JavaScript", "/AA", "/EF", "/EmbeddedFiles", "/XFA", "/RichMediaContent", "/Collection")
)
KINDS: Final = frozenset(
    ("/EmbeddedFile", "/RichMedia", "/FileAttachment", "/3D", "/Screen", "/Movie", "/Sound")
)
DEPTH: Final = 60


def opened(content: bytes, name: str) -> PdfFileReader:
    """Read strictly: a PDF that must be repaired to be read could be repaired in two ways."""
    with reading(f"{name}: not a PDF that can be read strictly"):
        reader = PdfFileReader(BytesIO(content), strict=True)
        if reader.encrypted or "/Encrypt" in reader.trailer:
            raise Refusal(SGN_ENCRYPTED, file=name)
        return reader


def check_still(reader: PdfFileReader, name: str, limits: Limits) -> None:
    """Raises SGN-020 when something could run or hide, SGN-022 when there are too many objects."""
    with reading(f"{name}: objects that cannot be read"):
        count = 0
        for revision in range(reader.xrefs.total_revisions):
            refs = reader.xrefs.explicit_refs_in_revision(revision)
            count += len(refs)
            if count > limits.pdf_objects:
                raise Refusal(SGN_BOMB, what=f"{name}: > {limits.pdf_objects} objects")
            for ref in sorted(refs, key=lambda found: (found.idnum, found.generation)):
                check_object(reader.get_object(ref, revision=revision, never_decrypt=True), name)


def check_object(whole: generic.PdfObject, name: str) -> None:
    for found in dictionaries(whole, 0):
        named = sorted(KEYS & found.keys())
        for key, closed in (("/S", ACTIONS), ("/Type", KINDS), ("/Subtype", KINDS)):
            value = found.get(key) if key in found else None
            if isinstance(value, generic.NameObject) and value in closed:
                named.append(value)
        if named:
            raise Refusal(SGN_ACTIVE_CONTENT, file=name, found=", ".join(sorted(set(named))))


def dictionaries(found: generic.PdfObject, depth: int) -> Iterator[generic.DictionaryObject]:
    """Every dictionary within one object; references are not followed, their objects come by themselves."""
    if depth > DEPTH:
        raise RecursionError("nested too deeply")
    if isinstance(found, generic.DictionaryObject):
        yield found
        inner = [found.raw_get(key) for key in found]
    elif isinstance(found, generic.ArrayObject):
        inner = [found.raw_get(index) for index in range(len(found))]
    else:
        return
    for part in inner:
        if not isinstance(part, generic.IndirectObject):
            yield from dictionaries(part, depth + 1)
