"""Finds, before anything is evaluated, what no resource of the start type can have.

The types of every part of the expression are worked out from the start type; where they cannot be known, nothing is
said. https://hl7.org/fhirpath/N1/#type-safety-and-strict-evaluation.
"""

from dataclasses import dataclass
from typing import Final

from tilts_fhir.fhirpath import model, types
from tilts_fhir.fhirpath.errors import SEMANTIC, FhirPathError
from tilts_fhir.fhirpath.language.syntax import (
    Call,
    Constant,
    Indexer,
    Invocation,
    Literal,
    Member,
    Operation,
    Sign,
    Tree,
    TypeTest,
    Variable,
    type_name_of,
)

_ON_TEXT: Final = frozenset(
    {"startsWith", "endsWith", "contains", "matches", "matchesFull", "substring", "upper", "lower", "length",
     "indexOf", "lastIndexOf", "replace", "replaceMatches", "toChars", "trim", "split"}
)  # fmt: skip
_SAME: Final = frozenset(
    {"where", "first", "last", "tail", "skip", "take", "single", "distinct", "trace", "intersect", "exclude",
     "checkModifiers", "sort"}
)  # fmt: skip
_ORDERED: Final = frozenset({"first", "last", "tail", "skip", "take"})
_OVER_EACH: Final = frozenset({"where", "select", "all", "exists", "sort", "iif"})
# Here an argument may also see what an earlier round gave, or stand in the outer scope: nothing is said of it.
_OVER_MORE: Final = frozenset({"repeat", "trace", "aggregate"})
_TYPES: Final = frozenset({"as", "ofType"})


@dataclass(frozen=True, slots=True)
class Known:
    """What an expression gives: FHIR types (None: not known), and whether their order means anything."""

    types: frozenset[str] | None = None
    ordered: bool = True


_ANYTHING: Final = Known()


def check(tree: Tree, start: str) -> None:
    """
    Refuse an expression with a step that cannot be taken from the type it stands on.

    Raises:
        FhirPathError: `semantic`: an element that the type has not, a text function on an element with parts, or a
            choice by place in a collection without order.
    """
    this = Known(frozenset({start}) if model.part(start) is not None else None)
    _Checker().known(tree, this, True)


class _Checker:
    def known(self, tree: Tree, this: Known, leading: bool = True) -> Known:
        """What the tree gives where `$this` is `this`; every part of it is checked on the way."""
        if isinstance(tree, Invocation):
            return self.invoked(tree.right, self.known(tree.left, this), this)
        if isinstance(tree, Member | Call):
            return self.leading(tree, this)
        if isinstance(tree, Variable):
            return this if tree.name == "this" else _ANYTHING
        if isinstance(tree, Indexer):
            left = self.known(tree.left, this)
            self.known(tree.index, this)
            _check_order(left, tree.position)
            return left
        if isinstance(tree, Literal | Constant):
            return _ANYTHING
        return self.combined(tree, this)

    def combined(self, tree: Sign | Operation | TypeTest, this: Known) -> Known:
        if isinstance(tree, Sign):
            self.known(tree.operand, this)
            return _ANYTHING
        left = self.known(tree.left, this)
        if isinstance(tree, TypeTest):
            return _narrowed(left, tree.type_name, tree.position) if tree.operator == "as" else _ANYTHING
        right = self.known(tree.right, this)
        if tree.operator == "|" and left.types is not None and right.types is not None:
            return Known(left.types | right.types)
        return _ANYTHING

    def leading(self, tree: Member | Call, this: Known) -> Known:
        own = this.types or ()
        if isinstance(tree, Member) and any(tree.name in model.ancestry(each) for each in own):
            return this
        return self.invoked(tree, this, this)

    def invoked(self, tree: Tree, left: Known, this: Known) -> Known:
        if isinstance(tree, Member):
            return _child(left, tree)
        if not isinstance(tree, Call):
            return self.known(tree, this)
        if tree.name in _TYPES or tree.name == "is":
            name = type_name_of(tree.arguments[0]) if len(tree.arguments) == 1 else None
            return _narrowed(left, name, tree.position) if name and tree.name != "is" else _ANYTHING
        inner = left if tree.name in _OVER_EACH else _ANYTHING if tree.name in _OVER_MORE else this
        arguments = [self.known(each, inner) for each in tree.arguments]
        if tree.name in _ON_TEXT:
            _check_text(left, tree)
        if tree.name in _ORDERED:
            _check_order(left, tree.position)
        return _result(tree.name, left, arguments)


def _result(name: str, left: Known, arguments: list[Known]) -> Known:
    if name in _SAME:
        return left
    if name in ("children", "descendants"):
        return Known(None, False)
    if name == "select" and arguments:
        return arguments[0]
    if name == "extension":
        return Known(frozenset({"Extension"}))
    return _ANYTHING


def _child(left: Known, tree: Member) -> Known:
    if left.types is None:
        return Known(None, left.ordered)
    found: set[str] = set()
    for each in left.types:
        part = model.part(each)
        if part is None:
            return Known(None, left.ordered)
        found.update(slot.type for slot in part.by_name.get(tree.name, ()))
    if not found and left.types:
        where = ", ".join(sorted(model.plain_name(each) for each in left.types))
        raise FhirPathError(f"{where[:100]} has no element {tree.name[:60]!r}.", tree.position, SEMANTIC)
    # What a resource of any type holds is not known before it is seen.
    return Known(None if model.ANY_RESOURCE in found else frozenset(found), left.ordered)


def _narrowed(left: Known, name: str, position: int) -> Known:
    wanted = types.named(name, position, True)
    if left.types is not None and wanted.fhir and not _may_be(left.types, wanted.fhir):
        return Known(frozenset(), left.ordered)
    return Known(wanted.fhir or None, left.ordered)


def _may_be(have: frozenset[str], wanted: frozenset[str]) -> bool:
    return any(
        one in model.ancestry(other) or other in model.ancestry(one) for one in have for other in wanted
    )


def _check_text(left: Known, tree: Call) -> None:
    if left.types and not any(model.is_primitive(each) for each in left.types):
        raise FhirPathError(
            f"{tree.name}() is for text, not for an element with parts.", tree.position, SEMANTIC
        )


def _check_order(left: Known, position: int) -> None:
    if not left.ordered:
        raise FhirPathError("The order of children and descendants has no meaning.", position, SEMANTIC)
