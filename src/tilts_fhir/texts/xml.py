"""Texts of the XML codec: what is wrong with the markup, before any rule of FHIR is asked."""

from typing import Final

from tilts_fhir.texts.text import Text

TEXTS: Final[dict[str, Text]] = {
    "xml-malformed": Text(
        "structure",
        "The XML is not well-formed: {reason_en}.",
        "XML nav sintaktiski pareizs: {reason_lv}.",
        "fatal",
    ),
    "xml-encoding": Text(
        "structure",
        "The XML is not UTF-8; FHIR is exchanged as UTF-8 only.",
        "XML nav UTF-8 kodējumā; FHIR datus pārsūta tikai UTF-8 kodējumā.",
        "fatal",
    ),
    "xml-doctype": Text(
        "structure",
        "A document type declaration (DOCTYPE) is not accepted; leave it out.",
        "Dokumenta tipa deklarāciju (DOCTYPE) nepieņem; tā jāizņem.",
        "fatal",
    ),
    "xml-depth": Text(
        "too-costly",
        "Elements are nested more than {max} deep (an element that may repeat counts twice, as in JSON).",
        "Elementi ligzdoti dziļāk par {max} līmeņiem (elementu, kas var atkārtoties, skaita divreiz kā JSON).",
        "fatal",
    ),
    "xml-too-many-elements": Text(
        "too-costly",
        "There are more than {max} elements and attributes.",
        "Elementu un atribūtu ir vairāk nekā {max}.",
        "fatal",
    ),
    "xml-root": Text(
        "structure",
        "The outermost element must be a FHIR resource in the namespace http://hl7.org/fhir; it is '{name}' in '{namespace}'.",
        "Ārējam elementam jābūt FHIR resursam nosaukumvietā http://hl7.org/fhir; tas ir '{name}' nosaukumvietā '{namespace}'.",
        "fatal",
    ),
    "xml-namespace": Text(
        "structure",
        "The element '{name}' belongs to the namespace '{expected}', not to '{namespace}'.",
        "Elementa '{name}' nosaukumvieta ir '{expected}', nevis '{namespace}'.",
    ),
    "xml-order": Text(
        "structure",
        "The element '{name}' is out of order: in XML it stands before '{after}'.",
        "Elements '{name}' nav savā vietā: XML formātā tas ir pirms '{after}'.",
    ),
    "xml-repeated": Text(
        "structure",
        "The element '{name}' cannot repeat; it is given again here.",
        "Elements '{name}' nedrīkst atkārtoties; šeit tas norādīts vēlreiz.",
    ),
    "xml-attribute": Text(
        "structure",
        "The attribute '{name}' is not known on {type}.",
        "Tipam {type} nav atribūta '{name}'.",
    ),
    "xml-empty-attribute": Text(
        "value",
        "The attribute '{name}' cannot be empty; leave it out.",
        "Atribūts '{name}' nevar būt tukšs; to vienkārši neraksta.",
    ),
    "xml-empty-element": Text(
        "structure",
        "The element '{name}' needs a value or extensions; leave an empty element out.",
        "Elementam '{name}' vajadzīga vērtība vai paplašinājumi; tukšu elementu vienkārši neraksta.",
    ),
    "xml-text": Text(
        "structure",
        "There is text between the elements ('{value}'); values stand in the attribute 'value'.",
        "Starp elementiem ir teksts ('{value}'); vērtības raksta atribūtā 'value'.",
    ),
    "xml-value": Text(
        "value",
        "'{value}' is not a valid {type}. {form_en}",
        "'{value}' nav derīga {type} vērtība. {form_lv}",
    ),
    "xml-no-resource": Text(
        "structure",
        "'{name}' holds exactly one resource, and there is none.",
        "Elementā '{name}' jābūt tieši vienam resursam, bet tā nav.",
    ),
    "xml-second-resource": Text(
        "structure",
        "'{name}' holds exactly one resource; repeat '{name}' for another one.",
        "Elementā '{name}' jābūt tieši vienam resursam; citam resursam jāraksta vēl viens '{name}'.",
    ),
    "xml-instruction": Text(
        "informational",
        "The processing instruction '{name}' is ignored.",
        "Apstrādes instrukciju '{name}' neņem vērā.",
        "information",
    ),
    "xml-more-issues": Text(
        "too-costly",
        "There are more than {max} faults of markup; the rest is not listed.",
        "Iezīmējumā ir vairāk nekā {max} kļūdu; pārējās nav uzskaitītas.",
    ),
    "xml-write-element": Text(
        "structure",
        "The element '{name}' cannot be written as XML: {type} does not know it.",
        "Elementu '{name}' nevar ierakstīt XML formātā: tips {type} to nepazīst.",
    ),
    "xml-write-shape": Text(
        "structure",
        "The value of '{name}' cannot be written as XML: it is not a {type}.",
        "Elementa '{name}' vērtību nevar ierakstīt XML formātā: tā neatbilst tipam {type}.",
    ),
    "xml-write-character": Text(
        "value",
        "The text of '{name}' holds the character U+{code}, which XML cannot carry.",
        "Elementa '{name}' tekstā ir rakstzīme U+{code}, ko XML nevar pārnest.",
    ),
    "xml-write-narrative": Text(
        "structure",
        "The narrative is not well-formed XHTML and cannot be written as XML.",
        "Apraksts nav sintaktiski pareizs XHTML, tāpēc to nevar ierakstīt XML formātā.",
    ),
}
