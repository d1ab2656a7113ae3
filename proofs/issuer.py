"""The invented issuer's servers on loopback, in a thread of their own: its list and its answers over http, the trust
list over https; and certificates that name these addresses. They can be stopped, as such servers sometimes are.
"""

import asyncio
import contextlib
import socket
import ssl
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from tilts.lab.pki_trust.certificates import Span, sign
from tilts.lab.pki_trust.connections import ConnectionSubject, connection_order
from tilts.lab.pki_trust.folder import issuing_of
from tilts.lab.pki_trust.layout import TrustFolder, open_trust
from tilts.lab.pki_trust.listing import signed_list
from tilts.lab.pki_trust.signers import SignerCredentials

AUTHORITY: Final = "connection-ca"
HOST: Final = "127.0.0.1"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LIMIT_BYTES: Final = 65_536


@dataclass
class Issuer:
    """What it has revoked, and how long its words hold."""

    pki: Path
    list_holds: timedelta  # the trust list's NextUpdate, from when it is asked for
    listed: dict[int, datetime] = field(default_factory=dict)  # on the revocation list
    told: dict[int, datetime] = field(default_factory=dict)  # by answers alone
    short: dict[int, timedelta] = field(default_factory=dict)  # of which certificates answers end soon
    asked: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Its ports are taken at once, because settings name them; who comes too early waits."""
        self._sockets = socket.create_server((HOST, 0)), socket.create_server((HOST, 0))
        self.plain, self.secure = (one.getsockname()[1] for one in self._sockets)
        self._servers: list[asyncio.Server] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def serve(self) -> None:
        """Once the sandbox has made its folder: the trust list under the sandbox's own server certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.pki / "server.pem", self.pki / "server.key")
        for listening, tls in zip(self._sockets, (None, context), strict=True):
            starting = asyncio.start_server(self._answer, sock=listening, ssl=tls)
            self._servers.append(asyncio.run_coroutine_threadsafe(starting, self._loop).result())

    def go_down(self) -> None:
        """Nobody listens there any more."""
        for server in self._servers:
            self._loop.call_soon_threadsafe(server.close)

    def stop(self) -> None:
        self.go_down()
        for listening in self._sockets:
            listening.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @cached_property
    def trust(self) -> TrustFolder:
        return open_trust(self.pki)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            length = next((int(one[15:]) for one in head.split("\r\n") if one[:15] == "Content-Length:"), 0)
            asked = await reader.readexactly(min(length, LIMIT_BYTES))
            content = self._content(head.split(" ")[1], asked)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content) + content)
            await writer.drain()
        writer.close()

    def _content(self, path: str, asked: bytes) -> bytes:
        self.asked[path] = self.asked.get(path, 0) + 1
        now = datetime.now(UTC)
        if path == "/tl.xml":
            return signed_list(self.trust, now, now + self.list_holds, int(now.timestamp()))
        if path == "/ca.crl":
            return self._list(now)
        return self._said_of(ocsp.load_der_ocsp_request(asked), now)

    def _list(self, now: datetime) -> bytes:
        """It speaks for certificates that name it, so that of the others answers alone tell."""
        issuing = issuing_of(self.trust, AUTHORITY)
        scope = x509.IssuingDistributionPoint(
            [x509.UniformResourceIdentifier(self.place("crl"))], None, False, False, None, False, False
        )
        listed = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(issuing.certificate.subject)
            .last_update(now - HOUR)
            .next_update(now + DAY)
            .add_extension(scope, critical=True)
        )
        for serial, since in self.listed.items():
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since)
            listed = listed.add_revoked_certificate(entry.build())
        return listed.sign(issuing.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def place(self, source: str) -> str:
        return f"http://{HOST}:{self.plain}/{'ca.crl' if source == 'crl' else 'ocsp'}"

    def _said_of(self, asked: ocsp.OCSPRequest, now: datetime) -> bytes:
        serial, issuing = asked.serial_number, issuing_of(self.trust, AUTHORITY)
        revoked_at = self.told.get(serial)
        answer = ocsp.OCSPResponseBuilder().add_response_by_hash(
            issuer_name_hash=asked.issuer_name_hash,
            issuer_key_hash=asked.issuer_key_hash,
            serial_number=serial,
            algorithm=asked.hash_algorithm,
            cert_status=ocsp.OCSPCertStatus.REVOKED if revoked_at else ocsp.OCSPCertStatus.GOOD,
            this_update=now - HOUR,
            next_update=now + self.short.get(serial, DAY),
            revocation_time=revoked_at,
            revocation_reason=None,
        )
        answer = answer.responder_id(ocsp.OCSPResponderEncoding.NAME, issuing.certificate)
        return answer.sign(issuing.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def issue(self, subject: ConnectionSubject, source: str) -> SignerCredentials:
        """A certificate that names where its revocation is told: `crl` or `ocsp`, and nothing else."""
        key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
        order = connection_order(subject, key.public_key(), Span(now - HOUR, now + 30 * DAY), AUTHORITY)
        named = (*order.extensions[:-1], (self._source(source), False))
        made = sign(replace(order, extensions=named), issuing_of(self.trust, AUTHORITY))
        return SignerCredentials(made, key, self.trust.chain(AUTHORITY))

    def _source(self, source: str) -> x509.ExtensionType:
        place = x509.UniformResourceIdentifier(self.place(source))
        if source == "crl":
            return x509.CRLDistributionPoints([x509.DistributionPoint([place], None, None, None)])
        access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)
        return x509.AuthorityInformationAccess([access])
