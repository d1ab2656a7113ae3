"""Is what was signed exactly the text that was agreed? Frozen by hash when agreed, compared when signed."""

import hashlib
from collections.abc import Mapping, Sequence

from pyhanko.pdf_utils.reader import PdfFileReader

from tilts.onboarding.signing.opening.pdf_content import opened
from tilts.onboarding.signing.opening.reading import reading
from tilts.onboarding.signing.pdf_changes import check_seen
from tilts.onboarding.signing.report import AgreedText
from tilts.rules import Refusal
from tilts.rules.signing import SGN_HALF_SIGNED, SGN_OTHER_TEXT


def frozen(filename: str, content: bytes) -> AgreedText:
    """What is kept of a document when both sides agree on its text."""
    return AgreedText(filename, hashlib.sha256(content).hexdigest(), len(content))


def text_before_signatures(content: bytes, agreed: AgreedText) -> bytes | None:
    """The bytes of a signed PDF before its first signature, if they are the agreed ones.

    A signature is appended to a PDF, so the agreed file must be a beginning of the signed one. Its size
    is known, which also says where it ended (a program may or may not have added a line end).
    """
    before = content[: agreed.size_bytes]
    return before if hashlib.sha256(before).hexdigest() == agreed.sha256 else None


def check_pdf(reader: PdfFileReader, content: bytes, agreed: Sequence[AgreedText], signer: str) -> None:
    """Raises SGN-025, or SGN-007 when one PDF came and a set of several was agreed."""
    if not agreed:
        return
    matching = [text for text in agreed if text_before_signatures(content, text) is not None]
    if not matching:
        raise Refusal(SGN_OTHER_TEXT, what=", ".join(text.filename for text in agreed))
    missing = [text.filename for text in agreed if text not in matching]
    if missing:
        raise Refusal(SGN_HALF_SIGNED, signer=signer, files=", ".join(missing))
    base = opened(content[: matching[0].size_bytes], matching[0].filename)
    with reading("revisions before the first signature"):
        last_agreed = base.xrefs.total_revisions - 1
        # Between the agreed bytes and the first signature nothing but the signature may be added.
        check_seen(reader, last_agreed, f"{matching[0].filename}: before the first signature")


def check_container(files: Mapping[str, bytes], agreed: Sequence[AgreedText]) -> None:
    """Each agreed document is there byte for byte, and nothing else is."""
    if not agreed:
        return
    found = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    wanted = {text.sha256: text.filename for text in agreed}
    missing = [name for digest, name in wanted.items() if digest not in found.values()]
    extra = [name for name, digest in found.items() if digest not in wanted]
    if missing or extra:
        raise Refusal(
            SGN_OTHER_TEXT,
            what=", ".join([*(f"- {name}" for name in missing), *(f"+ {name}" for name in extra)]),
        )
