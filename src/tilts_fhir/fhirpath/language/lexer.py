"""Cuts an expression into words: the terminals of https://hl7.org/fhirpath/N1/grammar.html."""

import re
from typing import Final, NamedTuple

from tilts_fhir.fhirpath.errors import SYNTAX, FhirPathError

MAX_CHARACTERS: Final = 20_000

_TOKEN: Final = re.compile(
    r"""
    (?P<blank>\s+|//[^\r\n]*|/\*.*?\*/)
  | (?P<datetime>@[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?T(?:[0-9]{2}(?::[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?
        (?:Z|[+-][0-9]{2}:[0-9]{2})?)?)
  | (?P<time>@T[0-9]{2}(?::[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?)
  | (?P<date>@[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?)
  | (?P<number>[0-9]+(?:\.[0-9]+)?)
  | (?P<string>'(?:\\.|[^'\\])*')
  | (?P<quoted>"(?:\\.|[^"\\])*")
  | (?P<delimited>`(?:\\.|[^`\\])*`)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<variable>\$[A-Za-z]+)
  | (?P<mark><=|>=|!=|!~|[.\[\](){},|&+\-*/=~<>%])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_IN_QUOTES: Final = frozenset({"string", "delimited", "quoted"})
_ESCAPED: Final = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}


class Token(NamedTuple):
    """One word; `kind` is datetime, time, date, number, string, name, delimited, quoted,
    variable, mark or end."""

    kind: str
    text: str
    position: int


def tokens(text: str) -> list[Token]:
    """
    The words of an expression, blanks and comments left out, `end` last.

    Strings and delimited names come without quotes, their escapes resolved.

    Raises:
        FhirPathError: `syntax`, for a character that begins no word, or an expression that is too long.
    """
    if len(text) > MAX_CHARACTERS:
        raise FhirPathError(f"An expression may have {MAX_CHARACTERS} characters at most.", None, SYNTAX)
    found: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise FhirPathError(f"Nothing can begin with {text[position]!r} here.", position, SYNTAX)
        kind, word = match.lastgroup, match.group()
        if kind != "blank":
            found.append(Token(kind, _unquoted(word) if kind in _IN_QUOTES else word, position))
        position = match.end()
    found.append(Token("end", "", len(text)))
    return found


def _unquoted(word: str) -> str:
    inner = word[1:-1]
    if "\\" not in inner:
        return inner
    # Two escapes can make one character; half of a pair alone is none.
    return _ESCAPE.sub(_character, inner).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _character(match: re.Match[str]) -> str:
    code = match[1]
    # An unknown escape stands for the character itself, as the specification has it for `\\p`.
    return chr(int(code[1:], 16)) if len(code) == 5 else _ESCAPED.get(code, code)
