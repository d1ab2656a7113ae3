"""From a refusal or a fault to an answer: the only place where an error gets its HTTP status.

Two kinds only: a rule says no, with its id, text and what to do; anything else is our fault and
says nothing of itself, because its text may hold patient data.
"""

from typing import Any, Final

import structlog

from tilts.access.gate import Condition
from tilts.access.verdicts import telling
from tilts.rules import FaultyContent, Language, Refusal, Unavailable
from tilts.rules.access import ACC_NO_TOKEN, ACC_SCOPE_MISSING
from tilts.transport.negotiate import FHIR_JSON
from tilts_fhir.json_strict import encode

log = structlog.get_logger("tilts.faults")

OUR_FAULT: Final = {
    "lv": "Mūsu kļūda; nekas netika ierakstīts. Sazinoties ar atbalstu, nosauciet {request_id}.",
    "en": "Our fault; nothing was recorded. Quote {request_id} to support.",
}
NOT_NOW: Final = {
    "lv": "Sistēma pašlaik nevar atbildēt; atkārtojiet pēc brīža ar to pašu atslēgu.",
    "en": "The exchange cannot answer now; repeat shortly, with the same key.",
}
COME_AGAIN_SECONDS: Final = "1"


def answer_for(
    end: Exception, language: Language, request_id: str, canonical_base: str, portal_base: str = ""
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body for what ended a call; conditions of the gate lead on into the portal."""
    headers = {"content-type": f"{FHIR_JSON}; charset=utf-8", "content-language": language}
    if isinstance(end, Refusal):
        status = end.rule.http_status
        if challenge := challenge_for(end):
            headers["www-authenticate"] = challenge
        if "retry_after_seconds" in end.facts:
            headers["retry-after"] = str(end.facts["retry_after_seconds"])
        return status, headers, encode(outcome(issues_for(end, language, canonical_base, portal_base)))
    if isinstance(end, FaultyContent):
        issues = [_fault_issue(fault, end, language, canonical_base) for fault in end.faults]
        return end.rule.http_status, headers, encode(outcome(issues))
    if isinstance(end, Unavailable):
        headers["retry-after"] = COME_AGAIN_SECONDS
        issue = {"severity": "error", "code": "transient", "details": {"text": NOT_NOW[language]}}
        return 503, headers, encode(outcome([issue]))
    text = OUR_FAULT[language].format(request_id=request_id)
    issue = {"severity": "fatal", "code": "exception", "details": {"text": text}}
    return 500, headers, encode(outcome([issue]))


def challenge_for(no: Refusal) -> str:
    """WWW-Authenticate (RFC 6750 section 3): no error is named to a caller who sent no token at all."""
    if no.rule is ACC_SCOPE_MISSING:
        return f'Bearer error="insufficient_scope", scope="{no.facts["scope"]}"'
    if no.rule is ACC_NO_TOKEN:
        return "Bearer"
    return 'Bearer error="invalid_token"' if no.rule.http_status == 401 else ""


def log_fault(end: Exception, request_id: str) -> None:
    """Our own faults with their trace, for us; what was refused stands in the audit trail."""
    if isinstance(end, Unavailable):
        log.warning("unavailable", request_id=request_id, kind=str(end))
    elif not isinstance(end, Refusal | FaultyContent):
        log.error("fault", request_id=request_id, kind=type(end).__name__, exc_info=end)


def outcome(issues: list[dict[str, Any]]) -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": issues}


def issue_for(
    no: Refusal, language: Language, canonical_base: str, severity: str = "error"
) -> dict[str, Any]:
    rule = no.rule
    issue: dict[str, Any] = {}
    told = {name: printable(str(value)) for name, value in no.told().items() if value}  # of a Named, the code
    if told:
        url = f"{canonical_base}/StructureDefinition/refusal-fact"
        issue["extension"] = [
            {
                "url": url,
                "extension": [
                    {"url": "name", "valueCode": name.replace("_", "-")},
                    {"url": "value", "valueString": value},
                ],
            }
            for name, value in told.items()
        ]
    issue |= {
        "severity": severity,
        "code": rule.issue_code,
        "details": {
            "coding": [{"system": f"{canonical_base}/CodeSystem/rule", "code": rule.id}],
            "text": rule_text(no, language),
        },
        "diagnostics": rule.fix(language),
    }
    if no.expressions:
        issue["expression"] = list(no.expressions)
    return issue


def issues_for(
    no: Refusal, language: Language, canonical_base: str, portal_base: str
) -> list[dict[str, Any]]:
    """What was refused; where the gate is closed, each unmet condition as an issue of its own after it."""
    issues = [issue_for(no, language, canonical_base)]
    for condition in conditions_of(no):
        facts: dict[str, Any] = dict(condition.facts)
        issue = issue_for(Refusal(condition.rule, **facts), language, canonical_base)
        one = telling.told(condition, language, portal_base)
        issues.append({**issue, "diagnostics": f"{one.fix} {one.how}"})
    return issues


def conditions_of(no: Refusal) -> tuple[Condition, ...]:
    found: tuple[Condition, ...] = no.facts.get("conditions", ())  # type: ignore[assignment]  # ACC-011 alone has them
    return found


def rule_text(no: Refusal, language: Language) -> str:
    return printable(no.rule.sentence(language, no.facts))


def printable(text: str) -> str:
    """What callers wrote goes back to them, on to screens and terminals, without what would steer these."""
    return text if text.isprintable() else "".join(char if char.isprintable() else "\ufffd" for char in text)


def _fault_issue(fault: Any, end: FaultyContent, language: Language, canonical_base: str) -> dict[str, Any]:
    return {
        "severity": fault.severity,
        "code": fault.code,
        "details": {
            "coding": [
                {"system": f"{canonical_base}/CodeSystem/rule", "code": end.rule.id},
                {"system": f"{canonical_base}/CodeSystem/structure-fault", "code": fault.key},
            ],
            "text": printable(fault.text_lv if language == "lv" else fault.text_en),
        },
        "diagnostics": end.rule.fix(language),
        "expression": [fault.expression],
    }
