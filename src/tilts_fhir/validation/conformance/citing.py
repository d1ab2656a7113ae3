"""Canonicals and paths of definitions in the texts of issues."""

from typing import Final

MAX_CITED_CHARACTERS: Final = 200


def cited(value: object) -> str:
    """The beginning of a canonical or path: longer than other quotations, for it tells nothing of a person."""
    text = str(value)
    return text if len(text) <= MAX_CITED_CHARACTERS else text[: MAX_CITED_CHARACTERS - 1] + "…"
