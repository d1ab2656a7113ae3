"""On the wire, under load: what is revoked is refused on connections that are open, and sources that are down close
only after their grace time, with the reason; the round that looks at them runs each second here.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from tests.access.speaking import Speaker, context_of, rule_of
from tests.onboarding.trusting import House
from tests.running import Running
from tilts.lab.pki_trust import ConnectionSubject, issue_connection_certificate, revoke
from tilts.lab.pki_trust.certificates import revocation_list
from tilts.lab.pki_trust.folder import issuing_of
from tilts.lab.pki_trust.layout import open_trust
from tilts.lab.pki_trust.listing import signed_list
from tilts.store.onboarding import certificates as store
from tilts.store.onboarding import trust
from tilts.store.onboarding.certificates import NewCertificate
from tilts.store.onboarding.trust import TrustListRecord
from tilts.store.tx import Database

pytestmark = pytest.mark.anyio
LINES = 8
NEVER = 60  # seconds; reached only when what must come does not come
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def house(rehearsed: Running) -> House:
    return House(rehearsed.settings.pki_folder, open_trust(rehearsed.settings.pki_folder))


@pytest.fixture
async def store_of(rehearsed: Running) -> AsyncIterator[Database]:
    database = Database(rehearsed.settings.database_url, connections=2)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture
async def listed(
    rehearsed: Running, house: House, store_of: Database, tmp_path: Path
) -> AsyncIterator[tuple[Speaker, x509.Certificate]]:
    """The practice with a second certificate, by the issuer on the trust list."""
    speaker = Speaker(rehearsed, "practice")
    made = issue_connection_certificate(house.pki, ConnectionSubject("Parauga", "99990000011", "second"))
    (tmp_path / "cert.pem").write_bytes(made.cert_pem)
    (tmp_path / "key.pem").write_bytes(made.key_pem)
    new = NewCertificate(
        fingerprint=made.cert.fingerprint(hashes.SHA256()),
        client_id=speaker.told["client_id"],
        serial=str(made.cert.serial_number),
        issuer=made.cert.issuer.rfc4514_string(),
        public_key=b"\0" * 32,
        not_before=made.cert.not_valid_before_utc,
        not_after=made.cert.not_valid_after_utc,
        case_id=None,
        certificate=made.cert.public_bytes(Encoding.DER),
    )
    async with store_of.transaction() as tx:
        assert await store.register(tx, new, datetime.now(UTC))
    await speaker.http.aclose()
    context = context_of(house.pki / "ca.pem", tmp_path / "cert.pem", tmp_path / "key.pem")
    speaker.http = httpx.AsyncClient(verify=context, trust_env=False, timeout=30)
    async with speaker:
        yield speaker, made.cert
    async with store_of.transaction() as tx:
        await tx.execute(
            "UPDATE onboarding.client_certificate SET ended_at = now() WHERE fingerprint = %s",
            [new.fingerprint],
        )


async def told(speaker: Speaker) -> str:
    """ACC-005 says that the certificate is known and a token is asked for."""
    return rule_of(await speaker.http.get(f"{speaker.base}/MedicationRequest"))


async def until(expected: str, ask: Callable[[], Awaitable[str]]) -> None:
    async with asyncio.timeout(NEVER):
        while await ask() != expected:
            await asyncio.sleep(0)


async def call_until_refused(speaker: Speaker, token: str, said: Counter[str]) -> set[int]:
    """Over one connection that stays open; gives the file numbers of the sockets it was."""
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=1)
    lines = set()
    context = speaker.http._transport._pool._ssl_context  # type: ignore[attr-defined]
    async with httpx.AsyncClient(verify=context, limits=limits, trust_env=False, timeout=30) as http:
        while True:
            answer = await http.get(
                f"{speaker.base}/Organization", headers={"Authorization": f"Bearer {token}"}
            )
            lines.add(answer.extensions["network_stream"].get_extra_info("socket").fileno())
            said["200" if answer.status_code == 200 else rule_of(answer)] += 1
            if answer.status_code != 200:
                return lines


async def test_acc_003_under_load_a_revoked_certificate_is_refused_on_every_open_connection(
    listed: tuple[Speaker, x509.Certificate], house: House, rehearsed: Running
) -> None:
    speaker, certificate = listed
    said: Counter[str] = Counter()
    token = await speaker.token()
    async with Speaker(rehearsed, "practice") as other, asyncio.timeout(NEVER):
        crowd = [asyncio.ensure_future(call_until_refused(speaker, token, said)) for _ in range(LINES)]
        while said["200"] < 10 * LINES:
            await asyncio.sleep(0)
        revoke(house.pki, certificate, datetime.now(UTC))
        lines = await asyncio.gather(*crowd)
        first = await other.call("GET", "Organization", await other.token())

    assert all(len(of_one) == 1 for of_one in lines)  # nobody had to connect anew to be refused
    assert said["ACC-003"] == LINES
    assert set(said) == {"200", "ACC-003"}
    assert first.status_code == 200  # the holder's other certificate goes on


@contextmanager
def kept(*files: Path) -> Iterator[None]:
    before = {file: file.read_bytes() for file in files}
    try:
        yield
    finally:
        for file, content in before.items():
            file.write_bytes(content)


async def test_acc_014_when_the_issuers_list_does_not_come_calls_go_on_for_the_grace_time_then_the_reason_is_told(
    listed: tuple[Speaker, x509.Certificate], house: House, store_of: Database
) -> None:
    speaker, certificate = listed
    crl, now = house.trust.crl("connection-ca"), datetime.now(UTC)
    one = certificate.fingerprint(hashes.SHA256())

    async def known_until(moment: datetime) -> None:
        async with store_of.transaction() as tx:
            await tx.execute(
                "UPDATE onboarding.certificate_standing SET known_good_until = %s WHERE fingerprint = %s",
                [moment, one],
            )

    async def status() -> str:
        async with store_of.transaction() as tx:
            cursor = await tx.execute(
                "SELECT status FROM onboarding.certificate_standing WHERE fingerprint = %s", [one]
            )
            row = await cursor.fetchone()
            return str(row[0]) if row else ""

    with kept(crl):
        await until("good", status)
        crl.write_bytes(
            revocation_list(issuing_of(house.trust, "connection-ca"), {}, now - 2 * DAY, now - HOUR)
        )
        await until("unknown", status)
        await known_until(now - HOUR)
        assert await told(speaker) == "ACC-005"  # overdue, and within the grace time
        await known_until(now - 25 * HOUR)
        await until("ACC-014", lambda: told(speaker))
        answer = await speaker.http.get(
            f"{speaker.base}/MedicationRequest", headers={"Accept-Language": "en"}
        )
        assert "not known any more" in answer.text and "not taken from" in answer.text
    await until("ACC-005", lambda: told(speaker))  # the next list opens it again


async def test_acc_015_when_the_trust_list_does_not_come_calls_go_on_for_the_grace_time_then_the_reason_is_told(
    listed: tuple[Speaker, x509.Certificate], house: House, store_of: Database
) -> None:
    speaker, _ = listed
    now = datetime.now(UTC)

    async def list_ended(ago: timedelta) -> None:
        """The last good one, as it was so long ago; a database that is set back, not a clock."""
        xml = signed_list(house.trust, now - ago - DAY, now - ago, 1)
        digest = hashes.Hash(hashes.SHA256())
        digest.update(xml)
        record = TrustListRecord(digest.finalize(), 1, now - ago - DAY, now - ago, now, xml)
        async with store_of.transaction() as tx:
            await trust.lock_refresh(tx)
            await trust.put_in_use(tx, record)

    async def closed_by() -> str:
        async with store_of.transaction() as tx:
            cursor = await tx.execute(
                "SELECT unusable_rule FROM onboarding.client_certificate WHERE issuer LIKE %s AND ended_at IS NULL",
                ["%savienojumu%"],
            )
            return "/".join(sorted({str(rule) for (rule,) in await cursor.fetchall()}))

    with kept(house.trust.list_xml):
        house.trust.list_xml.write_bytes(b"<gone/>")
        await list_ended(71 * HOUR)
        await until("ACC-015", closed_by)  # it will close it; not yet
        assert await told(speaker) == "ACC-005"
        await list_ended(73 * HOUR)
        await until("ACC-015", lambda: told(speaker))
        async with Speaker(speaker.exchange, "practice") as own:  # of our own authority: it stands on no list
            assert await told(own) == "ACC-005"
    await until("ACC-005", lambda: told(speaker))
