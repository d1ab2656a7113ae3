"""Builds the tree of an expression by the precedences of https://hl7.org/fhirpath/N1/grammar.html."""

from decimal import Decimal
from typing import Final, NoReturn

from tilts_fhir.fhirpath.errors import SYNTAX, TOO_DEEP, FhirPathError
from tilts_fhir.fhirpath.language.lexer import Token, tokens
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
)
from tilts_fhir.fhirpath.quantities import CALENDAR_WORDS, Quantity
from tilts_fhir.fhirpath.temporal import Temporal, read_date, read_datetime, read_time

MAX_DEPTH: Final = 100
MAX_NESTING: Final = 50  # of parentheses and arguments
MAX_ARGUMENTS: Final = 50

# The higher the tighter; the operators that may follow an expression.
_STRENGTH: Final[dict[str, int]] = {
    "implies": 1,
    **dict.fromkeys(("or", "xor"), 2),
    "and": 3,
    **dict.fromkeys(("in", "contains"), 4),
    **dict.fromkeys(("=", "~", "!=", "!~"), 5),
    **dict.fromkeys(("<", "<=", ">", ">="), 6),
    "|": 7,
    **dict.fromkeys(("is", "as"), 8),
    **dict.fromkeys(("+", "-", "&"), 9),
    **dict.fromkeys(("*", "/", "div", "mod"), 10),
}
_UNARY: Final = 11
_RESERVED: Final = frozenset({"and", "or", "xor", "implies", "div", "mod"})
_VARIABLES: Final = frozenset({"$this", "$index", "$total"})


def parse(text: str) -> Tree:
    """
    The tree of a whole expression.

    Raises:
        FhirPathError: `syntax`, or `too-deep` if arguments are nested more than 50 deep, or parts 100.
    """
    parser = _Parser(tokens(text))
    tree = parser.expression(0, 0)
    if parser.next.kind != "end":
        parser.refuse()
    return tree


class _Parser:
    def __init__(self, words: list[Token]) -> None:
        self.words = words
        self.at = 0

    @property
    def next(self) -> Token:
        return self.words[self.at]

    def take(self) -> Token:
        word = self.words[self.at]
        self.at += word.kind != "end"
        return word

    def refuse(self) -> NoReturn:
        word = self.next
        found = "the end" if word.kind == "end" else repr(word.text[:40])
        raise FhirPathError(f"{found} was not expected here.", word.position, SYNTAX)

    def expect(self, mark: str) -> Token:
        if self.next.text != mark or self.next.kind != "mark":
            self.refuse()
        return self.take()

    def is_mark(self, mark: str) -> bool:
        return self.next.kind == "mark" and self.next.text == mark

    def expression(self, strength: int, nesting: int) -> Tree:
        if nesting > MAX_NESTING:
            raise FhirPathError("The expression is nested too deeply.", self.next.position, TOO_DEEP)
        tree = self.operand(nesting)
        while self.next.kind in ("mark", "name") and _STRENGTH.get(self.next.text, -1) > strength:
            word = self.take()
            if word.text in ("is", "as"):
                tree = TypeTest(word.text, tree, self.type_name(), word.position, tree.depth + 1)
            else:
                right = self.expression(_STRENGTH[word.text], nesting + 1)
                depth = max(tree.depth, right.depth) + 1
                tree = Operation(word.text, tree, right, word.position, depth)
            self.check_depth(tree)
        return tree

    def check_depth(self, tree: Tree) -> None:
        if tree.depth > MAX_DEPTH:
            raise FhirPathError("The expression is nested too deeply.", tree.position, TOO_DEEP)

    def operand(self, nesting: int) -> Tree:
        if self.is_mark("-") or self.is_mark("+"):
            word = self.take()
            operand = self.expression(_UNARY, nesting + 1)
            return Sign(word.text, operand, word.position, operand.depth + 1)
        tree = self.term(nesting)
        while True:
            if self.is_mark("."):
                position = self.take().position
                right = self.invocation(nesting)
                tree = Invocation(tree, right, position, max(tree.depth, right.depth) + 1)
            elif self.is_mark("["):
                position = self.take().position
                index = self.expression(0, nesting + 1)
                self.expect("]")
                tree = Indexer(tree, index, position, max(tree.depth, index.depth) + 1)
            else:
                return tree
            self.check_depth(tree)

    def term(self, nesting: int) -> Tree:
        word = self.next
        if word.kind == "mark" and word.text in ("(", "{", "%"):
            return self.enclosed(nesting)
        if word.kind == "number":
            return self.number()
        if word.kind == "string":
            return Literal(self.take().text, word.position)
        if word.kind in ("date", "datetime", "time"):
            self.take()
            return Literal(_temporal(word), word.position)
        if word.kind == "name" and word.text in ("true", "false"):
            return Literal(self.take().text == "true", word.position)
        return self.invocation(nesting)

    def enclosed(self, nesting: int) -> Tree:
        opening = self.take()
        if opening.text == "(":
            tree = self.expression(0, nesting + 1)
            self.expect(")")
            return tree
        if opening.text == "{":
            self.expect("}")
            return Literal(None, opening.position)
        # R4's own page writes %"vs-name", as FHIRPath had it before N1.
        if self.next.kind not in ("name", "delimited", "string", "quoted"):
            self.refuse()
        return Constant(self.take().text, opening.position)

    def number(self) -> Tree:
        word = self.take()
        number = Decimal(word.text) if "." in word.text else int(word.text)
        if self.next.kind == "string":
            return Literal(Quantity(Decimal(number), self.take().text), word.position)
        if self.next.kind == "name" and self.next.text in CALENDAR_WORDS:
            unit = CALENDAR_WORDS[self.take().text]
            return Literal(Quantity(Decimal(number), unit, True), word.position)
        return Literal(number, word.position)

    def invocation(self, nesting: int) -> Tree:
        word = self.next
        if word.kind == "variable" and word.text in _VARIABLES:
            return Variable(self.take().text[1:], word.position)
        name = self.identifier()
        if not self.is_mark("("):
            return Member(name, word.position)
        self.take()
        arguments: list[Tree] = []
        while not self.is_mark(")"):
            if arguments:
                self.expect(",")
            arguments.append(self.expression(0, nesting + 1))
            if len(arguments) > MAX_ARGUMENTS:
                self.refuse()
        self.take()
        depth = max((each.depth for each in arguments), default=0) + 1
        return Call(name, tuple(arguments), word.position, depth)

    def identifier(self) -> str:
        word = self.next
        if word.kind == "delimited" or (word.kind == "name" and word.text not in _RESERVED):
            return self.take().text
        self.refuse()

    def type_name(self) -> str:
        name = self.identifier()
        if self.is_mark("."):
            self.take()
            name = f"{name}.{self.identifier()}"
        return name


def _temporal(word: Token) -> Temporal:
    read = {"date": read_date, "datetime": read_datetime, "time": read_time}[word.kind]
    value = read(word.text[2:] if word.kind == "time" else word.text[1:])
    if value is None:
        raise FhirPathError(f"{word.text} is not in the calendar or on the clock.", word.position, SYNTAX)
    return value
