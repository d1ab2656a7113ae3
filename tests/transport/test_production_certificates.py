"""At the port of production: a certificate that came as a case gets in, by a listed issuer or by the exchange itself."""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.onboarding.desk_people import person
from tests.onboarding.trusting import House, Leaf
from tests.production import Connected, connected, production_settings, production_tx
from tests.running import Running
from tests.transport.wire import Caller, refused
from tilts.access.case_effects import EFFECTS
from tilts.lab.pki_trust.layout import open_trust
from tilts.onboarding.certificates.submitting import Times, examined, submit
from tilts.onboarding.taking import Around, Taker, take
from tilts.rules import Refusal
from tilts.store.onboarding import cases, parties
from tilts.store.onboarding.cases import CaseRecord

LIMIT_SECONDS = 60


@pytest.fixture(scope="module")
def house(rehearsed: Running) -> House:
    folder = production_settings(rehearsed).pki_folder
    return House(folder, open_trust(folder))


@pytest.fixture(scope="module")
def institution(rehearsed: Running) -> Connected:
    """Everything is in force; its first certificate is one of the exchange's own authority."""
    return connected(rehearsed, "pharmacy-9")


async def through_the_case(one: Connected, content: bytes) -> tuple[CaseRecord, bytes]:
    """Handed in by the institution, accepted by a clerk; the case, and what the institution then holds."""
    client_id = str(one.caller.facts["client_id"])
    account, clerk = person("it", one.party_id), person("authority")
    around = Around(production_settings(one.exchange), datetime.now(UTC))
    async with production_tx(one.exchange) as tx:
        report = await examined(tx, account, content, around)
        case = await submit(tx, account, client_id, report, Times(around.wall, around.wall))
        done = await take(tx, case.number, "accept", Taker(clerk, around.wall, EFFECTS, around))
        documents = await cases.documents(tx, case.case_id)
        return done, await cases.content(tx, documents[-1].document_id)


async def stop_using(one: Connected, case: CaseRecord) -> None:
    around = Around(production_settings(one.exchange), datetime.now(UTC))
    facts: dict[str, Any] = {"reason": "nomainīts"}
    async with production_tx(one.exchange) as tx:
        account = person("it", one.party_id)
        await take(tx, case.number, "replace", Taker(account, around.wall, EFFECTS, around), facts=facts)


async def number_of(one: Connected) -> str:
    async with production_tx(one.exchange) as tx:
        party = await parties.find_party(tx, one.party_id)
        assert party is not None
        return party.registration_number


def test_a_request_without_a_seal_is_refused_with_ISS_003(institution: Connected) -> None:
    """With one: tests/onboarding/test_issuing.py, and by clicks tests/portal/test_issuing_pages.py."""
    leaf = Leaf(identifiers=(f"NTRLV-{asyncio.run(number_of(institution))}",))
    with pytest.raises(Refusal, match="ISS-003"):
        asyncio.run(through_the_case(institution, leaf.request()))


def test_a_certificate_that_was_accepted_gets_in_and_is_out_when_it_is_stopped(
    institution: Connected, house: House, tmp_path: Path
) -> None:
    leaf = Leaf(identifiers=(f"NTRLV-{asyncio.run(number_of(institution))}",))
    case, held = asyncio.run(through_the_case(institution, leaf.pem(house)))
    (tmp_path / "cert.pem").write_bytes(held)
    (tmp_path / "key.pem").write_bytes(
        leaf.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    name = f"{institution.caller.name}-accepted"
    files = {"cert": str(tmp_path / "cert.pem"), "key": str(tmp_path / "key.pem")}
    institution.exchange.facts["clients"][name] = {**institution.caller.facts, **files}
    caller = Caller(institution.exchange, name, base=institution.caller.base)
    try:
        token = token_of(caller)
        assert caller.get("Organization", token=token).status_code == 200
        asyncio.run(stop_using(institution, case))
        refused(caller.get("Organization", token=token), 401, "ACC-002")
    finally:
        caller.close()


def token_of(caller: Caller) -> str:
    """The gate is asked again every second: the first time it may not have been yet."""
    ends = time.monotonic() + LIMIT_SECONDS
    while True:
        answer = caller.ask_token(caller.assertion())
        if answer.status_code == 200:
            return str(answer.json()["access_token"])
        assert time.monotonic() < ends, answer.text
