"""A file is what its bytes are: documents are taken, and nothing that runs, hides or holds a key."""

import struct

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs7,
    pkcs12,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.onboarding.mail.letters import (
    PDF,
    PNG,
    a_certificate,
    a_container,
    a_request,
    key,
    private_key,
)
from tilts.onboarding.mail.sniffing import NAME_CHARACTERS, checked_attachment, safe_name
from tilts.rules import Refusal


def refused(name: str, content: bytes) -> str:
    with pytest.raises(Refusal) as no:
        checked_attachment(name, content)
    assert no.value.rule.sentence("lv", no.value.told())
    return no.value.rule.id


def pkcs7_signed() -> bytes:
    made = pkcs7.PKCS7SignatureBuilder().set_data(b"x").add_signer(a_certificate(), key(), hashes.SHA256())
    return made.sign(Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature])


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("līgums.PDF", PDF, "application/pdf"),
        ("pieteikums.edoc", a_container(("a.pdf", PDF)), "application/vnd.etsi.asic-e+zip"),
        ("pieteikums.asice", a_container(("a.pdf", PDF)), "application/vnd.etsi.asic-e+zip"),
        ("a.png", PNG, "image/png"),
        ("a.jpeg", b"\xff\xd8\xff\xe0" + b"x" * 20, "image/jpeg"),
        ("a.tif", b"II*\x00" + b"x" * 20, "image/tiff"),
        ("a.txt", b"Sveiki, pasaule!\r\n", "text/plain"),
        ("a.txt", "Šķ".encode("windows-1257"), "text/plain"),
        ("a.pem", a_certificate().public_bytes(Encoding.PEM), "application/x-pem-file"),
        ("a.csr", a_request().public_bytes(Encoding.PEM), "application/x-pem-file"),
        ("a.crt", a_certificate().public_bytes(Encoding.DER), "application/pkix-cert"),
        ("a.csr", a_request().public_bytes(Encoding.DER), "application/pkcs10"),
        ("smime.p7s", pkcs7_signed(), "application/pkcs7-mime"),
    ],
)
def test_documents_are_taken(name: str, content: bytes, media_type: str) -> None:
    kept, kind = checked_attachment(name, content)

    assert (kept.lower(), kind.media_type) == (name.lower(), media_type)


def test_a_file_without_an_ending_gets_the_one_of_its_content() -> None:
    assert checked_attachment("application-pdf", PDF)[0] == "application-pdf.pdf"


OFFICE = a_container(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<x/>"), first=False)
MACROS = a_container(("[Content_Types].xml", b"<Types/>"), ("word/vbaProject.bin", b"x"), first=False)
FOREIGN = {
    "program": b"MZ\x90\x00" + b"\x00" * 60,
    "elf": b"\x7fELF" + b"\x00" * 60,
    "old office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 60,
    "office": OFFICE,
    "macros": MACROS,
    "zip": a_container(("a.pdf", PDF), first=False),
    "empty zip": b"PK\x05\x06" + b"\x00" * 18,
    "gzip": b"\x1f\x8b\x08" + b"\x00" * 20,
    "7z": b"7z\xbc\xaf\x27\x1c" + b"\x00" * 20,
    "rar": b"Rar!\x1a\x07\x01\x00",
    "tar": b"a" * 257 + b"ustar" + b"\x00" * 300,
    "web page": b"  <!DOCTYPE html><p>x",
    "picture that runs": b"<svg onload='x'/>",
    "script": b"#!/bin/sh\nrm",
    "rich text": b"{\\rtf1 x}",
    "noise": b"\x01\x02\x03",
    "der of something": b"\x30\x03\x02\x01\x05",
    "nothing": b"",
}


@pytest.mark.parametrize("name", ["a.pdf", "a.txt", "a"])
@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN)
def test_MAIL_007_what_is_no_document_is_refused_whatever_its_name(name: str, content: bytes) -> None:
    assert refused(name, content) == "MAIL-007"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("invoice.pdf.exe", PDF),
        ("a.bat", b"del c:"),
        ("a.docm", PDF),
        ("a.png", PDF),
        ("fdp.\u202eexe", PDF),
        ("a.js", b"var x"),
    ],
)
def test_MAIL_008_a_name_that_hides_what_it_is_is_refused(name: str, content: bytes) -> None:
    assert refused(name, content) == "MAIL-008"


@pytest.mark.parametrize(
    "content",
    [
        private_key(Encoding.PEM, PrivateFormat.PKCS8),
        private_key(Encoding.PEM, PrivateFormat.TraditionalOpenSSL),
        a_certificate().public_bytes(Encoding.PEM) + private_key(Encoding.PEM, PrivateFormat.PKCS8),
        key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")),
        private_key(Encoding.DER, PrivateFormat.PKCS8),
        private_key(Encoding.DER, PrivateFormat.TraditionalOpenSSL),
        pkcs12.serialize_key_and_certificates(b"x", key(), a_certificate(), None, NoEncryption()),
    ],
    ids=["pkcs8", "sec1", "beside a certificate", "encrypted", "pkcs8 der", "sec1 der", "pkcs12"],
)
def test_MAIL_009_a_private_key_is_not_kept(content: bytes) -> None:
    assert refused("key.pem", content) == "MAIL-009"


@pytest.mark.parametrize(
    "word", [b"/Encrypt 5 0 R", b"/JavaScript(x)", b"/JS 4 0 R", b"/Launch<<", b"/EmbeddedFiles[]"]
)
def test_MAIL_010_a_locked_or_active_pdf_is_refused(word: bytes) -> None:
    assert refused("a.pdf", PDF.replace(b"/Type", word + b"/Type")) == "MAIL-010"


def test_chance_bytes_within_a_stream_are_no_script() -> None:
    assert checked_attachment("a.pdf", PDF.replace(b"endobj", b"stream\n/JS /Launch\nendstream endobj"))


def lying(content: bytes) -> bytes:
    """The list of contents says that its second file becomes four gigabytes."""
    place = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 4)
    return content[: place + 24] + struct.pack("<I", 2**32 - 2) + content[place + 28 :]


def encrypted(content: bytes) -> bytes:
    place = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 4)
    return content[: place + 8] + b"\x01\x00" + content[place + 10 :]


@pytest.mark.parametrize(
    "content",
    [
        a_container(("bomb.txt", b"\x00" * 3_000_000)),
        a_container(*((f"{n}.txt", b"x") for n in range(101))),
        a_container(("../../etc/passwd", b"x")),
        a_container(("/etc/passwd", b"x")),
        a_container(("inner.zip", b"PK")),
        a_container(("run.EXE", b"MZ")),
        a_container(("a.docm", b"PK")),
        a_container(("a.pdf", PDF))[:-30],
        lying(a_container(("a.pdf", PDF))),
        encrypted(a_container(("a.pdf", PDF))),
    ],
    ids=["bomb", "many", "out", "root", "zip", "program", "macros", "cut", "huge", "encrypted"],
)
def test_MAIL_011_a_container_that_nobody_would_make_is_refused(content: bytes) -> None:
    assert refused("a.asice", content) == "MAIL-011"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\temp\\a.pdf", "C__temp_a.pdf"),
        ("a\r\nContent-Type: x.pdf", "a Content-Type_ x.pdf"),
        ("  .hidden.  ", "hidden"),
        ("", "document"),
        ("\u202e\u0000", "document"),
    ],
)
def test_a_name_is_only_a_name(written: str, kept: str) -> None:
    assert safe_name(written) == kept


@given(st.text(max_size=300))
def test_whatever_name_is_given_it_is_short_and_in_no_folder(written: str) -> None:
    kept = safe_name(written)

    assert 0 < len(kept) <= NAME_CHARACTERS
    assert not set('/\\\r\n\x00"<>:') & set(kept)
    assert not kept.startswith(".")


@given(
    name=st.text(max_size=20),
    content=st.sampled_from([b"", b"PK\x03\x04", b"0\x82", b"%PDF-", b"\x30\x80"]).flatmap(
        lambda head: st.binary(max_size=200).map(lambda rest: head + rest)
    ),
)
def test_whatever_the_bytes_are_only_a_refusal_of_ours_comes_out(name: str, content: bytes) -> None:
    try:
        checked_attachment(name, content)
    except Refusal as no:
        assert no.rule.id in {"MAIL-007", "MAIL-008", "MAIL-009", "MAIL-010", "MAIL-011"}
