"""What was signed can be read back, and anybody with a JOSE library can verify it."""

import base64
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from tests.transport.documents import (
    ABSENT,
    Line,
    bundle,
    claimed,
    dispense,
    identifier_of,
    line_of,
    patient_of,
    prescribed,
    prescription,
)
from tests.transport.tables import Tables
from tests.transport.wire import Caller, Key, ids, refused, tls
from tilts_fhir.json_strict import decode


def proof_of(somebody: Caller, target: str) -> dict[str, Any]:
    found = somebody.found("Provenance", target=target)["entry"]
    assert len(found) == 1
    resource: dict[str, Any] = found[0]["resource"]
    return resource


def signed_content(somebody: Caller, provenance_id: str) -> str:
    answer = somebody.get(
        f"Provenance/{provenance_id}/$signed-content", headers={"Accept": "application/jose"}
    )
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/jose")
    return answer.text


def verified(compact: str, author: Caller) -> bytes:
    """As a third party would: the key from the public address, the rest from a library."""
    address = f"{author.base.removesuffix('/fhir/r4')}/oauth/clients/{author.facts['client_id']}/jwks.json"
    keys = httpx.get(address, verify=tls(author.facts["ca"]), trust_env=False).json()
    assert all("d" not in key for key in keys["keys"])
    content: bytes = jws.deserialize_compact(
        compact, KeySet.import_key_set(keys), algorithms=["ES256"]
    ).payload
    return content


# Blanks, escapes and the order of keys are part of what was signed.
ODDLY_WRITTEN: list[Callable[[dict[str, Any]], bytes]] = [
    lambda document: json.dumps(document).encode(),
    lambda document: json.dumps(document, indent=3, ensure_ascii=False).encode(),
    lambda document: b"\n\t " + json.dumps(document, sort_keys=True).encode() + b"\r\n ",
]


@pytest.mark.parametrize("write", ODDLY_WRITTEN)
def test_a_prescription_is_verified_over_exactly_the_bytes_that_were_sent(
    practice: Caller, patient: str, write: Callable[[dict[str, Any]], bytes]
) -> None:
    body = write(prescription(practice, patient))
    made = practice.post("MedicationRequest", body, signed=True).json()
    proof = proof_of(practice, f"MedicationRequest/{made['id']}")
    assert verified(signed_content(practice, proof["id"]), practice) == body


def test_documents_as_large_as_they_may_be_are_signed_and_taken(practice: Caller, patient: str) -> None:
    long = [{"text": "ā" * 250_000}]
    large = prescription(practice, patient, note=long)
    assert practice.post("MedicationRequest", large, signed=True).status_code == 201
    larger = bundle(*(prescription(practice, patient, note=long) for _ in range(4)))
    assert practice.post("", larger, signed=True).status_code == 200


def test_a_dispense_is_verified_over_exactly_the_bytes_that_were_sent(
    practice: Caller, pharmacy: Caller, patient: str
) -> None:
    line = prescribed(practice, patient)
    claimed(pharmacy, line)
    body = json.dumps(dispense(pharmacy, line), indent=1).encode()
    made = pharmacy.post("MedicationDispense", body, signed=True).json()
    proof = proof_of(pharmacy, f"MedicationDispense/{made['id']}")
    assert verified(signed_content(pharmacy, proof["id"]), pharmacy) == body


def test_a_pharmacy_verifies_the_prescription_that_was_shown_to_it(
    practice: Caller, pharmacy: Caller, patient: str
) -> None:
    line = prescribed(practice, patient)
    claimed(pharmacy, line)
    proof = proof_of(pharmacy, f"MedicationRequest/{line.request}")
    content = json.loads(verified(signed_content(pharmacy, proof["id"]), practice))
    assert content["subject"]["reference"] == f"Patient/{patient}"


def test_the_provenance_names_signer_organisation_and_target(practice: Caller, patient: str) -> None:
    line = prescribed(practice, patient)
    proof = proof_of(practice, f"MedicationRequest/{line.request}")
    assert proof["target"] == [{"reference": f"MedicationRequest/{line.request}"}]
    assert proof["agent"][0]["who"]["reference"] == practice.role
    assert proof["agent"][0]["onBehalfOf"]["reference"] == f"Organization/{practice.facts['org']}"


def test_an_exact_decimal_stays_exact_on_its_way(practice: Caller, patient: str) -> None:
    text = json.dumps(prescription(practice, patient)).replace('"value": 2', '"value": 2.50')
    made = decode(practice.post("MedicationRequest", text, signed=True).content)
    assert str(made["dispenseRequest"]["quantity"]["value"]) == "2.50"
    task = practice.post("Task/_search", f"focus=MedicationRequest/{made['id']}")
    assert b'"value":2.50' in task.content


def test_a_bundle_is_one_prescription_with_one_number_and_one_signature(
    practice: Caller, patient: str
) -> None:
    body = json.dumps(bundle(*(prescription(practice, patient) for _ in range(3))), indent=2).encode()
    answer = practice.post("", body, signed=True, key=str(uuid4()))
    assert answer.status_code == 200
    made = [entry["resource"] for entry in answer.json()["entry"]]
    assert [entry["response"]["status"] for entry in answer.json()["entry"]] == ["201 Created"] * 3
    lines = [line_of(practice, one, patient) for one in made]
    assert len({line.number for line in lines}) == 1
    assert len({line.task for line in lines}) == 3
    proofs = [proof_of(practice, f"MedicationRequest/{one['id']}") for one in made]
    assert len({proof["id"] for proof in proofs}) == 1
    assert {target["reference"] for target in proofs[0]["target"]} == {
        f"MedicationRequest/{one['id']}" for one in made
    }
    assert verified(signed_content(practice, proofs[0]["id"]), practice) == body


def test_all_lines_of_a_prescription_are_found_by_its_number(
    practice: Caller, pharmacy: Caller, patient: str
) -> None:
    answer = practice.post("", bundle(*(prescription(practice, patient) for _ in range(2))), signed=True)
    first, second = (line_of(practice, entry["resource"], patient) for entry in answer.json()["entry"])
    assert claimed(pharmacy, first).json()["groupIdentifier"]["value"] == second.number
    assert set(ids(practice.found("Task", None, **{"group-identifier": first.number}))) == {
        first.task,
        second.task,
    }


SHARED = {"system": "https://practice.example/groups", "value": "1"}


def bad_bundles(practice: Caller, patient: str, other: str) -> dict[str, tuple[str, dict[str, Any]]]:
    def order(**changes: Any) -> dict[str, Any]:
        return prescription(practice, changes.pop("patient", patient), **changes)

    twice = [identifier_of(practice)]
    good = bundle(order())
    named = bundle(order(id="1"))["entry"][0]
    return {
        "no quantity in the last line": ("PRE-004", bundle(order(), order(), order(dispenseRequest=ABSENT))),
        "two patients": ("PRE-007", bundle(order(), order(patient=other))),
        "two groups": ("PRE-007", bundle(order(), order(groupIdentifier=SHARED))),
        "a draft": ("PRE-001", bundle(order(), order(status="draft"))),
        "one identifier twice": ("IDM-002", bundle(order(identifier=twice), order(identifier=twice))),
        "one identifier missing": ("IDM-001", bundle(order(), order(identifier=ABSENT))),
        "21 lines": ("PRE-008", bundle(*(order() for _ in range(21)))),
        "no line": ("PRE-008", {"resourceType": "Bundle", "type": "transaction"}),
        "something else": ("PRE-008", bundle(order(), patient_of(practice, patient))),
        "a PUT": (
            "PRE-008",
            {
                **good,
                "entry": [{**named, "request": {"method": "PUT", "url": "MedicationRequest/1"}}],
            },
        ),
        "no request": ("WIRE-005", {**good, "entry": [{"resource": order()}]}),  # bdl-3 of FHIR itself
    }


def test_one_bad_line_and_nothing_of_the_bundle_is_taken(
    practice: Caller, patient: str, tables: Tables
) -> None:
    people = practice.exchange.environment.population.resources
    other = next(one["id"] for one in people if one["resourceType"] == "Patient" and one["id"] != patient)
    for what, (rule_id, body) in bad_bundles(practice, patient, other).items():
        with tables.unchanged():
            answer = practice.post("", body, signed=True, key=str(uuid4()))
        assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == rule_id, what


def malformed(practice: Caller, body: bytes, line: Line) -> dict[str, tuple[int, str, str]]:
    """What stands in X-Provenance, and with which rule it is refused."""
    good = practice.provenance(body)
    signature = good["signature"][0]

    def written(**changes: Any) -> str:
        return json.dumps({**good, **changes})

    def data(text: str) -> str:
        return json.dumps(
            {**good, "signature": [{**signature, "data": base64.b64encode(text.encode()).decode()}]}
        )

    whole = practice.key.compact(body)
    strange = practice.key.compact(body, kid="somebody-else")
    other = {
        "who": {"reference": f"PractitionerRole/{uuid4()}"},
        "onBehalfOf": good["agent"][0]["onBehalfOf"],
    }
    return {
        "nothing": (400, "SIG-002", ""),
        "no JSON": (400, "SIG-002", "{"),
        "a list": (400, "SIG-002", "[]"),
        "another type": (400, "SIG-002", '{"resourceType": "Patient"}'),
        "no agent": (400, "SIG-002", json.dumps({k: v for k, v in good.items() if k != "agent"})),
        "no signature": (400, "SIG-002", json.dumps({k: v for k, v in good.items() if k != "signature"})),
        "two signatures": (400, "SIG-002", written(signature=[signature, signature])),
        "another format": (
            400,
            "SIG-002",
            written(signature=[{**signature, "sigFormat": "application/pdf"}]),
        ),
        "not base64": (400, "SIG-002", written(signature=[{**signature, "data": "%%%"}])),
        "the whole JWS": (400, "SIG-002", data(whole)),
        "one part": (400, "SIG-002", data("abc")),
        "an unknown key": (422, "SIG-003", data("..".join(strange.split(".")[::2]))),
        "a header that is a list": (422, "SIG-003", data("W10..AAAA")),
        "a kid that is a list": (422, "SIG-003", data("eyJraWQiOlsxXX0..AAAA")),
        "no signature bytes": (422, "SIG-003", data(whole.split(".")[0] + "..")),
        "another signer": (403, "SIG-004", written(agent=[other])),
        "two agents": (403, "SIG-004", written(agent=[good["agent"][0], other])),
        "no organisation": (403, "SIG-004", written(agent=[{"who": good["agent"][0]["who"]}])),
    }


def test_a_provenance_that_is_not_one_is_refused_with_its_reason(
    practice: Caller, patient: str, tables: Tables
) -> None:
    line = prescribed(practice, patient)
    body = json.dumps(prescription(practice, patient)).encode()
    for what, (status, rule_id, header) in malformed(practice, body, line).items():
        with tables.unchanged():
            answer = practice.post("MedicationRequest", body, headers={"X-Provenance": header})
        assert (what, *refused_as(answer)) == (what, status, rule_id)


def refused_as(answer: httpx.Response) -> tuple[int, str]:
    code: str = answer.json()["issue"][0]["details"]["coding"][0]["code"]
    return answer.status_code, code


def test_a_signature_of_one_document_does_not_hold_for_another(practice: Caller, patient: str) -> None:
    first = json.dumps(prescription(practice, patient)).encode()
    header = json.dumps(practice.provenance(first))
    second = prescription(practice, patient)
    refused(practice.post("MedicationRequest", second, headers={"X-Provenance": header}), 422, "SIG-003")


def test_the_keys_of_a_client_that_is_not_there_are_not_there(practice: Caller) -> None:
    root = practice.base.removesuffix("/fhir/r4")
    with httpx.Client(verify=tls(practice.facts["ca"]), trust_env=False) as anybody:
        for client in (str(uuid4()), "%00", "x" * 2000, "ā"):
            assert anybody.get(f"{root}/oauth/clients/{client}/jwks.json").status_code == 404


def test_a_key_made_up_by_the_caller_is_not_taken(practice: Caller, patient: str, pharmacy: Caller) -> None:
    body = json.dumps(prescription(practice, patient)).encode()
    public = {name: pharmacy.key.jwk[name] for name in ("kty", "crv", "x", "y")}
    head, _, signature = (
        Key(pharmacy.key.jwk).compact(body, jwk=public, kid=practice.key.jwk["kid"]).split(".")
    )
    proof = practice.provenance(body)
    proof["signature"][0]["data"] = base64.b64encode(f"{head}..{signature}".encode()).decode()
    refused(
        practice.post("MedicationRequest", body, headers={"X-Provenance": json.dumps(proof)}), 422, "SIG-003"
    )
