"""The call rate as a client meets it: 429 with the rule and with how long to wait."""

from dataclasses import replace

import httpx
import pytest

from tests.access.speaking import Speaker, rule_of
from tests.exchange.counter import rows
from tests.running import Running
from tilts.house import build
from tilts.store.tx import Database

pytestmark = pytest.mark.anyio


async def test_acc_012_a_client_that_calls_too_fast_is_told_how_long_to_wait(
    exchange: Running, database: Database
) -> None:
    house = build(replace(exchange.settings, requests_per_second=1), clock=exchange.clock)
    assert house.plain is not None
    await house.database.open()
    try:
        async with Speaker(exchange, "practice", plain=True) as practice:
            token = await practice.token()
            await practice.http.aclose()
            practice.http = httpx.AsyncClient(transport=httpx.ASGITransport(house.plain))
            answers = [await practice.call("GET", "Organization?_count=1", token) for _ in range(12)]
    finally:
        await house.database.close()

    refused = [answer for answer in answers if answer.status_code == 429]
    assert answers[0].status_code == answers[1].status_code == 200
    assert refused, "twelve calls in a row at one a second"
    assert {(rule_of(answer), answer.headers["retry-after"]) for answer in refused} == {("ACC-012", "1")}
    written = "SELECT outcome FROM audit_entry WHERE rule_id = 'ACC-012' AND request_id = %(id)s"
    assert await rows(database, written, id=refused[0].headers["x-request-id"]) == [{"outcome": "refused"}]
