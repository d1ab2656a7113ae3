"""Profiles on types, and on what references point to."""

from typing import Any

import pytest

from tests.tilts_fhir.profiles.definitions import BASE, ROOT, a_patient, a_profile, found

Json = dict[str, Any]

WITH_CITY = a_profile("with-city", "Address", {"path": "Address.city", "min": 1})
WITH_USE = a_profile("with-use", "Address", {"path": "Address.use", "min": 1})


def addressed(*names: str) -> Json:
    return a_profile(
        "addressed",
        "Patient",
        {
            "path": "Patient.address",
            "type": [{"code": "Address", "profile": [ROOT + name for name in names]}],
        },
    )


def test_a_value_must_meet_the_profile_of_its_type() -> None:
    profile = addressed("with-city")
    assert found(a_patient(address=[{"city": "Rīga"}]), profile, WITH_CITY) == []
    assert found(a_patient(address=[{"text": "x"}]), profile, WITH_CITY) == [
        ("profile-minimum", "Patient.address[0].city")
    ]


def test_one_of_several_profiles_is_enough() -> None:
    profile = addressed("with-city", "with-use")
    assert found(a_patient(address=[{"city": "Rīga"}, {"use": "home"}]), profile, WITH_CITY, WITH_USE) == []
    assert found(a_patient(address=[{"text": "x"}]), profile, WITH_CITY, WITH_USE) == [
        ("profile-no-match", "Patient.address[0]")
    ]


def test_a_profile_of_a_type_that_is_not_known_is_named() -> None:
    assert found(a_patient(address=[{"text": "x"}]), addressed("nowhere")) == [
        ("profile-part-unknown", "Patient.address[0]")
    ]


FRIENDS = a_profile(
    "friends",
    "Patient",
    {"path": "Patient.gender", "min": 1},
    {"path": "Patient.link.other", "type": [{"code": "Reference", "targetProfile": [ROOT + "friends"]}]},
)


def linked(id: str, to: str, **facts: Any) -> Json:
    return a_patient(id=id, link=[{"other": {"reference": to}, "type": "seealso"}], **facts)


def a_bundle(*resources: Json) -> Json:
    entries = [
        {"fullUrl": f"https://tilts.example/fhir/{each['resourceType']}/{each['id']}", "resource": each}
        for each in resources
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def named(resource: Json) -> Json:
    return {**resource, "meta": {"profile": [FRIENDS["url"]]}}


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ([linked("a", "Patient/b", gender="male"), linked("b", "Patient/a", gender="male")], []),
        ([linked("a", "Patient/a", gender="male")], []),
        ([linked("a", "Patient/b", gender="male"), a_patient(id="b")], ["profile-target"]),
        (
            [
                linked("a", "Patient/b", gender="male"),
                linked("b", "Patient/c", gender="male"),
                a_patient(id="c"),
            ],
            ["profile-target"],
        ),
        ([linked("a", "RelatedPerson/b", gender="male")], ["profile-target-type"]),
        ([linked("a", "Patient/elsewhere", gender="male")], []),
    ],
    ids=["circle", "itself", "wrong target", "wrong target of a target", "wrong type", "out of reach"],
)
def test_the_target_of_a_reference_must_meet_a_profile_too(
    resources: list[Json], expected: list[str]
) -> None:
    bundle = a_bundle(named(resources[0]), *resources[1:])
    assert [key for key, _ in found(bundle, FRIENDS, profiles=())] == expected


def test_a_target_outside_is_asked_of_the_caller() -> None:
    patient = linked("a", "https://other.example/Patient/b", gender="male")
    there: dict[str, Json] = {"https://other.example/Patient/b": a_patient(id="b")}
    assert found(patient, FRIENDS, resolve=there.get) == [("profile-target", "Patient.link[0].other")]
    assert found(patient, FRIENDS) == []


def kept_in(*ways: str) -> Json:
    kind = {"code": "Reference", "targetProfile": [BASE + "Organization"], "aggregation": list(ways)}
    return a_profile("kept", "Patient", {"path": "Patient.managingOrganization", "type": [kind]})


@pytest.mark.parametrize(
    ("ways", "reference", "is_right"),
    [
        (("contained",), "#o", True),
        (("contained",), "Organization/1", False),
        (("referenced",), "Organization/1", True),
        (("referenced",), "#o", False),
        (("contained", "referenced"), "#o", True),
        (("bundled",), "Organization/1", True),
    ],
)
def test_a_profile_says_how_a_target_may_be_reached(
    ways: tuple[str, ...], reference: str, is_right: bool
) -> None:
    organization = {"resourceType": "Organization", "id": "o", "name": "O"}
    contained = {"contained": [organization]} if reference == "#o" else {}
    patient = a_patient(managingOrganization={"reference": reference}, **contained)
    keys = [key for key, _ in found(patient, kept_in(*ways))]
    assert keys == ([] if is_right else ["profile-aggregation"])


def test_a_type_stated_twice_gives_two_choices() -> None:
    kinds = [
        {"code": "Reference", "targetProfile": [BASE + name]} for name in ("Organization", "Practitioner")
    ]
    profile = a_profile("twice", "Patient", {"path": "Patient.generalPractitioner", "type": kinds})
    assert found(a_patient(generalPractitioner=[{"reference": "Practitioner/1"}]), profile) == []
    assert found(a_patient(generalPractitioner=[{"reference": "PractitionerRole/1"}]), profile) == [
        ("profile-target-type", "Patient.generalPractitioner[0]")
    ]


def test_a_long_chain_of_references_ends() -> None:
    chain = [linked(f"p{n}", f"Patient/p{n + 1}", gender="male") for n in range(300)]
    assert found(a_bundle(named(chain[0]), *chain[1:]), FRIENDS, profiles=()) == []
