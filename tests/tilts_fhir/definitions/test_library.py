"""Definitions that come with a request, before those of the release."""

from typing import Any

import pytest

from tilts_fhir.library import RELEASE, Library

TYPE = "http://hl7.org/fhir/StructureDefinition/"
URL = "http://example.lv/StructureDefinition/pacients"


def profile(**members: Any) -> dict[str, Any]:
    stated = {
        "resourceType": "StructureDefinition",
        "url": URL,
        "name": "Pacients",
        "status": "active",
        "kind": "resource",
        "abstract": False,
        "type": "Patient",
        "baseDefinition": TYPE + "Patient",
        "derivation": "constraint",
        "differential": {"element": [{"path": "Patient.birthDate", "min": 1}]},
    }
    return stated | members


def value_set(version: str | None) -> dict[str, Any]:
    stated = {"resourceType": "ValueSet", "url": "http://example.lv/vs", "name": str(version)}
    return stated if version is None else stated | {"version": version}


def test_what_was_given_comes_before_the_release() -> None:
    own = {"resourceType": "ValueSet", "url": "http://hl7.org/fhir/ValueSet/languages", "name": "Own"}

    assert Library([own]).find("ValueSet", own["url"]) is own
    assert Library().find("ValueSet", own["url"]) is not own


def test_what_was_not_given_is_asked_of_the_library_beneath() -> None:
    own = value_set(None)
    library = Library(beneath=Library([own], beneath=RELEASE))

    assert library.find("ValueSet", own["url"]) is own
    assert library.find("CodeSystem", own["url"]) is None
    assert library.structure("Patient") is not None


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("", "1.10.0"), ("|1.2", "1.2.0"), ("|1", "1.10.0"), ("|1.2.0", "1.2.0"), ("|2", None), ("|1.1", None)],
)
def test_a_version_is_found_exactly_or_by_its_beginning_and_else_the_latest(
    wanted: str, found: str | None
) -> None:
    library = Library([value_set("1.2.0"), value_set("1.10.0"), value_set("1.9.9")], beneath=RELEASE)
    resource = library.find("ValueSet", "http://example.lv/vs" + wanted)

    assert (resource and resource["version"]) == found


def test_of_two_that_are_the_same_the_last_one_counts() -> None:
    first, last = value_set(None), value_set(None)

    assert Library([first, last]).find("ValueSet", first["url"]) is last


def test_a_profile_that_has_only_a_differential_is_given_its_snapshot() -> None:
    structure = Library([profile()], beneath=RELEASE).structure(URL)

    assert structure is not None and structure.is_profile
    rows = {row.path: row for row in structure.rows}
    assert rows["Patient.birthDate"].min == 1
    assert rows["Patient.contact.name"].types[0].code == "HumanName"


def test_base_types_are_found_by_name() -> None:
    structure = RELEASE.structure("HumanName")

    assert structure is not None
    assert (structure.url, structure.type) == (TYPE + "HumanName", "HumanName")
    assert RELEASE.structure(TYPE + "HumanName|4.0.1") is not None
    assert RELEASE.structure("Humanname") is None


@pytest.mark.parametrize(
    "broken",
    [
        {"snapshot": {"element": [{"path": "Patient", "max": "many"}]}},
        {"snapshot": "none"},
        {"type": None},
        {"baseDefinition": "http://example.lv/none"},
        {"differential": [1]},
    ],
)
def test_a_profile_that_cannot_be_read_is_no_profile(broken: dict[str, Any]) -> None:
    library = Library([profile(**broken)], beneath=RELEASE)
    structure = library.structure(URL)

    assert structure is None or structure.rows[0].path == "Patient"
    assert len(list(library.structures())) == (0 if structure is None else 1)


def test_what_was_passed_in_can_be_listed() -> None:
    one, two = profile(version="1"), profile(version="2")
    library = Library(
        [value_set("1")], beneath=Library([one, two, {"resourceType": "Patient"}], beneath=RELEASE)
    )

    assert list(library.given("StructureDefinition")) == [one, two]
    assert [structure.version for structure in library.structures()] == ["1", "2"]
    assert list(library.given("Patient")) == []


def test_a_url_tells_which_resource_types_it_stands_for() -> None:
    library = Library([value_set("1"), value_set("1") | {"resourceType": "CodeSystem"}], beneath=RELEASE)

    assert library.kinds("http://example.lv/vs|7") == ("CodeSystem", "ValueSet")
    assert library.kinds(TYPE + "Patient") == ("StructureDefinition",)
    assert library.kinds("http://example.lv/none") == ()
