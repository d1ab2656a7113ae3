"""A paper prescription is entered by a pharmacy: once, in the name of who wrote it, by the law of its day."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.builders import (
    NOW,
    PRACTITIONER,
    ROLE,
    TERMS,
    a_dispense_order,
    a_doctor,
    a_party,
    an_order,
    packs,
)
from tests.exchange.counter import Counter
from tests.running import Running
from tests.store.undoing import undone
from tilts.exchange.digitising import Paper, decide_digitised, digitise, form_of
from tilts.exchange.dispensing import claim, dispense
from tilts.exchange.lines import side_of
from tilts.exchange.prescribing_rules import Lawful
from tilts.exchange.prescriptions import LineOrder, Prescribed, cancel, viewer_of
from tilts.party import Party
from tilts.rules import Refusal
from tilts.store import prescriptions as store
from tilts.store import resources
from tilts.store.records import RoleRecord
from tilts.store.tx import Database, Tx

WRITER = RoleRecord(UUID(int=9), UUID(int=8), UUID(int=7), "doctor", "Ārsts", True)
MINE = f"PractitionerRole/{ROLE}"


def paper(**facts: Any) -> Paper:
    valid: dict[str, Any] = {
        "line": written(),
        "is_tagged": True,
        "forms": ("AB 123456",),
        "prescriber_id": WRITER.role_id,
        "recorder": MINE,
        "patient": None,
    }
    return Paper(**{**valid, **facts})


def written(**facts: Any) -> LineOrder:
    return an_order(**{"requester": f"PractitionerRole/{WRITER.role_id}", "repeats": 0, **facts})


def decided(
    on: Paper | None = None,
    writer: RoleRecord | None = WRITER,
    by: Party | None = None,
) -> Prescribed:
    return decide_digitised(on or paper(), writer, by or a_party(), NOW, TERMS)


def refused(**given: Any) -> str:
    with pytest.raises(Refusal) as no:
        decided(**given)
    assert no.value.told().keys() == no.value.rule.named
    return no.value.rule.id


def test_it_is_the_prescription_of_who_wrote_the_paper() -> None:
    done = decided()
    assert done.prescription.paper == "AB123456"
    assert (done.prescription.organization_id, done.prescription.role_id) == (
        WRITER.organization_id,
        WRITER.role_id,
    )
    assert side_of(done.lines[0], a_doctor(organization_id=WRITER.organization_id)) == "prescriber"
    assert side_of(done.lines[0], a_party()) == "pharmacy"


@pytest.mark.parametrize("form", ["AB 123456", "ab123456", "Ab-123456", " AB 123456 "])
def test_a_form_is_the_same_however_it_is_written(form: str) -> None:
    assert form_of(paper(forms=(form,))) == "AB123456"


@pytest.mark.parametrize(
    "facts",
    [
        {"is_tagged": False},
        {"forms": ()},
        {"forms": ("AB 1", "AB 2")},
        {"forms": ("123456",)},
        {"forms": ("AB",)},
        {"forms": ("",)},
    ],
)
def test_without_tag_series_and_number_it_is_no_paper_PRE_025(facts: dict[str, Any]) -> None:
    assert refused(on=paper(**facts)) == "PRE-025"


@pytest.mark.parametrize(
    "given",
    [
        {"writer": None},
        {"writer": replace(WRITER, active=False)},
        {"writer": replace(WRITER, code="nurse")},
        {"on": paper(recorder=f"PractitionerRole/{uuid4()}")},
        {"on": paper(recorder="")},
    ],
    ids=["unknown", "no longer active", "a nurse", "entered by somebody else", "entered by nobody"],
)
def test_who_wrote_it_may_prescribe_and_who_enters_it_says_so_PRE_026(given: dict[str, Any]) -> None:
    assert refused(**given) == "PRE-026"
    assert decided(on=paper(recorder=f"Practitioner/{PRACTITIONER}")).prescription.paper


def test_special_prescriptions_are_not_on_paper_PRE_027() -> None:
    assert refused(on=paper(line=written(law=Lawful(kind="special")))) == "PRE-027"


def test_only_a_pharmacy_enters_paper_DSP_011() -> None:
    assert refused(by=a_doctor()) == "DSP-011"


def test_the_paper_of_an_assistant_is_judged_as_an_assistants() -> None:
    assert decided(writer=replace(WRITER, code="physician-assistant")).lines[0].kind == "ordinary"


def test_it_is_written_on_the_day_it_says_and_over_when_that_term_is() -> None:
    day = NOW.date() - timedelta(days=20)
    assert decided(on=paper(line=written(valid_from=day))).lines[0].valid_from == day
    assert refused(on=paper(line=written(valid_from=day - timedelta(days=365)))) == "PRE-005"


# At the door.

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@dataclass
class Desk(Counter):
    tx: Tx

    async def enter(self, form: str = "XY 000777", client: str = "pharmacy", **facts: Any) -> Prescribed:
        writer, till = self.doctor, self.party(client)
        document = {
            "resourceType": "MedicationRequest",
            "status": "active",
            "subject": {"identifier": {"value": "of the paper"}},
        }
        order = written(
            **{
                "document": document,
                "requester": f"PractitionerRole/{writer.role_id}",
                "patient_id": None,
                "quantity": packs(2),
            }
        )
        on = paper(
            **{
                "line": order,
                "forms": (form,),
                "prescriber_id": writer.role_id,
                "recorder": f"PractitionerRole/{till.role_id}",
                "patient": (PERSON_CODES, self.patient["code"]),
                **facts,
            }
        )
        async with self.tx.transaction():
            return await digitise(self.tx, on, till, AT, TERMS, None)


PERSON_CODES = "urn:oid:2.999.1.3.1.1"


@pytest.fixture
async def desk(exchange: Running, database: Database) -> AsyncIterator[Desk]:
    async with undone(database) as tx:
        yield Desk(exchange, tx)


@pytest.mark.anyio
async def test_the_pharmacy_that_entered_it_can_hand_out_at_once_and_the_doctor_sees_it(desk: Desk) -> None:
    done = await desk.enter()
    line, till = done.lines[0], desk.party("pharmacy")
    assert done.documents[0]["subject"] == {"reference": f"Patient/{desk.patient_id}"}
    assert (await claim(desk.tx, line.task_id, till, AT, TERMS, None)).hold is not None
    order = replace(desk_dispense(desk, line.line_id), patient_id=desk.patient_id)
    _, after = await dispense(desk.tx, order, till, AT, TERMS, None)
    assert after.dispensed == 1
    seen = await resources.read(desk.tx, "MedicationRequest", line.line_id, viewer_of(desk.doctor, AT))
    assert seen is not None and seen.basis == "author"


def desk_dispense(desk: Desk, line_id: UUID) -> Any:
    document = {"resourceType": "MedicationDispense", "status": "completed"}
    return a_dispense_order(line_id=line_id, document=document)


@pytest.mark.anyio
async def test_who_wrote_the_paper_can_cancel_it(desk: Desk) -> None:
    [line] = (await desk.enter()).lines
    cancelled = await cancel(desk.tx, line.task_id, "other", desk.doctor, AT, None)
    assert cancelled.state == "cancelled"


@pytest.mark.anyio
async def test_the_same_paper_a_second_time_is_refused_PRE_028(desk: Desk) -> None:
    await desk.enter("XY 000778")
    for form, client in (("XY 000778", "pharmacy"), ("xy-000778", "second-pharmacy")):
        with pytest.raises(Refusal) as no:
            await desk.enter(form, client)
        assert no.value.rule.id == "PRE-028"
    await desk.enter("XY 000779")
    [kept] = await (
        await desk.tx.execute("SELECT count(*) FROM prescription WHERE paper LIKE 'XY00077_'")
    ).fetchall()
    assert kept == (2,)


@pytest.mark.anyio
async def test_a_person_code_that_nobody_has_enters_nothing_PRE_002(desk: Desk) -> None:
    with pytest.raises(Refusal) as no:
        await desk.enter(patient=(PERSON_CODES, "320000-00000"))
    assert no.value.rule.id == "PRE-002"


@pytest.mark.anyio
async def test_a_pharmacy_to_which_it_was_not_shown_does_not_see_it(desk: Desk) -> None:
    [line] = (await desk.enter()).lines
    other = viewer_of(desk.party("second-pharmacy"), AT)
    assert await store.line_of_task(desk.tx, line.task_id, other) is None
