"""The sandbox's invented trust service providers: what their certificates say, and a folder that is whole or not there."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.ades.qualified_asn1 import get_qc_statements

from tilts.lab.pki import ensure_pki
from tilts.lab.pki_trust import (
    AUTHORITIES,
    SignerCredentials,
    TrustFolder,
    ensure_trust,
    issue_signer,
    renew_trust,
    revoke,
)
from tilts.lab.pki_trust.signers import SignerFlaw

NOW = datetime.now(UTC)
PERSON = "329990-00017"
NUMBER = "99990000011"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("providers") / "pki"
    ensure_pki(folder, NOW)
    ensure_trust(folder, NOW)
    return folder


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def said_of(signer: SignerCredentials) -> set[str]:
    read = asn1_x509.Certificate.load(signer.cert.public_bytes(Encoding.DER))
    told: set[str] = set()
    for statement in get_qc_statements(read):
        told.add(statement["statement_id"].native)
        if statement["statement_id"].native == "qc_type":
            told |= set(statement["statement_info"].native)
    return told


def of(signer: SignerCredentials, oid: x509.ObjectIdentifier) -> list[object]:
    return [one.value for one in signer.cert.subject.get_attributes_for_oid(oid)]


def test_a_person_signs_with_a_qualified_certificate_in_a_code_that_nobody_has(pki: Path) -> None:
    signer = issue_signer(pki, "Anna Paraudziņa", person=PERSON)

    assert said_of(signer) == {"qc_compliance", "qc_sscd", "qc_type", "qct_esign"}
    assert of(signer, NameOID.SERIAL_NUMBER) == [f"PNOLV-{PERSON}"]
    assert of(signer, NameOID.SURNAME) == ["Paraudziņa"]
    assert of(signer, NameOID.ORGANIZATION_IDENTIFIER) == []


def test_an_organisation_seals_with_its_registration_number(pki: Path) -> None:
    signer = issue_signer(pki, "Parauga prakse", NUMBER)

    assert said_of(signer) == {"qc_compliance", "qc_sscd", "qc_type", "qct_eseal"}
    assert of(signer, NameOID.ORGANIZATION_IDENTIFIER) == [f"NTRLV-{NUMBER}"]
    with pytest.raises(ValueError, match="registration number"):
        issue_signer(pki, "Parauga prakse")


def test_one_that_is_not_qualified_does_not_say_so(pki: Path) -> None:
    assert said_of(issue_signer(pki, "Anna Paraudziņa", person=PERSON, qualified=False)) == set()


@pytest.mark.parametrize("flaw", ["", "revoked", "withdrawn", "stranger", "expired"])
def test_every_signer_comes_with_the_chain_that_issued_it(pki: Path, flaw: SignerFlaw) -> None:
    signer = issue_signer(pki, "Anna Paraudziņa", person=PERSON, flaw=flaw)
    above = [*signer.chain]
    for below, issuer in zip([signer.cert, *above], above, strict=False):
        below.verify_directly_issued_by(issuer)

    assert (signer.cert.not_valid_after_utc < NOW) == (flaw == "expired")
    assert x509.load_pem_x509_certificate(signer.cert_pem) == signer.cert


def test_a_revoked_one_stands_on_its_issuers_list_and_no_other(pki: Path) -> None:
    trust = ensure_trust(pki, NOW)
    serial = issue_signer(pki, "Anna Paraudziņa", person=PERSON, flaw="revoked").cert.serial_number
    stand_on = [
        authority
        for authority in AUTHORITIES
        if x509.load_pem_x509_crl(trust.crl(authority).read_bytes()).get_revoked_certificate_by_serial_number(
            serial
        )
    ]
    assert stand_on == ["signature-ca"]

    stranger = issue_signer(pki, "Anna Paraudziņa", person=PERSON, flaw="stranger")
    with pytest.raises(ValueError, match="not issued"):
        revoke(pki, stranger.cert, NOW)


def test_time_stamps_are_made_with_a_certificate_for_nothing_else(pki: Path) -> None:
    trust = ensure_trust(pki, NOW)
    use = trust.certificate("tsa").extensions.get_extension_for_class(x509.ExtendedKeyUsage)

    assert use.critical
    assert [*use.value] == [ExtendedKeyUsageOID.TIME_STAMPING]
    trust.certificate("tsa").verify_directly_issued_by(trust.certificate("timestamp-ca"))


def test_keys_are_read_by_the_owner_alone(pki: Path) -> None:
    keys = [*(pki / "trust" / "keys").iterdir()]

    assert len(keys) == 8
    assert {oct(file.stat().st_mode)[-3:] for file in keys} == {"600"}
    assert oct((pki / "trust" / "keys").stat().st_mode)[-3:] == "700"


def test_a_second_start_changes_no_byte(pki: Path) -> None:
    before = everything_in(pki)
    ensure_trust(pki, NOW + timedelta(days=3))

    assert everything_in(pki) == before


def test_what_a_killed_start_left_behind_is_swept_away(tmp_path: Path) -> None:
    folder = tmp_path / "pki"
    half_made = folder / ".trust.new-abc"
    half_made.mkdir(parents=True)
    (half_made / "root.pem").write_text("half a certificate")
    trust = ensure_trust(folder, NOW)

    assert not half_made.exists()
    assert trust.certificate("root")


def test_two_starts_at_once_agree(tmp_path: Path) -> None:
    found: list[TrustFolder] = []
    starts = [
        threading.Thread(target=lambda: found.append(ensure_trust(tmp_path / "pki", NOW))) for _ in range(4)
    ]
    for start in starts:
        start.start()
    for start in starts:
        start.join()

    assert len({one.certificate("root").serial_number for one in found}) == 1
    assert len(found) == 4


def test_the_bundle_of_the_port_holds_our_own_root_and_the_listed_issuers_also_the_withdrawn_one(
    pki: Path,
) -> None:
    trust = ensure_trust(pki, NOW)
    bundle = x509.load_pem_x509_certificates(trust.accepted.read_bytes())

    own = x509.load_pem_x509_certificate((pki / "ca.pem").read_bytes())
    listed = [trust.certificate(one) for one in ("connection-ca", "withdrawn-connection-ca")]
    assert bundle == [own, *listed]


def test_lists_that_run_out_while_the_sandbox_runs_are_signed_anew_by_the_same_keys(tmp_path: Path) -> None:
    folder = tmp_path / "pki"
    trust = ensure_trust(folder, NOW)
    root, signed = trust.certificate("root"), trust.list_xml.read_bytes()
    renew_trust(folder, NOW + timedelta(days=100))
    assert trust.list_xml.read_bytes() == signed  # enough is left of it
    late = NOW + timedelta(days=160)
    renew_trust(folder, late)
    listed = x509.load_pem_x509_crl(trust.crl("connection-ca").read_bytes())

    assert trust.certificate("root") == root
    assert trust.list_xml.read_bytes() != signed
    assert listed.next_update_utc is not None and listed.next_update_utc > late + timedelta(days=100)


def test_a_folder_whose_certificates_run_out_is_made_anew(tmp_path: Path) -> None:
    first = ensure_trust(tmp_path / "pki", NOW).certificate("root")
    second = ensure_trust(tmp_path / "pki", NOW + timedelta(days=705)).certificate("root")

    assert first.serial_number != second.serial_number
