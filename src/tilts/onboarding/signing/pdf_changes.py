"""What may be added to a PDF after a signature: further signatures, time stamps and proofs, nothing else."""

from typing import Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DiffResult,
    DocInfoRule,
    DSSCompareRule,
    FormUpdatingRule,
    MetadataUpdateRule,
    ModificationLevel,
    ObjectStreamRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    XrefStreamRule,
)
from pyhanko.sign.fields import FieldMDPSpec, enumerate_sig_fields

from tilts.onboarding.signing.pdf_fingerprint import fingerprint
from tilts.rules import Refusal
from tilts.rules.signing import SGN_ALTERED

# The library's own policy without its rule for filling other form fields: a field filled after the
# signature is another text.
LATER_SIGNATURES: Final = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(),
        DocInfoRule().as_qualified(ModificationLevel.LTA_UPDATES),
        XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        DSSCompareRule().as_qualified(ModificationLevel.LTA_UPDATES),
        MetadataUpdateRule().as_qualified(ModificationLevel.LTA_UPDATES),
    ],
    form_rule=FormUpdatingRule(field_rules=[SigFieldCreationRule(), SigFieldModificationRule()]),
)
# A visible signature is a picture over the page. If they are larger than stamps, they can cover the text
# with another one ("sneaky signature" attack on certified PDFs, 2021). An A4 page has half a million.
STAMPS_SQUARE_POINTS: Final = 120_000


def check_changes(reader: PdfFileReader, since: int, fields: FieldMDPSpec | None, where: str) -> None:
    """Everything after that signed revision is allowed. Raises SGN-005."""
    check_seen(reader, since, where)
    result = LATER_SIGNATURES.review_file(reader, since, field_mdp_spec=fields)
    if not isinstance(result, DiffResult) or result.modification_level > ModificationLevel.FORM_FILLING:
        raise Refusal(SGN_ALTERED, what=where, fault=str(result)[:300])


def check_seen(reader: PdfFileReader, since: int, where: str) -> None:
    """People see the same as in that revision, but for signatures. Raises SGN-005."""
    if fingerprint(reader, since) != fingerprint(reader, reader.xrefs.total_revisions - 1):
        raise Refusal(SGN_ALTERED, what=where)


def check_stamps(reader: PdfFileReader) -> None:
    """The signatures' pictures, filled in or not, are together too small to hide the text."""
    total = 0.0
    for _, _, reference in enumerate_sig_fields(reader):
        field = reference.get_object()
        parts = [field, *(kid.get_object() for kid in field.get("/Kids", []))]
        total += sum(area(part["/Rect"]) for part in parts if "/Rect" in part)
    if not total <= STAMPS_SQUARE_POINTS:  # also when it is no number
        raise Refusal(SGN_ALTERED, what="the picture of a signature covers the page")


def area(rectangle: generic.ArrayObject) -> float:
    left, bottom, right, top = (float(side) for side in rectangle)
    return abs(right - left) * abs(top - bottom)
