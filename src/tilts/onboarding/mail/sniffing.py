"""What a file really is, by its bytes and not by its name; only documents that nothing runs in are taken.

    pdf · asice, edoc · png, jpeg, tiff · txt · p7s, p7m, p7c · pem, crt, csr

No signature is judged here, and no document is opened by a library that could be misled: that is done where
signatures are checked, in a process of its own.
"""

import re
from dataclasses import dataclass
from typing import Final

from cryptography import x509

from tilts.onboarding.mail.addressing import one_line
from tilts.onboarding.mail.containers import check_container, kind_of_zip
from tilts.rules import Refusal
from tilts.rules.mail import (
    MAIL_KIND_NOT_TAKEN,
    MAIL_LOCKED_OR_ACTIVE,
    MAIL_NAME_UNLIKE_CONTENT,
    MAIL_PRIVATE_KEY,
)

TAKEN: Final = "pdf, asice, edoc, png, jpeg, tiff, txt, p7s, p7m, p7c, pem, crt, csr"
NAME_CHARACTERS: Final = 120
NOT_IN_NAMES: Final = str.maketrans(dict.fromkeys('\\/:*?"<>|', "_"))


@dataclass(frozen=True, slots=True)
class FileKind:
    media_type: str
    endings: tuple[str, ...]  # that a name of it may have; the first is given to one without


PDF: Final = FileKind("application/pdf", ("pdf",))
CONTAINER: Final = FileKind("application/vnd.etsi.asic-e+zip", ("asice", "edoc", "sce"))
PNG: Final = FileKind("image/png", ("png",))
JPEG: Final = FileKind("image/jpeg", ("jpg", "jpeg"))
TIFF: Final = FileKind("image/tiff", ("tif", "tiff"))
TEXT: Final = FileKind("text/plain", ("txt", "text"))
PEM: Final = FileKind(
    "application/x-pem-file", ("pem", "crt", "cer", "csr", "req", "p10", "txt", "p7b", "p7s")
)
CERTIFICATE: Final = FileKind("application/pkix-cert", ("crt", "cer", "der"))
REQUEST: Final = FileKind("application/pkcs10", ("csr", "req", "p10", "der"))
PKCS7: Final = FileKind("application/pkcs7-mime", ("p7s", "p7m", "p7c", "p7b"))

BEGINNINGS: Final = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"%PDF-", PDF),
)
FOREIGN: Final = (  # what is met most often, so that the answer can say what it was, in words of every language
    (0, b"MZ", "EXE, DLL"),
    (0, b"\x7fELF", "ELF"),
    (0, b"\xfe\xed\xfa", "Mach-O"),
    (0, b"\xcf\xfa\xed\xfe", "Mach-O"),
    (0, b"\xca\xfe\xba\xbe", "Java, Mach-O"),
    (0, b"L\x00\x00\x00\x01\x14\x02\x00", "LNK"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "OLE2: DOC, XLS, PPT, MSG, MSI"),
    (0, b"{\\rtf", "RTF"),
    (0, b"7z\xbc\xaf\x27\x1c", "7Z"),
    (0, b"Rar!\x1a\x07", "RAR"),
    (0, b"\x1f\x8b", "GZIP"),
    (0, b"BZh", "BZIP2"),
    (0, b"\xfd7zXZ\x00", "XZ"),
    (0, b"(\xb5/\xfd", "ZSTD"),
    (0, b"MSCF", "CAB"),
    (0, b"\x78\x9f\x3e\x22", "TNEF: winmail.dat"),
    (257, b"ustar", "TAR"),
    (32_769, b"CD001", "ISO"),
)
PRIVATE_KEY: Final = re.compile(rb"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----")
PEM_BEGINS: Final = re.compile(
    rb"-----BEGIN (?:X509 |TRUSTED |NEW )?(?:CERTIFICATE(?: REQUEST)?|PKCS7|CMS)-----"
)
# A PDF may spell a name in other ways; what is hidden deeper is found where signatures are checked.
PDF_LOCKED_OR_ACTIVE: Final = re.compile(
    rb"/(?:Encrypt|JavaScript|JS|Launch|EmbeddedFiles?|RichMedia)(?![A-Za-z0-9#])"
)
MARKUP: Final = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?\s*(?:<(?:!doctype|html|script|svg|\?xml|\?php)|#!)", re.IGNORECASE
)
CONTROLS: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
SIGNED_CONTENT: Final = bytes.fromhex("06092a864886f70d010702")  # 1.2.840.113549.1.7.2
KEY_STORE: Final = re.compile(
    rb"\x30(?:\x80|[\x00-\x7f]|\x81.|\x82..|\x83...|\x84....)\x02\x01\x03\x30", re.DOTALL
)
KEY_ITSELF: Final = re.compile(
    # PKCS #8 and PKCS #1 (INTEGER 0, then a sequence or a large INTEGER), SEC 1 (INTEGER 1, OCTET STRING)
    rb"\x30(?:[\x00-\x7f]|\x81.|\x82..)\x02\x01(?:\x00(?:\x30|\x02[\x20-\x7f\x81\x82])|\x01\x04[\x18-\x48])",
    re.DOTALL,
)


def checked_attachment(name: str, content: bytes) -> tuple[str, FileKind]:
    """The name it is kept by and what it is; raises the reason why it is not taken."""
    shown = safe_name(name)
    kind = kind_of(shown, content)
    stem, dot, ending = shown.rpartition(".")
    if not dot:
        return f"{shown}.{kind.endings[0]}", kind
    if ending.lower() not in kind.endings:
        raise Refusal(MAIL_NAME_UNLIKE_CONTENT, name=shown, found=kind.media_type)
    return f"{stem}.{ending.lower()}", kind


def safe_name(written: str) -> str:
    """A file name that is only a name: no folder, no control, no turned direction, not too long."""
    line = one_line(written, 1000).translate(NOT_IN_NAMES).strip(" .")
    stem, dot, ending = line.rpartition(".")
    if not dot or len(ending) > 10:
        return line[:NAME_CHARACTERS].strip(" .") or "document"
    return f"{stem[: NAME_CHARACTERS - len(ending) - 1].rstrip(' .') or 'document'}.{ending}"


def kind_of(name: str, content: bytes) -> FileKind:
    """What the bytes are; raises when that is not taken."""
    for beginning, kind in BEGINNINGS:
        if content.startswith(beginning):
            _check_pdf(name, content, kind)
            return kind
    if content.startswith(b"PK\x03\x04") or content.startswith(b"PK\x05\x06"):
        return _container(name, content)
    for place, mark, words in FOREIGN:
        if content.startswith(mark, place):
            raise Refusal(MAIL_KIND_NOT_TAKEN, name=name, found=words, taken=TAKEN)
    if PRIVATE_KEY.search(content):
        raise Refusal(MAIL_PRIVATE_KEY, name=name)
    return (
        _binary(name, content)
        if content[:1] == b"\x30" and CONTROLS.search(content)
        else _text(name, content)
    )


def _check_pdf(name: str, content: bytes, kind: FileKind) -> None:
    if kind is PDF and PDF_LOCKED_OR_ACTIVE.search(_outside_streams(content)):
        raise Refusal(MAIL_LOCKED_OR_ACTIVE, name=name)


def _outside_streams(content: bytes) -> bytes:
    """The dictionaries of a PDF: in compressed bytes any short name turns up by chance."""
    parts, place = [], 0
    while (begins := content.find(b"stream", place)) >= 0:
        parts.append(content[place:begins])
        ends = content.find(b"endstream", begins + 6)
        place = len(content) if ends < 0 else ends + 9
    return b"\n".join([*parts, content[place:]])


def _container(name: str, content: bytes) -> FileKind:
    found = kind_of_zip(content)
    if found is not None:
        raise Refusal(MAIL_KIND_NOT_TAKEN, name=name, found=found, taken=TAKEN)
    check_container(name, content)
    return CONTAINER


def _binary(name: str, content: bytes) -> FileKind:
    """DER: a certificate, a request, a signature; a key is refused."""
    if KEY_STORE.match(content) or KEY_ITSELF.match(content):
        raise Refusal(MAIL_PRIVATE_KEY, name=name)
    if SIGNED_CONTENT in content[:24]:
        return PKCS7
    for kind, load in ((CERTIFICATE, x509.load_der_x509_certificate), (REQUEST, x509.load_der_x509_csr)):
        try:
            load(content)
        except ValueError:
            continue  # it is not this; what it is nothing of is refused below
        return kind
    raise Refusal(MAIL_KIND_NOT_TAKEN, name=name, found="application/octet-stream", taken=TAKEN)


def _text(name: str, content: bytes) -> FileKind:
    if MARKUP.match(content):
        raise Refusal(MAIL_KIND_NOT_TAKEN, name=name, found="HTML, XML, script", taken=TAKEN)
    if not content.strip() or CONTROLS.search(content):
        raise Refusal(MAIL_KIND_NOT_TAKEN, name=name, found="application/octet-stream", taken=TAKEN)
    return PEM if PEM_BEGINS.search(content) else TEXT
