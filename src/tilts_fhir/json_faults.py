"""Says where a JSON text is wrong, in words a developer can act on. Used only once a text is refused."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Final

import msgspec

# Beyond so many tokens the place is not looked for: a refusal must not cost more than an acceptance.
MAX_TOKENS_WALKED: Final = 200_000

_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[{}\[\]]|-?[0-9][0-9.eE+-]*+', re.DOTALL)
_BYTE = re.compile(r"\(byte ([0-9]+)\)$")
_NOT_JSON_NUMBER = re.compile(rb"-?(?:NaN|Infinity|inf\b|nan\b)")
_COLON = re.compile(rb"[ \t\r\n]*+:")
_LONG_DIGITS = re.compile(rb"[0-9]{309}")
_HALF_PAIR_AT_END = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u)")


class JsonError(Exception):
    """
    A text that is not acceptable JSON.

    Attributes:
        key: Stable, for programs: `empty`, `bom`, `encoding`, `syntax`, `not-a-number`, `lone-surrogate`,
            `number-range`, `depth`, `too-many-values`, `duplicate-key` or `not-an-object`.
        line: From 1; None where the place was not looked for (a very long text).
        column: From 1, in characters of that line; None as for `line`.
        text: English, holds no value from the text except the name of a key.
    """

    def __init__(self, key: str, text: str, line: int | None, column: int | None) -> None:
        where = "" if line is None else f" (line {line}, column {column})"
        super().__init__(text + where)
        self.key = key
        self.text = text
        self.line = line
        self.column = column


def malformed(raw: bytes, message: str) -> JsonError:
    """The text does not follow the grammar; `message` is msgspec's, with a byte position at its end."""
    if raw.startswith(b"\xef\xbb\xbf"):
        return _at(raw, 0, "bom", "The text begins with a byte order mark; send UTF-8 without it.")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _at(raw, 0, "encoding", "The text is not UTF-8.")
    if not raw.strip(b" \t\r\n"):
        return _at(raw, 0, "empty", "There is no JSON: the body is empty.")
    found = _BYTE.search(message)
    if not found:
        if _HALF_PAIR_AT_END.search(raw[-16:]):
            return _half_pair(raw, len(raw))
        return _at(raw, len(raw), "syntax", "The JSON ends too early.")
    position = int(found[1])
    if "surrogate" in message:
        return _half_pair(raw, position)
    if _NOT_JSON_NUMBER.match(raw, position) or _NOT_JSON_NUMBER.match(raw, max(0, position - 1)):
        return _at(raw, position, "not-a-number", "NaN and Infinity are not JSON numbers.")
    reason = message.removeprefix("JSON is malformed: ")[: -len(found[0])].strip()
    return _at(raw, position, "syntax", f"The JSON is malformed: {reason}.")


def not_utf8(raw: bytes) -> JsonError:
    """A string holds bytes that are not UTF-8."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return _at(raw, error.start, "encoding", "The text is not UTF-8.")
    return JsonError("encoding", "The text is not UTF-8.", None, None)


def not_an_object(raw: bytes) -> JsonError:
    """A resource is one object; this is another JSON value."""
    start = len(raw) - len(raw.lstrip(b" \t\r\n"))
    return _at(raw, start, "not-an-object", "A FHIR resource is one JSON object, and this is not.")


def too_deep(raw: bytes, max_depth: int) -> JsonError:
    """Objects and arrays stand more than `max_depth` inside one another."""
    depth = 0
    text = f"Objects and arrays are nested more than {max_depth} deep."
    for token, position in _tokens(raw):
        depth += (token in b"{[") - (token in b"}]")
        if depth > max_depth:
            return _at(raw, position, "depth", text)
    return JsonError("depth", text, None, None)


def too_many_values(max_values: int) -> JsonError:
    """There are more objects, arrays and values than may be built; their place would say nothing."""
    return JsonError("too-many-values", f"There are more than {max_values} values.", None, None)


def number_out_of_range(raw: bytes) -> JsonError:
    """A number is too large, too small or too long for a double or an exact reader."""
    text = "A number is out of range: at most 308 digits in a row, and an exponent from -308 to 308."
    for token, position in _tokens(raw):
        if (token[:1].isdigit() or token[:1] == b"-") and _out_of_range(token):
            return _at(raw, position, "number-range", text)
    return JsonError("number-range", text, None, None)


def duplicate_key(raw: bytes) -> JsonError:
    """An object has the same key twice; the second one is named and placed."""
    open_keys: list[set[str]] = []
    for token, position in _tokens(raw):
        if token in b"{[":
            open_keys.append(set())
        elif token in b"}]":
            open_keys.pop()
        elif token[:1] == b'"' and _is_key(raw, position + len(token)):
            name = msgspec.json.decode(token, type=str)
            if name in open_keys[-1]:
                return _at(
                    raw, position, "duplicate-key", f"The key '{name[:64]}' stands twice in one object."
                )
            open_keys[-1].add(name)
    return JsonError("duplicate-key", "A key stands twice in one object.", None, None)


def _out_of_range(token: bytes) -> bool:
    if _LONG_DIGITS.search(token):
        return True
    try:
        return abs(Decimal(token.decode("ascii")).adjusted()) > 308
    except InvalidOperation:
        return True


def _half_pair(raw: bytes, position: int) -> JsonError:
    return _at(
        raw,
        position,
        "lone-surrogate",
        "A string holds half of a UTF-16 surrogate pair (\\uD800 to \\uDFFF).",
    )


def _is_key(raw: bytes, end: int) -> bool:
    return _COLON.match(raw, end) is not None


def _tokens(raw: bytes) -> Iterator[tuple[bytes, int]]:
    for walked, found in enumerate(_TOKEN.finditer(raw)):
        if walked == MAX_TOKENS_WALKED:
            return
        yield found[0], found.start()


def _at(raw: bytes, position: int, key: str, text: str) -> JsonError:
    position = min(position, len(raw))
    line = raw.count(b"\n", 0, position) + 1
    begin = raw.rfind(b"\n", 0, position) + 1
    column = len(raw[begin:position].decode("utf-8", "replace")) + 1
    return JsonError(key, text, line, column)
