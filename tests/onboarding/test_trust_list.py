"""The trust list: believed only under a pinned signer's signature and until its own end; the last good one stays."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from pyhanko.sign.validation.qualified.eutl_parse import trust_list_to_registry

from tests.onboarding.trusting import NOW, House, make_house
from tests.running import Running
from tests.store.undoing import undone
from tilts.lab.pki_trust import ensure_trust
from tilts.lab.pki_trust.layout import NOTE, WITHDRAWN_SINCE
from tilts.lab.pki_trust.listing import DatedSigner, signed_list
from tilts.onboarding.trust_keeping import pinned, refresh_trust_list, sources_from, trust_state
from tilts.onboarding.trust_list import read_kept, read_list
from tilts.rules import Refusal
from tilts.store.onboarding import trust as store
from tilts.store.tx import Database

LATER = NOW + timedelta(hours=1)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return make_house(tmp_path_factory.mktemp("trust"))


def refusal_of(xml: bytes, house: House, days: float = 0) -> Refusal:
    with pytest.raises(Refusal) as no:
        read_list(xml, house.signers, NOW + timedelta(days=days))
    assert no.value.rule.sentence("lv", no.value.told())
    return no.value


def signed_anew(house: House, change: str, into: str) -> bytes:
    """A list that its real signer signed, with another text in it."""
    written = house.trust.list_xml.read_text()
    assert re.search(change, written)
    root = etree.fromstring(re.sub(change, into, written).encode())
    root.remove(root.find("{http://www.w3.org/2000/09/xmldsig#}Signature"))
    signed = DatedSigner(NOW).sign(
        root,
        key=house.trust.key("list-signer"),
        cert=[house.trust.certificate("list-signer")],
        always_add_key_value=False,
    )
    return bytes(etree.tostring(signed))


def test_services_are_read_with_provider_kind_and_status(house: House) -> None:
    found = house.trust_list.services_at(NOW, "connection")

    assert [(one.provider, one.status) for one in found] == [("Parauga uzticamības pakalpojumi", "granted")]
    assert found[0].certificate == house.trust.certificate("connection-ca").public_bytes(Encoding.DER)
    assert {one.type for one in house.trust_list.known_at(NOW)} == {
        "signature",
        "seal",
        "timestamp",
        "connection",
    }


def test_what_was_granted_in_the_past_is_told_for_the_past(house: House) -> None:
    withdrawn = house.trust.moment(WITHDRAWN_SINCE)
    before = house.trust_list.services_at(withdrawn - timedelta(seconds=1), "seal")
    after = house.trust_list.services_at(withdrawn, "seal")

    assert {one.provider for one in before} - {one.provider for one in after} == {"Piemēra sertifikāti"}
    assert not house.trust_list.services_at(house.trust.moment(-391), "seal")


def test_kinds_of_services_that_are_not_known_are_left_out(house: House) -> None:
    assert "Ilustrācijas e-piegāde" in house.trust.list_xml.read_text()
    assert "Ilustrācijas e-piegāde" not in {one.provider for one in house.trust_list.services}


def test_a_service_with_a_critical_extension_that_is_not_known_is_left_out(house: House) -> None:
    xml = signed_anew(
        house,
        r'(<ServiceInformationExtensions><Extension Critical="true">)(<AdditionalServiceInformation><URI xml:lang="en">[^<]*ForWeb)',
        r'\1<Unheard/></Extension><Extension Critical="true">\2',
    )

    assert not read_list(xml, house.signers, NOW).services_at(NOW, "connection")


def test_pyhanko_reads_the_same_list(house: House) -> None:
    signer = asn1_x509.Certificate.load(house.trust.certificate("list-signer").public_bytes(Encoding.DER))
    registry, errors = trust_list_to_registry(house.trust.list_xml.read_text(), [signer])

    assert not errors
    assert len(list(registry.known_certificate_authorities)) == 4


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"not xml",
        b"<TrustServiceStatusList/>",
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY b "c">]><a/>'.encode("utf-16"),
    ],
)
def test_trl_001_what_is_no_list_is_not_read(house: House, xml: bytes) -> None:
    assert refusal_of(xml, house).rule.id == "TRL-001"


def test_trl_001_a_doctype_before_a_good_list_is_refused(house: House) -> None:
    xml = house.trust.list_xml.read_bytes().replace(
        b"<TrustServiceStatusList", b"<!DOCTYPE x><TrustServiceStatusList", 1
    )

    assert refusal_of(xml, house).told() == {"fault": "DOCTYPE"}


@pytest.mark.parametrize(
    ("change", "into"),
    [
        (b"Svcstatus/withdrawn", b"Svcstatus/granted"),
        (b"<TSLSequenceNumber>1<", b"<TSLSequenceNumber>2<"),
        (b"<ds:SignatureValue>", b"<ds:SignatureValue>AAAA"),
    ],
)
def test_trl_002_an_altered_list_is_refused(house: House, change: bytes, into: bytes) -> None:
    xml = house.trust.list_xml.read_bytes()
    assert change in xml

    assert refusal_of(xml.replace(change, into, 1), house).rule.id == "TRL-002"


def test_trl_002_a_list_without_signature_is_refused(house: House) -> None:
    root = etree.fromstring(house.trust.list_xml.read_bytes())
    root.remove(root.find("{http://www.w3.org/2000/09/xmldsig#}Signature"))

    assert refusal_of(etree.tostring(root), house).rule.id == "TRL-002"


def test_trl_002_a_signature_over_something_else_in_the_file_is_refused(house: House) -> None:
    """The good list, whole and signed, hidden in another one that nobody signed."""
    good = etree.fromstring(house.trust.list_xml.read_bytes())
    signature = good.find("{http://www.w3.org/2000/09/xmldsig#}Signature")
    outer = etree.fromstring(house.trust.list_xml.read_bytes().replace(b"withdrawn", b"granted"))
    outer.remove(outer.find("{http://www.w3.org/2000/09/xmldsig#}Signature"))
    outer.append(signature)
    hidden = etree.SubElement(signature, "{http://www.w3.org/2000/09/xmldsig#}Object")
    hidden.append(etree.fromstring(house.trust.list_xml.read_bytes()))

    assert refusal_of(etree.tostring(outer), house).rule.id == "TRL-002"


def test_trl_003_a_list_signed_by_a_stranger_is_refused(house: House, tmp_path: Path) -> None:
    other = make_house(tmp_path)
    no = refusal_of(other.trust.list_xml.read_bytes(), house)

    assert no.rule.id == "TRL-003"
    assert "Parauga saraksta parakstītājs" in no.told()["signer"]


def test_trl_004_a_signer_past_its_own_end_is_refused(house: House) -> None:
    assert refusal_of(house.trust.list_xml.read_bytes(), house, days=800).rule.id == "TRL-004"


@pytest.mark.parametrize("days", [181, -2])
def test_trl_005_a_list_past_its_next_update_or_of_tomorrow_is_refused(house: House, days: float) -> None:
    assert refusal_of(house.trust.list_xml.read_bytes(), house, days=days).rule.id == "TRL-005"
    assert not read_kept(house.trust.list_xml.read_bytes(), house.signers).current(NOW + timedelta(days=days))


def test_a_second_start_reuses_the_folder_and_a_half_made_one_is_made_anew(tmp_path: Path) -> None:
    house = make_house(tmp_path)
    before = house.trust.list_xml.read_bytes()

    assert ensure_trust(house.pki, NOW + timedelta(days=10)).list_xml.read_bytes() == before
    (house.trust.folder / NOTE).unlink()
    assert ensure_trust(house.pki, NOW).list_xml.read_bytes() != before


def test_a_list_that_runs_out_is_signed_anew_with_the_next_number(tmp_path: Path) -> None:
    house = make_house(tmp_path)
    later = NOW + timedelta(days=160)
    renewed = read_list(ensure_trust(house.pki, later).list_xml.read_bytes(), house.signers, later)

    assert renewed.sequence == 2
    assert renewed.next_update == (later + timedelta(days=180))


@pytest.fixture
def newest(house: House, tmp_path: Path) -> Path:
    """Newer than the one that the running exchange keeps."""
    file = tmp_path / "newest.xml"
    file.write_bytes(signed_list(house.trust, LATER, LATER + timedelta(days=9), 7))
    return file


@pytest.mark.anyio
class TestKeeping:
    async def test_the_sandbox_keeps_its_list_and_says_when(
        self, exchange: Running, database: Database
    ) -> None:
        sources = sources_from(exchange.settings)
        async with undone(database) as tx:
            now = datetime.now(UTC)
            assert await refresh_trust_list(tx, sources.list_xml, pinned(sources.signers), now) is None
            state = await trust_state(tx, pinned(sources.signers))

        assert state.list is not None and state.list.services_at(NOW, "connection")
        assert state.refresh is not None and (state.refresh.rule, state.refresh.good_at) == (None, now)

    async def test_a_bad_list_changes_nothing_but_the_note_of_why(
        self, exchange: Running, database: Database, house: House, newest: Path, tmp_path: Path
    ) -> None:
        altered = tmp_path / "list.xml"
        altered.write_bytes(newest.read_bytes().replace(b"withdrawn", b"granted", 1))
        async with undone(database) as tx:
            assert await refresh_trust_list(tx, newest, house.signers, LATER) is None
            no = await refresh_trust_list(tx, altered, house.signers, LATER + timedelta(minutes=1))
            kept = await store.list_in_use(tx)
            last = await store.last_refresh(tx)
            state = await trust_state(tx, house.signers)

        assert no is not None and no.rule.id == "TRL-002"
        assert kept is not None and kept.xml == newest.read_bytes()
        assert last is not None and (last.rule, last.source) == ("TRL-002", str(altered))
        assert state.list is not None

    async def test_trl_006_an_older_list_does_not_come_back(
        self, exchange: Running, database: Database, house: House, newest: Path, tmp_path: Path
    ) -> None:
        older = tmp_path / "older.xml"
        older.write_bytes(signed_list(house.trust, NOW - timedelta(days=1), NOW + timedelta(days=9), 1))
        async with undone(database) as tx:
            assert await refresh_trust_list(tx, newest, house.signers, LATER) is None
            no = await refresh_trust_list(tx, older, house.signers, LATER)
            kept = await store.list_in_use(tx)

        assert no is not None and no.rule.id == "TRL-006"
        assert kept is not None and kept.xml == newest.read_bytes()

    async def test_a_kept_list_is_not_believed_when_its_signer_is_pinned_no_longer(
        self, exchange: Running, database: Database, house: House, newest: Path
    ) -> None:
        async with undone(database) as tx:
            assert await refresh_trust_list(tx, newest, house.signers, LATER) is None
            state = await trust_state(tx, ())

        assert state.list is None

    async def test_a_missing_file_is_told_and_keeps_the_last(
        self, exchange: Running, database: Database, house: House, newest: Path, tmp_path: Path
    ) -> None:
        async with undone(database) as tx:
            assert await refresh_trust_list(tx, newest, house.signers, LATER) is None
            no = await refresh_trust_list(tx, tmp_path / "none.xml", house.signers, LATER)
            kept = await store.list_in_use(tx)

        assert no is not None and no.told() == {"fault": "no such file"}
        assert kept is not None
