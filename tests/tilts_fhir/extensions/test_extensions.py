"""Extensions: known, rightly used, and in the right place."""

from typing import Any

import pytest

from tests.tilts_fhir.profiles.definitions import BASE, ROOT, a_patient, an_extension, an_observation, found

Json = dict[str, Any]

COLOUR = an_extension("colour", {"path": "Extension.value[x]", "min": 1, "type": [{"code": "code"}]})


BY_URL = {"type": "value", "path": "url"}


def coloured(**facts: Any) -> Json:
    return {"url": ROOT + "colour", "valueCode": "red", **facts}


def checked(resource: Json, *definitions: Json) -> list[tuple[str, str]]:
    return found(resource, *definitions, profiles=())


def test_a_known_extension_is_checked_by_its_definition() -> None:
    assert checked(a_patient(extension=[coloured()]), COLOUR) == []
    wrong = {"url": ROOT + "colour", "valueString": "red"}
    assert checked(a_patient(extension=[wrong]), COLOUR) == [("profile-type", "Patient.extension[0].value")]


@pytest.mark.parametrize(
    ("extension", "expected"),
    [
        ({"valueCode": "x"}, [("extension-url", "Patient.extension[0]")]),
        ({"url": "colour", "valueCode": "x"}, [("extension-relative", "Patient.extension[0].url")]),
        (
            {"url": "https://other.example/x", "valueCode": "x"},
            [("extension-unknown", "Patient.extension[0]")],
        ),
        ({"url": "http://example.org/x", "valueCode": "x"}, []),
        (
            {"url": "http://hl7.org/fhir/5.0/StructureDefinition/extension-Patient.x", "valueCode": "x"},
            [],
        ),
        ({"url": BASE + "Patient", "valueCode": "x"}, [("extension-not-one", "Patient.extension[0]")]),
    ],
)
def test_the_url_of_an_extension_leads_to_a_definition(
    extension: Json, expected: list[tuple[str, str]]
) -> None:
    assert checked(a_patient(extension=[extension])) == expected


def test_a_link_under_another_name_than_url_is_none() -> None:
    """The place and the value are right for what the link says; found by spoiling official examples."""
    definition = {"valueString": "x", "link": BASE + "valueset-concept-definition"}
    include = {"system": "urn:x:y", "concept": [{"code": "a", "extension": [definition]}]}
    value_set = {"resourceType": "ValueSet", "status": "draft", "compose": {"include": [include]}}

    place = "ValueSet.compose.include[0].concept[0].extension[0]"
    assert checked(value_set) == [("extension-url", place)]


def test_the_url_of_an_extension_has_no_version() -> None:
    keys = {key for key, _ in checked(a_patient(extension=[coloured(url=ROOT + "colour|1.0")]), COLOUR)}
    assert "extension-version" in keys


def test_a_complex_extension_describes_those_inside() -> None:
    definition = an_extension(
        "complex",
        {
            "path": "Extension.extension",
            "slicing": {"discriminator": [{"type": "value", "path": "url"}], "rules": "closed"},
        },
        {
            "id": "Extension.extension:part",
            "path": "Extension.extension",
            "sliceName": "part",
            "min": 1,
            "max": "1",
        },
        {"id": "Extension.extension:part.url", "path": "Extension.extension.url", "fixedUri": "part"},
        {
            "id": "Extension.extension:part.value[x]",
            "path": "Extension.extension.value[x]",
            "min": 1,
            "type": [{"code": "boolean"}],
        },
        {"path": "Extension.value[x]", "max": "0"},
    )

    def complex_of(*inner: Json) -> Json:
        return a_patient(extension=[{"url": ROOT + "complex", "extension": list(inner)}])

    assert checked(complex_of({"url": "part", "valueBoolean": True}), definition) == []
    assert [key for key, _ in checked(complex_of({"url": "other", "valueBoolean": True}), definition)] == [
        "extension-part-unknown",
        "profile-slice-missing",
        "profile-slice-closed",
    ]
    assert [key for key, _ in checked(complex_of({"url": "part", "valueString": "x"}), definition)] == [
        "profile-type"
    ]


def test_a_part_that_the_definition_does_not_name_means_nothing() -> None:
    definition = an_extension(
        "parts",
        {"path": "Extension.extension", "slicing": {"discriminator": [BY_URL], "rules": "open"}},
        {"id": "Extension.extension:part", "path": "Extension.extension", "sliceName": "part"},
        {"id": "Extension.extension:part.url", "path": "Extension.extension.url", "fixedUri": "part"},
    )

    def parts(*names: str) -> Json:
        inner = [{"url": name, "valueBoolean": True} for name in names]
        return a_patient(extension=[{"url": ROOT + "parts", "extension": inner}])

    assert checked(parts("part"), definition) == []
    assert checked(parts("part", "http://example.org/x"), definition) == []
    assert checked(parts("part", "other"), definition) == [
        ("extension-part-unknown", "Patient.extension[0].extension[1].url")
    ]


ON_NAME = {"name": [{"text": "A", "extension": [coloured()]}]}
ON_FAMILY = {"name": [{"_family": {"extension": [coloured()]}}]}
ON_BIRTH = {"_birthDate": {"extension": [coloured()]}}
ON_TEXT = {
    "text": {
        "status": "empty",
        "div": '<div xmlns="http://www.w3.org/1999/xhtml">a</div>',
        "extension": [coloured()],
    }
}
INSIDE = {
    "extension": [{"url": ROOT + "outer", "_valueBoolean": {"extension": [coloured()]}, "valueBoolean": True}]
}
OUTER = an_extension("outer")


@pytest.mark.parametrize(
    ("kind", "context", "place", "is_right"),
    [
        ("element", "Patient", {"extension": [coloured()]}, True),
        ("element", "DomainResource", {"extension": [coloured()]}, True),
        ("element", "Observation", {"extension": [coloured()]}, False),
        ("element", "Element", {"extension": [coloured()]}, True),
        ("element", "Patient.name", ON_NAME, True),
        ("element", "HumanName", ON_NAME, True),
        ("element", "Patient.contact", ON_NAME, False),
        ("element", "HumanName.family", ON_FAMILY, True),
        ("element", "string", ON_FAMILY, True),
        ("element", "HumanName.family", ON_NAME, False),
        ("element", "Patient.birthDate", ON_BIRTH, True),
        ("element", "date", ON_BIRTH, True),
        ("element", "DomainResource.text", ON_TEXT, True),
        ("extension", ROOT + "outer", INSIDE, True),
        ("extension", ROOT + "another", INSIDE, False),
        ("fhirpath", "Patient.name.where(text = 'A')", ON_NAME, True),
        ("fhirpath", "Patient.name.where(text = 'B')", ON_NAME, False),
        ("fhirpath", "Patient.birthDate", ON_BIRTH, True),
    ],
)
def test_an_extension_stands_only_where_its_definition_allows(
    kind: str, context: str, place: Json, is_right: bool
) -> None:
    definition = an_extension("colour", context=context, kind=kind)
    keys = [key for key, _ in checked(a_patient(**place), definition, OUTER)]
    assert keys == ([] if is_right else ["extension-context"])


def test_a_choice_is_named_with_and_without_its_type() -> None:
    observation = an_observation(valueQuantity={"value": 1, "extension": [coloured()]})
    for context in ("Observation.value", "Observation.value[x]", "Observation.valueQuantity", "Quantity"):
        assert checked(observation, an_extension("colour", context=context)) == []
    assert checked(observation, an_extension("colour", context="Observation.valueString")) != []


def test_a_recursive_element_is_the_one_it_refers_to() -> None:
    item = {
        "linkId": "1",
        "type": "group",
        "item": [{"linkId": "2", "type": "string", "extension": [coloured()]}],
    }
    questionnaire = {"resourceType": "Questionnaire", "status": "draft", "item": [item]}
    assert checked(questionnaire, an_extension("colour", context="Questionnaire.item")) == []


def test_a_rule_about_the_place_must_hold_there() -> None:
    definition = an_extension("colour", contextInvariant=["active.not()"])
    assert checked(a_patient(active=False, extension=[coloured()]), definition) == []
    assert checked(a_patient(active=True, extension=[coloured()]), definition) == [
        ("extension-context-invariant", "Patient.extension[0]")
    ]


def test_a_modifier_stands_among_modifiers_and_nothing_else_does() -> None:
    modifier = an_extension("colour", {"id": "Extension", "path": "Extension", "isModifier": True})
    modifier["differential"]["element"].pop(0)
    assert checked(a_patient(modifierExtension=[coloured()]), modifier) == []
    assert checked(a_patient(extension=[coloured()]), modifier) == [
        ("extension-is-modifier", "Patient.extension[0]")
    ]
    assert checked(a_patient(modifierExtension=[coloured()]), COLOUR) == [
        ("extension-no-modifier", "Patient.modifierExtension[0]")
    ]
