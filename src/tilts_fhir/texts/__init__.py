"""What every check says, in English and Latvian: one module for each kind of check, `TEXTS` holds all."""

from typing import Final

from tilts_fhir.texts import (
    answers,
    bundles,
    code_systems,
    codes,
    content,
    definitions,
    extensions,
    invariants,
    measures,
    narrative,
    patch,
    profiles,
    questionnaires,
    references,
    structure,
    value_sets,
    xml,
)
from tilts_fhir.texts.text import Text

__all__ = ["TEXTS", "Text"]

TEXTS: Final[dict[str, Text]] = {
    **code_systems.TEXTS,
    **codes.TEXTS,
    **value_sets.TEXTS,
    **invariants.TEXTS,
    **patch.TEXTS,
    **profiles.TEXTS,
    **bundles.TEXTS,
    **content.TEXTS,
    **definitions.TEXTS,
    **narrative.TEXTS,
    **references.TEXTS,
    **structure.TEXTS,
    **questionnaires.TEXTS,
    **answers.TEXTS,
    **measures.TEXTS,
    **xml.TEXTS,
    **extensions.TEXTS,
}
