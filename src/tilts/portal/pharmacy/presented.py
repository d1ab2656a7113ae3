"""What is typed at the counter, in one field -> what the exchange is asked for. Pure.

4F7K-9QWE-RTY2 Anna Paraudziņa          the number, and whose it is
010190-12345 Anna Paraudziņa            who collects, and for whom: a parent, or a person whom the patient named
"""

import re
from typing import Final

from tilts import person_code
from tilts.exchange.dispensing import Presented
from tilts.ids import read_prescription_number

# Each place where one may begin: names of four letters stand beside it, and a number may have no digit in it.
NUMBER: Final = re.compile(r"(?<![\w-])(?=(\w{4}[- ]?\w{4}[- ]?\w{4})(?![\w-]))")
CODE: Final = re.compile(r"(?<!\w)\d{6}-?\d{5}(?!\w)")
DIGIT: Final = re.compile(r"\d")


def presented_in(typed: str, person_code_system: str) -> Presented:
    """
    Name and number in any order; of the names the first or the last one may be the surname, a comma ends it.

    What holds neither a number nor a person code gives neither, and the exchange says what is missing.
    """
    code = CODE.search(typed)
    if code is not None and (compact := person_code.compact(code.group())) is not None:
        return named(typed.replace(code.group(), " ", 1), None, (person_code_system, compact))
    number = number_in(typed)
    return named(typed.replace(number, " ", 1) if number else typed, number, None)


def number_in(typed: str) -> str | None:
    """One whose check symbol fits; else what looks most like a number with a slip in it, for the exchange to say no."""
    found = [one.group(1) for one in NUMBER.finditer(typed)]
    fits = sorted((one for one in found if read_prescription_number(one)), key=unlike_a_number)
    looks = [one for one in found if "-" in one or DIGIT.search(one)]
    return next(iter([*fits, *looks]), None)


def unlike_a_number(written: str) -> tuple[bool, int, int]:
    """One check symbol of 32 fits by chance, also where a name of four letters stands before two groups."""
    return " " in written, -len(DIGIT.findall(written)), sum(letter.islower() for letter in written)


def named(names: str, number: str | None, collector: tuple[str, str] | None) -> Presented:
    family, comma, given = names.partition(",")
    if comma:
        return Presented(number, " ".join(family.split()), " ".join(given.split()), collector)
    words = names.split()
    if len(words) < 2:
        return Presented(number, words[0] if words else None, None, collector)
    surname_last = words[-1], " ".join(words[:-1])
    surname_first = words[0], " ".join(words[1:])
    return Presented(number, *surname_last, collector, also=surname_first)
