"""Every operation has one description: routes, definitions, profiles and pages of it say the same."""

import re

import pytest

from tests.house.tree import ROOT
from tilts.access.routes import Route
from tilts.rules.catalogue import BY_ID
from tilts.rules.profiles import CANONICAL, Json, library, resources
from tilts.rules.profiles.verbs import Verb, operations, verbs
from tilts.transport.capability import OF_THE_REST, operation_of
from tools.pages.routes import routes

OPERATIONS = [route for route in routes() if not route.feed and route.interaction not in OF_THE_REST]
DEFINED = {one["id"]: one for one in resources() if one["resourceType"] == "OperationDefinition"}
BY_ROUTE = {(route.resource_type, route.interaction): route for route in routes()}
every_verb = pytest.mark.parametrize("verb", verbs(), ids=lambda one: one.id)


def routes_of(verb: Verb) -> list[Route]:
    return [BY_ROUTE[kind, verb.interaction] for kind in verb.types or [verb.type]]


@pytest.mark.parametrize("route", OPERATIONS, ids=lambda r: f"{r.method} {r.path}")
def test_what_is_called_as_an_operation_has_a_definition(route: Route) -> None:
    told = operation_of(route.resource_type, route.interaction, CANONICAL)["definition"]
    root, _, name = told.rpartition("/")

    if root.startswith("http://hl7.org/fhir"):
        assert library().find("OperationDefinition", told), f"FHIR knows no {name}"
        return
    definition = DEFINED[name]
    assert route.resource_type in definition["resource"]
    assert route.path.rpartition("/")[2].removeprefix("$") == definition["code"]
    assert definition["instance"] == ("{id}" in route.path)
    profile = definition.get("inputProfile", "").rpartition("/")[2]
    assert profile == (route.profile if route.body == "parameters" else "")


@every_verb
def test_what_is_defined_can_be_called(verb: Verb) -> None:
    for route in routes_of(verb):
        assert route.key == verb.key
        assert (verb.definition_id in DEFINED) == verb.is_operation
    assert not verb.is_operation or operations().of(verb.type, verb.interaction) == verb


@every_verb
def test_its_refusals_are_rules_and_its_words_are_in_both_languages(verb: Verb) -> None:
    assert set(verb.rules) <= set(BY_ID)
    assert verb.text.lv != verb.text.en and verb.title.lv != verb.title.en
    named = [*verb.gives, *(verb.takes if isinstance(verb.takes, list) else ())]
    assert all(one.lv and one.en for one in named)


@every_verb
def test_it_has_a_page(verb: Verb) -> None:
    assert (ROOT / "docs" / "reference" / "verbs" / f"{verb.id}.md").exists()


@pytest.mark.parametrize("definition", DEFINED.values(), ids=lambda one: one["id"])
def test_a_definition_names_what_it_answers(definition: Json) -> None:
    assert re.match(r"[A-Z]\w+-[a-z-]+\Z", definition["id"])
    assert [one for one in definition["parameter"] if one["use"] == "out"]
