"""What the law asks, through the doors of the wire: who writes what, for how long, who collects, what a pharmacy sees."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from tests.transport.documents import (
    PACKS,
    Line,
    claimed,
    dispense,
    handed_out,
    line_of,
    parameters,
    prescribed,
    prescription,
    presented,
)
from tests.transport.test_corrections import amendment
from tests.transport.test_pairs import acting
from tests.transport.test_prescription_law import SPECIAL, collected, diagnosis, on_paper, reimbursement
from tests.transport.wire import Caller, ids, refused
from tilts.clock import day_in_riga
from tilts.exchange.law import figure_of
from tilts.exchange.terms import months_later

ORDINARY: dict[str, Any] = {}
NARCOTIC = {"category": SPECIAL}
REIMBURSED = {"extension": reimbursement(by="inn"), "reasonCode": diagnosis("E11.0")}
ORDINARY_KIND = [{"coding": [{**SPECIAL[0]["coding"][0], "code": "ordinary"}]}]
MINUTES = 5


def supply(end: str) -> dict[str, Any]:
    """Two packs until that day."""
    return {"quantity": {"value": 2, **PACKS}, "validityPeriod": {"end": end}}


@pytest.mark.parametrize(
    ("role", "rules"),
    [
        ("doctor", (None, None, None)),
        ("physician-assistant", (None, "PRE-020", "PRE-020")),
        ("nurse", ("PRE-006", "PRE-006", "PRE-006")),
    ],
)
def test_each_role_writes_what_the_law_lets_it_write(
    practice: Caller, patient: str, role: str, rules: tuple[str | None, ...]
) -> None:
    with acting(practice, role) as somebody:
        for kind, rule_id in zip((ORDINARY, NARCOTIC, REIMBURSED), rules, strict=True):
            document = prescription(somebody, patient, **kind)
            answer = somebody.post("MedicationRequest", document, signed=True)
            if rule_id is None:
                assert answer.status_code == 201, answer.text
            else:
                refused(answer, 403, rule_id)


@pytest.mark.parametrize(
    ("changes", "rule_id"),
    [
        ({**REIMBURSED, "category": ORDINARY_KIND}, "PRE-024"),
        ({"dispenseRequest": supply("2031-01-01")}, "PRE-005"),
        ({"dispenseRequest": supply("2020-01-01")}, "PRE-005"),
        ({**NARCOTIC, "dispenseRequest": supply("2031-01-01")}, "PRE-019"),
    ],
)
def test_kind_and_term_of_a_line_are_those_of_the_law(
    practice: Caller, patient: str, changes: dict[str, Any], rule_id: str
) -> None:
    answer = practice.post("MedicationRequest", prescription(practice, patient, **changes), signed=True)
    refused(answer, 422, rule_id)


def last_day(caller: Caller, line: Line) -> date:
    [period] = [
        one["valuePeriod"]
        for one in caller.get(f"Task/{line.task}").json()["input"]
        if one["type"]["coding"][0]["code"] == "valid"
    ]
    return date.fromisoformat(period["end"])


def test_without_an_end_each_kind_is_valid_as_long_as_the_row_of_the_day_says(
    practice: Caller, patient: str
) -> None:
    today = day_in_riga(practice.exchange.clock.now())
    ordinary = months_later(today, figure_of("validity-ordinary", "months", today))
    special = today + timedelta(days=figure_of("validity-special", "days", today))
    for kind, last in ((ORDINARY, ordinary), (NARCOTIC, special), (REIMBURSED, special)):
        assert last_day(practice, prescribed(practice, patient, **kind)) == last


def test_by_brand_only_with_a_reason_and_lists_and_rates_are_those_of_the_law(
    practice: Caller, patient: str
) -> None:
    today = day_in_riga(practice.exchange.clock.now())
    exact = {"reasonCode": diagnosis("E11.0")}
    justified = reimbursement(by="brand", justification="Alerģija pret palīgvielu")
    prescribed(practice, patient, extension=justified, **exact)
    for name in figure_of("reimbursed-lists", "lists", today):
        prescribed(practice, patient, extension=reimbursement(by="inn", list=name), **exact)
    odd = prescription(practice, patient, extension=reimbursement(by="inn", rate=90), **exact)
    refused(practice.post("MedicationRequest", odd, signed=True), 422, "PRE-023")


def test_of_a_buyer_by_number_and_name_the_patient_reads_who_it_was(
    practice: Caller, pharmacy: Caller, caller: Callable[..., Caller], patient: str
) -> None:
    line = prescribed(practice, patient)
    claimed(pharmacy, line)
    told = collected("number-and-name", name="Anna Paraudziņa", document="passport")
    made = pharmacy.post("MedicationDispense", dispense(pharmacy, line, extension=told), signed=True)
    assert made.status_code == 201, made.text
    shown = caller("portal").get(f"MedicationDispense/{made.json()['id']}", patient=patient).json()
    assert shown["extension"] == told


@pytest.mark.parametrize("kind", [ORDINARY, NARCOTIC], ids=["ordinary", "special"])
def test_a_part_in_one_pharmacy_and_the_rest_in_another(
    practice: Caller,
    pharmacy: Caller,
    caller: Callable[..., Caller],
    patient: str,
    kind: dict[str, Any],
) -> None:
    line = prescribed(practice, patient, packs=2, **kind)
    for shop in (pharmacy, caller("pharmacy-6")):
        claimed(shop, line)
        document = dispense(shop, line, extension=collected("self"))
        answer = shop.post("MedicationDispense", document, signed=True)
        assert answer.status_code == 201, answer.text
        if shop is pharmacy:
            left = shop.post(f"Task/{line.task}/$release", parameters(reason="not-in-stock")).json()
            assert left["businessStatus"]["coding"][0]["code"] == "partly-dispensed"


def addresses(line: Line, dispense_id: str) -> list[str]:
    """Every way to what was prescribed and handed out."""
    return [
        f"MedicationRequest/{line.request}",
        f"MedicationRequest/{line.request}/_history/1",
        f"MedicationDispense/{dispense_id}",
        f"MedicationDispense/{dispense_id}/_history/1",
    ]


def found(caller: Caller, line: Line, dispense_id: str) -> list[str]:
    """What searches bring of it."""
    request = f"MedicationRequest/{line.request}"
    return [
        *ids(caller.found("MedicationRequest", _id=line.request)),
        *ids(caller.found("MedicationDispense", _id=dispense_id)),
        *ids(caller.found("MedicationDispense", prescription=request)),
        *ids(caller.found("Provenance", target=request)),
        *ids(caller.found("Provenance", target=f"MedicationDispense/{dispense_id}")),
    ]


def test_what_is_used_up_is_hidden_from_another_pharmacy_and_later_from_the_one_that_handed_it_out(
    practice: Caller, pharmacy: Caller, caller: Callable[..., Caller], patient: str
) -> None:
    line, other = prescribed(practice, patient, packs=1), caller("pharmacy-6")
    made = handed_out(pharmacy, line)
    withdraw = f"MedicationDispense/{made['id']}/$withdraw"
    amend = f"MedicationDispense/{made['id']}/$amend"
    hours = figure_of("amendment", "hours", day_in_riga(practice.exchange.clock.now()))

    def nothing_of_it(pharmacist: Caller) -> None:
        for address in addresses(line, made["id"]):
            assert pharmacist.get(address).status_code == 404, address
        assert found(pharmacist, line, made["id"]) == []

    def all_of_it(pharmacist: Caller) -> None:
        for address in addresses(line, made["id"]):
            assert pharmacist.get(address).status_code == 200, address
        assert len(found(pharmacist, line, made["id"])) == 5

    document = dispense(pharmacy, line, identifier=made["identifier"])
    nothing_of_it(other)
    refused(other.post(withdraw, parameters(reason="not-collected")), 404, "WIRE-012")
    with pharmacy.exchange.clock.moved(hours=hours, minutes=-MINUTES):
        all_of_it(pharmacy)
        assert pharmacy.post(amend, amendment(document), signed=True).status_code == 200
    with pharmacy.exchange.clock.moved(hours=hours, minutes=MINUTES):
        nothing_of_it(pharmacy)
        refused(pharmacy.post(withdraw, parameters(reason="not-collected")), 404, "WIRE-012")
        nothing_of_it(other)


def test_of_what_is_not_used_up_the_late_correction_is_told_until_when_it_was_possible(
    practice: Caller, pharmacy: Caller, patient: str
) -> None:
    line = prescribed(practice, patient, packs=2)
    made = handed_out(pharmacy, line)
    hours = figure_of("amendment", "hours", day_in_riga(practice.exchange.clock.now()))
    with pharmacy.exchange.clock.moved(hours=hours, minutes=MINUTES):
        presented(pharmacy, line)
        late = pharmacy.post(f"MedicationDispense/{made['id']}/$withdraw", parameters(reason="not-collected"))
        refused(late, 409, "DSP-032")


def test_paper_is_what_an_assistant_may_write_and_never_special(
    practice: Caller, pharmacy: Caller, patient: str
) -> None:
    with acting(practice, "physician-assistant") as assistant:
        by_assistant = on_paper(
            practice, pharmacy, patient, "AC 100001", requester={"reference": assistant.role}
        )
        answer = pharmacy.post("MedicationRequest/$digitise", by_assistant, signed=True)
        assert answer.status_code == 201, answer.text
        task = line_of(pharmacy, answer.json(), patient)
        assert task.number
    special = on_paper(practice, pharmacy, patient, "AC 100002", category=SPECIAL)
    refused(pharmacy.post("MedicationRequest/$digitise", special, signed=True), 422, "PRE-027")
    with acting(practice, "nurse") as nurse:
        by_nurse = on_paper(practice, pharmacy, patient, "AC 100003", requester={"reference": nurse.role})
        refused(pharmacy.post("MedicationRequest/$digitise", by_nurse, signed=True), 422, "PRE-026")
