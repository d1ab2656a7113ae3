"""XML is read into the tree that JSON gives; faults of the markup are named with line and column."""

import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.tilts_fhir.codecs.generated import canonical, resources
from tilts_fhir.issues import Issue
from tilts_fhir.xml_reader import XmlResource, read_xml
from tilts_fhir.xml_writer import write_xml

DIV = '<div xmlns="http://www.w3.org/1999/xhtml">'
NAMESPACE = 'xmlns="http://hl7.org/fhir"'


def patient(content: str, attributes: str = "") -> bytes:
    return f"<Patient {NAMESPACE}{attributes}>{content}</Patient>".encode()


def read(content: str) -> dict[str, Any]:
    got = read_xml(patient(content))
    assert got.issues == []
    assert got.resource is not None
    return {key: value for key, value in got.resource.items() if key != "resourceType"}


def keys(raw: bytes) -> list[str]:
    return [found.key for found in read_xml(raw).issues]


def only(raw: bytes) -> tuple[XmlResource, Issue]:
    got = read_xml(raw)
    assert len(got.issues) == 1, [found.key for found in got.issues]
    return got, got.issues[0]


def test_primitives_become_what_json_holds() -> None:
    content = '<active value="true"/><birthDate value="1990-02-03"/><multipleBirthInteger value="2"/>'

    assert read(content) == {"active": True, "birthDate": "1990-02-03", "multipleBirthInteger": 2}


@pytest.mark.parametrize("text", ["1.10", "72.50", "1.0e2", "0.0000001", "-0.0", "12345678901234567890.5"])
def test_decimals_keep_value_precision_and_spelling(text: str) -> None:
    raw = f'<Observation {NAMESPACE}><valueQuantity><value value="{text}"/></valueQuantity></Observation>'
    got = read_xml(raw.encode())

    assert got.resource is not None
    value = got.resource["valueQuantity"]["value"]
    assert isinstance(value, Decimal)
    assert str(value) == text


def test_id_and_extensions_of_a_primitive_stand_in_its_companion() -> None:
    content = (
        '<birthDate id="b" value="1990"><extension url="urn:x"><valueCode value="c"/></extension></birthDate>'
    )

    assert read(content) == {
        "birthDate": "1990",
        "_birthDate": {"id": "b", "extension": [{"url": "urn:x", "valueCode": "c"}]},
    }


def test_arrays_of_primitives_and_companions_are_kept_in_step_with_null() -> None:
    content = '<name><given id="1"/><given value="A"/><given value="B" id="2"/><given id="3"/></name>'

    assert read(content)["name"] == [
        {"given": [None, "A", "B", None], "_given": [{"id": "1"}, None, {"id": "2"}, {"id": "3"}]}
    ]


def test_resources_stand_directly_in_contained_and_resource() -> None:
    content = '<contained><Organization><id value="o"/></Organization></contained>'

    assert read(content) == {"contained": [{"resourceType": "Organization", "id": "o"}]}


def test_a_narrative_is_kept_as_it_stands() -> None:
    div = '<div xmlns="http://www.w3.org/1999/xhtml"\n><p class="a">1 &lt; 2 <!-- c --><br/>\r\n</p></div>'

    assert read(f'<text><status value="generated"/>{div}</text>')["text"]["div"] == div


def test_a_narrative_with_a_prefix_from_outside_gets_its_namespace() -> None:
    raw = patient(
        '<text><status value="generated"/><h:div><h:p>a</h:p></h:div></text>',
        ' xmlns:h="http://www.w3.org/1999/xhtml"',
    )
    got = read_xml(raw)

    assert got.issues == []
    assert got.resource is not None
    assert got.resource["text"]["div"] == '<h:div xmlns:h="http://www.w3.org/1999/xhtml"><h:p>a</h:p></h:div>'


@pytest.mark.parametrize(
    "end", ["/>", "></div>", ' title="/>"></div >', " title='>'/>", ">/></div>", "><br/></div>"]
)
def test_a_narrative_ends_where_its_element_ends(end: str) -> None:
    div = '<div xmlns="http://www.w3.org/1999/xhtml"' + end

    assert read(f"<text>{div}</text>")["text"]["div"] == div


def test_prefixes_of_fhir_elements_do_not_matter() -> None:
    raw = b'<f:Patient xmlns:f="http://hl7.org/fhir"><f:active value="true"/></f:Patient>'

    assert read_xml(raw).resource == {"resourceType": "Patient", "active": True}
    assert read_xml(raw).issues == []


def test_comments_and_hints_of_schemas_are_no_part_of_the_resource() -> None:
    attributes = ' xmlns:x="http://www.w3.org/2001/XMLSchema-instance" x:schemaLocation="a b"'

    assert read_xml(patient("<!-- <a/> --><active value='true'/>", attributes)).issues == []


@pytest.mark.parametrize(
    ("key", "expression", "content"),
    [
        ("unknown-element", "Patient", "<adress/>"),
        ("unknown-element", "Patient.active", '<active value="true"><value value="1"/></active>'),
        ("choice-type", "Patient.deceased", '<deceasedString value="x"/>'),
        ("xml-namespace", "Patient.address", '<address xmlns="urn:x"><city value="x"/></address>'),
        ("xml-namespace", "Patient.text.div", "<text><div>a</div></text>"),
        ("xml-order", "Patient.active", '<gender value="male"/><active value="true"/>'),
        ("xml-repeated", "Patient.gender", '<gender value="male"/><gender value="female"/>'),
        ("xml-repeated", "Patient.maritalStatus", "<maritalStatus><text value='a'/></maritalStatus>" * 2),
        ("xml-attribute", "Patient.gender", '<gender value="male" other="x"/>'),
        ("xml-attribute", "Patient.name[0]", '<name value="x"><text value="x"/></name>'),
        ("xml-attribute", "Patient.name[0]", '<name xml:id="x"><text value="x"/></name>'),
        ("xml-empty-attribute", "Patient.gender", '<gender value=""/>'),
        ("xml-empty-attribute", "Patient.name[0].id", '<name id=""><text value="x"/></name>'),
        ("xml-empty-element", "Patient.gender", "<gender/>"),
        ("xml-text", "Patient", "hello"),
        ("xml-text", "Patient.name[0].text", '<name><text value="x">hello</text></name>'),
        ("xml-value", "Patient.active", '<active value="yes"/>'),
        ("xml-value", "Patient.multipleBirth", '<multipleBirthInteger value="02"/>'),
        ("xml-no-resource", "Patient.contained[0]", "<contained/>"),
        ("resource-type", "Patient.contained[0]", "<contained><Human/></contained>"),
        ("xml-second-resource", "Patient.contained[0]", "<contained><Basic/><Basic/></contained>"),
    ],
)
def test_faults_that_leave_a_tree_are_issues_and_reading_goes_on(
    key: str, expression: str, content: str
) -> None:
    after = '<managingOrganization><display value="still read"/></managingOrganization>'
    got, found = only(patient(content + after))

    assert (found.key, found.expression, found.severity) == (key, expression, "error")
    assert got.resource is not None
    assert got.resource["managingOrganization"] == {"display": "still read"}


def test_an_issue_has_the_line_and_column_of_its_element_in_characters() -> None:
    raw = patient('\n  <language value="lv"/>\n  <name id="āžē"><family value="x"/><given/></name>')
    _, found = only(raw)

    assert (found.key, found.line, found.column) == ("xml-empty-element", 3, 37)


def test_what_repeats_wrongly_is_not_kept() -> None:
    got, _ = only(patient('<gender value="male"/><gender value="female"/>'))

    assert got.resource == {"resourceType": "Patient", "gender": "male"}


def test_a_processing_instruction_is_only_mentioned() -> None:
    got, found = only(b'<?xml-stylesheet href="a.xsl"?>' + patient('<active value="true"/>'))

    assert (found.key, found.severity) == ("xml-instruction", "information")
    assert got.resource == {"resourceType": "Patient", "active": True}


@pytest.mark.parametrize(
    ("key", "line", "raw"),
    [
        ("xml-malformed", 1, b""),
        ("xml-malformed", 2, patient("\n<name></Patient>")),
        ("xml-malformed", 1, patient('<language value="&nbsp;"/>')),
        ("xml-malformed", 1, patient("") + b"<a/>"),
        ("xml-malformed", 1, patient('<id value="a" value="b"/>')),
        ("xml-malformed", 1, patient('<id value="&#1;"/>')),
        ("xml-root", 1, b"<Patient/>"),
        ("xml-root", 1, b'<Patient xmlns="http://hl7.org/FHIR"/>'),
        ("resource-type", 1, b'<Pacient xmlns="http://hl7.org/fhir"/>'),
        ("resource-type", 1, b'<HumanName xmlns="http://hl7.org/fhir"/>'),
        ("xml-doctype", 1, b'<!DOCTYPE a [<!ENTITY b "c">]>' + patient('<language value="&b;"/>')),
        ("xml-doctype", 1, b'<!DOCTYPE Patient SYSTEM "file:///etc/passwd">' + patient("")),
        ("xml-encoding", 1, b'<?xml version="1.0" encoding="ISO-8859-1"?>' + patient("")),
        ("xml-encoding", 1, patient("").decode().encode("utf-16")),
        ("xml-encoding", 1, patient("").decode().encode("utf-16-be")),
        ("xml-encoding", 3, patient('\n\n<language value="') + b'\xff"/>'),
        ("xml-depth", 1, patient("<extension url='a'>" * 40 + "</extension>" * 40)),
        (
            "xml-depth",
            1,
            patient("<text>" + DIV * 65 + "</div>" * 65 + "</text>"),
        ),
    ],
)
def test_what_cannot_be_read_is_one_fatal_issue(key: str, line: int, raw: bytes) -> None:
    got, found = only(raw)

    assert (found.key, found.severity, found.line) == (key, "fatal", line)
    assert got.resource is None


def test_a_byte_order_mark_is_allowed() -> None:
    assert read_xml(b"\xef\xbb\xbf" + patient("")).resource == {"resourceType": "Patient"}


def test_elements_are_bounded() -> None:
    got = read_xml(patient('<name><text value="x"/></name>' * 10), max_elements=20)

    assert [found.key for found in got.issues] == ["xml-too-many-elements"]


def test_issues_are_bounded_and_the_tree_is_whole() -> None:
    got = read_xml(patient("<foo/>" * 500 + '<active value="true"/>'), max_issues=10)

    assert [found.key for found in got.issues] == ["unknown-element"] * 10 + ["xml-more-issues"]
    assert got.resource == {"resourceType": "Patient", "active": True}


@pytest.mark.parametrize(
    "content",
    [
        "<adress/>" * 400_000,
        "<a>" * 1_000_000,
        "<contained><X/></contained>" * 100_000,
        "<name/>" * 1_000_000,
    ],
)
def test_large_hostile_texts_are_read_or_refused_fast(content: str) -> None:
    start = time.process_time()

    assert read_xml(patient(content)).issues

    assert time.process_time() - start < 10  # far above what it takes; a hint for each fault takes minutes


def test_texts_are_in_both_languages() -> None:
    _, found = only(patient('<active value="yes"/>'))

    assert found.text_en == "'yes' is not a valid boolean. Write 'true' or 'false'."
    assert found.text_lv == "'yes' nav derīga boolean vērtība. Raksta 'true' vai 'false'."


def test_places_are_found_by_expression() -> None:
    raw = patient('\n<contained><Observation>\n<valueString value="x"/></Observation></contained>\n<name/>')
    places = read_xml(raw).places

    wanted = ["Patient.contained[0].value", "Patient.name[0].family", "Patient.contained[0].status"]
    assert places.locate(wanted) == {wanted[0]: (3, 1), wanted[1]: (4, 1), wanted[2]: (2, 1)}


@given(resources())
def test_any_resource_is_written_and_read_again_the_same(resource: dict[str, Any]) -> None:
    got = read_xml(write_xml(resource))

    assert got.issues == []
    assert canonical(got.resource) == canonical(resource)


SCRAPS = """<Patient xmlns="http://hl7.org/fhir"> </Patient> <name> </name> <given value="a"/> <text> </text> /> <a
<div xmlns="http://www.w3.org/1999/xhtml"> </div> <p/> xmlns:h="urn:x" <h:a> </h:a> <!--c--> <?pi?> &amp; &#1;
<contained> </contained> <Patient> <![CDATA[x]]> ]]> <!DOCTYPE value="" id="1" <extension url="u"> </extension>"""
scraps = st.lists(st.sampled_from([*SCRAPS.encode().split(b" "), b" ", b"\xff", b"\xc4\x81"]), max_size=16)
inside = scraps.map(lambda found: patient(b" ".join(found).decode("utf-8", "replace")))


@given(st.binary(max_size=60) | scraps.map(b"".join) | inside)
@example(patient('<text><h:div xmlns:h="http://www.w3.org/1999/xhtml" h:a="1"/></text>'))
def test_any_bytes_give_a_resource_or_a_fatal_issue(raw: bytes) -> None:
    got = read_xml(raw)

    assert (got.resource is None) == any(found.severity == "fatal" for found in got.issues)
    assert all(found.line is not None and found.line >= 1 for found in got.issues)
    assert got.places.locate(["Patient.name[0].given[1]"])
