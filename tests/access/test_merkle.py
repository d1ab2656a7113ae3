"""Trees and leaves: as RFC 9162 has them, and as they must stay for as long as records are kept."""

import hashlib
from datetime import UTC, datetime
from uuid import UUID

import pytest

from tilts.access.audit.merkle import EMPTY, path_of, root_from, root_of
from tilts.store.trail.leaves import entry_record, leaf_of, subject_record, write

# The inputs and roots that implementations of certificate transparency test themselves with.
INPUTS = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
LEAVES = [hashlib.sha256(b"\x00" + bytes.fromhex(one)).digest() for one in INPUTS]
ENTRY = {
    "audit_id": UUID(int=1),
    "at": datetime(2026, 11, 23, 18, 0, 0, 7, tzinfo=UTC),
    "event": "patient.read",
    "outcome": "success",
    "rule_id": None,
    "client_id": "practice-1",
    "organization_id": UUID(int=2),
    "organization_name": "Prakse “Bērzi”",
    "role_id": UUID(int=3),
    "role_code": "221",
    "practitioner_id": UUID(int=4),
    "acting_patient_id": None,
    "purpose": "TREAT",
    "token_id": "jti",
    "request_id": "r-1",
    "method": "GET",
    "address": "/fhir/r4/Patient/*",
    "detail": {"ā": [1, True, None, 0.1], "run": "x"},
}
SUBJECT = {
    "audit_id": UUID(int=1),
    "patient_id": UUID(int=5),
    "resource_type": "Patient",
    "resource_id": None,
    "repeated": False,
    "basis": "home-doctor",
}


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_standard(size: int) -> None:
    assert root_of(LEAVES[:size]).hex() == ROOTS[size - 1]


def test_an_empty_tree_is_the_hash_of_nothing() -> None:
    assert root_of([]) == EMPTY == hashlib.sha256(b"").digest()


@pytest.mark.parametrize("size", [*range(1, 18), 100])
def test_each_leaf_has_a_path_to_the_root_and_to_no_other_place(size: int) -> None:
    leaves = [hashlib.sha256(bytes([number])).digest() for number in range(size)]
    root = root_of(leaves)
    for place, leaf in enumerate(leaves):
        path = path_of(leaves, place)
        assert root_from(leaf, place, size, path) == root
        assert root_from(leaf, place, size, [*path, EMPTY]) is None
        assert root_from(leaf, size, size, path) is None
        if path:
            assert root_from(leaf, place, size, path[:-1]) is None
            assert root_from(leaf, place ^ 1, size, path) != root


def test_the_form_of_a_record_never_changes() -> None:
    """A change here makes every proof that a patient keeps worthless: add form 2 beside it instead."""
    entry = entry_record(ENTRY, bytes(16))
    leaf = leaf_of(entry)
    subject = subject_record(SUBJECT, bytes(range(16)), leaf)

    assert write(entry) == (
        '{"acting_patient_id":null,"address":"/fhir/r4/Patient/*","at":"2026-11-23T18:00:00.000007Z",'
        '"audit_id":"00000000-0000-0000-0000-000000000001","client_id":"practice-1",'
        '"detail":{"run":"x","ā":[1,true,null,"0.1"]},"event":"patient.read","kind":"entry","method":"GET",'
        '"organization_id":"00000000-0000-0000-0000-000000000002","organization_name":"Prakse “Bērzi”",'
        '"outcome":"success","practitioner_id":"00000000-0000-0000-0000-000000000004","purpose":"TREAT",'
        '"request_id":"r-1","role_code":"221","role_id":"00000000-0000-0000-0000-000000000003","rule_id":null,'
        '"salt":"00000000000000000000000000000000","token_id":"jti","v":1}'
    )
    assert leaf.hex() == "2932576faacdf563e9e8f403b1b68414621ce0cdb62149cb3fda2ff9b04f0936"
    assert leaf_of(subject).hex() == "3e6523f28e8cac43e3bc16c9b432009c883c32b4f9f15450d00c7a0ef88181c4"
