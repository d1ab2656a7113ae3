"""Reads JSON so that nothing is guessed, dropped or rounded, and says where it is wrong.

Two readers of one message must see the same thing, or a signature proves nothing. So the second of two
equal keys, a number out of range, half of a surrogate pair, and everything else that parsers settle
silently is an error here.

How it stays fast: msgspec decodes in one pass in C; the value is written again and compared with what came,
blanks aside: where both are the same nothing was dropped. All of it runs at C speed; only a refused message
is walked token by token (`json_faults`), to say where.

What is kept: text exactly; decimals with value, precision and spelling (`72.50` stays `72.50`, `1.0e2` stays
`1.0e2`, see `exact`). What is not: the sign of an integer `-0`. Who needs the exact bytes keeps the bytes.
ADR 0004, RFC 8259, RFC 7493.
"""

from typing import Any, NoReturn

import msgspec

from tilts_fhir import json_faults
from tilts_fhir.exact import WrittenDecimal, exact_number
from tilts_fhir.json_faults import JsonError

__all__ = ["MAX_DEPTH", "MAX_VALUES", "JsonError", "decode", "decode_resource", "encode"]

MAX_DEPTH = 64
# 10 MiB of `[],[],` would be five million lists: half a gigabyte, and seconds of work.
MAX_VALUES = 1_000_000
MAX_DIGITS_IN_A_ROW = 308

_WHITESPACE = b" \t\r\n"
_FOLD = bytes.maketrans(b"[]123456789", b"{}000000000")
_LONG_NUMBER = b"0" * (MAX_DIGITS_IN_A_ROW + 1)


def _spelled(value: object) -> msgspec.Raw:
    if not isinstance(value, WrittenDecimal):
        raise NotImplementedError(f"{type(value).__name__} is no JSON value")
    return msgspec.Raw(value.spelling.encode("ascii"))


_DECODER = msgspec.json.Decoder(float_hook=exact_number)
_ENCODER = msgspec.json.Encoder(decimal_format="number", enc_hook=_spelled)


def decode(raw: bytes, *, max_depth: int = MAX_DEPTH, max_values: int = MAX_VALUES) -> Any:
    """
    Read one JSON text.

    Objects become dicts (order kept), arrays lists, numbers with a point or an exponent `Decimal`, other
    numbers `int`. Time and memory are linear in the length of `raw`; the caller bounds that length.

    Args:
        raw: UTF-8 without a byte order mark.
        max_depth: Objects and arrays inside one another; the outermost counts as 1.
        max_values: Objects, arrays and what stands in them, in all; counted before anything is built.

    Raises:
        JsonError: with the key `empty`, `bom`, `encoding`, `syntax`, `not-a-number`, `lone-surrogate`,
            `number-range`, `depth`, `too-many-values` or `duplicate-key`.
    """
    if _values(raw) > max_values and _values(_outside_strings(raw)) > max_values:
        raise json_faults.too_many_values(max_values)
    try:
        value = _DECODER.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        _refuse(raw, error, max_depth)
    folded = raw.translate(_FOLD, _WHITESPACE)
    if folded.count(b"{") > max_depth and _deeper_than(value, max_depth):
        raise json_faults.too_deep(raw, max_depth)
    if _may_hold_long_number(raw) and _LONG_NUMBER in _outside_strings(raw).translate(_FOLD):
        raise json_faults.number_out_of_range(raw)
    if _has_lost_a_member(raw, folded, _ENCODER.encode(value)):
        raise json_faults.duplicate_key(raw)
    return value


def decode_resource(
    raw: bytes, *, max_depth: int = MAX_DEPTH, max_values: int = MAX_VALUES
) -> dict[str, Any]:
    """As `decode`, for a body that must be one JSON object.

    Raises:
        JsonError: as `decode`; with the key `not-an-object` for any other JSON value.
    """
    value = decode(raw, max_depth=max_depth, max_values=max_values)
    if not isinstance(value, dict):
        raise json_faults.not_an_object(raw)
    return value


def encode(value: Any) -> bytes:
    """Write a value as `decode` gives it: compact UTF-8, keys in their order, decimals as numbers."""
    return _ENCODER.encode(value)


def _refuse(raw: bytes, error: Exception, max_depth: int) -> NoReturn:
    if isinstance(error, RecursionError):
        raise json_faults.too_deep(raw, max_depth) from None
    if isinstance(error, msgspec.ValidationError):
        raise json_faults.number_out_of_range(raw) from None
    if isinstance(error, UnicodeDecodeError):
        raise json_faults.not_utf8(raw) from None
    raise json_faults.malformed(raw, str(error)) from None


def _values(text: bytes) -> int:
    """No fewer than the values in a JSON text: each follows a bracket or a comma."""
    return text.count(b",") + text.count(b"[") + text.count(b"{")


def _deeper_than(value: Any, depth: int) -> bool:
    level: list[Any] = [value]
    for _ in range(depth):
        level = [
            item
            for each in level
            for item in (each.values() if type(each) is dict else each)
            if type(item) is dict or type(item) is list
        ]
        if not level:
            return False
    return True


def _may_hold_long_number(raw: bytes) -> bool:
    # A row of 309 digits covers at least ten of the bytes 0, 30, 60 and so on.
    return b"0000000000" in raw[::30].translate(_FOLD)


def _has_lost_a_member(raw: bytes, folded: bytes, written: bytes) -> bool:
    """Whether decoding dropped a member, as it does with the first of two equal keys."""
    if folded == written.translate(_FOLD, _WHITESPACE):
        # The same quotes and colons in the same order: the same members. Nearly every text ends here.
        return False
    # Escapes or exponents are spelled another way. Each lost member takes its key, a string, with it.
    return _strings(raw) != _strings(written)


def _strings(text: bytes) -> int:
    """Twice the number of strings in well-formed JSON: quotes that are not escaped."""
    if b'\\\\"' in text:
        text = text.replace(b"\\\\", b"")
    return text.count(b'"') - text.count(b'\\"')


def _outside_strings(text: bytes) -> bytes:
    """Well-formed JSON without its strings."""
    plain = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    return b"".join(plain.split(b'"')[::2])
