"""Whatever a body holds, the answer is a "yes" or a "no" with a reason, never a fault of ours.

The seed of a run is printed with a failure; TILTS_SEED=<number> repeats it.
"""

import copy
import json
import os
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.transport.documents import (
    Line,
    bundle,
    claimed,
    dispense,
    identifier_of,
    parameters,
    prescribed,
    prescription,
)
from tests.transport.wire import FHIR_JSON, FORM, Caller

SEED = int(os.environ.get("TILTS_SEED") or time.time_ns() % 1_000_000)
TIMES = settings(
    max_examples=60,
    deadline=None,
    database=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)

ATOMS: list[Any] = [
    None,
    True,
    0,
    -1,
    2**31,
    2**63,
    10**300,
    0.1,
    1e308,
    -1e-308,
    "",
    " ",
    "\x00",
    "\ud800",
    "\u202e",
    "'; DROP TABLE patient; --",
    "%s %(x)s {0} ${x}",
    "../../etc/passwd",
    "Patient/",
    "Patient/" + "0" * 36,
    "#",
    "urn:uuid:00000000-0000-0000-0000-000000000000",
    "9999-12-31",
    "9999-12-31T23:59:59.999999-12:00",
    "0001-01-01T00:00:00+14:00",
    "2026-02-30",
    "2026-12-31T23:59:60Z",
    "a" * 3000,
    "ā" * 300,
    [],
    {},
    [[]],
    [None],
    {"reference": "Patient/x"},
    {"value": 1e308, "unit": "x"},
    {"start": "9999-12-31", "end": "0001-01-01"},
    {"start": "0001-01-01T00:00:00+14:00"},
    {"end": "9999"},
    {"coding": []},
    {"url": "x", "valueString": "y"},
]
NAMES = [
    "id",
    "status",
    "_status",
    "extension",
    "contained",
    "meta",
    "value",
    "reference",
    "identifier",
    "",
    "\x00",
    "x" * 200,
]

atoms = st.sampled_from(ATOMS) | st.text(max_size=20) | st.integers() | st.floats()


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every (holder, key) of a document."""
    keys: Any = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        yield node, key
        yield from places(node[key])


@st.composite
def bent(draw: st.DrawFn, documents: list[dict[str, Any]]) -> bytes:
    """A good document with one to four of its places changed, taken out, doubled or renamed."""
    document = copy.deepcopy(draw(st.sampled_from(documents)))
    for _ in range(draw(st.integers(1, 4))):
        found = list(places(document))
        if not found:
            break
        holder, key = draw(st.sampled_from(found))
        match draw(st.sampled_from(["replace", "remove", "wrap", "add"])):
            case "replace":
                holder[key] = copy.deepcopy(draw(atoms))
            case "remove":
                del holder[key]
            case "wrap":
                holder[key] = [holder[key], copy.deepcopy(holder[key])]
            case "add" if isinstance(holder, dict):
                holder[draw(st.sampled_from(NAMES))] = copy.deepcopy(draw(atoms))
            case _:
                pass
    return json.dumps(document).encode()


@st.composite
def torn(draw: st.DrawFn, documents: list[dict[str, Any]]) -> bytes:
    """The bytes of a good document, cut, repeated or strewn with others."""
    content = bytearray(json.dumps(draw(st.sampled_from(documents)), ensure_ascii=False).encode())
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(content)))
        piece = draw(
            st.binary(max_size=8)
            | st.sampled_from([b"{", b"[" * 100, b'"', b"\\u0000", b"1e999", b",", b":"])
        )
        content[at : at + draw(st.integers(0, 9))] = piece
    return bytes(content)


@pytest.fixture(scope="module")
def held(practice: Caller, pharmacy: Caller, patient: str) -> Line:
    line = prescribed(practice, patient, packs=100_000)
    claimed(pharmacy, line)
    return line


@pytest.fixture(scope="module")
def good(practice: Caller, pharmacy: Caller, patient: str, held: Line) -> dict[str, list[dict[str, Any]]]:
    order = prescription(
        practice,
        patient,
        groupIdentifier={"system": "urn:x", "value": "1"},
        dispenseRequest={
            "quantity": {"value": 1, "unit": "x"},
            "numberOfRepeatsAllowed": 1,
            "validityPeriod": {"start": "2026-11-01", "end": "2027-01-01"},
        },
    )
    return {
        "order": [order],
        "bundle": [bundle(order, prescription(practice, patient))],
        "dispense": [dispense(pharmacy, held)],
        "parameters": [
            parameters(number="7K3M-Q2XR-9TBV", family="Ā", given="B"),
            parameters(reason="other"),
            parameters(system="urn:x", value="1"),
        ],
    }


def sent(caller: Caller, path: str, body: bytes, *, signed: bool, kind: str = FHIR_JSON) -> httpx.Response:
    """Signed as it is; what comes back has passed the hook of tests/transport/wire.py."""
    return caller.post(path, body, signed=signed, headers={"Content-Type": kind})


@pytest.mark.parametrize("what", ["order", "bundle", "dispense", "parameters"])
@pytest.mark.parametrize("how", [bent, torn])
def test_no_body_makes_the_exchange_fail(
    practice: Caller,
    pharmacy: Caller,
    held: Line,
    good: dict[str, list[dict[str, Any]]],
    how: Callable[..., Any],
    what: str,
) -> None:
    print(f"TILTS_SEED={SEED}")
    paths = {
        "order": [(practice, "MedicationRequest")],
        "bundle": [(practice, "")],
        "dispense": [(pharmacy, "MedicationDispense")],
        "parameters": [
            (pharmacy, "Task/$find"),
            (pharmacy, f"Task/{held.task}/$claim"),
            (practice, f"Task/{held.task}/$cancel"),
            (practice, "Patient/by-identity"),
        ],
    }

    @seed(SEED)
    @TIMES
    @given(body=how(good[what]), target=st.sampled_from(paths[what]), own=st.booleans())
    def always(body: bytes, target: tuple[Caller, str], own: bool) -> None:
        caller, path = target
        if own and what != "parameters":
            value = identifier_of(caller)["value"].encode()
            body = body.replace(good[what][0].get("identifier", [{}])[0].get("value", "-").encode(), value)
        answer = sent(caller, path, body, signed=what != "parameters")
        assert answer.status_code in (200, 201, 400, 403, 404, 409, 422, 429)
        assert answer.json()["resourceType"]

    always()


@pytest.mark.parametrize("kind", ["Patient", "MedicationRequest", "Task", "MedicationDispense", "Provenance"])
def test_no_form_makes_the_exchange_fail(practice: Caller, kind: str) -> None:
    print(f"TILTS_SEED={SEED}")
    names = st.sampled_from(
        ["_id", "identifier", "patient", "status", "family", "_count", "_page", "focus", "target"]
    )
    values = st.sampled_from([str(one) for one in ATOMS if "\ud800" not in str(one)]) | st.text(
        st.characters(exclude_categories=["Cs"]), max_size=30
    )
    pairs = st.lists(st.tuples(names, values), max_size=4)

    @seed(SEED)
    @settings(TIMES, max_examples=25)
    @given(form=pairs.map(lambda found: urlencode(found).encode()) | st.binary(max_size=40))
    def always(form: bytes) -> None:
        answer = sent(practice, f"{kind}/_search", form, signed=False, kind=FORM)
        assert answer.status_code in (200, 400, 410)

    always()


def test_no_provenance_and_no_token_request_makes_the_exchange_fail(practice: Caller, patient: str) -> None:
    print(f"TILTS_SEED={SEED}")
    body = json.dumps(prescription(practice, patient)).encode()
    proofs = bent([practice.provenance(body)])
    claims = bent([practice.claims()])

    @seed(SEED)
    @TIMES
    @given(proof=proofs, claim=claims)
    def always(proof: bytes, claim: bytes) -> None:
        headers = {b"X-Provenance": proof, b"Authorization": f"Bearer {practice.token()}".encode()}
        answer = practice.http.post(
            "MedicationRequest",
            content=body,
            headers=[*headers.items(), (b"Content-Type", FHIR_JSON.encode())],
        )
        assert answer.status_code in (201, 400, 403, 422)
        asked = practice.ask_token(practice.key.compact(claim))
        assert asked.status_code in (200, 400, 401)

    always()
