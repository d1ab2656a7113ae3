"""Texts of the checks of value sets and concept maps."""

from typing import Final

from tilts_fhir.texts.text import Text

TEXTS: Final[dict[str, Text]] = {
    "value-set-system-relative": Text(
        "invalid",
        "The system '{system}' is not an absolute URI; a contained code system is named by its own URL, and pointed to "
        "with the extension valueset-system.",
        "Sistēma '{system}' nav absolūts URI; iekļautu kodu sistēmu norāda ar tās URL un paplašinājumu "
        "valueset-system.",
    ),
    "value-set-system-value-set": Text(
        "invalid",
        "'{system}' is a value set; include it with 'valueSet', not as 'system'.",
        "'{system}' ir vērtību kopa; iekļaujiet to ar 'valueSet', nevis kā 'system'.",
    ),
    "value-set-system-supplement": Text(
        "invalid",
        "'{system}' is a supplement; include the code system that it adds to.",
        "'{system}' ir papildinājums; iekļaujiet kodu sistēmu, ko tā papildina.",
    ),
    "value-set-pointer": Text(
        "invalid",
        "'{canonical}' is not a contained code system with the url '{system}'.",
        "'{canonical}' nav iekļauta kodu sistēma ar url '{system}'.",
    ),
    "value-set-code": Text(
        "code-invalid",
        "The code '{code}' is not valid in the code system {system}.",
        "Kods '{code}' kodu sistēmā {system} nav derīgs.",
    ),
    "value-set-display": Text(
        "invalid",
        "'{display}' is not a name that {system} gives the code '{code}'; its names are: {names}.",
        "'{display}' nav nosaukums, ko {system} dod kodam '{code}'; tā nosaukumi: {names}.",
        "warning",
    ),
    "value-set-code-twice": Text(
        "duplicate",
        "The code '{code}' is listed more than once.",
        "Kods '{code}' uzskaitīts vairākkārt.",
        "warning",
    ),
    "value-set-import-itself": Text(
        "invalid",
        "A value set cannot include itself.",
        "Vērtību kopa nevar iekļaut pati sevi.",
    ),
    "value-set-import-type": Text(
        "invalid",
        "'{canonical}' is a {type}, not a value set.",
        "'{canonical}' ir {type}, nevis vērtību kopa.",
    ),
    "value-set-import-unknown": Text(
        "not-found",
        "The value set '{canonical}' is not known here, so what it brings was not checked.",
        "Vērtību kopa '{canonical}' šeit nav zināma, tāpēc tās saturs nav pārbaudīts.",
        "warning",
    ),
    "value-set-filter-property": Text(
        "code-invalid",
        "{system} has no property '{name}', so the filter may not be understood; it has: {names}.",
        "Sistēmai {system} nav īpašības '{name}', tāpēc filtru var nesaprast; tai ir: {names}.",
        "warning",
    ),
    "value-set-filter-operator": Text(
        "invalid",
        "The operator '{operator}' does not fit the property '{name}' of type {type}.",
        "Operators '{operator}' neder īpašībai '{name}', kuras tips ir {type}.",
    ),
    "value-set-filter-value": Text(
        "invalid",
        "'{value}' is not a value for a filter on '{name}': it must be {form_en}.",
        "'{value}' neder filtram pēc '{name}': vērtībai jābūt {form_lv}.",
    ),
    "value-set-filter-code": Text(
        "code-invalid",
        "The filter on '{name}' needs a code of {system}, and '{value}' is none.",
        "Filtram pēc '{name}' vajadzīgs sistēmas {system} kods, bet '{value}' tāds nav.",
    ),
    "value-set-filter-ecl": Text(
        "invalid",
        "'{value}' is not a right expression constraint (ECL) of SNOMED CT.",
        "'{value}' nav pareizs SNOMED CT izteiksmes ierobežojums (ECL).",
    ),
    "value-set-expression-language": Text(
        "invalid",
        "Expressions in a value set are text/fhirpath, not '{language}'.",
        "Izteiksmes vērtību kopā ir text/fhirpath, nevis '{language}'.",
    ),
    "value-set-expression": Text(
        "invalid",
        "'{expression}' is not a right FHIRPath expression: {fault}",
        "'{expression}' nav pareiza FHIRPath izteiksme: {fault}",
    ),
    "value-set-parameter-unknown": Text(
        "not-found",
        "The expression '{expression}' uses the parameter '{name}', which the value set does not declare.",
        "Izteiksmē '{expression}' lietots parametrs '{name}', ko vērtību kopa nedeklarē.",
    ),
    "value-set-parameter-unused": Text(
        "informational",
        "The parameter '{name}' is declared but not used.",
        "Parametrs '{name}' deklarēts, bet netiek lietots.",
        "warning",
    ),
    "value-set-expansion-code": Text(
        "invariant",
        "An entry of an expansion has a code, or is marked as abstract (vsd-9).",
        "Izvērsuma ierakstam ir kods vai arī tas ir atzīmēts kā abstrakts (vsd-9).",
    ),
    "value-set-expansion-total": Text(
        "invalid",
        "The expansion has {count} codes, more than its total of {total}.",
        "Izvērsumā ir {count} kodi, vairāk nekā norādītais kopskaits {total}.",
    ),
    "concept-map-scope": Text(
        "invalid",
        "'{canonical}' is a {type}; a map goes from a value set to a value set.",
        "'{canonical}' ir {type}; kartējums ved no vērtību kopas uz vērtību kopu.",
    ),
    "concept-map-system": Text(
        "invalid",
        "'{system}' is a {what_en}, not a code system.",
        "'{system}' ir {what_lv}, nevis kodu sistēma.",
    ),
    "concept-map-code": Text(
        "code-invalid",
        "The {side_en} code '{code}' is not valid in the code system {system}.",
        "{side_lv} kods '{code}' kodu sistēmā {system} nav derīgs.",
        "warning",
    ),
    "concept-map-value-set": Text(
        "code-invalid",
        "The {side_en} code '{code}' is not in the value set {value_set}.",
        "{side_lv} koda '{code}' nav vērtību kopā {value_set}.",
    ),
    "concept-map-display": Text(
        "invalid",
        "'{display}' is not a name that {system} gives the code '{code}'.",
        "'{display}' nav nosaukums, ko {system} dod kodam '{code}'.",
        "warning",
    ),
}
