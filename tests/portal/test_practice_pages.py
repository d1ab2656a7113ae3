"""A prescriber's pages over HTTP: whom, what, what exactly is signed; every "no" beside its field, nothing typed is lost."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

import httpx
import psycopg
import pytest
from lxml import html

from tests.portal.attacking import Visitor, rule_of, said
from tests.running import Running
from tests.transport.documents import Line, claimed, handed_out, prescribed
from tests.transport.tables import Tables
from tests.transport.wire import Caller
from tilts.ids import new_id

Callers = Callable[[str], Caller]
VALDIS = 6
FIRST = (
    "Elvifraums (izdomāta viela) 75 mg cietās kapsulas N28"  # of the sandbox's register, by its general name
)


@pytest.fixture(scope="module")
def callers(exchange: Running) -> Iterator[Callers]:
    with ExitStack() as kept:
        made: dict[str, Caller] = {}

        def by_name(name: str) -> Caller:
            if name not in made:
                made[name] = Caller(exchange, name)
                kept.callback(made[name].close)
            return made[name]

        yield by_name


@pytest.fixture(scope="module")
def tables(exchange: Running) -> Iterator[Tables]:
    with psycopg.connect(exchange.settings.database_url, autocommit=True) as connection:
        yield Tables(connection)


@pytest.fixture(scope="module")
def doctor(exchange: Running) -> Iterator[Visitor]:
    with Visitor(exchange.facts["portal"], subject_of(exchange, "practice")) as found:
        role = exchange.facts["clients"]["practice"]["role"]
        found.done("/my/roles", {"role": f"at:{role.rpartition('/')[2]}"})  # who works at two places chooses
        yield found


def subject_of(exchange: Running, client: str) -> str:
    return f"practitioner-{exchange.facts['clients'][client]['practitioner']}"


@pytest.fixture(scope="module")
def patient(exchange: Running) -> str:
    return str(exchange.facts["persons"][VALDIS]["patient"])


def hidden(answer: httpx.Response, action: str) -> dict[str, str]:
    form = html.fromstring(answer.content).xpath(f"//form[@action='{action}']")[0]
    return {one.get("name"): one.get("value", "") for one in form.xpath(".//input[@type='hidden']")}


def begun(doctor: Visitor, exchange: Running) -> dict[str, str]:
    """The form of a new prescription, after the person code."""
    answer = doctor.post("/prescribe", {"code": exchange.facts["persons"][VALDIS]["code"]})
    assert answer.status_code == 200, said(answer)
    return {name: text for name, text in hidden(answer, "/prescribe/write").items() if name != "form_token"}


def line(number: int = 1, **given: str) -> dict[str, str]:
    filled = {"medicine": FIRST, "dose": "1", "times": "2", "every": "d", "packs": "1", "issues": "1"}
    return {f"{name.replace('_', '-')}-{number}": text for name, text in {**filled, **given}.items()}


def reviewed(doctor: Visitor, form: dict[str, str], *lines: dict[str, str]) -> httpx.Response:
    numbers = ",".join(str(place) for place in range(1, len(lines) + 1))
    filled = {name: text for one in lines for name, text in one.items()}
    return doctor.post("/prescribe/write", {**form, **filled, "lines": numbers, "do": "review"})


def signed(doctor: Visitor, answer: httpx.Response) -> str:
    assert "Exactly this is signed" in said(answer), said(answer)
    return doctor.done("/prescribe/sign", hidden(answer, "/prescribe/sign"))


def written(doctor: Visitor, exchange: Running, *lines: dict[str, str]) -> str:
    return signed(doctor, reviewed(doctor, begun(doctor, exchange), *(lines or (line(),))))


def orders(callers: Callers, place: str) -> list[dict[str, Any]]:
    """As the practice reads them by the wire."""
    practice = callers("practice")
    task = practice.get(f"Task/{place.rpartition('/')[2]}").json()
    number = task["groupIdentifier"]["value"]
    found = practice.found("Task", **{"group-identifier": number})["entry"]
    ids = {one["resource"]["focus"]["reference"] for one in found}
    return sorted(
        (practice.get(one).json() for one in ids), key=lambda one: str(one["identifier"][0]["value"])
    )


# --- the way --------------------------------------------------------------------------------------------------------


def test_what_is_shown_is_signed_and_stands_as_if_a_system_had_sent_it(
    doctor: Visitor, exchange: Running, callers: Callers
) -> None:
    shown = reviewed(doctor, begun(doctor, exchange), line(), line(2, dose="0,5", times="8", every="h"))
    words = said(shown)
    assert (
        "1 capsule 2 times a day" in words and "Pa 1 kapsulai" in words
    ) or "1 kapsula 2 reizes dienā" in words
    assert "unverified V-2013" in words, "the term is of the law, and was not read in force"
    place = signed(doctor, shown)
    page = said(doctor.get(place))
    assert re.search(r"Prescription [0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", page)
    first, second = orders(callers, place)
    assert first["medicationCodeableConcept"]["text"] == FIRST
    assert first["requester"]["reference"] == callers("practice").role
    assert first["groupIdentifier"] == second["groupIdentifier"]
    assert second["dosageInstruction"][0]["timing"]["repeat"] == {
        "frequency": 1,
        "period": 8,
        "periodUnit": "h",
    }
    assert first["dispenseRequest"]["quantity"]["code"] == "{pack}"
    assert first["dosageInstruction"][0]["text"] in words


def test_the_signature_is_the_exchanges_on_behalf_of_person_and_workplace(
    doctor: Visitor, exchange: Running, callers: Callers
) -> None:
    [order] = orders(callers, written(doctor, exchange))
    practice = callers("practice")
    [found] = practice.found("Provenance", target=f"MedicationRequest/{order['id']}")["entry"]
    provenance = found["resource"]
    [signature] = provenance["signature"]
    assert signature["onBehalfOf"]["reference"] == practice.role
    organization = f"Organization/{practice.facts['org']}"
    assert provenance["agent"][0]["onBehalfOf"]["reference"] == organization
    assert practice.get(f"Provenance/{provenance['id']}/$signed-content").status_code == 200


def test_what_the_form_makes_meets_the_profile(doctor: Visitor, exchange: Running, callers: Callers) -> None:
    [order] = orders(
        callers,
        written(
            doctor,
            exchange,
            line(issues="3", interval="28", days="10", needed="yes", note="Ar ūdeni", diagnosis="J01.0"),
        ),
    )
    answer = callers("practice").post("MedicationRequest/$validate", order)
    issues = [one for one in answer.json()["issue"] if one["severity"] in ("error", "fatal")]
    assert issues == []
    assert order["dispenseRequest"]["numberOfRepeatsAllowed"] == 2


def test_sent_twice_or_by_eight_at_once_it_is_one_prescription(
    doctor: Visitor, exchange: Running, tables: Tables
) -> None:
    count = "SELECT count(*) AS made FROM prescription"
    sent = hidden(reviewed(doctor, begun(doctor, exchange), line()), "/prescribe/sign")
    [before] = tables.rows(count)
    with ThreadPoolExecutor(8) as several:
        answers = list(several.map(lambda _: doctor.post("/prescribe/sign", sent), range(8)))
    assert [one.status_code for one in answers] == [303] * 8
    assert len({one.headers["location"] for one in answers}) == 1
    [after] = tables.rows(count)
    assert after["made"] == before["made"] + 1


def test_repeated_with_one_key_it_stands_for_signing_with_today_and_a_new_term(
    doctor: Visitor, exchange: Running, callers: Callers
) -> None:
    first = written(doctor, exchange, line(note="Pēc ēšanas", issues="2", interval="30"))
    shown = doctor.post("/prescribe/repeat", hidden(doctor.get(first), "/prescribe/repeat"))
    again = signed(doctor, shown)
    [one], [other] = orders(callers, first), orders(callers, again)
    same = ("medicationCodeableConcept", "dosageInstruction", "dispenseRequest", "subject", "category")
    assert {name: one[name] for name in same} == {name: other[name] for name in same}
    assert one["identifier"] != other["identifier"]


def test_what_a_system_wrote_in_words_alone_is_asked_for_when_repeated(
    doctor: Visitor, callers: Callers, patient: str
) -> None:
    task = prescribed(callers("practice"), patient).task
    page = doctor.post(
        "/prescribe/repeat", hidden(doctor.get(f"/practice/prescriptions/{task}"), "/prescribe/repeat")
    )
    assert page.status_code == 422 and "Amoksicilīns 500 mg" in page.text and "Pa vienai" in page.text


def test_the_sheet_is_printed_for_who_wants_paper(doctor: Visitor, exchange: Running) -> None:
    sheet = doctor.get(f"{written(doctor, exchange)}/sheet")
    assert sheet.headers["content-type"] == "application/pdf" and sheet.content.startswith(b"%PDF-")


# --- the medicine ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["elvif 75", "ELVIF kaps 75", "75 mg elvif", "verrima"])
def test_beginnings_of_words_find_without_case_accents_or_order(doctor: Visitor, asked: str) -> None:
    found = doctor.http.get("/prescribe/medicines", params={"q": asked})
    labels = html.fromstring(f"<ul>{found.text}</ul>").xpath("//li/@data-label")
    assert FIRST in labels, labels


def test_what_is_offered_first_bears_the_name_that_was_begun(doctor: Visitor) -> None:
    """Another substance may have a product called so: it never comes before the substance itself."""
    found = doctor.http.get("/prescribe/medicines", params={"q": "elvif 75"})
    labels = html.fromstring(f"<ul>{found.text}</ul>").xpath("//li/@data-label")
    assert labels[0] == FIRST and len(labels) > 4
    assert any(one.startswith("Elvifra PARAUGS") for one in labels)
    assert labels == list(dict.fromkeys(labels))


def test_med_020_what_fits_several_is_offered_and_chosen_without_a_script(
    doctor: Visitor, exchange: Running
) -> None:
    form = begun(doctor, exchange)
    page = reviewed(doctor, form, line(medicine="elvif"))
    assert page.status_code == 422 and "MED-020" in page.text
    tree = html.fromstring(page.content)
    radios = tree.xpath("//input[@name='chosen-1' and @type='radio']")
    assert len(radios) > 1
    chosen = radios[0]
    again = reviewed(doctor, form, line(medicine="elvif", chosen=chosen.get("value")))
    assert "Exactly this is signed" in said(again) and chosen.get("data-label") in said(again)


def test_med_020_a_chosen_one_whose_words_were_changed_is_chosen_no_more(
    doctor: Visitor, exchange: Running
) -> None:
    form = begun(doctor, exchange)
    page = reviewed(doctor, form, line(medicine="losonaums", chosen="inn:XX-0001-001"))
    assert page.status_code == 422 and "MED-020" in page.text and 'value="losonaums"' in page.text


# --- every no -------------------------------------------------------------------------------------------------------

WRONG = [
    ("USR-016", "medicine", {"medicine": ""}),
    ("MED-020", "medicine", {"medicine": "there is nothing like this"}),
    ("USR-030", "dose", {"dose": "two"}),
    ("USR-030", "dose", {"dose": "-1"}),
    ("USR-030", "times", {"times": "1,5"}),
    ("USR-016", "dose", {"dose": "", "note": ""}),
    ("USR-016", "times", {"times": ""}),
    ("USR-030", "packs", {"packs": "NaN"}),
    ("PRE-004", "packs", {"packs": ""}),
    ("USR-030", "issues", {"issues": "0"}),
    ("PRE-016", "issues", {"issues": "99"}),
    ("USR-030", "interval", {"interval": "x", "issues": "2"}),
    ("PRE-005", "until", {"until": "2001-01-01"}),
    ("PRE-005", "until", {"until": "not a day"}),
    ("PRE-019", "until", {"kind": "special", "until": "2026-12-31"}),
    ("PRE-021", "diagnosis", {"reimbursed": "yes", "diagnosis": "E11"}),
    (
        "PRE-022",
        "why-brand",
        {"reimbursed": "yes", "diagnosis": "E11.0", "medicine": "Verrima PARAUGS 75 mg cietās kapsulas N28"},
    ),
    ("USR-019", "note", {"note": "x" * 400}),
]


@pytest.mark.parametrize(
    ("rule", "name", "given"),
    WRONG,
    ids=[f"{rule}-{name}-{place}" for place, (rule, name, _) in enumerate(WRONG)],
)
def test_each_no_stands_beside_its_field_and_all_that_was_typed_stays(
    doctor: Visitor, form: dict[str, str], rule: str, name: str, given: dict[str, str]
) -> None:
    typed = line(**{"note": "paliek", **given})
    page = reviewed(doctor, form, typed)
    tree = html.fromstring(page.content)
    [fault] = tree.xpath(f"//p[@id='{name}-1-fault']")
    assert page.status_code == 422 and rule in fault.text_content()
    assert f"{name}-1-fault" in tree.xpath(f"//*[@id='{name}-1']/@aria-describedby")[0]
    for field_name, text in typed.items():
        kept = tree.xpath(f"//*[@name='{field_name}']")
        assert kept[0].get("value") == text or kept[0].xpath(f"./option[@selected and @value='{text}']"), (
            field_name
        )


@pytest.fixture(scope="module")
def form(doctor: Visitor, exchange: Running) -> dict[str, str]:
    return begun(doctor, exchange)


def test_several_faults_are_told_at_once_each_at_its_own_line(doctor: Visitor, form: dict[str, str]) -> None:
    page = reviewed(doctor, form, line(dose="x"), line(2, packs="", until="2001-01-01"))
    tree = html.fromstring(page.content)
    assert {"dose-1-fault", "packs-2-fault"} <= set(tree.xpath("//p[@class='field-fault']/@id"))
    assert len(tree.xpath("//div[@class='fault-summary']//li")) == 2


def test_lines_come_and_go_and_an_empty_one_is_no_line(doctor: Visitor, form: dict[str, str]) -> None:
    more = doctor.post("/prescribe/write", {**form, **line(), "lines": "1", "do": "add"})
    assert hidden(more, "/prescribe/write")["lines"] == "1,2" and FIRST in more.text
    empty = {**form, **line(), "packs-2": "1", "issues-2": "1", "lines": "1,2", "do": "review"}
    assert "Exactly this is signed" in said(doctor.post("/prescribe/write", empty))
    fewer = doctor.post("/prescribe/write", {**form, **line(), **line(2), "lines": "1,2", "do": "remove-1"})
    assert hidden(fewer, "/prescribe/write")["lines"] == "2"


def test_pre_002_a_code_of_nobody_is_said_at_the_field_and_counted(doctor: Visitor, tables: Tables) -> None:
    page = doctor.post("/prescribe", {"code": "320000-00001"})
    assert (page.status_code, rule_of(page)) == (422, "PRE-002") or rule_of(page) == "PRE-002", said(page)
    assert 'value="320000-00001"' in page.text
    assert rule_of(doctor.post("/prescribe", {"code": ""})) == "USR-016"


def test_usr_031_what_is_not_as_it_was_shown_is_shown_again(doctor: Visitor, form: dict[str, str]) -> None:
    shown = hidden(reviewed(doctor, form, line()), "/prescribe/sign")
    page = doctor.post("/prescribe/sign", {**shown, "dose-1": "9"})
    assert (page.status_code, rule_of(page)) == (409, "USR-031")
    assert "9 capsules" in said(page) and "Exactly this is signed" in said(page)


def test_usr_001_without_its_own_number_it_is_no_form_of_ours(doctor: Visitor) -> None:
    for address in ("/prescribe/write", "/prescribe/sign"):
        assert rule_of(doctor.post(address, {"lines": "1", **line()})) == "USR-001"


def test_a_patient_of_nobody_known_is_not_there(doctor: Visitor, form: dict[str, str]) -> None:
    page = reviewed(doctor, {**form, "patient": str(new_id())}, line())
    assert page.status_code == 404
    assert doctor.post("/prescribe", {"patient": str(new_id())}).status_code == 404


@pytest.mark.parametrize("who", ["pharmacy-head", "resident", ""])
def test_nobody_else_comes_in(exchange: Running, patient: str, who: str) -> None:
    subject = f"resident-{patient}" if who == "resident" else who
    with Visitor(exchange.facts["portal"], subject) as other:
        for address in ("/practice", "/prescribe", "/prescribe/medicines?q=elvif"):
            answer = other.get(address)
            assert answer.status_code in (303, 403), address
        sent = {"patient": patient, "key": str(new_id()), "lines": "1", **line(), "shown": ""}
        assert other.post("/prescribe/sign", sent).status_code in (303, 403)


# --- the worklist ---------------------------------------------------------------------------------------------------


def test_the_worklist_tells_how_each_stands(doctor: Visitor, exchange: Running, callers: Callers) -> None:
    number = orders(callers, written(doctor, exchange))[0]["groupIdentifier"]["value"]
    page = html.fromstring(doctor.get("/practice").content)
    [row] = [one for one in page.xpath("//tbody/tr") if number in one.text_content()]
    words = " ".join(row.text_content().split())
    assert "Valdis" in words and FIRST in words and "May be collected until" in words


def test_a_line_is_taken_back_with_a_reason_that_nobody_filled_in(doctor: Visitor, exchange: Running) -> None:
    place = written(doctor, exchange, line(), line(2))
    page = doctor.get(place)
    assert not html.fromstring(page.content).xpath("//select[@name='reason']/option[@selected]")
    sent = hidden(page, "/practice/cancel")
    refused = doctor.post("/practice/cancel", sent)
    assert rule_of(refused) == "USR-016" and 'id="reason-1-fault"' in refused.text
    unknown = doctor.post("/practice/cancel", {**sent, "reason": "a mood"})
    assert (unknown.status_code, rule_of(unknown)) == (400, "PRE-010")
    sent = hidden(refused, "/practice/cancel")
    doctor.done("/practice/cancel", {**sent, "reason": "wrong-medicine"})
    after = said(doctor.get(place))
    assert after.count("Cancelled by the prescriber: the wrong medicine") == 1
    assert after.count("May be collected until") == 1, "the other line stands"


def test_what_a_pharmacy_holds_waits_and_is_shown_to_wait(
    doctor: Visitor, callers: Callers, patient: str, exchange: Running
) -> None:
    held = prescribed(callers("practice"), patient)
    claimed(callers("pharmacy"), held)
    place = f"/practice/prescriptions/{held.task}"
    doctor.done("/practice/transfer", hidden(doctor.get(place), "/practice/transfer"))
    doctor.done("/practice/cancel", {**hidden(doctor.get(place), "/practice/cancel"), "reason": "other"})
    page = said(doctor.get(place))
    assert "Waits until" in page and exchange.facts["clients"]["pharmacy"]["name"] in page


def test_pre_013_of_what_a_part_is_out_only_the_rest_can_be_closed(
    doctor: Visitor, callers: Callers, patient: str
) -> None:
    part = prescribed(callers("practice"), patient)
    before = hidden(doctor.get(f"/practice/prescriptions/{part.task}"), "/practice/cancel")
    handed_out(callers("pharmacy"), part)
    refused = doctor.post("/practice/cancel", {**before, "reason": "other"})
    assert refused.status_code == 409 and rule_of(refused) in ("PRE-013", "PRE-009")
    callers("pharmacy").post(f"Task/{part.task}/$release", reason("patient-left"))
    place = f"/practice/prescriptions/{part.task}"
    doctor.done("/practice/close-remaining", hidden(doctor.get(place), "/practice/close-remaining"))
    assert "not collected: 1 iepakojums" in said(doctor.get(place))


def reason(code: str) -> dict[str, Any]:
    return {"resourceType": "Parameters", "parameter": [{"name": "reason", "valueCode": code}]}


def test_another_practices_prescription_is_not_there(doctor: Visitor, callers: Callers, patient: str) -> None:
    other: Line = prescribed(callers("hospital"), patient)
    assert doctor.get(f"/practice/prescriptions/{other.task}").status_code == 404
    assert doctor.get("/practice/prescriptions/none").status_code == 404
    sent = {"task": other.task, "key": str(new_id()), "reason": "other"}
    assert doctor.post("/practice/cancel", sent).status_code in (404, 403)
    assert doctor.post("/prescribe/repeat", {"task": other.task}).status_code == 404


def test_each_page_about_a_person_is_in_that_persons_list(
    doctor: Visitor, exchange: Running, patient: str, tables: Tables
) -> None:
    place = written(doctor, exchange)
    doctor.get(place)
    with Visitor(exchange.facts["portal"], f"resident-{patient}") as resident:
        words = said(resident.get("/my/accesses"))
    for event in ("Writes a prescription", "Prepares a prescription", "Reads a prescription"):
        assert event in words


def test_amounts_are_exact() -> None:
    from tilts.portal.practice.fields import new_line

    given = new_line(1, {}, dose="0,1", packs="3")
    assert given.decimal("dose") == Decimal("0.1") and given.packs() == 3
