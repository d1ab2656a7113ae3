"""What is reimbursed by the register: the exact diagnosis, the general name, the cheapest, and who agreed to a dearer one."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.builders import TERMS, packs
from tests.exchange.counter import a_request_document
from tests.exchange.shelf import ALL, BRAND, CLOSED, LARGER, NOW, OTHER, Shelf, coded
from tests.running import Running
from tests.store.undoing import undone
from tilts.exchange.collecting import Collector
from tilts.exchange.dispensing import claim, dispense
from tilts.exchange.medicines.reimbursing import check_cheapest
from tilts.exchange.prescribing_rules import Lawful, Reimbursement
from tilts.rules import Refusal
from tilts.store.medicines.records import Medicine, Reimbursed
from tilts.store.records import LineRecord
from tilts.store.tx import Database

pytestmark = pytest.mark.anyio

ICD = "http://hl7.org/fhir/sid/icd-10"
EXTENSION = f"{TERMS.canonical_base}/StructureDefinition/reimbursement"


@pytest.fixture
async def shelf(exchange: Running, database: Database) -> AsyncIterator[Shelf]:
    async with undone(database) as tx:
        found = Shelf(exchange, tx)
        await found.fill()
        yield found


async def line_of(
    shelf: Shelf, medicine: Medicine, how: str, asked: Reimbursement, *codes: str
) -> LineRecord:
    told = [
        {"url": "by", "valueCode": asked.by},
        {"url": "justification", "valueString": asked.justification},
    ]
    document = {
        **a_request_document(shelf.patient_id),
        "medicationCodeableConcept": coded(medicine, how),
        "extension": [{"url": EXTENSION, "extension": told[: 2 if asked.justification else 1]}],
        "reasonCode": [{"coding": [{"system": ICD, "code": code}]} for code in codes],
    }
    law = Lawful(reimbursement=asked, diagnoses=codes)
    line = await shelf.prescribed(shelf.tx, NOW, "2", document=document, law=law)
    return await claim(shelf.tx, line.task_id, shelf.till(), NOW, TERMS, None)


async def out(shelf: Shelf, line: LineRecord, medicine: Medicine, **more: Any) -> LineRecord:
    order = replace(shelf.order(line, medicine, packs(1)), collector=Collector("self"), **more)
    return (await dispense(shelf.tx, order, shelf.till(), NOW, TERMS, None))[1]


async def refused_by(work: Any) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        await work
    return refusal.value


INN = Reimbursement(by="inn")
JUSTIFIED = Reimbursement(by="brand", justification="Panes tikai šo")


@pytest.mark.parametrize(
    ("how", "asked", "codes", "rule"),
    [
        ("-by-inn", INN, ("U90.1",), "PRE-033"),
        ("-by-inn", INN, ("U90",), "PRE-021"),
        ("-by-inn", replace(INN, rate=100), ("U90.0",), "PRE-034"),
        ("-by-inn", replace(INN, list="B", rate=75), ("U90.0",), "PRE-034"),
        ("", INN, ("U90.0",), "PRE-022"),
    ],
    ids=["another sub-code", "without its sub-code", "another rate", "another list", "by a product's code"],
)
async def test_what_the_register_would_not_pay_for_is_not_prescribed_as_reimbursed(
    shelf: Shelf, how: str, asked: Reimbursement, codes: tuple[str, ...], rule: str
) -> None:
    assert (await refused_by(line_of(shelf, BRAND, how, asked, *codes))).rule.id == rule


@pytest.mark.parametrize(
    ("how", "asked", "codes"),
    [
        ("-by-inn", INN, ("U90.0",)),
        ("-by-inn", replace(INN, list="A", rate=75), ("J01.0", "U90.0")),
        ("", JUSTIFIED, ("u90.0",)),
    ],
)
async def test_the_exact_sub_code_is_enough_for_it_to_be_paid(
    shelf: Shelf, how: str, asked: Reimbursement, codes: tuple[str, ...]
) -> None:
    assert (await line_of(shelf, BRAND, how, asked, *codes)).kind == "special"


async def test_a_dearer_one_is_handed_out_only_with_the_recorded_agreement_dsp_053(shelf: Shelf) -> None:
    line = await line_of(shelf, BRAND, "-by-inn", INN, "U90.0")

    no = await refused_by(out(shelf, line, BRAND))
    assert (no.rule.id, no.told()) == ("DSP-053", {"given": "Arda", "cheapest": "Belda"})

    line = await out(shelf, line, BRAND, agreed_dearer=True)
    line = await out(shelf, line, OTHER)
    assert line.left == 0


async def test_a_larger_package_of_the_same_price_for_a_unit_is_as_cheap(shelf: Shelf) -> None:
    await shelf.fill([replace(LARGER, product_id="T-B60", price=Decimal("5.40"))])
    line = await line_of(shelf, BRAND, "-by-inn", INN, "U90.0")

    assert (await out(shelf, line, replace(LARGER, product_id="T-B60"))).left == 0


async def test_a_brand_with_a_justification_and_a_line_that_is_not_reimbursed_ask_for_no_agreement(
    shelf: Shelf,
) -> None:
    justified = await line_of(shelf, BRAND, "", JUSTIFIED, "U90.0")
    assert (await out(shelf, justified, BRAND)).left == 1
    paid = await shelf.line(BRAND, packs(2))
    assert (await shelf.out(paid, BRAND, packs(1)))[1].left == 1


def test_what_has_no_price_is_dearer_and_before_the_law_nothing_is_asked() -> None:
    unpriced, day = replace(BRAND, price=None), date(2026, 3, 2)
    with pytest.raises(Refusal, match="DSP-053"):
        check_cheapest(unpriced, [OTHER], day, agreed=False)
    check_cheapest(unpriced, [OTHER], date(2020, 3, 31), agreed=False)
    check_cheapest(unpriced, [], day, agreed=False)
    assert CLOSED in ALL and BRAND.reimbursed == (Reimbursed("U90.0", "A", 75),)
