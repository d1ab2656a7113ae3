"""What can go wrong when a practice or pharmacy asks the exchange, and what to do about it.

    TiltsError
     +-- Refused       the answer is "no" and stays "no": show `text` and `advice`, do not repeat
     +-- Unreachable   no answer that can be used: repeat later with the same `key`
     +-- Misused       the caller's bug or a wrong file: correct the program or its settings
     +-- NotVerified   a printed prescription that must not be handed out; `reason` says why (sheets.py)

Nothing else leaves the connector.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

RULE_SYSTEM_END = "/CodeSystem/rule"
FACT_URL_END = "/StructureDefinition/refusal-fact"


class TiltsError(Exception):
    """Anything that the connector raises."""


class Refused(TiltsError):
    """
    The exchange said "no", and will say "no" again.

    Attributes:
        status: HTTP status: 400, 401, 403, 404, 409, 412, 422.
        rule_id: The rule that refused, for example `DSP-003`; None if the answer named none.
        text: What is wrong, in the language of `Options.language`.
        advice: What to do about it; empty if the answer gave none.
        facts: What the caller may know about the state, for example `holder`, `since`, `lease-until`.
        request_id: Quote it when you ask the exchange about this answer.
        outcome: The OperationOutcome as received; empty if the answer was none.
    """

    def __init__(self, status: int, outcome: Mapping[str, Any], request_id: str | None = None) -> None:
        super().__init__(status, outcome, request_id)
        issue = _first_issue(outcome)
        self.status = status
        self.outcome = outcome
        self.request_id = request_id
        self.rule_id = _rule_id(issue)
        self.advice = str(issue.get("diagnostics", ""))
        self.text = str(_mapping(issue.get("details")).get("text") or self.advice or f"HTTP status {status}")
        self.facts = _facts(outcome) | _facts(issue)

    def __str__(self) -> str:
        return f"{self.rule_id or self.status}: {self.text}"


@dataclass(frozen=True, slots=True)
class Attempt:
    """How far a call came that got no usable answer."""

    request_id: str | None = None
    key: str | None = None  # of the identifier or Idempotency-Key that was sent
    tries: int = 0
    status: int | None = None  # None: no answer at all
    retry_after_seconds: float | None = None
    repeatable: bool = True


class Unreachable(TiltsError):
    """
    No answer that can be used; whether the exchange did the work is not known.

    Attributes:
        key: Repeat with this `identifier` or `key`: what was done is then not done twice. None for reads.
        repeatable: False only for a create without an identifier of its own: search before you repeat.
        request_id: Quote it when you ask the exchange about this call.
        status: 429, 500, 502, 503, 504 ..., or None if no answer came.
        retry_after_seconds: The wait that the exchange asked for, if it did.
        tries: How often the connector tried.
    """

    def __init__(self, text: str, attempt: Attempt = Attempt()) -> None:
        super().__init__(text, attempt)
        self.text = text
        self.attempt = attempt
        self.key = attempt.key
        self.repeatable = attempt.repeatable
        self.request_id = attempt.request_id
        self.status = attempt.status
        self.retry_after_seconds = attempt.retry_after_seconds
        self.tries = attempt.tries

    def __str__(self) -> str:
        return self.text


class Misused(TiltsError):
    """The call cannot be made as asked: an argument, a file or a setting is wrong. Nothing was done."""


@contextmanager
def reading(what: str) -> Iterator[None]:
    """An answer of an unexpected shape is no usable answer; it must not leave as a KeyError."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise Unreachable(f"The exchange answered with a {what} that cannot be read: {error!r}") from error


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _first_issue(outcome: Mapping[str, Any]) -> Mapping[str, Any]:
    issues = _mappings(outcome.get("issue"))
    serious = [issue for issue in issues if issue.get("severity") in {"fatal", "error"}]
    return next(iter(serious or issues), {})


def _rule_id(issue: Mapping[str, Any]) -> str | None:
    for coding in _mappings(_mapping(issue.get("details")).get("coding")):
        # Only the end: the canonical base is a setting of the exchange.
        if str(coding.get("system", "")).endswith(RULE_SYSTEM_END):
            return str(coding.get("code"))
    return None


def _facts(element: Mapping[str, Any]) -> dict[str, str]:
    facts: dict[str, str] = {}
    for extension in _mappings(element.get("extension")):
        if not str(extension.get("url", "")).endswith(FACT_URL_END):
            continue
        parts = {part.get("url"): part for part in _mappings(extension.get("extension"))}
        name = _mapping(parts.get("name")).get("valueCode")
        if name is not None:
            facts[str(name)] = str(_mapping(parts.get("value")).get("valueString", ""))
    return facts
