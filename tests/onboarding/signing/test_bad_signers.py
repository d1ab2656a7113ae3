"""Good files by the wrong signer, with the wrong certificate, at the wrong time, or not strong enough."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.onboarding.signing.desk import (
    AUTHORITY,
    NOW,
    PARTY,
    Desk,
    agreement,
    ask,
    expected,
    only_party,
    refused,
)
from tilts.lab.pki_trust import SignerCredentials, issue_signer, revoke
from tilts.lab.pki_trust.signers import SignerFlaw
from tilts.lab.signing import sign_container, sign_pdf
from tilts.onboarding.signing.report import EntitledSigner, SignatureReport, Terms, Trust

BARE = Terms(time_stamp=False)


def seal(desk: Desk, flaw: SignerFlaw = "", *, qualified: bool = True) -> SignerCredentials:
    return issue_signer(desk.folder, PARTY.name, PARTY.registration_number, qualified=qualified, flaw=flaw)


def by(desk: Desk, signer: SignerCredentials, *, stamped: bool = True, **given: object) -> SignatureReport:
    """Both forms get the same answer: the PDF is asked after the container."""
    stamps = desk.stamps if stamped else None
    given.setdefault("wanted", only_party())
    container = sign_container({"ligums.pdf": agreement()}, signer, stamps, ".asice", NOW)
    answers = []
    for content, name in ((container, "a.asice"), (sign_pdf(agreement(), signer, stamps, NOW), "a.pdf")):
        try:
            answers.append(ask(desk, content, name, **given))  # type: ignore[arg-type]
        except Exception as no:
            answers.append(no)  # type: ignore[arg-type]
    kinds = {getattr(getattr(answer, "rule", None), "id", "accepted") for answer in answers}
    assert len(kinds) == 1, kinds
    if isinstance(answers[0], Exception):
        raise answers[0]
    return answers[1]


def test_a_certificate_that_had_expired_is_sgn_012(desk: Desk) -> None:
    with refused("SGN-012"):
        by(desk, seal(desk, "expired"))


def test_a_certificate_that_was_revoked_before_is_sgn_013(desk: Desk) -> None:
    with refused("SGN-013"):
        by(desk, seal(desk, "revoked"))


def test_a_signature_without_proof_of_time_by_a_certificate_revoked_since_is_sgn_013(desk: Desk) -> None:
    """It claims to be older than the revocation, and nothing proves that it is."""
    signer = seal(desk)
    signed = sign_pdf(agreement(), signer, None, NOW - timedelta(days=10))
    revoke(desk.folder, signer.cert, NOW - timedelta(days=1))

    with refused("SGN-013"):
        ask(desk, signed, wanted=only_party(), terms=BARE)


def test_an_issuer_that_is_on_no_list_is_sgn_010(desk: Desk) -> None:
    with refused("SGN-010"):
        by(desk, seal(desk, "stranger"))


def test_a_service_that_was_withdrawn_is_sgn_011(desk: Desk) -> None:
    with refused("SGN-011"):
        by(desk, seal(desk, "withdrawn"))


def test_a_service_for_something_else_is_sgn_010(desk: Desk) -> None:
    """The issuer may issue seals only: a person's signature by it has no service."""
    only_seals = replace(
        desk.trust, services=tuple(one for one in desk.trust.services if one.type != "signature")
    )
    with refused("SGN-010"):
        ask(desk, desk.pdf(), trust=only_seals)


def test_no_current_revocation_list_is_sgn_014(desk: Desk) -> None:
    stamps = desk.trust_folder.crl("timestamp-ca").read_bytes()

    with refused("SGN-014"):
        by(desk, desk.seal, trust=replace(desk.trust, crls=(stamps,)))


def test_a_revocation_list_signed_by_somebody_else_is_not_used(desk: Desk) -> None:
    """Of the right name and the wrong key: as good as none."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding

    authority = desk.trust_folder.certificate("signature-ca")
    forged = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.subject)
        .last_update(NOW - timedelta(hours=1))
        .next_update(NOW + timedelta(days=1))
        .sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
        .public_bytes(Encoding.DER)
    )
    stamps = desk.trust_folder.crl("timestamp-ca").read_bytes()
    with refused("SGN-014"):
        by(desk, desk.seal, trust=replace(desk.trust, crls=(stamps, forged)))


def test_an_empty_trust_list_accepts_nobody(desk: Desk) -> None:
    with refused("SGN-010", "SGN-017"):
        by(desk, desk.seal, trust=Trust(()))


def test_a_signature_that_is_not_qualified_is_sgn_015(desk: Desk) -> None:
    with refused("SGN-015"):
        by(desk, seal(desk, qualified=False))


def test_a_missing_time_stamp_is_sgn_016(desk: Desk) -> None:
    with refused("SGN-016"):
        by(desk, desk.seal, stamped=False)


def test_a_time_stamp_by_a_key_that_is_not_for_it_is_sgn_017(desk: Desk) -> None:
    signed = sign_pdf(agreement(), desk.seal, desk.person, NOW)

    with refused("SGN-017"):
        ask(desk, signed, wanted=only_party())


def test_a_time_stamp_of_an_unknown_authority_is_sgn_017(desk: Desk) -> None:
    no_stamps = tuple(one for one in desk.trust.services if one.type != "timestamp")

    with refused("SGN-017"):
        by(desk, desk.seal, trust=replace(desk.trust, services=no_stamps))


def test_a_time_stamp_from_the_future_is_sgn_017(desk: Desk) -> None:
    signed = sign_pdf(agreement(), desk.seal, desk.stamps, NOW + timedelta(hours=2))

    with refused("SGN-017"):
        ask(desk, signed, wanted=only_party())


def test_a_claimed_time_in_the_future_is_sgn_018(desk: Desk) -> None:
    signed = sign_pdf(agreement(), desk.seal, None, NOW + timedelta(hours=2))

    with refused("SGN-018"):
        ask(desk, signed, wanted=only_party(), terms=BARE)


def test_the_seal_of_another_organisation_is_sgn_009(desk: Desk) -> None:
    with refused("SGN-009"):
        by(desk, issue_signer(desk.folder, PARTY.name, "40003777777"))


def test_a_person_who_is_not_registered_is_sgn_009(desk: Desk) -> None:
    with refused("SGN-009") as no:
        by(desk, desk.person, wanted=expected(parties=(PARTY,)))
    assert no[0].facts == {"signer": "Anna Paraudziņa", "party": PARTY.name}


def test_a_namesake_of_an_entitled_person_is_sgn_009(desk: Desk) -> None:
    namesake = issue_signer(desk.folder, "Anna Paraudziņa", person="329990-00124")
    wanted = expected(parties=(PARTY, replace(AUTHORITY, needed=False)))

    with refused("SGN-009"):
        by(desk, namesake, wanted=wanted)


def test_an_organisation_in_a_persons_certificate_entitles_to_nothing_sgn_009(desk: Desk) -> None:
    employee = issue_signer(desk.folder, "Jānis Piemērs", PARTY.registration_number, person="329990-00025")

    with refused("SGN-009"):
        by(desk, employee)


def test_a_registered_hash_of_the_code_decides_over_the_last_digits(desk: Desk) -> None:
    good = ask(desk, desk.pdf()).signatures[1].signer.code_hash
    for code_hash, accepted in ((good, True), ("0" * 64, False)):
        entitled = EntitledSigner("Anna Paraudziņa", "PNOLV-*******0017", code_hash)
        wanted = expected(parties=(PARTY, replace(AUTHORITY, signers=(entitled,))))
        if accepted:
            assert len(ask(desk, desk.pdf(), wanted=wanted).signatures) == 2
            continue
        with refused("SGN-009"):
            ask(desk, desk.pdf(), wanted=wanted)


def test_a_certificate_for_connections_is_sgn_028_or_on_no_list(desk: Desk) -> None:
    """A key for TLS signs no agreement."""
    authority = desk.trust_folder
    connection = type(desk.stamps)(
        authority.certificate("connection-ca"),
        authority.key("connection-ca"),
        authority.chain("connection-ca"),
    )
    with refused("SGN-028", "SGN-010"):
        ask(desk, sign_pdf(agreement(), connection, desk.stamps, NOW), wanted=only_party())


@pytest.mark.parametrize("signed_days_ago", [200, 100])
def test_a_withdrawn_service_counts_for_what_a_stamp_proves_to_be_older(
    desk: Desk, signed_days_ago: int
) -> None:
    """Granted until ninety days ago: what was stamped before stays good."""
    signer = seal(desk, "withdrawn")
    signed = sign_pdf(agreement(), signer, desk.stamps, NOW - timedelta(days=signed_days_ago))

    assert ask(desk, signed, wanted=only_party()).signatures[0].provider == "Piemēra sertifikāti"
