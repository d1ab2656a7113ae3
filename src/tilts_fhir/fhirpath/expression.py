"""The public side of a compiled expression."""

from functools import lru_cache
from typing import Any, Final

from tilts_fhir.fhirpath.compiler import Compiler
from tilts_fhir.fhirpath.context import EMPTY_CONTEXT, Context, Items, Run, Scope
from tilts_fhir.fhirpath.errors import TOO_DEEP, FhirPathError
from tilts_fhir.fhirpath.language.parser import parse
from tilts_fhir.fhirpath.language.semantics import check
from tilts_fhir.fhirpath.language.syntax import Tree
from tilts_fhir.fhirpath.nodes import Node, root_node
from tilts_fhir.fhirpath.shortcuts.forms import shortcut
from tilts_fhir.fhirpath.shortcuts.paths import Truth
from tilts_fhir.fhirpath.values import truth

SHORT_CHARACTERS: Final = 1_000


class Compiled:
    """An expression, ready to be evaluated any number of times, in any thread. Made by `compile_expression`."""

    __slots__ = ("_expression", "_shortcut", "_strict", "start", "text")

    def __init__(self, text: str, start: str | None, strict: bool) -> None:
        tree = parse(text)
        if strict and start is not None:
            check(tree, start)
        self.text = text
        self.start = start
        self._strict = strict
        self._expression = Compiler(strict).expression(tree)
        self._shortcut = None if start is None else shortcut(tree, start, self._whole)

    def __repr__(self) -> str:
        return f"Compiled({self.text!r}, start={self.start!r})"

    def evaluate(self, focus: Any, context: Context = EMPTY_CONTEXT) -> Items:
        """
        The resulting collection: a `Node` for each element, Python values for what was made (bool, int, Decimal, str,
        `Temporal`, `Quantity`).

        Args:
            focus: A JSON value of the start type, or a `Node`.

        Raises:
            FhirPathError: The expression has no result on this input, or takes more than `context.steps`.
        """
        node = focus if type(focus) is Node else root_node(focus, self.start)
        run = Run(context, node)
        try:
            return list(self._expression(Scope(run, [node])))
        except RecursionError:
            raise FhirPathError("The evaluation is nested too deeply.", None, TOO_DEEP) from None
        finally:
            run.settle()

    def values(self, focus: Any, context: Context = EMPTY_CONTEXT) -> list[Any]:
        """As `evaluate`, with the JSON values of the elements in their place.

        Raises:
            FhirPathError: as `evaluate`.
        """
        return [item.value if type(item) is Node else item for item in self.evaluate(focus, context)]

    @property
    def quick(self) -> Truth | None:
        """The same as `holds` for a JSON object of the start type, with None for empty; None if there is no short way."""
        return self._shortcut

    def holds(self, focus: Any, context: Context = EMPTY_CONTEXT) -> bool:
        """
        Whether an invariant is kept: its result is true, or empty (not to be known).

        A single item that is no Boolean counts as true, as everywhere in FHIRPath.

        Raises:
            FhirPathError: as `evaluate`; `not-single` if there are several items.
        """
        if self._shortcut is not None:
            value = focus
            if type(focus) is Node and focus.type == self.start:
                value = focus.value
            if type(value) is dict:
                return self._decide(self._shortcut, value, context) is not False
        return truth(self.evaluate(focus, context), "An invariant") is not False

    def _decide(self, shortcut: Truth, value: Any, context: Context) -> bool | None:
        try:
            return shortcut(value, context)
        except RecursionError:
            raise FhirPathError("The evaluation is nested too deeply.", None, TOO_DEEP) from None

    def _whole(self, tree: Tree) -> Truth:
        """A part of the expression that has no short form."""
        expression, start = Compiler(self._strict).expression(tree), self.start

        def evaluate(value: Any, context: Context) -> bool | None:
            node = root_node(value, start)
            run = Run(context, node)
            try:
                return truth(expression(Scope(run, [node])), "An invariant")
            finally:
                run.settle()

        return evaluate


def compile_expression(text: str, start: str | None = None, strict: bool = False) -> Compiled:
    """
    Read an expression once; the same text, start and strictness give the same object as long as it is kept.

    Args:
        text: FHIRPath N1 with the additions of FHIR R4.
        start: Type of the focus: `Patient`, `Patient.contact`, `HumanName`, `code`; None if it is not known.
        strict: To the letter of the specification: an element that the types do not have is an error already here, `as` of several
            items is one when evaluated. Without it as R4's own invariants and search parameters are meant: unknown
            elements are empty, `as` filters.

    Raises:
        FhirPathError: `syntax`, `too-deep`, `unknown-function`, `unknown-type`, `arguments`; when strict `semantic`.
    """
    # Compiled they take some hundred times the memory of their text, and texts come from outside.
    return (_of_short if len(text) <= SHORT_CHARACTERS else _of_long)(text, start, strict)


def _compiled(text: str, start: str | None, strict: bool) -> Compiled:
    try:
        return Compiled(text, start, strict)
    except RecursionError:
        raise FhirPathError("The expression is nested too deeply.", None, TOO_DEEP) from None


_of_short: Final = lru_cache(maxsize=4096)(_compiled)
_of_long: Final = lru_cache(maxsize=64)(_compiled)
