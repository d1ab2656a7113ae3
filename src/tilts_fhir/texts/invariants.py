"""Texts of invariants: those of the specification and of profiles, and the universal ones that are checked natively."""

from typing import Final

from tilts_fhir.texts.text import Text

TEXTS: Final[dict[str, Text]] = {
    "invariant": Text(
        "invariant",
        "The rule {key} is not met: {human}",
        "Nav ievērots nosacījums {key}: {human}",
    ),
    "invariant-not-checked": Text(
        "not-supported",
        "The rule {key} could not be checked: {reason}",
        "Nosacījumu {key} nevarēja pārbaudīt: {reason}",
        "warning",
    ),
    "no-narrative": Text(
        "invariant",
        "A resource should have a narrative for people (dom-6).",
        "Resursam ieteicams aprakstošs teksts cilvēkiem (dom-6).",
        "warning",
    ),
    "contained-contains": Text(
        "invariant",
        "A contained resource cannot contain others (dom-2).",
        "Iekļautā resursā nevar būt citi iekļauti resursi (dom-2).",
    ),
    "contained-version": Text(
        "invariant",
        "A contained resource has no versionId and no lastUpdated (dom-4).",
        "Iekļautam resursam nav versionId un lastUpdated (dom-4).",
    ),
    "contained-security": Text(
        "invariant",
        "A contained resource has no security labels of its own (dom-5).",
        "Iekļautam resursam nav savu drošības atzīmju (dom-5).",
    ),
    "other-type": Text(
        "structure",
        "The resource is a {name}, not a {expected} as the address says.",
        "Resurss ir {name}, nevis {expected}, kā norādīts adresē.",
    ),
    "json": Text(
        "structure",
        "The text is not acceptable JSON: {fault}",
        "Teksts nav pieņemams JSON: {fault}",
        "fatal",
    ),
}
