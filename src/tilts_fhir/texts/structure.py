"""Texts of the structure check: names, numbers of entries, types, formats."""

from typing import Final

from tilts_fhir.texts.text import Text

TEXTS: Final[dict[str, Text]] = {
    "resource-type": Text(
        "structure",
        "There is no resource type '{name}' in FHIR R4.{hint_en}",
        "FHIR R4 nav resursa tipa '{name}'.{hint_lv}",
    ),
    "no-resource-type": Text(
        "structure",
        "A resource needs 'resourceType' with the name of its type.",
        "Resursam jānorāda 'resourceType' ar tā tipa nosaukumu.",
    ),
    "unknown-element": Text(
        "structure",
        "{type} has no element '{name}'.{hint_en}",
        "Tipam {type} nav elementa '{name}'.{hint_lv}",
    ),
    "choice-type": Text(
        "structure",
        "{group}[x] cannot be '{name}'; allowed are: {allowed}.",
        "{group}[x] nevar būt '{name}'; atļautie varianti: {allowed}.",
    ),
    "choice-twice": Text(
        "structure",
        "Only one of {names} may be given.",
        "Drīkst norādīt tikai vienu no šiem: {names}.",
    ),
    "missing": Text(
        "required",
        "The element '{name}' is required.",
        "Elements '{name}' ir obligāts.",
    ),
    "too-many": Text(
        "structure",
        "At most {max} are allowed here, {count} are given.",
        "Šeit atļauts ne vairāk kā {max}, bet norādīti {count}.",
    ),
    "not-an-array": Text(
        "structure",
        "The element may repeat, so its value is an array, even for one entry.",
        "Elements var atkārtoties, tāpēc tā vērtība ir masīvs arī tad, ja ieraksts ir tikai viens.",
    ),
    "array": Text(
        "structure",
        "The element does not repeat, so its value cannot be an array.",
        "Elements neatkārtojas, tāpēc tā vērtība nevar būt masīvs.",
    ),
    "json-type": Text(
        "structure",
        "{type} is written as a JSON {expected}, not as a JSON {found}.",
        "{type} JSON formātā raksta kā {expected_lv}, nevis kā {found_lv}.",
    ),
    "null": Text(
        "structure",
        "null is allowed only in an array of primitive values whose companion array has an entry there.",
        "null atļauts tikai primitīvu vērtību masīvā, ja papildmasīvā tajā vietā ir ieraksts.",
    ),
    "companion-length": Text(
        "structure",
        "The arrays '{name}' and '_{name}' differ in length; fill the shorter one with null.",
        "Masīvu '{name}' un '_{name}' garums atšķiras; īsākais jāpapildina ar null.",
        "warning",
    ),
    "empty-object": Text(
        "structure",
        "An object needs at least one element besides 'id'.",
        "Objektā jābūt vismaz vienam elementam bez 'id'.",
    ),
    "empty-array": Text(
        "structure",
        "An array cannot be empty; leave the element out.",
        "Masīvs nevar būt tukšs; šādu elementu vienkārši neraksta.",
    ),
    "empty-text": Text(
        "value",
        "A text cannot be empty; leave the element out.",
        "Teksts nevar būt tukšs; šādu elementu vienkārši neraksta.",
    ),
    "format": Text(
        "value",
        "'{value}' is not a valid {type}. {form_en}",
        "'{value}' nav derīga {type} vērtība. {form_lv}",
    ),
    "code": Text(
        "code-invalid",
        "'{value}' is not one of the codes of {value_set}.{hint_en}",
        "Koda '{value}' nav vērtību kopā {value_set}.{hint_lv}",
    ),
    "extension-both": Text(
        "structure",
        "An extension has either a value or extensions of its own, not both.",
        "Paplašinājumam ir vai nu vērtība, vai savi paplašinājumi, bet ne abi.",
    ),
    "extension-nothing": Text(
        "structure",
        "An extension needs a value or extensions of its own.",
        "Paplašinājumam vajadzīga vērtība vai savi paplašinājumi.",
    ),
    "reference-type": Text(
        "structure",
        "There is no resource type '{name}' to refer to.{hint_en}",
        "Nav resursa tipa '{name}', uz kuru atsaukties.{hint_lv}",
    ),
    "reference-target": Text(
        "structure",
        "This reference cannot point to {name}; allowed are: {allowed}.",
        "Šī atsauce nevar norādīt uz {name}; atļautie tipi: {allowed}.",
    ),
    "reference-differs": Text(
        "structure",
        "The reference points to {name}, but its 'type' says {type}.",
        "Atsauce norāda uz {name}, bet tās 'type' ir {type}.",
    ),
    "too-deep": Text(
        "too-costly",
        "Elements are nested more than {max} deep.",
        "Elementi ligzdoti dziļāk par {max} līmeņiem.",
    ),
    "too-large": Text(
        "too-costly",
        "The resource has more than {max} values; it was not checked to the end.",
        "Resursā ir vairāk nekā {max} vērtību; tas nav pārbaudīts līdz galam.",
    ),
    "more-remarks": Text(
        "informational",
        "There are {count} more warnings and remarks; they are not listed.",
        "Ir vēl {count} brīdinājumi un piezīmes; tie nav uzskaitīti.",
        "information",
    ),
    "more-issues": Text(
        "too-costly",
        "There are more than {max} errors; the rest is not listed.",
        "Atrastas vairāk nekā {max} kļūdas; pārējās nav uzskaitītas.",
    ),
}
