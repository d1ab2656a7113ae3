"""docs/reference/verbs: one page for each verb, made of its description, its route, the table of states and the examples."""

from collections.abc import Iterable
from typing import Any

from tilts.access.routes import Route
from tilts.exchange.lifecycle import NOES, PRESCRIPTION
from tilts.rules.catalogue import BY_ID
from tilts.rules.profiles import CANONICAL, resources
from tilts.rules.profiles.verbs import KEYS, Verb, verbs
from tools.pages.blocks import code, table
from tools.pages.cases import step_row
from tools.pages.routes import needs, routes
from tools.pages.verbs.examples import example, pairs, rule_link, without


def first_page(verb: Verb) -> str:
    return f"# {verb.title.en}\n\n"


def routes_of(verb: Verb) -> list[Route]:
    kinds = verb.types or [verb.type]
    found = [one for one in routes() if one.interaction == verb.interaction and one.resource_type in kinds]
    return [*found, *(one for one in routes() if verb.id == "prescribe" and one.interaction == "transaction")]


def made_for_verb(verb: Verb) -> dict[str, str]:
    shown = [one for one in pairs() if one["verb"] == verb.id]
    done = [one for one in shown if "rule" not in one]
    refused = sorted((one for one in shown if "rule" in one), key=lambda one: (one["rule"], one["name"]))
    parts = {"what": what(verb), "who": who(verb), "parameters": parameters(verb)}
    if verb.actions:
        rows = [step for step in PRESCRIPTION.steps if step.action in verb.actions]
        parts["steps"] = "" if not rows else "## Steps\n\n" + steps(rows)
    parts["examples"] = "\n\n".join(["## Examples", *map(example, done)]) if done else ""
    parts["refusals"] = (
        "\n\n".join(["## Refusals", *unshown(verb), *map(example, refused)]) if verb.rules else ""
    )
    return {name: text for name, text in parts.items() if text}


def what(verb: Verb) -> str:
    said = [verb.text.en, f"*{verb.title.lv}.* {verb.text.lv}"]
    if verb.is_operation:
        url = f"{CANONICAL}/OperationDefinition/{verb.definition_id}"
        said.append(f"Defined as `{url}`, read at `GET /fhir/r4/OperationDefinition/{verb.definition_id}`.")
    return "\n\n".join([*said, f"{KEYS[verb.key]} Source: {verb.source}."])


def who(verb: Verb) -> str:
    rows = [
        [f"{one.method} {code(one.path)}", code(one.scope), needs(one), code(one.audit_event)]
        for one in routes_of(verb)
    ]
    return "## Who\n\n" + table(["call", "scope", "needs", "audit event"], rows)


def parameters(verb: Verb) -> str:
    if not verb.is_operation:
        return ""
    defined = next(one for one in resources() if one["id"] == verb.definition_id)
    rows = [row for one in defined["parameter"] for row in rows_of(one, one["name"])]
    return "## Parameters\n\n" + table(["", "name", "how many", "type", "what", "Latvian"], rows)


def rows_of(one: dict[str, Any], name: str) -> Iterable[list[str]]:
    latvian = one["_documentation"]["extension"][0]["extension"][1]["valueString"]
    bound = one.get("binding", {}).get("valueSet", "").rpartition("/")[2]
    kind = one.get("type", "") + (f", codes: {code(bound)}" if bound else "")
    yield [one["use"], code(name), f"{one['min']}..{one['max']}", kind, one["documentation"], latvian]
    for part in one.get("part", ()):
        yield from rows_of(part, f"{name}.{part['name']}")


def steps(rows: list[Any]) -> str:
    written = [
        [who, start, end, "; ".join((*((step.when.en,) if step.when else ()), *step.guards))]
        for step in rows
        for _, _, who, start, end, _ in [step_row(step)]
    ]
    return table(["who", "from", "to", "when"], written) + "\nThe whole table: [states](../states.md).\n"


def unshown(verb: Verb) -> list[str]:
    """Rules that nobody meets over the wire, with why."""
    return [
        f"{rule_link(rule)} {BY_ID[rule].text_en} No example: {without()['rules'][rule]}"
        for rule in verb.rules
        if rule in without()["rules"]
    ]


def made_for_overview() -> dict[str, str]:
    listed = [
        [f"[{one.title.en}]({one.id}.md)", one.title.lv, called(one), ", ".join(one.rules)] for one in verbs()
    ]
    taken = [
        [*step_row(step)[0:1], step.by, *step_row(step)[3:5], links(step)] for step in PRESCRIPTION.steps
    ]
    noes = [
        [
            rule_link(no.rule.id),
            ", ".join(no.actions) or "any",
            ", ".join(no.sides) or "anybody",
            ", ".join(no.states) or "any",
            next((one["reason"] for one in without()["noes"] if one["number"] == number), ""),
        ]
        for number, no in enumerate(NOES)
    ]
    return {
        "verbs": table(["verb", "Latvian", "called", "refusals"], listed),
        "steps": "## Steps of the table\n\n" + table(["step", "who", "from", "to", "examples"], taken),
        "noes": "## Why not\n\n" + table(["rule", "step", "who", "state", "without example"], noes),
    }


def called(verb: Verb) -> str:
    first = routes_of(verb)[0]
    path = first.path if not verb.types else f"/[type]/{verb.name}"
    return f"{first.method} {code(path)}"


def links(step: Any) -> str:
    found = [
        f"[{one['name']}]({one['verb']}.md)"
        for one in pairs()
        if one.get("step", {}).get("to") == step.to
        and (one["step"]["action"], one["step"]["by"]) == (step.action, step.by)
        and one["step"]["from"] in step.of
    ]
    reasons = [
        one["reason"]
        for one in without()["steps"]
        if one["action"] in (step.action, "*") and one["by"] in (step.by, "*")
    ]
    return ", ".join(found) or "; ".join(reasons)
