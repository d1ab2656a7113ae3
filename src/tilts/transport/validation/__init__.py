"""`$validate` over HTTP, and the definitions that callers put beside it."""

from tilts.transport.validation.asking import ValidationParts, declare

__all__ = ["ValidationParts", "declare"]
