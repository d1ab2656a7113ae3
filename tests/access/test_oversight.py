"""Whoever looks into the trail as overseer says why, is bounded, and is seen."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tilts.access.audit.oversight import EVENT, OPERATOR, Look, Overseer, overseen
from tilts.account import Account
from tilts.ids import new_id
from tilts.rules import Refusal
from tilts.store import audit
from tilts.store.records import AuditEntry, AuditSubject
from tilts.store.trail import reading
from tilts.store.trail.reading import Criteria
from tilts.store.tx import Database

pytestmark = pytest.mark.anyio
WHY = "Sūdzība 2026/17: kas skatījis receptes"


def entry(**facts: object) -> AuditEntry:
    known = {
        "event": "patient.read",
        "outcome": "success",
        "request_id": "r",
        "method": "GET",
        "address": "/",
    }
    return AuditEntry(audit_id=new_id(), at=datetime.now(UTC), **{**known, **facts})  # type: ignore[arg-type]


async def written(database: Database, one: AuditEntry, *patients: UUID) -> AuditEntry:
    async with database.transaction() as tx:
        await audit.add(tx, one)
        await audit.add_subjects(tx, one, [AuditSubject(patient, "Patient", patient) for patient in patients])
    return one


def look(reason: str = WHY, **asked: object) -> Look:
    now = datetime.now(UTC)
    bounds: dict[str, object] = {"since": now - timedelta(hours=1), "until": now + timedelta(hours=1)}
    return Look(Criteria(**{**bounds, **asked}), reason, now)  # type: ignore[arg-type]


async def test_entries_are_found_by_organisation_practitioner_outcome_rule_and_patient(
    database: Database,
) -> None:
    organization, practitioner, patient = uuid4(), uuid4(), uuid4()
    done = await written(database, entry(organization_id=organization, practitioner_id=practitioner), patient)
    refused = await written(
        database, entry(organization_id=organization, outcome="refused", rule_id="MAY-001", event="task.read")
    )

    async def ids(**asked: object) -> list[UUID]:
        return [row["audit_id"] for row in await overseen(database, OPERATOR, look(**asked))]

    assert await ids(organization_id=organization) == [refused.audit_id, done.audit_id]
    assert await ids(practitioner_id=practitioner) == [done.audit_id]
    assert await ids(organization_id=organization, outcome="refused") == [refused.audit_id]
    assert await ids(organization_id=organization, rule_id="MAY-001") == [refused.audit_id]
    assert await ids(organization_id=organization, event="patient.read") == [done.audit_id]
    assert await ids(patient_id=patient) == [done.audit_id]
    assert await ids(organization_id=uuid4()) == []


async def test_the_look_is_an_entry_with_its_reason_and_the_patient_asked_for_sees_it(
    database: Database,
) -> None:
    patient, account = uuid4(), Account(uuid4(), "Anna", "authority", None, "Pārzinis")

    await overseen(database, Overseer.of(account), look(patient_id=patient))

    async with database.transaction() as tx:
        [seen] = await audit.of_patient(tx, patient, before=None, limit=5)
        stored = await reading.entry(tx, seen.audit_id)
    assert (seen.event, seen.basis, seen.organization_name) == (EVENT, "oversight", "Pārzinis")
    assert stored is not None
    assert (stored["detail"]["why"], stored["detail"]["account"]) == (WHY, str(account.account_id))


@pytest.mark.parametrize("reason", ["", "because", " " * 40])
async def test_a_look_without_a_reason_is_refused_and_written_down_AUD_003(
    database: Database, reason: str
) -> None:
    request = uuid4().hex
    with pytest.raises(Refusal) as no:
        await overseen(database, OPERATOR, look(reason, request_id=request))

    assert no.value.rule.id == "AUD-003"
    row, *_ = await overseen(database, OPERATOR, look(event=EVENT, rule_id="AUD-003"))
    assert row["detail"]["asked"]["request_id"] == request


async def test_a_look_without_bounds_is_refused_AUD_004(database: Database) -> None:
    now = datetime.now(UTC)
    for since in (now - timedelta(days=93), now + timedelta(hours=2)):
        with pytest.raises(Refusal) as no:
            await overseen(database, OPERATOR, look(since=since))
        assert no.value.rule.id == "AUD-004"


async def test_the_first_page_of_a_patient_with_many_entries_looks_few_of_them_up(database: Database) -> None:
    """What is counted is rows, not time."""
    patient = uuid4()
    rows = [entry() for _ in range(2000)]
    async with database.transaction() as tx, tx.cursor() as cursor:
        await cursor.executemany(audit.ADD_ENTRY, [audit.entry_row(one) for one in rows])
        subject = AuditSubject(patient, "Patient", patient)
        await cursor.executemany(
            audit.ADD_SUBJECT, [row for one in rows for row in audit.subject_rows(one, [subject])]
        )
        for way in ("hashjoin", "mergejoin", "seqscan"):  # a large table, and known to be large
            await cursor.execute(f"SET LOCAL enable_{way} = off".encode())
        asked = {**asdict(audit.ALL), "all": True, "patient_id": patient, "before": None, "limit": 51}
        await cursor.execute(b"EXPLAIN (ANALYZE, FORMAT JSON) " + audit.OF_PATIENT.encode(), asked)
        found = await cursor.fetchone()
        page = await audit.of_patient(tx, patient, before=None, limit=51)
    assert found is not None

    def nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield node
        for below in node.get("Plans", []):
            yield from nodes(below)

    looked_up = [one for one in nodes(found[0][0]["Plan"]) if one.get("Relation Name") == "audit_entry"]
    assert looked_up
    assert sum(one["Actual Rows"] * one["Actual Loops"] for one in looked_up) <= 51
    assert [one.audit_id for one in page] == sorted((one.audit_id for one in rows), reverse=True)[:51]
