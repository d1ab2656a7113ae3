"""Units of UCUM by their codes, as far as one can be turned into another by a factor.

Known are the units of SI, of length, mass, volume, time and amount as they are used in care, with prefixes, products,
quotients, exponents and annotations. Logarithmic units and temperatures with an offset compare only with
themselves. Facts from https://ucum.org/ucum (version 2.1).
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final

MAX_CHARACTERS: Final = 100
MAX_EXPONENT: Final = 20


@dataclass(frozen=True, slots=True)
class Canonical:
    """A unit as `factor` times base units; `dimensions` are base unit and exponent, sorted."""

    factor: Fraction
    dimensions: tuple[tuple[str, int], ...]


_PREFIXES: Final = {
    symbol: Fraction(10) ** power
    for symbol, power in {
        "da": 1, "h": 2, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18, "Z": 21, "Y": 24,
        "d": -1, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15, "a": -18, "z": -21, "y": -24,
    }.items()
}  # fmt: skip
_BASES: Final = (
    "m",
    "s",
    "g",
    "rad",
    "K",
    "C",
    "cd",
    "Cel",
    "[degF]",
    "[pH]",
    "B",
    "[iU]",
    "[arb'U]",
    "[USP'U]",
)
# Unit, factor and what it is made of.
_DERIVED: Final = {
    "L": ("1/1000", "m3"), "l": ("1/1000", "m3"), "mol": ("602213670000000000000000", "1"),
    "Hz": ("1", "s-1"), "N": ("1000", "g.m/s2"), "Pa": ("1000", "g.m-1.s-2"), "J": ("1000", "g.m2.s-2"),
    "W": ("1000", "g.m2.s-3"), "A": ("1", "C/s"), "V": ("1000", "g.m2.s-2.C-1"), "F": ("1/1000", "C2.s2.g-1.m-2"),
    "Ohm": ("1000", "g.m2.s-1.C-2"), "S": ("1/1000", "C2.s.g-1.m-2"), "T": ("1000", "g.s-1.C-1"),
    "Bq": ("1", "s-1"), "Gy": ("1", "m2.s-2"), "Sv": ("1", "m2.s-2"), "kat": ("602213670000000000000000", "s-1"),
    "U": ("10036894500000000", "s-1"), "eq": ("602213670000000000000000", "1"), "sr": ("1", "rad2"),
    "osm": ("602213670000000000000000", "1"), "bar": ("100000000", "g.m-1.s-2"),
    "m[Hg]": ("133322000", "g.m-1.s-2"), "m[H2O]": ("9806650", "g.m-1.s-2"), "cal": ("4184", "g.m2.s-2"),
    "t": ("1000000", "g"), "[diop]": ("1", "m-1"), "u": ("16605402/10000000000000000000000000000000", "g"),
    "min": ("60", "s"), "h": ("3600", "s"), "d": ("86400", "s"), "wk": ("604800", "s"), "mo": ("2629800", "s"),
    "a": ("31557600", "s"), "deg": ("1", "[deg]"), "[in_i]": ("254/10000", "m"), "[ft_i]": ("3048/10000", "m"),
    "[yd_i]": ("9144/10000", "m"), "[mi_i]": ("1609344/1000", "m"), "[lb_av]": ("45359237/100000", "g"),
    "[oz_av]": ("45359237/1600000", "g"), "[gr]": ("6479891/100000000", "g"),
    "[gal_us]": ("3785411784/1000000000000", "m3"), "[foz_us]": ("295735295625/10000000000000000", "m3"),
    "[cup_us]": ("2365882365/10000000000000", "m3"), "[tsp_us]": ("492892159375/100000000000000000", "m3"),
    "[tbs_us]": ("1478676478125/100000000000000000", "m3"), "%": ("1/100", "1"), "[ppth]": ("1/1000", "1"),
    "[ppm]": ("1/1000000", "1"), "[ppb]": ("1/1000000000", "1"), "10*": ("10", "1"), "10^": ("10", "1"),
    "[IU]": ("1", "[iU]"), "[drp]": ("1/20000000", "m3"), "Ao": ("1/10000000000", "m"), "dyn": ("1/100", "g.m/s2"),
}  # fmt: skip
_WITHOUT_PREFIX: Final = frozenset({"min", "h", "d", "wk", "mo", "deg", "%", "10*", "10^", "Cel", "B"})
_PART: Final = re.compile(
    r"(\{[^{}]*\})|([./()])|((?:10[*^])|(?:[A-Za-z%']|\[[^\[\]]*\])+|[0-9]+)([+-]?[0-9]+)?"
)


@lru_cache(maxsize=1024)
def canonical(unit: str) -> Canonical | None:
    """The unit in base units; None if it is not a code of UCUM, or not one of those known here."""
    if not unit or len(unit) > MAX_CHARACTERS:
        return None
    reader = _Reader(unit)
    found = reader.read()
    if found is None:
        return None
    factor, powers = found
    return Canonical(factor, tuple(sorted((base, power) for base, power in powers.items() if power)))


def written(unit: str) -> str:
    """The code of a known unit that is made of others, with each atom once: `(cm).(m)` gives `cm.m`."""
    plain = unit.replace("(", "").replace(")", "")
    return plain if "/" not in plain[plain.find("/") + 1 :] and canonical(plain) == canonical(unit) else unit


class _Reader:
    """Reads a unit from left to right; parentheses are kept on a stack."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.factor = Fraction(1)
        self.powers: dict[str, int] = {}
        self.sign = 1
        self.stack: list[int] = []

    def read(self) -> tuple[Fraction, dict[str, int]] | None:
        at, outer, wants_atom = 0, 1, True
        while at < len(self.text):
            match = _PART.match(self.text, at)
            if match is None:
                return None
            at = match.end()
            annotation, mark, atom, exponent = match.groups()
            if annotation:
                wants_atom = False
            elif mark == "(":
                self.stack.append(outer)
                outer, self.sign = outer * self.sign, 1
            elif mark == ")":
                if not self.stack or wants_atom:
                    return None
                outer, self.sign = self.stack.pop(), 1
            elif mark:
                self.sign, wants_atom = (-1 if mark == "/" else 1), True
            elif not wants_atom or not self.multiply(atom, int(exponent or 1) * self.sign * outer):
                return None
            else:
                wants_atom = False
        return None if wants_atom or self.stack else (self.factor, self.powers)

    def multiply(self, atom: str, power: int) -> bool:
        known = _atom(atom)
        if known is None or abs(power) > MAX_EXPONENT:
            return False
        self.factor *= known.factor**power
        for base, exponent in known.dimensions:
            self.powers[base] = self.powers.get(base, 0) + exponent * power
        return True


def _atom(atom: str) -> Canonical | None:
    if atom.isdigit():
        return Canonical(Fraction(int(atom)), ()) if int(atom) else None
    if found := _plain(atom):
        return found
    for length in (1, 2):
        prefix, rest = _PREFIXES.get(atom[:length]), atom[length:]
        if prefix is not None and rest not in _WITHOUT_PREFIX and (found := _plain(rest)):
            return Canonical(prefix * found.factor, found.dimensions)
    return None


@lru_cache(maxsize=256)
def _plain(atom: str) -> Canonical | None:
    if atom in _BASES:
        return Canonical(Fraction(1), ((atom, 1),))
    if atom not in _DERIVED:
        return None
    factor, made_of = _DERIVED[atom]
    if made_of == "[deg]":
        return Canonical(Fraction("314159265358979/18000000000000000"), (("rad", 1),))
    base = canonical(made_of)
    return None if base is None else Canonical(Fraction(factor) * base.factor, base.dimensions)
