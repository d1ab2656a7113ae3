"""Certificates as cases: handed in, examined twice, registered or issued, replaced, lost; and what never becomes a case."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import ECKey

from tests.onboarding.desk_people import NOW, new_party, person
from tests.onboarding.trusting import House, Leaf, Private, new_key
from tests.running import Running
from tests.store.undoing import undone
from tests.transport.wire import Caller, refused
from tilts.access import gate
from tilts.access.case_effects import EFFECTS
from tilts.account import Account
from tilts.ids import new_id
from tilts.lab.conformance.allotment import sites_of
from tilts.lab.people import PEOPLE
from tilts.lab.pki_trust.layout import open_trust
from tilts.onboarding.certificates.submitting import Times, examined, submit
from tilts.onboarding.connections import Wanted, add_test_client, read_key
from tilts.onboarding.taking import Around, Taker, take
from tilts.rules import Refusal
from tilts.store.onboarding import cases, connections, parties
from tilts.store.onboarding import certificates as store
from tilts.store.onboarding import gate as gate_rows
from tilts.store.onboarding.cases import CaseRecord
from tilts.store.onboarding.parties import PartyRecord
from tilts.store.tx import Database, Tx

pytestmark = pytest.mark.anyio
CLERK = person("authority", name="Anda")
AT_ONCE = 6


@dataclass(frozen=True)
class Holder:
    """A party with a connection that has no certificate yet."""

    exchange: Running
    house: House
    account: Account
    party: PartyRecord
    client_id: str

    @property
    def around(self) -> Around:
        return Around(self.exchange.settings, datetime.now(UTC))

    def leaf(self, **changed: Any) -> Leaf:
        return Leaf(identifiers=(f"NTRLV-{self.party.registration_number}",), **changed)

    async def hand_in(self, tx: Tx, content: bytes) -> CaseRecord:
        report = await examined(tx, self.account, content, self.around)
        return await submit(tx, self.account, self.client_id, report, Times(NOW, self.around.wall))

    async def step(
        self, tx: Tx, number: str, action: str, account: Account | None = None, **facts: str
    ) -> CaseRecord:
        who = account or self.account
        return await take(tx, number, action, Taker(who, NOW, EFFECTS, self.around), facts=facts)

    async def accepted(self, tx: Tx, content: bytes) -> CaseRecord:
        case = await self.hand_in(tx, content)
        return await self.step(tx, case.number, "accept", CLERK)

    async def registered(self, tx: Tx) -> list[store.CertificateRecord]:
        return await store.of_party(tx, self.party.party_id)


@pytest.fixture
def house(exchange: Running) -> House:
    return House(exchange.settings.pki_folder, open_trust(exchange.settings.pki_folder))


async def holder(tx: Tx, exchange: Running, house: House, kind: str = "practice") -> Holder:
    party_id = await new_party(tx, kind)
    party = await parties.find_party(tx, party_id)
    assert party is not None
    client = {
        "client_id": str(new_id()),
        "name": "prakse",
        "site": "-",
        "environment": "production" if kind != "vendor" else "test",
        "party_id": party_id,
        "version_id": None,
        "functionalities": [],
        "at": NOW,
    }
    await connections.add_client(tx, client)
    account = person("vendor" if kind == "vendor" else "it", party_id)
    return Holder(exchange, house, account, party, str(client["client_id"]))


async def rule_of(attempt: Any) -> str:
    with pytest.raises(Refusal) as no:
        await attempt
    return no.value.rule.id


# Handed in.


@pytest.mark.parametrize("kind", ["practice", "pharmacy", "vendor"])
async def test_a_good_certificate_becomes_a_case_with_that_certificate_alone(
    exchange: Running, house: House, database: Database, kind: str
) -> None:
    async with undone(database) as tx:
        one = await holder(tx, exchange, house, kind)
        certificate = one.leaf().pem(house)
        case = await one.hand_in(tx, b"# a note\n" + certificate + Leaf().pem(house))
        [document] = await cases.documents(tx, case.case_id)

        assert (case.kind, case.state, case.party_id) == ("certificate", "submitted", one.party.party_id)
        assert (case.facts["client_id"], case.facts["form"]) == (one.client_id, "certificate")
        assert await cases.content(tx, document.document_id) == certificate
        assert await one.registered(tx) == []


Fault = Callable[[Holder], bytes]


def small_key(one: Holder) -> bytes:
    return one.leaf(key=rsa.generate_private_key(65537, 1024)).pem(one.house)


def altered(one: Holder) -> bytes:
    der = bytearray(one.leaf().certificate(one.house).public_bytes(Encoding.DER))
    der[-12] ^= 1  # inside the signature
    return bytes(der)


def with_key(one: Holder) -> bytes:
    leaf = one.leaf()
    return leaf.pem(one.house) + leaf.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def expired(one: Holder) -> bytes:
    return one.leaf(ends=datetime.now(UTC) - timedelta(minutes=1)).pem(one.house)


@pytest.mark.parametrize(
    ("content", "rule", "check"),
    [
        (expired, "CERT-004", "CRT-003"),
        (lambda one: Leaf().pem(one.house), "CERT-004", "CRT-010"),
        (small_key, "CERT-004", "CRT-005"),
        (altered, "CERT-004", "CRT-002"),
        (lambda one: one.leaf().pem(one.house, signer=new_key()), "CERT-004", "CRT-002"),
        (lambda one: b"A" * 70_000, "CERT-002", ""),
        (with_key, "CERT-001", ""),
        (lambda one: b"not a certificate", "CERT-003", ""),
    ],
    ids=["expired", "other party", "RSA 1024", "altered", "stranger", "huge", "private key", "nothing"],
)
async def test_what_is_not_good_is_refused_with_the_reason_and_nothing_is_kept(
    exchange: Running, house: House, database: Database, content: Fault, rule: str, check: str
) -> None:
    async with undone(database) as tx:
        one = await holder(tx, exchange, house)
        with pytest.raises(Refusal) as no:
            await one.hand_in(tx, content(one))
        assert no.value.rule.id == rule
        assert check in no.value.facts.get("faults", "")
        assert await cases.of_kind(tx, one.party.party_id, "certificate") == []
        assert await one.registered(tx) == []


async def test_a_connection_of_somebody_else_gets_none(
    exchange: Running, house: House, database: Database
) -> None:
    """CERT-010, and the same for one that has ended."""
    async with undone(database) as tx:
        one, other = await holder(tx, exchange, house), await holder(tx, exchange, house)
        wrong = replace(one, client_id=other.client_id)
        assert await rule_of(wrong.hand_in(tx, one.leaf().pem(house))) == "CERT-010"
        await connections.end(tx, one.client_id, NOW)
        assert await rule_of(one.hand_in(tx, one.leaf().pem(house))) == "CERT-010"


async def test_the_same_one_is_handed_in_once(exchange: Running, house: House, database: Database) -> None:
    async with undone(database) as tx:
        one = await holder(tx, exchange, house)
        content = one.leaf().pem(house)
        case = await one.hand_in(tx, content)
        with pytest.raises(Refusal) as no:
            await one.hand_in(tx, content)
        assert (no.value.rule.id, no.value.facts["number"]) == ("CASE-008", case.number)


# Accepted, issued, ended.


async def test_an_accepted_certificate_is_registered_with_its_case(
    exchange: Running, house: House, database: Database
) -> None:
    async with undone(database) as tx:
        one = await holder(tx, exchange, house)
        certificate = one.leaf().certificate(house)
        case = await one.accepted(tx, certificate.public_bytes(Encoding.PEM))
        [record] = await one.registered(tx)

        assert (case.state, record.case_id) == ("registered", case.case_id)
        assert record.fingerprint == certificate.fingerprint(hashes.SHA256())
        assert case.facts["fingerprint"] == record.fingerprint.hex()
        assert case.facts["not_after"] == record.not_after.isoformat()


async def test_a_request_is_answered_with_a_certificate_and_its_issuer(
    exchange: Running, house: House, database: Database
) -> None:
    async with undone(database) as tx:
        one = await holder(tx, exchange, house, "vendor")
        leaf = one.leaf()
        case = await one.accepted(tx, leaf.request())
        kept = {document.kind: document for document in await cases.documents(tx, case.case_id)}
        content = await cases.content(tx, kept["issued"].document_id)
        made, issuer = x509.load_pem_x509_certificates(content)
        [record] = await one.registered(tx)

        assert made.public_key() == leaf.key.public_key()
        made.verify_directly_issued_by(issuer)
        assert (
            record.fingerprint.hex() == case.facts["fingerprint"] == made.fingerprint(hashes.SHA256()).hex()
        )
        assert one.party.registration_number in made.subject.rfc4514_string()


async def test_cert_009_where_nobody_issues_a_request_is_not_accepted(
    exchange: Running, house: House, database: Database
) -> None:
    async with undone(database) as tx:
        one = await holder(tx, exchange, house, "vendor")
        case = await one.hand_in(tx, one.leaf().request())
        elsewhere = Around(replace(exchange.settings, issuing_key=""), datetime.now(UTC))
        accepting = take(tx, case.number, "accept", Taker(CLERK, NOW, EFFECTS, elsewhere))
        assert await rule_of(accepting) == "CERT-009"


async def test_what_was_good_when_handed_in_is_looked_at_again(
    exchange: Running, house: House, database: Database
) -> None:
    """Days pass until the authority comes to it: by then too few are left."""
    async with undone(database) as tx:
        one = await holder(tx, exchange, house)
        case = await one.hand_in(tx, one.leaf(ends=datetime.now(UTC) + timedelta(days=31)).pem(house))
        later = Around(exchange.settings, datetime.now(UTC) + timedelta(days=4))
        with pytest.raises(Refusal) as no:
            await take(tx, case.number, "accept", Taker(CLERK, NOW, EFFECTS, later))
        assert (no.value.rule.id, no.value.facts["faults"]) == ("CERT-004", "CRT-004")
        refusal = {"reason": "beidzas"}
        ended = await take(tx, case.number, "refuse", Taker(CLERK, NOW, EFFECTS, later), facts=refusal)
        assert (ended.state, await one.registered(tx)) == ("refused", [])


async def test_cert_005_two_are_in_use_at_once_and_no_third(
    exchange: Running, house: House, database: Database
) -> None:
    async with undone(database) as tx:
        one = await holder(tx, exchange, house)
        early = await one.hand_in(tx, one.leaf().pem(house))
        first = await one.accepted(tx, one.leaf().pem(house))
        await one.accepted(tx, one.leaf().pem(house))
        assert await rule_of(one.hand_in(tx, one.leaf().pem(house))) == "CERT-005"
        assert await rule_of(one.step(tx, early.number, "accept", CLERK)) == "CERT-005"

        stopped = await one.step(tx, first.number, "replace", reason="nomainīts")
        assert stopped.state == "replaced"
        assert (await one.step(tx, early.number, "accept", CLERK)).state == "registered"


async def test_a_lost_key_closes_its_certificate_and_never_comes_back(
    exchange: Running, house: House, database: Database
) -> None:
    async with undone(database) as tx:
        one = await holder(tx, exchange, house)
        leaf = one.leaf()
        case = await one.accepted(tx, leaf.pem(house))
        lost = await one.step(tx, case.number, "report-lost", reason="nozagts dators")
        [record] = await one.registered(tx)
        assert (lost.state, record.revoked_at is not None) == ("revoked", True)

        for again in (leaf.pem(house), leaf.request()):
            with pytest.raises(Refusal) as no:
                await one.hand_in(tx, again)
            assert no.value.facts["faults"] == "CRT-017"


async def test_what_its_issuer_revoked_before_can_still_be_reported_lost(
    exchange: Running, house: House, database: Database
) -> None:
    async with undone(database) as tx:
        one = await holder(tx, exchange, house)
        case = await one.accepted(tx, one.leaf().pem(house))
        [record] = await one.registered(tx)
        await store.revoke_one(tx, record.fingerprint, datetime.now(UTC))
        assert await rule_of(one.step(tx, case.number, "replace", reason="x")) == "CERT-008"
        assert (await one.step(tx, case.number, "report-lost", reason="x")).state == "revoked"


async def test_only_the_right_side_takes_a_step(exchange: Running, house: House, database: Database) -> None:
    async with undone(database) as tx:
        one, other = await holder(tx, exchange, house), await holder(tx, exchange, house)
        case = await one.hand_in(tx, one.leaf().pem(house))
        assert await rule_of(one.step(tx, case.number, "accept")) == "CASE-004"
        assert await rule_of(one.step(tx, case.number, "withdraw", other.account, reason="x")) == "CASE-001"
        assert await rule_of(one.step(tx, case.number, "revoke", CLERK, reason="x")) == "CASE-003"


# At the same moment.


async def test_of_many_parties_with_one_key_exactly_one_gets_its_certificate(
    exchange: Running, house: House, database: Database
) -> None:
    """As when a developer makes one key for all its customers: nobody could know when they handed it in."""
    key = new_key()
    async with database.transaction() as tx:
        rivals = [await holder(tx, exchange, house) for _ in range(AT_ONCE)]
        found = [await one.hand_in(tx, one.leaf(key=key).pem(house)) for one in rivals]

    async def attempt(one: Holder, case: CaseRecord) -> str:
        try:
            async with database.transaction() as tx:
                await one.step(tx, case.number, "accept", CLERK)
        except Refusal as no:
            return no.rule.id
        return "done"

    told = await asyncio.gather(*(attempt(*pair) for pair in zip(rivals, found, strict=True)))
    assert told.count("done") == 1
    assert set(told) <= {"done", "CERT-007", "CERT-004"}  # the latter, when the check saw it already


async def test_the_same_step_by_many_clerks_at_once_is_taken_once(
    exchange: Running, house: House, database: Database
) -> None:
    async with database.transaction() as tx:
        one = await holder(tx, exchange, house)
        case = await one.hand_in(tx, one.leaf().pem(house))

    async def attempt() -> str:
        try:
            async with database.transaction() as tx:
                await one.step(tx, case.number, "accept", CLERK)
        except Refusal as no:
            return no.rule.id
        return "done"

    told = await asyncio.gather(*(attempt() for _ in range(AT_ONCE)))
    assert sorted(told) == ["CASE-003"] * (AT_ONCE - 1) + ["done"]


async def test_the_same_certificate_handed_in_many_times_at_once_is_one_case(
    exchange: Running, house: House, database: Database
) -> None:
    async with database.transaction() as tx:
        one = await holder(tx, exchange, house)
    content = one.leaf().pem(house)

    async def attempt() -> str:
        try:
            async with database.transaction() as tx:
                await one.hand_in(tx, content)
        except Refusal as no:
            return no.rule.id
        return "done"

    told = await asyncio.gather(*(attempt() for _ in range(AT_ONCE)))
    assert sorted(told) == ["CASE-008"] * (AT_ONCE - 1) + ["done"]


# On the wire: a developer's test client from nothing to a token, and closed again.


@dataclass
class Connecting:
    holder: Holder
    caller_facts: dict[str, Any]
    folder: Path

    def caller(self, exchange: Running, key: Private, chain: bytes) -> Caller:
        (self.folder / "cert.pem").write_bytes(chain)
        (self.folder / "key.pem").write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        name = f"of-case-{uuid4().hex[:8]}"
        exchange.facts["clients"][name] = self.caller_facts
        caller = Caller(exchange, name)
        del exchange.facts["clients"][name]  # the ready line has more of its own clients than a caller needs
        return caller


@pytest.fixture
async def connecting(exchange: Running, house: House, database: Database, tmp_path: Path) -> Connecting:
    """A new test client of the ready-made developer, with a signing key and without a certificate."""
    made = next(one for one in PEOPLE if one.role == "vendor" and one.ready)
    private = ECKey.generate_key("P-256", private=True)
    async with database.transaction() as tx:
        party = await parties.find_by_registration(tx, made.registration_number)
        assert party is not None
        account = person("vendor", party.party_id)
        sites = [
            await parties.site_at(tx, one, datetime.now(UTC))
            for one in await sites_of(tx, party.party_id, datetime.now(UTC))
        ]
        [version] = [one for one in await parties.versions_of(tx, party.party_id) if one.version == "1.0"]
        practice = next(one for one in sites if one is not None and one.kind == "practice")
        key = read_key(json.dumps(private.as_dict(private=False)).encode())
        wanted = Wanted(practice.site, version.version_id, ("prescribing",), key)
        client_id = await add_test_client(tx, account, wanted, [practice], datetime.now(UTC))
        cursor = await tx.execute("SELECT organization_id FROM organization WHERE site = %s", [practice.site])
        [(organization_id,)] = await cursor.fetchall()
    jwk = {**private.as_dict(private=True), "kid": private.thumbprint()}
    (tmp_path / "jwk.json").write_text(json.dumps(jwk))
    facts = {
        "client_id": client_id,
        "org": str(organization_id),
        "site": practice.site,
        "kind": "practice",
        "jwk": str(tmp_path / "jwk.json"),
        "kid": key.kid,
        "cert": str(tmp_path / "cert.pem"),
        "key": str(tmp_path / "key.pem"),
        "ca": exchange.facts["clients"]["practice"]["ca"],
        "practitioner": None,
        "role": None,
    }
    return Connecting(Holder(exchange, house, account, party, client_id), facts, tmp_path)


async def unmet(database: Database, client_id: str) -> set[str]:
    """What the gate says now, kept with this one client as housekeeping would."""
    now = datetime.now(UTC)
    async with database.transaction() as tx:
        [verdict] = await gate.ask(tx, client_id, "test", now)
        await gate_rows.save_open(tx, client_id, [verdict.functionality] if verdict.open else [])
    return {condition.rule.id for condition in verdict.unmet}


@pytest.mark.parametrize("form", ["certificate", "request"])
async def test_with_its_certificate_accepted_a_client_gets_a_token_until_its_key_is_lost(
    exchange: Running, house: House, database: Database, connecting: Connecting, form: str
) -> None:
    one = connecting.holder
    leaf = one.leaf()
    content = leaf.request() if form == "request" else leaf.pem(house)
    assert await unmet(database, one.client_id) == {"GATE-002"}
    async with database.transaction() as tx:
        case = await one.accepted(tx, content)
        documents = await cases.documents(tx, case.case_id)
        chain = await cases.content(tx, documents[-1].document_id)
    assert await unmet(database, one.client_id) == set()

    caller = connecting.caller(exchange, leaf.key, chain)
    try:
        answer = await asyncio.to_thread(caller.ask_token, caller.assertion(person=False))
        assert answer.status_code == 200, answer.text
        token = answer.json()["access_token"]
        read = await asyncio.to_thread(caller.get, "Organization", token=token)
        assert read.status_code == 200, read.text
        async with database.transaction() as tx:
            await one.step(tx, case.number, "report-lost", reason="nozagts dators")
        refused(await asyncio.to_thread(caller.get, "Organization", token=token), 401, "ACC-003")
    finally:
        caller.close()
    assert await unmet(database, one.client_id) == {"GATE-002"}
