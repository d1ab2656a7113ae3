"""Certificates: every check with a certificate that has exactly this fault, all faults told at once, and the doors."""

import base64
import json
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.onboarding.trusting import NOW, NUMBER, House, Leaf, applicant, make_house, new_key
from tilts.ids import new_id
from tilts.lab.pki_trust import ConnectionSubject, issue_connection_certificate, issue_signer, revoke
from tilts.lab.pki_trust.certificates import key_usage
from tilts.onboarding.certificates import (
    Applicant,
    CertificateReport,
    Known,
    check_certificate,
    check_table,
    examine,
    read_submission,
)
from tilts.onboarding.certificates.checks import ANSWERS
from tilts.onboarding.certificates.table import CheckTable
from tilts.rules import Refusal

ALL = {check.id for check in check_table().checks}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return make_house(tmp_path_factory.mktemp("certificates"))


def report_of(
    content: bytes, house: House, who: Applicant | None = None, known: Known | None = None
) -> CertificateReport:
    return check_certificate(content, who or applicant(), house.trust_list, NOW, known or house.known())


def faults(report: CertificateReport) -> set[str]:
    return {one.check.id for one in report.faults}


def test_a_good_certificate_passes_everything_that_is_asked_of_certificates(house: House) -> None:
    report = report_of(Leaf().pem(house), house)

    assert report.good
    assert {one.check.id for one in report.findings if one.outcome == "not-asked"} == {"CRT-016"}
    assert {one.check.id for one in report.findings} == ALL


def test_one_that_the_sandbox_issues_passes_too(house: House) -> None:
    made = issue_connection_certificate(house.pki, ConnectionSubject("Parauga prakse", NUMBER))

    assert report_of(made.cert_pem + made.chain_pem, house).good
    assert report_of(made.cert.public_bytes(Encoding.DER), house).good


def test_a_good_request_passes_everything_that_is_asked_of_requests(house: House) -> None:
    report = report_of(Leaf().request(), house)

    assert report.good
    asked = {one.check.id for one in report.findings if one.outcome == "pass"}
    of_requests = (1, 5, 6, 9, 10, 12, 16, 17, 26)
    assert asked == {f"CRT-{number:03}" for number in of_requests}


GOOD = Leaf()
RSA = {bits: rsa.generate_private_key(65537, bits) for bits in (1024, 2048)}
FAULTY: dict[str, list[Leaf]] = {
    "CRT-003": [GOOD.but(begins=NOW + timedelta(days=1))],
    "CRT-004": [GOOD.but(ends=NOW + timedelta(days=29, hours=23))],
    "CRT-005": [
        GOOD.but(key=RSA[1024]),
        GOOD.but(key=rsa.generate_private_key(3, 2048)),
        GOOD.but(key=ec.generate_private_key(ec.SECP224R1())),
        GOOD.but(key=ec.generate_private_key(ec.SECP256K1())),
        GOOD.but(key=ed25519.Ed25519PrivateKey.generate()),
    ],
    "CRT-006": [GOOD.but(hash=hashes.SHA224())],
    "CRT-007": [GOOD.but(usage=None), GOOD.but(usage=key_usage("key_agreement"))],
    "CRT-008": [GOOD.but(purposes=()), GOOD.but(purposes=(ExtendedKeyUsageOID.SERVER_AUTH,))],
    "CRT-009": [GOOD.but(identifiers=(f"NTRLV-{NUMBER}", f"NTRLV-{NUMBER}"))],
    "CRT-010": [GOOD.but(identifiers=("NTRLV-99990000022",)), GOOD.but(identifiers=(f"VATLV-{NUMBER}",))],
    "CRT-013": [GOOD.but(ca=True)],
    "CRT-015": [GOOD.but(names_revocation=False)],
}


@pytest.mark.parametrize(
    ("check", "leaf"), [(check, leaf) for check, leaves in FAULTY.items() for leaf in leaves]
)
def test_one_fault_is_one_fault(house: House, check: str, leaf: Leaf) -> None:
    assert faults(report_of(leaf.pem(house), house)) == {check}


def test_crt_001_what_cannot_be_read_has_no_other_faults(house: House) -> None:
    for content in (b"", b"-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----", b"\x30\x03abc"):
        assert faults(report_of(content, house)) == {"CRT-001"}


def test_crt_002_an_issuer_that_is_not_listed_is_refused(house: House) -> None:
    stranger = Leaf().pem(house, signer=new_key())  # the issuer's name, but not the issuer's key
    signer = issue_signer(house.pki, "Parauga prakse", NUMBER)

    assert "CRT-002" in faults(report_of(stranger, house))
    assert "CRT-002" in faults(report_of(signer.cert_pem, house))  # may seal, but not connect


def test_crt_002_an_issuer_whose_status_was_withdrawn_is_refused_and_the_day_is_told(house: House) -> None:
    withdrawn = Leaf(authority="withdrawn-connection-ca").pem(house)
    told = next(one for one in report_of(withdrawn, house).findings if one.check.id == "CRT-002")

    assert (told.outcome, told.note and told.note.en) == ("fail", "The issuer's status has been withdrawn.")
    assert told.found.endswith(str(house.trust.moment(-90).date()))


def test_crt_002_without_a_list_that_holds_now_only_our_own_issuer_counts(house: House) -> None:
    content = Leaf().pem(house)
    late = NOW + timedelta(days=200)
    for trust, moment in ((None, NOW), (house.trust_list, late)):
        report = check_certificate(content, applicant(), trust, moment, house.known())
        assert "CRT-002" in faults(report)


def test_crt_003_a_certificate_past_its_end_is_told_both_things(house: House) -> None:
    leaf = Leaf(begins=NOW - timedelta(days=9), ends=NOW - timedelta(days=1))

    assert faults(report_of(leaf.pem(house), house)) == {"CRT-003", "CRT-004"}


def test_crt_009_no_identifier_at_all_is_two_faults(house: House) -> None:
    assert faults(report_of(Leaf(identifiers=()).pem(house), house)) == {"CRT-009", "CRT-010"}


def test_crt_010_a_number_under_a_second_scheme_counts_when_it_is_registered_so(house: House) -> None:
    who = Applicant(new_id(), frozenset({f"NTRLV-{NUMBER}", f"VATLV-{NUMBER}"}))

    assert report_of(Leaf(identifiers=(f"VATLV-{NUMBER}",)).pem(house), house, who).good


def test_crt_011_and_crt_012_what_another_party_holds_is_refused(house: House) -> None:
    who = applicant()
    content = Leaf().pem(house)
    known = house.known()
    registered = Known(known.own_issuers, True, who.party_id, known.revocations)
    key_of_another = Known(known.own_issuers, False, new_id(), known.revocations)

    assert faults(report_of(content, house, who, registered)) == {"CRT-011"}
    assert faults(report_of(content, house, who, key_of_another)) == {"CRT-012"}


def test_crt_011_who_asks_publicly_is_not_told_what_others_hold(house: House) -> None:
    known = Known(house.known().own_issuers, True, new_id(), house.known().revocations)
    report = check_certificate(Leaf().pem(house), None, house.trust_list, NOW, known)

    assert report.good
    unasked = {one.check.id for one in report.findings if one.outcome == "not-asked"}
    assert unasked == {"CRT-010", "CRT-011", "CRT-012", "CRT-016", "CRT-017"}


def test_crt_014_a_revoked_certificate_is_refused_with_the_list_that_names_it(house: House) -> None:
    leaf = Leaf().certificate(house)
    revoke(house.pki, leaf, NOW)
    report = report_of(leaf.public_bytes(Encoding.PEM), house)

    assert faults(report) == {"CRT-014"}
    assert "connection-ca.crl.pem" in report.faults[0].found


def test_crt_014_unknown_is_not_good(house: House) -> None:
    content = Leaf().pem(house)
    nothing_at_hand = Known(house.known().own_issuers)
    assert faults(report_of(content, house, known=nothing_at_hand)) == {"CRT-014"}

    late = NOW + timedelta(days=181)
    overdue = check_certificate(content, applicant(), house.trust_list, late, house.known())
    assert "CRT-014" in faults(overdue)


def test_crt_016_a_request_that_its_key_did_not_sign_is_refused(house: House) -> None:
    spoiled = bytearray(x509.load_pem_x509_csr(Leaf().request()).public_bytes(Encoding.DER))
    spoiled[-3] ^= 0xFF

    assert faults(report_of(bytes(spoiled), house)) == {"CRT-016"}


@pytest.mark.parametrize("hash_name", ["sha1", "md5"])
def test_crt_006_old_hashes_are_refused_also_in_a_request(
    house: House, tmp_path: Path, hash_name: str
) -> None:
    """Made by openssl, because `cryptography` does not sign so any more."""
    key, request = tmp_path / "key.pem", tmp_path / "request.pem"
    subject = f"/CN=old/organizationIdentifier=NTRLV-{NUMBER}"
    command = ["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", f"-{hash_name}", "-subj", subject]
    subprocess.run([*command, "-keyout", key, "-out", request], check=True, capture_output=True)

    assert "CRT-006" in faults(report_of(request.read_bytes(), house))


def test_cert_004_every_fault_is_named_at_once(house: House) -> None:
    leaf = Leaf(
        key=RSA[1024],
        identifiers=("NTRLV-99990000022",),
        ends=NOW + timedelta(days=2),
        purposes=(),
        usage=None,
        names_revocation=False,
    )
    with pytest.raises(Refusal) as no:
        examine(leaf.pem(house), applicant(), house.trust_list, NOW, house.known())

    assert no.value.rule.id == "CERT-004"
    assert no.value.told()["faults"] == "CRT-004, CRT-005, CRT-007, CRT-008, CRT-010, CRT-015"
    assert all(one.check.fix.lv and one.check.fix.en for one in report_of(leaf.pem(house), house).faults)


def test_the_facts_of_a_report_hold_no_bytes_of_the_file(house: House) -> None:
    facts = report_of(Leaf().pem(house), house).as_facts()

    assert json.dumps(facts)
    assert facts["good"] and facts["form"] == "certificate"
    assert "BEGIN" not in json.dumps(facts)


def private_forms() -> dict[str, bytes]:
    key = RSA[2048]
    curve = new_key()
    pkcs8, traditional = PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL
    plain, locked = NoEncryption(), BestAvailableEncryption(b"secret")
    pem = curve.private_bytes(Encoding.PEM, pkcs8, plain)
    return {
        "pem": pem,
        "pem-locked": curve.private_bytes(Encoding.PEM, pkcs8, locked),
        "pem-rsa": key.private_bytes(Encoding.PEM, traditional, plain),
        "pem-utf16": pem.decode().encode("utf-16"),
        "openssh": curve.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, plain),
        "der": curve.private_bytes(Encoding.DER, pkcs8, plain),
        "der-locked": curve.private_bytes(Encoding.DER, pkcs8, locked),
        "der-in-base64": base64.encodebytes(curve.private_bytes(Encoding.DER, pkcs8, plain)),
        "p12": pkcs12.serialize_key_and_certificates(b"a", curve, None, None, locked),
        "p12-open": pkcs12.serialize_key_and_certificates(b"a", curve, None, None, plain),
        "pgp": b"-----BEGIN PGP PRIVATE KEY BLOCK-----",
        "jks": b"\xfe\xed\xfe\xed\x00\x00\x00\x02",
        "jwk": b'{"kty":"EC","crv":"P-256","x":"AA","y":"AA","d": "AA"}',
    }


@pytest.mark.parametrize("form", [*private_forms()])
def test_cert_001_a_private_key_is_refused_unread_in_every_form(house: House, form: str) -> None:
    content = private_forms()[form]
    for uploaded in (content, Leaf().pem(house) + content if form.startswith("pem") else content):
        with pytest.raises(Refusal) as no:
            read_submission(uploaded)
        assert no.value.rule.id == "CERT-001"
        assert not no.value.facts  # nothing of it goes on, not even into a log


def test_cert_002_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(Refusal) as no:
        read_submission(b"0" * 65_537)

    assert no.value.rule.id == "CERT-002"


def test_cert_003_what_is_neither_certificate_nor_request_is_refused(house: House) -> None:
    public = new_key().public_key()
    for content in (b"", b"hello", public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)):
        with pytest.raises(Refusal) as no:
            examine(content, applicant(), house.trust_list, NOW, house.known())
        assert no.value.rule.id == "CERT-003"


def test_the_table_names_a_check_for_every_answer_and_an_answer_for_every_check() -> None:
    assert {check.id for check in check_table().checks} == set(ANSWERS)
    assert {point for check in check_table().checks for point in check.points} == {"7", "8", "10"}
    assert not check_table().points_verified  # the wording of annex 2 is not public


def test_a_check_counts_in_its_days_only(house: House) -> None:
    table = check_table()
    ended = tuple(
        check if check.id != "CRT-015" else replace(check, valid_to=check.valid_from)
        for check in table.checks
    )
    dated = CheckTable(table.points_verified, table.points_source, ended)
    content = Leaf(names_revocation=False).pem(house)

    assert check_certificate(content, applicant(), house.trust_list, NOW, house.known(), dated).good
