"""Time stamps over the newest head, from a real authority on this machine, by RFC 3161."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1_x509
from certomancer.services import TimeStamper
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.running import Running
from tests.store.databases import empty_database
from tilts.access.audit.sealing import Sealer
from tilts.access.audit.stamping import fetching, stamp_newest
from tilts.access.audit.verifying import asked_of, verify
from tilts.clock import WallClock
from tilts.settings import Settings
from tilts.store.migrate import migrate_database
from tilts.store.tx import Database


def authority(folder: Path, name: str) -> tuple[TimeStamper, Path]:
    """A root and below it whoever stamps; the root's PEM is what one believes."""
    now, day = datetime.now(UTC), timedelta(days=1)
    made = {}
    issuer_key, issuer = None, None
    for who in ("root", "tsa"):
        key = rsa.generate_private_key(65537, 2048)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} {who}")])
        builder = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(issuer.subject if issuer else subject)
        )
        builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - day).not_valid_after(now + day)
        is_root = issuer is None
        builder = builder.add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        if not is_root:
            usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(usage, critical=True)
        issuer_key = issuer_key or key
        certificate = builder.sign(issuer_key, hashes.SHA256())
        issuer = issuer or certificate
        made[who] = (key, certificate)
    key, certificate = made["tsa"]
    der, plain = serialization.Encoding.DER, serialization.NoEncryption()
    private = keys.PrivateKeyInfo.load(key.private_bytes(der, serialization.PrivateFormat.PKCS8, plain))
    own, root = (asn1_x509.Certificate.load(made[who][1].public_bytes(der)) for who in ("tsa", "root"))
    file = folder / f"{name}.pem"
    file.write_bytes(made["root"][1].public_bytes(serialization.Encoding.PEM))
    return TimeStamper(own, private, certs_to_embed=[root]), file


@contextmanager
def answering(stamper: TimeStamper) -> Iterator[str]:
    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["content-length"])))
            answer = stamper.request_tsa_response(asked).dump()
            self.send_response(200)
            self.send_header("content-type", "application/timestamp-reply")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Desk)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}/tsa"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def place(exchange: Running, tmp_path: Path) -> Iterator[tuple[Settings, Sealer]]:
    with empty_database(exchange) as conninfo:
        migrate_database(conninfo, "test")
        sealer = Sealer(conninfo, "test", tmp_path / "keys", 250, lambda: datetime.now(UTC))
        yield Settings(database_url=conninfo, keys_folder=tmp_path / "keys"), sealer


def stamped(settings: Settings) -> bool:
    async def ask() -> bool:
        database = Database(settings.database_url, connections=1)
        await database.open()
        try:
            return await stamp_newest(database, WallClock(), settings, fetching(settings))
        finally:
            await database.close()

    return asyncio.run(ask())


def test_the_newest_head_is_stamped_once_in_a_while_and_verified(
    place: tuple[Settings, Sealer], tmp_path: Path
) -> None:
    settings, sealer = place
    ours, root = authority(tmp_path, "ours")
    _, other_root = authority(tmp_path, "other")
    with answering(ours) as url, sealer.connected() as db:
        allowed = {"egress_hosts": url.split("/")[2], "egress_networks": "127.0.0.0/8,::1/128"}
        settings = replace(settings, timestamp_url=url, timestamp_ca_file=root, **allowed)
        assert not stamped(settings)  # nothing is sealed yet
        sealer.seal_once(db)
        assert stamped(settings)
        assert not stamped(settings)  # not due again
        assert verify(db, asked_of(settings)).findings == []

        distrusting = verify(db, asked_of(replace(settings, timestamp_ca_file=other_root)))
        assert [one.what for one in distrusting.findings] == ["stamp-wrong"]

        last = "octet_length(response) - 5"  # in the signature
        db.execute(
            f"UPDATE audit_stamp SET response = set_byte(response, {last}, 255 - get_byte(response, {last}))".encode()
        )
        assert [one.what for one in verify(db, asked_of(settings)).findings] == ["stamp-wrong"]


def test_an_authority_that_is_not_believed_or_away_leaves_no_stamp(
    place: tuple[Settings, Sealer], tmp_path: Path
) -> None:
    settings, sealer = place
    ours, _ = authority(tmp_path, "ours")
    _, other_root = authority(tmp_path, "other")
    with answering(ours) as url, sealer.connected() as db:
        sealer.seal_once(db)
        allowed = {"egress_hosts": url.split("/")[2], "egress_networks": "127.0.0.0/8,::1/128"}
        settings = replace(settings, timestamp_url=url, timestamp_ca_file=other_root, **allowed)
        assert not stamped(settings)
    assert not stamped(settings)
