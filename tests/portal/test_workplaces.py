"""Health professionals at the portal: where they work, by what the registers say at each page, behind the same door."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.access.test_gate import ALL_HOLDS, AT, without
from tests.portal.attacking import HEAD, Visitor, rule_of, said
from tests.portal.pharmacy import found, subject_of, written
from tests.running import Running
from tests.transport.tables import Tables
from tilts.access.working.portal_gate import check_open, decide
from tilts.party import NOBODY
from tilts.rules import Refusal
from tilts.store.tx import Database
from tilts.store.workplaces import workplaces

HERE = "/pharmacy"


@pytest.fixture(scope="module")
def tables(exchange: Running) -> Iterator[Tables]:
    with psycopg.connect(exchange.settings.database_url, autocommit=True) as connection:
        connection.execute("SET search_path = test")
        yield Tables(connection)


@pytest.fixture
def pharmacist(exchange: Running) -> Iterator[Visitor]:
    with Visitor(exchange.facts["portal"], subject_of(exchange, "pharmacy")) as found:
        yield found


@contextmanager
def changed(tables: Tables, to: LiteralString, back: LiteralString, *values: object) -> Iterator[None]:
    tables.change(to, *values)
    try:
        yield
    finally:
        tables.change(back, *values)


def test_the_one_workplace_is_chosen_at_the_sign_in(exchange: Running, pharmacist: Visitor) -> None:
    page = said(pharmacist.get("/my/roles"))
    assert exchange.facts["clients"]["pharmacy"]["name"] in page
    assert "you work here now" in page
    assert pharmacist.get("/my").headers["location"] == HERE


def test_who_works_in_several_places_chooses_one_and_may_not_choose_another(exchange: Running) -> None:
    """The doctor of the practice works at the hospital too."""
    facts = exchange.facts["clients"]
    with Visitor(exchange.facts["portal"], subject_of(exchange, "practice")) as doctor:
        assert doctor.get("/my").headers["location"] == "/my/roles"
        assert rule_of(doctor.get(HERE)) == "USR-021"
        doctor.done("/my/roles", {"role": f"at:{facts['practice']['role']}"})
        page = said(doctor.get("/my/roles"))
        assert page.count("you work here now") == 1 and facts["hospital"]["name"] in page
        assert rule_of(doctor.get(HERE)) == "USR-004"
        for other in (facts["pharmacy"]["role"], uuid4(), "nothing"):
            assert rule_of(doctor.post("/my/roles", {"role": f"at:{other}"})) == "USR-021"


def test_usr_021_a_role_that_ended_in_the_register_is_gone_at_the_next_page(
    exchange: Running, tables: Tables, pharmacist: Visitor
) -> None:
    assert pharmacist.get(HERE).status_code == 200
    role = exchange.facts["clients"]["pharmacy"]["role"]
    ended: LiteralString = "UPDATE practitioner_role SET active = false WHERE role_id = %s"
    again: LiteralString = "UPDATE practitioner_role SET active = true WHERE role_id = %s"
    with changed(tables, ended, again, role):
        assert rule_of(pharmacist.get(HERE)) == "USR-021"
    assert pharmacist.get(HERE).status_code == 200


def test_usr_021_a_sign_in_that_is_no_longer_the_practitioners(
    exchange: Running, tables: Tables, pharmacist: Visitor
) -> None:
    one = exchange.facts["clients"]["pharmacy"]["practitioner"]
    ended: LiteralString = "UPDATE practitioner_identity SET ended_at = now() WHERE practitioner_id = %s"
    again: LiteralString = "UPDATE practitioner_identity SET ended_at = NULL WHERE practitioner_id = %s"
    with changed(tables, ended, again, one):
        assert rule_of(pharmacist.get(HERE)) == "USR-021"


def test_eid_002_professional_work_needs_a_sign_in_of_high_assurance(
    exchange: Running, tables: Tables, pharmacist: Visitor
) -> None:
    role = exchange.facts["clients"]["pharmacy"]["role"]
    weak: LiteralString = "UPDATE onboarding.session SET assurance = 'low' WHERE workplace_role_id = %s"
    tables.change(weak, role)
    assert rule_of(pharmacist.get(HERE)) == "EID-002"


def test_who_works_elsewhere_and_who_does_not_are_told(exchange: Running) -> None:
    base = exchange.facts["portal"]
    with Visitor(base, HEAD) as head:
        assert rule_of(head.get(HERE)) == "USR-004"
    with Visitor(base) as nobody:
        assert nobody.get(HERE).headers["location"].startswith("/sign-in")


def test_each_page_is_written_down_with_the_person_the_place_and_the_patient(
    exchange: Running, tables: Tables, pharmacist: Visitor
) -> None:
    one = written(exchange)
    address = found(pharmacist, one)
    pharmacist.get(address)
    missing = pharmacist.get(f"{HERE}/prescriptions/{uuid4()}")
    assert rule_of(missing) == "WIRE-012"

    facts = exchange.facts["clients"]["pharmacy"]
    rows = tables.rows(
        "SELECT e.event, e.outcome, e.rule_id, e.role_id::text AS role, e.client_id, s.patient_id::text AS patient,"
        " s.basis FROM audit_entry e LEFT JOIN audit_subject s USING (audit_id)"
        " WHERE e.client_id = %s ORDER BY e.audit_id DESC LIMIT 3",
        f"portal:{facts['site']}",
    )
    refused, read, search = rows
    assert {row["role"] for row in rows} == {facts["role"]}
    assert (refused["outcome"], refused["rule_id"]) == ("refused", "WIRE-012")
    assert (read["event"], read["patient"], read["basis"]) == ("prescription.read", one.patient, "presented")
    assert (search["event"], search["patient"]) == ("prescription.found", one.patient)


def test_a_patient_opened_at_the_portal_counts_as_one_opened_by_the_wire(
    exchange: Running, tables: Tables, pharmacist: Visitor
) -> None:
    one = written(exchange, person=2)
    found(pharmacist, one)
    practitioner = exchange.facts["clients"]["pharmacy"]["practitioner"]
    seen = tables.rows(
        "SELECT 1 FROM breadth_seen WHERE scope = 'practitioner' AND actor = %s AND patient_id = %s",
        practitioner,
        one.patient,
    )
    assert seen


@pytest.mark.parametrize(
    ("facts", "unmet"),
    [
        (ALL_HOLDS, set()),
        (without("connection-application"), set()),
        (without("connection"), set()),
        (replace(ALL_HOLDS, certificates=(), approvals=(), vendor_holdings=()), set()),
        (without("cooperation-institution"), {"GATE-003"}),
        (without("checklist"), {"GATE-006"}),
        (replace(ALL_HOLDS, site=None), {"GATE-004"}),
        (replace(ALL_HOLDS, client=replace(ALL_HOLDS.client, party_id=None)), {"GATE-012"}),
    ],
    ids=[
        "all",
        "no application",
        "no declaration",
        "no system",
        "no agreement",
        "no checklist",
        "not there",
        "who",
    ],
)
def test_the_gate_asks_of_an_institution_what_is_its_own_and_nothing_of_a_system(
    facts: Any, unmet: set[str]
) -> None:
    assert {condition.rule.id for condition in decide(facts, AT)} == unmet


@pytest.mark.anyio
async def test_acc_011_the_gate_reads_what_the_institution_meets(
    exchange: Running, database: Database
) -> None:
    """The pharmacy of the sandbox has its agreement for tests; real data need more."""
    async with database.transaction() as tx:
        [place] = await workplaces(tx, UUID(exchange.facts["clients"]["pharmacy"]["practitioner"]))
        who, now = replace(NOBODY, client_id=f"portal:{place.site}"), exchange.clock.now()
        await check_open(tx, who, place, "test", now)
        with pytest.raises(Refusal) as no:
            await check_open(tx, who, place, "production", now)
    assert no.value.rule.id == "ACC-011"
    assert no.value.facts["unmet"] == "GATE-003, GATE-006"
