"""A portal on https with a provider that is not ours: the whole way in, registering, and letting a colleague in."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.access.test_accounts import new_number
from tests.portal.strange_provider import StrangeProvider, strange_provider
from tests.portal.test_hostile_names import visiting
from tests.running import Running
from tilts.ids import new_id
from tilts.settings import Settings
from tilts.store.tx import Database

pytestmark = pytest.mark.anyio
BASE = "https://portal.example/"


@pytest.fixture(scope="module")
def street() -> Iterator[StrangeProvider]:
    with strange_provider() as found:
        yield found


@pytest.fixture
def settings(exchange: Running, street: StrangeProvider) -> Settings:
    return replace(exchange.settings, sandbox=False, portal_base=BASE, oidc_issuer=street.issuer)


@asynccontextmanager
async def signed_in(
    settings: Settings, database: Database, street: StrangeProvider, **claims: object
) -> AsyncIterator[tuple[httpx.AsyncClient, httpx.Response]]:
    """A visitor after coming back from the provider, and the answer that they got then."""
    async with visiting(settings, database) as visitor:
        visitor.headers["accept-language"] = "en"
        away = (await visitor.get("/sign-in")).headers["location"]
        asked = {name: values[0] for name, values in parse_qs(urlsplit(away).query).items()}
        street.claims = {"nonce": asked["nonce"], "sub": str(new_id()), **claims}
        yield visitor, await visitor.get("/signed-in", params={"code": "x", "state": asked["state"]})


async def send(visitor: httpx.AsyncClient, page: str, address: str, **form: str) -> httpx.Response:
    """A form of that page, with its token."""
    token = re.search(r'name="form_token" value="([^"]+)"', (await visitor.get(page)).text)
    assert token is not None
    return await visitor.post(address, data={"form_token": token[1], **form})


async def test_on_https_every_cookie_is_of_this_host_and_secure(
    settings: Settings, database: Database, street: StrangeProvider
) -> None:
    async with signed_in(settings, database, street) as (visitor, answer):
        assert answer.status_code == 303
        set_ = answer.headers.get_list("set-cookie")
        assert any(cookie.startswith("__Host-tilts_session=") for cookie in set_)
        for cookie in set_:
            assert cookie.startswith("__Host-")
            assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= {
                part.strip() for part in cookie.split(";")
            }
        assert (await visitor.get("/my/roles")).status_code == 200


async def test_who_has_no_role_is_led_to_register(
    settings: Settings, database: Database, street: StrangeProvider
) -> None:
    async with signed_in(settings, database, street) as (visitor, answer):
        assert answer.headers["location"] == "/register"
        assert (await visitor.get("/my/people")).headers["location"] == "/register"


async def test_who_has_no_record_is_told(
    settings: Settings, database: Database, street: StrangeProvider
) -> None:
    for code in ({}, {"person_code": "nonsense"}, {"person_code": "32999999999"}):
        async with signed_in(settings, database, street, **code) as (visitor, _):
            answer = await visitor.get("/my/accesses")
            assert answer.status_code == 404
            assert "USR-017" in answer.text


async def test_a_resident_is_found_by_the_person_code_and_it_is_kept_nowhere(
    exchange: Running, settings: Settings, database: Database, street: StrangeProvider
) -> None:
    person = exchange.facts["persons"][1]
    async with signed_in(settings, database, street, person_code=person["code"]) as (visitor, answer):
        assert answer.headers["location"] == "/my"
        assert (await visitor.get("/my/accesses")).status_code == 200
    async with database.transaction() as tx:
        for table in ("account", "session", "account_role"):
            cursor = await tx.execute(f"SELECT {table}::text FROM onboarding.{table}")  # type: ignore[arg-type]
            assert not any(person["code"] in row[0] for row in await cursor.fetchall())


async def test_the_first_officers_are_named_by_the_installation(
    settings: Settings, database: Database, street: StrangeProvider
) -> None:
    officer = str(new_id())
    settings = replace(settings, oidc_authority_subjects=f"somebody, {officer}")
    async with signed_in(settings, database, street, sub=officer) as (visitor, answer):
        assert answer.headers["location"] == "/my"
        assert "officer of the authority" in (await visitor.get("/my/roles")).text
    async with signed_in(settings, database, street) as (_, answer):
        assert answer.headers["location"] == "/register"


async def test_registering_and_letting_a_colleague_in(
    settings: Settings, database: Database, street: StrangeProvider
) -> None:
    form = {"kind": "vendor", "number": new_number(), "name": "Parauga izstrādātājs", "as": "head"}
    async with signed_in(settings, database, street) as (first, _):
        assert (await send(first, "/register", "/register", **form)).headers["location"] == "/my"
        async with signed_in(settings, database, street, name="Otrais Cilvēks") as (second, _):
            asked = await send(second, "/register", "/register", **form)
            assert asked.headers["location"] == "/my/roles"
            assert "waits to be confirmed" in (await second.get("/my/roles")).text
            assert (await second.get("/my/people")).headers["location"] == "/register"
            role = re.search(r'name="role" value="([^"]+)"', (await first.get("/my/people")).text)
            assert role is not None
            confirmed = await send(first, "/my/people", "/my/people", role=role[1], answer="yes")
            assert confirmed.status_code == 303
            again = await send(first, "/my/people", "/my/people", role=role[1], answer="no")
            assert again.status_code == 409
            assert "USR-008" in again.text
            chosen = await send(second, "/my/roles", "/my/roles", role=role[1])
            assert chosen.status_code == 303
            assert "Otrais Cilvēks" in (await second.get("/my/people")).text


async def test_nobody_decides_for_an_organisation_of_others(
    settings: Settings, database: Database, street: StrangeProvider
) -> None:
    async with signed_in(settings, database, street) as (visitor, _):
        form = {"kind": "vendor", "number": new_number(), "name": "Cits izstrādātājs"}
        await send(visitor, "/register", "/register", **form)
        for role in (str(new_id()), "nonsense"):
            answer = await send(visitor, "/my/people", "/my/people", role=role, answer="yes")
            assert answer.status_code == 404
            assert "USR-007" in answer.text


async def test_a_role_or_a_record_of_others_is_not_taken(
    settings: Settings, database: Database, street: StrangeProvider
) -> None:
    async with signed_in(settings, database, street) as (visitor, _):
        for role in (str(new_id()), "resident"):
            answer = await send(visitor, "/my/roles", "/my/roles", role=role)
            assert answer.status_code == 403
            assert "USR-006" in answer.text


async def test_without_a_provider_only_public_pages_work(settings: Settings, database: Database) -> None:
    async with visiting(replace(settings, oidc_issuer=""), database) as visitor:
        for path in ("/", "/help", "/architecture", "/rules"):
            assert (await visitor.get(path)).status_code == 200
        answer = await visitor.get("/sign-in")
        assert answer.status_code == 503
        assert "USR-013" in answer.text
