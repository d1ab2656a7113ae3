"""What somebody tries at the portal beside its buttons: others' forms, the wrong organisation, the same step at once."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import httpx
import pytest
from lxml import html

from tests.portal import attacking
from tests.portal.attacking import (
    CLERK,
    COLLEAGUE,
    HEAD,
    IT_PERSON,
    RIVAL,
    VENDOR,
    Visitor,
    World,
    number_in,
    routes_of,
    rule_of,
    said,
)
from tests.production import production_settings
from tests.running import Running
from tilts.house import pages_alone
from tilts.lab.people import BY_SUBJECT
from tilts.registration_number import check_digit
from tilts.settings import Settings
from tilts.store.tx import Database

SANDBOX = ("/sandbox", "/test-sign-in", "/patterns", "/persons", "/calls", "/fragments/", "/certificates/")
FOR_PROGRAMS = {"/test-sign-in/token", "/test-sign-in/practitioner-token"}  # with credentials of their own
END_ROLES = """
UPDATE onboarding.account_role r SET state = 'ended'
  FROM onboarding.account a WHERE a.account_id = r.account_id AND a.subject = %s
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with attacking.world(tmp_path_factory.mktemp("tried")) as found:
        yield found


def refused(answer: httpx.Response, status: int, rule_id: str) -> None:
    assert (answer.status_code, rule_of(answer)) == (status, rule_id), said(answer)[:300]


def at_once(*calls: Callable[[], httpx.Response]) -> list[httpx.Response]:
    with ThreadPoolExecutor(len(calls)) as threads:
        return [one.result() for one in [threads.submit(call) for call in calls]]


def registered(visitor: Visitor, as_role: str = "") -> httpx.Response:
    """For one's own organisation of the sandbox; the page that it leads to."""
    person = BY_SUBJECT[visitor.subject]
    kind = "pharmacy" if "pharmacy" in person.client else "practice"
    form = {"kind": kind, "number": person.registration_number, "as": as_role}
    visitor.done("/register", form)
    return visitor.http.get("/my/people", follow_redirects=True)


# Forms that are not ours.


@pytest.mark.parametrize("whose", ["nobody's", "another's"])
def test_no_form_is_taken_with_a_token_that_is_not_the_visitors(world: World, whose: str) -> None:
    token = "" if whose == "nobody's" else world.visitors[RIVAL].token()
    posts = [path for method, path in routes_of(world.exchange) if method == "POST"]
    assert len(posts) > 30
    for path in posts:
        if path not in FOR_PROGRAMS:
            refused(world.visitors[VENDOR].http.post(path, data={"form_token": token}), 403, "USR-001")


@pytest.mark.parametrize(
    "address", ["/cases/%00", "/gate/a%00b", "/lab/runs/new?testing=%00", "/classifiers?q=%00"]
)
def test_an_address_with_what_is_no_text_is_refused(world: World, address: str) -> None:
    refused(world.visitors[VENDOR].get(address), 400, "USR-018")


@pytest.mark.parametrize("name", ["subject", "strange"])
def test_half_of_a_character_pair_is_refused_whatever_charset_brings_it(world: World, name: str) -> None:
    visitor = world.visitors[VENDOR]
    fields = {"form_token": visitor.token().encode(), name: b"\\ud800"}
    parts = [
        b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (key.encode(), value)
        for key, value in fields.items()
    ]
    kind = {"content-type": "multipart/form-data; boundary=x; charset=raw_unicode_escape"}
    answer = visitor.http.post("/my/questions", content=b"".join(parts) + b"--x--\r\n", headers=kind)
    refused(answer, 400, "USR-018")


def test_a_text_that_no_page_can_show_is_refused_and_what_was_typed_stays(world: World) -> None:
    number, clerk = world.belongings[VENDOR].numbers["testing"], world.visitors[CLERK]
    for day, answer in {"x" * 5_001: "", "x" * 301: "1"}.items():
        form = {"starts_on-day": day, "ends_on-day": answer, "reason": day}
        told = clerk.post(f"/cases/{number}/set-window", form)
        refused(told, 422, "CASE-007")
        assert f'value="{day}"' in told.text
    plan = world.belongings[RIVAL].numbers["test-plan"]
    told = world.visitors[RIVAL].post(f"/cases/{plan}/withdraw", {"reason": "x" * 5_001})
    refused(told, 422, "USR-019")
    assert "x" * 5_001 in told.text


def test_an_address_for_another_kind_of_case_says_so(world: World) -> None:
    number, visitor = world.belongings[VENDOR].numbers["question"], world.visitors[VENDOR]
    refused(visitor.get(f"/cases/{number}/worksheet"), 404, "CASE-002")
    refused(visitor.post(f"/cases/{number}/fill-here", {"party_name": "x"}), 404, "CASE-002")


def test_a_person_code_in_an_address_is_written_down_nowhere(world: World) -> None:
    typed = "100390-25379"
    refused(world.visitors[VENDOR].get(f"/cases/{typed}"), 404, "CASE-001")
    refused(world.visitors[VENDOR].get("/cases/" + "9" * 200), 404, "CASE-001")
    kept = written_down(world.exchange)
    assert typed not in kept
    assert "[personas kods / person code]" in kept
    assert "9" * 61 not in kept


def written_down(exchange: Running) -> str:
    """What the audit says of cases that were asked for."""

    async def read() -> str:
        database = Database(exchange.settings.database_url, connections=1)
        await database.open()
        try:
            async with database.transaction() as tx:
                found = await tx.execute("SELECT string_agg(detail ->> 'about', ' ') FROM audit_entry")
                return str((await found.fetchone() or [""])[0])
        finally:
            await database.close()

    return asyncio.run(read())


# Roles and organisations.


def test_a_role_that_is_none_is_not_taken_on(world: World) -> None:
    visitor = world.visitors[VENDOR]
    refused(visitor.post("/my/roles", {"role": "evil"}), 403, "USR-006")
    assert visitor.get("/my/systems").status_code == 200


def test_an_it_person_reads_the_agreement_and_acts_only_where_it_is_theirs(world: World) -> None:
    visitor, own = world.visitors[IT_PERSON], world.belongings[HEAD]
    page = visitor.get(f"/cases/{own.numbers['agreement']}")
    assert page.status_code == 200
    offered = html.fromstring(page.content).xpath("//main//form/@action")
    assert [one for one in offered if not one.endswith("/messages")] == []
    refused(visitor.post(f"/cases/{own.numbers['agreement']}/withdraw", {"reason": "x"}), 403, "CASE-004")
    refused(visitor.post("/cases/new/connection-application"), 403, "USR-004")
    assert "/cases/new/" not in visitor.get("/cases").text
    assert "/cases/new/" in world.visitors[HEAD].get("/cases").text


def test_an_it_person_who_came_first_keeps_nobody_out(world: World) -> None:
    base = world.exchange.facts["portal"]
    with Visitor(base, "new-practice-it") as first, Visitor(base, "new-practice-head") as head:
        assert registered(first, "it").status_code == 200
        assert "Oskars Vadiņš" in said(registered(head))
        assert head.get("/cases").status_code == 200


def test_of_two_organisations_only_the_one_acted_for_is_seen(world: World) -> None:
    digits = "8765432109"
    with Visitor(world.base, "new-pharmacy-head") as visitor:
        registered(visitor)
        question = {"desk": "test", "subject": "s", "text": "t"}
        asked = visitor.done("/my/questions", question)
        number = digits + (check_digit(digits) or "")
        visitor.done("/register", {"kind": "vendor", "name": "SIA Divi", "number": number})
        refused(visitor.get(asked), 404, "CASE-001")
        refused(visitor.post(f"{asked}/messages", {"text": "t"}), 404, "CASE-001")
        page = html.fromstring(visitor.get("/my/roles").content)
        roles = [value for value in page.xpath("//main//*[@name='role']/@value") if value]
        before = visitor.http.cookies["tilts_session"]
        for role in roles:
            visitor.done("/my/roles", {"role": role})
            if "SIA Divi" not in visitor.get("/my/roles").text.partition("<main")[0]:
                break
        assert visitor.get(asked).status_code == 200
        visitor.http.cookies.set("tilts_session", before)  # the session that it was: worth nothing now
        assert visitor.get(asked).status_code == 303


def test_a_role_that_was_ended_is_gone_from_an_open_session(world: World) -> None:
    with Visitor(world.base, "pharmacy-it") as visitor:
        assert visitor.get("/cases").status_code == 200
        asyncio.run(changed(world.exchange.settings, END_ROLES, ["pharmacy-it"]))
        answer = visitor.get("/cases")
        assert (answer.status_code, answer.headers["location"]) == (303, "/register")


async def changed(settings: Settings, statement: Any, values: list[Any]) -> None:
    database = Database(settings.database_url, connections=1)
    await database.open()
    try:
        async with database.transaction() as tx:
            found = await tx.execute(statement, values)
            assert found.rowcount
    finally:
        await database.close()


# The same at once, and what was not seen.


def test_a_second_person_confirms_what_they_saw_and_of_two_at_once_one_does(world: World) -> None:
    number, base = world.belongings[RIVAL].numbers["agreement"], world.exchange.facts["portal"]
    refused(world.visitors[COLLEAGUE].post(f"/cases/{number}/confirm", {"seen": "1"}), 409, "CASE-012")
    with Visitor(base, "test-desk") as third:
        both = (world.visitors[COLLEAGUE], third)
        for one in both:
            one.post("/trust/why")  # has its token
        answers = at_once(*[lambda one=one: one.post(f"/cases/{number}/confirm") for one in both])  # type: ignore[misc]
    assert sorted(one.status_code for one in answers) == [303, 409], [said(one)[:200] for one in answers]
    refused(max(answers, key=lambda one: one.status_code), 409, "CASE-003")


def test_the_same_agreement_is_opened_once_however_often_the_button_is_pressed(world: World) -> None:
    with Visitor(world.base, RIVAL) as again:
        again.post("/trust/why")
        answers = at_once(*[lambda: again.post("/cases/new/operator-agreement")] * 4)
    assert sorted(one.status_code for one in answers) == [303, 409, 409, 409]
    assert {rule_of(one) for one in answers} == {"", "CASE-008"}
    opened = {number_in(one.headers["location"]) for one in answers if one.status_code == 303}
    assert len(opened) == 1


# Outside the sandbox.


def test_nothing_of_the_sandbox_is_there_outside_it(world: World, rehearsed: Running) -> None:
    def paths(settings: Settings) -> set[str]:
        database = Database(settings.database_url, connections=1)
        return {route.path for route in pages_alone(settings, database).routes}  # type: ignore[attr-defined]

    settings = world.exchange.settings
    assert len({one for one in paths(settings) if one.startswith(SANDBOX)}) > 15
    for other in (replace(settings, sandbox=False), production_settings(rehearsed)):
        assert {one for one in paths(other) if one.startswith(SANDBOX)} == set()
