"""What people see of a PDF, as one hash: everything that hangs on its catalogue, but for signatures.

Two revisions with one fingerprint show the same pages, forms and attachments. Signature fields with their
pictures, the store of proofs and the descriptive metadata are left out: they are what signing adds.
(The comparison of the PDF library needs a form in the older revision, and most agreements have none.)
"""

import hashlib
from collections import deque
from collections.abc import Iterator
from typing import Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader

ADDED_BY_SIGNING: Final = frozenset(("/DSS", "/Perms", "/Extensions", "/Metadata", "/Version", "/AcroForm"))
ADDED_TO_FORM: Final = frozenset(("/SigFlags", "/Fields"))
OF_TEXT_FIELDS: Final = frozenset(("/DA", "/DR"))  # mean nothing in a form that has only signatures
DEPTH: Final = 60


class _Walk:
    """Goes through a revision breadth first; objects are numbered as they are met, so cycles end."""

    def __init__(self, revision: HistoricalResolver) -> None:
        self.revision = revision
        self.numbers: dict[tuple[int, int], int] = {}
        self.waiting: deque[generic.Reference] = deque()
        self.made = hashlib.sha256()

    def fingerprint(self) -> bytes:
        self.catalogue(self.revision.root)
        while self.waiting:
            self.write(self.revision.get_object(self.waiting.popleft()), 0)
        return self.made.digest()

    def catalogue(self, root: generic.DictionaryObject) -> None:
        self.entries(root, ADDED_BY_SIGNING, 0)
        form = self.resolved(root.raw_get("/AcroForm")) if "/AcroForm" in root else None
        if not isinstance(form, generic.DictionaryObject):  # none: as good as an empty one
            form = generic.DictionaryObject({})
        fields = [one for one in self.inner(form, "/Fields") if not self.is_signature(one)]
        self.entries(form, ADDED_TO_FORM | (frozenset() if fields else OF_TEXT_FIELDS), 0)
        self.listed(fields, 0)

    def inner(self, found: generic.DictionaryObject, key: str) -> list[generic.PdfObject]:
        """What stands in a list under that key; nothing when there is none."""
        return list(raw(self.resolved(found.raw_get(key)))) if key in found else []

    def write(self, found: generic.PdfObject, depth: int) -> None:
        if depth > DEPTH:
            raise RecursionError("nested too deeply")
        if isinstance(found, generic.IndirectObject):
            self.made.update(b"R%d " % self.number(found.reference))
        elif isinstance(found, generic.DictionaryObject):
            self.dictionary(found, depth)
        elif isinstance(found, generic.ArrayObject):
            self.listed(list(raw(found)), depth)
        else:
            self.plain(type(found).__name__, repr(found))

    def plain(self, kind: str, value: str) -> None:
        written = f"{kind}:{value}".encode("utf-8", "surrogatepass")
        self.made.update(b"%d:" % len(written) + written)

    def dictionary(self, found: generic.DictionaryObject, depth: int) -> None:
        page = found.get("/Type") == "/Page"
        self.entries(found, frozenset(("/Annots",)) if page else frozenset(), depth)
        if page:
            notes = self.inner(found, "/Annots")
            self.listed([one for one in notes if not self.is_signature(one)], depth)
        if isinstance(found, generic.StreamObject):
            self.made.update(hashlib.sha256(found.encoded_data).digest())

    def entries(self, found: generic.DictionaryObject, without: frozenset[str], depth: int) -> None:
        names = sorted(name for name in found if name not in without)
        self.made.update(b"D%d " % len(names))
        for name in names:
            self.plain("Name", name)
            self.write(found.raw_get(name), depth + 1)

    def listed(self, found: list[generic.PdfObject], depth: int) -> None:
        self.made.update(b"A%d " % len(found))
        for one in found:
            self.write(one, depth + 1)

    def number(self, reference: generic.Reference) -> int:
        key = (reference.idnum, reference.generation)
        if key not in self.numbers:
            self.numbers[key] = len(self.numbers)
            self.waiting.append(reference)
        return self.numbers[key]

    def resolved(self, found: generic.PdfObject) -> generic.PdfObject:
        return (
            self.revision.get_object(found.reference) if isinstance(found, generic.IndirectObject) else found
        )

    def is_signature(self, found: generic.PdfObject) -> bool:
        field = self.resolved(found)
        if not isinstance(field, generic.DictionaryObject):
            return False
        if "/FT" not in field and "/Parent" in field:  # a widget apart from its field
            field = self.resolved(field.raw_get("/Parent"))
        return isinstance(field, generic.DictionaryObject) and field.get("/FT") == "/Sig"


def raw(found: generic.PdfObject) -> Iterator[generic.PdfObject]:
    if isinstance(found, generic.ArrayObject):
        yield from (found.raw_get(index) for index in range(len(found)))


def fingerprint(reader: PdfFileReader, revision: int) -> bytes:
    return _Walk(reader.get_historical_resolver(revision)).fingerprint()
