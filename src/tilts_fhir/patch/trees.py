"""Copies, measures and compares JSON trees, all of them bounded in depth."""

from decimal import Decimal
from typing import Any, Final

MAX_LEVELS: Final = 64
# Values and characters together; a body of 10 MiB has fewer, copies of it soon have more.
MAX_WEIGHT: Final = 16 * 1024 * 1024


class TooLarge(Exception):
    """A tree has too many values and characters, or too many levels."""


def copied(value: Any, level: int = 1) -> Any:
    """
    The same tree, of new objects and arrays.

    Raises:
        TooLarge: It has more than 64 levels.
    """
    if type(value) is dict:
        _check_level(level)
        return {key: copied(item, level + 1) for key, item in value.items()}
    if type(value) is list:
        _check_level(level)
        return [copied(item, level + 1) for item in value]
    return value


def weight(value: Any, level: int = 1) -> int:
    """
    How much a tree holds: one for each value, and one for each character of texts and keys.

    Args:
        value: The tree.
        level: The level at which it stands or will stand, the outermost counting 1.

    Raises:
        TooLarge: It reaches deeper than 64 levels.
    """
    if type(value) is str:
        return 1 + len(value)
    if type(value) is dict:
        _check_level(level)
        return 1 + sum(len(key) + weight(item, level + 1) for key, item in value.items())
    if type(value) is list:
        _check_level(level)
        return 1 + sum(weight(item, level + 1) for item in value)
    return 1


def equal(left: Any, right: Any) -> bool:
    """Whether two trees are equal as RFC 6902 section 4.6 says: numbers by value (exactly), objects in any order."""
    if type(left) is dict or type(left) is list:
        return type(left) is type(right) and _equal_inside(left, right)
    if _is_number(left) and _is_number(right):
        return bool(left == right)
    return type(left) is type(right) and bool(left == right)


def _equal_inside(left: Any, right: Any) -> bool:
    if len(left) != len(right):
        return False
    if type(left) is list:
        return all(equal(one, other) for one, other in zip(left, right, strict=True))
    return all(key in right and equal(item, right[key]) for key, item in left.items())


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _check_level(level: int) -> None:
    if level > MAX_LEVELS:
        raise TooLarge
