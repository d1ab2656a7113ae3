"""Names are data: whatever somebody calls themselves, a page shows it and never runs it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.running import Running
from tilts.house import pages_alone
from tilts.ids import new_id
from tilts.settings import Settings
from tilts.store import audit
from tilts.store.records import AuditEntry
from tilts.store.tx import Database

HOSTILE = "<script>alert('1')</script>\"'>&"
SHOWN = "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&#34;&#39;&gt;&amp;"
pytestmark = pytest.mark.anyio


@asynccontextmanager
async def visiting(settings: Settings, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    app = pages_alone(settings, database)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=settings.portal_base) as found:
        yield found


async def test_a_hostile_call_is_shown_as_text(exchange: Running, database: Database) -> None:
    entry = AuditEntry(
        audit_id=new_id(),
        at=datetime.now(UTC),
        event=HOSTILE,
        outcome="refused",
        request_id=HOSTILE,
        method=HOSTILE,
        address=HOSTILE,
        rule_id=HOSTILE,
        organization_name=HOSTILE,
        role_code=HOSTILE,
        purpose=HOSTILE,
    )
    async with database.transaction() as tx:
        await audit.add(tx, entry)
    async with visiting(exchange.settings, database) as visitor:
        text = (await visitor.get("/calls")).text
    assert text.count(SHOWN) >= 7
    assert "<script>alert" not in text


async def test_a_hostile_name_in_the_facts_is_shown_as_text(
    exchange: Running, database: Database, tmp_path: Path
) -> None:
    facts = json.loads(json.dumps(exchange.facts))
    facts["clients"]["practice"]["name"] = HOSTILE
    facts["persons"][0] |= {"family": HOSTILE, "code": HOSTILE, "story_lv": HOSTILE}
    facts["logs"] = HOSTILE
    state = tmp_path / "sandbox.json"
    state.write_text(json.dumps(facts))
    settings = replace(exchange.settings, sandbox_facts=state)
    async with visiting(settings, database) as visitor:
        for path in ("/sandbox", "/persons", f"/persons/{facts['persons'][0]['patient']}"):
            text = (await visitor.get(path)).text
            assert SHOWN in text
            assert "<script>alert" not in text


async def test_outside_the_sandbox_there_are_no_keys_and_no_persons(
    exchange: Running, database: Database
) -> None:
    settings = replace(exchange.settings, sandbox=False)
    async with visiting(settings, database) as visitor:
        for path in (
            "/sandbox",
            "/patterns",
            "/test-sign-in/keys",
            "/calls",
            "/persons",
            "/certificates/ca.pem",
            "/certificates/practice/key.pem",
        ):
            assert (await visitor.get(path)).status_code == 404
        assert (await visitor.get("/rules")).status_code == 200


async def test_a_fault_of_ours_is_a_page_without_its_text(
    exchange: Running, database: Database, tmp_path: Path
) -> None:
    facts = json.loads(json.dumps(exchange.facts))
    del facts["clients"]["practice"]  # the sandbox's first page tells how to call as this client
    state = tmp_path / "sandbox.json"
    state.write_text(json.dumps(facts))
    async with visiting(replace(exchange.settings, sandbox_facts=state), database) as visitor:
        answer = await visitor.get("/sandbox", headers={"accept-language": "en"})
    assert answer.status_code == 500
    assert "The fault is ours" in answer.text
    assert "KeyError" not in answer.text
    assert "content-security-policy" in answer.headers


async def test_a_database_that_is_away_is_told_as_such(exchange: Running) -> None:
    never_opened = Database(exchange.settings.database_url, connections=1)
    async with visiting(exchange.settings, never_opened) as visitor:
        answer = await visitor.get("/calls", headers={"accept-language": "en"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "Pool" not in answer.text
