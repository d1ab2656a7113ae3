"""Decimals that are written again as they were received."""

from decimal import Decimal, InvalidOperation
from typing import Final, Self

# A double ends at 1.8e308: what is beyond is infinity for most readers.
MAX_EXPONENT: Final = 308


class WrittenDecimal(Decimal):
    """
    A decimal whose spelling is not the one `Decimal` would choose: `1.0e2`, `0.0000001`.

    It is equal to, hashes like and counts as the plain `Decimal`; only `str` gives the spelling back. What is
    computed from it is plain.
    """

    __slots__ = ("spelling",)

    spelling: str

    def __new__(cls, spelling: str) -> Self:
        self = super().__new__(cls, spelling)
        self.spelling = spelling
        return self

    def __str__(self) -> str:
        return self.spelling

    def __reduce__(self) -> tuple[type["WrittenDecimal"], tuple[str]]:
        return WrittenDecimal, (self.spelling,)


def exact_number(text: str) -> Decimal:
    """
    A JSON number with point or exponent, with its value, precision and spelling.

    Raises:
        ValueError: Its exponent is beyond 308.
    """
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError("out of range") from None
    if not -MAX_EXPONENT <= number.adjusted() <= MAX_EXPONENT:
        raise ValueError("out of range")
    return number if str(number) == text else WrittenDecimal(text)
