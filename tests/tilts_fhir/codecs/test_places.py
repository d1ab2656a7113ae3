"""Elements are found in the JSON text they were read from, by line and column."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tilts_fhir.codecs.generated import resources
from tilts_fhir.json_strict import encode
from tilts_fhir.places import locate_json

RAW = """{"resourceType": "Patient",
 "name": [{"family": "Bērziņš", "given": ["A,\\"[", null, "C"],
   "_given": [null, {"extension": [{"url": "u", "valueString": "x"}]}, null]}, {"text": "t"}],
 "_birthDate": {"id": "x"}, "birthDate": "1990", "deceasedBoolean": true,
 "contained": [{"resourceType": "Observation", "valueQuantity": {"value": 1}}],
 "valueSet": "no choice"}""".encode()


@pytest.mark.parametrize(
    ("expression", "rest"),
    [
        ("Patient", '{"resourceType"'),
        ("Patient.name", '"name": ['),
        ("Patient.name[0]", '{"family"'),
        ("Patient.name[0].given", '"given": ['),
        ("Patient.name[0].given[2]", '"C"]'),
        ("Patient.name[1].text", '"text": "t"'),
        ("Patient.name[0].given[1].extension[0].value", '"valueString"'),
        ("Patient.name.given[2]", '"C"]'),
        ("Patient.birthDate", '"birthDate"'),
        ("Patient.birthDate.id", '"id": "x"'),
        ("Patient.deceased", '"deceasedBoolean"'),
        ("Patient.contained[0].value.value", '"value": 1'),
        ("Patient.contained[0].value.ofType(Quantity).value", '"value": 1'),
        ("Patient.contained[0].value.unit", '"valueQuantity"'),
        ("Patient.name[1].family", '{"text"'),
        ("Patient.name[7].family", '"name": ['),
        ("Patient.value", '{"resourceType"'),
        ("Patient.gender", '{"resourceType"'),
        ("not an expression", '{"resourceType"'),
    ],
)
def test_an_element_is_found_or_else_its_nearest_parent(expression: str, rest: str) -> None:
    line, column = locate_json(RAW, [expression])[expression]

    assert RAW.decode().split("\n")[line - 1][column - 1 :].startswith(rest)


def test_many_elements_are_found_in_one_scan() -> None:
    raw = json.dumps({"resourceType": "Bundle", "entry": [{"fullUrl": "a"}] * 300}, indent=1).encode()
    wanted = [f"Bundle.entry[{index}].fullUrl" for index in range(300)]

    assert [locate_json(raw, wanted)[each][0] for each in wanted] == [5 + 3 * index for index in range(300)]


@pytest.mark.parametrize(
    "raw", [b'"\\' * 1_000_000, b"[" * 1_000_000, b'{"a"' + b" " * 1_000_000, b'"a" ' * 500_000]
)
def test_large_hostile_texts_are_scanned_once(raw: bytes) -> None:
    start = time.process_time()

    assert locate_json(raw, ["Patient.name[0]"])

    assert time.process_time() - start < 5  # far above what it takes; a quadratic walk takes minutes


@given(st.binary(max_size=60), st.text(max_size=30))
def test_any_bytes_and_any_expression_give_a_place(raw: bytes, expression: str) -> None:
    line, column = locate_json(raw, [expression])[expression]

    assert line >= 1
    assert column >= 1


@given(resources(), st.data())
def test_the_place_of_an_element_is_where_its_value_stands(
    resource: dict[str, Any], data: st.DataObject
) -> None:
    raw = encode(resource)
    keys = [key for key in resource if key != "resourceType" and not key.startswith("_")]
    if not keys:
        return
    key = data.draw(st.sampled_from(keys))
    expression = f"{resource['resourceType']}.{key}"

    line, column = locate_json(raw, [expression])[expression]

    assert line == 1
    assert raw.decode()[column - 1 :].startswith(f'"{key}":')
