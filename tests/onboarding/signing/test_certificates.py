"""What a certificate says of its holder: read strictly, and the person code never kept whole."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from tests.onboarding.signing.desk import NOW, refused
from tilts.onboarding.signing.certificates import (
    ORGANIZATION_IDENTIFIER,
    QC_STATEMENTS,
    signer_of,
)
from tilts.person_code import code_hash, code_hint

KEY = ec.generate_private_key(ec.SECP256R1())


def certificate(*parts: tuple[x509.ObjectIdentifier, str], statements: bytes = b"") -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Parauga izdevējs")]))
        .public_key(KEY.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
    )
    if statements:
        builder = builder.add_extension(x509.UnrecognizedExtension(QC_STATEMENTS, statements), critical=False)
    return builder.sign(KEY, hashes.SHA256())


def test_a_code_within_a_common_name_is_dropped() -> None:
    found = signer_of(
        certificate(
            (NameOID.COMMON_NAME, "PARAUDZIŅA ANNA 329990-00017"),
            (NameOID.SERIAL_NUMBER, "PNOLV-329990-00017"),
        ),
        b"k",
    )

    assert found.name == "PARAUDZIŅA ANNA"
    assert found.kind == "person"
    assert "32999" not in repr(found)


def test_two_organisation_identifiers_are_sgn_003() -> None:
    with refused("SGN-003"):
        signer_of(
            certificate(
                (NameOID.COMMON_NAME, "SIA Paraugs"),
                (ORGANIZATION_IDENTIFIER, "NTRLV-40003999999"),
                (ORGANIZATION_IDENTIFIER, "VATLV-40003999999"),
            ),
            b"",
        )


@pytest.mark.parametrize("written", ["40003999999", "NTRLV40003999999", "ntrlv-40003999999", "NTRLV-"])
def test_an_organisation_identifier_of_another_form_is_sgn_003(written: str) -> None:
    with refused("SGN-003"):
        signer_of(certificate((NameOID.COMMON_NAME, "x"), (ORGANIZATION_IDENTIFIER, written)), b"")


def test_a_certificate_without_statements_is_not_qualified() -> None:
    assert not signer_of(certificate((NameOID.COMMON_NAME, "SIA Paraugs")), b"").qualified


def test_two_types_in_one_certificate_say_nothing_definite() -> None:
    """Stack 5: the library's own judge raises on it; here it is just not a qualified one."""
    from pyhanko.sign.ades.qualified_asn1 import QcCertificateType, QcStatement, QcStatements

    both = QcStatements(
        [
            QcStatement({"statement_id": "qc_compliance"}),
            QcStatement(
                {"statement_id": "qc_type", "statement_info": QcCertificateType(["qct_esign", "qct_eseal"])}
            ),
        ]
    )
    found = signer_of(
        certificate(
            (NameOID.COMMON_NAME, "SIA"), (ORGANIZATION_IDENTIFIER, "NTRLV-1"), statements=both.dump()
        ),
        b"",
    )
    assert not found.qualified


def test_a_certificate_for_web_sites_is_sgn_028() -> None:
    from pyhanko.sign.ades.qualified_asn1 import QcCertificateType, QcStatement, QcStatements

    web = QcStatements(
        [QcStatement({"statement_id": "qc_type", "statement_info": QcCertificateType(["qct_web"])})]
    )
    with refused("SGN-028"):
        signer_of(certificate((NameOID.COMMON_NAME, "x"), statements=web.dump()), b"")


@given(st.from_regex(r"[0-9]{6}-?[0-9]{5}", fullmatch=True))
def test_a_hint_shows_four_digits_and_no_more(code: str) -> None:
    compact = f"PNOLV-{code.replace('-', '')}"

    assert code_hint(compact) == f"PNOLV-*******{compact[-4:]}"
    assert code_hash(compact, b"key") != code_hash(compact, b"other key")


def test_without_a_key_there_is_no_hash() -> None:
    assert code_hash("PNOLV-32999000017", b"") == ""
    assert code_hint("") == ""
    assert code_hint("PNOLV-12") == "PNOLV-**"
