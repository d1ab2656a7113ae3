"""The rule of prescribing: who may, what must stand in an order, and for how long it is valid."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOW, PATIENT, PRACTITIONER, ROLE, TERMS, TODAY, a_doctor, a_party, an_order, packs
from tilts.exchange.prescriptions import decide, validity
from tilts.exchange.terms import Interval, Terms, months_later, terms_from
from tilts.ids import read_prescription_number
from tilts.party import Party
from tilts.rules import Refusal
from tilts.settings import Settings
from tilts.store.records import Quantity
from tilts.transport.prescribing.prescriptions import lines_of
from tilts.transport.shapes.elements import interval_in

DAY = timedelta(days=1)
NUMBER_SYSTEM = "urn:oid:2.999.1.3.6"
FORM_SYSTEM = "urn:oid:2.999.1.3.10"


def refusal_of(*orders: Any, party: Party | None = None, now: datetime = NOW) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        decide(list(orders), party or a_doctor(), now, TERMS)
    return refusal.value


def test_an_order_becomes_one_open_line_of_a_new_prescription() -> None:
    decided = decide([an_order()], a_doctor(), NOW, TERMS)

    [line], prescription = decided.lines, decided.prescription
    assert read_prescription_number(prescription.number) == prescription.number == line.number
    assert (line.state, line.hold, line.dispensed, line.version) == ("open", None, Decimal(0), 1)
    assert (line.prescription_id, line.patient_id) == (prescription.prescription_id, PATIENT)
    assert (line.organization_id, prescription.role_id) == (a_doctor().organization_id, ROLE)


def test_each_issue_is_a_task_of_its_own_with_the_quantity_of_one_fill() -> None:
    decided = decide([an_order(quantity=packs("1.10"), repeats=2)], a_doctor(), NOW, TERMS)

    [issues] = decided.issues
    assert [(one.issue, one.issues, str(one.allowed.value)) for one in issues] == [
        (1, 3, "1.10"),
        (2, 3, "1.10"),
        (3, 3, "1.10"),
    ]
    assert len({one.task_id for one in issues}) == 3
    assert {one.line_id for one in issues} == {decided.lines[0].line_id}


@pytest.mark.parametrize(
    ("interval", "days"),
    [
        (None, [date(2026, 1, 31)] * 3),
        (Interval(days=30), [date(2026, 1, 31), date(2026, 3, 2), date(2026, 4, 1)]),
        (Interval(months=1), [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]),
    ],
    ids=["at any time", "days", "months, each from the first day"],
)
def test_each_issue_has_its_first_day_and_all_end_with_the_validity(
    interval: Interval | None, days: list[date]
) -> None:
    order = an_order(interval=interval, valid_from=date(2026, 1, 31), valid_to=date(2026, 5, 30))
    [issues] = decide([order], a_doctor(), NOW, TERMS).issues

    assert [one.valid_from for one in issues] == days
    assert {one.valid_to for one in issues} == {date(2026, 5, 30)}


def test_pre_016_a_line_is_repeated_at_most_23_times() -> None:
    assert len(decide([an_order(repeats=23)], a_doctor(), NOW, TERMS).issues[0]) == 24

    refusal = refusal_of(an_order(repeats=24))
    assert (refusal.rule.id, refusal.facts["most"]) == ("PRE-016", 23)


@pytest.mark.parametrize("interval", [Interval(days=16), Interval(months=1), Interval(days=10**9)])
def test_pre_017_the_last_issue_begins_before_the_validity_ends(interval: Interval) -> None:
    order = an_order(interval=interval, valid_to=TODAY + 31 * DAY)

    assert refusal_of(order).rule.id == "PRE-017"
    assert decide([an_order(interval=Interval(days=15), valid_to=TODAY + 30 * DAY)], a_doctor(), NOW, TERMS)


def test_pre_018_an_interval_is_whole_days_or_months() -> None:
    refusal = refusal_of(an_order(interval=Interval()))

    assert refusal.rule.id == "PRE-018"
    assert refusal.expressions == ("MedicationRequest.dispenseRequest.dispenseInterval",)


@pytest.mark.parametrize(
    ("duration", "interval"),
    [
        (None, None),
        ({"value": Decimal("30"), "code": "d"}, Interval(days=30)),
        ({"value": Decimal("2.0"), "code": "wk"}, Interval(days=14)),
        ({"value": Decimal("1"), "code": "mo"}, Interval(months=1)),
        ({"value": Decimal("1"), "code": "a"}, Interval(months=12)),
        ({"value": Decimal("0.5"), "code": "d"}, Interval()),
        ({"value": Decimal("12"), "code": "h"}, Interval()),
        ({"value": Decimal("-1"), "code": "d"}, Interval()),
        ({"value": Decimal("1E+300"), "code": "d"}, Interval()),
        ({"code": "d"}, Interval()),
    ],
)
def test_an_interval_is_read_from_a_duration(
    duration: dict[str, Any] | None, interval: Interval | None
) -> None:
    assert interval_in(duration) == interval


def test_the_number_stands_beside_the_senders_identifier_and_as_group_if_there_was_none() -> None:
    document = {"resourceType": "MedicationRequest", "identifier": [{"system": "urn:own", "value": "1"}]}
    decided = decide([an_order(document=document)], a_doctor(), NOW, TERMS)

    number = {"system": NUMBER_SYSTEM, "value": decided.prescription.number}
    assert decided.documents == [
        {**document, "identifier": [{"system": "urn:own", "value": "1"}, number], "groupIdentifier": number}
    ]
    assert document["identifier"] == [{"system": "urn:own", "value": "1"}], (
        "the order itself stays as it came"
    )


def test_a_group_identifier_of_the_sender_stays() -> None:
    group = {"system": "urn:own", "value": "g"}
    document = {"resourceType": "MedicationRequest", "groupIdentifier": group}
    order = an_order(document=document, group=("urn:own", "g"))

    [numbered] = decide([order], a_doctor(), NOW, TERMS).documents
    assert numbered["groupIdentifier"] == group


def test_several_lines_share_one_number_and_have_tasks_of_their_own() -> None:
    orders = [an_order(group=("urn:own", "g")) for _ in range(3)]
    decided = decide(orders, a_doctor(), NOW, TERMS)

    assert {line.number for line in decided.lines} == {decided.prescription.number}
    assert len({line.task_id for line in decided.lines} | {line.line_id for line in decided.lines}) == 6


@pytest.mark.parametrize("requester", [f"PractitionerRole/{ROLE}", f"Practitioner/{PRACTITIONER}"])
def test_the_practitioner_of_the_token_is_named_by_role_or_by_person(requester: str) -> None:
    assert decide([an_order(requester=requester)], a_doctor(), NOW, TERMS).lines


@pytest.mark.parametrize("kind", ["practice", "hospital"])
@pytest.mark.parametrize("role_code", ["doctor", "physician-assistant"])
def test_doctors_and_physicians_assistants_prescribe(kind: str, role_code: str) -> None:
    assert decide([an_order()], a_doctor(kind=kind, role_code=role_code), NOW, TERMS).lines


@pytest.mark.parametrize(
    ("status", "intent"),
    [
        ("draft", "order"),
        ("active", "plan"),
        ("completed", "order"),
        ("", "order"),
        ("active", ""),
        ("on-hold", "proposal"),
    ],
)
def test_pre_001_only_an_active_order_is_taken(status: str, intent: str) -> None:
    assert refusal_of(an_order(status=status, intent=intent)).rule.id == "PRE-001"


def test_pre_002_a_subject_that_is_no_patient_of_the_register_is_refused() -> None:
    assert refusal_of(an_order(patient_id=None)).rule.id == "PRE-002"


@pytest.mark.parametrize(
    "requester",
    [
        "",
        f"PractitionerRole/{PATIENT}",
        f"Practitioner/{ROLE}",
        f"PractitionerRole/{ROLE}/",
        f"Organization/{ROLE}",
        str(ROLE),
    ],
)
def test_pre_003_the_requester_is_the_practitioner_of_the_token(requester: str) -> None:
    assert refusal_of(an_order(requester=requester)).rule.id == "PRE-003"


@pytest.mark.parametrize(
    "quantity",
    [None, *map(packs, ("0", "-1", "0.0", "1000000000", "1E+300", "0.0000000001", "1.0000000000"))],
    ids=lambda quantity: str(quantity and quantity.value),
)
def test_pre_004_a_quantity_above_zero_that_can_be_counted_is_needed(quantity: Quantity | None) -> None:
    assert refusal_of(an_order(quantity=quantity)).rule.id == "PRE-004"


@pytest.mark.parametrize(
    "period",
    [
        {"valid_to": TODAY - DAY},
        {"valid_from": TODAY - 100 * DAY},
        {"valid_from": TODAY + 2 * DAY, "valid_to": TODAY + DAY},
        {"valid_to": TODAY + 367 * DAY},
        {"valid_from": TODAY - 10 * DAY, "valid_to": TODAY + 367 * DAY},
        {"valid_from": TODAY + DAY, "valid_to": TODAY + 368 * DAY},
    ],
    ids=[
        "over",
        "the usual term is over",
        "upside down",
        "too long",
        "too long from today",
        "too long from its start",
    ],
)
def test_pre_005_a_period_that_is_over_upside_down_or_too_long(period: dict[str, date]) -> None:
    refusal = refusal_of(an_order(**period))

    assert refusal.rule.id == "PRE-005"
    assert {"valid_from", "valid_to"} <= refusal.facts.keys()


@pytest.mark.parametrize(
    "period",
    [
        {"valid_from": TODAY, "valid_to": TODAY},
        {"valid_from": TODAY - 30 * DAY, "valid_to": TODAY},
        {"valid_to": TODAY + 366 * DAY},
        {"valid_from": TODAY + 500 * DAY, "valid_to": TODAY + 866 * DAY},
    ],
    ids=["today only", "began before", "the longest", "the longest, later"],
)
def test_a_period_that_can_be_used_is_taken_as_it_is(period: dict[str, date]) -> None:
    [line] = decide([an_order(**period)], a_doctor(), NOW, TERMS).lines

    assert (line.valid_from, line.valid_to) == (period.get("valid_from", TODAY), period["valid_to"])


@pytest.mark.parametrize(
    "party",
    [
        a_doctor(role_code="nurse"),
        a_doctor(role_code="pharmacist"),
        a_doctor(role_code=None, role_id=None),
        a_party(role_code="doctor"),
        a_doctor(kind="authority"),
        a_doctor(kind="portal"),
    ],
    ids=["nurse", "pharmacist", "nobody", "a doctor in a pharmacy", "the authority", "the portal"],
)
def test_pre_006_who_may_not_prescribe(party: Party) -> None:
    assert refusal_of(an_order(), party=party).rule.id == "PRE-006"


@pytest.mark.parametrize(
    "second",
    [
        {"patient_id": ROLE},
        {"patient_id": None},
        {"group": ("urn:own", "h")},
        {"group": None},
        {"group": ("urn:other", "g")},
    ],
    ids=["another patient", "no patient", "another group", "no group", "a group of another system"],
)
def test_pre_007_lines_of_one_prescription_belong_together(second: dict[str, Any]) -> None:
    group = ("urn:own", "g")
    orders = [an_order(group=group), an_order(**{"group": group, **second})]

    assert refusal_of(*orders).rule.id == "PRE-007"


def test_pre_007_a_second_line_of_another_requester_is_refused() -> None:
    """Each line must name the practitioner of the token, so two requesters are never both right."""
    group = ("urn:own", "g")
    other = an_order(group=group, requester=f"PractitionerRole/{PATIENT}")

    assert refusal_of(an_order(group=group), other).rule.id == "PRE-003"


# Periods.


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2025, 11, 30), 3, date(2026, 2, 28)),
        (date(2023, 11, 30), 3, date(2024, 2, 29)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 10, 15), 3, date(2027, 1, 15)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 9, 30), 3, date(2026, 12, 30)),
        (date(2026, 5, 5), 0, date(2026, 5, 5)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
    ],
)
def test_months_later(day: date, months: int, later: date) -> None:
    assert months_later(day, months) == later


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 60))
def test_months_later_is_in_that_month_and_never_on_a_later_day_of_it(day: date, months: int) -> None:
    later = months_later(day, months)

    assert later.year * 12 + later.month == day.year * 12 + day.month + months
    assert later.day == day.day or (later.day < day.day and (later + DAY).day == 1)


@pytest.mark.parametrize(
    ("moment", "first", "last"),
    [
        (datetime(2026, 1, 31, 21, 59, tzinfo=UTC), date(2026, 1, 31), date(2026, 4, 30)),
        (datetime(2026, 1, 31, 22, 0, tzinfo=UTC), date(2026, 2, 1), date(2026, 5, 1)),
        (datetime(2026, 3, 29, 20, 59, tzinfo=UTC), date(2026, 3, 29), date(2026, 6, 29)),
        (datetime(2026, 3, 29, 21, 0, tzinfo=UTC), date(2026, 3, 30), date(2026, 6, 30)),
    ],
    ids=["before midnight in Riga", "after it", "the short day, before midnight", "the short day, after it"],
)
def test_the_usual_term_runs_from_todays_day_in_riga(moment: datetime, first: date, last: date) -> None:
    [line] = decide([an_order()], a_doctor(), moment, TERMS).lines

    assert (line.valid_from, line.valid_to) == (first, last)


def test_the_usual_term_runs_from_the_first_day_that_was_asked_for() -> None:
    assert validity(an_order(valid_from=date(2026, 11, 30)), TODAY, TERMS) == (
        date(2026, 11, 30),
        date(2027, 2, 28),
    )


def test_the_periods_are_settings_with_a_unit() -> None:
    settings = Settings(
        claim_lease_minutes=1,
        handover_period_hours=2,
        presentation_hours=3,
        longest_validity_days=4,
        transfer_minutes=5,
        amendment_hours=6,
        ordinary_validity_months=7,
    )

    assert terms_from(settings, TODAY) == Terms(
        lease=timedelta(minutes=1),
        handover=timedelta(hours=2),
        transfer=timedelta(minutes=5),
        presentation=timedelta(hours=3),
        amendment=timedelta(hours=6),
        ordinary_months=7,
        longest=timedelta(days=4),
        special=timedelta(days=30),
        number_system=NUMBER_SYSTEM,
        form_system=FORM_SYSTEM,
        find_misses=50,
        canonical_base="https://tilts.example/fhir",
    )


@given(st.decimals("0.000001", "999999.999999", places=6), st.integers(0, 20))
def test_exact_decimals_stay_exact(value: Decimal, repeats: int) -> None:
    [issues] = decide([an_order(quantity=packs(value), repeats=repeats)], a_doctor(), NOW, TERMS).issues

    assert sum(one.allowed.value for one in issues) == sum([value] * (repeats + 1))
    assert {one.allowed.value.as_tuple().exponent for one in issues} == {value.as_tuple().exponent}


# A Bundle of lines.

ENTRY = {
    "resource": {"resourceType": "MedicationRequest"},
    "request": {"method": "POST", "url": "MedicationRequest"},
}


@pytest.mark.parametrize("lines", [1, 20])
def test_a_transaction_holds_1_to_20_lines(lines: int) -> None:
    assert len(lines_of({"type": "transaction", "entry": [ENTRY] * lines})) == lines


@pytest.mark.parametrize(
    "bundle",
    [
        {"type": "transaction"},
        {"type": "transaction", "entry": []},
        {"type": "transaction", "entry": [ENTRY] * 21},
        {"type": "batch", "entry": [ENTRY]},
        {"entry": [ENTRY]},
        {"type": "transaction", "entry": [ENTRY, {}]},
        {
            "type": "transaction",
            "entry": [{**ENTRY, "request": {"method": "PUT", "url": "MedicationRequest/1"}}],
        },
        {"type": "transaction", "entry": [{**ENTRY, "request": {"method": "POST", "url": "Task"}}]},
        {"type": "transaction", "entry": [{**ENTRY, "resource": {"resourceType": "Patient"}}]},
        {"type": "transaction", "entry": [{"request": ENTRY["request"]}]},
    ],
    ids=[
        "no entries",
        "empty",
        "too many",
        "a batch",
        "no type",
        "an empty entry",
        "PUT",
        "another address",
        "another type",
        "no resource",
    ],
)
def test_pre_008_what_is_no_transaction_of_lines(bundle: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refusal:
        lines_of(bundle)

    assert refusal.value.rule.id == "PRE-008"


@pytest.mark.parametrize("name", ["identifier", "groupIdentifier"])
def test_pre_015_a_sender_cannot_give_a_number_of_ours(name: str) -> None:
    forged = {"system": TERMS.number_system, "value": "0G59-PWWE-7MQM"}
    document = {"resourceType": "MedicationRequest", name: [forged] if name == "identifier" else forged}

    with pytest.raises(Refusal) as refusal:
        decide([an_order(document=document)], a_doctor(), NOW, TERMS)

    assert refusal.value.rule.id == "PRE-015"
    assert refusal.value.expressions == (f"MedicationRequest.{name}",)
