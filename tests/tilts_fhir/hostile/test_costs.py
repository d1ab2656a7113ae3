"""What definitions of a caller ask for is bounded: counted in steps, not in time."""

from typing import Any

import pytest

from tilts_fhir import snapshots
from tilts_fhir.codes.code_systems import KnownSystem
from tilts_fhir.codes.ecl import is_ecl
from tilts_fhir.codes.value_sets import Allowance, read_value_set
from tilts_fhir.fhirpath import Context, FhirPathError, compile_expression
from tilts_fhir.fhirpath.context import Meter
from tilts_fhir.library import Library
from tilts_fhir.structures import TYPE_ROOT
from tilts_fhir.validation import Options, validate
from tilts_fhir.validation.references.forms import MAX_URL_CHARACTERS, read_reference, target_url

Json = dict[str, Any]
PROFILE = "http://a.example/p"


def profile(elements: list[Json], kind: str = "Patient", **more: Any) -> Json:
    return {
        "resourceType": "StructureDefinition",
        "name": "P",
        "status": "active",
        "kind": "resource",
        "abstract": False,
        "url": PROFILE,
        "type": kind,
        "baseDefinition": TYPE_ROOT + kind,
        "derivation": "constraint",
        "differential": {"element": elements},
        **more,
    }


def constraint(expression: str, key: str = "x-1") -> Json:
    return {"key": key, "severity": "error", "human": "x", "expression": expression}


def keys(resource: Json, definition: Json, *, max_values: int = 20_000) -> set[str]:
    options = Options(library=Library([definition], beneath=Library()), max_values=max_values)
    return {each.key for each in validate(resource, profiles=[PROFILE], options=options)}


def patient(names: int) -> Json:
    return {"resourceType": "Patient", "name": [{"family": f"x{number}"} for number in range(names)]}


def test_evaluations_with_one_meter_share_its_steps() -> None:
    meter = Meter(200)
    compiled = compile_expression("name.family.count() > 0 and name.descendants().count() > 0", "Patient")
    compiled.values(patient(10), Context(meter=meter))
    assert 0 < meter.left < 200
    with pytest.raises(FhirPathError):
        for _ in range(10):
            compiled.values(patient(10), Context(meter=meter))
    assert meter.left == 0


def test_every_invariant_of_a_profile_counts_at_every_item() -> None:
    many = [constraint(f"family.length() > {number} or true", f"x-{number}") for number in range(100)]
    definition = profile([{"path": "Patient"}, {"path": "Patient.name", "constraint": many}])
    assert "too-large" in keys(patient(1_000), definition)
    assert "too-large" not in keys(patient(10), definition)


def test_an_expression_that_cannot_be_compiled_is_not_tried_again_at_every_item() -> None:
    wrong = constraint("family.nonsense()")
    definition = profile([{"path": "Patient"}, {"path": "Patient.name", "constraint": [wrong]}])
    assert "invariant-not-checked" in keys(patient(200), definition)


def test_discriminators_count_also_where_they_find_nothing() -> None:
    told = [{"type": "exists", "path": "period.start"}] * 100
    sliced = {"path": "Patient.name", "slicing": {"discriminator": told, "rules": "open"}}
    slices = [{"path": "Patient.name", "sliceName": f"s{number}"} for number in range(20)]
    assert "too-large" in keys(patient(100), profile([{"path": "Patient"}, sliced, *slices]))


def test_contexts_of_an_extension_count_at_every_extension() -> None:
    places = [{"type": "element", "expression": f"X{number}"} for number in range(500)]
    places.append({"type": "element", "expression": "Patient"})
    definition = profile([{"path": "Extension"}], "Extension", url="http://a.example/x", context=places)
    extension = {"url": "http://a.example/x", "valueCode": "a", "id": "1"}
    resource = {"resourceType": "Patient", "extension": [{**extension, "id": str(n)} for n in range(100)]}
    library = Library([definition], beneath=Library())
    found = validate(resource, options=Options(library=library, max_values=20_000))
    assert "too-large" in {each.key for each in found}


def test_snapshots_made_with_one_budget_share_it() -> None:
    budget = snapshots.Budget(100)
    found, _ = snapshots.generate(profile([{"path": "Patient"}]), Library()._definition, budget)
    again, problems = snapshots.generate(profile([{"path": "Patient"}]), Library()._definition, budget)
    more, problems = snapshots.generate(profile([{"path": "Patient"}]), Library()._definition, budget)
    assert "snapshot" in found
    assert "snapshot" not in more
    assert [each.key for each in problems] == ["sd-snapshot-too-large"]
    assert again.keys() <= found.keys()


def test_filters_of_value_sets_share_their_allowance() -> None:
    system = KnownSystem(
        {"url": "http://a.example/s", "content": "complete", "concept": [{"code": "a"}, {"code": "b"}]}
    )
    include = {
        "system": "http://a.example/s",
        "filter": [{"property": "code", "op": "regex", "value": "a"}],
    }
    resource = {"compose": {"include": [include, include]}}
    known = read_value_set(resource, lambda *_: system, Allowance(3))
    assert [each.listed for each in known.includes] == [{"a": "a"}, None]


def test_a_code_that_stands_many_times_is_read_once() -> None:
    concept = [
        {"code": "c", "property": [{"code": "parent", "valueCode": f"p{number}"}]} for number in range(3_000)
    ]
    system = KnownSystem({"content": "complete", "concept": concept})
    assert len(system.concepts()) == 1
    assert len(system.above("c")) == 3_000


@pytest.mark.parametrize(
    "text", ["*{{" + '""' * 5_000, "*{{" + '"\\' * 5_000, "*{{" + '\\"' * 5_000, "((" * 5_000]
)
def test_a_constraint_that_never_ends_is_read_in_one_pass(text: str) -> None:
    assert is_ecl(text) in (False, True)
    assert is_ecl('* {{ term = "a \\" b" }}')


def test_a_full_url_of_endless_length_completes_no_reference() -> None:
    form = read_reference("Patient/1")
    url = "http://a.example/" + "a/" * MAX_URL_CHARACTERS + "Patient/2"
    assert target_url(form, url) is None
    assert target_url(form, "http://a.example/Patient/2") == "http://a.example/Patient/1"


def test_a_primitive_whose_extensions_are_none_is_no_reason_to_give_up() -> None:
    definition = profile([{"path": "Patient"}, {"path": "Patient.birthDate", "min": 1}])
    for companion in ({"extension": "x"}, {"extension": ["x"]}, {"extension": [{"url": []}]}, {"id": "a"}):
        assert keys({"resourceType": "Patient", "_birthDate": companion}, definition)
