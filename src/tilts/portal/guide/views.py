"""A profile as its page shows it: elements, invariants, examples with what was found in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from tilts.portal.state_picture import StatePicture, draw
from tilts.rules import Language
from tilts.rules.catalogue import BY_ID
from tilts.rules.profiles import Json, Wrong, library, profiles, readable, right, wrong
from tilts.rules.profiles.comparing import (
    Differences,
    cardinality,
    compared,
    snapshot,
    told,
    types,
    value,
    without_demands,
)
from tilts.workflow import Workflow
from tilts_fhir.validation import Options, validate

RULE: Final = re.compile(r"[A-Z]+-\d{3}\Z")
SECTION: Final = re.compile(r"(?P<section>(?:Latvia|Design|FHIR R4) [\w.]+)(?P<rest>.*)", re.DOTALL)
EVERY_TYPE: Final = 20  # more types than that are all of them
SHOWN: Final = ("error", "fatal")


@dataclass(frozen=True, slots=True)
class Why:
    """One reason of a demand: its text, and where it is told in full ("" if nowhere here)."""

    text: str
    address: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One element; `depth` from 0 for the resource itself. `base` is the cardinality before the profile."""

    name: str
    depth: int
    cardinality: str
    base: str
    types: str
    value: str
    strength: str
    value_set: str
    max_length: int | None
    must_support: bool
    short: str
    why: tuple[Why, ...]
    constraints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """An invariant of ours."""

    key: str
    element: str
    severity: str
    text: str
    expression: str
    why: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """An error in a resource: where, and in words."""

    expression: str
    en: str
    lv: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A wrong example with the errors that our own check finds in it."""

    example: Wrong
    issues: tuple[Found, ...]


def in_language(holder: Json, name: str, language: Language) -> str:
    """A text of a definition; the English one where there is no Latvian."""
    english = str(holder.get(name, ""))
    if language == "en":
        return english
    for extension in holder.get(f"_{name}", {}).get("extension", ()):
        parts = {part["url"]: part for part in extension.get("extension", ())}
        if parts.get("lang", {}).get("valueCode") == language:
            content = parts["content"]
            return str(next(text for key, text in content.items() if key.startswith("value")))
    return english


def reasons(written: str) -> tuple[Why, ...]:
    """`PRE-004; Latvia 6.1 [V-2018]` -> what to link and what to say."""
    return tuple(_reason(part) for part in written.split("; ") if part)


def _reason(part: str) -> Why:
    if RULE.match(part) and part in BY_ID:
        return Why(part, f"/rules/{part.partition('-')[0]}#{part}")
    found = SECTION.match(part)
    if found is None or found["section"].startswith("FHIR"):
        return Why(part, "")
    anchor = found["section"].lower().replace(".", "").replace(" ", "-")
    address = f"/help/reference/sources#{anchor}" if found["section"].startswith("Latvia") else ""
    return Why(found["section"], address, found["rest"].strip(" []"))


@cache
def rows(profile_url: str, language: Language) -> tuple[Row, ...]:
    """The elements that the profile speaks of, in their order."""
    definition = found(profile_url)
    whole, base = snapshot(definition, library()), without_demands(definition, library())
    return tuple(
        _row(element, whole[element["id"]], base[element["id"]], language)
        for element in definition["differential"]["element"]
    )


def found(url: str) -> Json:
    definition = library().find("StructureDefinition", url)
    assert definition is not None, f"{url} is not one of ours"
    return definition


def _row(element: Json, whole: Json, base: Json, language: Language) -> Row:
    binding = element.get("binding", {})
    known = told(whole)
    return Row(
        name=element["id"].rpartition(".")[2],
        depth=element["id"].count("."),
        cardinality=cardinality(whole),
        base=cardinality(base),
        types="" if len(whole.get("type", ())) > EVERY_TYPE else types(whole),
        value=value(whole),
        strength=binding.get("strength", ""),
        value_set=binding.get("valueSet", "").rpartition("/")[2],
        max_length=whole.get("maxLength"),
        must_support=bool(known["support"]),
        short=in_language(element, "short", language),
        why=reasons(element.get("requirements", "")),
        constraints=tuple(one["key"] for one in element.get("constraint", ())),
    )


def invariants(definition: Json, language: Language) -> Iterator[Rule]:
    """Those that the profile itself adds, each once."""
    seen: set[str] = set()
    for element in definition["differential"]["element"]:
        for one in element.get("constraint", ()):
            if one["key"] in seen:
                continue
            seen.add(one["key"])
            yield Rule(
                one["key"],
                element["id"],
                one["severity"],
                in_language(one, "human", language),
                one["expression"],
                reasons(one["requirements"]),
            )


@cache
def to_the_base(profile_url: str) -> Differences:
    """What the profile changes of what it is derived from, element by element."""
    definition = found(profile_url)
    named = [element["id"] for element in definition["differential"]["element"]]
    return compared(without_demands(definition, library()), snapshot(definition, library()), named)


@cache
def judged(name: str, profile_url: str) -> tuple[Judged, ...]:
    """Each wrong example of a profile with the errors in it."""
    options = Options(library=library())
    return tuple(Judged(one, tuple(errors(one.resource, profile_url, options))) for one in wrong(name))


def errors(resource: Json, profile_url: str, options: Options) -> Iterator[Found]:
    """The errors only, each place and text once; our own conditions in Latvian too."""
    found = (
        Found(issue.expression, issue.text_en, _with_latvian(issue.text_lv))
        for issue in validate(resource, profiles=[profile_url], options=options)
        if issue.severity in SHOWN
    )
    yield from dict.fromkeys(found)


def _with_latvian(text: str) -> str:
    """An issue quotes a condition as its definition says it first, in English."""
    for english, latvian in _conditions().items():
        if text.endswith(english):
            return text.removesuffix(english) + latvian
    return text


@cache
def _conditions() -> dict[str, str]:
    return {
        one["human"]: in_language(one, "human", "lv")
        for definition in profiles()
        for element in definition["differential"]["element"]
        for one in element.get("constraint", ())
    }


def right_text(name: str) -> str:
    """The right example as it would be sent, with line breaks."""
    return readable(right(name)).decode()


def picture_of(table: Workflow, language: Language) -> StatePicture:
    """The whole table, with no state marked as the present one."""
    labels = [(state.name, state.label.in_language(language)) for state in table.states]
    edges = [(state, step.to) for step in table.steps for state in step.of]
    words = "; ".join(
        f"{', '.join(of)} → {to}: {action}" for action, _, of, to, _ in steps_of(table, language)
    )
    return draw(table.kind, labels, edges, "", words)


def steps_of(table: Workflow, language: Language) -> list[tuple[str, str, list[str], str, str]]:
    """Each step in words: what, who, from, to, and when it is this one of several."""
    labels = {state.name: state.label.in_language(language) for state in table.states}
    return [
        (
            step.label.in_language(language),
            table.sides[step.by].in_language(language),
            [labels[state] for state in step.of],
            labels[step.to],
            step.when.in_language(language) if step.when else "",
        )
        for step in table.steps
    ]
