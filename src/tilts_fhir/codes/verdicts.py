"""What can be said of a code: in its code system, and in a value set; and who says it."""

from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

Json: TypeAlias = dict[str, Any]
Kind: TypeAlias = Literal["in", "out", "unknown"]
Place: TypeAlias = Literal[
    "known",  # the system is at hand and has the code
    "absent",  # the system is at hand, complete, and does not have it
    "absent-in-part",  # only a part of the system is at hand, and the code is not in it
    "malformed",  # no code of this system looks like that
    "not-at-hand",  # nothing can be said
    "other-version",  # another version of the system is at hand than the one named
    "value-set",  # the system named is a value set
    "supplement",  # the system named only adds to another
    "relative",  # the system named is no absolute URI
    "no-system",  # none is named
]


@dataclass(frozen=True, slots=True)
class Standing:
    """
    A code in its code system.

    Attributes:
        place: Whether the system is at hand and has it.
        displays: Its names, in all languages; empty if they are not known.
        wrong_display: The display given is none of them.
        inactive: It is no longer in use.
        abstract: It is made for grouping, not for use.
        version: Version of the system that was asked; None if it has none or is not at hand.
    """

    place: Place
    displays: tuple[str, ...] = ()
    wrong_display: bool = False
    inactive: bool = False
    abstract: bool = False
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    A code against a value set.

    Attributes:
        kind: `unknown` if it cannot be decided from what is at hand.
        standing: The code in its code system; None if no system was named.
        reason: For a developer, in English: why it is unknown; empty otherwise.
    """

    kind: Kind
    standing: Standing | None = None
    reason: str = ""

    @property
    def wrong_display(self) -> bool:
        return self.standing is not None and self.standing.wrong_display

    @property
    def inactive(self) -> bool:
        return self.standing is not None and self.standing.inactive


class CodeChecker(Protocol):
    """Whom a check asks about codes: `Codes` in memory, or a terminology service."""

    def check(
        self,
        value_set: str | Json,
        system: str | None,
        code: str,
        display: str | None = None,
        version: str | None = None,
    ) -> Verdict:
        """
        Whether a code is in a value set.

        Args:
            value_set: Its canonical, or the ValueSet itself.
            system: None where the element gives none (`code`, `uri`, `string`): then any system of the set fits.
            version: Version of the system, as the Coding names it.
        """

    def look_up(
        self, system: str | None, code: str, display: str | None = None, version: str | None = None
    ) -> Standing:
        """What is known of a code in its code system."""
