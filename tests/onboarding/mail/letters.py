"""Messages as people send them, and files of every kind; a test names only the fact that it is about."""

import io
import zipfile
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tilts.onboarding.mail.desks import desks_from
from tilts.onboarding.mail.parsing import Incoming, Limits, parse
from tilts.onboarding.mail.room import MailRoom, subject_lines

NOW: Final = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
LIMITS: Final = Limits(message_bytes=2_000_000, attachment_bytes=500_000, attachments=5)
CONTRACT: Final = "ligumi@iestade.example"
TEST: Final = "testi@iestade.example"
DESKS_AT: Final = desks_from(Path())
PDF: Final = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG: Final = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


def a_room(**facts: Any) -> MailRoom:
    valid: dict[str, Any] = {
        "desks_at": DESKS_AT,
        "limits": LIMITS,
        "messages_per_hour": 20,
        "automatic_letters_per_hour": 4,
        "subjects": subject_lines(),
        "portal_base": "http://127.0.0.1:1/",
    }
    return MailRoom(**{**valid, **facts})


def a_message(
    text: str = "Labdien! Kā sākt testēšanu?",
    *,
    files: tuple[tuple[str, bytes], ...] = (),
    headers: dict[str, str] | None = None,
    **facts: str,
) -> bytes:
    """Words of headers are named like `message_id=`; an empty one is left out."""
    valid = {
        "from": "anna@vendor.example",
        "to": CONTRACT,
        "subject": "Jautājums",
        "message_id": "<1@vendor.example>",
    }
    message = EmailMessage(policy=SMTP)
    named = {name.replace("_", "-"): value for name, value in {**valid, **facts}.items()}
    for name, value in {**named, **(headers or {})}.items():
        if value:
            message[name] = value
    message.set_content(text)
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def read(raw: bytes) -> Incoming:
    return parse(raw, LIMITS)


def a_container(*files: tuple[str, bytes], first: bool = True) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as container:
        if first:
            container.writestr(zipfile.ZipInfo("mimetype"), b"application/vnd.etsi.asic-e+zip")
        for name, content in files:
            container.writestr(name, content)
    return held.getvalue()


@cache
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def subject() -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Parauga prakse")])


def a_certificate() -> x509.Certificate:
    made = (
        x509.CertificateBuilder()
        .subject_name(subject())
        .issuer_name(subject())
        .public_key(key().public_key())
    )
    made = made.serial_number(7).not_valid_before(NOW).not_valid_after(NOW.replace(year=2027))
    return made.sign(key(), hashes.SHA256())


def a_request() -> x509.CertificateSigningRequest:
    return x509.CertificateSigningRequestBuilder().subject_name(subject()).sign(key(), hashes.SHA256())


def private_key(encoding: serialization.Encoding, form: serialization.PrivateFormat) -> bytes:
    return key().private_bytes(encoding, form, serialization.NoEncryption())
