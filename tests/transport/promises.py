"""The whole promise of a refusal: status, rule, text, what to do, where to ask; and nothing written."""

import re
from collections.abc import Callable
from string import Formatter
from typing import Any
from uuid import uuid4

import httpx

from tests.transport.tables import Tables
from tests.transport.wire import refused
from tilts.rules.catalogue import BY_ID

Send = Callable[[dict[str, Any]], httpx.Response]


def refused_whole(tables: Tables, send: Send, status: int, rule_id: str, language: str) -> dict[str, Any]:
    """Sends with a language and a request id of its own; gives the issue."""
    request_id = str(uuid4())
    with tables.unchanged():
        answer = send({"language": language, "headers": {"X-Request-Id": request_id}})
    issue = refused(answer, status, rule_id)
    explains(issue, rule_id, language)
    assert answer.headers["x-request-id"] == request_id
    assert answer.headers["content-language"] == language
    entry = tables.audit(request_id)
    assert (entry["outcome"], entry["rule_id"]) == ("refused", rule_id)
    return issue


def explains(issue: dict[str, Any], rule_id: str, language: str) -> None:
    """Text and fix are the rule's own, in that language."""
    rule = BY_ID[rule_id]
    spoken: Any = language
    assert re.fullmatch(as_pattern(rule.text(spoken)), issue["details"]["text"], re.DOTALL)
    assert issue["diagnostics"] == rule.fix(spoken)
    assert issue["code"] == rule.issue_code


def as_pattern(text: str) -> str:
    """The text of a rule with anything where a fact stands."""
    pieces = [(re.escape(plain), name) for plain, name, _, _ in Formatter().parse(text)]
    return "".join(plain + (".*" if name is not None else "") for plain, name in pieces)
