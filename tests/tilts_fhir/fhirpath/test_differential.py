"""A second opinion: fhirpathpy, on the official examples, for the expressions that it has an answer to.

Where the two differ, the difference stands here with its reason. The package is fetched by `make examples`.
"""

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.tilts_fhir.fhirpath.places import PACKAGE, needs_package
from tilts_fhir.fhirpath import Context, FhirPathError, compile_expression

fhirpathpy = pytest.importorskip("fhirpathpy")
models = pytest.importorskip("fhirpathpy.models")

FILES = [
    "Patient-example",
    "Observation-example",
    "Observation-blood-pressure",
    "MedicationRequest-medrx0301",
    "Bundle-bundle-example",
    "Questionnaire-3141",
    "ValueSet-example-extensional",
    "Encounter-f201",
    "CarePlan-example",
]
EXPRESSIONS = [
    "name.given",
    "name.where(use = 'official').family",
    "name.select(given.first() & ' ' & family)",
    "telecom.where(system = 'phone').value",
    "contact.relationship.coding.code",
    "identifier.exists() and identifier.value.exists()",
    "identifier.system.startsWith('urn:')",
    "value.value",
    "value.code",
    "component.value.value",
    "component.code.coding.code.distinct().count()",
    "component.where(code.coding.code = '8480-6').value.value + 1",
    "category.coding.display.upper()",
    "code.coding.system contains 'http://loinc.org'",
    "'http://loinc.org' in code.coding.system",
    "status in ('final' | 'active')",
    "text.status.length()",
    "text.`div`.substring(0, 4)",
    "id.matches('^[a-z0-9]+$')",
    "id.replaceMatches('[0-9]', '#')",
    "contained.count() > 0 or text.exists()",
    "contained.id | id",
    "dosageInstruction.sequence",
    "dosageInstruction.timing.repeat.period * 2",
    "dosageInstruction.doseAndRate.dose.value",
    "dispenseRequest.numberOfRepeatsAllowed > 1",
    "entry.resource.ofType(MedicationRequest).id",
    "entry.fullUrl.isDistinct()",
    "entry.resource.select(id).count()",
    "descendants().count() > 20",
    "descendants().where($this is Coding).code.count() >= 0",
    "repeat(item).linkId.count()",
    "item.linkId.tail()",
    "item.item.type.distinct()",
    "compose.include.concept.code.skip(1).take(2)",
    "compose.include.concept.all(code.exists())",
    "birthDate < @2000-01-01",
    "birthDate = @1974-12-25",
    "period.start <= period.end",
    "subject.reference.indexOf('/')",
    "subject.reference.toChars().count()",
    "iif(active, 'yes', 'no')",
    "active.not()",
    "deceased.exists().not()",
    "name.family.count().toString()",
    "(1 | 2 | 3).exclude(2)",
    "(3.5).ceiling() + (3.5).floor()",
    "10 div 3 + 10 mod 3",
    "'2.50'.toDecimal() * 2",
    "name.given.aggregate($total + $this, '')",
    "name.given.subsetOf(name.given | name.family)",
    "name.given.combine(name.given).count()",
    "telecom.rank.where($this > 1)",
]
# What it has no answer to, or a wrong one on at least one of the files, and why.
WRONG_THERE = {
    "id.hasValue()": "hasValue() is not implemented",
    "id.convertsToString() and id.lowBoundary().empty()": "lowBoundary() is not implemented",
    "name.given.sort()": "sort() is not implemented",
    "id.matchesFull('.*')": "matchesFull() is not implemented",
    "1.round() = 1": "an Integer is not accepted",
    "'ab'.matches('(?=a)')": "patterns that can run for ever are accepted",
}


def plain(found: list[Any]) -> list[Any]:
    return [each if isinstance(each, dict | list) else written(each) for each in found]


def written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value)
    return str(Decimal(str(value)).normalize()) if isinstance(value, float | int | Decimal) else str(value)


def both(expression: str, name: str) -> tuple[list[Any], list[Any] | None]:
    """Our result and theirs; None where theirs is an error."""
    raw = (PACKAGE / f"{name}.json").read_text()
    exact = json.loads(raw, parse_float=Decimal)
    try:
        mine = compile_expression(expression, exact["resourceType"]).values(exact, Context(exact))
    except FhirPathError as error:
        mine = [error.key]
    try:
        return plain(mine), plain(fhirpathpy.evaluate(json.loads(raw), expression, {}, models.models["r4"]))
    except Exception:  # it has no error type of its own
        return plain(mine), None


@needs_package
@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_both_engines_agree(expression: str) -> None:
    for name in FILES:
        mine, theirs = both(expression, name)

        assert mine == theirs, name


@needs_package
@pytest.mark.parametrize("expression", WRONG_THERE)
def test_where_they_differ_the_reason_is_known(expression: str) -> None:
    found = [both(expression, name) for name in FILES]

    assert any(mine != theirs for mine, theirs in found)
