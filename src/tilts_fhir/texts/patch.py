"""Texts of JSON Patch and FHIRPath Patch: why an operation cannot be applied."""

from typing import Final

from tilts_fhir.texts.text import Text

TEXTS: Final[dict[str, Text]] = {
    "patch-form": Text(
        "structure",
        "A patch is a JSON array of operations, each an object.",
        "Ielāps ir JSON masīvs ar operācijām; katra operācija ir objekts.",
    ),
    "patch-too-many": Text(
        "too-costly",
        "A patch may have at most {max} operations.",
        "Ielāpā var būt ne vairāk kā {max} operāciju.",
    ),
    "patch-too-large": Text(
        "too-costly",
        "The patched resource would become too large or be nested more than {max} deep.",
        "Resurss pēc ielāpa būtu pārāk liels vai ligzdots dziļāk par {max} līmeņiem.",
    ),
    "patch-operation": Text(
        "value",
        "'{op}' is no operation; allowed are: {allowed}.",
        "'{op}' nav operācija; atļautās ir: {allowed}.",
    ),
    "patch-member": Text(
        "required",
        "The operation '{op}' needs '{name}'.",
        "Operācijai '{op}' vajadzīgs '{name}'.",
    ),
    "patch-pointer": Text(
        "value",
        "'{pointer}' is not a JSON Pointer: it is empty or begins with '/', and '~' is followed by 0 or 1.",
        "'{pointer}' nav JSON Pointer: tas ir tukšs vai sākas ar '/', un aiz '~' ir 0 vai 1.",
    ),
    "patch-no-target": Text(
        "not-found",
        "There is nothing at '{pointer}'.",
        "Vietā '{pointer}' nekā nav.",
    ),
    "patch-index": Text(
        "value",
        "'{index}' is not an index of the array with {count} entries.",
        "'{index}' nav indekss masīvā, kurā ir {count} ieraksti.",
    ),
    "patch-into-itself": Text(
        "value",
        "A value cannot be moved into itself.",
        "Vērtību nevar pārvietot pašā sevī.",
    ),
    "patch-test": Text(
        "conflict",
        "The value at '{pointer}' is not the one that the operation expects.",
        "Vērtība vietā '{pointer}' nav tā, ko operācija sagaida.",
    ),
    "patch-result": Text(
        "structure",
        "The patch does not leave a resource of the same type.",
        "Pēc ielāpa nepaliek tāda paša tipa resurss.",
    ),
    "patch-parameters": Text(
        "structure",
        "A FHIRPath patch is a Parameters resource; each parameter is named 'operation' and has parts.",
        "FHIRPath ielāps ir Parameters resurss; katrs parametrs ir 'operation' un tam ir daļas.",
    ),
    "patch-part": Text(
        "structure",
        "The part '{name}' is not expected here, stands twice or has a value of the wrong type.",
        "Daļa '{name}' šeit nav gaidīta, atkārtojas vai tās vērtībai ir nepareizs tips.",
    ),
    "patch-expression": Text(
        "value",
        "The path cannot be evaluated: {reason}",
        "Ceļu nevar izrēķināt: {reason}",
    ),
    "patch-not-one": Text(
        "not-found",
        "The path must lead to exactly one element; it leads to {count}.",
        "Ceļam jāved tieši uz vienu elementu; tas ved uz {count}.",
    ),
    "patch-not-a-list": Text(
        "value",
        "The path must lead to all entries of one repeating element.",
        "Ceļam jāved uz visiem viena atkārtojama elementa ierakstiem.",
    ),
    "patch-not-an-element": Text(
        "value",
        "The path leads to something that cannot be changed here: a computed value or the resource itself.",
        "Ceļš ved uz to, ko šeit nevar mainīt: aprēķinātu vērtību vai pašu resursu.",
    ),
    "patch-element": Text(
        "structure",
        "{type} has no element '{name}'.",
        "Tipam {type} nav elementa '{name}'.",
    ),
    "patch-exists": Text(
        "conflict",
        "The element '{name}' exists already and cannot repeat; use 'replace'.",
        "Elements '{name}' jau ir un nevar atkārtoties; jālieto 'replace'.",
    ),
    "patch-type": Text(
        "structure",
        "The element '{name}' takes {allowed}, not {type}.",
        "Elementam '{name}' atļauts {allowed}, nevis {type}.",
    ),
    "patch-value": Text(
        "value",
        "'{value}' is not a valid {type} for '{name}'.",
        "'{value}' nav derīga {type} vērtība elementam '{name}'.",
    ),
}
