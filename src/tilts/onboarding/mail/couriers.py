"""How a letter leaves: to a mail server, or, in the sandbox, into a folder that the mailbox page shows."""

import asyncio
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, TypeAlias
from urllib.parse import unquote, urlsplit

from tilts.onboarding.mail.addressing import one_line, our_letter
from tilts.settings import Settings
from tilts.store.onboarding.mail_folder import MailFolder

PORTS: Final = {"smtp": smtplib.SMTP_PORT, "smtp+starttls": 587, "smtps": smtplib.SMTP_SSL_PORT}
FAULT_CHARACTERS: Final = 200
Submit: TypeAlias = Callable[[], None]


class NotTaken(Exception):
    """The letter was not accepted; `permanent` when trying again would not help."""

    def __init__(self, fault: str, *, permanent: bool = False) -> None:
        super().__init__(fault)
        self.fault = one_line(fault, FAULT_CHARACTERS)
        self.permanent = permanent


class Courier(Protocol):
    async def hand_over(self, message_id: str, sender: str, recipient: str, message: bytes) -> None:
        """Returns when the other side has taken the letter on; else raises NotTaken."""
        ...


@dataclass(frozen=True, slots=True)
class FolderCourier:
    """Into a Maildir. The name comes from the letter, so one that is put there twice is there once."""

    folder: MailFolder

    async def hand_over(self, message_id: str, sender: str, recipient: str, message: bytes) -> None:
        try:
            await asyncio.to_thread(self.folder.deliver, f"{our_letter(message_id)}.tilts", message)
        except OSError as fault:
            raise NotTaken(type(fault).__name__) from fault


@dataclass(frozen=True, slots=True)
class MailServer:
    scheme: str  # smtp, smtp+starttls, smtps
    host: str
    port: int
    user: str
    password: str
    trust: ssl.SSLContext
    timeout_seconds: int


def server_from(settings: Settings) -> MailServer:
    """Raises ValueError at the start for an address that is none; a password stands in a file, never in it."""
    parts = urlsplit(settings.mail_smtp_url)
    if parts.scheme not in PORTS or not parts.hostname or parts.password is not None:
        raise ValueError("TILTS_MAIL_SMTP_URL: smtp://host, smtp+starttls://user@host or smtps://user@host")
    if parts.username and parts.scheme == "smtp":
        raise ValueError(
            "TILTS_MAIL_SMTP_URL: no password is sent without TLS; write smtp+starttls:// or smtps://"
        )
    file, ca = settings.mail_smtp_password_file, settings.mail_smtp_ca_file
    return MailServer(
        scheme=parts.scheme,
        host=parts.hostname,
        port=parts.port or PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=file.read_text("utf-8").strip() if file != Path() else "",
        trust=ssl.create_default_context(cafile=str(ca) if ca != Path() else None),
        timeout_seconds=settings.mail_smtp_timeout_seconds,
    )


class SmtpCourier:
    """One connection for one letter: no state that a killed worker could leave behind."""

    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def hand_over(self, message_id: str, sender: str, recipient: str, message: bytes) -> None:
        open_line: list[smtplib.SMTP] = []
        work = asyncio.to_thread(self._submit, open_line, sender, recipient, message)
        try:
            await asyncio.wait_for(work, self._server.timeout_seconds)
        except TimeoutError:
            raise NotTaken("no answer in time") from None
        finally:
            # The thread may still wait for a server that drips: without its line it ends.
            for line in open_line:
                hang_up(line)

    def _submit(self, open_line: list[smtplib.SMTP], sender: str, recipient: str, message: bytes) -> None:
        try:
            line = self._line(open_line)
            self._greet(line)
            line.sendmail(sender, [recipient], message)
        except smtplib.SMTPRecipientsRefused as no:
            code, said = no.recipients[recipient]
            raise NotTaken(_words(code, said), permanent=_is_permanent(code)) from no
        except smtplib.SMTPDataError as no:
            raise NotTaken(_words(no.smtp_code, no.smtp_error), permanent=_is_permanent(no.smtp_code)) from no
        except smtplib.SMTPResponseException as no:
            # Greeting, sign-in, sender: that is between the two servers, no fault of the letter; it waits.
            raise NotTaken(_words(no.smtp_code, no.smtp_error)) from no
        except (smtplib.SMTPException, OSError, ValueError) as fault:
            raise NotTaken(f"{type(fault).__name__}: {fault}") from fault
        with suppress(smtplib.SMTPException, OSError):
            line.quit()  # the letter is taken; how the server says goodbye changes nothing

    def _line(self, open_line: list[smtplib.SMTP]) -> smtplib.SMTP:
        server = self._server
        if server.scheme == "smtps":
            found: smtplib.SMTP = smtplib.SMTP_SSL(timeout=server.timeout_seconds, context=server.trust)
        else:
            found = smtplib.SMTP(timeout=server.timeout_seconds)
        open_line.append(found)  # before it connects: a server may drip its first line for ever
        found._host = server.host  # type: ignore[attr-defined]  # whose name TLS checks; only the constructor sets it
        code, said = found.connect(server.host, server.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, said)
        return found

    def _greet(self, line: smtplib.SMTP) -> None:
        server = self._server
        line.ehlo_or_helo_if_needed()
        if server.scheme == "smtp+starttls":
            line.starttls(context=server.trust)  # raises when it is not offered: nothing leaves in the open
            line.ehlo()
        if server.user:
            line.login(server.user, server.password)


def hang_up(line: smtplib.SMTP) -> None:
    if line.sock is not None:
        with suppress(OSError):
            line.sock.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        line.close()


def _is_permanent(code: int) -> bool:
    return code // 100 == 5


def _words(code: int, said: bytes | str) -> str:
    return f"{code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"


def courier_from(settings: Settings) -> Courier | None:
    """None when nothing is set: then letters wait in the outbox, and nobody pretends that they left."""
    if settings.mail_smtp_url:
        return SmtpCourier(server_from(settings))
    if settings.mail_sent_folder != Path():
        return FolderCourier(MailFolder(settings.mail_sent_folder).make())
    return None
