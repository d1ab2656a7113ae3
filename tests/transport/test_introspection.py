"""The operator looks into a token: would it open anything now (RFC 7662)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.running import Running
from tests.transport.serving_too import served
from tests.transport.tables import Tables
from tests.transport.test_extended_tokens import ended
from tests.transport.wire import FORM, Caller, refused
from tilts.access.tokens.keys import announce, key_ring, retire
from tilts.clock import WallClock
from tilts.ids import new_id

INACTIVE = {"active": False}


@pytest.fixture
def operator(caller: Callable[..., Caller]) -> Caller:
    return caller("authority")


def looked_into(operator: Caller, token: str, **headers: str) -> httpx.Response:
    given = {"Content-Type": FORM, "Authorization": f"Bearer {operator.token()}", **headers}
    address = operator.token_url.replace("/token", "/introspect")
    return operator.http.post(address, data={"token": token}, headers=given)


def told(operator: Caller, token: str) -> dict[str, Any]:
    answer = looked_into(operator, token)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_live_token_tells_its_claims_and_no_names(operator: Caller, practice: Caller) -> None:
    answer = practice.ask_token(practice.assertion(), scope="system/Task.rs")
    found = told(operator, answer.json()["access_token"])

    assert found["active"] is True
    assert (found["scope"], found["client_id"]) == ("system/Task.rs", practice.facts["client_id"])
    assert found["exp"] - found["iat"] == answer.json()["expires_in"]
    assert (found["practitioner"], found["purpose"]) == (practice.facts["practitioner"], "TREAT")
    assert not {"name", "family", "given"} & found.keys()


def test_what_is_no_token_of_ours_is_not_active_and_nothing_is_told(
    operator: Caller, practice: Caller
) -> None:
    token = practice.token()
    for other in ("x", "a.b.c", token[:-4] + "AAAA", token + "=", practice.assertion()):
        assert told(operator, other) == INACTIVE


def test_a_token_is_not_active_while_its_client_certificate_or_role_is_closed(
    operator: Caller, practice: Caller, tables: Tables
) -> None:
    token, client = practice.token(), practice.facts["client_id"]
    closings = {
        "UPDATE onboarding.client SET active = false WHERE client_id = %s": (
            "UPDATE onboarding.client SET active = true WHERE client_id = %s"
        ),
        "UPDATE onboarding.client_certificate SET revoked_at = now() WHERE client_id = %s AND ended_at IS NULL": (
            "UPDATE onboarding.client_certificate SET revoked_at = NULL WHERE client_id = %s AND ended_at IS NULL"
        ),
    }
    for close, reopen in closings.items():
        assert told(operator, token)["active"] is True
        tables.change(close, client)
        try:
            assert told(operator, token) == INACTIVE
        finally:
            tables.change(reopen, client)
    with ended(tables, practice.facts["role"]):
        assert told(operator, token) == INACTIVE
    assert told(operator, token)["active"] is True


@pytest.mark.parametrize("scope", ["practitioner", "site", "organization", "client"])
def test_CPY_002_who_is_held_has_no_token_live_or_new_until_two_persons_let_go(
    operator: Caller, practice: Caller, tables: Tables, scope: str
) -> None:
    token, held = practice.token(), new_id()
    facts = told(operator, token) | {"organization": practice.facts["org"]}
    actor = facts[{"client": "client_id"}.get(scope, scope)]
    tables.change(
        "INSERT INTO hold (hold_id, scope, actor, limit_id, since, facts, state)"
        " VALUES (%s, %s, %s, 'practitioner-hour', now(), '{}', 'held')",
        held,
        scope,
        actor,
    )
    try:
        assert told(operator, token) == INACTIVE
        refused(practice.get("Task?_count=1", token=token), 403, "CPY-002")
        refused(practice.ask_token(practice.assertion()), 403, "CPY-002")
        nobody = practice.ask_token(practice.assertion(person=False))
        assert nobody.status_code == (200 if scope == "practitioner" else 403), nobody.text
    finally:
        tables.change(
            "UPDATE hold SET state = 'released', reason = 'test', asked_by = gen_random_uuid(), asked_at = now(),"
            " released_by = gen_random_uuid(), released_at = now() WHERE hold_id = %s",
            held,
        )
    assert told(operator, token)["active"] is True
    assert practice.get("Task?_count=1", token=token).status_code == 200


def test_for_whom_the_gate_is_closed_has_no_active_token(
    operator: Caller, practice: Caller, tables: Tables
) -> None:
    token, client = practice.token(), practice.facts["client_id"]
    before = tables.rows("SELECT open_for FROM onboarding.client WHERE client_id = %s", client)[0]["open_for"]
    tables.change("UPDATE onboarding.client SET open_for = '{}' WHERE client_id = %s", client)
    try:
        assert told(operator, token) == INACTIVE
    finally:
        tables.change("UPDATE onboarding.client SET open_for = %s WHERE client_id = %s", before, client)
    assert told(operator, token)["active"] is True


def test_a_retired_key_takes_its_tokens_with_it_in_a_running_server(
    exchange: Running, tmp_path: Path
) -> None:
    now = WallClock().wall()
    with served(exchange, keys_folder=tmp_path) as base:
        practice, operator = (Caller(exchange, name, base=base) for name in ("practice-3", "authority"))
        token, question = practice.token(), operator.token()
        old = key_ring(tmp_path).signing(now).kid
        announce(tmp_path, now, 310)
        retire(tmp_path, old, now)
        while practice.get("Organization", token=token).status_code == 200:
            pass  # for a second at most: then the folder is looked at again
        refused(practice.get("Organization", token=token), 401, "ACC-006")
        refused(looked_into(operator, token, Authorization=f"Bearer {question}"), 401, "ACC-006")
        operator._tokens.clear()
        practice._tokens.clear()
        assert told(operator, token) == INACTIVE
        assert told(operator, practice.token())["active"] is True
        operator.close()
        practice.close()


def test_only_the_authority_looks_into_tokens(practice: Caller, caller: Callable[..., Caller]) -> None:
    token = practice.token()
    for other in (practice, caller("vendor"), caller("hospital")):
        refused(looked_into(other, token), 403, "ACC-009")
    refused(looked_into(practice, token, Authorization=""), 401, "ACC-005")


def test_a_question_without_a_token_is_refused(operator: Caller) -> None:
    refused(looked_into(operator, ""), 400, "WIRE-008")


def test_it_is_written_down_which_token_was_looked_into(
    operator: Caller, practice: Caller, tables: Tables
) -> None:
    for token, expected in ((practice.token(), None), ("x.y.z", "-")):
        request_id = str(uuid4())
        answer = looked_into(operator, token, **{"X-Request-Id": request_id})
        entry = tables.audit(request_id)
        assert entry["event"] == "token.introspected"
        assert entry["detail"]["token"] == (expected or answer.json()["jti"])
