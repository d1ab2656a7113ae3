"""Containers that are refused: changed, half signed, disguised, too large inside, pointing outside."""

import base64
import io
import struct
import zipfile
from dataclasses import replace

import pytest
from lxml import etree

from tests.onboarding.signing import spoiling
from tests.onboarding.signing.desk import (
    AGREED,
    NOW,
    Desk,
    agreement,
    ask,
    expected,
    only_party,
    refused,
)
from tests.onboarding.signing.spoiling import DS, SIGNATURES, XADES, members, with_member, with_xml, zipped
from tilts.lab.signing import add_signature, sign_container
from tilts.onboarding.signing.report import Limits, SignatureReport, Terms

NAME = "ligums.asice"


def checked(desk: Desk, container: bytes, **given: object) -> SignatureReport:
    return ask(desk, container, NAME, **given)  # type: ignore[arg-type]


def test_a_container_without_signatures_is_sgn_004(desk: Desk) -> None:
    with refused("SGN-004"):
        checked(desk, zipped({AGREED: agreement()}))


def test_a_changed_document_is_sgn_005_and_named(desk: Desk) -> None:
    with refused("SGN-005") as no:
        checked(desk, with_member(desk.container(), AGREED, agreement("CITS")))
    assert no[0].facts["what"] == AGREED


def test_a_document_that_was_taken_out_is_sgn_005(desk: Desk) -> None:
    found = members(desk.container({AGREED: agreement(), "pielikums.txt": b"abc"}))
    del found["pielikums.txt"]

    with refused("SGN-005"):
        checked(desk, zipped(found))


def test_a_document_that_nobody_signed_is_sgn_007_and_named(desk: Desk) -> None:
    with refused("SGN-007") as no:
        checked(desk, with_member(desk.container(), "blakuslīgums.txt", b"abc"))
    assert no[0].facts["files"] == "blakuslīgums.txt"


def test_a_document_that_only_the_second_side_signed_is_sgn_007(desk: Desk) -> None:
    first = sign_container({AGREED: agreement()}, desk.seal, desk.stamps, ".asice", NOW)
    both = add_signature(with_member(first, "pielikums.txt", b"abc"), desk.person, desk.stamps, NOW)

    with refused("SGN-007") as no:
        checked(desk, both)
    assert no[0].facts == {"signer": "SIA Paraugs", "files": "pielikums.txt"}


def test_a_container_that_one_side_signed_is_sgn_008(desk: Desk) -> None:
    with refused("SGN-008"):
        checked(desk, desk.container(both=False))


def test_a_signature_value_that_the_key_did_not_make_is_sgn_006(desk: Desk) -> None:
    def forge(root: etree._Element) -> None:
        value = root.find(f".//{DS}SignatureValue")
        assert value is not None and value.text
        made = bytearray(base64.b64decode(value.text))
        made[5] ^= 1
        value.text = base64.b64encode(made).decode()

    signed = sign_container({AGREED: agreement()}, desk.seal, None, ".asice", NOW)
    with refused("SGN-006"):
        checked(desk, with_xml(signed, forge), wanted=only_party(), terms=Terms(time_stamp=False))


def test_the_certificate_of_somebody_else_put_in_is_sgn_006(desk: Desk) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding

    def exchange(root: etree._Element) -> None:
        place = root.find(f".//{DS}X509Certificate")
        assert place is not None
        place.text = base64.b64encode(desk.person.cert.public_bytes(Encoding.DER)).decode()

    with refused("SGN-006"):
        checked(desk, with_xml(desk.container(), exchange))


def test_a_changed_signing_time_is_sgn_005(desk: Desk) -> None:
    def backdate(root: etree._Element) -> None:
        place = root.find(f".//{XADES}SigningTime")
        assert place is not None
        place.text = "2020-01-01T00:00:00Z"

    with refused("SGN-005"):
        checked(desk, with_xml(desk.container(), backdate))


def test_a_signature_wrapped_into_another_is_sgn_028(desk: Desk) -> None:
    """The genuine one is moved where a careless reader still finds it."""

    def wrap(root: etree._Element) -> None:
        inner = root[0]
        outer = etree.SubElement(root, f"{DS}Signature")
        etree.SubElement(outer, f"{DS}Object").append(inner)

    with refused("SGN-028"):
        checked(desk, with_xml(desk.container(), wrap))


def test_two_parts_with_one_id_are_sgn_005(desk: Desk) -> None:
    def double(root: etree._Element) -> None:
        signed = root.find(f".//{XADES}SignedProperties")
        assert signed is not None
        place = etree.SubElement(root[0], f"{DS}Object")
        place.set("Id", signed.get("Id") or "")

    with refused("SGN-005"):
        checked(desk, with_xml(desk.container(), double))


@pytest.mark.parametrize(
    "uri", ["http://example.org/ligums.pdf", "file:///etc/passwd", "../ligums.pdf", "/ligums.pdf"]
)
def test_a_reference_to_something_outside_is_sgn_029(desk: Desk, uri: str) -> None:
    def point(root: etree._Element) -> None:
        reference = root.find(f".//{DS}Reference")
        assert reference is not None
        reference.set("URI", uri)

    with refused("SGN-029"):
        checked(desk, with_xml(desk.container(), point))


def test_a_document_type_in_a_signature_is_sgn_029(desk: Desk) -> None:
    signed = desk.container()
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    xml = members(signed)[SIGNATURES].replace(b"<asic:", bomb + b"<asic:", 1)

    with refused("SGN-029"):
        checked(desk, with_member(signed, SIGNATURES, xml))


def test_a_file_signed_through_a_transform_is_sgn_028(desk: Desk) -> None:
    def transform(root: etree._Element) -> None:
        reference = root.find(f".//{DS}Reference")
        assert reference is not None
        listed = etree.Element(f"{DS}Transforms")
        etree.SubElement(listed, f"{DS}Transform", Algorithm="http://www.w3.org/2000/09/xmldsig#base64")
        reference.insert(0, listed)

    with refused("SGN-028"):
        checked(desk, with_xml(desk.container(), transform))


def test_a_weak_digest_is_sgn_027(desk: Desk) -> None:
    def weaken(root: etree._Element) -> None:
        method = root.find(f".//{DS}DigestMethod")
        assert method is not None
        method.set("Algorithm", "http://www.w3.org/2000/09/xmldsig#sha1")

    with refused("SGN-027"):
        checked(desk, with_xml(desk.container(), weaken))


def test_a_cms_signature_beside_the_documents_is_sgn_028(desk: Desk) -> None:
    with refused("SGN-028"):
        checked(desk, with_member(desk.container(), "META-INF/signature.p7s", b"0"))


def test_an_unknown_file_beside_the_signatures_is_sgn_024(desk: Desk) -> None:
    with refused("SGN-024"):
        checked(desk, with_member(desk.container(), "META-INF/piezīme.txt", b"read this"))


def test_another_text_than_agreed_is_sgn_025(desk: Desk) -> None:
    with refused("SGN-025"):
        checked(desk, desk.container({AGREED: agreement("CITS")}), wanted=expected((AGREED, agreement())))


def test_a_further_document_beside_the_agreed_ones_is_sgn_025(desk: Desk) -> None:
    signed = desk.container({AGREED: agreement(), "blakuslīgums.txt": b"abc"})

    with refused("SGN-025"):
        checked(desk, signed, wanted=expected((AGREED, agreement())))


@pytest.mark.parametrize(
    "name",
    [
        "../ligums.txt",
        "/etc/ligums.txt",
        "a/../../b.txt",
        "a\\b.txt",
        "C:x.txt",
        "a\u202etxt.exe.txt",
        "x /y.txt",
    ],
)
def test_a_name_that_leads_elsewhere_is_sgn_024(desk: Desk, name: str) -> None:
    with refused("SGN-024"):
        checked(desk, with_member(desk.container(), name, b"abc"))


def test_two_files_of_one_name_are_sgn_024(desk: Desk) -> None:
    found = members(desk.container())

    with refused("SGN-024"):
        checked(desk, zipped({**found, "LIGUMS.PDF": agreement("CITS")}))


@pytest.mark.parametrize("mimetype", [None, b"application/zip"])
def test_a_zip_that_does_not_say_that_it_is_a_container_is_sgn_024(
    desk: Desk, mimetype: bytes | None
) -> None:
    with refused("SGN-024"):
        checked(desk, zipped(members(desk.container()), mimetype=mimetype))


def test_bytes_between_members_and_behind_the_end_are_sgn_024(desk: Desk) -> None:
    signed = desk.container()
    for changed in (signed + b"more", b"PK\x03\x04before" + signed):
        with refused("SGN-024", "SGN-003"):
            checked(desk, changed)


def test_two_headers_of_one_file_that_differ_are_refused(desk: Desk) -> None:
    """Programs that read the local header see another file than those that read the directory."""
    signed = bytearray(desk.container())
    at = signed.index(AGREED.encode())
    signed[at : at + len(AGREED)] = b"LIGUMS.pdf"

    with refused("SGN-003", "SGN-024"):
        checked(desk, bytes(signed))


def test_too_many_files_are_sgn_022(desk: Desk) -> None:
    many = {f"{number}.txt": b"x" for number in range(60)}

    with refused("SGN-022"):
        checked(desk, zipped(many))


def test_a_zip_bomb_is_sgn_022(desk: Desk) -> None:
    with refused("SGN-022"):
        checked(desk, zipped({"liels.txt": b"0" * 30_000_000}))
    with refused("SGN-022"):
        checked(desk, zipped({"a.txt": b"abc"}), terms=Terms(limits=Limits(unpacked_bytes=2)))


def test_a_size_that_is_a_lie_is_refused(desk: Desk) -> None:
    """The directory says three bytes, and thirty million come out."""
    packed = bytearray(zipped({"liels.txt": b"0" * 30_000_000}))
    directory = packed.index(b"PK\x01\x02", packed.index(b"liels.txt"))
    struct.pack_into("<L", packed, directory + 24, 3)

    with refused("SGN-024", "SGN-022", "SGN-003"):
        checked(desk, bytes(packed))


def test_a_container_within_a_container_is_sgn_023(desk: Desk) -> None:
    for name in ("iekšējais.asice", "arhīvs.zip", "arhīvs.7z"):
        with refused("SGN-023"):
            checked(desk, with_member(desk.container(), name, desk.container()))
    with refused("SGN-023"):
        checked(desk, with_member(desk.container(), "teksts.txt", desk.container()))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rīks.exe", b"MZ\x90\x00"),
        ("līgums.txt", b"MZ\x90\x00"),
        ("skripts.txt", b"#!/bin/sh\n"),
        ("līgums.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("lapa.html", b"<script>"),
        ("attēls.png", b"GIF89a"),
        ("līgums.docm", b"PK\x05\x06"),
        ("bez-paplašinājuma", b"abc"),
    ],
)
def test_a_program_or_a_disguise_in_a_container_is_sgn_021(desk: Desk, name: str, content: bytes) -> None:
    with refused("SGN-021", "SGN-023"):
        checked(desk, with_member(desk.container(), name, content))


def office(part: str, content: bytes = b"x") -> bytes:
    parts = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>", part: content}
    return zipped(parts, mimetype=None)


@pytest.mark.parametrize(
    "document",
    [
        office("word/vbaProject.bin"),
        office("word/embeddings/oleObject1.bin"),
        office("word/activeX/activeX1.xml"),
        office("xl/macrosheets/sheet1.xml"),
        office("Basic/Standard/Module1.xml"),
        office("[Content_types].xml", b"application/vnd.ms-word.document.macroEnabled.main+xml").replace(
            b"", b""
        ),
    ],
    ids=["vba", "ole", "activex", "excel4", "basic", "type"],
)
def test_an_office_file_with_macros_is_sgn_020(desk: Desk, document: bytes) -> None:
    with refused("SGN-020", "SGN-024"):
        checked(desk, with_member(desk.container(), "veidlapa.docx", document))


def test_an_office_file_without_macros_is_accepted(desk: Desk) -> None:
    document = office("word/styles.xml")

    assert checked(desk, desk.container({"veidlapa.docx": document})).files[0].name == "veidlapa.docx"


def test_a_pdf_with_a_script_in_a_container_is_sgn_020(desk: Desk) -> None:
    with refused("SGN-020"):
        checked(desk, desk.container({AGREED: spoiling.with_script()}))


def test_an_encrypted_pdf_in_a_container_is_sgn_019(desk: Desk) -> None:
    with refused("SGN-019"):
        checked(desk, desk.container({AGREED: spoiling.encrypted()}))


def test_an_encrypted_member_is_sgn_019(desk: Desk) -> None:
    packed = bytearray(zipped({"ligums.txt": b"abc"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.rindex(mark) + offset] |= 1

    with refused("SGN-019"):
        checked(desk, bytes(packed))


def test_a_container_without_documents_is_sgn_024(desk: Desk) -> None:
    found = {
        name: content for name, content in members(desk.container()).items() if name.startswith("META-INF/")
    }

    with refused("SGN-024"):
        checked(desk, zipped(found))


def test_a_symbolic_link_is_sgn_024(desk: Desk) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", spoiling.MIMETYPE)
        link = zipfile.ZipInfo("ligums.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")

    with refused("SGN-024"):
        checked(desk, target.getvalue())


def test_signatures_beyond_the_limit_are_sgn_022(desk: Desk) -> None:
    with refused("SGN-022"):
        checked(desk, desk.container(), terms=replace(Terms(), limits=Limits(signatures=1)))
