"""The kinds of value that a search parameter has in an index. https://hl7.org/fhir/R4/search.html#ptypes."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class TokenValue:
    """
    A code, identifier, flag or contact.

    Attributes:
        system: Where the code is from; None if none is stated (for `code` elements it is implied by the binding).
        code: The code or value as received, `true` or `false` for booleans; None if there is only a text.
        text: Display or text beside it, for `:text`.
    """

    system: str | None
    code: str | None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class ReferenceValue:
    """
    A reference to a resource, or a canonical.

    Attributes:
        type, id: Of the resource, where the reference tells them; `id` without version.
        url: The reference as received, a canonical without its version; None for a logical reference.
        version: Version of a canonical or of a versioned reference.
        identifier: Of a logical reference, for `:identifier`.
    """

    type: str | None
    id: str | None
    url: str | None
    version: str | None = None
    identifier: TokenValue | None = None


@dataclass(frozen=True, slots=True)
class StringValue:
    """A text as received, and `folded` without case, accents and doubled blanks: what the plain search compares."""

    text: str
    folded: str


@dataclass(frozen=True, slots=True)
class DateValue:
    """A span of time in UTC: from `low` (in it) to `high` (the first moment after); None is open on that side."""

    low: datetime | None
    high: datetime | None


@dataclass(frozen=True, slots=True)
class NumberValue:
    """From `low` to `high` by the digits that were written; equal for an integer. The high end is not in it if they differ."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class QuantityValue:
    """As NumberValue, with unit; None is open on that side (`<5 mg`). `unit` is the text that people read."""

    low: Decimal | None
    high: Decimal | None
    system: str | None
    code: str | None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class UriValue:
    """A uri as received: compared letter by letter."""

    uri: str


@dataclass(frozen=True, slots=True)
class CompositeValue:
    """One value for each component, found on the same element."""

    parts: tuple["IndexValue", ...]


IndexValue: TypeAlias = (
    TokenValue
    | ReferenceValue
    | StringValue
    | DateValue
    | NumberValue
    | QuantityValue
    | UriValue
    | CompositeValue
)


def folded(text: str) -> str:
    """A text as the plain string search compares it: without case, accents and doubled blanks."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(each for each in apart if not unicodedata.combining(each)).split())
