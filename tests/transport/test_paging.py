"""Pages: at most 50 at once, links that end, belong to one client and do not shift under new rows."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.transport.documents import bundle, claimed, prescribed, prescription
from tests.transport.wire import Caller, ids, refused

LINES = 65
TYPES = ("MedicationRequest", "Task")


@pytest.fixture(scope="module")
def writer(caller: Callable[..., Caller], patient: str) -> Caller:
    """A practice that wrote 65 lines, all for one patient."""
    found = caller("practice-7")
    for many in (20, 20, 20, 5):
        lines = bundle(*(prescription(found, patient) for _ in range(many)))
        assert found.post("", lines, signed=True).status_code == 200
    return found


def link(page: dict[str, Any]) -> str | None:
    """The address of the next page."""
    return next((one["url"] for one in page["link"] if one["relation"] == "next"), None)


def walked(somebody: Caller, page: dict[str, Any], **how: Any) -> list[list[str]]:
    pages = [ids(page)]
    while address := link(page):
        answer = somebody.get(address, **how)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        pages.append(ids(page))
    return pages


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("count", ["", "50", "500", "999999999999"])
def test_a_page_holds_50_at_most(writer: Caller, kind: str, count: str) -> None:
    form = {"_count": count} if count else {}
    pages = walked(writer, writer.found(kind, None, **form))
    assert [len(page) for page in pages] == [50, LINES - 50]
    assert len({one for page in pages for one in page}) == LINES


@pytest.mark.parametrize("kind", TYPES)
def test_newest_come_first_and_no_one_twice(writer: Caller, kind: str, patient: str) -> None:
    pages = walked(writer, writer.found(kind, _count="10", patient=patient))
    flat = [one for page in pages for one in page]
    assert flat == sorted(set(flat), reverse=True)


@pytest.mark.parametrize("kind", TYPES)
def test_pages_stay_as_they_were_while_new_rows_arrive(
    caller: Callable[..., Caller], patient: str, kind: str
) -> None:
    practice = caller("practice-8")
    for _ in range(5):
        prescribed(practice, patient)
    before = [one for page in walked(practice, practice.found(kind, _count="50")) for one in page]
    page = practice.found(kind, _count="2")
    seen = ids(page)
    while address := link(page):
        prescribed(practice, patient)
        page = practice.get(address).json()
        seen += ids(page)
    assert seen == before


@pytest.mark.parametrize("kind", TYPES)
def test_a_link_belongs_to_its_client_WIRE_010(writer: Caller, practice: Caller, kind: str) -> None:
    address = link(writer.found(kind, _count="5"))
    assert address
    refused(practice.get(address), 410, "WIRE-010")


@pytest.mark.parametrize("kind", TYPES)
def test_a_link_lives_ten_minutes_WIRE_010(writer: Caller, kind: str) -> None:
    address = link(writer.found(kind, _count="5"))
    assert address
    with writer.exchange.clock.moved(minutes=9, seconds=50):
        assert writer.get(address).status_code == 200
    with writer.exchange.clock.moved(minutes=10, seconds=5):
        refused(writer.get(address), 410, "WIRE-010")


@pytest.mark.parametrize("kind", TYPES)
def test_a_link_that_was_tampered_with_is_gone_WIRE_010(writer: Caller, kind: str) -> None:
    address = link(writer.found(kind, _count="5"))
    assert address
    start, _, sealed = address.partition("_page=")
    other = "A" if sealed[20] != "A" else "B"
    for wrong in (
        "",
        "x",
        "ā",
        sealed[:-4],
        sealed + "AAAA",
        sealed[:20] + other + sealed[21:],
        "%00",
        "A" * 5000,
    ):
        refused(writer.get(f"{start}_page={wrong}"), 410, "WIRE-010")


def test_a_link_of_one_type_does_not_open_another_WIRE_010(writer: Caller) -> None:
    address = link(writer.found("Task", _count="5"))
    assert address
    refused(writer.get(address.replace("/Task?", "/MedicationRequest?")), 410, "WIRE-010")


@pytest.mark.parametrize("kind", TYPES)
def test_a_link_shows_nothing_of_what_was_searched(writer: Caller, patient: str, kind: str) -> None:
    address = link(writer.found(kind, _count="5", patient=patient, status="active,ready"))
    assert address
    assert patient not in address
    assert urlsplit(address).query.startswith("_page=")
    assert "&" not in address


@pytest.mark.parametrize("kind", TYPES)
def test_more_than_20_pages_of_one_search_are_refused_with_WIRE_014(
    writer: Caller, patient: str, kind: str
) -> None:
    page = writer.found(kind, _count="1", patient=patient)
    for _ in range(19):
        address = link(page)
        assert address
        page = writer.get(address).json()
        assert len(ids(page)) == 1
    address = link(page)
    assert address
    refused(writer.get(address), 400, "WIRE-014")


@pytest.mark.parametrize("kind", TYPES)
def test_the_own_worklist_pages_freely(writer: Caller, kind: str) -> None:
    pages = walked(writer, writer.found(kind, _count="3"))
    assert (len(pages), sum(map(len, pages))) == (22, LINES)


def test_the_register_of_organisations_pages_freely(practice: Caller) -> None:
    pages = walked(practice, practice.found("Organization", _count="1"))
    assert len(pages) > 20


@pytest.mark.parametrize("kind", TYPES)
def test_a_total_is_told_when_it_is_known(writer: Caller, kind: str) -> None:
    assert "total" not in writer.found(kind, _count="5")
    known = writer.found(kind, _id=ids(writer.found(kind, _count="1"))[0])
    assert known["total"] == 1


def test_a_filter_by_state_also_fills_its_pages(writer: Caller) -> None:
    pages = walked(writer, writer.found("Task", status="ready", _count="20"))
    assert [len(page) for page in pages] == [20, 20, 20, 5]
    assert not any(walked(writer, writer.found("Task", status="completed", _count="2")))


def test_a_practice_without_naming_a_patient_sees_only_what_it_wrote(
    writer: Caller, practice: Caller, patient: str
) -> None:
    own = prescribed(practice, patient)
    theirs = {one for kind in TYPES for page in walked(writer, writer.found(kind)) for one in page}
    mine = {one for kind in TYPES for page in walked(practice, practice.found(kind)) for one in page}
    assert own.request in mine
    assert not mine & theirs


def test_the_worklist_of_a_pharmacy_is_what_it_holds(
    practice: Caller, caller: Callable[..., Caller], patient: str
) -> None:
    pharmacy = caller("pharmacy-8")
    held, let_go, shown = (prescribed(practice, patient) for _ in range(3))
    for line in (held, let_go):
        claimed(pharmacy, line)
    reason = {"resourceType": "Parameters", "parameter": [{"name": "reason", "valueCode": "other"}]}
    assert pharmacy.post(f"Task/{let_go.task}/$release", reason).status_code == 200
    assert ids(pharmacy.found("Task")) == [held.task]
    assert shown.task not in ids(pharmacy.found("Task", patient=patient))
    assert pharmacy.found("Task", _summary="count")["total"] == 1
