"""Each check of the proofs can fail: a made-up fault of its kind is named by it."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from proofs.checks import OFFENDERS, Acknowledged, check_all
from proofs.keeping import Journal
from proofs.last_pack import race_all, told
from proofs.stopping import Stop
from proofs.watching import Silent
from tilts.lab.environment import Environment

ONE = "(SELECT dispense_id FROM dispense ORDER BY dispense_id DESC LIMIT 1)"

# check -> what somebody did behind the exchange's back
FAULTS = {
    "more handed out than allowed": "INSERT INTO dispense SELECT gen_random_uuid(), line_id, patient_id,"
    f" organization_id, site, client_id, role_id, quantity, now(), task_id FROM dispense WHERE dispense_id = {ONE}",
    "the balance is not the sum of the dispenses": "UPDATE prescription_line SET dispensed = 0"
    f" WHERE line_id = (SELECT line_id FROM dispense WHERE dispense_id = {ONE})",
    "one identifier of a pharmacy, several dispenses": "INSERT INTO resource_identifier"
    " SELECT resource_type, value, system, gen_random_uuid() FROM resource_identifier"
    f" WHERE resource_type = 'MedicationDispense' AND resource_id = {ONE}",
    "a dispense without its document": f"DELETE FROM resource WHERE resource_id = {ONE}",
    "a document without its dispense": f"DELETE FROM dispense WHERE dispense_id = {ONE}",
    "a dispense without exactly one audit entry for its patient": "DELETE FROM audit_subject"
    f" WHERE resource_id = {ONE}",
    "an audit entry of a dispense that is not there": f"DELETE FROM dispense WHERE dispense_id = {ONE}",
    "a dispense without the bytes that were signed": "DELETE FROM signed_content WHERE provenance_id IN"
    " (SELECT resource_id FROM resource WHERE resource_type = 'Provenance'"
    f" AND position({ONE}::text IN convert_from(body, 'UTF8')) > 0)",
    "a dispense without its kept answer": "UPDATE request_key SET answer = NULL WHERE key LIKE"
    " 'id:MedicationDispense|%' AND created_at = (SELECT max(created_at) FROM request_key"
    " WHERE key LIKE 'id:MedicationDispense|%')",
    "handed out whole, but the prescription's document is not completed": "UPDATE resource"
    " SET body = convert_to(replace(convert_from(body, 'UTF8'), '\"completed\"', '\"active\"'), 'UTF8')"
    f" WHERE resource_id = (SELECT line_id FROM dispense WHERE dispense_id = {ONE})",
    "a row that looks like no state": "UPDATE prescription_line SET receipt_id = gen_random_uuid()"
    f" WHERE line_id = (SELECT line_id FROM dispense WHERE dispense_id = {ONE})",
    "acknowledged and not there": f"DELETE FROM dispense WHERE dispense_id = {ONE}",
    "acknowledged with another answer than the one kept": "UPDATE request_key SET answer = 'another'"
    " WHERE key LIKE 'id:MedicationDispense|%'",
}


@pytest.fixture(scope="module")
def acknowledged(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> list[Acknowledged]:
    journal = Journal(tmp_path_factory.mktemp("journal"))
    asyncio.run(race_all(environment, journal, 8, 11, Stop(), Silent()))
    journal.close()
    return told(journal.of("race"))


@pytest.fixture
def owner(environment: Environment) -> Iterator[psycopg.Connection[Any]]:
    """One who may do what the serving role may not; all of it is undone."""
    words = make_conninfo(environment.cluster.superuser_dsn(), dbname="tilts", options="-csearch_path=test")
    with psycopg.connect(words) as connection:
        yield connection
        connection.rollback()


def names(connection: psycopg.Connection[Any], acknowledged: list[Acknowledged]) -> set[str]:
    return {finding.check for finding in check_all(connection, acknowledged)}


def test_a_sound_database_has_no_offenders(
    owner: psycopg.Connection[Any], acknowledged: list[Acknowledged]
) -> None:
    assert names(owner, acknowledged) == set()


@pytest.mark.parametrize("check", OFFENDERS)
def test_a_made_up_fault_is_named(
    check: str, owner: psycopg.Connection[Any], acknowledged: list[Acknowledged]
) -> None:
    owner.execute("SET LOCAL session_replication_role = replica")  # no foreign keys: anything may be made up
    assert owner.execute(FAULTS[check].encode()).rowcount > 0
    assert check in names(owner, acknowledged)


def test_a_second_audit_entry_is_named(
    owner: psycopg.Connection[Any], acknowledged: list[Acknowledged]
) -> None:
    new = "SELECT gen_random_uuid() AS audit_id, at, event, outcome, organization_id, request_id, method, address"
    columns = "audit_id, at, event, outcome, organization_id, request_id, method, address"
    owner.execute(
        f"WITH s AS (SELECT * FROM audit_subject WHERE resource_id = {ONE}),"
        f" e AS (INSERT INTO audit_entry ({columns}) {new} FROM audit_entry JOIN s USING (audit_id) RETURNING *)"
        " INSERT INTO audit_subject SELECT s.patient_id, e.audit_id, s.resource_type, s.resource_id"
        " FROM s, e".encode()
    )
    assert "a dispense without exactly one audit entry for its patient" in names(owner, acknowledged)


def test_an_invented_acknowledgement_is_named(
    owner: psycopg.Connection[Any], acknowledged: list[Acknowledged]
) -> None:
    invented = replace(acknowledged[0], dispense_id=uuid4())
    assert names(owner, [*acknowledged, invented]) == {"acknowledged and not there"}


def test_an_answer_that_was_told_otherwise_is_named(
    owner: psycopg.Connection[Any], acknowledged: list[Acknowledged]
) -> None:
    other = replace(acknowledged[0], answer_hash=bytes(32))
    assert names(owner, [other]) == {"acknowledged with another answer than the one kept"}
