"""Requests and answers of docs/examples as they stand on a page."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from tilts.exchange.lifecycle import PRESCRIPTION
from tilts.rules.catalogue import BY_ID, NOUNS
from tools.pages.blocks import code
from tools.pages.rules import rules_of

EXAMPLES = Path(__file__).resolve().parents[3] / "docs" / "examples"
PAGE_OF = {rule.id: noun for noun in NOUNS for rule in rules_of(noun)}
ABRIDGED = "allowed actions, left out here"


@cache
def pairs() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(file.read_text("utf-8")) for file in sorted(EXAMPLES.glob("*/*.json")))


@cache
def without() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EXAMPLES / "without.json").read_text("utf-8"))
    return found


def rule_link(rule: str) -> str:
    return f"[{rule}](../../rules/{PAGE_OF[rule]}.md#{rule.lower()})"


def example(pair: dict[str, Any]) -> str:
    step, name = pair.get("step"), pair["name"].replace("-", " ")
    if "rule" in pair:
        where = f", {code(step['from'])}, asked by {PRESCRIPTION.sides[step['by']].en}" if step else ""
        head = (
            f"### {pair['rule']}{'' if name.upper() == pair['rule'].replace('-', ' ') else f' ({name[8:]})'}"
        )
        told = f"{rule_link(pair['rule'])}{where}. {BY_ID[pair['rule']].text_en}"
    else:
        head = f"### {name[0].upper()}{name[1:]}"
        told = (
            f"{PRESCRIPTION.sides[step['by']].en}: {code(step['from'])} to {code(step['to'])}" if step else ""
        )
        told = told[:1].upper() + told[1:]
    request, answer = pair["request"], pair["answer"]
    lines = [head, told, "```http", *http(f"{request['method']} {request['path']}", request), "```"]
    lines += ["", "```http", *http(f"HTTP/1.1 {answer['status']}", answer), "```"]
    file = f"[The whole as a file](../../examples/{pair['verb']}/{pair['name']}.json)"
    return "\n".join([lines[0], "", *([lines[1], ""] if lines[1] else []), *lines[2:], "", file])


def http(first: str, message: dict[str, Any]) -> list[str]:
    body = message.get("body")
    is_file = isinstance(body, str)
    written = [body if is_file else json.dumps(abridged(body), ensure_ascii=False, indent=1)] if body else []
    return [first, *(f"{name}: {value}" for name, value in message["headers"].items()), "", *written]


def abridged(body: Any) -> Any:
    """The actions of a Task are long and the same everywhere."""
    if isinstance(body, list):
        return [abridged(one) for one in body]
    if not isinstance(body, dict):
        return body
    if body.get("resourceType") == "Task":
        body = {name: value for name, value in body.items() if name != "extension"}
        return {"resourceType": "Task", "extension": [{"url": ABRIDGED}], **body}
    return {name: abridged(value) for name, value in body.items()}
