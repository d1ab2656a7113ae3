"""PDF files that are refused: forged, altered, half done, dressed up, carrying something that could run."""

import io
import re
from dataclasses import replace

import pytest
from pypdf import PdfReader, PdfWriter

from tests.onboarding.signing import spoiling
from tests.onboarding.signing.desk import (
    AGREED,
    AUTHORITY,
    NOW,
    PARTY,
    Desk,
    agreement,
    ask,
    expected,
    form_agreement,
    only_party,
    refused,
)
from tilts.lab.signing import sign_pdf
from tilts.onboarding.signing.report import Limits, Terms


def signature_bytes(pdf: bytes) -> tuple[int, int]:
    """Where the last signature's hexadecimal digits stand."""
    found = list(re.finditer(rb"/Contents <([0-9a-fA-F]+)>", pdf))[-1]
    return found.start(1), found.end(1)


def test_an_unsigned_pdf_is_sgn_004(desk: Desk) -> None:
    with refused("SGN-004"):
        ask(desk, agreement())


def test_a_byte_changed_within_the_text_is_sgn_005(desk: Desk) -> None:
    signed = desk.pdf(text=form_agreement())
    at = signed.index(b"SIA Paraugs")
    altered = signed[:at] + b"SIA Xaraugs" + signed[at + 11 :]

    with refused("SGN-005"):
        ask(desk, altered)


@pytest.mark.parametrize("change", [spoiling.other_page, spoiling.picture_over_page])
def test_a_page_changed_by_an_update_after_signing_is_sgn_005(desk: Desk, change: object) -> None:
    with refused("SGN-005"):
        ask(desk, spoiling.updated(desk.pdf(), change))  # type: ignore[arg-type]


def test_a_field_filled_after_signing_is_sgn_005(desk: Desk) -> None:
    with refused("SGN-005"):
        ask(desk, spoiling.updated(desk.pdf(text=form_agreement()), spoiling.other_field))


def test_a_text_changed_between_two_signatures_is_sgn_005(desk: Desk) -> None:
    once = desk.pdf(both=False)
    twice = sign_pdf(spoiling.updated(once, spoiling.other_page), desk.person, desk.stamps, NOW)

    with refused("SGN-005"):
        ask(desk, twice)


def test_bytes_added_behind_the_last_signature_are_not_accepted(desk: Desk) -> None:
    with refused("SGN-003", "SGN-005"):
        ask(desk, desk.pdf() + b"\n% a remark\n")


def test_a_signature_of_another_document_put_in_is_sgn_005(desk: Desk) -> None:
    """Forged: a genuine signature moved to a text that was never signed."""
    genuine, forged = desk.pdf(both=False), desk.pdf(text=agreement("Cits līgums"), both=False)
    start, end = signature_bytes(genuine)
    begin, stop = signature_bytes(forged)
    moved = genuine[start:end][: stop - begin].ljust(stop - begin, b"0")

    with refused("SGN-005"):
        ask(desk, forged[:begin] + moved + forged[stop:])


def test_a_signature_value_that_the_key_did_not_make_is_sgn_006(desk: Desk) -> None:
    from asn1crypto import cms

    signed = sign_pdf(agreement(), desk.seal, None, NOW)
    start, end = signature_bytes(signed)
    content = cms.ContentInfo.load(bytes.fromhex(signed[start:end].decode()))
    value = content["content"]["signer_infos"][0]["signature"].native
    forged = bytes([*value[:-1], value[-1] ^ 1])
    encoded = content.dump().replace(value, forged).hex().encode().ljust(end - start, b"0")

    with refused("SGN-006", "SGN-003"):
        ask(desk, signed[:start] + encoded + signed[end:], wanted=only_party(), terms=Terms(time_stamp=False))


def test_something_hidden_behind_the_signature_is_sgn_003(desk: Desk) -> None:
    signed = desk.pdf()
    _, end = signature_bytes(signed)

    with refused("SGN-003"):
        ask(desk, signed[: end - 8] + b"deadbeef" + signed[end:])


def test_another_text_than_agreed_is_sgn_025(desk: Desk) -> None:
    with refused("SGN-025"):
        ask(desk, desk.pdf(text=agreement("Cits līgums")), wanted=expected((AGREED, agreement())))


def test_the_agreed_text_saved_anew_before_signing_is_sgn_025(desk: Desk) -> None:
    """It may look the same; whether it does, nobody has to find out."""
    anew = spoiling.written(PdfWriter(PdfReader(io.BytesIO(agreement()))))

    with refused("SGN-025"):
        ask(desk, desk.pdf(text=anew), wanted=expected((AGREED, agreement())))


def test_the_agreed_text_changed_by_an_update_before_signing_is_sgn_005(desk: Desk) -> None:
    """The agreed bytes are there, whole, and under them another page."""
    under = spoiling.updated(agreement(), spoiling.other_page)

    with refused("SGN-005"):
        ask(desk, desk.pdf(text=under), wanted=expected((AGREED, agreement())))


def test_one_pdf_for_a_set_of_two_documents_is_sgn_007(desk: Desk) -> None:
    wanted = expected((AGREED, agreement()), ("pielikums.pdf", agreement("Pielikums")))

    with refused("SGN-007") as no:
        ask(desk, desk.pdf(), wanted=wanted)
    assert no[0].facts["files"] == "pielikums.pdf"


def test_a_pdf_that_only_one_side_signed_is_sgn_008(desk: Desk) -> None:
    with refused("SGN-008") as no:
        ask(desk, desk.pdf(both=False))
    assert no[0].facts["side"] == AUTHORITY.name


def test_a_set_of_parties_is_needed_in_full(desk: Desk) -> None:
    third = replace(PARTY, name="SIA Trešais", registration_number="40003888888")

    with refused("SGN-008"):
        ask(desk, desk.pdf(), wanted=expected(parties=(PARTY, AUTHORITY, third)))


def test_an_encrypted_pdf_is_sgn_019(desk: Desk) -> None:
    with refused("SGN-019"):
        ask(desk, spoiling.encrypted())


@pytest.mark.parametrize(
    "make",
    [spoiling.with_script, spoiling.with_launch, spoiling.with_attachment],
    ids=lambda make: make.__name__,
)
def test_a_pdf_that_could_run_something_is_sgn_020(desk: Desk, make: object) -> None:
    with refused("SGN-020"):
        ask(desk, desk.pdf(text=make()))  # type: ignore[operator]


def test_a_script_that_slept_in_an_earlier_revision_is_sgn_020(desk: Desk) -> None:
    def remove(writer: PdfWriter) -> None:
        del writer.root_object["/Names"]

    with refused("SGN-020"):
        ask(desk, desk.pdf(text=spoiling.updated(spoiling.with_script(), remove)))


def test_a_file_larger_than_the_limit_is_sgn_002(desk: Desk) -> None:
    with refused("SGN-002"):
        ask(desk, desk.pdf(), terms=Terms(limits=Limits(file_bytes=1000)))


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"MZ\x90\x00 a program", "ligums.pdf"),
        (b"", "ligums.pdf"),
        (b"%PDF-1.7", "ligums.exe"),
        (b"%PDF-1.7", "ligums.asice"),
        (b"PK\x03\x04", "ligums.pdf"),
        (b"\xd0\xcf\x11\xe0", "ligums.doc"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_sgn_001(desk: Desk, content: bytes, name: str) -> None:
    with refused("SGN-001"):
        ask(desk, content, name)


def test_half_a_pdf_is_sgn_003(desk: Desk) -> None:
    signed = desk.pdf()

    with refused("SGN-003"):
        ask(desk, signed[: len(signed) // 2])


def test_too_many_objects_are_sgn_022(desk: Desk) -> None:
    with refused("SGN-022"):
        ask(desk, desk.pdf(), terms=Terms(limits=Limits(pdf_objects=5)))


def test_more_signatures_than_anybody_needs_are_sgn_022(desk: Desk) -> None:
    with refused("SGN-022"):
        ask(desk, desk.pdf(), terms=Terms(limits=Limits(signatures=1)))


def test_a_signature_with_a_picture_over_the_page_is_sgn_005(desk: Desk) -> None:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field

    writer = IncrementalPdfFileWriter(io.BytesIO(agreement()))
    append_signature_field(writer, SigFieldSpec("Paraksts", box=(0, 0, 600, 800)))
    covered = io.BytesIO()
    writer.write(covered)

    with refused("SGN-005"):
        ask(desk, desk.pdf(text=covered.getvalue()))
