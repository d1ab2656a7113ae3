"""The authority's desk of oversight: holds released by two, the trail with a reason, reviews, papers, certificates."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from playwright.sync_api import Browser

from tests.builders import a_party
from tests.portal.attacking import CLERK, COLLEAGUE, NOBODY, RESIDENT, Visitor, rule_of, said
from tests.portal.browsing import DESKTOP, PHONE, axe_finds_nothing
from tests.running import Running
from tests.transport.documents import prescribed
from tests.transport.wire import Caller
from tilts.access.breadth import after_refusal
from tilts.access.breadth.counting import Passed, refusal
from tilts.access.breadth.limits import limits_from
from tilts.access.papers import MOST_DAYS_BACK, Paper, due_at
from tilts.access.permission.reviewing import Finding
from tilts.clock import RIGA
from tilts.ids import new_id
from tilts.lab.people import BY_SUBJECT
from tilts.portal.oversight.audit_pages import ON_A_PAGE
from tilts.rules import Refusal
from tilts.store.tx import Database

Rows = psycopg.Connection[Any]
MOST_BYTES = 100_000
WHY = "Sūdzība 2026/17: kas skatījis receptes"
OUTSIDERS = ("vendor-1", "practice-head", "practice-it", RESIDENT, NOBODY)
PAGES = ("alerts", "audit", "emergencies", "consents", "certificates")


@pytest.fixture(scope="module")
def visitors(exchange: Running) -> Iterator[Callable[[str], Visitor]]:
    """Each person signs in once."""
    found: dict[str, Visitor] = {}

    def visitor(subject: str) -> Visitor:
        if subject not in found:
            resident = "resident-" + exchange.facts["persons"][0]["patient"]
            person = resident if subject == RESIDENT else subject
            found[subject] = Visitor(exchange.facts["portal"].rstrip("/"), person)
        return found[subject]

    yield visitor
    for one in found.values():
        one.http.close()


@pytest.fixture
def clerk(visitors: Callable[[str], Visitor]) -> Visitor:
    return visitors(CLERK)


@pytest.fixture
def colleague(visitors: Callable[[str], Visitor]) -> Visitor:
    return visitors(COLLEAGUE)


@pytest.fixture(scope="module")
def rows(exchange: Running) -> Iterator[Rows]:
    with psycopg.connect(exchange.settings.database_url, autocommit=True) as connection:
        connection.execute("SET search_path = test, onboarding")
        yield connection


@pytest.fixture(scope="module")
def people(exchange: Running) -> list[dict[str, Any]]:
    """Test persons, the last ones: other tests take the first."""
    return [one for one in exchange.environment.population.resources if one["resourceType"] == "Patient"][-8:]


def held(exchange: Running) -> str:
    """A practitioner of the sandbox's practice passes the shipped limit of an hour, as calls write it down."""
    doctor = exchange.facts["clients"]["practice-2"]
    now = exchange.clock.now()
    party = replace(
        a_party(kind="practice"),
        client_id=doctor["client_id"],
        organization_id=UUID(doctor["org"]),
        site=doctor["site"],
        practitioner_id=uuid4() if held.again else UUID(doctor["practitioner"]),
        role_id=UUID(doctor["role"]),
    )
    held.again = True
    limit = next(one for one in limits_from().limits if one.id == "practitioner-hour")
    no = refusal(Passed(limit, 61, 60, held=True), party, now)

    async def write_down() -> None:
        database = Database(exchange.settings.database_url, connections=1)
        await database.open()
        try:
            async with database.transaction() as tx:
                await after_refusal(tx, party, no, now, limits_from())
        finally:
            await database.close()

    with ThreadPoolExecutor(1) as apart:  # the browser's driver has a loop of its own in this thread
        apart.submit(lambda: asyncio.run(write_down())).result()
    return str(party.practitioner_id)


held.again = False  # type: ignore[attr-defined]


def hold_of(rows: Rows, actor: str) -> str:
    found = rows.execute("SELECT hold_id FROM hold WHERE actor = %s ORDER BY since DESC", [actor]).fetchone()
    assert found is not None
    return f"/oversight/alerts/{found[0]}"


def audited(rows: Rows, event: str) -> list[tuple[Any, ...]]:
    statement = """
        SELECT e.outcome, e.rule_id, e.detail, s.patient_id::text, s.basis, e.role_code
          FROM audit_entry e LEFT JOIN audit_subject s USING (audit_id)
         WHERE e.event = %s ORDER BY e.audit_id"""
    return rows.execute(statement, [event]).fetchall()


# Who may.


@pytest.mark.parametrize("who", OUTSIDERS)
def test_the_desk_of_oversight_is_the_authoritys(visitors: Callable[[str], Visitor], who: str) -> None:
    person = visitors(who)
    for page in (*PAGES, f"alerts/{uuid4()}", f"emergencies/{uuid4()}", f"consents/{uuid4()}"):
        answer = person.get(f"/oversight/{page}")
        assert (answer.status_code, rule_of(answer)) in ((403, "USR-004"), (303, "")), page
    for page in ("audit", "consents", f"alerts/{uuid4()}/confirm", f"emergencies/{uuid4()}"):
        answer = person.post(f"/oversight/{page}", {"why": WHY, "key": str(uuid4())})
        assert (answer.status_code, rule_of(answer)) in ((403, "USR-004"), (303, "")), page
    assert person.get("/limits").status_code == 200


# Alerts and holds.


def test_two_officers_release_a_hold_and_the_first_is_told_why_he_cannot(
    exchange: Running, rows: Rows, clerk: Visitor, colleague: Visitor
) -> None:
    actor = held(exchange)
    assert "different patients of one practitioner in an hour" in said(clerk.get("/oversight/alerts"))
    place = hold_of(rows, actor)
    page = said(clerk.get(place))
    for fact in ("61", "60", "60 minutes", exchange.facts["clients"]["practice-2"]["site"]):
        assert fact in page

    assert rule_of(clerk.post(f"{place}/ask", {"reason": "short"})) == "CPY-004"
    clerk.done(f"{place}/ask", {"reason": "Vakcinācijas diena skolā; saraksts pārbaudīts."})
    assert "You asked for this release yourself" in said(clerk.get(place))
    assert rule_of(clerk.post(f"{place}/confirm")) == "CPY-005"

    assert "Vakcinācijas diena" in said(colleague.get(place))
    colleague.done(f"{place}/confirm")
    page = said(clerk.get(place))
    assert BY_SUBJECT[CLERK].name in page and BY_SUBJECT[COLLEAGUE].name in page
    assert "Confirm the release" not in page
    assert ("refused", "CPY-005") in [row[:2] for row in audited(rows, "hold.confirm")]


def test_a_declined_release_leaves_the_hold_and_what_is_not_there_is_refused(
    exchange: Running, rows: Rows, clerk: Visitor, colleague: Visitor
) -> None:
    place = hold_of(rows, held(exchange))
    clerk.done(f"{place}/ask", {"reason": "Vakcinācijas diena skolā; saraksts pārbaudīts."})
    colleague.done(f"{place}/decline")
    assert "Ask for the release" in said(clerk.get(place))
    assert rule_of(clerk.post(f"{place}/confirm")) == "CASE-003"
    assert rule_of(clerk.get(f"/oversight/alerts/{uuid4()}")) == "CPY-003"
    assert clerk.get("/oversight/alerts/evil").status_code == 404
    assert clerk.post(f"{place}/evil").status_code == 404


def test_the_limits_are_public_with_their_source(visitors: Callable[[str], Visitor]) -> None:
    page = said(visitors(NOBODY).get("/limits"))
    for words in (
        "our proposal",
        "patients registered there",
        "searches without a hit",
        "The steady cadence",
    ):
        assert words in page


# The trail.


def asked(**given: str) -> dict[str, str]:
    today = datetime.now(RIGA).date()
    days = {"since": today - timedelta(days=1), "until": today}
    parts = {
        f"{name}-{part}": str(getattr(day, part))
        for name, day in days.items()
        for part in ("day", "month", "year")
    }
    return {**parts, "why": WHY, **given}


def test_the_trail_is_shown_for_a_reason_and_the_look_stands_in_it(
    exchange: Running, rows: Rows, clerk: Visitor
) -> None:
    assert "What was found" not in said(clerk.get("/oversight/audit"))
    answer = clerk.post("/oversight/audit", asked(why="because"))
    assert rule_of(answer) == "AUD-003" and "What was found" not in said(answer)

    found = said(clerk.post("/oversight/audit", asked(event="hold.confirm", outcome="refused")))
    assert "CPY-005" in found and BY_SUBJECT[CLERK].organisation in found
    outcome, _, detail, patient, _, _ = audited(rows, "audit.listed")[-1]
    assert (outcome, detail["why"], patient) == ("success", WHY, None)
    assert ("refused", "AUD-003") in [row[:2] for row in audited(rows, "audit.listed")]


def test_a_page_of_the_trail_leads_to_older_ones(clerk: Visitor) -> None:
    for _ in range(ON_A_PAGE):
        clerk.get("/oversight/alerts")
    first = clerk.post("/oversight/audit", asked())
    [before] = re.findall(r'name="before" value="([0-9a-f-]{36})"', first.text)
    older = clerk.post("/oversight/audit", asked(before=before))
    assert older.status_code == 200 and "What was found" in said(older)
    moments = re.compile(
        r'<th scope="row" role="rowheader"><span class="cell digits"><time datetime="([^"]+)"'
    )
    assert min(moments.findall(first.text)) >= max(moments.findall(older.text))


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"organization": "Nekāda"}, "OVS-001"),
        ({"practitioner": "Neviens"}, "OVS-001"),
        ({"since-year": "2020"}, "AUD-004"),
        ({"since-day": "99"}, "AUD-004"),
        ({"until-year": "0000"}, "AUD-004"),
        ({"why": "x" * 6000}, "USR-019"),
    ],
)
def test_what_cannot_be_looked_for_is_refused_at_its_field(
    clerk: Visitor, given: dict[str, str], rule: str
) -> None:
    answer = clerk.post("/oversight/audit", asked(**given))
    assert rule_of(answer) == rule
    assert "What was found" not in said(answer)


def test_organisation_and_practitioner_are_named_by_what_people_know(
    exchange: Running, rows: Rows, clerk: Visitor
) -> None:
    doctor = exchange.facts["clients"]["practice"]
    found = rows.execute(
        "SELECT display FROM practitioner_role WHERE role_id = %s", [doctor["role"]]
    ).fetchone()
    assert found is not None
    with exchange.connect("practice") as practice:
        practice.matches("Organization", {"name": "Parauga"})
    answer = clerk.post("/oversight/audit", asked(organization=doctor["site"], practitioner=found[0]))
    assert answer.status_code == 200
    assert found[0] in said(answer)


def test_the_seal_of_the_trail_is_told(clerk: Visitor) -> None:
    page = said(clerk.get("/oversight/audit"))
    assert "Last seal" in page and "Entries not sealed yet" in page and "Last time stamp" in page


# Emergencies.


def broken(exchange: Running, rows: Rows, patient: str) -> str:
    doctor, made, now = exchange.facts["clients"]["practice-2"], new_id(), exchange.clock.now()
    values = [
        made,
        patient,
        doctor["org"],
        doctor["practitioner"],
        doctor["role"],
        now,
        now + timedelta(hours=1),
    ]
    rows.execute(
        "INSERT INTO broken_glass VALUES (%s, %s, %s, %s, %s, 'Bezsamaņā atrasts uz ielas', %s, %s)", values
    )
    return f"/oversight/emergencies/{made}"


def test_an_emergency_access_is_reviewed_once(
    exchange: Running, rows: Rows, people: list[dict[str, Any]], clerk: Visitor, colleague: Visitor
) -> None:
    place = broken(exchange, rows, people[0]["id"])
    listed = clerk.get("/oversight/emergencies")
    assert place in listed.text and "Bezsamaņā atrasts" in listed.text
    assert people[0]["id"] not in listed.text + clerk.get(place).text, "no patient is named"

    note = "Zvanīts iestādei; pacients nogādāts slimnīcā."
    assert rule_of(clerk.post(place, {"note": note})) == "OVS-004"
    assert rule_of(clerk.post(place, {"verdict": "justified", "note": "jā"})) == "OVS-004"
    clerk.done(place, {"verdict": "not-justified", "note": note})
    page = said(colleague.get(place))
    assert "Not justified" in page and note in page and BY_SUBJECT[CLERK].name in page
    assert rule_of(colleague.post(place, {"verdict": "justified", "note": note})) == "OVS-005"
    assert {row[1] for row in audited(rows, "glass.reviewed")} == {None, "OVS-004", "OVS-005"}
    assert clerk.get(f"/oversight/emergencies/{uuid4()}").status_code == 404


def test_a_finding_is_read_as_it_was_written() -> None:
    written = Finding("justified", "Zvanīts iestādei, viss kārtībā.").written()
    assert Finding.read(written) == Finding("justified", "Zvanīts iestādei, viss kārtībā.")
    assert Finding.read("was right") == Finding("", "was right")


# Papers.


def named(person: dict[str, Any], prefix: str = "") -> dict[str, str]:
    name = person["name"][0]
    values = {
        "code": person["identifier"][0]["value"],
        "given": " ".join(name["given"]),
        "family": name["family"],
    }
    return {prefix + field: value for field, value in values.items()}


def paper(number: str = "P-2026/17", days_back: int = 0, **given: str) -> dict[str, str]:
    day = datetime.now(RIGA).date() - timedelta(days=days_back)
    parts = {f"received-{part}": str(getattr(day, part)) for part in ("day", "month", "year")}
    return {"paper": number, "key": str(uuid4()), **parts, **given}


def test_a_ban_on_paper_holds_is_seen_by_the_patient_and_ends_on_paper(
    exchange: Running, visitors: Callable[[str], Visitor], rows: Rows, clerk: Visitor
) -> None:
    known = {one["id"]: one for one in exchange.environment.population.resources}
    person = known[exchange.facts["persons"][-1]["patient"]]  # one of those who can sign in
    place = clerk.done("/oversight/consents", named(person))
    assert place == f"/oversight/consents/{person['id']}"
    assert person["identifier"][0]["value"] not in clerk.get(place).text

    wanted = paper(kind="ban", group="hospital", never="yes")
    clerk.done(place, wanted)
    clerk.done(place, wanted)  # the same form again does nothing more
    [(consent_id, kind, group, never)] = rows.execute(
        "SELECT consent_id, kind, organization_kind, never FROM consent WHERE patient_id = %s", [person["id"]]
    ).fetchall()
    assert (kind, group, never) == ("ban", "hospital", True)
    assert "Entered on paper P-2026/17" in said(clerk.get(place))
    [body] = rows.execute("SELECT body FROM resource WHERE resource_id = %s", [consent_id]).fetchall()
    document = json.loads(body[0])
    assert document["sourceReference"]["identifier"]["value"] == "P-2026/17"
    assert document["dateTime"] == str(datetime.now(RIGA).date())

    patient = visitors(f"resident-{person['id']}")
    assert "entered by the authority from a paper" in said(patient.get("/my/bans"))
    seen = [row for row in audited(rows, "consent.recorded") if row[3] == person["id"]]
    assert seen[0][0] == "success" and seen[0][4:] == ("register", "authority")
    clerk.done(f"{place}/{consent_id}", paper("P-2026/18"))
    assert "Has ended" in said(clerk.get(place))
    assert rule_of(clerk.post(f"{place}/{consent_id}", paper("P-2026/18"))) == "CNS-007"


def test_a_delegation_on_paper_names_another_person(
    rows: Rows, people: list[dict[str, Any]], clerk: Visitor
) -> None:
    place = clerk.done("/oversight/consents", named(people[2]))
    wrong = named(people[3], "grantee-") | {"grantee-family": "Cits"}
    assert rule_of(clerk.post(place, paper(kind="delegation", **wrong))) == "OVS-002"
    own = named(people[2], "grantee-")
    assert rule_of(clerk.post(place, paper(kind="delegation", **own))) == "CNS-006"
    clerk.done(place, paper(kind="delegation", days_back=30, **named(people[3], "grantee-")))
    page = said(clerk.get(place))
    assert people[3]["name"][0]["family"] in page and "(late)" in page


def test_a_paper_names_single_prescriptions_by_their_numbers(
    exchange: Running, rows: Rows, people: list[dict[str, Any]], clerk: Visitor
) -> None:
    known = [one for one in exchange.environment.population.resources if one["resourceType"] == "Patient"]
    person, stranger = known[112:114]
    caller = Caller(exchange, "practice-3")
    one, other = (prescribed(caller, person["id"]) for _ in range(2))
    strange = prescribed(caller, stranger["id"])
    caller.close()
    place = clerk.done("/oversight/consents", named(person))
    for number in (strange.number, "0000-0000-0000", "x"):
        answer = clerk.post(place, paper(kind="ban", document=f"{one.number}\n{number}"))
        assert rule_of(answer) == "CNS-004" and f"{one.number}\n{number}" in answer.text
    written = f" {one.number.lower().replace('-', '')} \r\n\r\n{one.number}"
    clerk.done(place, paper(kind="ban", document=written))
    assert "1 document." in said(clerk.get(place))
    found = rows.execute(
        "SELECT n.document_id, c.whole FROM consent c JOIN consent_document n USING (consent_id) WHERE c.patient_id = %s",
        [person["id"]],
    ).fetchall()
    [(prescription_id,)] = rows.execute(
        "SELECT prescription_id FROM prescription WHERE number = %s", [one.number]
    ).fetchall()
    assert [tuple(row) for row in found] == [(prescription_id, False)] and one.number != other.number
    wanted = paper(kind="collection", document=one.number, **named(people[3], "grantee-"))
    assert rule_of(clerk.post(place, wanted)) == "CNS-002", "who collects is named for all"


def test_what_the_patient_gave_at_the_portal_ends_on_paper_too(
    rows: Rows, people: list[dict[str, Any]], clerk: Visitor
) -> None:
    person = people[4]
    place = clerk.done("/oversight/consents", named(person))
    clerk.done(place, paper(kind="ban"))
    rows.execute(
        "UPDATE resource SET organization_id = NULL WHERE resource_type = 'Consent' AND patient_id = %s",
        [person["id"]],
    )  # as the portal writes it
    page = clerk.get(place)
    assert "Given at the portal" in said(page)
    [consent] = re.findall(rf"{place}/([0-9a-f-]{{36}})", page.text)
    clerk.done(f"{place}/{consent}", paper("P-2026/19"))
    assert "Has ended" in said(clerk.get(place))


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"paper": ""}, "CNS-005"),
        ({"received-year": "2090"}, "OVS-003"),
        ({"received-day": "x"}, "OVS-003"),
        ({"kind": ""}, "USR-016"),
        ({"kind": "evil"}, "USR-016"),
        ({"kind": "collection"}, "USR-016"),
        ({"paper": "x" * 101}, "USR-019"),
        ({"key": "evil"}, "USR-001"),
    ],
)
def test_a_paper_that_says_too_little_is_not_entered(
    rows: Rows, people: list[dict[str, Any]], clerk: Visitor, given: dict[str, str], rule: str
) -> None:
    place = f"/oversight/consents/{people[5]['id']}"
    assert rule_of(clerk.post(place, paper(kind="ban") | given)) == rule
    assert rows.execute("SELECT 1 FROM consent WHERE patient_id = %s", [people[5]["id"]]).fetchall() == []


def test_a_wrong_code_and_a_wrong_name_get_one_answer(people: list[dict[str, Any]], clerk: Visitor) -> None:
    right = named(people[6])
    wrong_name, wrong_code = right | {"family": "Cits"}, right | {"code": "311299-29999"}
    answers = [clerk.post("/oversight/consents", one) for one in (wrong_name, wrong_code)]
    assert {rule_of(answer) for answer in answers} == {"OVS-002"}
    assert rule_of(clerk.post("/oversight/consents", right | {"code": ""})) == "USR-016"
    assert clerk.get(f"/oversight/consents/{uuid4()}").status_code == 404


def test_a_paper_is_due_on_the_third_working_day() -> None:
    friday = datetime(2026, 11, 20, tzinfo=RIGA).date()
    assert due_at(friday) == datetime(2026, 11, 26, tzinfo=RIGA), "the whole Wednesday"
    late = datetime.combine(friday, time(), RIGA) + timedelta(days=MOST_DAYS_BACK + 1)
    with pytest.raises(Refusal) as no:
        Paper("P-1", friday).checked(late)
    assert no.value.rule.id == "OVS-003"


# Certificates.


def test_a_certificate_is_told_and_let_go_on_for_some_days(
    exchange: Running, rows: Rows, clerk: Visitor
) -> None:
    found = rows.execute(
        "SELECT fingerprint FROM client_certificate WHERE client_id = %s AND revoked_at IS NULL AND ended_at IS NULL",
        [exchange.facts["clients"]["practice"]["client_id"]],
    ).fetchone()
    assert found is not None
    fingerprint, place = found[0], f"/oversight/certificates/{found[0].hex()}"
    assert place in clerk.get("/oversight/certificates").text
    assert "The answer counts until" in said(clerk.get(place))
    rows.execute(
        """INSERT INTO certificate_standing (fingerprint, watched_since, status, source, fault, looked_at)
           VALUES (%s, now(), 'unknown', 'crl', '', now()) ON CONFLICT DO NOTHING""",
        [fingerprint],
    )
    day = datetime.now(RIGA) + timedelta(days=2)
    until = {f"until-{part}": str(getattr(day, part)) for part in ("day", "month", "year")}
    assert rule_of(clerk.post(place, {"why": "short", **until})) == "CERT-013"
    assert rule_of(clerk.post(place, {"why": WHY, **until, "until-year": "2030"})) == "CERT-013"
    assert rule_of(clerk.post(place, {"why": WHY})) == "CERT-013"
    clerk.done(place, {"why": WHY, **until})
    page = said(clerk.get(place))
    assert WHY in page and BY_SUBJECT[CLERK].name in page
    assert [row[0] for row in audited(rows, "certificate.kept-open")][-1] == "success"
    assert clerk.get("/oversight/certificates/evil").status_code == 409


# As people see it.


@pytest.mark.parametrize(
    ("language", "view"), [("lv", DESKTOP), ("en", PHONE)], ids=["lv-desktop", "en-phone"]
)
def test_axe_finds_nothing_and_nothing_runs_over_the_side(
    browser: Browser,
    exchange: Running,
    rows: Rows,
    people: list[dict[str, Any]],
    tmp_path: Path,
    language: str,
    view: dict[str, int],
) -> None:
    clerks = Visitor(exchange.facts["portal"].rstrip("/"), COLLEAGUE)
    place = hold_of(rows, held(exchange))
    clerks.done(f"{place}/ask", {"reason": "Vakcinācijas diena skolā; saraksts pārbaudīts."})
    paper_place = clerks.done("/oversight/consents", named(people[7]))
    clerks.done(paper_place, paper(kind="ban"))
    consent = re.findall(rf"{paper_place}/([0-9a-f-]{{36}})", clerks.get(paper_place).text)[0]
    listed = clerks.get("/oversight/certificates").text
    certificate = re.findall(r"/oversight/certificates/[0-9a-f]{64}", listed)[0]
    glass = broken(exchange, rows, people[0]["id"])
    context = browser.new_context(base_url=exchange.facts["portal"], viewport=view, locale="en")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/?lang=en")
    page.get_by_role("link", name="Sign in").first.click()
    page.get_by_role("button", name=BY_SUBJECT[COLLEAGUE].name).click()
    places = {name: f"/oversight/{name}" for name in PAGES} | {
        "limits": "/limits",
        "hold": place,
        "emergency": glass,
        "person": paper_place,
        "ending": f"{paper_place}/{consent}",
        "certificate": certificate,
        "found": "/oversight/audit",
    }
    for name, path in places.items():
        answer = page.goto(f"{path}?lang={language}")
        assert answer is not None and answer.status == 200 and len(answer.body()) < MOST_BYTES, name
        if name == "found":
            page.fill("#why", WHY)
            page.locator("main form button").last.click()
            assert page.locator("table.trail").count() == 1
            assert len(page.content().encode()) < MOST_BYTES
        page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
        axe_finds_nothing(page, page.url)
        assert page.evaluate("document.documentElement.scrollWidth") <= view["width"], name
    clerks.http.close()
    context.close()
