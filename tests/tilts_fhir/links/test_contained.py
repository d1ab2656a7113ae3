"""A contained resource has an id and is used."""

from tests.tilts_fhir.links.findings import an_observation, found

PATIENT = {"resourceType": "Patient", "id": "p"}


def test_a_contained_resource_that_nothing_refers_to_is_an_error() -> None:
    assert found(an_observation(contained=[PATIENT])) == [("contained-unused", "Observation.contained[0]")]


def test_a_canonical_refers_to_a_contained_resource_as_well() -> None:
    questionnaire = {"resourceType": "Questionnaire", "id": "q", "status": "draft"}
    answers = {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "contained": [questionnaire],
        "questionnaire": "#q",
    }
    assert found(answers) == []


def test_a_contained_resource_that_refers_to_its_container_is_used() -> None:
    inner = an_observation(id="i", derivedFrom=[{"reference": "#"}])
    assert found(an_observation(contained=[inner])) == []


def test_a_contained_resource_has_an_id_of_its_own() -> None:
    nameless = {"resourceType": "Patient", "active": True}
    twice = an_observation(contained=[PATIENT, PATIENT], subject={"reference": "#p"})
    assert found(an_observation(contained=[nameless])) == [("contained-no-id", "Observation.contained[0]")]
    assert found(twice) == [("contained-same-id", "Observation.contained[1]")]
