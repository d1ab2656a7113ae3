"""Resources are written as XML in the order of the specification; what XML cannot carry is refused."""

from decimal import Decimal
from typing import Any

import pytest

from tilts_fhir.xml_reader import read_xml
from tilts_fhir.xml_writer import XmlWriteError, write_xml

HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def refused(resource: dict[str, Any]) -> XmlWriteError:
    with pytest.raises(XmlWriteError) as error:
        write_xml(resource)
    return error.value


def test_elements_are_written_in_the_order_of_the_specification() -> None:
    resource = {
        "gender": "male",
        "_gender": {"id": "g"},
        "active": False,
        "resourceType": "Patient",
        "id": "a",
    }

    assert write_xml(resource) == (
        HEAD + b'<Patient xmlns="http://hl7.org/fhir"><id value="a"/><active value="false"/>'
        b'<gender value="male" id="g"/></Patient>'
    )


def test_blanks_and_signs_of_markup_survive() -> None:
    resource = {"resourceType": "Basic", "language": '\ta\n"b"\r<c>&\'d\u2028'}

    assert read_xml(write_xml(resource)).resource == resource


def test_numbers_are_written_as_received() -> None:
    resource = {"resourceType": "Observation", "valueQuantity": {"value": Decimal("72.50")}}

    assert b'<value value="72.50"/>' in write_xml(resource)


def test_a_narrative_without_its_namespace_gets_it() -> None:
    resource = {"resourceType": "Basic", "text": {"status": "generated", "div": "<div>a</div>"}}

    assert b'<div xmlns="http://www.w3.org/1999/xhtml">a</div>' in write_xml(resource)


@pytest.mark.parametrize(
    ("key", "expression", "resource"),
    [
        ("no-resource-type", "Resource", {"id": "a"}),
        ("resource-type", "Resource", {"resourceType": "Human"}),
        (
            "resource-type",
            "Patient.contained[0]",
            {"resourceType": "Patient", "contained": [{"resourceType": "X"}]},
        ),
        ("xml-write-element", "Patient", {"resourceType": "Patient", "adress": []}),
        ("xml-write-element", "Patient", {"resourceType": "Patient", "_name": [{"id": "a"}]}),
        ("xml-write-shape", "Patient.name", {"resourceType": "Patient", "name": {"text": "a"}}),
        ("xml-write-shape", "Patient.name[0]", {"resourceType": "Patient", "name": ["a"]}),
        ("xml-write-shape", "Patient.active", {"resourceType": "Patient", "active": "true"}),
        ("xml-write-shape", "Patient.birthDate", {"resourceType": "Patient", "birthDate": 1990}),
        ("xml-write-shape", "Patient.gender", {"resourceType": "Patient", "_gender": ["a"]}),
        (
            "xml-write-shape",
            "Patient.multipleBirth",
            {"resourceType": "Patient", "multipleBirthInteger": True},
        ),
        ("xml-write-character", "Patient.language", {"resourceType": "Patient", "language": "a\x0b"}),
        ("xml-write-character", "Patient.language", {"resourceType": "Patient", "language": "\ud800"}),
        (
            "xml-write-narrative",
            "Basic.text.div",
            {"resourceType": "Basic", "text": {"div": "<div>&nbsp;</div>"}},
        ),
        ("xml-write-narrative", "Basic.text.div", {"resourceType": "Basic", "text": {"div": "<p/>"}}),
        (
            "xml-write-narrative",
            "Basic.text.div",
            {"resourceType": "Basic", "text": {"div": "<div/></text><a/>"}},
        ),
    ],
)
def test_what_xml_cannot_carry_is_refused(key: str, expression: str, resource: dict[str, Any]) -> None:
    found = refused(resource).issue

    assert (found.key, found.expression) == (key, expression)


def test_depth_is_bounded() -> None:
    resource: dict[str, Any] = {"resourceType": "Basic"}
    inner = resource
    for _ in range(5_000):
        inner["extension"] = [{"url": "a"}]
        inner = inner["extension"][0]

    assert refused(resource).issue.key == "xml-depth"
