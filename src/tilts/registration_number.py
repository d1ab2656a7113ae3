"""The registration number of a Latvian enterprise: eleven digits, the last of which checks the others.

The check is the one that python-stdnum knows for such numbers (module lv.pvn, Latvia 3.1); no official
text of it was read.
"""

from typing import Final

WEIGHTS: Final = (9, 1, 4, 8, 3, 10, 2, 5, 7, 6)
REMAINDER: Final = 3
LENGTH: Final = 11


def compact(written: str) -> str:
    """Without blanks and the letters in front that a tax number has."""
    return written.replace(" ", "").upper().removeprefix("LV")


def is_right(number: str) -> bool:
    """Eleven digits, of an organisation (the first is above 3), with the right last one."""
    if len(number) != LENGTH or not (number.isascii() and number.isdigit()) or number[0] <= "3":
        return False
    return check_digit(number[:10]) == number[10]


def check_digit(first_ten: str) -> str:
    """Empty where there is none: such numbers are not given out."""
    weighed = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, first_ten, strict=True))
    last = (REMAINDER - weighed) % 11
    return str(last) if last < 10 else ""
