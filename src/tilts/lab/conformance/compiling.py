"""From a YAML file to a scenario, or to an error that names the file and the line."""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, NoReturn, cast

import yaml

from tilts.lab.conformance.language import (
    LANGUAGE_VERSION,
    Act,
    Condition,
    Kind,
    Pattern,
    Requirement,
    Role,
    Scalar,
    Scenario,
    Step,
    StepKind,
    TestKind,
    Text,
)
from tilts.lab.conformance.lookups import is_subject
from tilts.lab.conformance.vocabulary import ACTS, BASE_FACTS
from tilts.rules.catalogue import BY_ID

ID: Final = re.compile(r"[A-Z]{3}-\d{2}")
NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
STEP_ID: Final = re.compile(r"[a-z][a-z0-9-]*")
CALL: Final = re.compile(r"(GET|POST|PUT|DELETE) (/\S*)")
PLACE: Final = re.compile(r"\{([^{}]*)\}")
TESTS: Final = ("equals", "differs", "one-of", "exists", "contains", "starts-with", "above", "below")
KINDS: Final[tuple[StepKind, ...]] = ("see", "never", "at-most", "told")
SCALARS: Final[dict[str, Callable[[str], Scalar]]] = {
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:bool": lambda word: word.lower() in ("true", "yes", "on"),
}


class ScenarioFault(ValueError):
    """A scenario that cannot be used; the text says file, line and why."""


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a file, with the line on which it begins."""

    file: str
    node: yaml.Node

    @property
    def line(self) -> int:
        return int(self.node.start_mark.line) + 1

    def fail(self, why: str) -> NoReturn:
        raise ScenarioFault(f"{self.file}:{self.line}: {why}")

    def members(self) -> Iterator[tuple[str, "Place"]]:
        if not isinstance(self.node, yaml.MappingNode):
            self.fail("names with values are expected here")
        seen: set[str] = set()
        for key, value in self.node.value:
            name = str(Place(self.file, key).scalar())
            if name in seen:
                Place(self.file, key).fail(f"'{name}' stands here twice")
            seen.add(name)
            yield name, Place(self.file, value)

    def named(self, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, "Place"]:
        found = dict(self.members())
        for name in found:
            if name not in (*required, *optional):
                self.key(name).fail(f"'{name}' is not known here; known: {', '.join((*required, *optional))}")
        for name in required:
            if name not in found:
                self.fail(f"'{name}' is missing")
        return found

    def key(self, name: str) -> "Place":
        """Where a name itself stands."""
        keys = (Place(self.file, key) for key, _ in self.node.value)
        return next(key for key in keys if key.word() == name)

    def items(self) -> list["Place"]:
        if isinstance(self.node, yaml.SequenceNode):
            return [Place(self.file, item) for item in self.node.value]
        return [self]

    def scalar(self) -> Scalar:
        if not isinstance(self.node, yaml.ScalarNode) or self.node.tag not in SCALARS:
            self.fail("a word, a whole number or true/false is expected here")
        return SCALARS[self.node.tag](self.node.value)

    def word(self) -> str:
        return str(self.scalar())

    def whole(self) -> int:
        value = self.scalar()
        if isinstance(value, bool) or not isinstance(value, int):
            self.fail("a whole number is expected here")
        return value

    def one_of(self, *words: str) -> str:
        written = self.word()
        if written not in words:
            self.fail(f"'{written}' is not one of: {', '.join(words)}")
        return written

    def text(self) -> Text:
        found = self.named(("lv", "en"))
        return Text(found["lv"].word().strip(), found["en"].word().strip())


def compiled(file: str, text: str) -> Scenario:
    """The scenario that stands in this text. Raises ScenarioFault."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 1
        raise ScenarioFault(f"{file}:{line}: not YAML: {fault.problem}") from fault
    except yaml.YAMLError as fault:
        raise ScenarioFault(f"{file}:1: not YAML: {fault}") from fault
    if node is None:
        raise ScenarioFault(f"{file}:1: the file is empty")
    place = Place(file, node)
    found = place.named(
        ("language", "id", "version", "title", "role", "kind", "requirement", "instructions", "steps"),
        ("given", "later"),
    )
    if found["language"].whole() != LANGUAGE_VERSION:
        found["language"].fail(f"this engine reads language {LANGUAGE_VERSION}")
    if not ID.fullmatch(found["id"].word()):
        found["id"].fail("an id is three letters and two digits, such as PHA-03")
    scenario = Scenario(
        id=found["id"].word(),
        version=found["version"].whole(),
        title=found["title"].text(),
        roles=tuple(cast(Role, item.one_of("practice", "pharmacy")) for item in found["role"].items()),
        kind=cast(Kind, found["kind"].one_of("positive", "negative")),
        requirement=requirement(found["requirement"]),
        given=acts(found.get("given")),
        later=acts(found.get("later")),
        instructions=found["instructions"].text(),
        steps=steps(found["steps"]),
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )
    check_names(scenario, found)
    return scenario


def requirement(place: Place) -> Requirement:
    found = place.named(("lv", "en", "sources"), ("rules",))
    rules = tuple(item.word() for item in found["rules"].items()) if "rules" in found else ()
    for rule_id in rules:
        if rule_id not in BY_ID:
            found["rules"].fail(f"there is no rule {rule_id}")
    sources = tuple(item.word() for item in found["sources"].items())
    return Requirement(Text(found["lv"].word().strip(), found["en"].word().strip()), rules, sources)


def acts(place: Place | None) -> tuple[Act, ...]:
    return tuple(act(item) for item in place.items()) if place is not None else ()


def act(place: Place) -> Act:
    found = list(place.members())
    if len(found) != 1:
        place.fail("one act at a time: a verb with its words")
    verb, words = found[0]
    if verb not in ACTS:
        place.fail(f"nobody can '{verb}'; known: {', '.join(ACTS)}")
    known = ACTS[verb]
    given = words.named((), tuple(known.words))
    return Act(verb, {**known.words, **{name: value.scalar() for name, value in given.items()}}, place.line)


def steps(place: Place) -> tuple[Step, ...]:
    made: list[Step] = []
    for item in place.items():
        made.append(step(item, made))
    if not any(one.kind in ("see", "told") for one in made):
        place.fail("a scenario in which nothing must be seen proves nothing")
    return tuple(made)


def step(place: Place, earlier: list[Step]) -> Step:
    found = place.named(("id", "title"), (*KINDS, "keep", "after", "until"))
    kinds = [kind for kind in KINDS if kind in found]
    if len(kinds) != 1:
        place.fail(f"a step has exactly one of: {', '.join(KINDS)}")
    kind, what = kinds[0], found[kinds[0]]
    step_id = found["id"].word()
    if not STEP_ID.fullmatch(step_id) or any(one.id == step_id for one in earlier):
        found["id"].fail(f"'{step_id}' is not a name of its own in small letters")
    seen = [one.id for one in earlier if one.kind == "see"]
    for name in ("after", "until"):
        if name in found and found[name].word() not in (*seen, "start"):
            found[name].fail(f"'{found[name].word()}' is not an earlier step that must be seen")
    default = seen[-1] if seen and kind == "see" else ""
    after = found["after"].word() if "after" in found else default
    return Step(
        id=step_id,
        title=found["title"].text(),
        kind=kind,
        pattern=None if kind == "told" else pattern(what, counted=kind == "at-most"),
        fact=told(what) if kind == "told" else None,
        keep=kept(found["keep"]) if "keep" in found else (),
        after="" if after == "start" else after,
        until=found["until"].word() if "until" in found else "",
        times=dict(what.members())["times"].whole() if kind == "at-most" else 0,
    )


def pattern(place: Place, *, counted: bool) -> Pattern:
    found = place.named(("call", "times") if counted else ("call",), ("status", "rule", "where"))
    calls = []
    for item in found["call"].items():
        written = CALL.fullmatch(item.word())
        if written is None:
            item.fail("a call is a method and a route, such as POST /Task/{id}/$claim")
        calls.append((written[1], written[2]))
    rule = found["rule"].word() if "rule" in found else ""
    if rule and rule not in BY_ID:
        found["rule"].fail(f"there is no rule {rule}")
    statuses = tuple(item.whole() for item in found["status"].items()) if "status" in found else ()
    where = tuple(conditions(found["where"])) if "where" in found else ()
    return Pattern(tuple(calls), statuses, rule, where)


def conditions(place: Place) -> Iterator[Condition]:
    for subject, value in place.members():
        if not is_subject(subject):
            value.fail(f"'{subject}' is not a place in a call, such as answer.body.status")
        yield condition(subject, value)


def condition(subject: str, value: Place) -> Condition:
    if isinstance(value.node, yaml.ScalarNode):
        return Condition(subject, "equals", value.scalar())
    found = value.named((), TESTS)
    if len(found) != 1:
        value.fail(f"one test: {', '.join(TESTS)}")
    test, expected = next(iter(found.items()))
    if test == "one-of":
        return Condition(subject, "one-of", tuple(item.scalar() for item in expected.items()))
    if test == "exists" and not isinstance(expected.scalar(), bool):
        expected.fail("exists is true or false")
    return Condition(subject, cast(TestKind, test), expected.scalar())


def told(place: Place) -> Condition:
    found = place.named(("fact",), TESTS)
    (test,) = [name for name in found if name != "fact"] or place.fail("what must the fact be?")
    return Condition(found["fact"].word(), cast(TestKind, test), found[test].scalar())


def kept(place: Place) -> tuple[tuple[str, str], ...]:
    made = []
    for name, subject in place.members():
        if not NAME.fullmatch(name) or not is_subject(subject.word()):
            subject.fail(f"'{name}: {subject.word()}' is not a name and a place in a call")
        made.append((name, subject.word()))
    return tuple(made)


def check_names(scenario: Scenario, found: dict[str, Place]) -> None:
    """Every {name} in the scenario is a fact that is there by then."""
    facts = {*BASE_FACTS, *(fact for act in scenario.given for fact in ACTS[act.verb].gives_as(act.words))}
    for language in (scenario.instructions.lv, scenario.instructions.en):
        for name in PLACE.findall(language):
            if name not in facts:
                found["instructions"].fail(f"{{{name}}} is not a fact of this scenario")
    facts |= {fact for act in scenario.later for fact in ACTS[act.verb].gives_as(act.words)}
    for one in scenario.steps:
        unknown = [name for name in _names_in(one) if name not in facts]
        if unknown:
            found["steps"].fail(f"step {one.id}: {{{unknown[0]}}} is not known by then")
        facts |= {name for name, _ in one.keep}
    for one in scenario.steps:
        if one.fact is not None and one.fact.subject not in facts:
            found["steps"].fail(f"step {one.id}: nothing gives the fact {one.fact.subject}")


def _names_in(step: Step) -> list[str]:
    conditions = [*(step.pattern.where if step.pattern else ()), *([step.fact] if step.fact else ())]
    values = [one for c in conditions for one in (c.value if isinstance(c.value, tuple) else (c.value,))]
    return [name for value in values if isinstance(value, str) for name in PLACE.findall(value)]
