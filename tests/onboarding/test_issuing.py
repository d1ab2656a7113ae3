"""The exchange's own CA: a sealed request is answered at once, and what is wrong with seal or request never is."""

import asyncio
import os
import shutil
import subprocess
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from tests.onboarding.desk_people import NOW
from tests.onboarding.test_certificate_cases import CLERK, Holder, holder
from tests.onboarding.trusting import House, Leaf, Private, make_house
from tests.running import Running
from tests.store.undoing import undone
from tilts.access.case_effects import EFFECTS
from tilts.lab.pki_trust import issue_signer
from tilts.lab.pki_trust.layout import open_trust
from tilts.lab.signing import sign_container, stamp_unit
from tilts.onboarding.certificates import Wanted
from tilts.onboarding.issuing import Sealed, authority_from, issue_sealed, keep_own_list, own_list
from tilts.onboarding.issuing.authority import Authority, Revoked
from tilts.onboarding.issuing.keys import KeyUnfit, TokenKey, key_from, place_of
from tilts.onboarding.issuing.sealed import open_sealed
from tilts.onboarding.taking import Around, Taker, take
from tilts.rules import Refusal
from tilts.settings import Settings
from tilts.store.onboarding import cases
from tilts.store.onboarding.cases import CaseRecord
from tilts.store.tx import Database, Tx

pytestmark = pytest.mark.anyio
WANTED = Wanted("Parauga prakse", "99990000011", "0199-client")
SOFTHSM = next((one for one in Path("/usr/lib").glob("**/libsofthsm2.so")), None)
TOKEN_TOOL = shutil.which("softhsm2-util")


@pytest.fixture(scope="module")
def house(exchange: Running) -> House:
    return House(exchange.settings.pki_folder, open_trust(exchange.settings.pki_folder))


@pytest.fixture(scope="module")
def own_house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A PKI whose lists may be signed again without anybody else meeting them."""
    return make_house(tmp_path_factory.mktemp("issuing"))


def settings_of(house: House, **more: object) -> Settings:
    key = str(house.pki / "authority" / "issuing.key")
    base = {"pki_folder": house.pki, "issuing_key": key, "portal_base": "https://portal.example/"}
    return Settings(**{**base, **more})  # type: ignore[arg-type]


def issued(house: House, key: Private | None = None, **more: object) -> x509.Certificate:
    authority = authority_from(settings_of(house, **more))
    assert authority is not None
    leaf = Leaf(identifiers=("NTRLV-40000000000",), **({"key": key} if key else {}))  # type: ignore[arg-type]
    return authority.issue(x509.load_pem_x509_csr(leaf.request()), WANTED, datetime.now(UTC))


# What a certificate says.


def test_all_that_it_says_comes_from_the_register_and_the_settings(house: House) -> None:
    made = issued(house)
    of = made.extensions.get_extension_for_class

    assert made.subject.rfc4514_string({NameOID.ORGANIZATION_IDENTIFIER: "id"}) == (
        "CN=0199-client,id=NTRLV-99990000011,O=Parauga prakse,C=LV"
    )
    assert list(of(x509.ExtendedKeyUsage).value) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert of(x509.KeyUsage).value.digital_signature and not of(x509.KeyUsage).value.key_cert_sign
    assert not of(x509.BasicConstraints).value.ca
    assert (
        of(x509.CRLDistributionPoints).value[0].full_name[0].value
        == "https://portal.example/trust/issuing.crl"
    )  # type: ignore[index]
    [access] = of(x509.AuthorityInformationAccess).value
    assert access.access_method == AuthorityInformationAccessOID.CA_ISSUERS
    assert access.access_location.value == "https://portal.example/trust/issuing.cer"
    issuer = house.issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    assert of(x509.AuthorityKeyIdentifier).value.key_identifier == issuer.digest
    assert of(x509.SubjectKeyIdentifier).value == x509.SubjectKeyIdentifier.from_public_key(made.public_key())


def test_days_and_addresses_are_settings(house: House) -> None:
    made = issued(house)
    short = issued(house, issued_days=30, issuing_crl_url="http://c.example/x.crl", portal_base="")

    assert made.not_valid_after_utc - made.not_valid_before_utc == timedelta(days=397)
    assert short.not_valid_after_utc - short.not_valid_before_utc == timedelta(days=30)
    places = short.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert places[0].full_name[0].value == "http://c.example/x.crl"  # type: ignore[index]
    with pytest.raises(x509.ExtensionNotFound):
        short.extensions.get_extension_for_class(x509.AuthorityInformationAccess)


def test_serial_numbers_are_128_bits_of_chance(house: House) -> None:
    numbers = {issued(house, Leaf().key).serial_number for _ in range(200)}

    assert len(numbers) == 200
    assert all(0 < one < 2**128 for one in numbers)
    assert max(numbers) > 2**120


def test_openssl_finds_nothing_wrong_with_certificate_and_list(own_house: House, tmp_path: Path) -> None:
    authority = own_house.issuer
    made = issued(own_house)
    (tmp_path / "leaf.pem").write_bytes(made.public_bytes(Encoding.PEM))
    now = datetime.now(UTC)
    for revoked, status in (
        ({}, 0),
        ({made.serial_number: Revoked(now, x509.ReasonFlags.key_compromise)}, 2),
    ):
        (tmp_path / "crl.pem").write_bytes(authority.revocation_list(revoked, now))
        looked = subprocess.run(
            ["openssl", "verify", "-x509_strict", "-purpose", "sslclient", "-crl_check", "-CAfile", own_house.pki / "chain.pem",
             "-CRLfile", tmp_path / "crl.pem", tmp_path / "leaf.pem"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (looked.returncode, "certificate revoked" in looked.stderr) == (status, bool(revoked)), (
            looked.stderr
        )


@pytest.mark.parametrize(
    ("key", "good"),
    [
        (lambda: ec.generate_private_key(ec.SECP256R1()), True),
        (lambda: ec.generate_private_key(ec.SECP384R1()), True),
        (lambda: rsa.generate_private_key(65537, 3072), True),
        (lambda: rsa.generate_private_key(65537, 2048), False),
        (lambda: ec.generate_private_key(ec.SECP521R1()), False),
    ],
    ids=["P-256", "P-384", "RSA 3072", "RSA 2048", "P-521"],
)
def test_iss_002_keys_that_get_a_certificate(house: House, key: object, good: bool) -> None:
    private = key()  # type: ignore[operator]
    if good:
        assert issued(house, private).public_key() == private.public_key()
        return
    with pytest.raises(Refusal) as no:
        issued(house, private)
    assert no.value.rule.id == "ISS-002"


# A sealed request.


@dataclass(frozen=True)
class Asking:
    """Somebody with a connection to production, and what they can do with their seal."""

    one: Holder
    around: Around

    def request(self, **changed: object) -> bytes:
        return self.one.leaf(**changed).request()

    def sealed(self, *files: tuple[str, bytes], **signer: object) -> Sealed:
        given = {
            "name": self.one.party.name,
            "registration_number": self.one.party.registration_number,
            **signer,
        }
        credentials = issue_signer(self.one.house.pki, **given)  # type: ignore[arg-type]
        stamps = stamp_unit(open_trust(self.one.house.pki))
        return Sealed(
            "pieprasījums.asice",
            sign_container(dict(files), credentials, stamps, ".asice", datetime.now(UTC)),
        )

    async def ask(self, tx: Tx, sealed: Sealed, *, issuing: bool = True) -> CaseRecord:
        issuer = authority_from(self.around.settings) if issuing else None
        return await issue_sealed(
            tx, self.one.account, self.one.client_id, sealed, issuer, (NOW, self.around)
        )


async def asking(tx: Tx, exchange: Running, house: House) -> Asking:
    one = await holder(tx, exchange, house)
    return Asking(one, Around(exchange.settings, datetime.now(UTC)))


async def rule_of(tx: Tx, asked: Asking, sealed: Sealed, **more: bool) -> tuple[str, str]:
    with pytest.raises(Refusal) as no:
        await asked.ask(tx, sealed, **more)
    return no.value.rule.id, str(no.value.facts.get("faults", ""))


async def test_a_sealed_request_is_answered_and_registered_at_once(
    exchange: Running, house: House, database: Database
) -> None:
    async with undone(database) as tx:
        asked = await asking(tx, exchange, house)
        leaf = asked.one.leaf()
        # Whatever else the request says of itself is not taken over.
        case = await asked.ask(tx, asked.sealed(("client.csr", leaf.request())))
        [record] = await asked.one.registered(tx)
        kept = {document.kind: document for document in await cases.documents(tx, case.case_id)}
        made, issuer = x509.load_pem_x509_certificates(await cases.content(tx, kept["issued"].document_id))
        made.verify_directly_issued_by(issuer)

        assert (case.state, record.case_id, record.client_id) == (
            "registered",
            case.case_id,
            asked.one.client_id,
        )
        assert record.fingerprint == made.fingerprint(hashes.SHA256())
        assert made.public_key() == leaf.key.public_key()
        assert case.facts["sealed_by"] == f"NTRLV-{asked.one.party.registration_number}"
        assert set(kept) == {"certificate-request", "sealed-request", "issued"}
        [*_, last] = await cases.steps(tx, case.case_id)
        assert (last.action, last.side) == ("issue", "exchange")


async def test_what_is_sealed_by_somebody_else_or_badly_is_not_answered(
    exchange: Running, house: House, database: Database
) -> None:
    """SGN-..: another organisation, a person, not qualified, revoked, expired, withdrawn, a stranger, altered."""
    async with undone(database) as tx:
        asked = await asking(tx, exchange, house)
        csr = ("client.csr", asked.request())
        number = asked.one.party.registration_number
        other = asked.sealed(csr, registration_number="99990005015")
        person = asked.sealed(csr, name="Anna Paraudziņa", person="329990-00017", registration_number=number)
        refused = [other, person, asked.sealed(csr, qualified=False)]
        for flaw in ("revoked", "expired", "withdrawn", "stranger"):
            refused.append(asked.sealed(csr, flaw=flaw))
        good = asked.sealed(csr)
        cut = good.content.replace(b"client.csr", b"klient.csr")
        refused += [
            Sealed(good.filename, cut),
            Sealed(good.filename, good.content[:-9]),
            Sealed("a.csr", csr[1]),
        ]
        rules = await asyncio.gather(*(rule_of_alone(exchange, house, asked, one) for one in refused))

        assert rules[0] == rules[1] == "SGN-009"
        assert all(rule.startswith("SGN-") for rule in rules), rules
        assert await asked.one.registered(tx) == []


async def rule_of_alone(exchange: Running, house: House, asked: Asking, sealed: Sealed) -> str:
    """The seal alone, without a transaction of its own to spoil: several are looked at together."""
    database = Database(exchange.settings.database_url, connections=1)
    await database.open()
    try:
        async with database.transaction() as tx:
            await open_sealed(tx, sealed, asked.one.party, asked.around)
    except Refusal as no:
        return no.rule.id
    finally:
        await database.close()
    return "accepted"


async def test_what_is_sealed_must_be_one_good_request_of_that_organisation(
    exchange: Running, house: House, database: Database
) -> None:
    async with undone(database) as tx:
        asked = await asking(tx, exchange, house)
        csr, certificate = asked.request(), asked.one.leaf().pem(house)
        another = Leaf().request()
        weak = asked.one.leaf(key=rsa.generate_private_key(65537, 2048)).request()

        assert await rule_of(tx, asked, asked.sealed(("a.csr", csr), ("b.txt", b"hello"))) == ("ISS-001", "")
        assert await rule_of(tx, asked, asked.sealed(("a.crt", certificate))) == ("ISS-001", "")
        assert await rule_of(tx, asked, asked.sealed(("a.txt", b"please"))) == ("ISS-001", "")
        assert await rule_of(tx, asked, asked.sealed(("a.csr", another))) == ("CERT-004", "CRT-010")
        assert await rule_of(tx, asked, asked.sealed(("a.csr", weak))) == ("ISS-002", "")
        assert await rule_of(tx, asked, asked.sealed(("a.csr", csr)), issuing=False) == ("CERT-009", "")


async def test_cert_010_and_cert_005_hold_for_sealed_requests_too(
    exchange: Running, house: House, database: Database
) -> None:
    async with undone(database) as tx:
        asked, other = await asking(tx, exchange, house), await asking(tx, exchange, house)
        foreign = Asking(replace(asked.one, client_id=other.one.client_id), asked.around)
        assert (await rule_of(tx, foreign, asked.sealed(("a.csr", asked.request()))))[0] == "CERT-010"
        for _ in range(2):
            await asked.ask(tx, asked.sealed(("a.csr", asked.request())))
        assert (await rule_of(tx, asked, asked.sealed(("a.csr", asked.request()))))[0] == "CERT-005"


async def test_iss_003_for_real_data_a_request_is_sealed(
    exchange: Running, house: House, database: Database
) -> None:
    async with undone(database) as tx:
        one = await holder(tx, exchange, house)
        vendor = await holder(tx, exchange, house, "vendor")
        with pytest.raises(Refusal) as no:
            await one.hand_in(tx, one.leaf().request())
        assert no.value.rule.id == "ISS-003"
        assert (await vendor.accepted(tx, vendor.leaf().request())).state == "registered"


# Its list.


async def test_what_is_revoked_stands_in_the_list_with_its_reason_and_stays_there(
    exchange: Running, house: House, database: Database, tmp_path: Path
) -> None:
    pki = tmp_path / "pki"
    shutil.copytree(house.pki, pki)
    settings = replace(exchange.settings, pki_folder=pki)
    ca = house.issuer.certificate
    before = own_list(pki, ca)
    assert before is not None
    async with undone(database) as tx:
        one = await holder(tx, exchange, house, "vendor")
        stolen, withdrawn = [await one.accepted(tx, one.leaf().request()) for _ in range(2)]
        await one.step(tx, stolen.number, "report-lost", reason="nozagts")
        await take(
            tx, withdrawn.number, "revoke", Taker(CLERK, NOW, EFFECTS, one.around),
            facts={"reason": "beidzies līgums", "revocation": "privilege-withdrawn"},
        )  # fmt: skip
        now = datetime.now(UTC)
        assert await keep_own_list(tx, settings, now) is True
        assert await keep_own_list(tx, settings, now + timedelta(seconds=30)) is False
        after = own_list(pki, ca)

        assert after is not None and after.is_signature_valid(ca.public_key())  # type: ignore[arg-type]
        listed = {entry.serial_number: entry for entry in after}
        said = {
            serial: entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
            for serial, entry in listed.items()
            if len(entry.extensions)  # those of other tests were revoked without a reason
        }
        assert {entry.serial_number for entry in before} <= listed.keys()
        assert said[int(stolen.facts["serial"], 16)] is x509.ReasonFlags.key_compromise
        assert said[int(withdrawn.facts["serial"], 16)] is x509.ReasonFlags.privilege_withdrawn
        assert number_of(after) > number_of(before)

        assert await keep_own_list(tx, settings, now + timedelta(days=1, seconds=1)) is True
        tomorrow = own_list(pki, ca)
        assert tomorrow is not None and {entry.serial_number for entry in tomorrow} == listed.keys()
        assert number_of(tomorrow) > number_of(after)


def number_of(listed: x509.CertificateRevocationList) -> int:
    return listed.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


async def test_a_list_that_a_stranger_put_there_is_not_carried_on(
    exchange: Running, database: Database, own_house: House
) -> None:
    stranger = load_pem_private_key((own_house.pki / "authority" / "stranger.key").read_bytes(), None)
    assert isinstance(stranger, ec.EllipticCurvePrivateKey)
    forged = Authority(own_house.issuer.certificate, stranger, 1, own_house.issuer.published)
    now = datetime.now(UTC)
    (own_house.pki / "crl.pem").write_bytes(forged.revocation_list({4711: Revoked(now)}, now))
    async with undone(database) as tx:
        assert await keep_own_list(tx, settings_of(own_house), now) is True
    found = own_list(own_house.pki, own_house.issuer.certificate)
    assert found is not None and found.get_revoked_certificate_by_serial_number(4711) is None


# Its key.


def test_without_a_key_nothing_is_issued_and_an_unfit_one_is_told(own_house: House, tmp_path: Path) -> None:
    public_key = own_house.issuer.certificate.public_key()
    key = own_house.pki / "authority" / "issuing.key"
    assert authority_from(settings_of(own_house, issuing_key="", keys_folder=tmp_path)) is None
    assert authority_from(Settings(pki_folder=tmp_path, issuing_key=str(key))) is None

    shutil.copy(key, tmp_path / "issuing.key")
    (tmp_path / "issuing.key").chmod(0o600)
    assert authority_from(settings_of(own_house, issuing_key="", keys_folder=tmp_path)) is not None
    (tmp_path / "issuing.key").chmod(0o640)
    with pytest.raises(KeyUnfit, match="chmod 600"):
        authority_from(settings_of(own_house, issuing_key="", keys_folder=tmp_path))
    for unfit in (
        str(own_house.pki / "authority" / "root.key"),
        str(tmp_path / "none"),
        "pkcs11:token=a;object=b",
    ):
        with pytest.raises(KeyUnfit):
            key_from(unfit, tmp_path, public_key)  # type: ignore[arg-type]


@pytest.mark.skipif(not (SOFTHSM and TOKEN_TOOL), reason="softhsm2 is not installed: make packages")
def test_a_key_on_a_token_signs_and_never_leaves_it(
    own_house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PKCS #11 by SoftHSM: its certificate is of a key that the token has taken in."""
    pytest.importorskip("pkcs11")
    (tmp_path / "tokens").mkdir()
    conf = tmp_path / "softhsm2.conf"
    conf.write_text(
        f"directories.tokendir = {tmp_path / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    monkeypatch.setitem(os.environ, "SOFTHSM2_CONF", str(conf))
    pin = tmp_path / "pin"
    pin.touch(0o600)
    pin.write_text("4711\n")
    token = ["--token", "tilts", "--pin", "4711"]
    key = own_house.pki / "authority" / "issuing.key"
    for line in (
        ["--init-token", "--free", "--label", "tilts", "--pin", "4711", "--so-pin", "471100"],
        ["--import", str(key), "--label", "issuing", "--id", "01", *token],
    ):
        subprocess.run([str(TOKEN_TOOL), *line], check=True, capture_output=True)
    written = f"pkcs11:token=tilts;object=issuing?module-path={SOFTHSM}&pin-source=file:{pin}"
    made = issued(own_house, issuing_key=written)
    authority = authority_from(settings_of(own_house, issuing_key=written))
    assert authority is not None
    now = datetime.now(UTC)
    listed = x509.load_pem_x509_crl(authority.revocation_list({7: Revoked(now)}, now))

    made.verify_directly_issued_by(own_house.issuer.certificate)
    assert listed.is_signature_valid(own_house.issuer.certificate.public_key())  # type: ignore[arg-type]
    with pytest.raises(KeyUnfit):
        authority.key.private_bytes(Encoding.PEM, PublicFormat.Raw, None)  # type: ignore[arg-type]
    other = TokenKey(place_of(written), ec.generate_private_key(ec.SECP256R1()).public_key())
    with pytest.raises(KeyUnfit, match="not the key"):
        other.sign(b"a certificate", ec.ECDSA(hashes.SHA256()))
    pin.write_text("0815\n")
    with pytest.raises(KeyUnfit):
        issued(own_house, issuing_key=written)
