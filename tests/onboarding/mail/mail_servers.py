"""A real mail server on the loopback that takes letters, refuses some, drips, or dies, with its own certificate."""

import contextlib
import datetime
import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.onboarding.mail.letters import key, subject
from tilts.settings import Settings


@dataclass
class Box:
    """What the server took; `says` may refuse: it is asked with how often this letter came before."""

    says: Callable[[str, int], str] = lambda recipient, before: "250 OK"
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    came: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        [recipient] = envelope.rcpt_tos
        content = envelope.original_content or b""
        said = self.says(recipient, self.came.count(recipient))
        self.came.append(recipient)
        if said.startswith("250"):
            self.taken.append((recipient, content))
        return said

    async def handle_RCPT(
        self, server: Any, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        if address.startswith("nobody@"):
            return "550 5.1.1 no such user"
        if address.startswith("later@") and self.came.count(address) < 1:
            self.came.append(address)
            return "451 4.7.1 come again"
        envelope.rcpt_tos.append(address)
        return "250 OK"


def certificate(folder: Path) -> tuple[Path, Path]:
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject())
        .issuer_name(subject())
        .public_key(key().public_key())
    )
    made = made.serial_number(9).not_valid_before(now - datetime.timedelta(days=1))
    made = made.not_valid_after(now + datetime.timedelta(days=1)).add_extension(names, critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    cert, private = folder / "mail.pem", folder / "mail.key"
    cert.write_bytes(made.sign(key(), hashes.SHA256()).public_bytes(Encoding.PEM))
    private.write_bytes(key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return cert, private


def authenticated(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
    right = (given.login, given.password) == (b"tilts", b"a secret")
    return AuthResult(success=right, handled=False)


@contextlib.contextmanager
def mail_server(folder: Path, box: Box, scheme: str = "smtp") -> Iterator[Settings]:
    """Settings with which our letters reach it."""
    cert, private = certificate(folder)
    (folder / "password").write_text("a secret\n")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, private)
    options: dict[str, Any] = {"hostname": "127.0.0.1", "port": free_port()}
    if scheme == "smtps":
        options["ssl_context"] = context
    if scheme == "smtp+starttls":
        options |= {"tls_context": context, "require_starttls": True}
    user = ""
    if scheme != "smtp":
        options |= {
            "auth_required": True,
            "authenticator": authenticated,
            "auth_require_tls": scheme != "smtps",
        }
        user = "tilts@"
    controller = Controller(box, **options)
    controller.start()
    try:
        yield Settings(
            mail_smtp_url=f"{scheme}://{user}127.0.0.1:{options['port']}",
            mail_smtp_password_file=folder / "password",
            mail_smtp_ca_file=cert,
            mail_smtp_timeout_seconds=20,
        )
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
