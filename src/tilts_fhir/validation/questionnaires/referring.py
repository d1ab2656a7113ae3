"""What an answer may refer to."""

import re
from typing import Final

from tilts_fhir import definitions
from tilts_fhir.issues import quoted
from tilts_fhir.validation.questionnaires.item_types import REFERENCE_PROFILE, REFERENCE_RESOURCE
from tilts_fhir.validation.questionnaires.reading import extension_values, objects, text
from tilts_fhir.validation.questionnaires.sitting import Answer, Sitting
from tilts_fhir.validation.walk import Json

TYPE_ROOT: Final = "http://hl7.org/fhir/StructureDefinition/"
# The form of a reference to a RESTful server: https://hl7.org/fhir/R4/references.html#literal
_RESTFUL: Final = re.compile(
    r"(?:(?P<scheme>[^:/?#]+)://[^?#]*/)?(?P<type>[A-Z][A-Za-z]+)/[A-Za-z0-9.-]{1,64}(?:/_history/[A-Za-z0-9.-]{1,64})?"
)
_NOT_IN_A_URI: Final = re.compile(r"[\x00-\x20\x7f]")


def check_target(sitting: Sitting, answer: Answer) -> None:
    """The form of the reference, and the type of what it refers to, as far as the text says it."""
    literal, stated = text(answer.value, "reference"), text(answer.value, "type")
    walk = sitting.walk
    if literal is not None and _NOT_IN_A_URI.search(literal):
        walk.report("answer-reference", answer.value_path, reference=quoted(literal))
        return
    name = literal_target(sitting.response, literal) if literal is not None else None
    name = name or (stated.removeprefix(TYPE_ROOT) if stated else None)
    if name is None:
        return
    if name not in definitions.resource_types():
        if literal is not None and "://" in literal:  # a relative one is looked at with all other references
            walk.report(
                "answer-reference-type", answer.value_path, type=quoted(name), reference=quoted(literal)
            )
        return
    allowed = _allowed(sitting, answer)
    if allowed and name not in allowed:
        facts = {"type": name, "allowed": ", ".join(sorted(allowed))}
        walk.report("answer-reference-target", answer.value_path, **facts)


def _allowed(sitting: Sitting, answer: Answer) -> set[str]:
    """Types that the question names, itself or by a profile; empty if it names none, or a profile not at hand."""
    item = answer.question.item
    kinds = {value for _, value in extension_values(item, REFERENCE_RESOURCE) if isinstance(value, str)}
    for _, value in extension_values(item, REFERENCE_PROFILE):
        structure = sitting.walk.library.structure(value) if isinstance(value, str) else None
        if structure is None:
            return kinds
        kinds.add(structure.type)
    return kinds if not kinds & {"Resource", "DomainResource"} else set()


def literal_target(response: Json, literal: str) -> str | None:
    """The type of what a reference in a response points to, as far as its text or a contained resource says it."""
    if literal.startswith("#"):
        inner = objects(response, "contained")
        return next((text(each, "resourceType") for _, each in inner if each.get("id") == literal[1:]), None)
    found = _RESTFUL.fullmatch(literal)
    return found["type"] if found else None
