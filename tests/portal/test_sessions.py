"""Coming and going: written down with how and from where; proof of the person anew before what weighs; one's other browsers."""

import json
import ssl
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
import pytest
from lxml import html

from tests.portal.attacking import CLERK, COLLEAGUE, HEAD, VENDOR, Visitor, rule_of, said
from tests.portal.test_hostile_names import visiting
from tests.portal.test_oversight_pages import held, hold_of
from tests.running import Running
from tilts.access.sign_in.accounts import token_hash
from tilts.access.sign_in.logbook import network_of
from tilts.house import headers_of
from tilts.lab.people import ASSURANCE, TEST_SIGN_IN
from tilts.settings import Settings
from tilts.store.tx import Database

Rows = psycopg.Connection[Any]
REASON = "Vaccination day at the school; list seen and checked."


@pytest.fixture(scope="module")
def rows(exchange: Running) -> Iterator[Rows]:
    with psycopg.connect(exchange.settings.database_url, autocommit=True) as connection:
        connection.execute("SET search_path = test, onboarding")
        yield connection


@pytest.fixture
def base(exchange: Running) -> str:
    return str(exchange.facts["portal"]).rstrip("/")


def since(rows: Rows) -> Any:
    """The newest row of the trail: what comes later is of this test, as far as its account says."""
    found = rows.execute(
        "SELECT coalesce(max(audit_id::text), '00000000-0000-0000-0000-000000000000')::uuid FROM audit_entry"
    ).fetchone()
    assert found is not None
    return found[0]


def written(rows: Rows, mark: Any, event: str) -> list[tuple[Any, ...]]:
    statement = "SELECT outcome, rule_id, role_code, detail FROM audit_entry WHERE audit_id > %s AND event = %s ORDER BY audit_id"
    return rows.execute(statement, [mark, event]).fetchall()


def account_id(rows: Rows, subject: str) -> str:
    statement = "SELECT account_id FROM account WHERE issuer = %s AND subject = %s"
    found = rows.execute(statement, [TEST_SIGN_IN, subject]).fetchone()
    assert found is not None
    return str(found[0])


def aged(rows: Rows, visitor: Visitor) -> None:
    """Signed in twenty minutes ago: longer than session_proof_minutes, shorter than the session lives unused."""
    rows.execute(
        "UPDATE session SET started_at = started_at - interval '20 minutes',"
        " proven_at = proven_at - interval '20 minutes' WHERE token_hash = %s",
        [token_hash(visitor.http.cookies["tilts_session"])],
    )


def proven_again(visitor: Visitor, answer: Any) -> str:
    """By the link of the page that refused: to the provider and back; where that leads."""
    [link] = html.fromstring(answer.text).xpath(
        "//div[@class='fault-summary']//a[starts-with(@href, '/sign-in')]"
    )
    away = visitor.http.get(link.get("href"))
    asked = parse_qs(urlsplit(away.headers["location"]).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
    page = visitor.http.get(away.headers["location"])
    form = {one.get("name"): one.get("value") for one in html.fromstring(page.text).iter("input")}
    chosen = visitor.http.post("/test-sign-in/authorize", data=form | {"person": visitor.subject})
    return str(visitor.http.get(chosen.headers["location"]).headers["location"])


# Written down.


def test_who_signs_in_and_out_is_written_down_with_how_and_from_where(base: str, rows: Rows) -> None:
    mark = since(rows)
    with Visitor(base) as nobody:
        nobody.http.headers["x-forwarded-for"] = "203.0.113.77"
        nobody.subject = VENDOR
        nobody._sign_in()
        nobody.done("/sign-out")
    known = {"account": account_id(rows, VENDOR), "network": "203.0.113.0/24", "assurance": ASSURANCE}
    mine = [row for row in written(rows, mark, "session.opened") if row[3].get("account") == known["account"]]
    assert mine == [("success", None, "vendor", known | {"issuer": TEST_SIGN_IN})]
    assert ("success", None, "vendor", known) in written(rows, mark, "session.ended")


def test_a_refused_try_is_written_down_without_what_came_with_it(base: str, rows: Rows) -> None:
    mark = since(rows)
    with Visitor(base) as visitor:
        away = visitor.http.get("/sign-in").headers["location"]
        [state] = parse_qs(urlsplit(away).query)["state"]
        assert (
            rule_of(visitor.http.get("/signed-in", params={"code": "secret-1", "state": "wrong"}))
            == "USR-009"
        )
        answer = visitor.http.get("/signed-in", params={"error": "secret-2", "state": state})
        assert rule_of(answer) == "USR-010"
        visitor.http.get("/sign-in")
        [state] = parse_qs(urlsplit(visitor.http.get("/sign-in").headers["location"]).query)["state"]
        answer = visitor.http.get("/signed-in", params={"code": "secret-3", "state": state})
        assert rule_of(answer) == "USR-011"
    found = [row for row in written(rows, mark, "session.opened") if row[0] == "refused"]
    assert [row[1] for row in found] == ["USR-009", "USR-010", "USR-011"]
    assert not any(word in json.dumps(found) for word in ("secret", state))


def test_a_closed_account_that_tries_is_written_down_by_the_issuer(base: str, rows: Rows) -> None:
    rows.execute("UPDATE account SET active = false WHERE subject = %s AND issuer = %s", [HEAD, TEST_SIGN_IN])
    mark = since(rows)
    try:
        with Visitor(base, HEAD) as visitor:
            assert "tilts_session" not in visitor.http.cookies
    finally:
        rows.execute(
            "UPDATE account SET active = true WHERE subject = %s AND issuer = %s", [HEAD, TEST_SIGN_IN]
        )
    [row] = [row for row in written(rows, mark, "session.opened") if row[0] == "refused"]
    assert (row[1], row[3]["issuer"], row[3]["assurance"]) == ("USR-005", TEST_SIGN_IN, ASSURANCE)


def test_a_role_that_is_chosen_is_written_down_and_a_foreign_one_too(base: str, rows: Rows) -> None:
    mark = since(rows)
    with Visitor(base, VENDOR) as visitor:
        role = rows.execute(
            "SELECT role_id::text FROM account_role WHERE account_id = %s", [account_id(rows, VENDOR)]
        ).fetchone()
        assert role is not None
        visitor.done("/my/roles", {"role": role[0]})
        foreign = rows.execute("SELECT role_id::text FROM account_role WHERE role = 'authority'").fetchone()
        assert foreign is not None
        assert rule_of(visitor.post("/my/roles", {"role": foreign[0]})) == "USR-006"
    found = [(row[0], row[1], row[3].get("role")) for row in written(rows, mark, "role.chosen")]
    assert found == [("success", None, role[0]), ("refused", "USR-006", None)]


@pytest.mark.parametrize(
    ("address", "network"),
    [("192.0.2.77", "192.0.2.0/24"), ("2001:db8:1:2::7", "2001:db8:1::/48"), ("", ""), ("socket", "")],
)
def test_of_an_address_its_network_alone_is_kept(address: str, network: str) -> None:
    assert network_of(address) == network


# Proof anew.


def test_usr_020_a_hold_is_released_by_who_was_asked_lately_who_they_are(
    exchange: Running, base: str, rows: Rows
) -> None:
    page = hold_of(rows, held(exchange))
    with Visitor(base, CLERK) as clerk, Visitor(base, COLLEAGUE) as colleague:
        aged(rows, clerk)
        mark = since(rows)
        answer = clerk.post(f"{page}/ask", {"reason": REASON})
        assert (answer.status_code, rule_of(answer)) == (403, "USR-020")
        assert proven_again(clerk, answer) == page
        clerk.done(f"{page}/ask", {"reason": REASON})
        aged(rows, colleague)
        assert rule_of(colleague.post(f"{page}/confirm")) == "USR-020"
        found = [(row[0], row[1]) for row in written(rows, mark, "hold.ask")]
        assert found == [("refused", "USR-020"), ("success", None)]
        colleague.done(f"{page}/decline")  # what stays closed asks for nothing


def test_the_old_session_is_over_when_somebody_proved_it_anew(base: str, rows: Rows) -> None:
    with Visitor(base, VENDOR) as visitor, Visitor(base) as thief:
        aged(rows, visitor)
        before = visitor.http.cookies["tilts_session"]
        proven_again(visitor, visitor.post("/my/sessions"))
        thief.http.cookies["tilts_session"] = before
        assert thief.get("/my/people").headers["location"].startswith("/sign-in")


def test_the_other_browsers_are_seen_and_signed_out_by_who_proves_it_anew(base: str, rows: Rows) -> None:
    with Visitor(base, COLLEAGUE) as here, Visitor(base, COLLEAGUE) as there:
        assert "this browser" in said(here.get("/my/roles")) and "127.0.0.0/24" in said(here.get("/my/roles"))
        aged(rows, here)
        answer = here.post("/my/sessions")
        assert (answer.status_code, rule_of(answer)) == (403, "USR-020")
        assert there.get("/my/people").status_code == 200
        assert proven_again(here, answer) == "/my"
        here.done("/my/sessions")
        assert there.get("/my/people").headers["location"].startswith("/sign-in")
        assert here.get("/my/people").status_code == 200


# What goes with the answers.


def test_signing_out_clears_what_the_browser_keeps(base: str) -> None:
    with Visitor(base, VENDOR) as visitor:
        answer = visitor.post("/sign-out")
        assert answer.headers["clear-site-data"] == '"cache", "storage"'
        assert "tilts_session" not in visitor.http.cookies


@pytest.mark.anyio
async def test_on_https_the_language_is_kept_in_a_cookie_of_this_host_and_https_is_said(
    exchange: Running, database: Database
) -> None:
    settings = replace(exchange.settings, sandbox=False, portal_base="https://portal.example/")
    async with visiting(settings, database) as visitor:
        answer = await visitor.get("/rules?lang=en")
        [cookie] = [one for one in answer.headers.get_list("set-cookie") if "tilts_lang" in one]
        assert cookie.startswith("__Host-tilts_lang=en;")
        assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= {
            part.strip() for part in cookie.split(";")
        }
        assert (await visitor.get("/rules")).headers["content-language"] == "en"
        assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


def test_the_exchange_says_nosniff_and_outside_the_sandbox_that_https_is_all(
    exchange: Running, base: str
) -> None:
    trusted = ssl.create_default_context(cafile=exchange.facts["clients"]["practice"]["ca"])
    own = str(exchange.facts["fhir"]).removesuffix("/fhir/r4")
    with httpx.Client(base_url=own, verify=trusted) as street:
        for path in (
            "/fhir/r4/metadata",
            "/fhir/r4/Patient/none",
            "/oauth/jwks.json",
            "/healthz",
            "/nowhere",
        ):
            answer = street.get(path)
            assert answer.headers["x-content-type-options"] == "nosniff", path
            assert "strict-transport-security" not in answer.headers
    said_once = [name for name, _ in headers_of(Settings(), "tls")]
    assert said_once.count("x-content-type-options") == said_once.count("strict-transport-security") == 1
    for silent in (Settings(hsts_seconds=0), Settings(sandbox=True)):
        assert headers_of(silent, "tls") == headers_of(Settings(), "proxied")
    assert "strict-transport-security" not in dict(headers_of(Settings(rehearsal=True), "tls"))
    with Visitor(base) as visitor:
        assert visitor.get("/healthz").headers.get_list("x-content-type-options") == ["nosniff"]
