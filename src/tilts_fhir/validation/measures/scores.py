"""The score of a group in a measure report: whether there should be one, and what it may be.

Source: https://hl7.org/fhir/R4/measurereport.html#bnr, https://hl7.org/fhir/R4/measure.html (scoring).
"""

from typing import Any, Final

from tilts_fhir.issues import quoted
from tilts_fhir.validation.questionnaires.quantities import as_decimal
from tilts_fhir.validation.questionnaires.reading import objects, text
from tilts_fhir.validation.walk import Json, Path, Walk

SCORINGS: Final = ("proportion", "ratio", "continuous-variable", "cohort")
# A score of another type than Quantity: https://hl7.org/fhir/us/davinci-deqm/StructureDefinition-extension-alternateScoreType.html
_OTHER_SCORE: Final = "http://hl7.org/fhir/us/davinci-deqm/StructureDefinition/extension-alternateScoreType"


def scoring_of(measure: Json) -> str | None:
    """The code of the scoring; None if it has none that is known."""
    concept = measure.get("scoring")
    codes = (
        [text(coding, "code") for _, coding in objects(concept, "coding")]
        if isinstance(concept, dict)
        else []
    )
    return next((code for code in codes if code in SCORINGS), None)


def check_score(walk: Walk, group: Json, scoring: str, path: Path, *, needed: bool) -> None:
    """
    The score of one group.

    Args:
        needed: Whether the report is finished and of a type that has scores.
    """
    score: Any = group.get("measureScore")
    place = (path, "measureScore", None)
    if scoring == "cohort":
        if score is not None:
            walk.report("measure-score-banned", place, scoring=scoring)
        return
    if not isinstance(score, dict):
        if needed:
            walk.report("measure-score-missing", place, scoring=scoring)
        return
    if any(extension.get("url") == _OTHER_SCORE for _, extension in objects(score, "extension")):
        return
    number = as_decimal(score.get("value"))
    if number is None:
        walk.report("measure-score-no-value", place, scoring=scoring)
    elif scoring == "proportion" and not 0 <= number <= 1:
        walk.report("measure-score-range", place, value=quoted(number))
    if (
        scoring == "proportion"
        and any(name in score for name in ("unit", "code"))
        and score.get("code") != "1"
    ):
        walk.report("measure-score-unit", place)
