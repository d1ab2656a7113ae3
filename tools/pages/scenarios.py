"""docs/reference/scenarios.md: every scenario of the lab, as its YAML says; and the words of their language."""

from tilts.lab.conformance.language import Scenario, Step
from tilts.lab.conformance.library import library
from tilts.lab.conformance.vocabulary import ACTS
from tools.pages.blocks import code, table

KINDS = {
    "see": "must be seen",
    "never": "must not be seen",
    "at-most": "at most",
    "told": "the lab itself sees",
}


def made_for_scenarios() -> dict[str, str]:
    overview = table(
        ("scenario", "for", "kind", "rules", "what"),
        (
            (
                f"[{one.id}](#{one.id.lower()})",
                ", ".join(one.roles),
                one.kind,
                ", ".join(one.requirement.rules),
                one.title.en,
            )
            for one in library()
        ),
    )
    acts = table(
        ("act", "words", "gives", "what"),
        (
            (
                code(name),
                ", ".join(
                    f"`{word}: {str(value).lower() if isinstance(value, bool) else value}`"
                    for word, value in verb.words.items()
                ),
                ", ".join(code(fact) for fact in verb.gives),
                verb.explained,
            )
            for name, verb in ACTS.items()
        ),
    )
    return {"overview": overview, "acts": acts, "scenarios": "\n\n".join(section(one) for one in library())}


def section(one: Scenario) -> str:
    given = "; ".join(code(act.verb) for act in one.given) or "nothing"
    later = f", then {'; '.join(code(act.verb) for act in one.later)}" if one.later else ""
    steps = table(("step", "", "call"), ((step.title.en, kind_of(step), called(step)) for step in one.steps))
    return "\n".join(
        [
            f"## {one.id}",
            "",
            f"**{one.title.en}**<br>",
            f"*{one.title.lv}*",
            "",
            f"{one.requirement.text.en} Version {one.version}, {one.kind}, for {' and '.join(one.roles)}. "
            f"Source: {'; '.join(one.requirement.sources)}. Prepared: {given}{later}.",
            "",
            steps.rstrip(),
        ]
    )


def kind_of(step: Step) -> str:
    return f"at most {step.times}" if step.kind == "at-most" else KINDS[step.kind]


def called(step: Step) -> str:
    if step.pattern is not None:
        return code(step.pattern.told())
    assert step.fact is not None, "a step has a pattern or a fact"
    return code(f"{step.fact.subject} {step.fact.test} {step.fact.value}")
