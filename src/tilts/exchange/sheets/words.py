"""What is printed on a sheet beside the data, in both languages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tilts.rules import Language

WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "title": ("Recepte", "Prescription"),
        "ordinary": ("Parastā recepte", "Ordinary prescription"),
        "special": ("Īpašā recepte", "Special prescription"),
        "number": ("Receptes numurs", "Prescription number"),
        "patient": ("Pacients", "Patient"),
        "born": ("dz. {year}", "born {year}"),
        "written": ("Izrakstīta", "Written"),
        "prescriber": ("Izrakstīja", "Prescribed by"),
        "workplace": ("Darbavieta", "Workplace"),
        "use": ("Lietošana", "How to use"),
        "issue": ("{issue}. reize no {issues}", "Issue {issue} of {issues}"),
        "valid": ("Derīga", "Valid"),
        "from-to": ("{first} – {last}", "{first} – {last}"),
        "quantity": ("Daudzums", "Quantity"),
        "left": ("{left} (izrakstīts {allowed})", "{left} (prescribed: {allowed})"),
        "no-code": ("Koda nav: {state}.", "No code: {state}."),
        "page": ("{page}. lapa no {pages}", "Page {page} of {pages}"),
        "printed": ("Izdrukāts {at}.", "Printed {at}."),
        "why": (
            "Aptieka jautās pacienta vārdu un uzvārdu: uz šīs lapas to nav, lai ar atrastu lapu neko nevarētu saņemt.",
            "The pharmacy will ask for the patient's name: it is not on this sheet, so that who finds it gets nothing.",
        ),
        "worth": (
            "Kods apliecina, kas bija izrakstīts drukāšanas brīdī. Vai tas vēl nav izsniegts, aptieka redz apmaiņas "
            "sistēmā; ja tā nav sasniedzama, aptieka pārbauda kodu bez tīkla un izsniegšanu saskaņo vēlāk.",
            "The code proves what was prescribed when it was printed. Whether it has been handed out since, the "
            "pharmacy sees in the exchange; when that cannot be reached, it verifies the code offline and "
            "reconciles later.",
        ),
        "test": ("TESTA VIDE: nav izsniedzama", "TEST ENVIRONMENT: not to be handed out"),
    }
)


def word(name: str, language: Language, **facts: object) -> str:
    latvian, english = WORDS[name]
    return (latvian if language == "lv" else english).format(**facts)
