"""The conformance resources that the package carries: what is there, by which name it is found, how fast."""

import subprocess
import sys
import time

import pytest

from tilts_fhir import core

TYPE = "http://hl7.org/fhir/StructureDefinition/"
LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("StructureDefinition", 655),
        ("ValueSet", 1313),
        ("CodeSystem", 1062),
        ("SearchParameter", 1400),
        ("OperationDefinition", 47),
        ("CompartmentDefinition", 6),
    ],
)
def test_all_definitions_of_the_release_are_there_and_can_be_read(kind: str, count: int) -> None:
    urls = core.urls(kind)

    assert len(urls) == count
    for url in urls:
        found = core.find(kind, url)
        assert found is not None
        assert (found["resourceType"], found["url"]) == (kind, url)


@pytest.mark.parametrize("version", ["", "|4", "|4.0", "|4.0.1"])
def test_a_definition_is_found_by_its_version_or_the_beginning_of_it(version: str) -> None:
    assert core.find("ValueSet", "http://hl7.org/fhir/ValueSet/administrative-gender" + version)


@pytest.mark.parametrize("version", ["|4.0.0", "|4.0.10", "|5.0.0", "|4.", "|40", "|4.0.1.1"])
def test_a_definition_is_not_found_by_another_version(version: str) -> None:
    assert core.find("ValueSet", "http://hl7.org/fhir/ValueSet/administrative-gender" + version) is None


def test_the_version_of_the_release_finds_what_has_a_version_of_its_own() -> None:
    names = core.find("ValueSet", "http://terminology.hl7.org/ValueSet/v3-NullFlavor|4.0.1")

    assert names is not None and names["version"] != "4.0.1"
    assert core.find("ValueSet", f"{names['url']}|{names['version']}") is names


def test_a_fragment_is_left_aside() -> None:
    assert core.find("StructureDefinition", TYPE + "Patient#contact") is core.find(
        "StructureDefinition", TYPE + "Patient"
    )


def test_what_the_release_does_not_have_is_not_found() -> None:
    assert core.find("StructureDefinition", TYPE + "Nothing") is None
    assert core.find("Questionnaire", TYPE + "Patient") is None
    assert core.find("../structure", "x") is None
    assert core.urls("Questionnaire") == ()


def test_a_canonical_tells_its_resource_type() -> None:
    assert core.kind_of(TYPE + "Patient|9.9") == "StructureDefinition"
    assert core.kind_of("http://hl7.org/fhir/ValueSet/languages") == "ValueSet"
    assert core.kind_of("http://hl7.org/fhir/administrative-gender#male") == "CodeSystem"
    assert core.kind_of("http://example.org/none") is None


def test_texts_for_people_stay_behind() -> None:
    patient = core.find("StructureDefinition", TYPE + "Patient")

    assert patient is not None
    assert not {"text", "description", "differential", "contact"} & patient.keys()
    for element in patient["snapshot"]["element"]:
        assert not {"definition", "comment", "requirements", "mapping", "short", "example"} & element.keys()


def test_what_a_check_reads_is_kept() -> None:
    observation = core.find("StructureDefinition", TYPE + "Observation")
    codes = core.find("CodeSystem", "http://terminology.hl7.org/CodeSystem/v3-ActCode")

    assert observation is not None and codes is not None
    root, *elements = observation["snapshot"]["element"]
    invariants = {each["key"]: each for each in root["constraint"]}
    assert invariants["obs-7"]["human"] and invariants["obs-7"]["expression"]
    assert invariants["dom-6"]["extension"][0]["valueBoolean"] is True
    by_path = {element["path"]: element for element in elements}
    assert by_path["Observation.status"]["binding"]["strength"] == "required"
    assert by_path["Observation.language"]["binding"]["extension"][0]["valueCanonical"]
    assert any("property" in concept for concept in codes["concept"])


def test_the_id_of_a_resource_is_an_id_though_the_published_snapshot_says_string() -> None:
    patient = core.find("StructureDefinition", TYPE + "Patient")

    assert patient is not None
    assert patient["snapshot"]["element"][1]["type"][0]["extension"][0]["valueUrl"] == "id"


def test_codes_of_loinc_and_snomed_ct_come_only_from_value_sets() -> None:
    systems = {url: core.find("CodeSystem", url) for url in (LOINC, SNOMED)}

    assert systems[LOINC] is None
    assert systems[SNOMED] is not None and systems[SNOMED]["content"] == "not-present"
    assert core.find("ValueSet", "http://hl7.org/fhir/ValueSet/example-extensional") is None


def test_the_first_answer_comes_fast_and_reads_one_file() -> None:
    start = time.perf_counter()
    assert core.find("StructureDefinition", TYPE + "Questionnaire")
    assert time.perf_counter() - start < 0.5

    seen = "from tilts_fhir import core; import tilts_fhir.library; print(core._pack.cache_info().currsize)"
    answer = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "0"
