"""Files as other programs make them: RSA keys, archive time stamps, signatures in one XML file, visible stamps."""

import io
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from pyhanko.sign.signers import PdfTimeStamper

from tests.onboarding.signing.desk import (
    AGREED,
    NOW,
    PARTY,
    Desk,
    agreement,
    ask,
    expected,
    only_party,
    refused,
)
from tests.onboarding.signing.spoiling import SIGNATURES, members, zipped
from tilts.lab.pki_trust.certificates import Order, Span, key_usage, name_of, sign
from tilts.lab.pki_trust.folder import issuing_of
from tilts.lab.signing import sign_pdf
from tilts.lab.signing.credentials import StampUnit
from tilts.lab.signing.stamping import LocalStamper
from tilts.onboarding.signing.report import Terms


def rsa_seal(desk: Desk, bits: int) -> StampUnit:
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    subject = name_of(
        {
            x509.NameOID.COMMON_NAME: PARTY.name,
            x509.ObjectIdentifier("2.5.4.97"): f"NTRLV-{PARTY.registration_number}",
        }
    )
    span = Span(NOW - timedelta(days=1), NOW + timedelta(days=30))
    order = Order(subject, key.public_key(), span, ((key_usage("digital_signature"), True),))
    certificate = sign(order, issuing_of(desk.trust_folder, "signature-ca"))
    return StampUnit(certificate, key, desk.trust_folder.chain("signature-ca"))  # type: ignore[arg-type]


def test_an_rsa_key_signs_as_well(desk: Desk) -> None:
    signed = sign_pdf(agreement(), rsa_seal(desk, 2048), desk.stamps, NOW)

    assert (
        ask(desk, signed, wanted=only_party(), terms=Terms(level="advanced")).signatures[0].party
        == PARTY.name
    )


def test_an_rsa_key_of_1024_bits_is_sgn_027(desk: Desk) -> None:
    signed = sign_pdf(agreement(), rsa_seal(desk, 1024), desk.stamps, NOW)

    with refused("SGN-027"):
        ask(desk, signed, wanted=only_party(), terms=Terms(level="advanced"))


def archived(desk: Desk, pdf: bytes, moment: object = NOW) -> bytes:
    """With a time stamp over the whole document behind the signatures (PAdES-B-LTA)."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    stamper = PdfTimeStamper(LocalStamper(desk.stamps, moment))  # type: ignore[arg-type]
    stamped = stamper.timestamp_pdf(writer, "sha256")
    return bytes(stamped.getvalue())


def test_an_archive_time_stamp_may_follow_the_signatures(desk: Desk) -> None:
    report = ask(desk, archived(desk, desk.pdf()), wanted=expected((AGREED, agreement())))

    assert len(report.signatures) == 2


def test_an_archive_time_stamp_proves_the_time_of_what_it_covers(desk: Desk) -> None:
    signed = archived(desk, sign_pdf(agreement(), desk.seal, None, NOW))

    assert ask(desk, signed, wanted=only_party()).signatures[0].proven_at == NOW


def test_an_archive_time_stamp_proves_nothing_of_what_came_later(desk: Desk) -> None:
    stamped = archived(desk, desk.pdf(both=False))
    later = sign_pdf(stamped, desk.person, None, NOW)

    with refused("SGN-016"):
        ask(desk, later)


def test_a_visible_stamp_of_ordinary_size_is_accepted(desk: Desk) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(agreement()))
    append_signature_field(writer, SigFieldSpec("Paraksts", box=(50, 50, 250, 120)))
    target = io.BytesIO()
    writer.write(target)

    assert len(ask(desk, desk.pdf(text=target.getvalue())).signatures) == 2


@pytest.mark.parametrize("root", ["odf", "asic"])
def test_two_signatures_in_one_file_are_read_both(desk: Desk, root: str) -> None:
    """Older .edoc: the root of OpenDocument; some programs: both signatures in one ASiC file."""
    found = members(desk.container())
    first = etree.fromstring(found.pop(SIGNATURES))
    second = etree.fromstring(found.pop("META-INF/signatures1.xml"))
    space = "urn:oasis:names:tc:opendocument:xmlns:digitalsignature:1.0"
    whole = first
    if root == "odf":
        whole = etree.Element(
            f"{{{space}}}document-signatures", nsmap={None: space, "asic": first.nsmap["asic"]}
        )
        whole.append(first[0])
    whole.append(second[0])
    packed = zipped({**found, "META-INF/documentsignatures.xml": etree.tostring(whole)})

    # The default namespace of the other root comes into inclusive canonical form: such a move breaks it.
    if root == "odf":
        with refused("SGN-005", "SGN-006"):
            ask(desk, packed, "ligums.edoc")
        return
    assert len(ask(desk, packed, "ligums.edoc").signatures) == 2
