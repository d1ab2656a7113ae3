"""Small words of the forms in both languages, and how a written value is shown."""

from datetime import date
from types import MappingProxyType
from typing import Final
from xml.sax.saxutils import escape

from tilts.onboarding.procedures.kinds import Column, DocumentKind, Field, Side, Text
from tilts.rules import Language

SIDES: Final = MappingProxyType[Side, Text](
    {"applicant": Text("Iesniedzējs", "Applicant"), "authority": Text("Pārzinis", "Authority")}
)
KINDS: Final = MappingProxyType[DocumentKind, Text](
    {
        "application": Text("Pieteikums", "Application"),
        "agreement": Text("Līgums", "Agreement"),
        "annex": Text("Līguma pielikums", "Annex of the agreement"),
        "declaration": Text("Apliecinājums", "Declaration"),
        "cover-letter": Text("Pavadvēstule", "Cover letter"),
    }
)
FILL_YELLOW: Final = Text(
    "Aizpildiet dzeltenos laukus. Pārējos aizpilda pārzinis.",
    "Fill in the yellow fields. The others are filled in by the authority.",
)
OPTIONAL: Final = Text("ja ir", "if any")
BY_AUTHORITY: Final = Text("aizpilda pārzinis", "filled in by the authority")
CHOOSE: Final = Text("izvēlieties", "choose")
SIGNATURES: Final = Text("Paraksti", "Signatures")
SIGNATURE: Final = Text("Paraksts", "Signature")
SIGNED_FIRST: Final = Text("paraksta pirmais", "signs first")
SIGNED_ALONE: Final = Text("paraksta", "signs")
SIGNED_NEXT: Final = Text("paraksta pēc tam", "signs next")
NAME_AND_POSITION: Final = Text("Vārds, uzvārds, amats", "Name, surname, position")
DAY: Final = Text("Datums", "Date")
HOW_TO_SIGN: Final = Text(
    "Parakstot elektroniski, paraksta vieta paliek tukša, datums ir laika zīmogā; jāparaksta visi komplekta dokumenti. "
    "Uz papīra paraksta divus eksemplārus.",
    "Signed electronically, the place of the signature stays empty and the date is in the time stamp; every document "
    "of the set has to be signed. On paper two copies are signed.",
)
TO: Final = Text("Kam", "To")
FROM: Final = Text("No", "From")
ENCLOSED: Final = Text("Pielikumā", "Enclosed")
ABOUT: Final = Text("Par dokumentiem:", "On the documents:")


def escaped(text: str) -> str:
    """Safe inside a paragraph, which reads a small markup of its own."""
    return escape(text).replace("\n", "<br/>")


def shown_value(field: Field | Column, written: str, language: Language) -> str:
    """A choice by its words, a date as people write it, all else as it was written."""
    if field.kind == "choice":
        return next((c.label.of(language) for c in field.choices if c.id == written), written)
    if field.kind == "date" and written:
        day = read_day(written)
        return written if day is None else f"{day:%d.%m.%Y}"
    return written


def read_day(written: str) -> date | None:
    """2026-11-23 or 23.11.2026. as a day."""
    text = written.strip().rstrip(".")
    parts = text.split(".") if "." in text else text.split("-")[::-1]
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts) or len(parts[2]) != 4:
        return None
    try:
        return date(int(parts[2]), int(parts[1]), int(parts[0]))
    except ValueError:
        return None
