"""The story of the sandbox, scene by scene: the same that `tilts story` tells."""

import httpx
import pytest

from tests.running import Running
from tilts.lab.story import StoryWrong, expect, play, refusal
from tilts.rules import Language
from tilts_connector import Access, PatientPortal, Practice, PrescriptionOrder, packs
from tilts_connector._tls import tls_context


@pytest.mark.parametrize("language", ["lv", "en"])
def test_the_whole_story_goes_as_it_should(exchange: Running, language: Language) -> None:
    scenes = list(play(exchange.facts, language))

    assert [scene.refused for scene in scenes] == [
        False,  # the patient is found
        False,  # three packs are prescribed
        False,  # the first pharmacy claims
        False,  # and hands out one
        True,  # the second pharmacy is refused while the first holds it
        False,  # the first releases, the balance returns
        False,  # the second claims and hands out two
        True,  # one more is refused
        True,  # what was handed out cannot be cancelled
        True,  # a revoked certificate gets nothing
        False,  # the patient sees them all
    ]
    assert all(scene.calls for scene in scenes)


def test_a_story_that_goes_wrong_says_so(exchange: Running) -> None:
    with exchange.connect("practice") as practice, pytest.raises(StoryWrong, match="it was done"):
        refusal(practice.metadata, "DSP-001")


def test_an_expectation_that_does_not_hold_is_named() -> None:
    with pytest.raises(StoryWrong, match="expected rain"):
        expect(False, "rain")


def test_a_repeated_call_is_an_access_that_the_patient_sees(exchange: Running) -> None:
    patient = exchange.facts["persons"][3]["patient"]
    order = PrescriptionOrder("Paraugols 500 mg", packs(1), "1 tablete", identifier="story-repeat-1")
    with exchange.connect("practice") as practice, exchange.connect("portal") as portal:
        Practice(practice).prescribe(patient, order)
        before = prescribed(PatientPortal(portal).accesses(patient))
        Practice(practice).prescribe(patient, order)  # the reply was lost: the same again

        assert prescribed(PatientPortal(portal).accesses(patient)) == before + 1


def prescribed(accesses: list[Access]) -> int:
    return sum(access.action == "prescription.prescribed" for access in accesses)


def test_a_repeat_is_told_as_one_and_not_as_another_prescription(exchange: Running) -> None:
    patient = exchange.facts["persons"][4]["patient"]
    order = PrescriptionOrder("Paraugols 500 mg", packs(1), "1 tablete", identifier="story-repeat-2")
    with exchange.connect("practice", language="en") as practice:
        for _ in range(2):
            Practice(practice).prescribe(patient, order)
    with exchange.connect("portal", language="en") as portal:
        told = [
            a.words for a in PatientPortal(portal).accesses(patient) if a.action == "prescription.prescribed"
        ]

    assert told[:2] == [
        "Writes a prescription (repeated call: the earlier answer again)",
        "Writes a prescription",
    ]


@pytest.mark.parametrize("resource_type", ["MedicationRequest", "Task", "Practitioner", "PractitionerRole"])
def test_a_person_code_in_an_address_is_refused_for_every_type(exchange: Running, resource_type: str) -> None:
    code = exchange.facts["persons"][0]["code"]
    with exchange.connect("practice") as practice:
        answer = httpx.get(
            f"{exchange.facts['fhir']}/{resource_type}",
            params={"_id": code},
            headers={"Authorization": f"Bearer {practice.bearer_token()}"},
            verify=tls_context(exchange.credentials("practice")),
        )

    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == "WIRE-009"
