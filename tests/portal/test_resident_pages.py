"""Residents' pages over HTTP: who looked and the proof of it, bans, delegations, acting for a child; told as they use them."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import psycopg
import pytest
from lxml import html

from tests.portal.attacking import Visitor, rule_of, said
from tests.running import Running
from tests.transport.documents import Line, prescribed
from tests.transport.sight import Somebody, emergency, glass, named, somebody, written_for
from tests.transport.tables import Tables
from tests.transport.wire import Caller
from tilts.ids import new_id
from tilts.portal.resident.consenting import Wish, document_of

Sees = Callable[[str, Line], bool]
Residents = Callable[[int], Visitor]
JEKABS, GIRTS, LIGA, ELZA, VALDIS, SKAIDRITE = 1, 2, 3, 4, 6, 9  # places among the sandbox's persons


@pytest.fixture(scope="module")
def callers(exchange: Running) -> Iterator[Callable[[str], Caller]]:
    made: dict[str, Caller] = {}

    def by_name(name: str) -> Caller:
        return made.setdefault(name, made.get(name) or Caller(exchange, name))

    yield by_name
    for one in made.values():
        one.close()


@pytest.fixture(scope="module")
def tables(exchange: Running) -> Iterator[Tables]:
    with psycopg.connect(exchange.settings.database_url, autocommit=True) as connection:
        yield Tables(connection)


@pytest.fixture(scope="module")
def resident(exchange: Running) -> Iterator[Residents]:
    """A browser of one of the sandbox's persons, signed in."""
    with ExitStack() as kept:
        made: dict[int, Visitor] = {}

        def at(place: int) -> Visitor:
            if place not in made:
                subject = "resident-" + exchange.facts["persons"][place]["patient"]
                made[place] = kept.enter_context(Visitor(exchange.facts["portal"], subject))
            return made[place]

        yield at


@pytest.fixture(scope="module")
def sees(callers: Callable[[str], Caller]) -> Sees:
    def looks(client: str, line: Line) -> bool:
        answer = callers(client).get(f"MedicationRequest/{line.request}")
        assert answer.status_code in (200, 404), answer.text
        return bool(answer.status_code == 200)

    return looks


@pytest.fixture(scope="module")
def jekabs(exchange: Running) -> Somebody:
    return somebody(exchange, JEKABS)


@pytest.fixture(scope="module")
def line(callers: Callable[[str], Caller], jekabs: Somebody) -> Line:
    return written_for(callers, jekabs)


def fields(answer: httpx.Response, action: str, place: int = 0) -> dict[str, str]:
    """What a form of the page holds by itself."""
    form = html.fromstring(answer.text).xpath(f"//form[@action='{action}']")[place]
    return {one.get("name"): one.get("value", "") for one in form.xpath(".//input[@type='hidden']")}


def rows_of(visitor: Visitor, **query: str) -> list[str]:
    page = html.fromstring(visitor.http.get("/my/accesses", params=query).text)
    return [" ".join(row.text_content().split()) for row in page.xpath("//tbody/tr")]


def first_access(visitor: Visitor) -> str:
    page = html.fromstring(visitor.get("/my/accesses").text)
    return str(page.xpath("//tbody/tr/td[1]//a/@href")[0])


def forbid(visitor: Visitor, **wanted: object) -> httpx.Response:
    """Both steps: the warning is read, then it is meant."""
    given = fields(visitor.get("/my/bans"), "/my/bans") | wanted
    sure = visitor.post("/my/bans", given)
    assert (sure.status_code, "Are you sure?" in said(sure)) == (200, True), said(sure)
    return visitor.post("/my/bans", {**given, **fields(sure, "/my/bans"), "sure": "yes"})


def lift_all(visitor: Visitor) -> None:
    while "Lift the ban" in (page := visitor.get("/my/bans")).text:
        visitor.done("/my/bans/lift", fields(page, "/my/bans/lift"))


# --- who looked -----------------------------------------------------------------------------------------------------


def test_a_row_names_institution_person_role_purpose_data_and_basis(
    resident: Residents, callers: Callable[[str], Caller], jekabs: Somebody, line: Line, sees: Sees
) -> None:
    assert sees(jekabs.gp, line) and not sees(jekabs.stranger, line)
    person = callers(jekabs.gp).exchange.environment.population
    role = next(one for one in person.resources if one["id"] == callers(jekabs.gp).facts["role"])
    who = role["practitioner"]["reference"].partition("/")[2]
    name = next(one for one in person.resources if one["id"] == who)["name"][0]["family"]
    refused, seen = rows_of(resident(JEKABS))[:2]
    assert "Reads a prescription" in refused
    assert "Refused MAY-001 Nothing connects this institution with the patient today." in refused
    basis = "Treatment your home doctor's practice"
    for part in (name, "doctor", "Reads a prescription prescriptions", basis):
        assert part in seen
    assert "Done" in seen


def test_emergencies_and_a_period_are_picked_out(
    resident: Residents, callers: Callable[[str], Caller], jekabs: Somebody, line: Line
) -> None:
    visitor, hospital = resident(JEKABS), callers("hospital")
    assert rows_of(visitor, only="emergencies") == []
    named(hospital, jekabs.patient)
    token = emergency(hospital)
    hospital.post(f"Patient/{jekabs.patient}/$break-glass", glass(), token=token)
    assert hospital.get(f"MedicationRequest/{line.request}", token=token).status_code == 200
    rows = rows_of(visitor, only="emergencies")
    why = "emergency, with the reason written down: Patient is unconscious, allergies unknown"
    assert len(rows) == 2 and all(why in one for one in rows)
    page = html.fromstring(visitor.http.get("/my/accesses", params={"only": "emergencies"}).text)
    for address in page.xpath("//tbody/tr/td[1]//a/@href"):
        assert "written downPatient is unconscious" in said(visitor.get(address))
    today, tomorrow = date.today(), date.today() + timedelta(days=2)
    assert rows_of(visitor, since=str(today - timedelta(days=1)), until=f"{tomorrow:%d.%m.%Y}")
    assert rows_of(visitor, since=str(tomorrow)) == []
    assert rows_of(visitor, since="0001-01-01", until="nonsense")
    page = visitor.http.get("/my/accesses", params={"since": str(tomorrow)})
    assert "Nobody looked in the way you asked for" in said(page)


def test_older_accesses_keep_what_was_asked_for(resident: Residents, exchange: Running) -> None:
    visitor = resident(VALDIS)
    for place in range(52):  # in turns, so that each is a row of its own
        visitor.get(("/my/accesses", "/my/prescriptions")[place % 2])
    asked = str(date.today() - timedelta(days=3))
    page = html.fromstring(visitor.http.get("/my/accesses", params={"since": asked}).text)
    address = page.xpath("//p[@class='pager']/a/@href")[0]
    assert f"since={asked}&before=" in address
    older = visitor.get(address.partition("#")[0])
    assert "Newest accesses" in older.text
    assert page.xpath("//tbody/tr")[-1].text_content() != html.fromstring(older.text).xpath("//tbody/tr")[0]


def test_an_access_is_proved_without_us(
    resident: Residents, jekabs: Somebody, line: Line, sees: Sees, tmp_path: Path
) -> None:
    visitor = resident(JEKABS)
    assert sees(jekabs.gp, line)
    address = first_access(visitor)
    while (found := visitor.get(f"{address}/proof.json")).status_code != 200:  # the sealer is at work beside
        assert (found.status_code, rule_of(found)) == (409, "AUD-001")
    page = visitor.get(address)
    assert "Number of the access" in said(page) and "It is sealed" not in said(page)
    command = html.fromstring(page.text).xpath("string(//pre)").splitlines()[1]
    program, proof, heads = re.fullmatch(r'python (\S+) (\S+) "(\S+)"', command).groups()  # type: ignore[union-attr]
    assert proof in found.headers["content-disposition"]
    assert heads.startswith(str(visitor.http.base_url)), "a host that browsers trust"
    (tmp_path / program).write_bytes(visitor.get(f"/my/accesses/{program}").content)
    (tmp_path / proof).write_bytes(found.content)
    done = subprocess.run(
        [sys.executable, "-I", program, proof, heads],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.startswith("proved")) == (0, True), done.stderr


def test_what_is_not_sealed_yet_says_so(resident: Residents, exchange: Running) -> None:
    """Seals wait for whoever still writes; here somebody does."""
    visitor = resident(JEKABS)
    with psycopg.connect(exchange.settings.database_url) as busy:
        busy.execute("SELECT pg_current_xact_id()")
        visitor.get("/my/prescriptions")
        address = first_access(visitor)
        page = visitor.get(address)
        assert "not sealed yet" in said(page) and "in a few seconds" in said(page)
        assert rule_of(visitor.get(f"{address}/proof.json")) == "AUD-001"


def test_nobody_elses_access_is_there(resident: Residents) -> None:
    address = first_access(resident(JEKABS))
    for path in (address, f"{address}/proof.json"):
        other, none = (resident(LIGA).get(one) for one in (path, path.replace(address[13:], str(new_id()))))
        assert (other.status_code, rule_of(other)) == (none.status_code, rule_of(none)) == (404, "WIRE-012")
        assert said(other) == said(none)


# --- bans -----------------------------------------------------------------------------------------------------------


def test_a_ban_holds_after_the_warning_only_and_is_lifted_at_once(
    resident: Residents, jekabs: Somebody, line: Line, sees: Sees
) -> None:
    visitor = resident(JEKABS)
    given = {**fields(visitor.get("/my/bans"), "/my/bans"), "what": "everything", "never": "yes"}
    warning = visitor.post("/my/bans", given)
    assert "If you are unconscious, nobody can open these data" in said(warning)
    assert sees(jekabs.gp, line), "the warning alone forbids nothing"
    visitor.done("/my/bans", {**given, **fields(warning, "/my/bans"), "sure": "yes"})
    assert not sees(jekabs.gp, line)
    page = visitor.get("/my/bans")
    assert "Everything All institutions: practices and hospitals. In an emergency too." in said(page)
    visitor.done("/my/bans/lift", fields(page, "/my/bans/lift"))
    assert sees(jekabs.gp, line)
    assert "Bans that have ended" in said(visitor.get("/my/bans"))
    recorded = [one for one in rows_of(visitor) if "Records a ban or a delegation" in one]
    assert recorded and "Me" in recorded[0] and "bans and delegations" in recorded[0]


def test_a_ban_of_one_prescription_for_hospitals_leaves_the_rest(
    resident: Residents, callers: Callable[[str], Caller], jekabs: Somebody, line: Line, sees: Sees
) -> None:
    visitor, other = resident(JEKABS), written_for(callers, jekabs)
    forbid(visitor, what="some", document=[line.request], group="hospital")
    assert sees(jekabs.gp, line), "a practice is no hospital"
    forbid(visitor, what="some", document=[line.request], group="practice")
    assert not sees(jekabs.gp, line) and sees(jekabs.gp, other)
    assert "Hospitals only. In an emergency a doctor can open it" in said(visitor.get("/my/bans"))
    lift_all(visitor)
    assert sees(jekabs.gp, line)


def test_a_form_sent_twice_at_once_does_it_once(
    resident: Residents, tables: Tables, jekabs: Somebody
) -> None:
    visitor = resident(JEKABS)

    def open_bans() -> int:
        sql = "SELECT 1 FROM consent WHERE patient_id = %s AND kind = 'ban' AND ends_at IS NULL"
        return len(tables.rows(sql, jekabs.patient))

    given = {**fields(visitor.get("/my/bans"), "/my/bans"), "what": "everything", "sure": "yes"}
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: visitor.http.post("/my/bans", data=given), range(4)))
    assert [one.status_code for one in answers] == [303] * 4
    assert open_bans() == 1
    lifting = fields(visitor.get("/my/bans"), "/my/bans/lift")
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: visitor.http.post("/my/bans/lift", data=lifting), range(4)))
    assert [one.status_code for one in answers] == [303] * 4
    assert open_bans() == 0
    again = visitor.http.post(
        "/my/bans", data=given
    )  # from an old page: it must not say that this is forbidden
    other = visitor.http.post("/my/bans", data={**given, "never": "yes"})
    assert [rule_of(one) for one in (again, other)] == ["USR-001"] * 2
    assert open_bans() == 0


@pytest.mark.parametrize(
    ("wanted", "rule_id"),
    [
        ({}, "USR-016"),
        ({"what": "some"}, "USR-016"),
        ({"what": "some", "document": ["x"], "sure": "yes"}, "CNS-004"),
        ({"what": "everything", "sure": "yes", "key": "x"}, "USR-001"),
    ],
)
def test_a_ban_that_says_nothing_is_refused_with_the_field(
    resident: Residents, wanted: dict[str, object], rule_id: str
) -> None:
    visitor = resident(JEKABS)
    answer = visitor.post("/my/bans", fields(visitor.get("/my/bans"), "/my/bans") | wanted)
    assert (answer.status_code >= 400, rule_of(answer)) == (True, rule_id)


def test_nobody_lifts_what_is_not_theirs(resident: Residents, tables: Tables, jekabs: Somebody) -> None:
    forbid(resident(JEKABS), what="everything")
    consent = fields(resident(JEKABS).get("/my/bans"), "/my/bans/lift")["consent"]
    thief = resident(LIGA)
    for named_one in (consent, str(new_id()), "x"):
        answer = thief.post("/my/bans/lift", {"key": str(new_id()), "consent": named_one})
        assert (answer.status_code, rule_of(answer)) == (404, "WIRE-012")
    lift_all(resident(JEKABS))


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"never": True},
        {"group": "hospital"},
        {"documents": True},
        {"kind": "delegation", "grantee_id": True, "until": date(2099, 1, 1)},
        {"kind": "collection", "grantee_id": True},
    ],
    ids=str,
)
def test_what_the_pages_record_meets_the_profile(
    exchange: Running, callers: Callable[[str], Caller], line: Line, jekabs: Somebody, how: dict[str, object]
) -> None:
    """Sent over the wire, where the profile is checked; for the patient who holds it, and ended."""
    other = UUID(exchange.facts["persons"][SKAIDRITE]["patient"])
    filled = {"kind": "ban", **how, "patient_id": UUID(jekabs.patient), "key": new_id()}
    if "grantee_id" in how:
        filled["grantee_id"] = other
    if "documents" in how:
        filled["documents"] = (UUID(line.request),)
    portal = callers("portal")
    document = document_of(Wish(**filled), exchange.settings.canonical_base)  # type: ignore[arg-type]
    made = portal.post("Consent", document, patient=jekabs.patient)
    assert made.status_code == 201, made.text
    portal.post(f"Consent/{made.json()['id']}/$end", patient=jekabs.patient)


# --- delegations ----------------------------------------------------------------------------------------------------


def naming(exchange: Running, visitor: Visitor, place: int, **changed: object) -> dict[str, object]:
    person = exchange.facts["persons"][place]
    given = {"code": person["code"], "given": person["given"][0], "family": person["family"].upper()}
    hidden = fields(visitor.get("/my/delegations"), "/my/delegations")
    return {**hidden, **given, "what": "everything", **changed}


def test_a_person_is_named_by_code_and_name_sees_the_data_and_is_ended(
    resident: Residents, exchange: Running, callers: Callable[[str], Caller], tables: Tables
) -> None:
    giver, taker = resident(GIRTS), resident(SKAIDRITE)
    patient = exchange.facts["persons"][GIRTS]["patient"]
    line = prescribed(callers("practice-3"), patient)
    giver.done("/my/delegations", naming(exchange, giver, SKAIDRITE))
    assert "Skaidrīte Priežpērle Sees: Everything" in said(giver.get("/my/delegations"))

    opened = taker.get("/my/delegations")
    assert "Ģirts Žanis Šķērģērbonis You see everything" in said(opened)
    assert taker.done("/my/for", fields(opened, "/my/for", -1)) == "/my/prescriptions"
    page = taker.get("/my/prescriptions")
    assert "You act for Ģirts Žanis Šķērģērbonis, as the person they named" in said(page)
    assert line.number in page.text
    assert rule_of(taker.get("/my/accesses")) == "ACC-013"
    assert "Whom the patient named, only the patient sees" in said(taker.get("/my/delegations"))
    refused = taker.post("/my/delegations", naming(exchange, giver, LIGA))
    assert rule_of(refused) == "CNS-001"

    [row] = [one for one in rows_of(giver) if "Looks at the list of accesses" in one and "Priežpērle" in one]
    assert "Refused ACC-013" in row
    [row] = [one for one in rows_of(giver) if "Looks for prescriptions" in one and "Priežpērle" in one][:1]
    assert "On behalf of the patient you named this person" in row
    giver.done("/my/delegations/end", fields(giver.get("/my/delegations"), "/my/delegations/end"))
    gone = taker.get("/my/prescriptions")
    assert (gone.status_code, rule_of(gone)) == (403, "MAY-010")
    assert line.number not in gone.text
    taker.done("/my/for", fields(gone, "/my/for"))
    assert "Skaidrīte Priežpērle" in said(taker.get("/my/prescriptions"))


def test_a_part_is_opened_to_a_last_day(
    resident: Residents, exchange: Running, callers: Callable[[str], Caller]
) -> None:
    giver, taker = resident(GIRTS), resident(SKAIDRITE)
    patient = exchange.facts["persons"][GIRTS]["patient"]
    part, rest = (prescribed(callers("practice-3"), patient) for _ in range(2))
    last = date.today() + timedelta(days=3)
    until = {"until-day": last.day, "until-month": last.month, "until-year": last.year}
    wanted = naming(exchange, giver, SKAIDRITE, what="some", document=[part.request], **until)
    giver.done("/my/delegations", wanted)
    assert f"until {last:%d.%m.%Y}" in said(giver.get("/my/delegations"))
    taker.done("/my/for", {"whom": patient})
    page = taker.get("/my/prescriptions").text
    assert part.number in page and rest.number not in page
    assert "bans are not listed for you" in said(taker.get("/my/bans"))
    with exchange.clock.moved(days=5):
        assert rule_of(taker.get("/my/prescriptions")) == "MAY-010"
    taker.done("/my/for", {"whom": "self"})
    giver.done("/my/delegations/end", fields(giver.get("/my/delegations"), "/my/delegations/end"))


def test_who_only_collects_sees_nothing(resident: Residents, exchange: Running) -> None:
    giver, taker = resident(GIRTS), resident(SKAIDRITE)
    giver.done("/my/delegations", naming(exchange, giver, SKAIDRITE, what="collection"))
    assert "You may collect medicines; you see nothing." in said(taker.get("/my/delegations"))
    answer = taker.post("/my/for", {"whom": exchange.facts["persons"][GIRTS]["patient"]})
    assert rule_of(answer) == "MAY-010"
    giver.done("/my/delegations/end", fields(giver.get("/my/delegations"), "/my/delegations/end"))


@pytest.mark.parametrize(
    ("changed", "rule_id"),
    [
        ({"code": ""}, "USR-016"),
        ({"what": ""}, "USR-016"),
        ({"what": "some"}, "USR-016"),
        ({"until-day": "31", "until-month": "2", "until-year": "2027"}, "CNS-003"),
        ({"until-day": "1", "until-month": "1", "until-year": "2020"}, "CNS-003"),
        ({"key": ""}, "USR-001"),
    ],
)
def test_a_delegation_that_lacks_something_is_refused_with_the_field(
    resident: Residents, exchange: Running, changed: dict[str, object], rule_id: str
) -> None:
    giver = resident(GIRTS)
    answer = giver.post("/my/delegations", naming(exchange, giver, SKAIDRITE, **changed))
    assert rule_of(answer) == rule_id


def test_who_guesses_learns_nothing_and_is_stopped_by_res_001(resident: Residents, exchange: Running) -> None:
    """A wrong name, a wrong code and oneself look alike; after five nobody is named, even rightly."""
    giver = resident(VALDIS)
    known = exchange.facts["persons"][SKAIDRITE]
    tries = (
        {"given": "Ilze"},
        {"family": "Ozols"},
        {"code": "010190-12345"},
        {"code": exchange.facts["persons"][LIGA]["code"]},
        {"code": exchange.facts["persons"][VALDIS]["code"], "given": "Valdis", "family": "Ozolvējiņš"},
    )
    answers = [giver.post("/my/delegations", naming(exchange, giver, SKAIDRITE, **one)) for one in tries]
    assert [rule_of(one) for one in answers] == ["CNS-006"] * 5
    told = {html.fromstring(one.text).xpath("string(//div[@class='fault-summary'])") for one in answers}
    assert len(told) == 1 and known["code"] not in answers[0].request.url.path
    right = giver.post("/my/delegations", naming(exchange, giver, SKAIDRITE))
    assert (right.status_code, rule_of(right)) == (429, "RES-001")
    with exchange.clock.moved(hours=25):
        giver.done("/my/delegations", naming(exchange, giver, SKAIDRITE))


def test_who_was_named_gives_it_up_and_it_stands_in_the_list_of_the_one_who_named(
    resident: Residents, exchange: Running, tables: Tables
) -> None:
    giver, named_one = resident(GIRTS), resident(SKAIDRITE)
    for what in ("everything", "collection"):
        giver.done("/my/delegations", naming(exchange, giver, SKAIDRITE, what=what))
    mine = fields(named_one.get("/my/delegations"), "/my/delegations/give-up")
    stranger = resident(LIGA).post("/my/delegations/give-up", mine)
    assert (stranger.status_code, rule_of(stranger)) == (404, "WIRE-012")
    while "/my/delegations/give-up" in (page := named_one.get("/my/delegations")).text:
        named_one.done("/my/delegations/give-up", fields(page, "/my/delegations/give-up"))
    assert "Nobody is named." in said(giver.get("/my/delegations"))
    [row, *_] = [one for one in rows_of(giver) if "Ends a ban or a delegation" in one]
    assert "you named this person" in row and exchange.facts["persons"][SKAIDRITE]["family"] in row


def test_res_001_tries_sent_at_the_same_moment_are_counted_too(
    resident: Residents, exchange: Running, tables: Tables
) -> None:
    giver = resident(GIRTS)
    forms = [naming(exchange, giver, LIGA, given="Ilze", key=str(new_id())) for _ in range(12)]
    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(lambda one: giver.http.post("/my/delegations", data=one), forms))
    rules = sorted(rule_of(one) for one in answers)
    assert rules == ["CNS-006"] * 5 + ["RES-001"] * 7
    [kept] = tables.rows(
        "SELECT count(*) FROM audit_entry JOIN audit_subject USING (audit_id)"
        " WHERE patient_id = %s AND rule_id = 'RES-001'",
        exchange.facts["persons"][GIRTS]["patient"],
    )
    assert kept["count"] == 7


# --- acting for a child ---------------------------------------------------------------------------------------------


def test_a_parent_acts_for_a_child_and_both_stand_in_the_trail(
    resident: Residents, exchange: Running, tables: Tables
) -> None:
    parent = resident(LIGA)
    child = exchange.facts["persons"][ELZA]["patient"]
    for_oneself = fields(parent.get("/my/bans"), "/my/bans")
    assert parent.done("/my/for", {"whom": child}) == "/my/prescriptions"
    page = parent.get("/my/accesses")
    assert "You act for Elza Rudzlaiviņa, by law, as parent or guardian" in said(page)
    assert child not in str(page.url)
    stale = parent.http.post("/my/bans", data={**for_oneself, "what": "everything", "sure": "yes"})
    assert rule_of(stale) == "USR-001", "a form that was opened for another patient is not taken for this one"
    forbid(parent, what="everything")
    [row] = tables.rows(
        "SELECT e.acting_patient_id, e.purpose, s.basis FROM audit_subject s JOIN audit_entry e USING (audit_id)"
        " WHERE s.patient_id = %s AND e.event = 'consent.recorded' ORDER BY e.at DESC LIMIT 1",
        child,
    )
    liga = UUID(exchange.facts["persons"][LIGA]["patient"])
    assert (row["acting_patient_id"], row["purpose"], row["basis"]) == (liga, "FAMRQT", "guardian")
    assert "Līga Ezertiltiņa-Ūdrzvaniņa" in " ".join(rows_of(resident(ELZA)))
    lift_all(parent)
    with exchange.clock.moved(days=19 * 365):
        gone = parent.get("/my/bans")
        assert (gone.status_code, rule_of(gone)) == (403, "MAY-010")
    parent.done("/my/for", {"whom": "self"})
    assert "Līga" in said(parent.get("/my/prescriptions"))


def test_a_stranger_and_nobody_are_refused_alike(resident: Residents, exchange: Running) -> None:
    visitor = resident(JEKABS)
    asked = (exchange.facts["persons"][ELZA]["patient"], str(new_id()), "x", "")
    answers = [visitor.post("/my/for", {"whom": one}) for one in asked]
    assert {(one.status_code, rule_of(one), said(one)) for one in answers} == {
        (403, "MAY-010", said(answers[0]))
    }
    assert visitor.http.get("/my/for").status_code == 405


def test_the_choice_needs_a_form_of_ours(resident: Residents, exchange: Running) -> None:
    child = exchange.facts["persons"][ELZA]["patient"]
    answer = resident(LIGA).http.post("/my/for", data={"whom": child, "form_token": "x"})
    assert (answer.status_code, rule_of(answer)) == (403, "USR-001")
