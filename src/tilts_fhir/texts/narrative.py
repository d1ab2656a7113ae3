"""Texts of narratives."""

from typing import Final

from tilts_fhir.texts.text import Text

TEXTS: Final[dict[str, Text]] = {
    "xhtml-not-xml": Text(
        "invalid",
        "The narrative is not well-formed XML: {fault}.",
        "Aprakstošais teksts nav pareizs XML: {fault}.",
    ),
    "xhtml-doctype": Text(
        "security",
        "A narrative has no DOCTYPE.",
        "Aprakstošajā tekstā nedrīkst būt DOCTYPE.",
    ),
    "xhtml-instruction": Text(
        "security",
        "A narrative has no processing instruction '{name}'.",
        "Aprakstošajā tekstā nedrīkst būt apstrādes instrukcijas '{name}'.",
        "warning",
    ),
    "xhtml-entity": Text(
        "invalid",
        "There is no HTML character named '{name}'. Write the character itself.",
        "HTML nav rakstzīmes ar nosaukumu '{name}'. Rakstiet pašu rakstzīmi.",
    ),
    "xhtml-root": Text(
        "invalid",
        "A narrative is one <div>, not <{name}>.",
        "Aprakstošais teksts ir viens <div>, nevis <{name}>.",
    ),
    "xhtml-namespace": Text(
        "invalid",
        'The <div> of a narrative is declared with xmlns="http://www.w3.org/1999/xhtml", not "{namespace}".',
        'Aprakstošā teksta <div> jādeklarē ar xmlns="http://www.w3.org/1999/xhtml", nevis "{namespace}".',
    ),
    "xhtml-element": Text(
        "invariant",
        "The element <{name}> is not allowed in a narrative (txt-1).",
        "Elements <{name}> aprakstošajā tekstā nav atļauts (txt-1).",
    ),
    "xhtml-attribute": Text(
        "invariant",
        "The attribute '{name}' of <{element}> is not allowed in a narrative (txt-1).",
        "Elementa <{element}> atribūts '{name}' aprakstošajā tekstā nav atļauts (txt-1).",
    ),
    "xhtml-style": Text(
        "security",
        "The style '{value}' runs or fetches something.",
        "Stils '{value}' kaut ko izpilda vai ielādē.",
    ),
    "xhtml-link": Text(
        "invalid",
        "'{value}' at {place} has the scheme '{scheme}', which a reader cannot follow.",
        "'{value}' vietā {place} lieto shēmu '{scheme}', kurai lasītājs nevar sekot.",
    ),
    "xhtml-address": Text(
        "invalid",
        "'{value}' in '{attribute}' of <{element}> is not a URL: it is empty, has characters that a URL cannot have, or is "
        "data without a media type and base64.",
        "Elementa <{element}> atribūta '{attribute}' vērtība '{value}' nav URL: tā ir tukša, tajā ir rakstzīmes, kādu URL "
        "nevar būt, vai dati nav base64 ar multivides tipu.",
    ),
    "xhtml-in-paragraph": Text(
        "invariant",
        "<{name}> cannot stand in a paragraph <p>; end the paragraph before it.",
        "<{name}> nevar atrasties rindkopā <p>; rindkopa jānoslēdz pirms tā.",
    ),
    "xhtml-same-id": Text(
        "duplicate",
        "Two elements of the narrative have the id '{id}'.",
        "Diviem aprakstošā teksta elementiem ir id '{id}'.",
    ),
    "xhtml-deep": Text(
        "too-costly",
        "Elements of the narrative are nested more than {max} deep.",
        "Aprakstošā teksta elementi ligzdoti dziļāk par {max} līmeņiem.",
    ),
    "xhtml-empty": Text(
        "invariant",
        "There is nothing to read in the narrative (txt-2).",
        "Aprakstošajā tekstā nav ko lasīt (txt-2).",
    ),
    "xhtml-language": Text(
        "business-rule",
        "The language of the resource is '{language}', that of its narrative '{lang}'.",
        "Resursa valoda ir '{language}', bet aprakstošā teksta valoda ir '{lang}'.",
        "warning",
    ),
    "xhtml-sections": Text(
        "business-rule",
        "Part of the narrative is in sections by language ({languages}), and part is not.",
        "Daļa aprakstošā teksta ir valodu sadaļās ({languages}), bet daļa nav.",
        "warning",
    ),
}
