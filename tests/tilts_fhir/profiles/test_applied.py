"""Which profiles a resource is checked against."""

from typing import Any

from tests.tilts_fhir.profiles.definitions import BASE, ROOT, a_patient, a_profile, an_observation, found

Json = dict[str, Any]

WITH_NAME = a_profile("with-name", "Patient", {"path": "Patient.name", "min": 1})


def test_a_resource_is_checked_against_the_profiles_it_names() -> None:
    patient = a_patient(meta={"profile": [ROOT + "with-name"]})
    assert found(patient, WITH_NAME, profiles=()) == [("profile-minimum", "Patient.name")]


def test_a_named_profile_that_is_not_known_is_no_error_but_one_asked_for_is() -> None:
    patient = a_patient(meta={"profile": [ROOT + "nowhere"]})
    assert found(patient) == [("profile-unknown", "Patient.meta")]
    assert found(a_patient(), profiles=(ROOT + "nowhere",)) == [("profile-unknown", "Patient")]


def test_a_profile_for_another_type_is_refused() -> None:
    assert found(an_observation(), WITH_NAME) == [("profile-other-type", "Observation")]


def test_a_contained_resource_is_checked_against_the_profiles_it_names() -> None:
    inner = a_patient(id="p", meta={"profile": [ROOT + "with-name"]})
    observation = an_observation(subject={"reference": "#p"}, contained=[inner])
    assert found(observation, WITH_NAME, profiles=()) == [
        ("profile-minimum", "Observation.contained[0].name")
    ]


def test_a_vital_sign_is_known_by_its_code() -> None:
    coding = {"system": "http://loinc.org", "code": "8867-4"}
    category = {"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}
    right = an_observation(
        code={"coding": [coding]},
        category=[{"coding": [category]}],
        subject={"reference": "Patient/1"},
        effectiveDateTime="2026-11-23",
        valueQuantity={"value": 70, "unit": "/min", "system": "http://unitsofmeasure.org", "code": "/min"},
    )
    assert found(right) == []
    assert found({**right, "category": [{"text": "x"}]}) == [
        ("profile-slice-missing", "Observation.category")
    ]


def test_a_profile_may_ask_for_another_one_beside_itself() -> None:
    imposing = a_profile(
        "imposing",
        "Patient",
        extension=[{"url": BASE + "structuredefinition-imposeProfile", "valueCanonical": ROOT + "with-name"}],
    )
    assert found(a_patient(), imposing, WITH_NAME) == [("profile-minimum", "Patient.name")]


def test_a_guide_asks_for_a_profile_of_every_resource_of_a_type() -> None:
    guide = {
        "resourceType": "ImplementationGuide",
        "url": "https://tilts.example/fhir/ImplementationGuide/x",
        "global": [{"type": "Patient", "profile": ROOT + "with-name"}],
    }
    assert found(a_patient(), WITH_NAME, guide, profiles=()) == [("profile-minimum", "Patient.name")]
    assert found(an_observation(), WITH_NAME, guide, profiles=()) == []


def test_what_the_base_type_asks_for_is_said_once() -> None:
    profile = a_profile("observed", "Observation", {"path": "Observation.status", "min": 1})
    assert found({"resourceType": "Observation", "code": {"text": "x"}}, profile) == []
