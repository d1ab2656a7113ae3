"""Whether a text is written in the Expression Constraint Language of SNOMED CT; not whether its concepts exist.

Source: https://confluence.ihtsdotools.org/display/DOCECL (2.2). Filters in double braces are only balanced.
"""

import re
from typing import Final

MAX_LEVELS: Final = 32
MAX_ECL_CHARACTERS: Final = 20_000

_TOKEN: Final = re.compile(
    r"\s+|/\*.*?\*/"
    r"|(?P<filter>\{\{(?:\"(?:[^\"\\]|\\.)*+\"|(?!\}\})[^\"])*+\}\})"
    r"|(?P<term>\|[^|]*\|)"
    r"|(?P<compare>!=|<>)"
    r"|(?P<prefix><<!|>>!|<<|>>|<!|>!|!!>|!!<|<|>|\^)"
    r"|(?P<equal>=)"
    r"|(?P<cardinality>\[\s*\d+\s*(?:\.\.|to)\s*(?:\d+|\*|many)\s*\])"
    r"|(?P<fields>\[[\w\s,*]+\])"
    r"|(?P<number>\#[+-]?\d+(?:\.\d+)?)"
    r"|(?P<text>\"(?:[^\"\\]|\\.)*\")"
    r"|(?P<join>(?:and|or|minus)\b|,)"
    r"|(?P<focus>\d{6,18}(?![\w])|\*|[a-z][\w-]*\#\"?[\w.-]+\"?|any\b|ANY\b)"
    r"|(?P<word>true\b|false\b|r\b|reverseOf\b)"
    r"|(?P<sign>[().:{}])",
    re.IGNORECASE | re.DOTALL,
)


def is_ecl(text: str) -> bool:
    """Whether the text follows the grammar; True too for what is nested too deep to be looked at."""
    tokens = _tokens(text)
    if tokens is None:
        return False
    reader = _Reader(tokens)
    try:
        reader.constraint(0)
    except _TooDeep:
        return True
    except _Wrong:
        return False
    return reader.at == len(tokens)


class _Wrong(Exception):
    """The next token does not fit."""


class _TooDeep(Exception):
    """More parentheses in each other than are looked at."""


def _tokens(text: str) -> list[tuple[str, str]] | None:
    found: list[tuple[str, str]] = []
    position = 0
    if len(text) > MAX_ECL_CHARACTERS:
        return None
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            return None
        if match.lastgroup is not None and match.lastgroup != "term":
            found.append((match.lastgroup, match.group()))
        position = match.end()
    return found


class _Reader:
    """Reads tokens from the left; `at` is the next."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self.at = 0

    def constraint(self, level: int) -> None:
        """Operands joined by and, or, minus or dots, then a refinement."""
        if level > MAX_LEVELS:
            raise _TooDeep
        self._operand(level)
        while True:
            if self._take("join") or self._take_sign("."):
                self._operand(level)
            elif self._take_sign(":"):
                self._refinement(level)
            else:
                return

    def _operand(self, level: int) -> None:
        while self._take("prefix"):
            self._take("fields")
        if self._take_sign("("):
            self.constraint(level + 1)
            self._need_sign(")")
        elif not self._take("focus"):
            raise _Wrong
        while self._take("filter"):
            pass

    def _refinement(self, level: int) -> None:
        if level > MAX_LEVELS:
            raise _TooDeep
        while True:
            self._take("cardinality")
            if self._take_sign("{"):
                self._refinement(level + 1)
                self._need_sign("}")
            elif self._is_grouped():
                self._need_sign("(")
                self._refinement(level + 1)
                self._need_sign(")")
            else:
                self._attribute(level)
            if not self._take("join"):
                return

    def _is_grouped(self) -> bool:
        """Whether a parenthesis holds attributes with values, not only the name of one."""
        if self._peek() != ("sign", "("):
            return False
        depth = 0
        for place in range(self.at, len(self._tokens)):
            kind, text = self._tokens[place]
            depth += {"(": 1, ")": -1}.get(text, 0) if kind == "sign" else 0
            if depth == 0:
                return False
            if kind in ("equal", "compare"):
                return True
        return False

    def _attribute(self, level: int) -> None:
        self._take("cardinality")
        self._take("word")
        self._operand(level)
        ordered = self._take("prefix")  # < and > compare numbers
        if not (self._take("equal") or self._take("compare") or ordered):
            raise _Wrong
        if not (self._take("number") or self._take("text") or self._take("word")):
            self._value(level)

    def _value(self, level: int) -> None:
        if self._take_sign("("):
            if self._peek()[0] in ("text", "number"):
                while self._take("text") or self._take("number") or self._take("join"):
                    pass
            else:
                self.constraint(level + 1)
            self._need_sign(")")
        else:
            self._operand(level)

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self.at] if self.at < len(self._tokens) else ("", "")

    def _take(self, kind: str) -> bool:
        taken = self._peek()[0] == kind
        self.at += taken
        return taken

    def _take_sign(self, sign: str) -> bool:
        taken = self._peek() == ("sign", sign)
        self.at += taken
        return taken

    def _need_sign(self, sign: str) -> None:
        if not self._take_sign(sign):
            raise _Wrong
