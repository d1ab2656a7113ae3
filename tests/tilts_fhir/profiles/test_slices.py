"""Slices: which entry belongs to which, how many there may be, in which order."""

from typing import Any

import pytest

from tests.tilts_fhir.profiles.definitions import (
    a_patient,
    a_profile,
    an_observation,
    found,
    of_systems,
    sliced,
)

Json = dict[str, Any]


def by_system(rules: str = "open", **facts: Any) -> Json:
    return sliced(
        "Patient.identifier",
        [("value", "system")],
        {
            "name": "code",
            "min": 1,
            "max": "1",
            "below": {"system": {"min": 1, "fixedUri": "urn:a"}, "value": {"min": 1}},
        },
        {"name": "card", "min": 0, "max": "1", "below": {"system": {"min": 1, "fixedUri": "urn:b"}}},
        rules=rules,
        **facts,
    )


@pytest.mark.parametrize(
    ("profile", "patient", "expected"),
    [
        (by_system(), of_systems("urn:a"), []),
        (by_system(), of_systems("urn:a", "urn:c", "urn:b"), []),
        (by_system(), of_systems("urn:b"), [("profile-slice-missing", "Patient.identifier")]),
        (by_system(), of_systems("urn:a", "urn:a"), [("profile-slice-many", "Patient.identifier")]),
        (
            by_system(),
            a_patient(identifier=[{"system": "urn:a", "use": "old"}]),
            [("profile-minimum", "Patient.identifier[0].value")],
        ),
        (
            by_system("closed"),
            of_systems("urn:a", "urn:c"),
            [("profile-slice-closed", "Patient.identifier[1]")],
        ),
        (
            by_system("openAtEnd"),
            of_systems("urn:c", "urn:a"),
            [("profile-slice-end", "Patient.identifier[1]")],
        ),
        (by_system("openAtEnd"), of_systems("urn:a", "urn:c"), []),
        (
            by_system(ordered=True),
            of_systems("urn:b", "urn:a"),
            [("profile-slice-order", "Patient.identifier[1]")],
        ),
        (by_system(ordered=True), of_systems("urn:a", "urn:b"), []),
    ],
)
def test_entries_are_counted_and_checked_in_their_slice(
    profile: Json, patient: Json, expected: list[tuple[str, str]]
) -> None:
    assert found(patient, profile) == expected


def test_a_slice_divided_again_counts_only_what_is_in_it() -> None:
    profile = a_profile(
        "divided",
        "Patient",
        {
            "path": "Patient.identifier",
            "slicing": {"discriminator": [{"type": "value", "path": "system"}], "rules": "open"},
        },
        {
            "id": "Patient.identifier:code",
            "path": "Patient.identifier",
            "sliceName": "code",
            "slicing": {"discriminator": [{"type": "value", "path": "use"}], "rules": "closed"},
        },
        {
            "id": "Patient.identifier:code.system",
            "path": "Patient.identifier.system",
            "min": 1,
            "fixedUri": "urn:a",
        },
        {
            "id": "Patient.identifier:code/old",
            "path": "Patient.identifier",
            "sliceName": "code/old",
            "max": "1",
        },
        {
            "id": "Patient.identifier:code/old.system",
            "path": "Patient.identifier.system",
            "min": 1,
            "fixedUri": "urn:a",
        },
        {
            "id": "Patient.identifier:code/old.use",
            "path": "Patient.identifier.use",
            "min": 1,
            "fixedCode": "old",
        },
    )
    old = {"system": "urn:a", "use": "old", "value": "1"}
    assert (
        found(a_patient(identifier=[old, {"system": "urn:b", "use": "usual", "value": "1"}]), profile) == []
    )
    assert found(a_patient(identifier=[old, old]), profile) == [("profile-slice-many", "Patient.identifier")]
    assert found(a_patient(identifier=[{**old, "use": "usual"}]), profile) == [
        ("profile-slice-closed", "Patient.identifier[0]")
    ]


def test_a_choice_is_sliced_by_its_types_without_being_told() -> None:
    profile = a_profile(
        "chosen",
        "Observation",
        {
            "id": "Observation.value[x]",
            "path": "Observation.value[x]",
            "slicing": {"discriminator": [{"type": "type", "path": "$this"}], "rules": "closed"},
            "type": [{"code": "Quantity"}],
        },
        {
            "id": "Observation.value[x]:valueQuantity",
            "path": "Observation.value[x]",
            "sliceName": "valueQuantity",
            "type": [{"code": "Quantity"}],
        },
        {"id": "Observation.value[x]:valueQuantity.unit", "path": "Observation.value[x].unit", "min": 1},
    )
    assert found(an_observation(valueQuantity={"value": 1, "unit": "mm"}), profile) == []
    assert found(an_observation(valueQuantity={"value": 1}), profile) == [
        ("profile-minimum", "Observation.value.unit")
    ]
    assert {key for key, _ in found(an_observation(valueString="x"), profile)} == {
        "profile-type",
        "profile-slice-closed",
    }


def test_a_slice_whose_discriminator_says_nothing_is_not_counted_but_named() -> None:
    profile = sliced("Patient.identifier", [("value", "use")], {"name": "any", "min": 1}, rules="closed")
    assert found(of_systems("urn:a"), profile) == [("profile-slice-undecided", "Patient.identifier")]
