"""The pharmacist's pages over HTTP: each step by the doors of the wire, each "no" beside its field, races and repeats."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from decimal import Decimal
from random import Random
from typing import Any

import httpx
import pytest
from joserfc import jws
from lxml import html

from tests.portal.attacking import Visitor, rule_of, said
from tests.portal.pharmacy import Written, form_in, found, steps_in, subject_of, take, written
from tests.running import Running
from tests.transport.documents import line_of, parameters, prescription
from tests.transport.test_prescription_law import SPECIAL, diagnosis, reimbursement
from tests.transport.test_products import concept, tablets_of_a_group
from tests.transport.test_receipts import output_of, published, receipt_of, verified
from tests.transport.wire import Caller
from tilts.access.routes import ROUTES
from tilts.exchange.dispensing import Presented
from tilts.exchange.medicines.substitution import cheapest
from tilts.ids import ALPHABET, check_symbol, grouped, read_prescription_number
from tilts.lab.medicines import VALID_FROM, invented
from tilts.portal.pharmacy.presented import presented_in
from tilts.transport.bodies import FhirShapes
from tilts_fhir.json_strict import decode

HERE = "/pharmacy"
LIGA, ELZA, DAVIS = 3, 4, 5
GROUP, ICD = tablets_of_a_group()
THIRTY = next(one for one in GROUP if one.units == 30)
CODES = "urn:oid:2.999.1.3.1.1"


@pytest.fixture(scope="module")
def pharmacists(exchange: Running) -> Iterator[Callable[[str], Visitor]]:
    with ExitStack() as kept:
        made: dict[str, Visitor] = {}

        def at(client: str) -> Visitor:
            if client not in made:
                made[client] = kept.enter_context(
                    Visitor(exchange.facts["portal"], subject_of(exchange, client))
                )
            return made[client]

        yield at


@pytest.fixture
def here(pharmacists: Callable[[str], Visitor]) -> Visitor:
    return pharmacists("pharmacy")


@pytest.fixture
def there(pharmacists: Callable[[str], Visitor]) -> Visitor:
    return pharmacists("second-pharmacy")


@pytest.fixture(scope="module")
def pharmacy(exchange: Running) -> Iterator[Caller]:
    found = Caller(exchange, "pharmacy")
    yield found
    found.close()


def dispense_in(page: str) -> str:
    """The id of the last dispense that the page names."""
    return str(html.fromstring(page).xpath("//a[contains(@href, '/dispenses/')]/@href")[-1]).rpartition("/")[
        2
    ]


def task_of(address: str) -> str:
    return address.partition("line=")[2].partition("&")[0]


def claimed(visitor: Visitor, one: Written) -> str:
    address = found(visitor, one)
    answer = take(visitor, address, "claim")
    assert answer.status_code == 303, said(answer)
    return str(answer.headers["location"])


# --- the task -------------------------------------------------------------------------------------------------------


def test_a_prescription_is_found_claimed_handed_out_closed_and_the_wire_sees_the_same(
    exchange: Running, here: Visitor, pharmacy: Caller
) -> None:
    one = written(exchange)
    address = found(here, one)
    assert steps_in(here.get(address)) == {"claim"}
    place = take(here, address, "claim").headers["location"]
    assert steps_in(here.get(place)) == {"dispense", "release"}
    assert "3 of 3 packs left" in said(here.get(HERE))

    place = take(here, place, "dispense", quantity="1", batch="LOT-7", manner="self").headers["location"]
    page = here.get(place)
    assert "2 of 3 packs left" in said(page)
    assert steps_in(page) == {"dispense", "release", "close-remaining"}
    document = decode(pharmacy.get(f"MedicationDispense/{dispense_in(page.text)}").content)
    assert document["contained"][0]["batch"] == {"lotNumber": "LOT-7"}
    assert document["quantity"]["value"] == Decimal(1)
    route = next(
        one for one in ROUTES if one.profile == "tilts-dispense" and one.path == "/MedicationDispense"
    )
    settings = exchange.settings
    FhirShapes(settings.canonical_base, settings.identifier_arc).check_profile(route, document)

    place = take(here, place, "dispense", quantity="2", manner="self").headers["location"]
    assert steps_in(here.get(place)) == {"close"}
    assert "All handed out: close it." in said(here.get(HERE))
    take(here, place, "close")
    task = decode(pharmacy.get(f"Task/{task_of(place)}").content)
    assert (task["status"], output_of(task, "dispensed")["valueQuantity"]["value"]) == ("completed", 3)
    receipt = receipt_of(task)
    verified(pharmacy, receipt, pharmacy.get(receipt).content)
    assert one.number not in said(here.get(HERE))


def test_what_is_made_here_is_sealed_by_the_exchange_on_behalf_of_the_person(
    exchange: Running, here: Visitor, pharmacy: Caller
) -> None:
    place = take(here, claimed(here, written(exchange)), "dispense", quantity="1", manner="self")
    reference = f"MedicationDispense/{dispense_in(here.get(place.headers['location']).text)}"
    [entry] = pharmacy.found("Provenance", target=reference)["entry"]
    provenance, role = entry["resource"], {"reference": f"PractitionerRole/{pharmacy.facts['role']}"}
    assert provenance["agent"][0]["who"] == role
    [signature] = provenance["signature"]
    assert signature["who"]["display"] == "Tilts" and signature["onBehalfOf"] == role
    whole = pharmacy.get(f"Provenance/{provenance['id']}/$signed-content").text
    kept = jws.deserialize_compact(whole, published(pharmacy), algorithms=["ES256"])
    assert decode(kept.payload)["quantity"]["value"] == 1, "the exchange's key verifies what was handed out"


def test_it_is_printed_as_the_sheet_of_the_wire(exchange: Running, here: Visitor) -> None:
    answer = here.get(f"{found(here, written(exchange))}/sheet")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")


# --- finding --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        (
            "4f7k-9qwe-rty2 Anna Parauga",
            Presented("4f7k-9qwe-rty2", "Parauga", "Anna", None, ("Anna", "Parauga")),
        ),
        (
            "Parauga Anna 4F7K9QWERTY2",
            Presented("4F7K9QWERTY2", "Anna", "Parauga", None, ("Parauga", "Anna")),
        ),
        (
            "4F7K 9QWE RTY2 Kalna Bērziņa, Anna Marija",
            Presented("4F7K 9QWE RTY2", "Kalna Bērziņa", "Anna Marija"),
        ),
        ("Anna Parauga", Presented(None, "Parauga", "Anna", None, ("Anna", "Parauga"))),
        ("4F7K-9QWE-RTY2", Presented("4F7K-9QWE-RTY2", None, None)),
        ("", Presented(None, None, None)),
    ],
)
def test_number_and_name_are_read_in_any_order(typed: str, wanted: Presented) -> None:
    assert presented_in(typed, CODES) == wanted


def test_every_number_is_read_whatever_names_of_four_letters_stand_beside_it() -> None:
    """One in a hundred numbers has no digit."""
    rng = Random(7)
    for _ in range(500):
        payload = "".join(rng.choice("ABCDEFGHJKMN" if rng.random() < 0.5 else ALPHABET) for _ in range(11))
        number = payload + check_symbol(payload)
        for written_so in (number, grouped(number), grouped(number).replace("-", " ")):
            for names in (("Anna", "Jana Zane"), ("", "Jānis Zars"), ("Anna Zane Jana", "")):
                asked = presented_in(f"{names[0]} {written_so} {names[1]}", CODES)
                assert read_prescription_number(asked.number or "") == grouped(number), (asked, number)
                assert f"{asked.given} {asked.family}" == " ".join(" ".join(names).split())


def test_surname_first_and_given_names_in_part_open_the_same_prescription(
    exchange: Running, here: Visitor
) -> None:
    one = written(exchange)
    address = found(here, one)
    for said_so in (
        f"{one.family} {one.given} {one.number.replace('-', '')}",
        f"{one.number.lower()} {one.family}, {one.given}",
    ):
        assert here.done(f"{HERE}/find", {"asked": said_so}) == address


def test_a_wrong_number_and_a_wrong_name_get_the_same_answer(exchange: Running, there: Visitor) -> None:
    one = written(exchange)
    pages = [
        there.post(f"{HERE}/find", {"asked": asked})
        for asked in (f"{one.number} Nav Tāda", f"0000-0000-0000 {one.given} {one.family}")
    ]
    assert [page.status_code for page in pages] == [200, 200]
    assert {"Nothing was found" in said(page) for page in pages} == {True}
    assert said(pages[0]) == said(pages[1])


def test_pre_011_what_holds_no_number_is_told_at_the_field(exchange: Running, here: Visitor) -> None:
    page = here.post(f"{HERE}/find", {"asked": "Anna Bērziņa"})
    assert rule_of(page) == "PRE-011"
    assert html.fromstring(page.text).xpath("//input[@id='asked']/@value") == ["Anna Bērziņa"]
    assert html.fromstring(page.text).xpath("//*[@id='asked-fault']")


def test_a_parent_collects_without_the_number(exchange: Running, here: Visitor) -> None:
    child = written(exchange, ELZA)
    parent = exchange.facts["persons"][LIGA]["code"]
    answer = here.post(f"{HERE}/find", {"asked": f"{parent} {child.given} {child.family}"})
    page = answer if answer.status_code == 200 else here.get(answer.headers["location"])
    assert f"{child.given} {child.family}" in said(page)


# --- the rules, beside their fields -----------------------------------------------------------------------------------


def field_faults(page: str) -> list[str]:
    return [str(one) for one in html.fromstring(page).xpath("//*[@aria-invalid='true']/@id")]


def test_dsp_003_more_than_is_left_stands_at_the_field_and_what_was_typed_is_kept(
    exchange: Running, here: Visitor
) -> None:
    place = claimed(here, written(exchange))
    page = take(here, place, "dispense", quantity="4", batch="LOT-9", manner="self")
    assert (page.status_code, rule_of(page), field_faults(page.text)) == (409, "DSP-003", ["quantity"])
    kept = html.fromstring(page.text)
    assert kept.xpath("//input[@id='quantity']/@value") == ["4"]
    assert kept.xpath("//input[@id='batch']/@value") == ["LOT-9"]


@pytest.mark.parametrize(("typed", "rule"), [("", "USR-016"), ("daudz", "USR-016"), ("0", "DSP-006")])
def test_dsp_006_an_amount_that_is_none(exchange: Running, here: Visitor, typed: str, rule: str) -> None:
    page = take(here, claimed(here, written(exchange)), "dispense", quantity=typed, manner="self")
    assert field_faults(page.text) == ["quantity"]
    assert rule_of(page) == rule


def test_dsp_018_a_buyer_has_a_name_and_a_kind_of_document(exchange: Running, here: Visitor) -> None:
    place = claimed(here, written(exchange))
    page = take(here, place, "dispense", quantity="1", manner="number-and-name", buyer="Juris Pircējs")
    assert rule_of(page) == "DSP-018"
    more = {"quantity": "1", "manner": "number-and-name", "buyer": "Juris Pircējs", "shown": "passport"}
    assert take(here, place, "dispense", **more).status_code == 303


def test_dsp_019_a_child_does_not_collect_alone_and_dsp_020_a_parent_not_for_an_adult(
    exchange: Running, here: Visitor
) -> None:
    child, adult = claimed(here, written(exchange, ELZA)), claimed(here, written(exchange, LIGA))
    page = take(here, child, "dispense", quantity="1", manner="self")
    assert (rule_of(page), field_faults(page.text)) == ("DSP-019", ["manner"])
    assert rule_of(take(here, adult, "dispense", quantity="1", manner="parent")) == "DSP-020"
    assert take(here, child, "dispense", quantity="1", manner="parent").status_code == 303


def test_dsp_017_of_a_special_prescription_who_collects_has_no_default(
    exchange: Running, here: Visitor
) -> None:
    practice, person = Caller(exchange, "practice"), exchange.facts["persons"][LIGA]
    document = prescription(practice, person["patient"], category=SPECIAL)
    made = practice.post("MedicationRequest", document, signed=True)
    assert made.status_code == 201, made.text
    line = line_of(practice, decode(made.content), person["patient"])
    practice.close()
    place = claimed(here, Written(line.number, person["patient"], person["given"][0], person["family"]))
    chosen = html.fromstring(here.get(place).text).xpath("//select[@id='manner']/option[@selected]")
    assert chosen == []
    page = take(here, place, "dispense", quantity="1", manner="")
    assert (rule_of(page), field_faults(page.text)) == ("DSP-017", ["manner"])


def test_dsp_008_it_is_given_back_with_a_reason_only_and_is_open_to_the_other(
    exchange: Running, here: Visitor, there: Visitor
) -> None:
    one = written(exchange)
    place = claimed(here, one)
    take(here, place, "dispense", quantity="1", manner="self")
    assert rule_of(take(here, place, "release")) == "DSP-008"
    assert take(here, place, "release", reason="patient-left").headers["location"] == HERE
    assert "open again with a balance" in said(there.get(found(there, one)))


def test_a_balance_is_given_up_for_good(exchange: Running, here: Visitor, pharmacy: Caller) -> None:
    place = claimed(here, written(exchange))
    take(here, place, "dispense", quantity="1", manner="self")
    assert take(here, place, "close-remaining").status_code == 303
    page = here.get(place)
    assert steps_in(page) == set() and "Why not?" in said(page)


def test_a_step_that_is_none_and_a_line_of_nobody_are_not_there(exchange: Running, here: Visitor) -> None:
    place = claimed(here, written(exchange))
    task = task_of(place)
    assert here.post(f"{HERE}/tasks/{task}/cancel").status_code == 404
    assert here.get(f"{HERE}/prescriptions/{task}").status_code == 404
    assert here.get(f"{HERE}/dispenses/{task}").status_code == 404
    assert rule_of(here.post(f"{HERE}/tasks/{task}/claim")) == "USR-001", "a form without its number"


def test_what_the_pharmacys_own_system_holds_is_shown_and_is_not_taken(
    exchange: Running, here: Visitor, pharmacy: Caller
) -> None:
    one = written(exchange)
    address = found(here, one)
    task = form_in(here.get(address), "claim")[0].split("/")[-2]
    assert pharmacy.post(f"Task/{task}/$claim").status_code == 200
    page = here.get(address)
    assert "With your pharmacy's own system until" in said(page)
    assert steps_in(page) == set() and "DSP-001" in said(page)


def test_whom_somebody_waits_for_stands_first_in_the_worklist(
    exchange: Running, there: Visitor, pharmacy: Caller
) -> None:
    """Held long ago and not waited for; asked to be given up; taken back by the prescriber."""
    first, wanted, cancelled = (written(exchange) for _ in range(3))
    places = [claimed(there, one) for one in (first, wanted, cancelled)]
    practice = Caller(exchange, "practice")
    asked = practice.post(f"Task/{task_of(places[1])}/$transfer-request")
    assert asked.status_code == 200, asked.text
    reason = parameters(reason="wrong-medicine")
    taken = practice.post(f"Task/{task_of(places[2])}/$cancel", reason, signed=True)
    assert taken.status_code == 200, taken.text
    practice.close()

    page = html.fromstring(there.get(HERE).text)
    waited = page.xpath("//li[contains(@class, 'held-waited')]")
    rows = page.xpath("//ul[@class='held']/li")
    assert rows[:2] == waited and len(waited) == 2
    text = " ".join(one.text_content() for one in waited)
    assert "Somebody asked you to give it up" in text and "The prescriber took it back" in text
    assert steps_in(there.get(places[2])) == {"release"}
    assert rule_of(take(there, places[1], "release", reason="other")) == ""


# --- a line that names the register of medicines ------------------------------------------------------------------------


def by_register(exchange: Running, *, how: str = "-by-inn", packs: int = 2, **changes: Any) -> Written:
    """Of the group of invented tablets the one of thirty, which is not the cheapest."""
    practice, person = Caller(exchange, "practice"), exchange.facts["persons"][LIGA]
    named = {"medicationCodeableConcept": concept(THIRTY, how)}
    document = prescription(practice, person["patient"], packs=packs, **named, **changes)
    made = practice.post("MedicationRequest", document, signed=True)
    assert made.status_code == 201, made.text
    line = line_of(practice, decode(made.content), person["patient"])
    practice.close()
    return Written(line.number, person["patient"], person["given"][0], person["family"])


def paid_for(icd: str) -> dict[str, Any]:
    return {"extension": reimbursement(by="inn"), "reasonCode": diagnosis(icd)}


def ready_in(page: httpx.Response) -> dict[str, str]:
    """What the form would send as it stands."""
    tree = html.fromstring(page.text)
    chosen = {
        name: tree.xpath(f"//select[@id='{name}']/option[@selected]") for name in ("product", "measure")
    }
    told = {name: str(one[0].get("value")) for name, one in chosen.items() if one}
    return told | {"quantity": str(tree.xpath("//input[@id='quantity']/@value")[0])}


def kept_of(pharmacy: Caller, page: httpx.Response) -> dict[str, Any]:
    return decode(pharmacy.get(f"MedicationDispense/{dispense_in(page.text)}").content)


def test_of_a_line_by_general_name_the_cheapest_stands_ready_and_the_dispense_names_it(
    exchange: Running, here: Visitor, pharmacy: Caller
) -> None:
    """Two packs of thirty are one of sixty."""
    [best] = cheapest(GROUP, VALID_FROM)
    place = claimed(here, by_register(exchange))
    page = here.get(place)
    ready = ready_in(page)
    assert ready == {"product": best.product_id, "measure": "packs", "quantity": "1"}
    assert "N60 (cheapest)" in said(page) and "Left: 60 tablets" in said(page)
    offered = html.fromstring(page.text).xpath("//select[@id='product']/option/@value")
    assert set(offered) == {one.product_id for one in GROUP}
    assert not html.fromstring(page.text).xpath("//input[@id='agreed']"), "nothing is paid by the state"

    handed = take(here, place, "dispense", **ready, batch="LOT-8", manner="self").headers["location"]
    document = kept_of(pharmacy, here.get(handed))
    [package] = document["contained"]
    assert package["code"]["coding"][0]["code"] == best.product_id and best.name in package["code"]["text"]
    assert steps_in(here.get(handed)) == {"close"}, "all of it is out"


def test_another_of_the_group_is_handed_out_and_a_part_of_its_pack_is_counted_in_units(
    exchange: Running, here: Visitor, pharmacy: Caller
) -> None:
    place = claimed(here, by_register(exchange))
    other = next(one for one in GROUP if one.units == 28)
    typed = {"product": other.product_id, "measure": "units", "quantity": "10", "manner": "self"}
    handed = take(here, place, "dispense", **typed).headers["location"]
    page = here.get(handed)
    assert "Left: 50 tablets" in said(page)
    assert ready_in(page) | {"product": ""} == {"product": "", "measure": "units", "quantity": "50"}
    document = kept_of(pharmacy, page)
    assert document["medicationCodeableConcept"]["coding"][0]["code"] == other.product_id
    assert (document["quantity"]["value"], document["quantity"]["code"]) == (10, "{tablet}")

    address = f"{HERE}/dispenses/{dispense_in(page.text)}"
    assert "10 tablets" in said(here.get(address)) and "N28" in said(here.get(address))
    assert take(here, address, "amend", quantity="12", batch="B2", reason="wrong-quantity").status_code == 303
    assert "Left: 48 tablets" in said(here.get(place))
    document = kept_of(pharmacy, page)
    assert document["contained"][0]["code"]["coding"][0]["code"] == other.product_id, "the product stays"
    more = take(here, place, "dispense", **{**typed, "quantity": "49"})
    assert (rule_of(more), field_faults(more.text)) == ("DSP-052", ["quantity"])


def test_dsp_053_a_dearer_one_of_a_reimbursed_line_is_handed_out_with_the_patients_agreement(
    exchange: Running, here: Visitor, pharmacy: Caller
) -> None:
    place = claimed(here, by_register(exchange, **paid_for(ICD)))
    [best] = cheapest(GROUP, VALID_FROM, ICD)
    tree = html.fromstring(here.get(place).text)
    assert tree.xpath("//select[@id='product']/option[@selected]/@value") == [best.product_id]
    assert tree.xpath("//input[@id='agreed']") and not tree.xpath("//input[@id='agreed']/@checked")

    typed = {"product": THIRTY.product_id, "measure": "packs", "quantity": "1", "manner": "self"}
    page = take(here, place, "dispense", **typed)
    assert (page.status_code, rule_of(page), field_faults(page.text)) == (422, "DSP-053", ["agreed"])
    assert ready_in(page)["product"] == THIRTY.product_id, "what was chosen is kept"
    handed = take(here, place, "dispense", **typed, agreed="yes").headers["location"]
    document = kept_of(pharmacy, here.get(handed))
    agreed = [one for one in document["extension"] if one["url"].endswith("/dearer-agreed")]
    assert [one["valueBoolean"] for one in agreed] == [True]

    address = f"{HERE}/dispenses/{dispense_in(here.get(handed).text)}"
    assert take(here, address, "amend", quantity="2", reason="wrong-quantity").status_code == 303


def test_dsp_051_and_med_006_what_is_not_offered_is_refused_at_the_field(
    exchange: Running, here: Visitor
) -> None:
    place = claimed(here, by_register(exchange))
    stranger = next(one for one in invented().products if not one["product_id"].startswith("XX-0002"))
    for asked, rule in (("", "USR-016"), ("XX-none", "DSP-051"), (stranger["product_id"], "MED-006")):
        page = take(here, place, "dispense", product=asked, measure="packs", quantity="1", manner="self")
        assert (rule_of(page), field_faults(page.text)) == (rule, ["product"])


def test_med_005_of_what_may_not_be_substituted_only_the_product_is_offered(
    exchange: Running, here: Visitor
) -> None:
    only = {"substitution": {"allowedBoolean": False}}
    place = claimed(here, by_register(exchange, how="", **only))
    page = here.get(place)
    offered = html.fromstring(page.text).xpath("//select[@id='product']/option/@value")
    assert offered == [THIRTY.product_id] and "cheapest" not in said(page)
    assert ready_in(page)["quantity"] == "2"
    other = next(one for one in GROUP if one.units == 28)
    page = take(
        here, place, "dispense", product=other.product_id, measure="packs", quantity="1", manner="self"
    )
    assert (rule_of(page), field_faults(page.text)) == ("MED-005", ["product"])


def test_a_line_that_names_nothing_of_the_register_has_nothing_to_choose(
    exchange: Running, here: Visitor
) -> None:
    tree = html.fromstring(here.get(claimed(here, written(exchange))).text)
    assert tree.xpath("//*[@id='product' or @id='measure' or @id='agreed']") == []


# --- corrections ------------------------------------------------------------------------------------------------------


def test_dsp_034_what_was_handed_out_is_said_anew_and_taken_back_with_reasons(
    exchange: Running, here: Visitor, there: Visitor, pharmacy: Caller
) -> None:
    place = claimed(here, written(exchange))
    handed = take(here, place, "dispense", quantity="1", batch="A1", manner="self").headers["location"]
    dispense = dispense_in(here.get(handed).text)
    address = f"{HERE}/dispenses/{dispense}"
    assert there.get(address).status_code == 404

    assert rule_of(take(here, address, "amend", quantity="2")) == "DSP-034"
    page = take(here, address, "amend", quantity="9", batch="A2", reason="wrong-quantity")
    assert (rule_of(page), field_faults(page.text)) == ("DSP-003", ["quantity"])
    assert take(here, address, "amend", quantity="2", batch="A2", reason="wrong-batch").status_code == 303
    document = decode(pharmacy.get(f"MedicationDispense/{dispense}").content)
    assert (document["quantity"]["value"], document["contained"][0]["batch"]["lotNumber"]) == (2, "A2")
    assert document["extension"], "who collected stays"
    assert "1 of 3 packs left" in said(here.get(place))

    assert rule_of(take(here, address, "withdraw")) == "DSP-034"
    assert take(here, address, "withdraw", reason="not-collected").status_code == 303
    assert "3 of 3 packs left" in said(here.get(place))
    assert "It was taken back." in said(here.get(address))


def test_dsp_032_after_the_period_the_page_says_until_when_it_was(exchange: Running, here: Visitor) -> None:
    place = claimed(here, written(exchange))
    handed = take(here, place, "dispense", quantity="3", manner="self").headers["location"]
    take(here, handed, "close")
    address = f"{HERE}/dispenses/{dispense_in(here.get(handed).text)}"
    action, hidden = form_in(here.get(address), "withdraw")
    with exchange.clock.moved(hours=71, minutes=59):
        assert "It can be corrected until" in said(here.get(address))
    with exchange.clock.moved(hours=72, seconds=1):
        assert here.post(action, {**hidden, "reason": "other"}).status_code in (404, 409)


# --- at once, and again -----------------------------------------------------------------------------------------------


def test_dsp_001_of_two_pharmacists_at_once_one_claims_and_the_other_reads_who_holds_it(
    exchange: Running, here: Visitor, there: Visitor
) -> None:
    one = written(exchange)
    forms = [(who, *form_in(who.get(found(who, one)), "claim")) for who in (here, there)]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda form: form[0].post(form[1], form[2]), forms))
    assert sorted(one.status_code for one in answers) == [303, 409]
    lost = next(one for one in answers if one.status_code == 409)
    winner = exchange.facts["clients"]["second-pharmacy" if lost is answers[0] else "pharmacy"]["name"]
    assert rule_of(lost) == "DSP-001" and winner in said(lost)


def test_a_form_sent_twice_hands_out_once_and_leads_to_the_same_page(
    exchange: Running, here: Visitor
) -> None:
    place = claimed(here, written(exchange))
    action, hidden = form_in(here.get(place), "dispense")
    typed = {**hidden, "quantity": "1", "manner": "self"}
    with ThreadPoolExecutor(3) as pool:  # a double click and a lost answer
        answers = list(pool.map(lambda _: here.post(action, typed), range(3)))
    assert [one.status_code for one in answers] == [303, 303, 303]
    [place] = {one.headers["location"] for one in answers}
    assert "2 of 3 packs left" in said(here.get(place))
    other = here.post(action, {**typed, "quantity": "2"})
    assert rule_of(other) == "IDM-002", "the same form filled in anew is another one"
    assert "2 of 3 packs left" in said(here.get(place))
