"""What a developer sees of the classifiers follows the operator agreement of the own party."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

import httpx

from tests.production import add_step, in_state, production_tx
from tests.running import Running
from tilts.lab.walker import PageWalker
from tilts.store.onboarding.gate import party_of_client
from tilts.store.tx import Database

FILE = "/classifiers/medicine-forms/2026.1.ndjson"
NOT_GIVEN = (303, "/classifiers/medicine-forms#access")


def test_access_is_none_granted_limited_expired_on_the_page_and_for_the_file(rehearsed: Running) -> None:
    walker = PageWalker(rehearsed.facts["portal"], language="en")
    walker.follow("Sign in")
    walker.submit("Aija Laiviniece")
    case_id = begun(rehearsed)

    def seen() -> tuple[str, bool, tuple[int, str]]:
        text = look(walker, "/classifiers/medicine-forms?version=2026.1").text
        words = (
            "open by your agreement",
            "not in your agreement",
            "your agreement has ended",
            "by agreement",
        )
        state = next(word for word in words if word in text)
        answer = look(walker, FILE)
        return state, "MF-15" in text, (answer.status_code, answer.headers.get("location", ""))

    assert seen() == ("by agreement", False, NOT_GIVEN)
    step(rehearsed, case_id, "in-force")
    assert seen() == ("open by your agreement", True, (200, ""))
    assert look(walker, FILE).headers["cache-control"].startswith("private")
    step(rehearsed, case_id, "in-force", clauses=["registers"])
    assert seen() == ("not in your agreement", False, NOT_GIVEN)
    step(rehearsed, case_id, "suspended")
    assert seen() == ("by agreement", False, NOT_GIVEN)
    last = (datetime.now(UTC) - timedelta(days=2)).date()
    step(rehearsed, case_id, "in-force", clauses=["registers", "medicines"], ends_on=last.isoformat())
    assert seen() == ("your agreement has ended", False, NOT_GIVEN)
    assert f"{last:%d.%m.%Y}" in look(walker, "/classifiers/medicine-forms").text
    step(rehearsed, case_id, "ended")
    assert seen() == ("your agreement has ended", False, NOT_GIVEN)
    register = look(walker, "/classifiers").text
    assert "your agreement has ended" in register and "public" in register

    events = asyncio.run(downloads(rehearsed))
    assert events == 2  # each file that was given out, and no other


def test_nobody_signed_in_sees_the_register_and_public_lists_only(rehearsed: Running) -> None:
    with httpx.Client(base_url=rehearsed.facts["production"]["portal"]) as visitor:
        assert visitor.get("/classifiers").status_code == 200
        assert visitor.get("/classifiers/iso-4217/2026.2.ndjson").status_code == 200
        assert visitor.get(FILE).status_code == 303


def look(walker: PageWalker, path: str) -> httpx.Response:
    """With the cookies of who is signed in, and without following."""
    return walker._client.get(urljoin(walker._start, path), follow_redirects=False)


def begun(exchange: Running) -> UUID:
    async def run() -> UUID:
        async with production_tx(exchange) as tx:
            party_id = await party_of_client(tx, exchange.facts["clients"]["vendor"]["client_id"])
            assert party_id is not None
            return await in_state(tx, "operator-agreement", party_id, "under-review")

    return asyncio.run(run())


def step(exchange: Running, case_id: UUID, state: str, **facts: Any) -> None:
    async def run() -> None:
        async with production_tx(exchange) as tx:
            await add_step(tx, case_id, state, facts)

    asyncio.run(run())


async def downloads(exchange: Running) -> int:
    database = Database(exchange.settings.database_url, connections=1)
    await database.open()
    try:
        async with database.transaction() as tx:
            found = await tx.execute(
                "SELECT count(*) FROM audit_entry WHERE event = 'classifier.downloaded' AND client_id = 'portal'"
            )
            [row] = await found.fetchall()
    finally:
        await database.close()
    return int(row[0])
