"""Production beside test, at the wire: what opens one door does not open the other, and what falls closes it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.production import Connected, connected, production_settings
from tests.running import Running, ThreadServer
from tests.transport import wire
from tests.transport.documents import prescription
from tests.transport.raw import RawLine
from tests.transport.wire import Caller, refused
from tilts.access import jose
from tilts.access.verdicts.opening import is_open
from tilts.lab.listening import listen
from tilts.store.records import ConnectionRecord

LIMIT_SECONDS = 60  # Design 2: a condition that falls closes tokens and open connections within a minute


def settled(rehearsed: Running, institution: str) -> Connected:
    """An institution for which the gate has opened production."""
    found = connected(rehearsed, institution)
    until(found.caller, 200)
    return found


def until(caller: Caller, status: int) -> tuple[httpx.Response, float]:
    """The first answer with that status, over one connection, and how long it took to come."""
    began = time.monotonic()
    while True:
        answer = caller.ask_token(caller.assertion()) if status == 200 else caller.get("Organization")
        waited = time.monotonic() - began
        if answer.status_code == status:
            return answer, waited
        assert waited < LIMIT_SECONDS, f"{answer.status_code} after {waited:.0f} s: {answer.text}"


@pytest.fixture(scope="module")
def production(rehearsed: Running) -> Iterator[Caller]:
    found = settled(rehearsed, "practice").caller
    yield found
    found.close()


@pytest.fixture(scope="module")
def test_side(rehearsed: Running) -> Iterator[Caller]:
    found = Caller(rehearsed, "practice")
    yield found
    found.close()


def plainly(caller: Caller) -> httpx.Client:
    """For addresses that answer without FHIR: the same connection, and no check of the answer's form."""
    facts = caller.facts
    context = wire.tls(facts["ca"], Path(facts["cert"]), Path(facts["key"]))
    return httpx.Client(verify=context, trust_env=False, timeout=10)


@pytest.fixture
def person(rehearsed: Running) -> str:
    found: str = rehearsed.facts["production"]["persons"][0]["patient"]
    return found


# Marked everywhere.


def test_every_answer_says_which_environment_it_is(
    rehearsed: Running, production: Caller, test_side: Caller
) -> None:
    for caller, mark in ((production, "rehearsal"), (test_side, "test")):
        root = caller.token_url.removesuffix("/oauth/token")
        with plainly(caller) as http:
            for path in ("/fhir/r4/metadata", "/healthz", "/oauth/jwks.json", "/nowhere"):
                assert http.get(f"{root}{path}").headers["x-tilts-environment"] == mark
        assert caller.get("Organization").headers["x-tilts-environment"] == mark
        assert caller.get("Organization", token="").headers["x-tilts-environment"] == mark
        assert caller.ask_token("x.y.z").headers["x-tilts-environment"] == mark
    for portal, mark in (
        (rehearsed.facts["production"]["portal"], "rehearsal"),
        (rehearsed.facts["portal"], "test"),
    ):
        assert httpx.get(f"{portal}rules").headers["x-tilts-environment"] == mark


def test_even_what_is_no_http_gets_the_mark(production: Caller) -> None:
    with RawLine(production) as line:
        assert b"x-tilts-environment: rehearsal" in line.answers(b"NOT HTTP\r\n\r\n")


def test_the_capability_statement_says_that_it_is_a_rehearsal(production: Caller, test_side: Caller) -> None:
    said = production.http.get(f"{production.base}/metadata").json()["implementation"]
    assert "rehearsal" in said["description"] and said["url"] == production.base
    assert (
        "rehearsal"
        not in test_side.http.get(f"{test_side.base}/metadata").json()["implementation"]["description"]
    )


def test_the_portals_pages_say_that_it_is_a_rehearsal(rehearsed: Running) -> None:
    for facts, said in ((rehearsed.facts["production"], True), (rehearsed.facts, False)):
        for language, tag in (("en", "Rehearsal of production"), ("lv", "Ražošanas vides mēģinājums")):
            page = httpx.get(f"{facts['portal']}rules", params={"lang": language}, follow_redirects=True)
            assert (tag in page.text) is said, page.status_code


def test_a_token_carries_its_environment(production: Caller, test_side: Caller) -> None:
    claims = jose.unverified_claims(production.token())
    assert (claims["environment"], claims["aud"]) == ("production", production.base)
    assert jose.unverified_claims(test_side.token())["environment"] == "test"


def test_the_ready_line_names_both_and_opens_nobody_in_production(rehearsed: Running) -> None:
    told = rehearsed.facts["production"]
    assert told["fhir"] == production_settings(rehearsed).public_base != rehearsed.facts["fhir"]
    assert told["token"].startswith("https://localhost:") and told["token"] != rehearsed.facts["token"]
    assert "cert" not in str(told["institutions"]["practice"])


# What opens one does not open the other.


def test_a_test_token_is_refused_in_production_and_the_other_way_round(
    production: Caller, test_side: Caller
) -> None:
    """ACC-006, each with the certificate that belongs there."""
    refused(production.get("Organization", token=test_side.token()), 401, "ACC-006")
    refused(test_side.get("Organization", token=production.token()), 401, "ACC-006")


def test_a_test_certificate_is_nobodys_in_production(rehearsed: Running) -> None:
    """ACC-002 at the exchange; TOK-001 at its token endpoint, which says no more than that."""
    stranger = Caller(rehearsed, "practice", base=rehearsed.facts["production"]["fhir"])
    try:
        refused(stranger.get("Organization", token="x.y.z"), 401, "ACC-002")
        refused(stranger.ask_token(stranger.assertion()), 401, "TOK-001")
    finally:
        stranger.close()


def test_a_production_certificate_is_nobodys_in_test(rehearsed: Running, production: Caller) -> None:
    stranger = Caller(rehearsed, production.name, base=rehearsed.facts["fhir"])
    try:
        refused(stranger.get("Organization", token="x.y.z"), 401, "ACC-002")
        refused(stranger.ask_token(stranger.assertion()), 401, "TOK-001")
    finally:
        stranger.close()


def test_the_keys_of_a_client_are_shown_in_its_own_environment_only(
    production: Caller, test_side: Caller
) -> None:
    def keys(where: Caller, whose: Caller) -> httpx.Response:
        root = where.token_url.removesuffix("/token")
        with plainly(where) as http:
            return http.get(f"{root}/clients/{whose.facts['client_id']}/jwks.json")

    assert keys(production, production).json()["keys"]
    assert keys(test_side, test_side).json()["keys"]
    assert keys(production, test_side).status_code == 404
    assert keys(test_side, production).status_code == 404


def test_there_is_no_plain_port_in_production(rehearsed: Running) -> None:
    settings = production_settings(rehearsed)
    assert (settings.plain_base, settings.sandbox) == ("", False)


# The first prescription.


def test_a_prescription_goes_through_in_production_and_test_knows_nothing_of_it(
    production: Caller, test_side: Caller, person: str
) -> None:
    answer = production.post("MedicationRequest", prescription(production, person), signed=True)
    assert answer.status_code == 201, answer.text
    made = answer.json()["id"]

    assert production.get(f"MedicationRequest/{made}").status_code == 200
    refused(test_side.get(f"MedicationRequest/{made}"), 404, "WIRE-012")


def test_a_person_of_the_test_environment_is_not_known_in_production(
    rehearsed: Running, production: Caller
) -> None:
    answer = production.get(f"Patient/{rehearsed.facts['persons'][0]['patient']}")
    assert answer.status_code == 404


@contextmanager
def without_the_mark(rehearsed: Running) -> Iterator[str]:
    """The same schema served as production proper; gives its base."""
    listening = listen(0, plain=False)
    base = f"{listening.tls_root}/fhir/r4"
    settings = replace(production_settings(rehearsed), rehearsal=False, public_base=base)
    server = ThreadServer(settings, listening, rehearsed.clock)
    try:
        server.wait_until_ready(listening.portal)
        yield base
    finally:
        server.stop()
        listening.close()


def test_a_test_persons_code_is_refused_in_production_and_known_in_its_rehearsal(
    rehearsed: Running, production: Caller
) -> None:
    """ENV-001, however it is asked for; a code outside the block is looked for as any other."""
    told = rehearsed.facts["production"]["persons"][0]
    system = "urn:oid:2.999.1.3.1.1"
    asked = {
        "resourceType": "Parameters",
        "parameter": [{"name": "system", "valueUri": system}, {"name": "value", "valueString": told["code"]}],
    }
    assert production.post("Patient/by-identity", asked).json()["id"] == told["patient"]
    with without_the_mark(rehearsed) as base:
        proper = Caller(rehearsed, production.name, base=base)
        try:
            answer = proper.post("Patient/by-identity", asked)
            refused(answer, 422, "ENV-001")
            assert answer.headers["x-tilts-environment"] == "production"
            for written in (
                told["code"],
                f"{system}|{told['code']}",
                f"{told['code'][:6]}-{told['code'][6:]}",
            ):
                body = str(httpx.QueryParams(identifier=written))
                refused(proper.post("Patient/_search", body), 422, "ENV-001")
            body = str(httpx.QueryParams(identifier=f"{system}|01019010001"))
            assert proper.post("Patient/_search", body).status_code == 200
        finally:
            proper.close()


# What falls closes it.

FALLS: dict[str, tuple[str, Callable[[Connected], None], int, str]] = {
    "an agreement that ended": ("practice-2", Connected.end_agreement, 403, "ACC-011"),
    "an institution that was suspended": ("hospital", Connected.suspend_site, 403, "ACC-011"),
    "an approval that was withdrawn": ("pharmacy-5", Connected.withdraw_approval, 403, "ACC-011"),
    "a certificate that was revoked": ("practice-4", Connected.revoke_certificate, 401, "ACC-003"),
}
UNMET = {
    "an agreement that ended": "GATE-003",
    "an institution that was suspended": "GATE-004",
    "an approval that was withdrawn": "GATE-009",
}


@pytest.mark.parametrize("what", FALLS)
def test_production_closes_within_a_minute_after(rehearsed: Running, what: str) -> None:
    """Over one open connection and with a token that was good: both are closed, and the answer says what is unmet."""
    institution, fall, status, rule_id = FALLS[what]
    party = settled(rehearsed, institution)
    caller = party.caller
    try:
        caller.token()
        assert caller.get("Organization").status_code == 200
        fall(party)
        answer, waited = until(caller, status)
        issue = refused(answer, status, rule_id)
        assert UNMET.get(what, "") in issue["details"]["text"]
        assert waited <= LIMIT_SECONDS
        refused(
            caller.ask_token(caller.assertion()), *((403, "ACC-011") if status == 403 else (401, "TOK-001"))
        )
    finally:
        caller.close()


@pytest.mark.parametrize(
    ("kind", "open_for", "functionality", "expected"),
    [
        ("practice", ["prescribing"], "prescribing", True),
        ("practice", ["prescribing"], "", True),
        ("practice", ["classifiers"], "prescribing", False),
        ("practice", [], "prescribing", False),
        ("practice", [], "", False),
        ("practice", ["prescribing"], "dispensing", True),  # never a practice's: DSP-011 says so
        ("practice", [], "dispensing", False),
        ("portal", [], "", False),
    ],
)
def test_a_call_is_measured_by_the_functionality_of_its_route(
    kind: str, open_for: list[str], functionality: Any, expected: bool
) -> None:
    facts = dict.fromkeys(ConnectionRecord.__dataclass_fields__)
    connection = ConnectionRecord(**{**facts, "kind": kind, "open_for": open_for})

    assert is_open(connection, functionality) is expected
