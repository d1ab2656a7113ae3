"""Whether a text is a UCUM unit: operators, exponents, brackets, annotations, and that every symbol exists.

unit = ["/"] component {("." | "/") component}; a component is a term in parentheses, an annotation, or a symbol with
exponent and annotation. Source: https://ucum.org/ucum, sections 2 and 2.2.
"""

import re
from typing import Final

from tilts_fhir.codes.ucum_units import METRIC, NOT_METRIC, PREFIXES

MAX_LEVELS: Final = 32
MAX_UNIT_CHARACTERS: Final = 500

# UCUM forbids blanks in annotations too, but the published list of common units has them.
_ANNOTATION: Final = re.compile(r"\{[\x20-\x7a|~]*\}")
_AFTER_TERM: Final = re.compile(r"[+-]?[0-9]*(?:\{[\x20-\x7a|~]*\})?")
_BRACKET: Final = r"\[[\x21-\x5a\x5c\x5e-\x7a|~]+\]"
_LETTER: Final = r"[!#-'*:-Z\\^-z|~]"
# A digit never stands at the end of a symbol, where it is an exponent.
_SYMBOL: Final = re.compile(
    r"(?P<power>10[*^])(?:[+-]?[0-9]+)?|(?P<number>[0-9]+)(?![0-9*^])"
    rf"|(?P<symbol>(?:{_LETTER}|{_BRACKET})(?:[0-9]*(?:{_LETTER}|{_BRACKET}))*)(?:[+-]?[0-9]+)?"
)


def is_ucum(code: str) -> bool:
    """Whether the code is a unit of UCUM: written by its grammar, with symbols and prefixes that it has."""
    return is_written_as_ucum(code) and all(
        found["symbol"] is None or is_symbol(found["symbol"])
        for found in _SYMBOL.finditer(_ANNOTATION.sub("", code))
    )


def is_written_as_ucum(code: str) -> bool:
    """Whether the code is written by the grammar of UCUM, whatever its symbols."""
    if not code or len(code) > MAX_UNIT_CHARACTERS:
        return False
    levels, position = 0, 1 if code[0] == "/" else 0
    wants_component = True
    while position < len(code):
        sign = code[position]
        if wants_component and sign == "(":
            levels += 1
            position += 2 if code.startswith("/", position + 1) else 1
        elif wants_component:
            end = _component(code, position)
            if end == position:
                return False
            position, wants_component = end, False
        elif sign == ")":
            levels -= 1
            position = _end(_AFTER_TERM, code, position + 1)
        elif sign in "./":
            position, wants_component = position + 1, True
        else:
            return False
        if not 0 <= levels <= MAX_LEVELS:
            return False
    return levels == 0 and not wants_component


def is_symbol(symbol: str) -> bool:
    """Whether UCUM has a unit of this symbol, or one with a prefix."""
    if symbol in METRIC or symbol in NOT_METRIC:
        return True
    return any(symbol[:size] in PREFIXES and symbol[size:] in METRIC for size in (1, 2))


def _component(code: str, position: int) -> int:
    """The end of the symbol, annotation or both that begin here; the same position if none does."""
    found = _SYMBOL.match(code, position)
    if found is None:
        return _end(_ANNOTATION, code, position)
    return _end(_ANNOTATION, code, found.end())


def _end(pattern: re.Pattern[str], code: str, position: int) -> int:
    found = pattern.match(code, position)
    return found.end() if found else position
