"""Texts of the extension check."""

from typing import Final

from tilts_fhir.texts.text import Text

TEXTS: Final[dict[str, Text]] = {
    "extension-url": Text(
        "required",
        "An extension needs a 'url'; without it nobody can tell what it means.",
        "Paplašinājumam vajadzīgs 'url'; bez tā nav zināms, ko tas nozīmē.",
    ),
    "extension-relative": Text(
        "value",
        "The url of an extension is absolute; '{url}' could stand only inside of another extension.",
        "Paplašinājuma url ir absolūts; '{url}' varētu būt tikai cita paplašinājuma iekšienē.",
    ),
    "extension-part-unknown": Text(
        "structure",
        "The extension {url} has no part '{name}' in its definition.",
        "Paplašinājuma {url} definīcijā nav daļas '{name}'.",
    ),
    "extension-version": Text(
        "value",
        "The url of an extension cannot carry a version: '{url}'.",
        "Paplašinājuma url nevar ietvert versiju: '{url}'.",
    ),
    "extension-unknown": Text(
        "structure",
        "The extension {url} could not be found, so it is not allowed here. Send its StructureDefinition along.",
        "Paplašinājums {url} nav atrasts, tāpēc šeit nav atļauts. Pievienojiet tā StructureDefinition.",
    ),
    "extension-unchecked": Text(
        "informational",
        "The extension {url} is not known here, so it was not checked.",
        "Paplašinājums {url} šeit nav zināms, tāpēc nav pārbaudīts.",
        "information",
    ),
    "extension-not-one": Text(
        "structure",
        "{url} is the definition of a {type}, not of an extension.",
        "{url} ir tipa {type} definīcija, nevis paplašinājuma.",
    ),
    "extension-context": Text(
        "business-rule",
        "The extension {url} is not allowed here (this is {place}); allowed are: {allowed}.",
        "Paplašinājums {url} šeit nav atļauts (šī vieta ir {place}); atļauts: {allowed}.",
    ),
    "extension-context-invariant": Text(
        "business-rule",
        "The extension {url} is not allowed here, since '{rule}' is not true here.",
        "Paplašinājums {url} šeit nav atļauts, jo '{rule}' šeit nav patiess.",
    ),
    "extension-is-modifier": Text(
        "business-rule",
        "The extension {url} changes the meaning of what it stands in, so it belongs to 'modifierExtension'.",
        "Paplašinājums {url} maina tā nozīmi, kurā tas atrodas, tāpēc tas rakstāms elementā 'modifierExtension'.",
    ),
    "extension-no-modifier": Text(
        "business-rule",
        "The extension {url} is not defined as a modifier, so it belongs to 'extension'.",
        "Paplašinājums {url} nav definēts kā nozīmi mainošs, tāpēc tas rakstāms elementā 'extension'.",
    ),
}
