"""By what a resource is found: folded names, identifiers, tokens."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tilts.indexing import PARAMETERS, fold, index_of, token_hash

REQUEST = {
    "resourceType": "MedicationRequest",
    "identifier": [{"system": "urn:a", "value": "1"}, {"value": "2"}, {"system": "urn:a"}],
    "status": "active",
    "intent": "order",
    "subject": {"reference": "Patient/p"},
    "requester": {"reference": "PractitionerRole/r"},
    "groupIdentifier": {"system": "urn:g", "value": "7"},
}


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Bērziņš", "berzins"),
        ("BĒRZIŅA", "berzina"),
        ("Ķēniņš-Ģērmanis", "kenins-germanis"),
        ("  Anna   Marta ", "anna marta"),
        ("Be\u0304rzin\u0327s\u030c", "berzins"),
        ("Strauß", "strauss"),
        ("İ", "i"),
        ("№ ᴬ Ｏ", "no a o"),
        ("", ""),
    ],
)
def test_names_are_folded_without_case_accents_and_double_spaces(written: str, folded: str) -> None:
    assert fold(written) == folded


@example("№")
@example("ϓ")
@given(st.text(max_size=40))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=40))
def test_composed_and_decomposed_writing_are_found_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


def test_every_part_of_every_name_can_be_looked_for() -> None:
    patient = {
        "resourceType": "Patient",
        "name": [
            {"family": "Bērziņa", "given": ["Anna", "Marta"]},
            {"use": "maiden", "family": "Ozola", "text": "Anna Ozola"},
        ],
    }

    assert set(index_of(patient).texts) == {
        ("family", "berzina"),
        ("family", "ozola"),
        ("given", "anna"),
        ("given", "marta"),
        *(("name", part) for part in ("berzina", "anna", "marta", "ozola", "anna ozola")),
    }


def test_identifiers_are_kept_with_and_without_system_and_only_with_a_value() -> None:
    assert index_of(REQUEST).identifiers == [("", "2"), ("urn:a", "1")]


@pytest.mark.parametrize(
    ("parameter", "form"),
    [
        ("status", "active"),
        ("intent", "order"),
        ("patient", "Patient/p"),
        ("subject", "Patient/p"),
        ("requester", "PractitionerRole/r"),
        ("group-identifier", "7"),
        ("group-identifier", "urn:g|7"),
    ],
)
def test_a_prescription_is_found_by(parameter: str, form: str) -> None:
    assert token_hash("MedicationRequest", parameter, form) in index_of(REQUEST).tokens


def test_a_code_is_found_bare_and_with_its_system() -> None:
    role = {"resourceType": "PractitionerRole", "code": [{"coding": [{"system": "urn:s", "code": "doctor"}]}]}
    tokens = index_of(role).tokens

    assert {token_hash("PractitionerRole", "role", form) for form in ("doctor", "urn:s|doctor")} <= set(
        tokens
    )
    assert token_hash("PractitionerRole", "role", "urn:other|doctor") not in tokens


@pytest.mark.parametrize(("active", "form"), [(True, "true"), (False, "false")])
def test_a_boolean_is_found_as_it_is_written_in_json(active: bool, form: str) -> None:
    tokens = index_of({"resourceType": "Organization", "active": active}).tokens

    assert tokens == [token_hash("Organization", "active", form)]


def test_the_same_value_of_another_type_or_parameter_is_another_token() -> None:
    hashes = {
        token_hash(resource_type, parameter, "active")
        for resource_type in ("MedicationRequest", "MedicationDispense")
        for parameter in ("status", "intent")
    }

    assert len(hashes) == 4
    assert all(-(2**63) <= value < 2**63 for value in hashes)


def test_a_resource_without_anything_to_be_found_by_has_an_empty_index() -> None:
    for resource_type in PARAMETERS:
        found = index_of({"resourceType": resource_type})
        assert (found.tokens, found.identifiers, found.texts) == ([], [], [])
