"""docs/reference/cases.md and a picture for each kind: the state tables of the path, asked of the tables themselves."""

from collections.abc import Iterable
from html import escape

from tilts.onboarding.workflows import ONE_AT_A_TIME, OPENED_BY, WORKFLOWS
from tilts.portal.state_picture import StatePicture, draw
from tilts.workflow import State, Step, Workflow
from tools.pages.blocks import code, table

STYLE = """
  text { font: 15px system-ui, sans-serif; fill: #1f2a33; text-anchor: middle }
  rect { fill: #f3f8fb; stroke: #1d5b79; stroke-width: 1.5 }
  .now { fill: #1d5b79 } .now + text { fill: #fff }
  .line, .tip { fill: none; stroke: #1d5b79; stroke-width: 1.6 }
"""
NEVER = ""  # no state of the table is the present one


def made_for_cases() -> dict[str, str]:
    return {"overview": overview()} | {kind: section(workflow) for kind, workflow in WORKFLOWS.items()}


def pictures() -> dict[str, str]:
    """File name -> picture."""
    return {f"{kind}.svg": picture(workflow) for kind, workflow in WORKFLOWS.items()}


def overview() -> str:
    rows = [
        [
            f"[{code(kind)}](#{kind})",
            workflow.title.lv,
            ", ".join(sorted(OPENED_BY[kind])),
            "yes" if kind in ONE_AT_A_TIME else "",
        ]
        for kind, workflow in WORKFLOWS.items()
    ]
    return table(("kind", "Latvian title", "opened by", "one at a time"), rows)


def section(workflow: Workflow) -> str:
    return "\n\n".join(
        part.strip()
        for part in (
            f"## {workflow.kind}",
            f"**{workflow.title.en}** · *{workflow.title.lv}*",
            f"![States of {workflow.kind}](../pictures/cases/{workflow.kind}.svg)",
            table(("state", "Latvian", "waits for", "until"), map(state_row, workflow.states)),
            table(("step", "Latvian", "who", "from", "to", "asks for"), map(step_row, workflow.steps)),
        )
    )


def state_row(state: State) -> list[str]:
    until = ""
    if state.term is not None:
        unit = state.term.unit.replace("-", " ")
        mark = "" if state.term.verified else " (**unverified**)"
        until = f"{state.term.count} {unit}; {state.term.source}{mark}"
    return [code(state.name), state.label.lv, state.waits_for or "nobody", until]


def step_row(step: Step) -> list[str]:
    who = f"{step.by}, two persons" if step.two_persons else step.by
    asked = ", ".join(code(one.name) + ("" if one.required else " (if any)") for one in step.asks)
    where = code(step.to) if step.to else "stays"
    return [code(step.action), step.label.lv, who, ", ".join(map(code, step.of)), where, asked]


def picture(workflow: Workflow) -> str:
    """The same picture as in the portal, with no state marked but the one where it begins."""
    labels = [(state.name, state.name) for state in workflow.states]
    edges = [(state, step.to) for step in workflow.steps for state in step.of if step.to]
    drawn = draw(workflow.kind, labels, edges, NEVER, "")
    parts = [*lines(drawn), *boxes(drawn)]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {drawn.width} {drawn.height}" role="img"'
        f' aria-label="States of {escape(workflow.kind)}">'
    )
    ground = f'<rect width="{drawn.width}" height="{drawn.height}" style="fill:#fff;stroke:none"/>'
    return "\n".join([head, f"<style>{STYLE}</style>", ground, *parts, "</svg>"]) + "\n"


def lines(drawn: StatePicture) -> Iterable[str]:
    for line in drawn.lines:
        yield f'<path class="line" d="{line.path}"/><path class="tip" d="{line.tip}"/>'


def boxes(drawn: StatePicture) -> Iterable[str]:
    for number, box in enumerate(drawn.boxes):
        begins = ' class="now"' if number == 0 else ""
        place = f'x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}"'
        middle, below = box.x + box.width // 2, box.y + box.height // 2 + 5
        yield f'<rect{begins} {place} rx="8"/><text x="{middle}" y="{below}">{escape(box.label)}</text>'
