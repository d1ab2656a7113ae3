"""The scenarios that Tilts ships: read from their files, found by id, by role and by rule."""

from functools import cache
from importlib.resources import files

from tilts.lab.conformance.compiling import ScenarioFault, compiled
from tilts.lab.conformance.language import Role, Scenario

FOLDER = "scenarios"


@cache
def library() -> tuple[Scenario, ...]:
    """All of them, in the order of their ids. Raises ScenarioFault with file and line."""
    folder = files("tilts.lab.conformance").joinpath(FOLDER)
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    found = [compiled(name, folder.joinpath(name).read_text("utf-8")) for name in names]
    ids = [scenario.id for scenario in found]
    for scenario, name in zip(found, names, strict=True):
        if ids.count(scenario.id) > 1 or name != f"{scenario.id}.yaml":
            raise ScenarioFault(
                f"{name}:1: the id is {scenario.id}; a file is named by its id, and an id is unique"
            )
    return tuple(sorted(found, key=lambda scenario: scenario.id))


def scenario(scenario_id: str) -> Scenario | None:
    return next((one for one in library() if one.id == scenario_id), None)


def scenarios_for(role: Role) -> tuple[Scenario, ...]:
    return tuple(one for one in library() if role in one.roles)


def scenarios_of_rule(rule_id: str) -> tuple[str, ...]:
    """Ids of the scenarios that are about this rule: for its page in the docs."""
    return tuple(one.id for one in library() if rule_id in one.requirement.rules)


@cache
def from_text(sha256: str, text: str) -> Scenario:
    """A scenario as it was frozen in a run; `sha256` says which."""
    made = compiled(f"{sha256[:12]}.yaml", text)
    assert made.sha256 == sha256, "a frozen scenario is the text that its hash says"
    return made
