import random
import re

import pytest

from tilts.lab.population.persons import Codes
from tilts.person_code import (
    CodeFault,
    ReservedBlock,
    check_digit,
    compact,
    faults,
    is_acceptable,
    is_reserved,
    reserved_pattern,
    shown,
)

FORM = CodeFault("form", "error")


def test_the_two_published_samples_satisfy_the_check_digit() -> None:
    # python-stdnum, module lv.pvn: one old and one new code.
    assert faults("161175-19997") == ()
    assert faults("32867300679") == ()


def test_the_check_digit_equals_its_other_known_form() -> None:
    chance = random.Random("check digit")
    other = (1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    for _ in range(2000):
        ten = f"{chance.randrange(10**10):010d}"
        weighed = sum(w * int(d) for w, d in zip(other, ten, strict=True))
        assert check_digit(ten) == str((1101 - weighed) % 11 % 10)


def test_a_wrong_check_digit_is_an_error_only_in_the_new_form() -> None:
    assert faults("161175-19998") == (CodeFault("check-digit", "warning"),)
    assert is_acceptable("161175-19998")
    assert faults("328673-00678") == (CodeFault("check-digit", "error"),)
    assert not is_acceptable("328673-00678")


@pytest.mark.parametrize("first_ten", ["3102751999", "0001751999", "2902011999", "1611753999", "3311751999"])
def test_an_old_code_without_a_date_is_an_error(first_ten: str) -> None:
    assert faults(first_ten + check_digit(first_ten)) == (CodeFault("birth-date", "error"),)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "1611751999",
        "161175199977",
        "16117-519997",
        "161175--19997",
        "16117519٩97",
        "161175 19997",
        "abcdef-ghijk",
    ],
)
def test_what_has_not_eleven_digits_is_no_code(written: str) -> None:
    assert faults(written) == (FORM,)
    assert compact(written) is None
    assert shown(written) == written
    assert not is_reserved(written)


def test_both_written_forms_are_one_code() -> None:
    assert compact(" 161175-19997 ") == compact("16117519997") == "16117519997"
    assert shown("16117519997") == "161175-19997"


def test_only_the_reserved_block_is_reserved() -> None:
    assert is_reserved("010190-20000")  # 1 January 2090, old form
    assert is_reserved("329991-23456")
    assert not is_reserved("010190-10000")  # 1 January 1990
    assert not is_reserved("010189-20000")  # 2089
    assert not is_reserved("329981-23456")
    assert not is_reserved("310290-20000")  # no such day
    assert is_reserved("328881-23456", ReservedBlock(new_form_prefix="32888"))


def test_the_pattern_of_the_reserved_block_finds_exactly_its_codes() -> None:
    codes = Codes(random.Random(1))
    reserved = [codes.old_form() for _ in range(200)] + [codes.new_form() for _ in range(200)]
    others = ["01019010001", "01018912345", "32888123456", "01019920001", "3299912345", "010190200012"]

    for code in reserved:
        assert is_reserved(code) and re.match(reserved_pattern(), code)
    for code in others:
        assert is_reserved(code) == bool(re.match(reserved_pattern(), code)), code
