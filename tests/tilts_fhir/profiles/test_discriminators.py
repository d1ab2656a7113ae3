"""Discriminators: by what the entries of a sliced element are told apart."""

from typing import Any

import pytest

from tests.tilts_fhir.profiles.definitions import (
    ROOT,
    a_patient,
    a_profile,
    an_extension,
    an_observation,
    found,
    of_systems,
    sliced,
)

Json = dict[str, Any]

CODE_A = {"coding": [{"system": "urn:s", "code": "a"}]}
MILLIMETRES = {"system": "http://unitsofmeasure.org", "code": "mm"}
CODE_B = {"coding": [{"system": "urn:s", "code": "b"}]}


@pytest.mark.parametrize(
    ("profile", "right", "wrong"),
    [
        (
            sliced(
                "Observation.component",
                [("pattern", "code")],
                {"name": "a", "min": 1, "below": {"code": {"patternCodeableConcept": CODE_A}}},
            ),
            an_observation(component=[{"code": {**CODE_A, "text": "more"}}]),
            an_observation(component=[{"code": CODE_B}]),
        ),
        (
            sliced(
                "Observation.component",
                [("value", "code.coding.code")],
                {"name": "a", "min": 1, "below": {"code": {"patternCodeableConcept": CODE_A}}},
            ),
            an_observation(component=[{"code": CODE_A}]),
            an_observation(component=[{"code": CODE_B}]),
        ),
        (
            sliced(
                "Observation.component",
                [("value", "code.coding.code")],
                {
                    "name": "a",
                    "min": 1,
                    "below": {"code": {"patternCodeableConcept": CODE_A}, "code.coding": {"min": 1}},
                },
            ),
            an_observation(component=[{"code": CODE_A}]),
            an_observation(component=[{"code": CODE_B}]),
        ),
        (
            sliced(
                "Observation.component",
                [("value", "code")],
                {
                    "name": "a",
                    "min": 1,
                    "below": {"code.coding": {"min": 1}, "code.coding.code": {"min": 1, "fixedCode": "a"}},
                },
            ),
            an_observation(component=[{"code": CODE_A}]),
            an_observation(component=[{"code": CODE_B}]),
        ),
        (
            sliced(
                "Observation.component",
                [("exists", "interpretation")],
                {"name": "told", "min": 1, "below": {"interpretation": {"min": 1}}},
                {"name": "plain", "min": 0, "below": {"interpretation": {"max": "0"}}},
            ),
            an_observation(component=[{"code": CODE_A, "interpretation": [{"text": "x"}]}]),
            an_observation(component=[{"code": CODE_A}]),
        ),
        (
            sliced(
                "Observation.component",
                [("type", "value")],
                {"name": "text", "min": 1, "below": {"value[x]": {"type": [{"code": "string"}]}}},
            ),
            an_observation(component=[{"code": CODE_A, "valueString": "x"}]),
            an_observation(component=[{"code": CODE_A, "valueInteger": 1}]),
        ),
        (
            sliced(
                "Observation.component",
                [("value", "value.ofType(Quantity).code")],
                {
                    "name": "a",
                    "min": 1,
                    "below": {
                        "value[x]": {"type": [{"code": "Quantity"}], "patternQuantity": {"code": "mm"}}
                    },
                },
            ),
            an_observation(component=[{"code": CODE_A, "valueQuantity": {"value": 1, **MILLIMETRES}}]),
            an_observation(component=[{"code": CODE_A, "valueString": "1 mm"}]),
        ),
        (
            sliced(
                "Observation.performer",
                [("type", "resolve()")],
                {
                    "name": "person",
                    "min": 1,
                    "type": [
                        {
                            "code": "Reference",
                            "targetProfile": ["http://hl7.org/fhir/StructureDefinition/Practitioner"],
                        }
                    ],
                },
            ),
            an_observation(performer=[{"reference": "Practitioner/1"}]),
            an_observation(performer=[{"reference": "Organization/1"}]),
        ),
        (
            sliced(
                "Patient.identifier",
                [("value", "$this")],
                {"name": "whole", "min": 1, "patternIdentifier": {"system": "urn:a"}},
            ),
            of_systems("urn:a"),
            of_systems("urn:b"),
        ),
    ],
    ids=[
        "pattern",
        "inside a pattern",
        "inside a pattern and elements",
        "below a path",
        "exists",
        "type",
        "of type",
        "resolve",
        "this",
    ],
)
def test_each_kind_of_discriminator_tells_entries_apart(profile: Json, right: Json, wrong: Json) -> None:
    assert found(right, profile) == []
    assert [key for key, _ in found(wrong, profile)] == ["profile-slice-missing"]


def test_a_profile_discriminator_asks_the_profile() -> None:
    named = a_profile("named", "Patient", {"path": "Patient.name", "min": 1})
    profile = sliced(
        "Bundle.entry",
        [("profile", "resource")],
        {
            "name": "named",
            "min": 1,
            "max": "1",
            "below": {"resource": {"type": [{"code": "Patient", "profile": [ROOT + "named"]}]}},
        },
    )

    def bundle(*patients: Json) -> Json:
        entries = [{"fullUrl": f"urn:uuid:{n}", "resource": each} for n, each in enumerate(patients)]
        return {"resourceType": "Bundle", "type": "collection", "entry": entries}

    with_name = a_patient(name=[{"text": "A"}])
    assert found(bundle(with_name, a_patient()), profile, named) == []
    assert found(bundle(a_patient()), profile, named) == [("profile-slice-missing", "Bundle.entry")]
    assert found(bundle(with_name, dict(with_name)), profile, named) == [
        ("profile-slice-many", "Bundle.entry")
    ]


def test_an_extension_discriminator_looks_into_the_extension() -> None:
    kind = an_extension("kind", {"path": "Extension.value[x]", "type": [{"code": "code"}]})
    profile = a_profile(
        "sliced",
        "Patient",
        {
            "path": "Patient.contact",
            "slicing": {
                "discriminator": [{"type": "value", "path": f"extension('{ROOT}kind').value"}],
                "rules": "open",
            },
        },
        {"id": "Patient.contact:near", "path": "Patient.contact", "sliceName": "near", "min": 1},
        {
            "id": "Patient.contact:near.extension",
            "path": "Patient.contact.extension",
            "slicing": {"discriminator": [{"type": "value", "path": "url"}], "rules": "open"},
        },
        {
            "id": "Patient.contact:near.extension:kind",
            "path": "Patient.contact.extension",
            "sliceName": "kind",
            "min": 1,
            "type": [{"code": "Extension", "profile": [ROOT + "kind"]}],
        },
        {
            "id": "Patient.contact:near.extension:kind.value[x]",
            "path": "Patient.contact.extension.value[x]",
            "type": [{"code": "code"}],
            "fixedCode": "near",
        },
    )

    def with_contact(code: str) -> Json:
        extension = {"url": ROOT + "kind", "valueCode": code}
        return a_patient(contact=[{"extension": [extension], "name": {"text": "A"}}])

    assert found(with_contact("near"), profile, kind) == []
    assert ("profile-slice-missing", "Patient.contact") in found(with_contact("far"), profile, kind)
