"""Says what is wrong with a value that is not of its type, and what a right one looks like."""

from decimal import Decimal
from typing import Any, Final

from tilts_fhir import definitions, primitives
from tilts_fhir.issues import quoted
from tilts_fhir.validation.plans import Slot
from tilts_fhir.validation.walk import Path, Walk, nearest

MAX_CODES_LISTED: Final = 12

_JSON_NAMES: Final = {
    "object": "objektu",
    "array": "masīvu",
    "string": "virkni",
    "number": "skaitli",
    "boolean": "true vai false",
    "null": "null",
}

_FORMS: Final = {
    "base64Binary": ("It is base64 with padding.", "Tam jābūt base64 ar papildinājumu (=)."),
    "canonical": ("It is a URL without blanks.", "Tam jābūt URL bez atstarpēm."),
    "code": (
        "It has no blank at either end and at most one between words.",
        "Kodam nav atstarpju sākumā un beigās, un starp vārdiem ir tikai viena.",
    ),
    "date": (
        "It is a day that exists, a month or a year: 2026-11-23, 2026-11, 2026.",
        "Jānorāda pastāvoša diena, mēnesis vai gads: 2026-11-23, 2026-11, 2026.",
    ),
    "dateTime": (
        "It is a date, or a day with time and zone: 2026-11-23T10:00:00+02:00.",
        "Jānorāda datums vai diena ar laiku un laika joslu: 2026-11-23T10:00:00+02:00.",
    ),
    "decimal": ("It is a JSON number.", "Tam jābūt JSON skaitlim."),
    "id": (
        "It has 1 to 64 letters A-Z and a-z, digits, '-' and '.'.",
        "Atļautas 1 līdz 64 zīmes: burti A-Z un a-z, cipari, '-' un '.'.",
    ),
    "instant": (
        "It is a day with time and zone: 2026-11-23T10:00:00+02:00.",
        "Jānorāda diena ar laiku un laika joslu: 2026-11-23T10:00:00+02:00.",
    ),
    "integer": ("It is a whole number of 32 bits.", "Tam jābūt veselam 32 bitu skaitlim."),
    "markdown": (
        "It has no control characters and at most 1,048,576 characters.",
        "Tekstā nedrīkst būt vadības rakstzīmju, un tas nav garāks par 1 048 576 zīmēm.",
    ),
    "oid": ("It looks like urn:oid:1.2.3.", "Pareizs pieraksts: urn:oid:1.2.3."),
    "positiveInt": (
        "It is a whole number from 1 to 2147483647.",
        "Tam jābūt veselam skaitlim no 1 līdz 2147483647.",
    ),
    "string": (
        "It has no control characters and at most 1,048,576 characters.",
        "Tekstā nedrīkst būt vadības rakstzīmju, un tas nav garāks par 1 048 576 zīmēm.",
    ),
    "time": (
        "It is a time of day with seconds: 10:00:00.",
        "Jānorāda diennakts laiks ar sekundēm: 10:00:00.",
    ),
    "unsignedInt": (
        "It is a whole number from 0 to 2147483647.",
        "Tam jābūt veselam skaitlim no 0 līdz 2147483647.",
    ),
    "uri": ("It has no blanks.", "Tajā nedrīkst būt atstarpju."),
    "url": ("It has no blanks.", "Tajā nedrīkst būt atstarpju."),
    "uuid": (
        "It looks like urn:uuid: and 36 lower-case characters.",
        "Pareizs pieraksts: urn:uuid: un 36 zīmes ar mazajiem burtiem.",
    ),
    "xhtml": ("It is one <div> element.", "Tam jābūt vienam <div> elementam."),
}


def report_primitive(walk: Walk, slot: Slot | str, value: Any, path: Path) -> None:
    """Note why `value` is not of the slot's type; for a value of a type with parts, give the slot's name."""
    type_name = slot if isinstance(slot, str) else slot.type
    if value is None:
        walk.report("null", path)
        return
    expected, found = _expected(type_name), _json_name(value)
    if expected != found:
        names = {"expected_lv": _JSON_NAMES[expected], "found_lv": _JSON_NAMES[found]}
        walk.report("json-type", path, type=type_name, expected=expected, found=found, **names)
    elif value == "":
        walk.report("empty-text", path)
    elif isinstance(slot, Slot) and slot.value_set is not None and type_name == "code":
        _report_code(walk, slot.value_set, value, path)
    else:
        form_en, form_lv = _FORMS.get(type_name, ("", ""))
        walk.report("format", path, type=type_name, value=quoted(value), form_en=form_en, form_lv=form_lv)


def _report_code(walk: Walk, value_set: str, value: str, path: Path) -> None:
    codes = sorted(definitions.code_set(value_set))
    hint = nearest(value, codes)
    if not hint["hint_en"] and len(codes) <= MAX_CODES_LISTED:
        listed = ", ".join(codes)
        hint = {"hint_en": f" Allowed are: {listed}.", "hint_lv": f" Atļautie kodi: {listed}."}
    walk.report("code", path, value=quoted(value), value_set=value_set, **hint)


def _expected(type_name: str) -> str:
    if type_name in primitives.TEXT_CHECKS:
        return "string"
    if type_name in primitives.NUMBER_CHECKS:
        return "number"
    return "boolean" if type_name == "boolean" else "object"


def _json_name(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float | Decimal):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"
