"""Text. https://hl7.org/fhirpath/N1/#string-manipulation; split, join, trim, encode and their kin as in later releases."""

import base64
import binascii
import html
import json
from collections.abc import Callable
from typing import Final

from tilts_fhir.fhirpath import patterns
from tilts_fhir.fhirpath.arithmetic import joined
from tilts_fhir.fhirpath.context import MAX_TEXT, Items, Run
from tilts_fhir.fhirpath.errors import ARGUMENTS, TOO_COSTLY, FhirPathError
from tilts_fhir.fhirpath.functions.registry import function
from tilts_fhir.fhirpath.values import integer, text


def _searched(run: Run, items: Items, part: Items, name: str) -> tuple[str | None, str | None]:
    """Text and what is sought in it; a long text counts for more than one step."""
    whole, sought = text(items, name), text(part, name)
    run.spend(len(whole or "") // 1024)
    return whole, sought


@function("indexOf", 1)
def index_of(run: Run, items: Items, part: Items) -> Items:
    whole, sought = _searched(run, items, part, "indexOf()")
    return [] if whole is None or sought is None else [whole.find(sought)]


@function("lastIndexOf", 1)
def last_index_of(run: Run, items: Items, part: Items) -> Items:
    whole, sought = _searched(run, items, part, "lastIndexOf()")
    return [] if whole is None or sought is None else [whole.rfind(sought)]


@function("substring", 1, 2)
def substring(run: Run, items: Items, start: Items, length: Items | None = None) -> Items:
    whole, begin = text(items, "substring()"), integer(start, "substring()")
    if whole is None or begin is None or not 0 <= begin < len(whole):
        return []
    run.spend(len(whole) // 1024)
    number = None if length is None else integer(length, "substring()")
    return [whole[begin:] if number is None else whole[begin : begin + max(number, 0)]]


@function("startsWith", 1)
def starts_with(run: Run, items: Items, part: Items) -> Items:
    whole, sought = text(items, "startsWith()"), text(part, "startsWith()")
    return [] if whole is None or sought is None else [whole.startswith(sought)]


@function("endsWith", 1)
def ends_with(run: Run, items: Items, part: Items) -> Items:
    whole, sought = text(items, "endsWith()"), text(part, "endsWith()")
    return [] if whole is None or sought is None else [whole.endswith(sought)]


@function("contains", 1)
def contains(run: Run, items: Items, part: Items) -> Items:
    whole, sought = _searched(run, items, part, "contains()")
    return [] if whole is None or sought is None else [sought in whole]


@function("upper")
def upper(run: Run, items: Items) -> Items:
    whole = text(items, "upper()")
    return [] if whole is None else [joined([whole.upper()], run)]


@function("lower")
def lower(run: Run, items: Items) -> Items:
    whole = text(items, "lower()")
    return [] if whole is None else [joined([whole.lower()], run)]


@function("replace", 2)
def replace(run: Run, items: Items, part: Items, other: Items) -> Items:
    whole, sought, substitute = (text(each, "replace()") for each in (items, part, other))
    if whole is None or sought is None or substitute is None:
        return []
    _refuse_growth(whole.count(sought) * len(substitute) + len(whole))
    return [joined([whole.replace(sought, substitute)], run)]


@function("matches", 1)
def matches(run: Run, items: Items, pattern: Items) -> Items:
    whole, expression = text(items, "matches()"), text(pattern, "matches()")
    if whole is None or expression is None:
        return []
    _spend_on_pattern(run, whole, expression)
    return [patterns.found(expression, whole)]


@function("matchesFull", 1)
def matches_full(run: Run, items: Items, pattern: Items) -> Items:
    whole, expression = text(items, "matchesFull()"), text(pattern, "matchesFull()")
    if whole is None or expression is None:
        return []
    _spend_on_pattern(run, whole, expression)
    return [patterns.matches_whole(expression, whole)]


@function("replaceMatches", 2)
def replace_matches(run: Run, items: Items, pattern: Items, other: Items) -> Items:
    whole, expression, substitute = (text(each, "replaceMatches()") for each in (items, pattern, other))
    if whole is None or expression is None or substitute is None:
        return []
    _spend_on_pattern(run, whole, expression)
    # Each match can bring in the whole substitute, and each group in it the whole text.
    groups = substitute.count("$") + 1
    _refuse_growth(
        (len(whole) + 1) * (len(substitute) + 1) if groups == 1 else len(whole) * len(substitute) * groups
    )
    run.spend(2 * len(whole) * groups)
    return [joined([patterns.replaced(expression, whole, substitute)], run)]


def _spend_on_pattern(run: Run, whole: str, pattern: str) -> None:
    """RE2 needs at worst time for each character of the text with each part of the pattern."""
    run.spend(len(whole) * (1 + len(pattern) // 64) // 16 + 1)


def _refuse_growth(length: int) -> None:
    if length > MAX_TEXT * 16:
        raise FhirPathError("The expression makes a text that is too long.", None, TOO_COSTLY)


@function("length")
def length(run: Run, items: Items) -> Items:
    whole = text(items, "length()")
    return [] if whole is None else [len(whole)]


@function("toChars")
def to_chars(run: Run, items: Items) -> Items:
    whole = text(items, "toChars()") or ""
    run.spend(len(whole))
    return list(whole)


@function("trim")
def trim(run: Run, items: Items) -> Items:
    whole = text(items, "trim()")
    run.spend(len(whole or "") // 1024)
    return [] if whole is None else [whole.strip()]


@function("split", 1)
def split(run: Run, items: Items, separator: Items) -> Items:
    whole, mark = text(items, "split()"), text(separator, "split()")
    if whole is None or mark is None:
        return []
    run.spend(len(whole))
    return list(whole) if not mark else list(whole.split(mark))


@function("join", 0, 1)
def join(run: Run, items: Items, separator: Items | None = None) -> Items:
    between = text(separator, "join()") if separator else None
    run.spend(len(items))
    parts = [text([item], "join()") or "" for item in items]
    return [joined(parts, run, between or "")] if parts else []


_ENCODERS: Final[dict[str, Callable[[bytes], str]]] = {
    "hex": lambda raw: raw.hex(),
    "base64": lambda raw: base64.b64encode(raw).decode("ascii"),
    "urlbase64": lambda raw: base64.urlsafe_b64encode(raw).decode("ascii"),
}
_DECODERS: Final[dict[str, Callable[[str], bytes]]] = {
    "hex": bytes.fromhex,
    "base64": lambda coded: base64.b64decode(coded, validate=True),
    "urlbase64": base64.urlsafe_b64decode,
}


@function("encode", 1)
def encode(run: Run, items: Items, form: Items) -> Items:
    whole, name = text(items, "encode()"), text(form, "encode()")
    if whole is None or name is None:
        return []
    if name not in _ENCODERS:
        raise FhirPathError("encode() knows hex, base64 and urlbase64.", None, ARGUMENTS)
    return [joined([_ENCODERS[name](whole.encode("utf-8", "replace"))], run)]


@function("decode", 1)
def decode(run: Run, items: Items, form: Items) -> Items:
    coded, name = text(items, "decode()"), text(form, "decode()")
    if coded is None or name is None:
        return []
    if name not in _DECODERS:
        raise FhirPathError("decode() knows hex, base64 and urlbase64.", None, ARGUMENTS)
    try:
        return [joined([_DECODERS[name](coded).decode("utf-8")], run)]
    except (ValueError, binascii.Error):
        return []


@function("escape", 1)
def escape(run: Run, items: Items, form: Items) -> Items:
    whole, name = text(items, "escape()"), text(form, "escape()")
    if whole is None or name is None:
        return []
    if name not in ("html", "json"):
        raise FhirPathError("escape() knows html and json.", None, ARGUMENTS)
    return [
        joined([html.escape(whole) if name == "html" else json.dumps(whole, ensure_ascii=False)[1:-1]], run)
    ]


@function("unescape", 1)
def unescape(run: Run, items: Items, form: Items) -> Items:
    whole, name = text(items, "unescape()"), text(form, "unescape()")
    if whole is None or name is None:
        return []
    if name not in ("html", "json"):
        raise FhirPathError("unescape() knows html and json.", None, ARGUMENTS)
    return [html.unescape(whole) if name == "html" else _unescaped_json(whole)]


def _unescaped_json(whole: str) -> str:
    try:
        return str(json.loads(f'"{whole}"'))
    except ValueError:
        return whole  # a quote stands in it: it was never escaped
