"""Ids and prescription numbers: every slip of one symbol or of two that changed places is noticed."""

from itertools import combinations, islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilts.ids import (
    ALPHABET,
    check_symbol,
    grouped,
    new_id,
    new_prescription_number,
    read_prescription_number,
)

NUMBERS = [new_prescription_number() for _ in range(3)] + [
    "0000-0000-0000",
    grouped("Z" * 11 + check_symbol("Z" * 11)),
]
PAYLOADS = st.text(ALPHABET, min_size=11, max_size=11)


def symbols_of(number: str) -> str:
    return number.replace("-", "")


def whole(payload: str) -> str:
    return payload + check_symbol(payload)


@given(PAYLOADS)
def test_a_number_with_its_check_symbol_is_read_as_itself(payload: str) -> None:
    number = grouped(whole(payload))

    assert read_prescription_number(number) == number


@given(PAYLOADS, st.data())
def test_every_single_wrong_symbol_is_found(payload: str, data: st.DataObject) -> None:
    number = whole(payload)
    place = data.draw(st.integers(0, 11))
    for wrong in ALPHABET.replace(number[place], ""):
        assert read_prescription_number(number[:place] + wrong + number[place + 1 :]) is None


@given(PAYLOADS)
def test_every_two_symbols_that_changed_places_are_found(payload: str) -> None:
    number = whole(payload)
    for left, right in combinations(range(12), 2):
        swapped = list(number)
        swapped[left], swapped[right] = swapped[right], swapped[left]
        read = read_prescription_number("".join(swapped))
        assert read is None if number[left] != number[right] else read is not None


def test_no_value_at_any_two_places_can_hide_a_change_of_places() -> None:
    """Exhaustive: the check is linear, so a pair of places with zeros elsewhere stands for all numbers."""
    for left, right in combinations(range(11), 2):
        for first in ALPHABET:
            for second in ALPHABET.replace(first, ""):
                payload = ["0"] * 11
                payload[left], payload[right] = first, second
                kept = check_symbol("".join(payload))
                payload[left], payload[right] = second, first
                assert check_symbol("".join(payload)) != kept


def test_no_wrong_symbol_at_any_place_keeps_the_check_symbol() -> None:
    """Exhaustive, for the same reason: a wrong symbol adds a payload that is zero but for one place."""
    for place in range(11):
        checks = {check_symbol("0" * place + symbol + "0" * (10 - place)) for symbol in ALPHABET}
        assert len(checks) == len(ALPHABET)


def test_a_payload_symbol_and_the_check_symbol_cannot_change_places_unnoticed() -> None:
    for place in range(11):
        for symbol in ALPHABET:
            number = whole("0" * place + symbol + "0" * (10 - place))
            if number[place] != number[11]:
                swapped = list(number)
                swapped[place], swapped[11] = swapped[11], swapped[place]
                assert read_prescription_number("".join(swapped)) is None


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_read_without_hyphens_in_lower_case_and_with_blanks(number: str) -> None:
    plain = symbols_of(number)

    for written in (plain, plain.lower(), f"  {number} ", " ".join(plain), number.replace("-", " ").lower()):
        assert read_prescription_number(written) == grouped(plain)


@pytest.mark.parametrize(
    ("written", "meant"), [("O", "0"), ("o", "0"), ("I", "1"), ("i", "1"), ("L", "1"), ("l", "1")]
)
def test_letters_that_look_like_digits_are_read_as_digits(written: str, meant: str) -> None:
    number = whole(f"{meant}7K3MQ2XR9T")

    assert read_prescription_number(written + number[1:]) == grouped(number)


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        "-",
        "7K3M",
        "U" * 12,
        "7K3M-Q2XR-9TB",
        "7K3M-Q2XR-9TBVX",
        "٠" * 12,
        "ß" * 6,
        "7K3M_Q2XR_9TBV",
        "ı" * 12,
    ],
)
def test_what_cannot_be_a_number_is_none(written: str) -> None:
    assert read_prescription_number(written) is None


@given(st.text(max_size=20))
def test_anything_typed_is_a_number_in_stored_form_or_none(written: str) -> None:
    read = read_prescription_number(written)

    assert read is None or (len(read) == 14 and set(symbols_of(read)) <= set(ALPHABET))


def test_new_numbers_are_valid_and_differ() -> None:
    made = [new_prescription_number() for _ in range(1_000)]

    assert [read_prescription_number(number) for number in made] == made
    assert len(set(made)) == len(made)


def test_an_id_is_a_uuid_of_version_7_with_the_variant_of_rfc_9562() -> None:
    for made in islice(iter(new_id, None), 1_000):
        assert (made.version, made.variant) == (7, "specified in RFC 4122")


@given(st.integers(0, 2**48 - 2))
def test_ids_run_with_time_and_carry_it(moment_ms: int) -> None:
    earlier, later = new_id(moment_ms), new_id(moment_ms + 1)

    assert earlier < later
    assert earlier.int >> 80 == moment_ms


def test_ids_of_one_millisecond_differ_in_all_their_random_bits() -> None:
    made = [new_id(1).int for _ in range(2_000)]
    ones = zeros = 0
    for value in made:
        ones |= value
        zeros |= ~value
    random_bits = (1 << 128) - 1 >> 48 & ~(0xF << 76) & ~(0b11 << 62)

    assert len(set(made)) == len(made)
    assert ones & zeros & random_bits == random_bits
