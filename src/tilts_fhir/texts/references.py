"""Texts of references and contained resources."""

from typing import Final

from tilts_fhir.texts.text import Text

TEXTS: Final[dict[str, Text]] = {
    "ref-contained": Text(
        "invalid",
        "There is no contained resource '{name}' here (ref-1).",
        "Šeit nav iekļauta resursa '{name}' (ref-1).",
    ),
    "ref-form": Text(
        "invalid",
        "'{name}' is not a reference: write Type/id, an absolute URL, a urn or #id.",
        "'{name}' nav atsauce: jāraksta Tips/id, absolūts URL, urn vai #id.",
    ),
    "ref-conditional": Text(
        "invalid",
        "The conditional reference '{name}' is only understood in a transaction or batch.",
        "Nosacīta atsauce '{name}' ir saprotama tikai transakcijā vai paketē.",
        "warning",
    ),
    "ref-no-full-url": Text(
        "required",
        "The relative reference '{name}' cannot be resolved: its entry has no fullUrl. Give the entry a fullUrl.",
        "Relatīvo atsauci '{name}' nevar atrisināt: tās ierakstam nav fullUrl. Norādiet ieraksta fullUrl.",
    ),
    "ref-ambiguous": Text(
        "multiple-matches",
        "{count} entries of the Bundle match '{name}'. Refer to one version, or give each entry a fullUrl of its own.",
        "Atsaucei '{name}' atbilst {count} Bundle ieraksti. Norādiet versiju vai katram ierakstam savu fullUrl.",
    ),
    "ref-urn": Text(
        "not-found",
        "No entry of the Bundle has the fullUrl '{name}', and nobody outside can find it.",
        "Nevienam Bundle ierakstam nav fullUrl '{name}', un ārpus tā to atrast nevar.",
        "warning",
    ),
    "ref-near": Text(
        "not-found",
        "No entry has the fullUrl that '{name}' leads to; the type and id are those of '{others}'.",
        "Nevienam ierakstam nav fullUrl, uz kuru ved '{name}'; tāds tips un id ir ierakstam '{others}'.",
        "warning",
    ),
    "ref-not-found": Text(
        "not-found",
        "The target of '{name}' could not be found.",
        "Atsauces '{name}' mērķi neizdevās atrast.",
        "warning",
    ),
    "ref-other-type": Text(
        "structure",
        "'{name}' leads to a resource of type {type}.",
        "Atsauce '{name}' ved uz resursu, kura tips ir {type}.",
    ),
    "contained-no-id": Text(
        "required",
        "A contained resource needs an id, so that it can be referred to.",
        "Iekļautam resursam jānorāda id, lai uz to varētu atsaukties.",
    ),
    "contained-same-id": Text(
        "duplicate",
        "Two contained resources have the id '{name}'.",
        "Diviem iekļautiem resursiem ir viens un tas pats id '{name}'.",
    ),
    "contained-unused": Text(
        "invariant",
        "Nothing refers to the contained resource '{name}', nor does it refer to its container (dom-3).",
        "Uz iekļauto resursu '{name}' neviens neatsaucas, un arī tas neatsaucas uz savu ietvaru (dom-3).",
    ),
}
