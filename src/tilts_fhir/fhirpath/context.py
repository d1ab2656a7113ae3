"""What an evaluation may know beyond its focus, and how much it may cost."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeAlias

from tilts_fhir.fhirpath.errors import TOO_COSTLY, FhirPathError
from tilts_fhir.fhirpath.nodes import Json, Node

STEPS: Final = 1_000_000
MAX_TEXT: Final = 1_048_576  # characters that a string made by an expression may have
Items: TypeAlias = list[Any]  # Node, or a System value: bool, int, Decimal, str, Temporal, Quantity


@dataclass(slots=True)
class Meter:
    """Steps that several evaluations share; `left` goes down with each of them."""

    left: int


@dataclass(frozen=True, slots=True)
class Context:
    """
    Surroundings of an evaluation. Nothing is read from clock or network but by what is given here.

    Attributes:
        resource: `%resource`: the resource that holds the focus. None makes it the focus itself.
        root: `%rootResource`: the resource that contains `resource`, if that is a contained one.
        resolve: Gives the resource that a reference text points to, or None. Contained resources and entries of a
            Bundle are found without it.
        constants: External constants by name without `%`; a JSON value or a list of them.
        now: The moment for now(), today() and timeOfDay(); without it they are errors. With time zone.
        steps: How much may be done before the error `too-costly`: elements visited and rounds of loops.
        member_of: Whether an element (JSON value) is in the value set of this canonical; None if it cannot be said.
        conforms_to: Whether an element (JSON value) conforms to this profile; None if it cannot be said.
        subsumes: Whether the first coding subsumes the second (JSON values); None if it cannot be said.
        html: Whether a narrative text is allowed XHTML; without it every text is.
        trace: Called by trace() with the name and the collection.
        meter: Steps shared with other evaluations: what is left of them bounds `steps`, and what is spent is taken off.
    """

    resource: Json | None = None
    root: Json | None = None
    resolve: Callable[[str], Json | None] | None = None
    constants: Mapping[str, Any] = field(default_factory=dict)
    now: datetime | None = None
    steps: int = STEPS
    member_of: Callable[[Any, str], bool | None] | None = None
    conforms_to: Callable[[Any, str], bool | None] | None = None
    subsumes: Callable[[Any, Any], bool | None] | None = None
    html: Callable[[str], bool] | None = None
    trace: Callable[[str, Items], None] | None = None
    meter: Meter | None = None


EMPTY_CONTEXT: Final = Context()


class Run:
    """One evaluation: its context, what it may still spend, and what it has found out once."""

    __slots__ = ("below", "context", "focus", "given", "left", "resource", "root", "wrapped")

    def __init__(self, context: Context, focus: Any) -> None:
        self.context = context
        self.focus = focus
        self.left = context.steps if context.meter is None else min(context.steps, context.meter.left)
        self.given = self.left
        self.resource = context.resource
        self.root = context.root
        self.wrapped: dict[str, Node] = {}
        self.below: Items | None = None

    def settle(self) -> None:
        """Take what was spent off the shared steps, if there are any."""
        if self.context.meter is not None:
            self.context.meter.left = max(self.context.meter.left - (self.given - self.left), 0)
            self.given = self.left

    def spend(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise FhirPathError("The expression takes more steps than are allowed.", None, TOO_COSTLY)


class Scope:
    """What `$this`, `$index` and `$total` are, and what a name without anything before it is looked for in."""

    __slots__ = ("focus", "index", "run", "total")

    def __init__(self, run: Run, focus: Items, index: int | None = None, total: Items | None = None) -> None:
        self.run = run
        self.focus = focus
        self.index = index
        self.total = total
