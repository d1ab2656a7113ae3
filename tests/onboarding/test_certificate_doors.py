"""The way of a certificate through the doors: accepted, issued, two live ones, replaced, revoked, and races for it."""

import asyncio
from collections import Counter as Tally
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from structlog.testing import capture_logs

from tests.access.speaking import Speaker, context_of
from tests.onboarding.desk_people import new_party
from tests.onboarding.renewing import renewed
from tests.onboarding.trusting import House, Leaf, new_key
from tests.running import Running
from tests.store.undoing import undone
from tilts.access.certificates import identify
from tilts.ids import new_id
from tilts.lab.pki_trust import ConnectionSubject, issue_connection_certificate, revoke
from tilts.lab.pki_trust.certificates import Issuing, revocation_list
from tilts.lab.pki_trust.layout import open_trust
from tilts.onboarding.certificates import (
    Acceptance,
    Applicant,
    CertificateReport,
    Wanted,
    accept,
    check_certificate,
    known_for,
    replace,
)
from tilts.onboarding.certificates import revoke as revoke_now
from tilts.onboarding.revocation import at_hand
from tilts.onboarding.trust_keeping import refresh_trust_list
from tilts.rules import Refusal
from tilts.store import connections
from tilts.store.onboarding import certificates as store
from tilts.store.onboarding import parties
from tilts.store.tx import Database, Tx

pytestmark = pytest.mark.anyio
Work = Callable[[Tx], Awaitable[Any]]
AT_ONCE = 8


@pytest.fixture
def house(exchange: Running) -> House:
    """The running exchange's own PKI."""
    return House(exchange.settings.pki_folder, open_trust(exchange.settings.pki_folder))


@pytest.fixture
async def crowd(exchange: Running) -> AsyncIterator[Database]:
    database = Database(exchange.settings.database_url, connections=AT_ONCE)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


class Connected:
    """A party with a client that has no certificate yet."""

    def __init__(self, house: House, party_id: UUID, number: str) -> None:
        self.house = house
        self.applicant = Applicant(party_id, frozenset({f"NTRLV-{number}"}))
        self.number = number
        self.client_id = f"client-{party_id}"
        self.acceptance = Acceptance(self.applicant, Wanted("Parauga prakse", number, self.client_id))

    async def report(self, tx: Tx, content: bytes) -> CertificateReport:
        now = datetime.now(UTC)
        issuers = [*self.house.issuer.certificates, self.house.trust.certificate("connection-ca")]
        lists = at_hand(self.house.trust.folder, self.house.pki / "crl.pem", issuers)
        known = await known_for(tx, content, self.house.issuer.certificates, lists)
        return check_certificate(content, self.applicant, self.house.trust_list, now, known)

    async def register(self, tx: Tx, content: bytes) -> x509.Certificate:
        report = await self.report(tx, content)
        return await accept(tx, report, self.acceptance, self.house.issuer, datetime.now(UTC))

    def leaf(self, **changed: Any) -> Leaf:
        return Leaf(identifiers=(f"NTRLV-{self.number}",), **changed)


async def connected(tx: Tx, house: House, number: str = "") -> Connected:
    party_id = await new_party(tx, "practice")
    party = await parties.find_party(tx, party_id)
    assert party is not None
    made = Connected(house, party_id, number or party.registration_number)
    client = {
        "client_id": made.client_id,
        "name": "prakse",
        "organization_id": new_id(),
        "site": "-",
        "environment": "test",
        "functionalities": [],
        "open_for": [],
    }
    await connections.save_client(tx, client)
    await tx.execute(
        "UPDATE onboarding.client SET party_id = %s WHERE client_id = %s", [party_id, made.client_id]
    )
    return made


async def refused(rule_id: str, attempt: Awaitable[Any]) -> None:
    with pytest.raises(Refusal) as no:
        await attempt
    assert no.value.rule.id == rule_id


async def test_a_submitted_certificate_is_registered_as_it_came(house: House, database: Database) -> None:
    async with undone(database) as tx:
        practice = await connected(tx, house)
        content = practice.leaf().pem(house)
        made = await practice.register(tx, content)
        kept = await store.of_party(tx, practice.applicant.party_id)

    assert made.public_bytes(Encoding.PEM) == content
    assert [(one.serial, one.issuer) for one in kept] == [
        (str(made.serial_number), house.trust.certificate("connection-ca").subject.rfc4514_string())
    ]


async def test_a_request_is_answered_with_a_certificate_that_passes_all_checks(
    house: House, database: Database
) -> None:
    async with undone(database) as tx:
        practice = await connected(tx, house)
        leaf = practice.leaf()
        made = await practice.register(tx, leaf.request())
        again = await practice.report(tx, made.public_bytes(Encoding.PEM))

    assert made.public_key() == leaf.key.public_key()
    assert "Parauga sistēma" not in made.subject.rfc4514_string()  # what the request said of itself
    # It is registered by now, and nothing else is to be said against it.
    assert [one.check.id for one in again.faults] == ["CRT-011"]


async def test_cert_009_without_an_issuer_a_request_cannot_be_answered(
    house: House, database: Database
) -> None:
    async with undone(database) as tx:
        practice = await connected(tx, house)
        report = await practice.report(tx, practice.leaf().request())
        await refused("CERT-009", accept(tx, report, practice.acceptance, None, datetime.now(UTC)))


async def test_cert_005_two_live_certificates_are_allowed_and_not_three(
    house: House, database: Database
) -> None:
    async with undone(database) as tx:
        practice = await connected(tx, house)
        first = await practice.register(tx, practice.leaf().pem(house))
        await practice.register(tx, practice.leaf().pem(house))
        await refused("CERT-005", practice.register(tx, practice.leaf().pem(house)))

        await replace(tx, fingerprint(first), practice.applicant.party_id, datetime.now(UTC))
        await practice.register(tx, practice.leaf().pem(house))


async def test_cert_004_what_is_faulty_by_now_is_not_accepted(house: House, database: Database) -> None:
    async with undone(database) as tx:
        practice = await connected(tx, house)
        late = practice.leaf(ends=datetime.now(UTC) + timedelta(days=3)).pem(house)
        await refused("CERT-004", practice.register(tx, late))
        assert await store.of_party(tx, practice.applicant.party_id) == []


async def test_cert_010_a_client_of_another_party_gets_no_certificate(
    house: House, database: Database
) -> None:
    async with undone(database) as tx:
        practice, other = await connected(tx, house), await connected(tx, house)
        report = await practice.report(tx, practice.leaf().pem(house))
        wrong = Acceptance(practice.applicant, other.acceptance.wanted)
        await refused("CERT-010", accept(tx, report, wrong, None, datetime.now(UTC)))


async def test_cert_007_a_key_that_another_party_uses_is_refused(house: House, database: Database) -> None:
    async with undone(database) as tx:
        practice, other = await connected(tx, house), await connected(tx, house)
        key = new_key()
        await practice.register(tx, practice.leaf(key=key).pem(house))
        content = other.leaf(key=key).pem(house)
        report = await other.report(tx, content)
        assert [one.check.id for one in report.faults] == ["CRT-012"]
        unaware = check_certificate(
            content, other.applicant, house.trust_list, datetime.now(UTC), house.known()
        )

        await refused("CERT-007", accept(tx, unaware, other.acceptance, None, datetime.now(UTC)))


async def test_cert_008_what_is_not_in_use_cannot_be_ended(house: House, database: Database) -> None:
    async with undone(database) as tx:
        practice, other = await connected(tx, house), await connected(tx, house)
        made = fingerprint(await practice.register(tx, practice.leaf().pem(house)))
        now = datetime.now(UTC)
        await refused("CERT-008", replace(tx, made, other.applicant.party_id, now))
        await refused("CERT-008", revoke_now(tx, b"\0" * 32, now))
        await revoke_now(tx, made, now)
        await refused("CERT-008", revoke_now(tx, made, now))
        await refused("CERT-008", replace(tx, made, practice.applicant.party_id, now))


async def test_a_serial_number_revoked_by_another_issuer_closes_nothing(
    house: House, database: Database, exchange: Running
) -> None:
    """The same number under two issuers is two certificates."""
    async with undone(database) as tx:
        practice = await connected(tx, house)
        made = await practice.register(tx, practice.leaf().request())  # by our own CA
        await connections.revoke(
            tx, ["CN=Parauga savienojumu sertifikātu izdevējs"], {made.serial_number: datetime.now(UTC)}
        )
        await renewed(tx, exchange)
        record = (await store.of_clients(tx, [practice.client_id]))[0]
        assert record.revoked_at is None

        await connections.revoke(tx, [record.issuer], {made.serial_number: datetime.now(UTC)})
        assert (await store.of_clients(tx, [practice.client_id]))[0].revoked_at is not None


async def test_what_a_listed_issuer_revokes_is_closed_by_the_next_look(
    house: House, database: Database, exchange: Running
) -> None:
    async with undone(database) as tx:
        practice = await connected(tx, house)
        made = await practice.register(tx, practice.leaf().pem(house))
        revoke(house.pki, made, datetime.now(UTC))
        await refresh_trust_list(tx, house.trust.list_xml, house.signers, datetime.now(UTC))
        await renewed(tx, exchange)

        assert (await store.of_clients(tx, [practice.client_id]))[0].revoked_at is not None


async def test_a_list_that_is_overdue_still_closes_and_is_complained_of(
    house: House, database: Database, exchange: Running, tmp_path: Path
) -> None:
    async with undone(database) as tx:
        practice = await connected(tx, house)
        made = await practice.register(tx, practice.leaf().request())
        now = datetime.now(UTC)
        issuing = Issuing(house.issuer.certificates[0], own_key(house))
        overdue = tmp_path / "crl.pem"
        dated = (now - timedelta(days=9), now - timedelta(days=2))
        overdue.write_bytes(revocation_list(issuing, {made.serial_number: now}, *dated))
        with capture_logs() as told:
            await renewed(tx, exchange, overdue)

        assert (await store.of_clients(tx, [practice.client_id]))[0].revoked_at is not None
    assert [one["event"] for one in told] == ["revocation list overdue"]
    assert told[0]["file"] == "crl.pem"


def own_key(house: House) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key((house.pki / "authority" / "issuing.key").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def fingerprint(certificate: x509.Certificate) -> bytes:
    return certificate.fingerprint(hashes.SHA256())


# Races.


async def race(database: Database, *works: Work) -> Tally[str]:
    gate = asyncio.Barrier(len(works))

    async def run(work: Work) -> str:
        async with database.transaction() as tx:
            await tx.execute("SELECT 1")
            await gate.wait()
            await work(tx)
        return "done"

    results = await asyncio.gather(*(run(work) for work in works), return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, Refusal):
            raise result
    return Tally(one.rule.id if isinstance(one, Refusal) else str(one) for one in results)


async def test_of_many_parties_with_one_certificate_exactly_one_wins(house: House, crowd: Database) -> None:
    async with crowd.transaction() as tx:
        rivals = [await connected(tx, house, "99990000011") for _ in range(AT_ONCE)]
        content = Leaf().pem(house)
        reports = [await one.report(tx, content) for one in rivals]
    assert all(report.good for report in reports)  # nobody could know yet

    def attempt(one: Connected, report: CertificateReport) -> Work:
        return lambda tx: accept(tx, report, one.acceptance, None, datetime.now(UTC))

    told = await race(crowd, *(attempt(*pair) for pair in zip(rivals, reports, strict=True)))
    async with crowd.transaction() as tx:
        kept = await store.of_clients(tx, [one.client_id for one in rivals])

    assert told == {"done": 1, "CERT-007": AT_ONCE - 1}
    assert len(kept) == 1


async def test_of_many_new_certificates_of_one_client_two_are_registered(
    house: House, crowd: Database
) -> None:
    async with crowd.transaction() as tx:
        practice = await connected(tx, house)
    contents = [practice.leaf().pem(house) for _ in range(AT_ONCE)]

    def attempt(content: bytes) -> Work:
        return lambda tx: practice.register(tx, content)

    told = await race(crowd, *(attempt(content) for content in contents))

    assert told == {"done": 2, "CERT-005": AT_ONCE - 2}


async def test_cert_006_one_certificate_sent_many_times_at_once_is_registered_once(
    house: House, crowd: Database
) -> None:
    async with crowd.transaction() as tx:
        practice = await connected(tx, house)
        report = await practice.report(tx, practice.leaf().pem(house))

    def attempt() -> Work:
        return lambda tx: accept(tx, report, practice.acceptance, None, datetime.now(UTC))

    told = await race(crowd, *(attempt() for _ in range(AT_ONCE)))

    assert told == {"done": 1, "CERT-006": AT_ONCE - 1}


# On the wire.


@pytest.fixture
async def listed(
    exchange: Running, house: House, database: Database, tmp_path: Path
) -> AsyncIterator[tuple[httpx.AsyncClient, x509.Certificate, UUID]]:
    """The practice with a second certificate, by the issuer on the trust list, on an open connection."""
    told = exchange.facts["clients"]["practice"]
    subject = x509.load_pem_x509_certificate(Path(told["cert"]).read_bytes()).subject
    number = subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_IDENTIFIER)[0].value
    signer = issue_connection_certificate(
        house.pki, ConnectionSubject("Parauga", str(number)[-11:], "second")
    )
    (tmp_path / "cert.pem").write_bytes(signer.cert_pem)  # without its CA: the exchange has it
    (tmp_path / "key.pem").write_bytes(signer.key_pem)
    async with database.transaction() as tx:
        holder = await store.lock_client(tx, told["client_id"])
        assert holder is not None
        party_id = holder.party_id or await new_party(tx, "practice")
        if holder.party_id is None:
            await tx.execute(
                "UPDATE onboarding.client SET party_id = %s WHERE client_id = %s",
                [party_id, holder.client_id],
            )
        practice = Connected(house, party_id, str(number)[-11:])
        practice.acceptance = Acceptance(
            practice.applicant, Wanted("Parauga", practice.number, holder.client_id)
        )
        await practice.register(tx, signer.cert_pem)
    context = context_of(house.pki / "ca.pem", tmp_path / "cert.pem", tmp_path / "key.pem")
    async with httpx.AsyncClient(verify=context, trust_env=False) as http:
        yield http, signer.cert, party_id
    async with database.transaction() as tx:
        await tx.execute(
            "UPDATE onboarding.client_certificate SET ended_at = now() WHERE fingerprint = %s",
            [fingerprint(signer.cert)],
        )


async def rule_told(http: httpx.AsyncClient, exchange: Running) -> str:
    answer = await http.get(f"{exchange.settings.public_base}/MedicationRequest")
    issue = answer.json()["issue"][0]
    return str(issue["details"]["coding"][0]["code"])


async def test_a_certificate_of_a_listed_issuer_opens_the_port_until_it_is_revoked(
    exchange: Running,
    database: Database,
    listed: tuple[httpx.AsyncClient, x509.Certificate, UUID],
) -> None:
    http, certificate, _ = listed
    assert await rule_told(http, exchange) == "ACC-005"  # known, and asked for its token
    async with database.transaction() as tx:
        await revoke_now(tx, fingerprint(certificate), datetime.now(UTC))

    assert await rule_told(http, exchange) == "ACC-003"


async def test_a_replaced_certificate_opens_nothing_and_the_other_one_goes_on(
    exchange: Running,
    database: Database,
    listed: tuple[httpx.AsyncClient, x509.Certificate, UUID],
) -> None:
    http, certificate, party_id = listed
    async with database.transaction() as tx:
        await replace(tx, fingerprint(certificate), party_id, datetime.now(UTC))
    assert await rule_told(http, exchange) == "ACC-002"

    async with Speaker(exchange, "practice") as first:
        assert await rule_told(first.http, exchange) == "ACC-005"


async def test_acc_002_one_of_an_issuer_that_was_withdrawn_is_answered_with_a_reason_and_not_by_a_dead_handshake(
    exchange: Running, house: House, tmp_path: Path
) -> None:
    signer = issue_connection_certificate(
        house.pki, ConnectionSubject("Parauga", "99990000011"), authority="withdrawn-connection-ca"
    )
    (tmp_path / "cert.pem").write_bytes(signer.cert_pem + signer.chain_pem)
    (tmp_path / "key.pem").write_bytes(signer.key_pem)
    context = context_of(house.pki / "ca.pem", tmp_path / "cert.pem", tmp_path / "key.pem")
    async with httpx.AsyncClient(verify=context, trust_env=False) as http:
        assert await rule_told(http, exchange) == "ACC-002"


async def test_the_issuer_of_the_sandbox_takes_the_key_alone_from_the_request(house: House) -> None:
    leaf = Leaf(identifiers=("NTRLV-40000000000",))
    request = x509.load_pem_x509_csr(leaf.request())
    wanted = Wanted("Parauga prakse", "99990000011", "c-1")
    made = house.issuer.issue(request, wanted, datetime.now(UTC))

    assert made.public_key() == leaf.key.public_key()
    assert "NTRLV-99990000011" in made.subject.rfc4514_string()
    made.verify_directly_issued_by(house.issuer.certificates[0])


async def test_who_has_no_certificate_is_still_asked_for_one(database: Database) -> None:
    async with database.transaction() as tx:
        await refused("ACC-001", identify(tx, None, datetime.now(UTC)))
