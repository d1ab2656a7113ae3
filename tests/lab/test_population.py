import json
from collections import Counter
from typing import Any
from uuid import UUID

import pytest

from tilts.lab.population import Population, generate, generate_patients
from tilts.lab.population.fhir_parts import PERSON_CODE, TEMPORARY_NUMBER, seeded
from tilts.lab.population.organizations import INSTITUTIONS
from tilts.lab.population.persons import CANARY_CODES, NEW_CODES, Codes
from tilts.lab.population.staff import ROLE_TITLES, hire
from tilts.person_code import faults, is_new_form, is_reserved

NAMED = {"practice", "pharmacy", "second-pharmacy", "hospital", "authority", "vendor", "portal", "revoked"}


@pytest.fixture(scope="module")
def population() -> Population:
    return generate(seed=7, patients=1500)


def of_type(population: Population, resource_type: str) -> list[dict[str, Any]]:
    return [one for one in population.resources if one["resourceType"] == resource_type]


def codes(patients: list[dict[str, Any]]) -> list[str]:
    return [i["value"] for patient in patients for i in patient["identifier"] if i["system"] == PERSON_CODE]


def test_the_same_seed_gives_the_same_population() -> None:
    assert generate(3) == generate(3)
    assert generate(3).resources != generate(4).resources


def test_canaries_are_nobody_elses_neighbours() -> None:
    """No code, no family name and no record of theirs is met by looking for somebody else."""
    made = generate(1, 3000)
    others = of_type(made, "Patient")
    families = {one["name"][0]["family"] for one in others}
    for canary in made.canaries:
        assert canary not in others
        assert not any(canary["name"][0]["family"].startswith(family) for family in families)
        assert is_reserved(canary["identifier"][0]["value"]) and not faults(canary["identifier"][0]["value"])
    assert made.canaries == generate(1, 10).canaries


def test_more_patients_change_nobody_who_was_there_before() -> None:
    few, many = generate(5, 40), generate(5, 400)
    assert list(generate_patients(5, 40)) == of_type(few, "Patient") == of_type(many, "Patient")[:40]
    assert few.clients == many.clients
    assert few.test_persons == many.test_persons
    assert all(one in many.resources for one in few.resources)


def test_many_patients_bring_the_practitioners_that_a_load_needs() -> None:
    places = [(institution, institution.client) for institution in INSTITUTIONS]
    staff = hire(1, patients=60_000, employers=places)
    assert sum(one["resourceType"] == "Practitioner" for one in staff.resources) > 1000


def test_every_person_code_is_reserved_and_satisfies_the_check_digit(population: Population) -> None:
    found = codes(of_type(population, "Patient"))
    assert all(faults(code) == () and is_reserved(code) for code in found)
    assert {is_new_form(code) for code in found} == {True, False}


def test_codes_do_not_repeat_and_the_old_form_takes_over_when_the_new_block_is_used_up() -> None:
    hand = Codes(seeded(1, "codes"))
    given = [hand.new_form() for _ in range(NEW_CODES + 1000)]
    assert len(set(given)) == len(given)
    assert sum(is_new_form(code) for code in given) == NEW_CODES - CANARY_CODES


def test_no_identifier_and_no_id_is_used_twice(population: Population) -> None:
    found = [(i["system"], i["value"]) for one in population.resources for i in one.get("identifier", [])]
    ids = [one["id"] for one in population.resources] + [client.client_id for client in population.clients]
    assert [used for used, times in Counter(found).items() if times > 1] == []
    assert len(set(ids)) == len(ids)


def test_ids_look_like_uuid_version_7(population: Population) -> None:
    for one in population.resources:
        read = UUID(one["id"])
        assert (str(read), read.version, read.variant) == (one["id"], 7, "specified in RFC 4122")


def test_everything_is_marked_as_a_test(population: Population) -> None:
    mark = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}
    assert all(mark in one["meta"]["tag"] for one in population.resources)


def test_the_patients_cover_what_a_system_must_be_tried_with(population: Population) -> None:
    patients = of_type(population, "Patient")
    written = json.dumps([patient["name"] for patient in patients], ensure_ascii=False).lower()
    assert all(letter in written for letter in "āčēģīķļņšūž")
    assert any("-" in patient["name"][0]["family"] for patient in patients)
    assert any("deceasedDateTime" in patient for patient in patients)
    assert any(patient["identifier"][0]["system"] == TEMPORARY_NUMBER for patient in patients)
    assert any(patient["birthDate"] >= "2009" for patient in patients)
    assert all(patient["birthDate"] <= patient.get("deceasedDateTime", "9999") for patient in patients)


def test_a_child_never_has_a_code_of_the_old_form_after_its_last_issue(population: Population) -> None:
    young = [p for p in of_type(population, "Patient") if p["birthDate"] >= "2017-07-01"]
    assert young
    assert all(is_new_form(code) for code in codes(young))


def test_every_test_person_has_a_story_in_two_languages(population: Population) -> None:
    ids = {patient["id"] for patient in of_type(population, "Patient")}
    assert len(population.test_persons) >= 8
    assert len({person.label for person in population.test_persons}) == len(population.test_persons)
    for person in population.test_persons:
        assert person.patient_id in ids
        assert person.story_lv.endswith(".") and person.story_en.endswith(".")


def test_there_are_clients_of_every_kind(population: Population) -> None:
    kinds = Counter(client.kind for client in population.clients)
    assert {client.name for client in population.clients} >= NAMED
    assert kinds["practice"] >= 8 and kinds["pharmacy"] >= 8 and kinds["hospital"] == 2
    assert len(population.clients) > 20


def test_a_client_acts_through_a_role_at_its_own_organisation(population: Population) -> None:
    roles = {role["id"]: role for role in of_type(population, "PractitionerRole")}
    for client in population.clients:
        if client.role_id is None:
            assert client.kind in {"authority", "vendor", "portal"}
            continue
        role = roles[client.role_id]
        assert role["organization"]["reference"] == f"Organization/{client.organization_id}"
        assert role["practitioner"]["reference"] == f"Practitioner/{client.practitioner_id}"
        assert role["code"][0]["coding"][0]["code"] == client.role_code


def test_every_reference_points_to_something_earlier(population: Population) -> None:
    seen: set[str] = set()
    for one in population.resources:
        for member in ("practitioner", "organization"):
            assert member not in one or one[member]["reference"] in seen
        seen.add(f"{one['resourceType']}/{one['id']}")


def test_one_practitioner_works_at_two_organisations(population: Population) -> None:
    roles = of_type(population, "PractitionerRole")
    places = {(role["practitioner"]["reference"], role["organization"]["reference"]) for role in roles}
    assert max(Counter(person for person, _ in places).values()) == 2
    assert {role["code"][0]["coding"][0]["code"] for role in roles} == set(ROLE_TITLES)


def test_registration_numbers_satisfy_their_check_and_fit_the_certificate() -> None:
    weights = (9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1)
    for institution in INSTITUTIONS:
        digits = [int(digit) for digit in institution.registration_number]
        assert sum(w * d for w, d in zip(weights, digits, strict=True)) % 11 == 3
        assert len(institution.title) <= 64
