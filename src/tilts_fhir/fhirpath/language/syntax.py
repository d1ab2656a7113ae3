"""The tree of an expression. Every part knows where it stands in the text and how deep the tree is below it."""

from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written out; `value` None is the empty collection `{}`."""

    value: Any
    position: int
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Member:
    """An element by its name."""

    name: str
    position: int
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Variable:
    """`$this`, `$index` or `$total`."""

    name: str
    position: int
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Constant:
    """An external constant: `%resource`."""

    name: str
    position: int
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments; what it is applied to stands left of it, in an `Invocation`."""

    name: str
    arguments: "tuple[Tree, ...]"
    position: int
    depth: int


@dataclass(frozen=True, slots=True)
class Invocation:
    """`left.right`"""

    left: "Tree"
    right: "Tree"
    position: int
    depth: int


@dataclass(frozen=True, slots=True)
class Indexer:
    """`left[index]`"""

    left: "Tree"
    index: "Tree"
    position: int
    depth: int


@dataclass(frozen=True, slots=True)
class Sign:
    """`+operand` or `-operand`"""

    sign: str
    operand: "Tree"
    position: int
    depth: int


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator between two operands."""

    operator: str
    left: "Tree"
    right: "Tree"
    position: int
    depth: int


@dataclass(frozen=True, slots=True)
class TypeTest:
    """`left is type` or `left as type`; `type_name` is without quotes, with namespace if one was given."""

    operator: str
    left: "Tree"
    type_name: str
    position: int
    depth: int


Tree: TypeAlias = (
    Literal | Member | Variable | Constant | Call | Invocation | Indexer | Sign | Operation | TypeTest
)


def type_name_of(tree: Tree) -> str | None:
    """The type that an argument names: `Patient`, `FHIR.Patient`; None if it is not a name."""
    if isinstance(tree, Member):
        return tree.name
    if isinstance(tree, Invocation) and isinstance(tree.left, Member) and isinstance(tree.right, Member):
        return f"{tree.left.name}.{tree.right.name}"
    return None
