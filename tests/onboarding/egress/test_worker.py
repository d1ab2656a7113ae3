"""The worker with real servers: the trust list over https, revocation lists and answers over http; all on loopback."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from tests.onboarding.egress.publishing import Play, Vouched, answer, publishing, vouched
from tests.onboarding.test_certificate_doors import connected
from tests.onboarding.trusting import House, Leaf
from tests.running import Running
from tilts.lab.pki_trust.certificates import key_usage, revocation_list
from tilts.lab.pki_trust.folder import issuing_of
from tilts.lab.pki_trust.layout import open_trust
from tilts.lab.pki_trust.listing import signed_list
from tilts.onboarding.egress import Purpose
from tilts.onboarding.egress.worker import fetch_revocations, fetch_trust_list
from tilts.onboarding.standing import accepted_issuers, keep_accepted, keep_listening_to
from tilts.onboarding.standing.looking import Look
from tilts.onboarding.trust_keeping import refresh_trust_list
from tilts.rules import Refusal
from tilts.rules.trust.egress import EGR_ANSWER, EGR_SLOW
from tilts.settings import Settings
from tilts.store.onboarding import revocation_sources, trust
from tilts.store.onboarding.revocation_sources import SourceRecord
from tilts.store.tx import Database

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)


class Wall:
    """A clock of its own: what is due is told by it."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def now(self) -> datetime:
        return self.at

    wall = now


@pytest.fixture
def house(exchange: Running) -> House:
    return House(exchange.settings.pki_folder, open_trust(exchange.settings.pki_folder))


@pytest.fixture
def authority(tmp_path: Path) -> Vouched:
    return vouched(tmp_path)


@pytest.fixture
async def kept_list(exchange: Running, house: House, database: Database) -> AsyncIterator[bytes]:
    """The exchange's own list, in use before and after."""
    own = house.trust.list_xml
    async with database.transaction() as tx:
        await refresh_trust_list(tx, own, house.signers, datetime.now(UTC))
    yield own.read_bytes()
    async with database.transaction() as tx:
        await tx.execute("UPDATE onboarding.trust_list SET state = 'superseded' WHERE state = 'in-use'")
        await refresh_trust_list(tx, own, house.signers, datetime.now(UTC) + timedelta(seconds=1))


async def looked(database: Database) -> tuple[bytes, str, str | None]:
    """The list in use, where it was looked for last, and the rule that refused what was there."""
    async with database.transaction() as tx:
        kept, last = await trust.list_in_use(tx), await trust.last_refresh(tx)
    assert kept is not None and last is not None
    return kept.xml, last.source, last.rule


async def trust_page(exchange: Running) -> str:
    async with httpx.AsyncClient(base_url=exchange.facts["portal"], trust_env=False) as anybody:
        return (await anybody.get("/trust")).text


async def test_a_trust_list_comes_from_its_address_and_the_last_good_one_stays(
    exchange: Running, house: House, database: Database, authority: Vouched, kept_list: bytes
) -> None:
    now = datetime.now(UTC)
    newer = signed_list(house.trust, now, now + 30 * DAY, 99)
    altered = newer.replace(b"Parauga e-paraksti", b"Viltoti e-paraksti")
    assert altered != newer
    looks: list[tuple[Play, str | None]] = [
        (answer(newer), None),
        (answer(altered), "TRL-002"),
        (answer(kept_list), "TRL-006"),
        (answer(b"<html>", status="503 Not now"), "EGR-006"),
        (answer(b"", "Location: https://127.0.0.1/", status="302 Found"), "EGR-006"),
        (answer(b"x", "Content-Encoding: gzip"), "EGR-006"),
    ]
    for play, rule in looks:
        async with publishing(play, authority.context("127.0.0.1")) as there:
            settings = replace(
                exchange.settings,
                trust_list_url=f"https://127.0.0.1:{there.port}/tl.xml",
                egress_networks="127.0.0.0/8",
                egress_ca_file=authority.file,
            )
            clock = Wall()
            assert await fetch_trust_list(database, clock, settings) is (rule is None)
            assert await looked(database) == (newer, settings.trust_list_url, rule)
            assert rule is None or rule in await trust_page(exchange)
    inside = replace(settings, egress_networks="")
    assert await fetch_trust_list(database, Wall(), inside) is False
    assert (await looked(database))[2] == "EGR-003"


async def test_whose_clients_may_speak_is_written_from_the_list_in_use_and_stays_with_the_last_good_one(
    exchange: Running, house: House, database: Database, authority: Vouched, kept_list: bytes, tmp_path: Path
) -> None:
    """Also where the list comes from its publisher's address; a listener that runs takes the issuers on."""
    pki = tmp_path / "pki"
    pki.mkdir()
    (pki / "chain.pem").write_bytes((house.pki / "chain.pem").read_bytes())
    (pki / "ca.pem").write_bytes(own := (house.pki / "ca.pem").read_bytes())
    bundle, now = pki / "accepted.pem", datetime.now(UTC)
    newer = signed_list(house.trust, now, now + 30 * DAY, 100)
    listed = [house.trust.certificate(one) for one in ("connection-ca", "withdrawn-connection-ca")]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    listening = asyncio.ensure_future(keep_listening_to([context], pki, 0))
    for play in (answer(newer), answer(b"<gone/>")):
        async with publishing(play, authority.context("127.0.0.1")) as there:
            settings = replace(
                exchange.settings,
                trust_signers=house.trust.list_signer,
                pki_folder=pki,
                trust_list_url=f"https://127.0.0.1:{there.port}/tl.xml",
                egress_networks="127.0.0.0/8",
                egress_ca_file=authority.file,
            )
            await fetch_trust_list(database, Wall(), settings)
        async with database.transaction() as tx:
            await keep_accepted(tx, settings, now)
        assert bundle.read_bytes().startswith(own)
        assert x509.load_pem_x509_certificates(bundle.read_bytes())[1:] == listed
        assert accepted_issuers(pki) == bundle
    async with asyncio.timeout(30):
        while len(context.get_ca_certs()) < 3:
            await asyncio.sleep(0)
    nobody = replace(
        settings, trust_signers=tmp_path / "nobody.pem"
    )  # no list that may be believed: it stays
    before = bundle.read_bytes()
    async with database.transaction() as tx:
        await keep_accepted(tx, nobody, now)
    listening.cancel()
    assert bundle.read_bytes() == before


def naming(leaf: Leaf, house: House, places: dict[str, str]) -> x509.Certificate:
    """Of the listed issuer, with the addresses of its list and of its answers."""

    def at(url: str) -> x509.UniformResourceIdentifier:
        return x509.UniformResourceIdentifier(url)

    access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, at(places["ocsp"]))
    points = x509.CRLDistributionPoints([x509.DistributionPoint([at(places["crl"])], None, None, None)])
    return (
        x509.CertificateBuilder()
        .subject_name(leaf.subject())
        .issuer_name(house.trust.certificate("connection-ca").subject)
        .public_key(leaf.key.public_key())  # type: ignore[arg-type]
        .serial_number(x509.random_serial_number())
        .not_valid_before(leaf.begins)
        .not_valid_after(leaf.ends)
        .add_extension(key_usage("digital_signature"), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(points, critical=False)
        .add_extension(x509.AuthorityInformationAccess([access]), critical=False)
        .sign(house.trust.key("connection-ca"), hashes.SHA256())
    )


def good_answer(house: House, leaf: x509.Certificate, now: datetime) -> bytes:
    issuer = house.trust.certificate("connection-ca")
    builder = ocsp.OCSPResponseBuilder().add_response(
        leaf, issuer, hashes.SHA1(), ocsp.OCSPCertStatus.GOOD, now - DAY, now + DAY, None, None
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, issuer)
    return builder.sign(house.trust.key("connection-ca"), hashes.SHA256()).public_bytes(Encoding.DER)


async def test_a_host_that_is_down_keeps_nobody_waiting_and_is_asked_once_a_round() -> None:
    down, good = [source(f"http://down.example/{n}") for n in range(3)], source("http://good.example/1")
    asked: list[str] = []

    async def fetch(purpose: Purpose, url: str, body: bytes | None) -> bytes:
        asked.append(url)
        raise Refusal(EGR_SLOW if "down" in url else EGR_ANSWER, host="x", seconds="5", fault="404")

    noted: list[tuple[str, str]] = []

    class Noting(Look):
        async def saw(self, sources: Sequence[SourceRecord], fault: str) -> None:
            noted.extend((one.place, fault) for one in sources)

    look = Noting(None, fetch, {}, datetime.now(UTC))  # type: ignore[arg-type]
    await asyncio.gather(look.at_host("down.example", down), look.at_host("good.example", [good, good]))

    assert [url for url in asked if "down" in url] == [down[0].place]
    assert {place for place, fault in noted if fault == "EGR-005"} == {one.place for one in down}
    assert [fault for place, fault in noted if "good" in place] == ["EGR-006", "EGR-006"]


def source(place: str) -> SourceRecord:
    wanted = datetime.now(UTC)
    return SourceRecord(place, b"", "crl", b"", None, wanted, None, None, None, "", None)


async def test_lists_and_answers_come_from_the_addresses_that_certificates_name(
    exchange: Running, house: House, database: Database
) -> None:
    """A registered certificate of a listed issuer; its issuer publishes over http, as issuers do."""
    clock = Wall()
    listed = revocation_list(issuing_of(house.trust, "connection-ca"), {}, clock.at - DAY, clock.at + 2 * DAY)
    said: dict[bytes, bytes] = {}

    async def issuer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """As an issuer's server: its list to a GET, an answer to a question."""
        content = said[there.asked[-1].partition(b" ")[0]]
        await answer(content)(reader, writer)

    async with publishing(issuer) as there:
        base = f"http://127.0.0.1:{there.port}"
        places = {"crl": f"{base}/connection-ca.crl", "ocsp": f"{base}/ocsp"}
        settings = replace(
            exchange.settings, egress_hosts=f"127.0.0.1:{there.port}", egress_networks="127.0.0.0/8"
        )
        async with database.transaction() as tx:
            practice = await connected(tx, house)
            site = "UPDATE onboarding.client SET site = (SELECT site FROM onboarding.client WHERE name = 'practice') WHERE client_id = %s"
            await tx.execute(site, [practice.client_id])
            leaf = naming(practice.leaf(), house, places)
            await practice.register(tx, leaf.public_bytes(Encoding.PEM))
        said |= {b"GET": listed, b"POST": good_answer(house, leaf, clock.at)}
        try:
            assert await rounds(database, clock, settings, places) == {"crl": listed, "ocsp": said[b"POST"]}
            stranger = good_answer(house, house.trust.certificate("tsa"), clock.at)
            said |= {b"GET": b"<html>", b"POST": stranger}
            clock.at += timedelta(hours=2)
            kept = await rounds(database, clock, settings, places)
            assert kept == {"crl": listed, "ocsp": good_answer_kept(kept)}
            assert [one[:4] for one in there.asked[:2]] in ([b"GET ", b"POST"], [b"POST", b"GET "])

            nobody = replace(settings, egress_hosts="", egress_networks="")
            before = there.hits
            clock.at += timedelta(hours=2)
            await rounds(database, clock, nobody, places)
            faults = {one.kind: one.fault for one in await own(database, places)}
            assert (there.hits, faults) == (before, {"crl": "EGR-002", "ocsp": "EGR-002"})
        finally:
            async with database.transaction() as tx:
                await tx.execute(
                    "UPDATE onboarding.client_certificate SET ended_at = now() WHERE client_id = %s",
                    [practice.client_id],
                )
                await tx.execute(
                    "UPDATE onboarding.revocation_source SET content = NULL, wanted_at = now() - interval '30 days' WHERE place = ANY(%s)",
                    [list(places.values())],
                )


async def rounds(
    database: Database, clock: Wall, settings: Settings, places: dict[str, str]
) -> dict[str, bytes | None]:
    await fetch_revocations(database, clock, settings)
    return {one.kind: one.content for one in await own(database, places)}


async def own(database: Database, places: dict[str, str]) -> list[SourceRecord]:
    async with database.transaction() as tx:
        found = await revocation_sources.sources(tx)
        return [one for one in found if one.place in places.values()]


def good_answer_kept(kept: dict[str, bytes | None]) -> bytes | None:
    """What was good before stays when something else comes."""
    content = kept["ocsp"]
    assert content is not None
    assert ocsp.load_der_ocsp_response(content).certificate_status is ocsp.OCSPCertStatus.GOOD
    return content
