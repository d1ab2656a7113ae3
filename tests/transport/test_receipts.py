"""The receipt of a close: signed by the exchange, verified with a stock library, the same when asked again."""

import base64
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from tests.transport.documents import Line, handed_out, parameters, prescribed
from tests.transport.wire import Caller, refused, tls
from tilts.access.receipts import sealed
from tilts.access.tokens.keys import announce, files_of, key_ring, retire
from tilts.clock import WallClock
from tilts_fhir.json_strict import decode


@pytest.fixture
def closed(practice: Caller, pharmacy: Caller, patient: str) -> tuple[Line, dict[str, Any]]:
    """A line of which both packs were handed out, and its Task as $close answered."""
    line = prescribed(practice, patient)
    handed_out(pharmacy, line, packs=2)
    answer = pharmacy.post(f"Task/{line.task}/$close")
    assert answer.status_code == 200, answer.text
    return line, decode(answer.content)


def output_of(task: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in task["output"] if one["type"]["coding"][0]["code"] == name)


def receipt_of(task: dict[str, Any]) -> str:
    reference: str = output_of(task, "receipt")["valueReference"]["reference"]
    return reference


def published(caller: Caller) -> KeySet:
    address = f"{caller.base.removesuffix('/fhir/r4')}/oauth/jwks.json"
    keys = httpx.get(address, verify=tls(caller.facts["ca"]), trust_env=False).json()
    assert all("d" not in key for key in keys["keys"])
    return KeySet.import_key_set(keys)


def verified(caller: Caller, reference: str, content: bytes) -> None:
    """As docs/howto/verify-a-receipt.md tells it: the bytes as read, the signature from the Provenance."""
    [entry] = caller.found("Provenance", target=reference)["entry"]
    compact = base64.b64decode(entry["resource"]["signature"][0]["data"]).decode()
    header, _, signature = compact.split(".")
    payload = base64.urlsafe_b64encode(content).rstrip(b"=").decode()
    registry = jws.JWSRegistry(algorithms=["ES256"])
    registry.max_payload_length = 1_048_576
    jws.deserialize_compact(f"{header}.{payload}.{signature}", published(caller), registry=registry)


def test_close_answers_with_a_receipt_that_a_stock_library_verifies(
    pharmacy: Caller, closed: tuple[Line, dict[str, Any]]
) -> None:
    line, task = closed
    answer = pharmacy.get(receipt_of(task))
    bundle = decode(answer.content)

    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "document")
    composition, snapshot, handed = (entry["resource"] for entry in bundle["entry"])
    assert composition["resourceType"] == "Composition"
    assert set(composition["event"][0]["period"]) == {"start", "end"}
    [dispensed] = composition["section"][0]["entry"]
    assert dispensed["reference"] == f"{pharmacy.base}/MedicationDispense/{handed['id']}"
    assert handed["quantity"]["value"] == 2
    assert (snapshot["id"], snapshot["status"]) == (line.task, "completed")
    assert output_of(snapshot, "dispensed")["valueQuantity"]["value"] == 2
    assert "extension" not in snapshot, "what somebody may do is no part of it"
    verified(pharmacy, receipt_of(task), answer.content)


def test_one_changed_digit_and_the_receipt_does_not_hold(
    pharmacy: Caller, closed: tuple[Line, dict[str, Any]]
) -> None:
    reference = receipt_of(closed[1])
    content = pharmacy.get(reference).content

    with pytest.raises(JoseError):
        verified(pharmacy, reference, content.replace(b'"value":2', b'"value":1'))


def test_closed_again_the_receipt_is_the_same(pharmacy: Caller, closed: tuple[Line, dict[str, Any]]) -> None:
    line, task = closed
    again = pharmacy.post(f"Task/{line.task}/$close")

    assert again.status_code == 200
    assert receipt_of(decode(again.content)) == receipt_of(task)
    assert again.headers["etag"] == f'W/"{task["meta"]["versionId"]}"'


def test_prescriber_and_patient_read_it_and_others_do_not(
    practice: Caller, caller: Callable[..., Caller], patient: str, closed: tuple[Line, dict[str, Any]]
) -> None:
    reference = receipt_of(closed[1])
    own = practice.get(reference)

    assert own.status_code == 200
    assert caller("portal").get(reference, patient=patient).content == own.content
    refused(caller("second-pharmacy").get(reference), 404, "WIRE-012")
    verified(practice, reference, own.content)


def test_another_pharmacy_cannot_close_again(
    caller: Callable[..., Caller], closed: tuple[Line, dict[str, Any]]
) -> None:
    refused(caller("second-pharmacy").post(f"Task/{closed[0].task}/$close"), 404, "WIRE-012")


def test_withdrawn_and_handed_out_again_there_is_another_receipt(
    pharmacy: Caller, closed: tuple[Line, dict[str, Any]]
) -> None:
    line, task = closed
    first = receipt_of(task)
    dispensed = decode(pharmacy.get(first).content)["entry"][2]["resource"]["id"]
    taken_back = pharmacy.post(
        f"MedicationDispense/{dispensed}/$withdraw", parameters(reason="wrong-medicine")
    )
    assert taken_back.status_code == 200, taken_back.text
    opened = decode(pharmacy.get(f"Task/{line.task}").content)
    assert not [one for one in opened["output"] if one["type"]["coding"][0]["code"] == "receipt"]
    handed_out(pharmacy, line, packs=2)

    second = receipt_of(decode(pharmacy.post(f"Task/{line.task}/$close").content))
    assert second != first
    verified(pharmacy, first, pharmacy.get(first).content)


# The keys.


def test_a_new_receipt_key_is_published_before_it_signs_and_the_old_one_for_good(tmp_path: Path) -> None:
    now = WallClock().wall()
    ring = key_ring(tmp_path, "receipt")
    old = ring.signing(now).kid
    new = announce(tmp_path, now + timedelta(hours=24), None, "receipt").kid
    ring = key_ring(tmp_path, "receipt")

    assert ring.signing(now).kid == old
    later = now + timedelta(days=4_000)
    assert ring.signing(later).kid == new
    assert {key["kid"] for key in ring.published(later)["keys"]} == {old, new}
    assert files_of(tmp_path) == [], "none of them is a key for tokens"
    retire(tmp_path, old, later, "receipt")
    assert {key["kid"] for key in key_ring(tmp_path, "receipt").published(later)["keys"]} == {new}


def test_a_receipts_key_is_no_tokens_key(tmp_path: Path) -> None:
    now = WallClock().wall()
    tokens, receipts = key_ring(tmp_path), key_ring(tmp_path, "receipt")
    header = jws.extract_compact(sealed(receipts, b"{}", now).replace("..", ".e30.").encode()).headers()

    assert header["typ"] == "receipt+jws"
    assert tokens.find(header["kid"]) is None and receipts.find(header["kid"]) is not None
