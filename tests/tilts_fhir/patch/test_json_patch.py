"""JSON Patch (RFC 6902): all or nothing, bounded, with errors that name the operation."""

import copy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tilts_fhir.codecs.generated import resources
from tilts_fhir.patch import PatchError, apply_json_patch

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "name": [{"family": "Ozola", "given": ["Anna", "Maija"]}, {"text": "A. Ozola"}],
    "extension": [{"url": "urn:x", "valueDecimal": Decimal("1.10")}],
    "a/b~c": 1,
    "active": True,
}


def patched(*operations: Any) -> dict[str, Any]:
    return apply_json_patch(PATIENT, list(operations))


def refused(*operations: Any) -> PatchError:
    before = copy.deepcopy(PATIENT)
    with pytest.raises(PatchError) as error:
        apply_json_patch(PATIENT, list(operations))
    assert before == PATIENT
    return error.value


def test_add_sets_a_member_and_inserts_into_an_array() -> None:
    result = patched(
        {"op": "add", "path": "/gender", "value": "female"},
        {"op": "add", "path": "/name/0/given/1", "value": "Liene"},
        {"op": "add", "path": "/name/0/given/-", "value": "Eva"},
        {"op": "add", "path": "/active", "value": False},
    )

    assert result["gender"] == "female"
    assert result["name"][0]["given"] == ["Anna", "Liene", "Maija", "Eva"]
    assert result["active"] is False


def test_remove_takes_a_member_or_an_entry_away() -> None:
    result = patched({"op": "remove", "path": "/name/0/given/0"}, {"op": "remove", "path": "/a~1b~0c"})

    assert result["name"][0]["given"] == ["Maija"]
    assert "a/b~c" not in result


def test_replace_needs_something_to_replace() -> None:
    assert patched({"op": "replace", "path": "/name/1", "value": {"text": "x"}})["name"][1] == {"text": "x"}
    assert refused({"op": "replace", "path": "/gender", "value": "male"}).key == "patch-no-target"


def test_the_whole_resource_can_be_replaced_by_one_of_the_same_type() -> None:
    other = {"resourceType": "Patient", "id": "b"}

    assert patched({"op": "replace", "path": "", "value": other}) == other
    assert refused({"op": "replace", "path": "", "value": {"resourceType": "Basic"}}).key == "patch-result"
    assert refused({"op": "add", "path": "", "value": []}).key == "patch-result"
    assert refused({"op": "remove", "path": ""}).key == "patch-result"


def test_move_and_copy_take_a_value_elsewhere() -> None:
    result = patched(
        {"op": "move", "from": "/name/1/text", "path": "/name/0/text"},
        {"op": "copy", "from": "/name/0/given", "path": "/name/1/given"},
        {"op": "add", "path": "/name/1/given/0", "value": "only in the copy"},
        {"op": "move", "from": "/name/0/given/0", "path": "/name/0/given/1"},
        {"op": "move", "from": "/active", "path": "/active"},
    )

    assert result["name"][0] == {"family": "Ozola", "given": ["Maija", "Anna"], "text": "A. Ozola"}
    assert result["name"][1] == {"given": ["only in the copy", "Anna", "Maija"]}
    assert result["active"] is True


def test_values_of_the_patch_are_not_shared_with_the_result() -> None:
    value = {"text": "x"}
    patched({"op": "add", "path": "/name/-", "value": value}, {"op": "remove", "path": "/name/2/text"})

    assert value == {"text": "x"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/extension/0/valueDecimal", Decimal("1.1")),
        ("/a~1b~0c", Decimal("1.0")),
        ("/name/0", {"given": ["Anna", "Maija"], "family": "Ozola"}),
        ("/active", True),
    ],
)
def test_a_test_compares_numbers_by_value_and_objects_in_any_order(path: str, value: Any) -> None:
    assert patched({"op": "test", "path": path, "value": value}) == PATIENT


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/extension/0/valueDecimal", Decimal("1.1000000000000000000001")),
        ("/extension/0/valueDecimal", "1.10"),
        ("/active", 1),
        ("/a~1b~0c", True),
        ("/name/0/given", ["Maija", "Anna"]),
        ("/name/1", {"text": "A. Ozola", "family": None}),
        ("/name/1", ["text"]),
    ],
)
def test_a_test_that_fails_refuses_the_patch(path: str, value: Any) -> None:
    error = refused({"op": "remove", "path": "/name"}, {"op": "test", "path": path, "value": value})
    assert error.operation == 1

    assert refused({"op": "test", "path": path, "value": value}).key == "patch-test"


@pytest.mark.parametrize(
    ("key", "operation"),
    [
        ("patch-form", "add"),
        ("patch-operation", {"path": "/a"}),
        ("patch-operation", {"op": "append", "path": "/a"}),
        ("patch-operation", {"op": ["add"], "path": "/a"}),
        ("patch-member", {"op": "add", "path": "/a"}),
        ("patch-member", {"op": "add", "value": 1}),
        ("patch-member", {"op": "move", "path": "/a"}),
        ("patch-pointer", {"op": "remove", "path": "name"}),
        ("patch-pointer", {"op": "remove", "path": "/a~2"}),
        ("patch-pointer", {"op": "remove", "path": 1}),
        ("patch-no-target", {"op": "remove", "path": "/gender"}),
        ("patch-no-target", {"op": "add", "path": "/contact/0/name", "value": 1}),
        ("patch-no-target", {"op": "add", "path": "/active/x", "value": 1}),
        ("patch-index", {"op": "remove", "path": "/name/2"}),
        ("patch-index", {"op": "remove", "path": "/name/-"}),
        ("patch-index", {"op": "remove", "path": "/name/01"}),
        ("patch-index", {"op": "add", "path": "/name/3", "value": {}}),
        ("patch-index", {"op": "add", "path": "/name/-1", "value": {}}),
        ("patch-into-itself", {"op": "move", "from": "/name", "path": "/name/0/name"}),
    ],
)
def test_what_cannot_be_applied_is_refused(key: str, operation: Any) -> None:
    error = refused(operation)

    assert error.key == key
    assert error.operation == (None if key == "patch-form" else 0)


def test_errors_are_in_both_languages_and_name_the_operation() -> None:
    error = refused({"op": "add", "path": "/x", "value": 1}, {"op": "remove", "path": "/gender"})

    assert error.text_en == "There is nothing at '/gender'. (operation 1)"
    assert error.text_lv == "Vietā '/gender' nekā nav. (operācija 1)"


def test_the_number_of_operations_is_bounded() -> None:
    operation = {"op": "test", "path": "/active", "value": True}

    assert patched(*[operation] * 1_000) == PATIENT
    assert refused(*[operation] * 1_001).key == "patch-too-many"


def test_copies_of_copies_are_bounded() -> None:
    double = [{"op": "copy", "from": "/name", "path": f"/name/0/x{index}"} for index in range(40)]
    assert refused(*double).key == "patch-too-large"

    deeper = [{"op": "add", "path": "/x" * level, "value": {}} for level in range(1, 99)]
    assert refused(*deeper).key == "patch-too-large"


def test_values_that_are_nested_too_deep_are_refused() -> None:
    value: Any = []
    for _ in range(5_000):
        value = [value]

    assert refused({"op": "add", "path": "/x", "value": value}).key == "patch-too-large"


tokens = st.sampled_from(["", "/name", "/0", "/-", "/given", "/text", "/extension", "/url", "/~1", "x", "/1"])
pointers = st.lists(tokens, max_size=4).map("".join)
operations = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test", "x"]), "path": pointers},
    optional={"from": pointers, "value": st.sampled_from([1, "a", {}, [], [{"text": "a"}], None])},
)


@given(resources(), st.lists(operations, max_size=6))
def test_any_patch_gives_a_resource_or_a_patch_error(
    resource: dict[str, Any], patch: list[dict[str, Any]]
) -> None:
    before = copy.deepcopy(resource)
    try:
        result = apply_json_patch(resource, patch)
    except PatchError as error:
        assert error.operation is None or patch[error.operation]
    else:
        assert result["resourceType"] == resource["resourceType"]
    assert resource == before
