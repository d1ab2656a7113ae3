"""What is wrong with a differential, seen from the structure it is derived from."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """
    One thing that is wrong.

    Attributes:
        key: What is wrong: the key of a text in `texts/definitions.py`.
        index: Which element of the differential, from 0; None for the definition as a whole.
        facts: What the text needs.
        severity: `error`, or `warning` where published definitions do it, too.
    """

    key: str
    index: int | None = None
    facts: dict[str, str] = field(default_factory=dict)
    severity: str = "error"
