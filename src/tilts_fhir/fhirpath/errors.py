"""The one error of this package: an expression that cannot be read, or cannot be evaluated on this input."""

from typing import Final

TOO_COSTLY: Final = "too-costly"
TOO_DEEP: Final = "too-deep"
SYNTAX: Final = "syntax"
UNKNOWN_FUNCTION: Final = "unknown-function"
UNKNOWN_TYPE: Final = "unknown-type"
UNKNOWN_CONSTANT: Final = "unknown-constant"
ARGUMENTS: Final = "arguments"
SEMANTIC: Final = "semantic"
NOT_SINGLE: Final = "not-single"
WRONG_TYPE: Final = "wrong-type"
PATTERN: Final = "pattern"
NOT_AVAILABLE: Final = "not-available"


class FhirPathError(ValueError):
    """
    Why an expression has no result.

    Attributes:
        message: English, one sentence.
        position: Offset of the place in the expression, from 0; None if it is not one place.
        key: `syntax`, `unknown-function`, `unknown-type`, `unknown-constant`, `arguments`, `semantic`, `not-single`,
            `wrong-type`, `pattern`, `not-available`, `too-deep` or `too-costly`.
    """

    def __init__(self, message: str, position: int | None = None, key: str = WRONG_TYPE) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.key = key
