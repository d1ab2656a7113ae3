"""FHIRPath Patch: add, insert, delete, replace and move, with the types that the elements take."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tilts_fhir.codecs.generated import parts, resources
from tilts_fhir.patch import PatchError, apply_fhirpath_patch
from tilts_fhir.xml_reader import read_xml

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "name": [{"given": ["Anna", "Maija"], "_given": [None, {"id": "second"}]}, {"text": "A. O."}],
    "identifier": [{"value": "1"}, {"value": "2"}, {"value": "3"}],
    "birthDate": "1990",
    "_birthDate": {"id": "b"},
    "contact": [{"name": {"text": "x"}}],
    "multipleBirthBoolean": True,
}
OBSERVATION: dict[str, Any] = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"text": "x"},
    "valueQuantity": {"value": 1},
}


def operation(**facts: Any) -> dict[str, Any]:
    """One operation; `kind` is its type, a value is given as the rest of its part."""
    items = []
    for name, value in facts.items():
        if name == "kind":
            items.append({"name": "type", "valueCode": value})
        elif isinstance(value, dict):
            items.append({"name": name, **value})
        else:
            items.append({"name": name, "valueInteger" if isinstance(value, int) else "valueString": value})
    return {"name": "operation", "part": items}


def patched(*operations: Any, resource: dict[str, Any] = PATIENT) -> dict[str, Any]:
    before = copy.deepcopy(resource)
    try:
        return apply_fhirpath_patch(resource, {"resourceType": "Parameters", "parameter": list(operations)})
    finally:
        assert resource == before


def refused(*operations: Any, resource: dict[str, Any] = PATIENT) -> PatchError:
    with pytest.raises(PatchError) as error:
        patched(*operations, resource=resource)
    return error.value


def values(result: dict[str, Any]) -> str:
    return "".join(each["value"] for each in result["identifier"])


def test_add_sets_an_element() -> None:
    result = patched(operation(kind="add", path="Patient", name="gender", value={"valueCode": "female"}))

    assert result == {**PATIENT, "gender": "female"}


@pytest.mark.parametrize("name", ["deceased", "deceasedBoolean"])
def test_add_finds_the_key_of_a_choice(name: str) -> None:
    result = patched(operation(kind="add", path="Patient", name=name, value={"valueBoolean": False}))

    assert result["deceasedBoolean"] is False


def test_add_appends_to_a_repeating_element() -> None:
    result = patched(
        operation(kind="add", path="Patient", name="identifier", value={"valueIdentifier": {"value": "4"}}),
        operation(kind="add", path="Patient.name[0]", name="given", value={"valueString": "Eva"}),
        operation(kind="add", path="Patient", name="telecom", value={"valueContactPoint": {"value": "112"}}),
    )

    assert values(result) == "1234"
    assert result["name"][0] == {
        "given": ["Anna", "Maija", "Eva"],
        "_given": [None, {"id": "second"}, None],
    }
    assert result["telecom"] == [{"value": "112"}]


def test_add_makes_a_part_of_a_resource_from_nested_parts() -> None:
    value = {
        "part": [
            {"name": "name", "valueHumanName": {"text": "a"}},
            {"name": "telecom", "valueContactPoint": {"value": "1"}},
            {"name": "telecom", "valueContactPoint": {"value": "2"}},
            {"name": "period", "part": [{"name": "start", "valueDateTime": "2026"}]},
        ]
    }
    result = patched(operation(kind="add", path="Patient", name="contact", value=value))

    assert result["contact"][1] == {
        "name": {"text": "a"},
        "telecom": [{"value": "1"}, {"value": "2"}],
        "period": {"start": "2026"},
    }


def test_add_puts_an_extension_beside_a_primitive() -> None:
    value = {"part": [{"name": "url", "valueUri": "urn:x"}, {"name": "value", "valueString": "y"}]}
    extension = {"url": "urn:x", "valueString": "y"}
    result = patched(
        operation(kind="add", path="Patient.birthDate", name="extension", value=value),
        operation(kind="add", path="Patient.name[0].given[0]", name="extension", value=value),
        operation(kind="add", path="Patient.multipleBirth", name="extension", value=value),
    )

    assert result["_birthDate"] == {"id": "b", "extension": [extension]}
    assert result["name"][0]["_given"] == [{"extension": [extension]}, {"id": "second"}]
    assert result["_multipleBirthBoolean"] == {"extension": [extension]}


def test_add_takes_a_contained_resource() -> None:
    value = {"resource": {"resourceType": "Organization", "id": "o"}}

    assert patched(operation(kind="add", path="Patient", name="contained", value=value))["contained"] == [
        {"resourceType": "Organization", "id": "o"}
    ]


@pytest.mark.parametrize(("index", "expected"), [(0, "9123"), (1, "1923"), (3, "1239")])
def test_insert_puts_an_entry_before_the_index(index: int, expected: str) -> None:
    value = {"valueIdentifier": {"value": "9"}}

    assert (
        values(patched(operation(kind="insert", path="Patient.identifier", index=index, value=value)))
        == expected
    )


def test_insert_makes_a_list_that_is_not_there_yet() -> None:
    value = {"valueContactPoint": {"value": "112"}}
    result = patched(operation(kind="insert", path="Patient.telecom", index=0, value=value))

    assert result["telecom"] == [{"value": "112"}]


@pytest.mark.parametrize(("source", "destination", "expected"), [(0, 2, "231"), (2, 0, "312"), (1, 1, "123")])
def test_move_takes_an_entry_to_another_index(source: int, destination: int, expected: str) -> None:
    moved = operation(kind="move", path="Patient.identifier", source=source, destination=destination)

    assert values(patched(moved)) == expected


def test_move_takes_companions_along() -> None:
    moved = operation(kind="move", path="Patient.name[0].given", source=1, destination=0)

    assert patched(moved)["name"][0] == {"given": ["Maija", "Anna"], "_given": [{"id": "second"}, None]}


def test_delete_takes_an_element_with_its_companion() -> None:
    result = patched(
        operation(kind="delete", path="Patient.birthDate"),
        operation(kind="delete", path="Patient.name[0].given.where($this = 'Maija')"),
        operation(kind="delete", path="Patient.multipleBirth"),
    )

    assert result == {
        "resourceType": "Patient",
        "name": [{"given": ["Anna"]}, {"text": "A. O."}],
        "identifier": PATIENT["identifier"],
        "contact": PATIENT["contact"],
    }


def test_delete_leaves_no_empty_objects() -> None:
    result = patched(
        operation(kind="delete", path="Patient.contact[0].name.text"),
        operation(kind="delete", path="Patient.name[1].text"),
    )

    assert "contact" not in result
    assert len(result["name"]) == 1


def test_delete_of_what_is_not_there_is_no_error() -> None:
    assert patched(operation(kind="delete", path="Patient.gender")) == PATIENT


def test_replace_changes_the_type_of_a_choice() -> None:
    replaced = operation(kind="replace", path="Observation.value", value={"valueString": "x"})
    result = patched(replaced, resource=OBSERVATION)

    assert "valueQuantity" not in result
    assert result["valueString"] == "x"


def test_replace_of_a_primitive_replaces_its_companion() -> None:
    value = {"valueDate": "1991", "_valueDate": {"id": "new"}}
    result = patched(
        operation(kind="replace", path="Patient.birthDate", value=value),
        operation(kind="replace", path="Patient.name[0].given[1]", value={"valueString": "Eva"}),
    )

    assert (result["birthDate"], result["_birthDate"]) == ("1991", {"id": "new"})
    assert result["name"][0] == {"given": ["Anna", "Eva"]}


def test_the_patch_itself_is_not_changed() -> None:
    value = {"valueIdentifier": {"value": "4"}}
    patched(
        operation(kind="add", path="Patient", name="identifier", value=value),
        operation(kind="delete", path="Patient.identifier[3].value"),
    )

    assert value == {"valueIdentifier": {"value": "4"}}


def test_a_patch_as_xml_is_the_same_patch() -> None:
    raw = b"""<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="operation"/>
      <part><name value="type"/><valueCode value="add"/></part>
      <part><name value="path"/><valueString value="Patient"/></part>
      <part><name value="name"/><valueString value="contact"/></part>
      <part><name value="value"/><part><name value="name"/><valueHumanName><text value="a"/></valueHumanName></part></part>
    </parameter></Parameters>"""
    result = apply_fhirpath_patch(PATIENT, read_xml(raw).resource)

    assert result["contact"][1] == {"name": {"text": "a"}}


@pytest.mark.parametrize(
    ("key", "facts"),
    [
        ("patch-operation", {"kind": "append", "path": "Patient"}),
        ("patch-operation", {"path": "Patient"}),
        ("patch-member", {"kind": "add", "path": "Patient", "name": "gender"}),
        ("patch-member", {"kind": "insert", "path": "Patient.name", "value": {"valueString": "x"}}),
        ("patch-part", {"kind": "delete", "path": "Patient", "other": "x"}),
        ("patch-part", {"kind": "delete", "path": {"valueInteger": 1}}),
        ("patch-part", {"kind": "delete", "path": {"valueString": "a", "valueCode": "b"}}),
        ("patch-part", {"kind": "move", "path": "Patient.name", "source": -1, "destination": 0}),
        ("patch-expression", {"kind": "delete", "path": "Patient.name["}),
        ("patch-not-one", {"kind": "delete", "path": "Patient.name"}),
        ("patch-not-one", {"kind": "replace", "path": "Patient.gender", "value": {"valueCode": "male"}}),
        (
            "patch-not-one",
            {"kind": "add", "path": "Patient.name", "name": "text", "value": {"valueString": "x"}},
        ),
        ("patch-not-an-element", {"kind": "delete", "path": "Patient"}),
        ("patch-not-an-element", {"kind": "delete", "path": "Patient.name.count()"}),
        ("patch-element", {"kind": "add", "path": "Patient", "name": "foo", "value": {"valueString": "x"}}),
        (
            "patch-exists",
            {"kind": "add", "path": "Patient", "name": "birthDate", "value": {"valueDate": "1990"}},
        ),
        (
            "patch-exists",
            {"kind": "add", "path": "Patient", "name": "multipleBirth", "value": {"valueInteger": 2}},
        ),
        ("patch-type", {"kind": "replace", "path": "Patient.birthDate", "value": {"valueBoolean": True}}),
        ("patch-type", {"kind": "add", "path": "Patient", "name": "deceased", "value": {"valueString": "x"}}),
        (
            "patch-type",
            {"kind": "add", "path": "Patient", "name": "contained", "value": {"valueString": "x"}},
        ),
        (
            "patch-value",
            {"kind": "replace", "path": "Patient.birthDate", "value": {"valueDate": "1990-02-30"}},
        ),
        ("patch-value", {"kind": "replace", "path": "Patient.name[0]", "value": {"valueHumanName": "x"}}),
        (
            "patch-index",
            {"kind": "insert", "path": "Patient.name", "index": 3, "value": {"valueHumanName": {}}},
        ),
        ("patch-index", {"kind": "move", "path": "Patient.name", "source": 2, "destination": 0}),
        ("patch-not-a-list", {"kind": "move", "path": "Patient.name[1]", "source": 0, "destination": 0}),
        ("patch-not-a-list", {"kind": "move", "path": "Patient.birthDate", "source": 0, "destination": 0}),
        ("patch-not-one", {"kind": "move", "path": "Patient.telecom", "source": 0, "destination": 0}),
    ],
)
def test_what_cannot_be_applied_is_refused(key: str, facts: dict[str, Any]) -> None:
    error = refused(operation(kind="delete", path="Patient.gender"), operation(**facts))

    assert (error.key, error.operation) == (key, 1)


@pytest.mark.parametrize(
    "patch",
    [None, [], {"resourceType": "Patient"}, {"resourceType": "Parameters", "parameter": [{"name": "x"}]}],
)
def test_only_parameters_with_operations_are_a_patch(patch: Any) -> None:
    with pytest.raises(PatchError) as error:
        apply_fhirpath_patch(PATIENT, patch)

    assert error.value.key == "patch-parameters"


def test_the_number_of_operations_is_bounded() -> None:
    assert refused(*[operation(kind="delete", path="Patient.gender")] * 1_001).key == "patch-too-many"


def test_depth_is_bounded() -> None:
    extension: dict[str, Any] = {"url": "urn:x"}
    value = {"part": [{"name": "url", "valueUri": "urn:x"}]}
    path = "Patient"
    steps = []
    for _ in range(60):
        steps.append(operation(kind="add", path=path, name="extension", value=value))
        path += ".extension[0]"

    assert patched(*steps[:30])["extension"][0]["url"] == extension["url"]
    assert refused(*steps).key == "patch-too-large"


names = st.sampled_from(
    ["name", "given", "text", "extension", "value", "url", "contained", "id", "entry", "item"]
)
paths = st.lists(names | st.sampled_from(["[0]", "[1]", "first()", "descendants()"]), max_size=3).map(
    lambda steps: "".join(["%resource", *(step if step.startswith("[") else "." + step for step in steps)])
)
given_values = parts("Parameters.parameter", 3).map(
    lambda part: {key: value for key, value in part.items() if key.lstrip("_").startswith(("value", "part"))}
)
any_operation = st.builds(
    operation,
    kind=st.sampled_from(["add", "insert", "delete", "replace", "move"]),
    path=paths,
    name=names,
    value=given_values,
    index=st.integers(0, 2),
    source=st.integers(0, 2),
    destination=st.integers(0, 2),
)


def _of_kind(made: dict[str, Any]) -> dict[str, Any]:
    kind = made["part"][0]["valueCode"]
    wanted = {"add": "name value", "insert": "index value", "replace": "value", "move": "source destination"}
    kept = {"type", "path", *wanted.get(kind, "").split()}
    return {**made, "part": [part for part in made["part"] if part["name"] in kept]}


@given(resources(), st.lists(any_operation.map(_of_kind), max_size=4))
def test_any_patch_gives_a_resource_or_a_patch_error(
    resource: dict[str, Any], patch: list[dict[str, Any]]
) -> None:
    try:
        result = patched(*patch, resource=resource)
    except PatchError as error:
        assert error.text_lv
    else:
        assert result["resourceType"] == resource["resourceType"]
