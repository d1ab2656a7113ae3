"""The story of the sandbox, scene by scene: the same that `tilts story` tells."""

import pytest

from tests.running import Running
from tilts.lab.story import StoryWrong, expect, play, refusal
from tilts.rules import Language
from tilts_connector import Access, PatientPortal, Practice, PrescriptionOrder, packs


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
