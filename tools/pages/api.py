"""docs/reference/api.md: each call with what it needs, and answers as the tests hold them (tests/golden/wire)."""

from pathlib import Path

from tilts.access.routes import Route
from tools.pages.blocks import code
from tools.pages.routes import BODIES, needs, routes

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "wire"
# (method, path) -> an answer that a test compares with this file, word for word.
EXAMPLES = {
    ("POST", "/MedicationRequest"): "medication-request-created",
    ("POST", "/MedicationDispense"): "medication-dispense-created",
    ("POST", "/"): "transaction-response",
    ("POST", "/Task/$find"): "searchset-of-find",
    ("GET", "/Task/{id}"): "task-for-its-holder",
    ("GET", "/Provenance/{id}"): "provenance",
    ("GET", "/AuditEvent"): "audit-event",
    ("GET", "/Organization"): "searchset-with-next",
    ("GET", "/CodeSystem/{id}"): "code-system",
    ("GET", "/CodeSystem/$lookup"): "lookup",
}
BESIDE = (
    ("A token (`POST /oauth/token`)", "token"),
    ("No token: an error of OAuth", "token-error"),
    ("A refusal, in Latvian", "operation-outcome-lv"),
    ("A refusal, in English", "operation-outcome-en"),
    ("A body with faults in its structure", "structure-outcome-en"),
)


def made_for_api() -> dict[str, str]:
    by_type: dict[str, list[Route]] = {}
    for route in routes():
        by_type.setdefault(route.resource_type, []).append(route)
    calls = "\n\n".join(
        f"## {resource_type}\n\n" + "\n\n".join(call(route) for route in of_type)
        for resource_type, of_type in by_type.items()
    )
    beside = "\n\n".join(f"### {title}\n\n{answer(name)}" for title, name in BESIDE)
    return {"calls": calls, "answers": beside}


def call(route: Route) -> str:
    sent = {"none": "nothing"}.get(route.body, BODIES.get(route.body) or f"`{route.resource_type}`")
    lines = [
        f"### {route.method} {route.path}",
        "",
        f"- Scope {code(route.scope)}, written down as {code(route.audit_event)}, answers {route.success_status}",
        f"- Sent: {sent}" + (f"; needs {needs(route)}" if needs(route) else ""),
    ]
    example = EXAMPLES.get((route.method, route.path))
    return "\n".join([*lines, "", answer(example)] if example else lines)


def answer(name: str) -> str:
    return f"```json\n{(GOLDEN / f'{name}.json').read_text('utf-8').strip()}\n```"
