"""Texts of the checks of codes: in their code system, and against the value set of an element."""

from typing import Final

from tilts_fhir.texts.text import Text

TEXTS: Final[dict[str, Text]] = {
    "coding-unknown": Text(
        "code-invalid",
        "The code system {system} has no code '{code}'.{hint_en}",
        "Kodu sistēmā {system} nav koda '{code}'.{hint_lv}",
    ),
    "coding-unknown-in-part": Text(
        "code-invalid",
        "The code '{code}' is not in the part of {system} that is known here; check it with its publisher.",
        "Koda '{code}' nav tajā sistēmas {system} daļā, kas šeit zināma; pārbaudiet to pie izdevēja.",
        "warning",
    ),
    "coding-malformed": Text(
        "code-invalid",
        "'{code}' cannot be a code of {system}: {form_en}.",
        "'{code}' nevar būt sistēmas {system} kods: {form_lv}.",
    ),
    "coding-display": Text(
        "invalid",
        "'{display}' is not a name of the code '{code}' of {system}; its names are: {names}.",
        "'{display}' nav sistēmas {system} koda '{code}' nosaukums; tā nosaukumi: {names}.",
    ),
    "coding-inactive": Text(
        "business-rule",
        "The code '{code}' of {system} is no longer in use; choose its successor.",
        "Sistēmas {system} kods '{code}' vairs netiek lietots; izvēlieties tā pēcteci.",
        "warning",
    ),
    "coding-abstract": Text(
        "business-rule",
        "The code '{code}' of {system} only groups other codes; choose one below it.",
        "Sistēmas {system} kods '{code}' tikai apvieno citus kodus; izvēlieties kādu zem tā.",
        "warning",
    ),
    "coding-no-system": Text(
        "code-invalid",
        "A code without a system has no meaning; give the system of '{code}'.",
        "Kodam bez sistēmas nav nozīmes; norādiet koda '{code}' sistēmu.",
        "warning",
    ),
    "coding-system-relative": Text(
        "invalid",
        "The system '{system}' is not an absolute URI; give the canonical URL of the code system.",
        "Sistēma '{system}' nav absolūts URI; norādiet kodu sistēmas kanonisko URL.",
    ),
    "coding-system-value-set": Text(
        "invalid",
        "The system '{system}' is a value set; give the code system that the code comes from.",
        "Sistēma '{system}' ir vērtību kopa; norādiet kodu sistēmu, no kuras kods ņemts.",
    ),
    "coding-system-supplement": Text(
        "invalid",
        "The system '{system}' is a supplement; give the code system that it adds to.",
        "Sistēma '{system}' ir papildinājums; norādiet kodu sistēmu, ko tā papildina.",
    ),
    "coding-system-unknown": Text(
        "not-found",
        "There is no code system {system}, so the code was not checked.{hint_en}",
        "Kodu sistēmas {system} nav, tāpēc kods nav pārbaudīts.{hint_lv}",
        "warning",
    ),
    "coding-version": Text(
        "not-found",
        "Version '{version}' of {system} is not known here, only '{known}'; the code was not checked.",
        "Sistēmas {system} versija '{version}' šeit nav zināma, tikai '{known}'; kods nav pārbaudīts.",
        "warning",
    ),
    "binding-required": Text(
        "code-invalid",
        "{codes} is not in the value set {value_set}, and a code from it is required.",
        "{codes} nav vērtību kopā {value_set}, bet kodam jābūt no tās.",
    ),
    "binding-extensible": Text(
        "code-invalid",
        "{codes} is not in the value set {value_set}; take a code from it if it has a suitable one.",
        "{codes} nav vērtību kopā {value_set}; ja tajā ir piemērots kods, izmantojiet to.",
        "warning",
    ),
    "binding-preferred": Text(
        "code-invalid",
        "{codes} is not in the value set {value_set}, whose codes are recommended.",
        "{codes} nav vērtību kopā {value_set}, kuras kodus ieteicams lietot.",
        "information",
    ),
    "binding-maximum": Text(
        "code-invalid",
        "{codes} is not in the value set {value_set}, outside of which no code is allowed.",
        "{codes} nav vērtību kopā {value_set}, ārpus kuras kodi nav atļauti.",
    ),
    "binding-no-code": Text(
        "required",
        "There is only text; a code from the value set {value_set} is {duty_en}.",
        "Ir tikai teksts; {duty_lv} kods no vērtību kopas {value_set}.",
    ),
}
