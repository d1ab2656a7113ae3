"""The lab's eye on the wire: everything a system under test does, nothing of others, and no secret."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import sql

from tests.lab.conformance.testers import Tester
from tilts.lab.conformance import runs
from tilts.lab.conformance.evidence import observation_of
from tilts.lab.conformance.reference.client import ReferenceClient
from tilts.store.lab import observations
from tilts.store.lab.observations import ObservationRecord
from tilts.store.lab.runs import RunRecord
from tilts.store.provision import DATABASE, Roles
from tilts_connector import Practice, PrescriptionOrder, packs

pytestmark = pytest.mark.anyio
ORDER = PrescriptionOrder("Paraugols 500 mg", packs(1), "1 tablete")


def client_of(tester: Tester, name: str) -> ReferenceClient:
    facts = tester.exchange.facts
    return ReferenceClient(tester.entry(name), facts["fhir"], facts["token"])


async def recorded(tester: Tester, run: RunRecord) -> list[ObservationRecord]:
    async with tester.database.transaction() as tx:
        return await observations.of_run(tx, run.run_id)


async def test_the_first_call_after_the_start_is_seen_on_a_connection_that_was_open_before(
    tester: Tester,
) -> None:
    with tester.exchange.connect("practice") as exchange:
        exchange.read("Organization", exchange.credentials.organization_id)
        run = await tester.start("practice", "PRA-01")
        exchange.read("Organization", exchange.credentials.organization_id)

    seen = await recorded(tester, run)
    assert [(one.method, one.route, one.status) for one in seen] == [("GET", "/Organization/{id}", 200)]
    assert seen[0].proven and seen[0].request["certificate"] == "registered"
    assert seen[0].request["path"] == {"id": tester.entry("practice")["org"]}


async def test_nothing_of_others_and_nothing_after_the_end_is_seen(tester: Tester) -> None:
    run = await tester.start("practice", "PRA-01")
    with tester.exchange.connect("hospital") as other:
        other.read("Organization", other.credentials.organization_id)
    await tester.finish(run)
    with tester.exchange.connect("practice") as own:
        own.read("Organization", own.credentials.organization_id)

    assert await recorded(tester, run) == []


async def test_no_secret_is_kept(tester: Tester) -> None:
    run = await tester.start("practice", "PRA-01")
    client = client_of(tester, "practice")
    assertion = client.assertion()
    token = client.ask_token(assertion, client.own).json()["access_token"]
    client.send("GET", f"Organization/{tester.entry('practice')['org']}", token)

    kept = "".join(str(one) for one in await recorded(tester, run))
    for secret in (token, assertion):
        assert secret not in kept
        assert secret.rpartition(".")[2] not in kept  # nor its signature alone
    asked = (await recorded(tester, run))[0]
    assert json.loads(asked.answer_body)["access_token"] == "***"
    assert json.loads(asked.request_body)["client_assertion"] == "***"
    assert asked.request["assertion"]["claims"]["sub"] == tester.entry("practice")["client_id"]


@pytest.mark.parametrize(
    ("shown", "certificate"), [("none", "none"), ("of another", "of-another"), ("own", "registered")]
)
async def test_a_refused_token_request_is_told_whose_it_was(
    tester: Tester, shown: str, certificate: str
) -> None:
    run = await tester.start("practice", "PRA-01")
    client, other = client_of(tester, "practice"), client_of(tester, "hospital")
    files = {"none": None, "of another": other.own, "own": client.own}[shown]
    answer = client.ask_token(client.assertion(aud="https://elsewhere.example"), files)

    (seen,) = await recorded(tester, run)
    assert answer.status_code == httpx.codes.UNAUTHORIZED
    assert (seen.route, seen.status, seen.rule_id) == ("/oauth/token", 401, "TOK-001")
    assert seen.proven  # the assertion is signed with its registered key
    assert seen.request["certificate"] == certificate


async def test_an_assertion_that_anybody_could_have_written_proves_nothing(tester: Tester) -> None:
    run = await tester.start("practice", "PRA-01")
    client = client_of(tester, "practice")
    head, claims, _ = client.assertion().split(".")
    client.ask_token(f"{head}.{claims}.AAAA", None)

    (seen,) = await recorded(tester, run)
    assert not seen.proven


async def test_a_token_without_its_certificate_is_told_whose_it_was(tester: Tester) -> None:
    run = await tester.start("practice", "PRA-01")
    client = client_of(tester, "practice")
    with tester.exchange.connect("practice") as exchange:
        token = exchange.bearer_token()
    with client._line(None) as line:
        answer = line.get(f"{client.fhir}/Organization/x", headers={"Authorization": f"Bearer {token}"})

    seen = (await recorded(tester, run))[-1]
    assert answer.status_code == httpx.codes.UNAUTHORIZED
    assert (seen.rule_id, seen.proven, seen.request["certificate"]) == ("ACC-001", True, "none")
    assert seen.request["path"] == {"id": "*"}  # what a caller makes up may be anything


async def test_a_call_to_an_address_that_is_not_there_is_seen_too(tester: Tester) -> None:
    run = await tester.start("practice", "PRA-01")
    client = client_of(tester, "practice")
    client.send("GET", "Nothing/of/the/kind", "no token")

    (seen,) = await recorded(tester, run)
    assert (seen.route, seen.status, seen.rule_id) == ("*", 404, "WIRE-003")


async def test_a_person_code_in_an_address_does_not_get_into_the_evidence(tester: Tester) -> None:
    run = await tester.start("practice", "PRA-01")
    code = tester.exchange.facts["persons"][0]["code"]
    client = client_of(tester, "practice")
    with tester.exchange.connect("practice") as exchange:
        client.send("GET", f"Patient?identifier={code}", exchange.bearer_token())

    seen = (await recorded(tester, run))[-1]
    assert seen.rule_id == "WIRE-009"
    assert seen.request["parameters"] == ["identifier"]
    assert code not in str(seen)


@contextmanager
def nothing_can_be_added(tester: Tester) -> Iterator[None]:
    """The serving role loses the right to write observations down, as on a full disk."""
    roles = Roles("test", "", "")
    with psycopg.connect(
        tester.exchange.environment.cluster.superuser_dsn(), dbname=DATABASE, autocommit=True
    ) as owner:
        owner.execute(
            sql.SQL("REVOKE INSERT ON test.lab_observation FROM {}").format(sql.Identifier(roles.serving))
        )
        try:
            yield
        finally:
            owner.execute(
                sql.SQL("GRANT INSERT ON test.lab_observation TO {}").format(sql.Identifier(roles.serving))
            )


async def test_a_call_that_could_not_be_written_down_makes_the_evidence_incomplete(tester: Tester) -> None:
    run = await tester.start("practice", "PRA-01")
    situation = await tester.lab.prepare(run.run_id, None, "PRA-01")
    with tester.exchange.connect("practice") as exchange:
        with nothing_can_be_added(tester):
            made = Practice(exchange).prescribe(situation.facts["patient"], ORDER)
        unseen = await tester.judged(run)
        exchange.read("Organization", exchange.credentials.organization_id)
    await tester.finish(run)

    judged = await tester.judged(run)
    assert made.number  # the answer is the caller's by right
    assert not unseen.complete and not unseen.run.gap  # the audit trail knows more calls than were seen
    assert not judged.complete and judged.run.gap
    assert judged.verdict == "inconclusive"


async def test_a_lost_reply_is_lost_on_the_wire_and_only_once(tester: Tester) -> None:
    run = await tester.start("practice", "PRA-08")
    situation = await tester.lab.prepare(run.run_id, None, "PRA-08")
    calls: list[Any] = []
    with tester.exchange.connect("practice", on_call=calls.append) as exchange:
        Practice(exchange).prescribe(situation.facts["patient"], ORDER)

    writes = [call for call in calls if call.path.endswith("/MedicationRequest")]
    assert [call.status for call in writes] == [None, 201]
    assert [call.replayed for call in writes] == [False, True]
    lost = [observation_of(one) for one in await recorded(tester, run) if one.reply_lost]
    assert [one.told for one in lost] == ["POST /MedicationRequest -> 201"]


async def test_calls_belong_to_the_scenario_that_is_played(tester: Tester) -> None:
    run = await tester.start("practice", "CON-01", "PRA-01")
    with tester.exchange.connect("practice") as exchange:
        own = exchange.credentials.organization_id
        exchange.read("Organization", own)
        first = await tester.lab.prepare(run.run_id, None, "CON-01")
        exchange.read("Organization", own)
        second = await tester.lab.prepare(run.run_id, None, "PRA-01")
        exchange.read("Organization", own)
        async with tester.database.transaction() as tx:
            await runs.close(tx, run.run_id, None, tester.exchange.clock.wall())
        exchange.read("Organization", own)

    reads = [one.situation_id for one in await recorded(tester, run) if one.method == "GET"]
    assert reads == [None, first.situation_id, second.situation_id, None]
