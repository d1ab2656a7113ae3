"""Any byte of a signed file may be turned over: what was signed is never taken for something else.

Signed files hold bytes that no signature covers (headers of the ZIP, further certificates). Changing those
may do nothing; but then the documents are the same, and every refusal is one of ours.
"""

import hashlib
import random

import pytest

from tests.onboarding.signing.desk import AGREED, Desk, agreement, ask, expected
from tests.onboarding.signing.test_bad_pdfs import signature_bytes
from tilts.onboarding.signing.report import SignatureReport
from tilts.rules import Refusal

PLACES = 200


def answer(desk: Desk, content: bytes, name: str) -> SignatureReport | Refusal:
    try:
        return ask(desk, content, name, wanted=expected((AGREED, agreement())))
    except Refusal as no:
        assert no.rule.sentence("lv", no.told())
        return no


def turned(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + bytes([content[at] ^ (1 << chance.randrange(8))]) + content[at + 1 :]


@pytest.mark.parametrize("seed", [1, 20261123])
def test_a_pdf_with_any_byte_turned_is_refused_or_shows_the_same(desk: Desk, seed: int) -> None:
    signed, chance = desk.pdf(), random.Random(seed)
    start, _ = signature_bytes(signed)
    accepted = 0
    for _ in range(PLACES):
        changed = turned(signed, chance)
        found = answer(desk, changed, AGREED)
        if isinstance(found, SignatureReport):
            accepted += 1
            assert changed[:start] == signed[:start] or b"/Contents <" in signed[:start], f"seed {seed}"
            assert [one.signer.name for one in found.signatures] == ["SIA Paraugs", "Anna Paraudziņa"]
            assert outside_signatures(changed) == outside_signatures(signed), f"seed {seed}"
    assert accepted < PLACES


def outside_signatures(pdf: bytes) -> bytes:
    """Everything but the two signatures' own bytes."""
    import re

    return re.sub(rb"/Contents <[^>]*>", b"", pdf)


@pytest.mark.parametrize("suffix", [".asice", ".edoc"])
@pytest.mark.parametrize("seed", [1, 20261123])
def test_a_container_with_any_byte_turned_is_refused_or_holds_the_same(
    desk: Desk, suffix: str, seed: int
) -> None:
    signed, chance = desk.container(suffix=suffix), random.Random(seed)
    accepted = 0
    for _ in range(PLACES):
        found = answer(desk, turned(signed, chance), f"ligums{suffix}")
        if isinstance(found, SignatureReport):
            accepted += 1
            assert [(file.name, file.sha256) for file in found.files] == [
                (AGREED, hashlib.sha256(agreement()).hexdigest())
            ], f"seed {seed}"
            assert [one.signer.name for one in found.signatures] == ["SIA Paraugs", "Anna Paraudziņa"]
    assert accepted < PLACES


@pytest.mark.parametrize("seed", [1, 20261123])
def test_signed_files_cut_anywhere_are_refused(desk: Desk, seed: int) -> None:
    chance = random.Random(seed)
    for content, name in ((desk.pdf(), AGREED), (desk.container(), "ligums.asice")):
        for _ in range(40):
            found = answer(desk, content[: chance.randrange(len(content) - 2)], name)
            assert isinstance(found, Refusal), f"seed {seed}"


@pytest.mark.parametrize("seed", [1, 20261123])
def test_xml_signatures_with_any_byte_turned_are_refused_or_the_same(desk: Desk, seed: int) -> None:
    """Behind the ZIP's checksums: the signature file itself is changed and packed anew."""
    from tests.onboarding.signing.spoiling import SIGNATURES, members, zipped

    found, chance = members(desk.container()), random.Random(seed)
    whole = answer(desk, zipped(found), "ligums.asice")
    assert isinstance(whole, SignatureReport)
    for _ in range(PLACES):
        changed = zipped({**found, SIGNATURES: turned(found[SIGNATURES], chance)})
        said = answer(desk, changed, "ligums.asice")
        if isinstance(said, SignatureReport):
            assert said.signatures == whole.signatures, f"seed {seed}"
            assert said.files == whole.files, f"seed {seed}"
