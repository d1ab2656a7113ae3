"""Files that are good: real signatures of every form are accepted, and the report says who, when and over what."""

import pytest
from asn1crypto import core

from tests.onboarding.signing.desk import (
    AGREED,
    AUTHORITY,
    NOW,
    PARTY,
    Desk,
    agreement,
    ask,
    expected,
    form_agreement,
    only_party,
)
from tilts.lab.pki_trust import issue_signer
from tilts.lab.signing import sign_container, sign_pdf
from tilts.onboarding.signing.report import SignatureReport, Terms

LAX = Terms(time_stamp=False)


def sides(report: SignatureReport) -> list[tuple[str, str]]:
    return [(one.side, one.party) for one in report.signatures]


def test_a_pdf_that_both_sides_signed_is_accepted(desk: Desk) -> None:
    report = ask(desk, desk.pdf(), wanted=expected((AGREED, agreement())))

    assert sides(report) == [("party", PARTY.name), ("authority", AUTHORITY.name)]
    assert {one.format for one in report.signatures} == {"PAdES-B-T"}
    assert all(one.covers == (AGREED,) for one in report.signatures)
    assert report.agreed_compared


@pytest.mark.parametrize("suffix", [".asice", ".edoc"])
def test_a_container_that_both_sides_signed_is_accepted(desk: Desk, suffix: str) -> None:
    files = {AGREED: agreement(), "pielikums 1 ā.txt": b"Pielikums"}
    report = ask(
        desk, desk.container(files, suffix=suffix), f"ligums{suffix}", wanted=expected(*files.items())
    )

    assert sides(report) == [("party", PARTY.name), ("authority", AUTHORITY.name)]
    assert {one.format for one in report.signatures} == {"XAdES-T"}
    assert all(set(one.covers) == set(files) for one in report.signatures)
    assert {file.name for file in report.files} == set(files)


def test_a_seal_is_told_by_its_organisation(desk: Desk) -> None:
    seal = ask(desk, desk.pdf()).signatures[0]

    assert seal.signer.kind == "seal"
    assert seal.signer.organisation_identifier == "NTRLV-40003999999"
    assert seal.level == "qualified"
    assert seal.provider == "Parauga uzticamības pakalpojumi"
    assert seal.proven_at == NOW
    assert seal.time_stamp_by == seal.provider


def test_of_a_person_code_only_four_digits_and_a_hash_are_kept(desk: Desk) -> None:
    report = ask(desk, desk.pdf())
    person = report.signatures[1].signer

    assert (person.kind, person.name) == ("person", "Anna Paraudziņa")
    assert person.code_hint == "PNOLV-*******0017"
    assert len(person.code_hash) == 64
    assert "32999" not in repr(report)


def test_the_hash_of_a_code_is_another_in_another_installation(desk: Desk) -> None:
    from dataclasses import replace

    signed = desk.pdf()
    here = ask(desk, signed).signatures[1].signer.code_hash
    there = ask(desk, signed, wanted=replace(expected(), code_key=b"another")).signatures[1].signer.code_hash

    assert here != there


def test_without_a_time_stamp_the_report_says_that_nothing_proves_the_time(desk: Desk) -> None:
    signed = sign_pdf(agreement(), desk.seal, None, NOW)
    report = ask(desk, signed, wanted=only_party((AGREED, agreement())), terms=LAX)

    assert report.signatures[0].format == "PAdES-B-B"
    assert report.signatures[0].proven_at is None
    assert report.signatures[0].claimed_at == NOW


def test_a_container_without_time_stamp_is_xades_bes(desk: Desk) -> None:
    signed = sign_container({AGREED: agreement()}, desk.seal, None, ".asice", NOW)

    assert ask(desk, signed, "x.asice", wanted=only_party(), terms=LAX).signatures[0].format == "XAdES-BES"


def test_an_advanced_signature_is_enough_where_no_qualified_one_is_required(desk: Desk) -> None:
    plain = issue_signer(desk.folder, "SIA Paraugs", "40003999999", qualified=False)
    signed = sign_pdf(agreement(), plain, desk.stamps, NOW)
    report = ask(desk, signed, wanted=only_party(), terms=Terms(level="advanced"))

    assert report.signatures[0].level == "advanced"


def test_a_filled_form_may_be_signed(desk: Desk) -> None:
    form = form_agreement()
    report = ask(desk, desk.pdf(text=form), wanted=expected((AGREED, form)))

    assert len(report.signatures) == 2


def test_a_signature_made_before_the_revocation_stays_good_when_a_stamp_proves_it(desk: Desk) -> None:
    from datetime import timedelta

    from tilts.lab.pki_trust import revoke

    seal = issue_signer(desk.folder, "SIA Paraugs", "40003999999")
    signed = sign_pdf(agreement(), seal, desk.stamps, NOW - timedelta(days=2))
    revoke(desk.folder, seal.cert, NOW - timedelta(days=1))

    assert ask(desk, signed, wanted=only_party()).signatures[0].proven_at == NOW - timedelta(days=2)


def test_no_signature_is_encoded_over_and_over(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """asn1crypto encodes all around a default value anew, twice at each level: once it took eight seconds."""
    encoded, dump = 0, core.Asn1Value.dump

    def counted(value: core.Asn1Value, force: bool = False) -> bytes:
        nonlocal encoded
        encoded += 1
        return bytes(dump(value, force))

    monkeypatch.setattr(core.Asn1Value, "dump", counted)
    for _ in range(8):
        before = encoded
        desk.pdf(both=False)
        assert 0 < encoded - before < 100_000
