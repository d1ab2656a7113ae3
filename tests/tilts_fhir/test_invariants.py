"""The short way through an invariant gives the answer of FHIRPath, on good values and on spoiled ones."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tilts_fhir.fhirpath import Context, compile_expression
from tilts_fhir.json_strict import decode_resource
from tilts_fhir.validation.invariants import invariants_of
from tilts_fhir.validation.native_invariants import ANSWERS
from tilts_fhir.validation.plans import plan

Json = dict[str, Any]

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / ".cache" / "hl7.fhir.r4.examples-4.0.1"
UCUM = "http://unitsofmeasure.org"

needs_package = pytest.mark.skipif(
    not PACKAGE.is_dir(), reason=f"{PACKAGE} is not there: run `make examples`"
)

DAYS = {"value": 30, "unit": "days", "system": UCUM, "code": "d"}
PERIODIC = {"frequency": 1, "period": Decimal("1.5"), "periodUnit": "d", "duration": 0}
RANGE = {"low": {"value": 1, "unit": "mg"}, "high": {"value": 2, "unit": "mg"}}
PRESSURE = {
    "resourceType": "Observation",
    "code": {"coding": [{"system": "s", "code": "a"}]},
    "valueInteger": 1,
}
PRESSURE["component"] = [{"code": {"coding": [{"system": "s", "code": "b"}]}}]
ENTRY = {"fullUrl": "https://a.example/Patient/1", "resource": {"resourceType": "Patient", "id": "1"}}
BUNDLE = {
    "resourceType": "Bundle",
    "type": "batch",
    "entry": [{**ENTRY, "request": {"method": "GET"}}, ENTRY],
}
STARTS = [
    ("Duration", DAYS),
    ("Timing.repeat", PERIODIC),
    ("Range", RANGE),
    ("Observation", PRESSURE),
    ("Bundle", BUNDLE),
]
ODD = [
    None,
    "",
    "x",
    0,
    -1,
    Decimal("-0.5"),
    True,
    [],
    {},
    {"value": 3},
    {"extension": [{"url": "u"}]},
    UCUM,
    "history",
]


def objects_in(value: Json, part: str) -> Iterator[tuple[str, Json]]:
    """Every object of a resource with the type or part that it is of."""
    yield part, value
    for key, item in value.items():
        slot = plan(part).slots.get(key)
        for each in item if isinstance(item, list) else [item]:
            if slot is not None and isinstance(each, dict):
                kind = each.get("resourceType", "") if slot.type == "Resource" else slot.type
                yield from objects_in(each, kind)


def spoiled(value: Json, random: Random) -> Json:
    """A copy with one member taken out, or given another value; or with a companion added."""
    copy = dict(value)
    key = random.choice(list(copy) or ["value"])
    if random.random() < 0.3:
        copy.pop(key, None)
    else:
        copy[random.choice([key, "_" + key])] = random.choice(ODD)
    return copy


def decided(test: Any, value: Json, context: Context) -> object:
    try:
        return test(value, context)
    except Exception as fault:  # the same refusal on both ways is the same answer
        return type(fault).__name__


@needs_package
def test_on_all_that_stands_in_published_examples_both_ways_agree() -> None:
    asked = 0
    for path in sorted(PACKAGE.glob("*.json"))[::37]:
        if path.stat().st_size > 100_000 or path.stem in ("package", ".index"):
            continue
        resource = decode_resource(path.read_bytes())
        for part, value in objects_in(resource, resource["resourceType"]):
            context = Context(value if "resourceType" in value else resource)
            for each in invariants_of(part):
                assert each.holds is not None and each.quick is not None
                assert decided(each.quick, value, context) == decided(each.holds, value, context), (
                    part,
                    each,
                )
                asked += 1

    assert asked > 4_000


@pytest.mark.parametrize(("part", "value"), STARTS, ids=[part for part, _ in STARTS])
def test_on_spoiled_values_an_answer_is_that_of_fhirpath(part: str, value: Json) -> None:
    random = Random(part)
    answers = [
        (each.constraint.expression, ANSWERS.get(each.constraint.expression or ""))
        for each in invariants_of(part)
    ]
    known = [(expression, answer) for expression, answer in answers if expression and answer]
    assert known
    given = 0
    for _ in range(600):
        found = spoiled(spoiled(value, random), random) if random.random() < 0.5 else spoiled(value, random)
        if not shaped(found, part):
            continue
        for expression, answer in known:
            short = answer(found)
            if short is not None:
                whole = compile_expression(expression, part).holds(found, Context(found))
                assert short == whole, (expression, found)
                given += 1

    assert given > 20


def shaped(value: Json, part: str) -> bool:
    """Whether members have the shape that the type has there: the structure check refuses the others before."""
    for key, item in value.items():
        slot = plan(part).slots.get(key)
        if slot is None or not _fits(slot.kind, item):
            return False
    return True


def _fits(kind: str, item: Any) -> bool:
    if kind.endswith("s"):
        return isinstance(item, list) and bool(item) and all(isinstance(each, dict) for each in item)
    if kind in ("object", "companion"):
        return isinstance(item, dict) and bool(item)
    if kind == "number":
        return isinstance(item, int | Decimal) and not isinstance(item, bool)
    return isinstance(item, str) and bool(item)


def test_every_short_answer_belongs_to_an_invariant_of_the_specification() -> None:
    parts = ["Bundle", "Bundle.entry", "Observation", "Duration", "Range", "Timing.repeat"]
    expressions = {each.constraint.expression for part in parts for each in invariants_of(part)}

    assert set(ANSWERS) <= expressions
