"""Turns the text of an XML attribute into the value that JSON would hold."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final, TypeAlias

from tilts_fhir.exact import exact_number
from tilts_fhir.xml.shapes import Kind

Value: TypeAlias = str | int | bool | Decimal

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,307})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,307})(?:\.[0-9]{1,308})?(?:[eE][+-]?[0-9]{1,3})?")
_BOOLEANS: Final = {"true": True, "false": False}

FORMS: Final = {
    "boolean": ("Write 'true' or 'false'.", "Raksta 'true' vai 'false'."),
    "integer": ("Write a whole number, such as 12.", "Raksta veselu skaitli, piemēram, 12."),
    "decimal": ("Write a number, such as 1.50.", "Raksta skaitli, piemēram, 1.50."),
}


def _integer(text: str) -> int | None:
    return int(text) if _INTEGER.fullmatch(text) else None


def _decimal(text: str) -> int | Decimal | None:
    if _INTEGER.fullmatch(text):
        return int(text)  # as JSON: only a point or an exponent makes a Decimal
    if not _DECIMAL.fullmatch(text):
        return None
    try:
        return exact_number(text)
    except ValueError:
        return None


READERS: Final[dict[Kind, Callable[[str], Value | None]]] = {
    "boolean": _BOOLEANS.get,
    "integer": _integer,
    "decimal": _decimal,
}
"""By kind the reader of its text, None where the text is no such value; all other kinds are text."""
