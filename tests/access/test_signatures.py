"""Signed documents: by this person, on behalf of this organisation, with a registered key, over exactly these bytes."""

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from tests.access.speaking import LEFT_OUT, Speaker, a_key, in_base64, rule_of, without_left_out
from tests.exchange.counter import Counter
from tests.running import Running
from tilts.access import jose
from tilts.access.signatures import verified
from tilts.exchange.documents import Signed
from tilts.rules import Refusal
from tilts.store.tx import Tx

pytestmark = pytest.mark.anyio

BODY = b'{ "resourceType": "MedicationRequest", "note": [{"text": "\xc4\x81"}] }'


@pytest.fixture
async def practice(exchange: Running) -> AsyncIterator[Speaker]:
    async with Speaker(exchange, "practice") as found:
        yield found


class Door:
    """Verifies as the door does, for the party that speaks."""

    def __init__(self, tx: Tx, speaker: Speaker) -> None:
        self.tx, self.speaker = tx, speaker
        self.party = Counter(speaker.exchange).party(speaker.name)

    async def verified(self, provenance: Any, body: bytes = BODY) -> Signed:
        header = provenance if isinstance(provenance, str) else json.dumps(provenance)
        return await verified(self.tx, header, body, self.party)

    async def refused(self, provenance: Any, body: bytes = BODY) -> str:
        with pytest.raises(Refusal) as refusal:
            await self.verified(provenance, body)
        return refusal.value.rule.id

    def with_signature(self, **other: Any) -> dict[str, Any]:
        provenance = self.speaker.provenance(BODY)
        [signature] = provenance["signature"]
        return {**provenance, "signature": [without_left_out({**signature, **other})]}

    def with_jws(self, compact: str) -> dict[str, Any]:
        return self.with_signature(data=in_base64(compact))


@pytest.fixture
def door(tx: Tx, practice: Speaker) -> Door:
    return Door(tx, practice)


def detached(compact: str) -> str:
    head, _, signature = compact.split(".")
    return f"{head}..{signature}"


async def test_a_signature_over_these_bytes_holds_and_is_kept_with_them(door: Door) -> None:
    provenance = door.speaker.provenance(BODY)
    signed = await door.verified(provenance)

    assert (signed.content, signed.client_id) == (BODY, door.speaker.told["client_id"])
    assert signed.provenance == provenance
    head, nothing, signature = signed.jws.split(".")
    assert nothing == ""
    key = {name: value for name, value in door.speaker.jwk.items() if name != "d"}
    assert jose.verified_payload(f"{head}.{jose.unpadded(BODY)}.{signature}", key, "ES256") == BODY


@pytest.mark.parametrize(
    "header",
    [
        "",
        "x",
        "null",
        "[]",
        "{}",
        '{"resourceType":"Patient"}',
        '{"resourceType":"Provenance"}',
        '{"resourceType":"Provenance","resourceType":"Provenance"}',
        "[" * 3_000,
        "\ud800",
    ],
)
async def test_sig_002_what_is_no_provenance(door: Door, header: str) -> None:
    assert await door.refused(header) == "SIG-002"


@pytest.mark.parametrize("spoiled", ["agent", "recorded", "signature"])
async def test_sig_002_a_provenance_that_lacks_something(door: Door, spoiled: str) -> None:
    provenance = door.speaker.provenance(BODY)
    del provenance[spoiled]

    assert await door.refused(provenance) == "SIG-002"


async def test_sig_002_no_signature_or_two(door: Door) -> None:
    provenance = door.speaker.provenance(BODY)
    for signatures in ([], provenance["signature"] * 2):
        assert await door.refused({**provenance, "signature": signatures}) == "SIG-002"


@pytest.mark.parametrize("form", [LEFT_OUT, "application/jwt", "application/signature+xml"], ids=str)
async def test_sig_002_another_form_of_signature(door: Door, form: Any) -> None:
    assert await door.refused(door.with_signature(sigFormat=form)) == "SIG-002"


@pytest.mark.parametrize(
    "data", [LEFT_OUT, "", "====", "x", "é", "A" * 7, base64.b64encode(b"\xff\xfe").decode()], ids=str
)
async def test_sig_002_data_that_is_no_base64_of_a_jws(door: Door, data: Any) -> None:
    assert await door.refused(door.with_signature(data=data)) == "SIG-002"


async def test_sig_002_a_jws_that_is_not_detached(door: Door) -> None:
    for compact in (door.speaker.sign(BODY), "a.b", "a...b", "..."):
        assert await door.refused(door.with_jws(compact)) == "SIG-002"


@pytest.mark.parametrize(
    "other",
    [BODY + b"\n", BODY[:-1], BODY.replace(b" ", b""), BODY.replace(b"\xc4\x81", b"\\u0101"), b""],
    ids=["a blank line more", "cut off", "without blanks", "the same text in escapes", "nothing"],
)
async def test_sig_003_the_same_content_in_other_bytes_is_not_what_was_signed(
    door: Door, other: bytes
) -> None:
    assert await door.refused(door.speaker.provenance(BODY), other) == "SIG-003"


async def test_sig_003_a_key_of_another_client(door: Door, exchange: Running) -> None:
    async with Speaker(exchange, "hospital") as other:
        assert await door.refused(door.with_jws(detached(other.sign(BODY)))) == "SIG-003"


async def test_sig_003_a_key_that_nobody_registered(door: Door) -> None:
    stranger = a_key()
    for kid in (stranger["kid"], door.speaker.told["kid"]):
        compact = jose.signed(BODY, {"alg": "ES256", "kid": kid}, stranger)
        assert await door.refused(door.with_jws(detached(compact))) == "SIG-003"
    without_kid = jose.signed(BODY, {"alg": "ES256"}, door.speaker.jwk)
    assert await door.refused(door.with_jws(detached(without_kid))) == "SIG-003"


@pytest.mark.parametrize(
    "header",
    [
        b"x",
        b"null",
        b'{"alg":"none"}',
        b'{"alg":"ES256","kid":["x"]}',
        b'{"alg":"ES256","kid":"a","kid":"b"}',
    ],
)
async def test_sig_003_a_header_that_cannot_be_read(door: Door, header: bytes) -> None:
    assert await door.refused(door.with_jws(f"{jose.unpadded(header)}..AAAA")) == "SIG-003"


@pytest.mark.parametrize("compact", ["..", "a..", "..a", "\x00..\x00", "e30..e30"])
async def test_sig_003_a_jws_without_its_parts(door: Door, compact: str) -> None:
    assert await door.refused(door.with_jws(compact)) == "SIG-003"


@pytest.mark.parametrize("wrong", ["who", "onBehalfOf"])
@pytest.mark.parametrize("reference", ["PractitionerRole/x", "Organization/x", LEFT_OUT], ids=str)
async def test_sig_004_another_person_or_workplace_than_the_token(
    door: Door, wrong: str, reference: Any
) -> None:
    provenance = door.speaker.provenance(BODY)
    agent = provenance["agent"][0]
    other = {"display": "somebody"} if reference is LEFT_OUT else {"reference": reference}

    assert await door.refused({**provenance, "agent": [{**agent, wrong: other}]}) == "SIG-004"


async def test_sig_004_one_agent_signs_alone(door: Door) -> None:
    provenance = door.speaker.provenance(BODY)

    assert await door.refused({**provenance, "agent": provenance["agent"] * 2}) == "SIG-004"


async def test_sig_004_a_colleagues_token_does_not_fit_the_signature(door: Door) -> None:
    door.party = replace(door.party, role_id=UUID(int=7))

    assert await door.refused(door.speaker.provenance(BODY)) == "SIG-004"


async def test_sig_001_a_write_without_a_signature_is_refused_on_the_tls_port(practice: Speaker) -> None:
    patient = practice.exchange.facts["persons"][0]["patient"]
    body = json.dumps(practice.prescription(patient)).encode()
    headers = {"Content-Type": "application/fhir+json"}
    answer = await practice.call(
        "POST", "MedicationRequest", await practice.token(), content=body, headers=headers
    )

    assert (answer.status_code, rule_of(answer)) == (400, "SIG-001")


async def test_the_signed_bytes_can_be_read_back_and_verified_by_anyone(practice: Speaker) -> None:
    patient, token = practice.exchange.facts["persons"][0]["patient"], await practice.token()
    body = json.dumps(practice.prescription(patient), indent=3, ensure_ascii=False).encode() + b"\n"
    made = await practice.post("MedicationRequest", token, body)
    found = await practice.call("GET", f"Provenance?target=MedicationRequest/{made.json()['id']}", token)
    [entry] = found.json()["entry"]
    whole = await practice.call("GET", f"Provenance/{entry['resource']['id']}/$signed-content", token)
    keys = await practice.http.get(
        f"{practice.token_url.removesuffix('token')}clients/{practice.told['client_id']}/jwks.json"
    )

    assert (made.status_code, whole.headers["content-type"].partition(";")[0]) == (201, "application/jose")
    [key] = keys.json()["keys"]
    assert jose.verified_payload(whole.text, key, key["alg"]) == body
