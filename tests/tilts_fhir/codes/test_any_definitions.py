"""Definitions that come with a request may be anything: no answer about codes raises, and none takes long."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tilts_fhir.codes.samples import COLOURS, LIGHT, Json
from tilts_fhir.codes import Codes
from tilts_fhir.json_strict import decode_resource
from tilts_fhir.library import RELEASE, Library
from tilts_fhir.validation.conformance.code_systems import check_code_system, is_of_all_codes
from tilts_fhir.validation.conformance.concept_maps import check_concept_map
from tilts_fhir.validation.conformance.value_sets import check_value_set
from tilts_fhir.validation.shapes import shaped
from tilts_fhir.validation.walk import Options, Scene, Walk

EXPANSIONS = Path(__file__).parents[3] / ".cache/hl7.fhir.r4.examples-4.0.1/Bundle-valueset-expansions.json"

WORDS = st.sampled_from(
    ["red", "rose", "concept", "is-a", "=", "regex", "in", COLOURS, LIGHT, "(", "", "2.0", "true"]
)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), WORDS)
NAMES = """
    concept code display designation value property type uri filter op operator include exclude compose valueSet
    system version expansion contains total abstract extension url _system contained id valueBoolean valueCoding
    caseSensitive content supplements group element target source unmapped sourceCanonical
    coding text valueExpression language expression count
"""
KEYS = st.sampled_from(NAMES.split())
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=6)),
    max_leaves=30,
)
FACTS = st.dictionaries(KEYS, TREES, max_size=8)


@given(FACTS, FACTS)
@settings(max_examples=300)
def test_misshapen_definitions_raise_nothing(system: Json, value_set: Json) -> None:
    light = {**value_set, "resourceType": "ValueSet", "url": LIGHT}
    colours = {**system, "resourceType": "CodeSystem", "url": COLOURS}
    codes = Codes(Library([light, colours], beneath=RELEASE))
    for asked in (COLOURS, None):
        verdict = codes.check(LIGHT, asked, "rose", "Rose", None)
        assert verdict.kind in ("in", "out", "unknown")
    listed = codes.expand(LIGHT)
    assert listed is None or isinstance(listed, frozenset)
    assert is_of_all_codes(light, COLOURS) in (True, False)


RULES = {"CodeSystem": check_code_system, "ConceptMap": check_concept_map, "ValueSet": check_value_set}


@given(st.sampled_from(sorted(RULES)), FACTS, FACTS)
@settings(max_examples=300)
def test_no_conformance_resource_breaks_its_rules(kind: str, facts: Json, other: Json) -> None:
    resource = shaped({**facts, "resourceType": kind})
    assert resource is not None
    library = Library([{**other, "resourceType": "CodeSystem", "url": COLOURS}], beneath=RELEASE)
    walk = Walk(Options(library=library), Scene(resource, (None, kind, None)))
    RULES[kind](walk, resource, (None, kind, None))
    assert all(issue.expression.startswith(kind) for issue in walk.issues)


def published(entry: Json) -> set[tuple[Any, Any]]:
    found: set[tuple[Any, Any]] = set()
    waiting = list(entry["expansion"].get("contains", ()))
    while waiting:
        each = waiting.pop()
        waiting.extend(each.get("contains", ()))
        if "code" in each:
            found.add((each.get("system"), each["code"]))
    return found


@pytest.mark.skipif(
    not EXPANSIONS.is_file(), reason="the package of examples is not there: run `make examples`"
)
def test_what_the_release_expands_is_found_in_its_value_sets() -> None:
    codes = Codes(RELEASE)
    bundle = decode_resource(EXPANSIONS.read_bytes())
    sets = [each["resource"] for each in bundle["entry"] if "expansion" in each["resource"]]
    missing: dict[str, set[tuple[Any, Any]]] = {}
    decided = 0
    for each in sets:
        listed = codes.expand({key: value for key, value in each.items() if key != "expansion"})
        if listed is not None:
            decided += 1
            if lost := published(each) - listed:
                missing[each["url"]] = lost
    assert missing == {}
    assert decided > 480
