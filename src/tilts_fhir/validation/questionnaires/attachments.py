"""Limits that a question sets to attachments: media types, size."""

from decimal import Decimal
from typing import Final

from tilts_fhir.issues import quoted
from tilts_fhir.validation.questionnaires.item_types import MAX_SIZE, MIME_TYPE
from tilts_fhir.validation.questionnaires.quantities import as_decimal
from tilts_fhir.validation.questionnaires.reading import extension_value, extension_values
from tilts_fhir.validation.questionnaires.sitting import Answer, Sitting
from tilts_fhir.validation.walk import Json

BYTES_IN_MEGABYTE: Final = 1_048_576


def check_attachment(sitting: Sitting, answer: Answer) -> None:
    """`mimeType` (one of them; parameters are left aside, `image/*` is a group) and `maxSize` (in megabytes)."""
    allowed = [
        value for _, value in extension_values(answer.question.item, MIME_TYPE) if isinstance(value, str)
    ]
    stated = answer.value.get("contentType")
    if allowed and not (isinstance(stated, str) and any(_is_of(stated, each) for each in allowed)):
        severity = None if isinstance(stated, str) else "warning"
        sitting.walk.report(
            "answer-media-type",
            answer.path,
            severity=severity,
            found=quoted(stated if isinstance(stated, str) else "-"),
            allowed=quoted(", ".join(allowed)),
        )
    limit = extension_value(answer.question.item, MAX_SIZE)
    most = as_decimal(limit[1]) if limit is not None else None
    size = _size(answer.value)
    if most is not None and Decimal(size) / BYTES_IN_MEGABYTE > most:
        sitting.walk.report("answer-size", answer.path, size=size, max=most)


def _is_of(stated: str, allowed: str) -> bool:
    name, wanted = (each.partition(";")[0].strip().lower() for each in (stated, allowed))
    return name == wanted or (wanted.endswith("/*") and name.startswith(wanted[:-1]))


def _size(attachment: Json) -> int:
    """In bytes: as stated, or as the data have, whichever is more; 0 if nothing is known."""
    stated, content = attachment.get("size"), attachment.get("data")
    actual = 0
    if isinstance(content, str):
        packed = "".join(content.split())
        actual = len(packed) * 3 // 4 - packed[-2:].count("=")
    return max(actual, stated if type(stated) is int else 0)
