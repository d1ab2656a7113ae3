"""Connections: one's own active site, an approved version, a public key of one's own; private keys are never kept."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from tests.onboarding.desk_people import NOW, new_party, person
from tests.running import Running
from tests.store.undoing import undone
from tilts.account import Account
from tilts.ids import new_id
from tilts.onboarding.connections import (
    SigningKey,
    Wanted,
    add_test_client,
    check_wanted,
    declare,
    end,
    read_key,
)
from tilts.onboarding.effects import EFFECTS
from tilts.onboarding.taking import Taker, take
from tilts.rules import Refusal
from tilts.store.onboarding import cases, connections, parties, testing
from tilts.store.onboarding.parties import SiteRecord, VersionRecord
from tilts.store.tx import Database, Tx


def public_key() -> SigningKey:
    return read_key(json.dumps(ECKey.generate_key("P-256").as_dict(private=False)).encode())


def refusal(content: bytes) -> Refusal:
    with pytest.raises(Refusal) as no:
        read_key(content)
    assert no.value.rule.sentence("lv", no.value.told())
    return no.value


@pytest.mark.parametrize(("curve", "algorithm"), [("P-256", "ES256"), ("P-384", "ES384")])
def test_a_public_key_gets_its_algorithm_and_its_thumbprint_as_name(curve: str, algorithm: str) -> None:
    made = ECKey.generate_key(curve)
    written = {
        **made.as_dict(private=False),
        "kid": "somebody-elses",
        "use": "sig",
        "x5u": "https://evil.example",
    }
    key = read_key(json.dumps(written).encode())

    assert (key.algorithm, key.kid) == (algorithm, made.thumbprint())
    assert key.jwk.keys() == {"kty", "crv", "x", "y", "kid"}


def test_an_rsa_key_may_say_which_of_two_algorithms() -> None:
    public = RSAKey.generate_key(2048).as_dict(private=False)

    assert read_key(json.dumps(public).encode()).algorithm == "PS256"
    assert read_key(json.dumps({**public, "alg": "RS384"}).encode()).algorithm == "RS384"
    assert refusal(json.dumps({**public, "alg": "none"}).encode()).rule.id == "CON-004"


def test_a_private_key_is_refused_in_every_dress() -> None:
    """CON-005."""
    private = ECKey.generate_key("P-256")
    for content in (
        json.dumps(private.as_dict(private=True)).encode(),
        json.dumps({"keys": [private.as_dict(private=True)]}).encode(),
        private.as_pem(private=True),
        json.dumps(OctKey.generate_key(256).as_dict(private=True)).encode(),
    ):
        assert refusal(content).rule.id == "CON-005"


SMALL = RSAKey.import_key(rsa.generate_private_key(public_exponent=65537, key_size=1024)).as_dict(
    private=False
)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"not json", b"[]", b"1", b"\xff\xfe", b"{}", b'{"keys": []}', b'{"kty": "EC", "crv": "P-256"}',
        b'{"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"}', b'{"kty": "EC", "crv": "P-256", "x": 1, "y": 2}',
        b'{"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"}', json.dumps(SMALL).encode(),
        json.dumps(OKPKey.generate_key("Ed25519").as_dict(private=False)).encode(), b"[" * 5000, b"x" * 9000,
    ],
)  # fmt: skip
def test_what_is_no_usable_key_is_refused_with_the_fault(content: bytes) -> None:
    """CON-004."""
    assert refusal(content).rule.id == "CON-004"


SITE = SiteRecord("999900009", "practice", "Parauga prakse", "99990000009", "active", NOW, "")
VERSION = VersionRecord(new_id(), new_id(), "S", "1", ["prescribing"], new_id(), "V", NOW)
WANTED = Wanted(SITE.site, VERSION.version_id, ("prescribing",), public_key())


@pytest.mark.parametrize(
    ("what", "wanted", "sites", "approved", "rule"),
    [
        ("a site of somebody else", replace(WANTED, site="1"), [SITE], ["prescribing"], "CON-001"),
        ("a suspended site", WANTED, [replace(SITE, state="suspended")], ["prescribing"], "CON-001"),
        ("no site at all", WANTED, [], ["prescribing"], "CON-001"),
        ("nothing to do", replace(WANTED, functionalities=()), [SITE], ["prescribing"], "CON-003"),
        (
            "a pharmacy's work",
            replace(WANTED, functionalities=("dispensing",)),
            [SITE],
            ["dispensing"],
            "CON-003",
        ),
        ("not approved", WANTED, [SITE], [], "CON-002"),
        ("approved for less", WANTED, [SITE], ["dispensing"], "CON-002"),
    ],
)
def test_what_may_not_be_connected_is_refused(
    what: str, wanted: Wanted, sites: list[SiteRecord], approved: list[str], rule: str
) -> None:
    """CON-001, CON-002, CON-003."""
    with pytest.raises(Refusal) as no:
        check_wanted(wanted, sites, VERSION, approved)
    assert no.value.rule.id == rule, what
    assert check_wanted(WANTED, [SITE], VERSION, ["prescribing"]) is SITE


# Over the rows.


async def institution(tx: Tx) -> tuple[Account, str, UUID]:
    """A practice in the register, and a version that was approved for it."""
    vendor_id, party_id = await new_party(tx), await new_party(tx, "practice")
    party = await parties.find_party(tx, party_id)
    assert party is not None
    site = f"8{party_id.int % 10**8:08d}"
    entry = {"site": site, "kind": "practice", "name": "x", "registration_number": party.registration_number}
    await parties.add_sites(tx, [entry])
    change = {"site": site, "state": "active", "effective_at": NOW, "recorded_at": NOW, "reason": ""}
    await parties.add_register_change(tx, change)
    version = {
        "system_id": new_id(),
        "version_id": new_id(),
        "party_id": vendor_id,
        "name": "S",
        "version": "1",
    }
    await parties.add_version(tx, {**version, "functionalities": ["prescribing"], "registered_at": NOW})
    account = person("institution", party_id)
    case_id = new_id()
    number = f"TL-0000-{case_id.int % 10**5:05d}-{case_id}"
    row = {
        "case_id": case_id,
        "number": number,
        "kind": "testing",
        "party_id": vendor_id,
        "state": "approved",
    }
    await cases.add(tx, {**row, "facts": {}, "now": NOW, "due_at": None})
    approval: dict[str, Any] = {
        "version_id": version["version_id"],
        "functionality": "prescribing",
        "until": None,
    }
    await testing.add_approval(
        tx, {**approval, "verdict": "approved", "reservation": "", "case_id": case_id, "at": NOW}
    )
    return account, site, version["version_id"]  # type: ignore[return-value]


@pytest.mark.anyio
async def test_what_is_declared_stands_with_its_client_and_ends_at_once(
    exchange: Running, database: Database
) -> None:
    async with undone(database) as tx:
        account, site, version_id = await institution(tx)
        assert account.party_id is not None
        case = await declare(tx, account, Wanted(site, version_id, ("prescribing",), public_key()), NOW)
        [client] = await connections.of_party(tx, account.party_id)
        assert (client.environment, client.open_for) == ("production", [])
        assert (client.client_id, client.site) == (case.facts["client_id"], site)
        effects = {**EFFECTS, ("connection", "end"): end}
        await take(tx, case.number, "end", Taker(account, NOW, effects), facts={"reason": "another system"})
        assert await connections.of_party(tx, account.party_id) == []


@pytest.mark.anyio
async def test_one_connection_for_a_site_and_version_and_a_key_of_its_own(
    exchange: Running, database: Database
) -> None:
    """CON-006, CON-007."""
    async with undone(database) as tx:
        account, site, version_id = await institution(tx)
        wanted = Wanted(site, version_id, ("prescribing",), public_key())
        case = await declare(tx, account, wanted, NOW)
        with pytest.raises(Refusal) as no:
            await declare(tx, account, replace(wanted, key=public_key()), NOW)
        assert (no.value.rule.id, no.value.told()["number"]) == ("CON-007", case.number)
        other, other_site, _ = await institution(tx)
        with pytest.raises(Refusal) as no:
            await declare(tx, other, replace(wanted, site=other_site), NOW)
        assert no.value.rule.id == "CON-006"


@pytest.mark.anyio
async def test_of_many_who_declare_the_same_connection_at_once_one_does(
    exchange: Running, database: Database
) -> None:
    async with database.transaction() as tx:
        account, site, version_id = await institution(tx)

    async def attempt() -> str:
        try:
            async with database.transaction() as tx:
                await declare(tx, account, Wanted(site, version_id, ("prescribing",), public_key()), NOW)
        except Refusal as no:
            return no.rule.id
        return "done"

    assert sorted(await asyncio.gather(*(attempt() for _ in range(5)))) == ["CON-007"] * 4 + ["done"]


@pytest.mark.anyio
async def test_a_version_that_was_approved_before_and_withdrawn_is_not_declared(
    exchange: Running, database: Database
) -> None:
    """CON-002."""
    async with undone(database) as tx:
        account, site, version_id = await institution(tx)
        [line] = [one for one in await testing.register(tx, NOW) if one.version_id == version_id]
        assert line.verdict == "approved"
        cursor = await tx.execute(
            "SELECT case_id FROM onboarding.approval WHERE version_id = %s", [version_id]
        )
        [(case_id,)] = await cursor.fetchall()
        later = NOW + timedelta(minutes=1)
        approval = {
            "version_id": version_id,
            "functionality": "prescribing",
            "verdict": "withdrawn",
            "until": None,
        }
        await testing.add_approval(tx, {**approval, "reservation": "", "case_id": case_id, "at": later})
        with pytest.raises(Refusal) as no:
            await declare(tx, account, Wanted(site, version_id, ("prescribing",), public_key()), later)
        assert no.value.rule.id == "CON-002"


@pytest.mark.anyio
async def test_a_developer_connects_only_own_versions_to_the_test_environment(
    exchange: Running, database: Database
) -> None:
    async with undone(database) as tx:
        _, _, version_id = await institution(tx)
        version = await parties.find_version(tx, version_id)
        assert version is not None
        owner, stranger = person("vendor", version.party_id), person("vendor", await new_party(tx))
        wanted = Wanted(SITE.site, version_id, ("prescribing",), public_key())
        with pytest.raises(Refusal) as no:
            await add_test_client(tx, stranger, wanted, [SITE], NOW)
        assert no.value.rule.id == "CON-002"
        assert await add_test_client(tx, owner, wanted, [SITE], NOW)
