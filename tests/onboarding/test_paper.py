"""Agreements on paper: two copies, a cover letter, scans, the right day, once, and confirmed by a second person."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.onboarding.signing.desk import refused
from tilts.ids import new_id
from tilts.onboarding.paper import (
    EnteredLetter,
    PaperFacts,
    PaperReceipt,
    Scan,
    SignedAlready,
    check_confirmation,
    check_paper,
)

TODAY = date(2026, 3, 2)
PARTY, CLERK, COLLEAGUE = new_id(), new_id(), new_id()
RECEIPT = PaperReceipt(
    case_number="TL-2026-00042",
    party_id=PARTY,
    letter_number="1-7/12",
    channel="post",
    received_on=TODAY,
    copies=2,
    cover_letter=True,
    scans=(Scan("ligums.pdf", b"%PDF-1.7"),),
    entered_by=CLERK,
)
FACTS = PaperFacts(agreed_on=TODAY - timedelta(days=10))


@pytest.mark.parametrize(
    "receipt",
    [
        RECEIPT,
        replace(RECEIPT, channel="in-person", received_on=FACTS.agreed_on),
        replace(RECEIPT, copies=3, scans=(Scan("a.JPG", b"\xff\xd8\xff\xe0"), Scan("b.tiff", b"II*\x00"))),
        replace(RECEIPT, scans=(Scan("a.png", b"\x89PNG\r\n\x1a\n"),)),
    ],
)
def test_a_whole_letter_is_taken_in(receipt: PaperReceipt) -> None:
    check_paper(receipt, TODAY, FACTS)


@pytest.mark.parametrize(
    ("rule_id", "change"),
    [
        ("SGN-031", {"copies": 1}),
        ("SGN-031", {"copies": 0}),
        ("SGN-032", {"cover_letter": False}),
        ("SGN-032", {"letter_number": "  "}),
        ("SGN-033", {"received_on": TODAY + timedelta(days=1)}),
        ("SGN-033", {"received_on": FACTS.agreed_on - timedelta(days=1)}),
        ("SGN-034", {"scans": ()}),
        ("SGN-034", {"scans": (Scan("ligums.docx", b"PK\x03\x04"),)}),
        ("SGN-034", {"scans": (Scan("ligums.pdf", b"MZ\x90\x00"),)}),
        ("SGN-034", {"scans": (Scan("ligums", b"%PDF-1.7"),)}),
        ("SGN-039", {"channel": "e-mail"}),
        ("SGN-039", {"channel": ""}),
    ],
)
def test_a_letter_that_is_not_whole_is_refused(rule_id: str, change: dict[str, object]) -> None:
    with refused(rule_id):
        check_paper(replace(RECEIPT, **change), TODAY, FACTS)  # type: ignore[arg-type]


@pytest.mark.parametrize("written", ["1-7/12", " 1-7/12 ", "1-7 / 12"])
def test_the_same_letter_twice_is_sgn_035(written: str) -> None:
    known = replace(FACTS, letters=(EnteredLetter("1-7/12", "TL-2026-00001"),))

    with refused("SGN-035") as no:
        check_paper(replace(RECEIPT, letter_number=written), TODAY, known)
    assert no[0].facts["case"] == "TL-2026-00001"


def test_a_paper_of_what_already_came_by_mail_is_sgn_036() -> None:
    known = replace(FACTS, signed=(SignedAlready(RECEIPT.case_number, PARTY, "e-mail"),))

    with refused("SGN-036"):
        check_paper(RECEIPT, TODAY, known)


def test_a_second_paper_of_one_side_is_sgn_038() -> None:
    known = replace(FACTS, signed=(SignedAlready(RECEIPT.case_number, PARTY, "post"),))

    with refused("SGN-038"):
        check_paper(RECEIPT, TODAY, known)


def test_what_another_party_or_another_case_has_signed_is_no_duplicate() -> None:
    others = (
        SignedAlready(RECEIPT.case_number, new_id(), "e-mail"),
        SignedAlready("TL-2026-00001", PARTY, "e-mail"),
    )
    check_paper(RECEIPT, TODAY, replace(FACTS, signed=others))


def test_who_entered_a_letter_cannot_confirm_it_sgn_037() -> None:
    check_confirmation(CLERK, COLLEAGUE)
    with refused("SGN-037"):
        check_confirmation(CLERK, CLERK)
