"""Which part of a measure a part of a report means: the one with the same code."""

from collections.abc import Iterator
from typing import Any

from tilts_fhir.validation.questionnaires.reading import objects, text
from tilts_fhir.validation.walk import Json


def codes_of(part: Json) -> Iterator[Json]:
    """The CodeableConcepts in `code`, which for a stratifier of a report may be several."""
    code: Any = part.get("code")
    if isinstance(code, dict):
        yield code
    elif isinstance(code, list):
        yield from (each for each in code if isinstance(each, dict))


def has_code(part: Json) -> bool:
    """Whether a part names a code."""
    return next(codes_of(part), None) is not None


def same_code(one: Json, other: Json) -> bool:
    """Whether two parts share a code; without codings, their texts are compared."""
    return any(_same(first, second) for first in codes_of(one) for second in codes_of(other))


def code_text(part: Json) -> str:
    """The code of a part for a text; empty if it has none."""
    for concept in codes_of(part):
        for _, coding in objects(concept, "coding"):
            if text(coding, "code"):
                return str(coding["code"])
        if text(concept, "text"):
            return str(concept["text"])
    return ""


def has_coding(part: Json, code: str) -> bool:
    """Whether one of the codings of a part has this code."""
    return any(
        coding.get("code") == code for concept in codes_of(part) for _, coding in objects(concept, "coding")
    )


def _same(one: Json, other: Json) -> bool:
    first, second = ([each for _, each in objects(concept, "coding")] for concept in (one, other))
    if first and second:
        return any(
            a.get("code") == b.get("code") and a.get("system") == b.get("system")
            for a in first
            for b in second
        )
    return text(one, "text") is not None and one.get("text") == other.get("text")
