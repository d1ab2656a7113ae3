"""Signatures in a PDF (PAdES): each holds, covers all that was there, and nothing but signatures came later."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from asn1crypto import cms
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, enumerate_sig_fields
from pyhanko.sign.general import NonexistentAttributeError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from tilts.onboarding.signing.cms_signed import checked
from tilts.onboarding.signing.opening.reading import reading
from tilts.onboarding.signing.pdf_changes import check_changes, check_stamps
from tilts.onboarding.signing.report import Limits, Trust
from tilts.onboarding.signing.signatures import Held
from tilts.onboarding.signing.time_stamps import Stamp, earliest, stamp_of
from tilts.rules import Refusal
from tilts.rules.signing import SGN_ALTERED, SGN_BOMB, SGN_FORM, SGN_MALFORMED, SGN_UNSIGNED

PADES: Final = ("/ETSI.CAdES.detached", "/adbe.pkcs7.detached")
TIME_STAMP: Final = "/ETSI.RFC3161"
END: Final = re.compile(rb"startxref\s+\d+\s+%%EOF\s*")


def held_in(
    reader: PdfFileReader, content: bytes, filename: str, trust: Trust, moment: datetime, limits: Limits
) -> tuple[Held, ...]:
    """Every signature of the file, in the order of signing. Raises SGN-004 to -006, -017, -027, -028."""
    with reading(f"{filename}: signatures that cannot be read"):
        fields = list(enumerate_sig_fields(reader, filled_status=True))
        embedded: list[EmbeddedPdfSignature] = reader.embedded_signatures
        if len(fields) != len(embedded):
            raise Refusal(SGN_FORM, form="SubFilter")
        if len(embedded) > limits.signatures:
            raise Refusal(SGN_BOMB, what=f"{len(embedded)} > {limits.signatures} signatures")
        stamps = [one for one in embedded if subfilter(one) == TIME_STAMP]
        signatures = [one for one in embedded if one not in stamps]
        if not signatures:
            raise Refusal(SGN_UNSIGNED, file=filename)
        check_stamps(reader)
        for one in embedded:
            check_cover(one, content)
        check_end(embedded, content, filename)
        proofs = [(one.signed_revision, document_stamp(one, trust, moment)) for one in stamps]
        return tuple(held_of(one, filename, trust, moment, proofs) for one in signatures)


def subfilter(one: EmbeddedPdfSignature) -> str:
    return str(one.sig_object.get("/SubFilter", ""))


def check_end(embedded: Sequence[EmbeddedPdfSignature], content: bytes, filename: str) -> None:
    """Behind the last revision there is nothing; if a signature is that revision, it covers up to the end."""
    last = embedded[-1]
    _, _, second, rest = (int(number) for number in last.byte_range)
    signed_last = last.signed_revision == last.reader.xrefs.total_revisions - 1
    covered = not content[second + rest :].strip() if signed_last else True
    if not covered or not END.fullmatch(content, content.rindex(b"startxref")):
        raise Refusal(SGN_ALTERED, what=f"{filename}: bytes behind the end")


def check_cover(one: EmbeddedPdfSignature, content: bytes) -> None:
    """The signature covers its whole revision but for its own bytes, and what follows is harmless."""
    where = str(one.field_name)
    check_gap(one, content, where)
    if one.reader.xrefs.hybrid_xrefs_present:  # two tables of objects: two programs, two documents
        raise Refusal(SGN_ALTERED, what=f"{where}: two cross-reference tables")
    coverage = one.evaluate_signature_coverage()
    if coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        raise Refusal(SGN_ALTERED, what=f"{where}: it does not cover the whole document")
    if coverage == SignatureCoverageLevel.ENTIRE_REVISION:
        check_changes(one.reader, one.signed_revision, one.fieldmdp, f"{where}: after it was signed")
        if one.docmdp_level is MDPPerm.NO_CHANGES and not only_proofs_follow(one):
            raise Refusal(SGN_ALTERED, what=f"{where}: it allows no change")


def only_proofs_follow(one: EmbeddedPdfSignature) -> bool:
    later = [other for other in one.reader.embedded_signatures if other.signed_revision > one.signed_revision]
    return all(subfilter(other) == TIME_STAMP for other in later)


def check_gap(one: EmbeddedPdfSignature, content: bytes, where: str) -> None:
    """The hole in the signed bytes is exactly the signature: nothing can hide in it."""
    ranges = [int(number) for number in one.byte_range]
    if len(ranges) != 4 or ranges[0] != 0 or min(ranges) < 0:
        raise Refusal(SGN_ALTERED, what=f"{where}: ByteRange")
    _, first, second, rest = ranges
    gap = content[first:second]
    if second + rest > len(content) or gap[:1] != b"<" or gap[-1:] != b">":
        raise Refusal(SGN_ALTERED, what=f"{where}: ByteRange")
    inside = bytes.fromhex(gap[1:-1].decode("ascii"))
    if inside != one.pkcs7_content:
        raise Refusal(SGN_ALTERED, what=f"{where}: two contents of one signature")
    encoded = cms.ContentInfo.load(inside)
    whole = len(encoded.dump())
    if inside[whole:].strip(b"\x00"):
        raise Refusal(SGN_MALFORMED, fault=f"{where}: bytes behind the signature")


def held_of(
    one: EmbeddedPdfSignature,
    filename: str,
    trust: Trust,
    moment: datetime,
    proofs: list[tuple[int, Stamp]],
) -> Held:
    if subfilter(one) not in PADES:
        raise Refusal(SGN_FORM, form=subfilter(one))
    signed = checked(one.signed_data, "data", one.compute_digest, str(one.field_name))
    own = [
        stamp_of(token, lambda name: digest_of(signed.info["signature"].native, name), trust, moment)
        for token in signature_stamps(signed.info)
    ]
    later = [stamp for revision, stamp in proofs if revision > one.signed_revision]
    return Held(
        form="PAdES-B",
        certificate=signed.certificate,
        others=signed.others,
        claimed_at=aware(one.self_reported_timestamp),
        stamp=earliest([*own, *later]),
        covers=(filename,),
    )


def signature_stamps(info: cms.SignerInfo) -> list[cms.SignedData]:
    if not info["unsigned_attrs"]:
        return []
    try:
        return list(extract_tst_data_iter(info, signed=False))
    except NonexistentAttributeError:
        return []


def document_stamp(one: EmbeddedPdfSignature, trust: Trust, moment: datetime) -> Stamp:
    """A time stamp over the whole document as it then was: it proves all earlier signatures."""
    return stamp_of(one.signed_data, one.compute_digest, trust, moment)


def digest_of(content: bytes, name: str) -> bytes:
    return hashlib.new(name, content).digest()


def aware(moment: datetime | None) -> datetime | None:
    """A PDF date without zone says nothing that can be compared: it is left out."""
    return moment if moment is not None and moment.tzinfo is not None else None
