"""Code systems that nobody can list, but whose codes have a form: what is certainly no code of them.

Each check says `in` (the form is all there is), `unknown` (it could be a code) or `out` (no code looks like that).
"""

import re
from collections.abc import Callable
from typing import Final

from tilts_fhir.codes.ucum import is_ucum, is_written_as_ucum
from tilts_fhir.codes.verdicts import Kind

SNOMED_CT: Final = "http://snomed.info/sct"
LOINC: Final = "http://loinc.org"
UCUM: Final = "http://unitsofmeasure.org"
LANGUAGES: Final = "urn:ietf:bcp:47"
MEDIA_TYPES: Final = "urn:ietf:bcp:13"

# RFC 5646 section 2.1, without the list of registered subtags.
_LANGUAGE: Final = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4}|[a-z]{5,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?"
    r"|x(?:-[a-z0-9]{1,8})+"
    r"|i-(?:ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|pwn|tao|tay|tsu)"
    r"|en-gb-oed|sgn-(?:be-fr|be-nl|ch-de)|art-lojban|cel-gaulish|no-(?:bok|nyn)|zh-(?:guoyu|hakka|min|min-nan|xiang)",
    re.IGNORECASE,
)
# RFC 6838 section 4.2; values of parameters may have blanks, as DICOM writes them.
_TOKEN: Final = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"
_MEDIA_TYPE: Final = re.compile(
    rf"(?:{_TOKEN}|\*)/(?:{_TOKEN}|\*)(?:\s*;\s*[A-Za-z0-9!#$&^_.+*'-]+=(?:\"[^\"\r\n]*\"|[^\r\n;\"]+))*\s*;?"
)
# Allowed beside media types for the formats of FHIR: https://hl7.org/fhir/R4/http.html#mime-type.
_SHORT_MEDIA_TYPES: Final = frozenset({"xml", "json", "ttl", "html", "text", "none"})
# Countries by two letters, three letters or number; an area of a country with its own part behind a hyphen.
_COUNTRY: Final = re.compile(r"[A-Za-z]{2,3}|[0-9]{3}|[A-Za-z]{2}-[A-Za-z0-9]{1,3}")
_AREA: Final = re.compile(r"[A-Za-z]{2}-[A-Za-z0-9]{1,3}")
_REGION: Final = re.compile(r"[0-9]{3}")
_CURRENCY: Final = re.compile(r"[A-Za-z]{3}|[0-9]{3}")
# https://confluence.ihtsdotools.org/display/DOCRELFMT/6+SNOMED+CT+Identifiers: a concept has partition 00 or 10.
_SCTID: Final = re.compile(r"[1-9][0-9]{5,17}")
_CONCEPT_PARTITIONS: Final = frozenset({"00", "10"})
_LOINC_TERM: Final = re.compile(r"[0-9]{1,7}-[0-9]")
_LOINC_SIGNS: Final = re.compile(r"[A-Za-z0-9.-]+")

# Verhoeff's dihedral check: multiplication table and first permutation.
_TIMES: Final = tuple(
    tuple(
        (a + b) % 5 + 5 * (a // 5 ^ b // 5) if a < 5 else (a - b) % 5 + 5 * (a // 5 ^ b // 5)
        for b in range(10)
    )
    for a in range(10)
)
_TURN: Final = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def form_of(system: str, code: str) -> Kind:
    """What the form of a code says; `unknown` for a system without a known form."""
    check = _FORMS.get(system)
    return check(code) if check else "unknown"


def is_concept_id(code: str) -> bool:
    """Whether a text is built as the identifier of a SNOMED CT concept: length, partition, check digit."""
    if not _SCTID.fullmatch(code) or code[-3:-1] not in _CONCEPT_PARTITIONS:
        return False
    return _verhoeff(code) == 0


def _verhoeff(digits: str) -> int:
    check = 0
    for place, digit in enumerate(reversed(digits)):
        turned = int(digit)
        for _ in range(place % 8):
            turned = _TURN[turned]
        check = _TIMES[check][turned]
    return check


def is_loinc_number(code: str) -> bool:
    """Whether the check digit of a LOINC number such as 8867-4 is right (Luhn)."""
    number, _, check = code.partition("-")
    total = 0
    for place, digit in enumerate(reversed(number)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return (10 - total % 10) % 10 == int(check)


def _snomed(code: str) -> Kind:
    if any(sign in code for sign in ":+<>=|() "):
        return "unknown"  # a postcoordinated expression
    return "unknown" if is_concept_id(code) else "out"


def _loinc(code: str) -> Kind:
    if _LOINC_TERM.fullmatch(code):
        return "unknown" if is_loinc_number(code) else "out"
    return "unknown" if _LOINC_SIGNS.fullmatch(code) else "out"


def _ucum(code: str) -> Kind:
    # A symbol that is not in the table may have come with a later version of UCUM.
    return "in" if is_ucum(code) else "unknown" if is_written_as_ucum(code) else "out"


def _language(code: str) -> Kind:
    return "in" if _LANGUAGE.fullmatch(code) else "out"


def _media_type(code: str) -> Kind:
    if code in _SHORT_MEDIA_TYPES:
        return "unknown"
    return "in" if _MEDIA_TYPE.fullmatch(code) else "out"


def _form(pattern: re.Pattern[str]) -> Callable[[str], Kind]:
    return lambda code: "unknown" if pattern.fullmatch(code) else "out"


_FORMS: Final[dict[str, Callable[[str], Kind]]] = {
    SNOMED_CT: _snomed,
    LOINC: _loinc,
    UCUM: _ucum,
    LANGUAGES: _language,
    MEDIA_TYPES: _media_type,
    "urn:iso:std:iso:3166": _form(_COUNTRY),
    "urn:iso:std:iso:3166:-2": _form(_AREA),
    "urn:iso:std:iso:4217": _form(_CURRENCY),
    "http://unstats.un.org/unsd/methods/m49/m49.htm": _form(_REGION),
}
