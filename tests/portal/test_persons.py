"""The resident's page: who looked, in plain words; and the look itself is written down."""

import html
import re
from uuid import UUID

import httpx
import pytest

from tests.running import Running
from tilts.store import audit
from tilts.store.tx import Tx


def cells(text: str) -> str:
    """A page as it is read: without marks, one space between words."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def accesses(visitor: httpx.Client, patient: str) -> str:
    """All of them, page after page: other tests look at the same person."""
    seen, address = "", f"/persons/{patient}"
    while address:
        text = visitor.get(address, params={"lang": "lv"} if not seen else None).text
        seen += cells(text)
        older = re.search(rf'href="(/persons/{patient}\?before=[0-9a-f-]+)#accesses"', text)
        address = older[1] if older else ""
    return seen


def test_a_person_code_is_shown_with_a_hyphen(exchange: Running, visitor: httpx.Client) -> None:
    code = exchange.facts["persons"][0]["code"]
    assert f"{code[:6]}-{code[6:]}" in cells(visitor.get("/persons").text)


def test_a_story_is_told_in_the_language_of_the_visitor(exchange: Running, visitor: httpx.Client) -> None:
    person = exchange.facts["persons"][0]
    assert person["story_lv"] in visitor.get("/persons?lang=lv").text
    assert person["story_en"] in visitor.get("/persons?lang=en").text


def test_the_resident_sees_who_looked_why_and_what_became_of_it(visitor: httpx.Client, anna: str) -> None:
    seen = accesses(visitor, anna)
    assert (
        "Izraksta recepti receptes Ārstēšana pati to rakstīja vai Jums izrakstīja recepti Izpildīts" in seen
    )
    refused = re.search(
        r"Piesaka recepti izsniegšanai recepšu stāvoklis Ārstēšana Jūs tur uzrādījāt recepti Atteikts DSP-001 ([^.]+)\.",
        seen,
    )
    assert refused is not None
    assert refused[1].startswith("Šo rindu kopš ")
    assert html.unescape(refused[1]).endswith('tur Parauga aptieka "Tiltiņš"')
    assert ", farmaceits Izsniedz zāles izsniegtās zāles Ārstēšana" in seen


def test_a_prescription_stands_in_plain_words_with_its_balance(visitor: httpx.Client, anna: str) -> None:
    seen = cells(visitor.get(f"/persons/{anna}?lang=en").text)
    assert "Paraugols 500 mg A pharmacy is preparing it 1 tablete Left: 1 of 2" in seen


@pytest.mark.anyio
async def test_the_look_is_an_access_and_written_down(
    exchange: Running, visitor: httpx.Client, tx: Tx
) -> None:
    patient = exchange.facts["persons"][4]["patient"]
    portal = exchange.facts["clients"]["portal"]
    visitor.get(f"/persons/{patient}")
    visitor.get(f"/persons/{patient}")
    found = await audit.of_patient(tx, UUID(patient), before=None, limit=2)
    assert len(found) == 2
    for access in found:
        assert (access.event, access.outcome, access.purpose) == ("audit.searched", "success", "PATRQT")
        assert (access.client_id, str(access.organization_id)) == (portal["client_id"], portal["org"])


def test_what_was_done_several_times_in_a_row_is_one_line(exchange: Running, visitor: httpx.Client) -> None:
    patient = exchange.facts["persons"][5]["patient"]
    for _ in range(3):
        visitor.get(f"/persons/{patient}?lang=en")
    seen = cells(visitor.get(f"/persons/{patient}").text)
    assert "3 times since" in seen
    assert seen.count("Looks at the list of accesses") == 1


def test_older_accesses_are_a_page_away(exchange: Running, visitor: httpx.Client) -> None:
    patient = exchange.facts["persons"][6]["patient"]
    for _ in range(52):
        visitor.get(f"/persons/{patient}?lang=en")
    link = re.search(
        rf'href="(/persons/{patient}\?before=[0-9a-f-]+)#accesses"', visitor.get(f"/persons/{patient}").text
    )
    assert link is not None
    older = visitor.get(link[1])
    assert "Newest accesses" in older.text
    assert visitor.get(f"/persons/{patient}?before=nonsense").status_code == 200
