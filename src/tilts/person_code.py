"""Person codes: is this a code that can have been issued, how is it shown, can it belong to anyone.

Two forms are in use. The old one is DDMMYY-CNNNK (C is the century, K a check digit); the new one
starts with 32, holds no birth date and has been issued since July 2017. A birth date or a sex is
never derived from either: they are fields of their own. The check digit comes from no official
text that we could read, so a wrong one in an old code is a warning only (docs/adr/0013).
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeAlias

FaultKind: TypeAlias = Literal["form", "birth-date", "check-digit"]
Severity: TypeAlias = Literal["error", "warning"]

DIGITS: Final = 11
SHOWN_DIGITS: Final = 4
SCHEME: Final = "PNOLV"  # ETSI EN 319 412-1 section 5.1.3: a national person code of Latvia
HYPHEN_AT: Final = 6
NEW_FORM: Final = "32"
CENTURIES: Final = {"0": 1800, "1": 1900, "2": 2000}
WEIGHTS: Final = (10, 5, 8, 4, 2, 1, 6, 3, 7, 9)


@dataclass(frozen=True, slots=True)
class CodeFault:
    kind: FaultKind
    severity: Severity


@dataclass(frozen=True, slots=True)
class ReservedBlock:
    """Codes that nobody can have been given: the test persons' block, refused by production.

    The old form was last issued in July 2017, so none of its codes holds a date of the 2090s.
    """

    old_form_first_year: int = 2090
    old_form_last_year: int = 2099
    new_form_prefix: str = "32999"  # unverified that it stays unissued; therefore a setting


RESERVED: Final = ReservedBlock()


def compact(written: str) -> str | None:
    """The stored form, 11 digits; None when it is neither that nor the shown form."""
    digits = written.strip()
    if len(digits) == DIGITS + 1 and digits[HYPHEN_AT] == "-":
        digits = digits[:HYPHEN_AT] + digits[HYPHEN_AT + 1 :]
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        return None
    return digits


def shown(written: str) -> str:
    """The form for people, with a hyphen; what cannot be a code is shown as it was written."""
    digits = compact(written)
    return written if digits is None else f"{digits[:HYPHEN_AT]}-{digits[HYPHEN_AT:]}"


def is_new_form(digits: str) -> bool:
    return digits.startswith(NEW_FORM)


def check_digit(first_ten: str) -> str:
    total = 1 + sum(weight * int(digit) for weight, digit in zip(WEIGHTS, first_ten, strict=True))
    return str(total % 11 % 10)


def faults(written: str) -> tuple[CodeFault, ...]:
    """Everything wrong with a code; empty when nothing is."""
    digits = compact(written)
    if digits is None:
        return (CodeFault("form", "error"),)
    found: list[CodeFault] = []
    new_form = is_new_form(digits)
    if not new_form and _date_in(digits) is None:
        found.append(CodeFault("birth-date", "error"))
    if check_digit(digits[:-1]) != digits[-1]:
        found.append(CodeFault("check-digit", "error" if new_form else "warning"))
    return tuple(found)


def is_acceptable(written: str) -> bool:
    return all(fault.severity != "error" for fault in faults(written))


def is_reserved(written: str, block: ReservedBlock = RESERVED) -> bool:
    """Is it one of the codes kept for test persons? Only ever valid under the arc 2.999."""
    digits = compact(written)
    if digits is None:
        return False
    if is_new_form(digits):
        return digits.startswith(block.new_form_prefix)
    day = _date_in(digits)
    return day is not None and block.old_form_first_year <= day.year <= block.old_form_last_year


def reserved_pattern(block: ReservedBlock = RESERVED) -> str:
    """The same block as a regular expression over stored codes, for looking through a whole register."""
    years = "|".join(
        f"{year % 100:02d}" for year in range(block.old_form_first_year, block.old_form_last_year + 1)
    )
    century = next(
        mark for mark, first in CENTURIES.items() if first <= block.old_form_first_year < first + 100
    )
    rest = DIGITS - len(block.new_form_prefix)
    return f"^({block.new_form_prefix}[0-9]{{{rest}}}|[0-9]{{4}}({years}){century}[0-9]{{4}})$"


def _date_in(digits: str) -> date | None:
    """The date inside an old code: a test of its form, never anybody's birth date."""
    century = CENTURIES.get(digits[HYPHEN_AT])
    if century is None:
        return None
    try:
        return date(century + int(digits[4:6]), int(digits[2:4]), int(digits[:2]))
    except ValueError:
        return None


def scheme_code(code: str) -> str:
    """`PNOLV-32999000017`, as certificates have it, from a code as people write it."""
    return f"{SCHEME}-{code.strip().replace('-', '')}"


def code_hint(code: str) -> str:
    """`PNOLV-*******2345`: enough to tell two namesakes apart, not to know the code."""
    scheme, hyphen, digits = code.partition("-")
    if not hyphen:
        return ""
    hidden = max(0, len(digits) - SHOWN_DIGITS)
    return f"{scheme}-{'*' * hidden}{digits[hidden:] if hidden else '*' * len(digits)}"


def code_hash(code: str, key: bytes) -> str:
    """Keyed with the installation's secret (HMAC-SHA256); nothing without a key or without a code.

    Not merely salted: with eleven digits anybody who has the salt could try all codes in minutes.
    """
    return hmac.new(key, code.encode(), hashlib.sha256).hexdigest() if code and key else ""


def sign_in_hash(issuer: str, subject: str, key: bytes) -> bytes:
    """By what a sign-in at an identity provider is known: keyed too, since a subject may hold a person code."""
    return hmac.digest(key, f"person proof\x00{issuer}\x00{subject}".encode(), "sha256")
