"""Amounts of a dose in words: a quantity, a range, a span of time, and what somebody else said, quoted.

What cannot be said is left and named; see dosage_text.py.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from tilts.exchange.medicines.dosage_words import (
    SPANS,
    UNITS,
    WRITTEN,
    Span,
    decimal_of,
    noun_for,
    span_for,
    written,
)
from tilts.rules import Language

UCUM: Final = "http://unitsofmeasure.org"
QUANTITY: Final = {"value", "unit", "system", "code"}
LONGEST_QUOTE: Final = 600


def codings_of(concept: Any, system: str | None = None) -> list[dict[str, Any]]:
    """Codings of a CodeableConcept, of one system or all; none where it is something else."""
    found = concept.get("coding", []) if isinstance(concept, dict) else []
    rows = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return [one for one in rows if system is None or one.get("system") == system]


@dataclass(slots=True)
class Speaker:
    """Says in one language, and remembers what it could not say."""

    language: Language
    unsaid: list[str] = field(default_factory=list)

    def leave(self, where: str) -> str:
        if where not in self.unsaid:
            self.unsaid.append(where)
        return ""

    def choose(self, lv: str, en: str) -> str:
        return lv if self.language == "lv" else en

    def knows(self, element: Mapping[str, Any], where: str, members: Collection[str]) -> None:
        """Whatever else stands there, an extension too, may change the meaning."""
        for name in element:
            if name not in members and name != "id":
                self.leave(f"{where}.{name}")

    def number(self, value: Decimal) -> str:
        return written(value, self.language)

    def between(self, low: str, high: str) -> str:
        return f"{low}{self.choose('–', ' to ')}{high}"

    def joined(self, words: list[str]) -> str:
        last = self.choose(" un ", " and ")
        return last.join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)

    def quantity(self, quantity: Any, where: str) -> str:
        found = self._counted(quantity, where)
        if found is None:
            return ""
        value, unit = found
        return f"{self.number(value)} {self._unit(unit, value)}"

    def range(self, asked: Any, where: str) -> str:
        """Both ends, in one unit; the noun agrees with the last number."""
        if not isinstance(asked, dict):
            return self.leave(where)
        self.knows(asked, where, {"low", "high"})
        low = self._counted(asked.get("low"), f"{where}.low")
        high = self._counted(asked.get("high"), f"{where}.high")
        if low is None or high is None:
            return ""
        if low[1] != high[1] or low[0] >= high[0]:
            return self.leave(where)
        numbers = self.between(self.number(low[0]), self.number(high[0]))
        return f"{numbers} {self._unit(high[1], high[0])}"

    def _counted(self, quantity: Any, where: str) -> tuple[Decimal, str] | None:
        """The value above zero, and a unit that has words; or the unit as it was written, after a blank."""
        if not isinstance(quantity, dict):
            self.leave(where)
            return None
        self.knows(quantity, where, QUANTITY)
        value, unit = decimal_of(quantity.get("value")), self._unit_of(quantity)
        if value is None or value <= 0 or not unit:
            self.leave(where)
            return None
        return value, unit

    def _unit_of(self, quantity: Mapping[str, Any]) -> str:
        """A key of UNITS; else the text that was given, marked by a blank before it; empty: neither, or they differ."""
        code, text = str(quantity.get("code", "")), str(quantity.get("unit", "")).strip()
        by_text = WRITTEN.get(text.casefold().replace("(s)", ""), "")
        as_given = by_text or (f" {text}" if text and not text[0].isdigit() else "")
        if not code or quantity.get("system", UCUM) != UCUM:
            return as_given
        by_code = code if code in UNITS else WRITTEN.get(code.strip("{}").casefold(), "")
        if by_code:
            return by_code if by_text == by_code or not text else ""
        # Braces say nothing in UCUM, as 1 does; any other code says something that the text need not.
        says_nothing = code == "1" or code.startswith("{")
        return as_given if says_nothing or not by_text else ""

    def _unit(self, unit: str, value: Decimal) -> str:
        return noun_for(UNITS[unit], value, self.language) if unit in UNITS else unit.strip()

    def span(self, value: Any, unit: Any, where: str) -> tuple[Decimal, Span] | None:
        number = decimal_of(value)
        if number is None or number <= 0 or str(unit) not in SPANS:
            self.leave(where)
            return None
        return number, SPANS[str(unit)]

    def long(self, number: Decimal, span: Span) -> str:
        """How long: 7 dienas, for 7 days without the "for"."""
        if self.language == "lv":
            return f"{self.number(number)} {span_for(span.lv_long, span, number)}"
        return f"{self.number(number)} {span.en[0] if number == 1 else span.en[1]}"

    def within(self, duration: Any, where: str) -> str:
        """In which time: dienā, 24 stundās; a day, in 24 hours."""
        if not isinstance(duration, dict):
            return self.leave(where)
        self.knows(duration, where, QUANTITY)
        found = self.span(duration.get("value"), duration.get("code") or duration.get("unit"), where)
        if found is None:
            return ""
        number, span = found
        if number != number.to_integral_value():
            return self.leave(where)
        if number == 1:
            return self.choose(span.lv_in[0], f"in 1 {span.en[0]}")
        if self.language == "lv":
            return f"{self.number(number)} {span_for(span.lv_in, span, number)}"
        return f"in {self.number(number)} {span.en[1]}"

    def quoted(self, concept: Any, where: str) -> str:
        """Text, or the name of the first coding, between quotation marks."""
        if not isinstance(concept, dict):
            return self.leave(where)
        self.knows(concept, where, {"text", "coding"})
        named = [one["display"] for one in codings_of(concept) if "display" in one]
        text = concept.get("text") or next(iter(named), None)
        if not isinstance(text, str) or not text.strip() or len(text) > LONGEST_QUOTE:
            return self.leave(where)
        return self.choose("„{}”", "“{}”").format(text.strip().rstrip("."))
