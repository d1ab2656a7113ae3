"""The whole check of a signed file: kind, content, signatures, signers, coverage, agreed text.

Pure but for its length: everything it knows comes as an argument, and it opens files from outside.
`process.verify` runs it where it can be stopped.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from tilts.onboarding.signing import asic, pades
from tilts.onboarding.signing.agreed import check_container, check_pdf
from tilts.onboarding.signing.opening.kinds import kind_of
from tilts.onboarding.signing.opening.pdf_content import check_still, opened
from tilts.onboarding.signing.report import (
    CoveredFile,
    Expected,
    SignatureFound,
    SignatureReport,
    Terms,
    Trust,
    VerifyRequest,
)
from tilts.onboarding.signing.signatures import Held, Question, found_of
from tilts.rules import Refusal
from tilts.rules.signing import SGN_HALF_SIGNED, SGN_SIDE_MISSING


def check_signed(
    content: bytes, filename: str, expected: Expected, trust: Trust, moment: datetime, terms: Terms
) -> SignatureReport:
    """A report when everything holds; otherwise a Refusal SGN-001 to SGN-029."""
    return check(VerifyRequest(content, filename, expected, trust, moment, terms))


def check(request: VerifyRequest) -> SignatureReport:
    kind = kind_of(request.content, request.filename, request.terms.limits)
    question = Question(request.expected, request.trust, request.terms, request.moment)
    if kind == "pdf":
        files, found = _pdf(request, question)
    else:
        files, found = _container(request, question)
    check_sides(found, request.expected)
    return SignatureReport(
        filename=request.filename,
        kind=kind,
        sha256=hashlib.sha256(request.content).hexdigest(),
        checked_at=request.moment,
        required_level=request.terms.level,
        required_time_stamp=request.terms.time_stamp,
        agreed_compared=bool(request.expected.agreed),
        files=files,
        signatures=found,
    )


def _pdf(
    request: VerifyRequest, question: Question
) -> tuple[tuple[CoveredFile, ...], tuple[SignatureFound, ...]]:
    content, limits = request.content, request.terms.limits
    reader = opened(content, request.filename)
    check_still(reader, request.filename, limits)
    held = pades.held_in(reader, content, request.filename, request.trust, request.moment, limits)
    found = _found(held, question)
    check_pdf(reader, content, request.expected.agreed, found[0].signer.name)
    return _files({request.filename: content}.items()), found


def _container(
    request: VerifyRequest, question: Question
) -> tuple[tuple[CoveredFile, ...], tuple[SignatureFound, ...]]:
    limits = request.terms.limits
    files, signatures = asic.opened(request.content, limits)
    held = asic.held_in(files, signatures, request.trust, request.moment, limits)
    found = _found(held, question)
    for one in found:
        missing = sorted(files.keys() - set(one.covers))
        if missing:
            raise Refusal(SGN_HALF_SIGNED, signer=one.signer.name, files=", ".join(missing))
    check_container(files, request.expected.agreed)
    return _files(files.items()), found


def _found(held: Sequence[Held], question: Question) -> tuple[SignatureFound, ...]:
    return tuple(found_of(one, question) for one in held)


def _files(files: Iterable[tuple[str, bytes]]) -> tuple[CoveredFile, ...]:
    return tuple(
        CoveredFile(name, hashlib.sha256(content).hexdigest(), len(content)) for name, content in files
    )


def check_sides(found: Sequence[SignatureFound], expected: Expected) -> None:
    """Everybody who is needed has signed. Raises SGN-008."""
    signed = {(one.side, one.party) for one in found}
    for party in expected.parties:
        if party.needed and (party.side, party.name) not in signed:
            raise Refusal(SGN_SIDE_MISSING, side=party.name)
