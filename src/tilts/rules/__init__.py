"""What Tilts may refuse, and why: the ground that everything stands on.

A rule id is a promise to integrators: it is never renamed and never reused. The same id stands in
the OperationOutcome, the audit entry, the docs, the test and the scenario; tests/house checks it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Literal, Self, TypeAlias

Language: TypeAlias = Literal["lv", "en"]


class Named(str):
    """A fact that people know by another name than machines: as a string it is the machines' one.

    `Named("under-review", lv="Tiek saskaņota", en="Being agreed")`: the audit entry and the wire carry the
    string, a sentence the name in its language.
    """

    __slots__ = ("en", "lv")
    lv: str
    en: str

    def __new__(cls, value: str, *, lv: str, en: str) -> Self:
        named = super().__new__(cls, value)
        named.lv, named.en = lv, en
        return named


def in_words(fact: object, language: Language) -> str:
    if isinstance(fact, Named):
        return fact.lv if language == "lv" else fact.en
    return str(fact)


@dataclass(frozen=True, slots=True)
class Rule:
    """A reason for a "no".

    Texts may name facts in braces, for example `{holder}`: exactly the facts named there are
    told to the caller (in words, and as data beside them); all others stay in log and audit.
    """

    id: str
    http_status: int
    issue_code: str  # FHIR R4 issue-type, https://hl7.org/fhir/R4/valueset-issue-type.html
    source: str  # where the duty comes from: law, specification, or one of our decisions
    text_en: str
    text_lv: str
    fix_en: str  # what the caller should do now
    fix_lv: str

    def text(self, language: Language) -> str:
        return self.text_lv if language == "lv" else self.text_en

    def fix(self, language: Language) -> str:
        return self.fix_lv if language == "lv" else self.fix_en

    @property
    def named(self) -> frozenset[str]:
        """The facts that the text names: what a caller is told, and nothing else."""
        return frozenset(field for _, field, _, _ in Formatter().parse(self.text_en) if field)

    def sentence(self, language: Language, facts: Mapping[str, object]) -> str:
        """The text with its facts filled in."""
        told = {name: in_words(fact, language) for name, fact in facts.items()}
        return self.text(language).format_map(told)


class Refusal(Exception):
    """An expected "no": the caller can act on it. Anything else is our fault (500)."""

    def __init__(self, rule: Rule, *, expressions: tuple[str, ...] = (), **facts: object) -> None:
        super().__init__(rule.id)
        self.rule = rule
        self.expressions = expressions  # FHIRPath of the elements it is about
        self.facts = facts

    def told(self) -> dict[str, str]:
        """Exactly the facts that the rule's text names; all others stay in log and audit."""
        told = {name: self.facts[name] for name in sorted(self.rule.named)}
        return {name: fact if isinstance(fact, str) else str(fact) for name, fact in told.items()}


class FaultyContent(Exception):
    """The body does not have the structure of its type: every fault found, not the first.

    Raised by the roof only; `rule` is WIRE-005, the faults become one issue each.
    """

    def __init__(self, rule: Rule, faults: tuple[object, ...]) -> None:
        super().__init__(rule.id)
        self.rule = rule
        self.faults = faults


class Unavailable(Exception):
    """The database cannot be reached now: neither a "no" nor a fault; the caller comes again."""
