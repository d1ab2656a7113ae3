"""What a check found: one issue, with its place and its text in English and Latvian."""

from dataclasses import dataclass
from typing import Final

from tilts_fhir.texts import TEXTS

MAX_QUOTED_CHARACTERS: Final = 40


@dataclass(frozen=True, slots=True)
class Issue:
    """
    One finding in a resource.

    Attributes:
        severity: `fatal`, `error`, `warning` or `information` (FHIR issue-severity).
        code: FHIR issue-type, such as `structure`, `required`, `value`.
        expression: Simple FHIRPath from the resource to the element, `Patient.name[0].given[1]`; a missing
            element is named as if it were there, a choice without its type (`Observation.value`).
        key: Stable name of the rule, for programs: one of `TEXTS`.
        facts: What the texts are filled in with, by name.
        source: What asks for it: canonical of a profile, key of an invariant; None for the base specification.
        line, column: Where it stands in the text that was read, both from 1; None if there was no text.
    """

    severity: str
    code: str
    expression: str
    key: str
    facts: tuple[tuple[str, object], ...] = ()
    source: str | None = None
    line: int | None = None
    column: int | None = None

    @property
    def text_en(self) -> str:
        """For a developer; may quote up to 40 characters of the value."""
        return TEXTS[self.key].en.format_map(dict(self.facts))

    @property
    def text_lv(self) -> str:
        """The same in Latvian."""
        return TEXTS[self.key].lv.format_map(dict(self.facts))


def issue(
    key: str, expression: str, /, *, severity: str | None = None, source: str | None = None, **facts: object
) -> Issue:
    """An issue of `key` with the facts for its texts; `severity` where it is not the usual one."""
    text = TEXTS[key]
    return Issue(severity or text.severity, text.code, expression, key, tuple(facts.items()), source)


def quoted(value: object) -> str:
    """The beginning of a value, for a text."""
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= MAX_QUOTED_CHARACTERS else text[: MAX_QUOTED_CHARACTERS - 1] + "…"
