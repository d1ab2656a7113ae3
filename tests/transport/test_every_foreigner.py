"""Every route, every foreign party, every role, from the table of routes: what is theirs to see is nothing (Security A12).

A route that can name a thing is asked for one that is there and hidden, and for one that is not there. The two answers
may differ in nothing but the ids that the caller sent and the ids of the call.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.running import Running
from tests.transport.documents import consent, dispense, handed_out, identifier_of, parameters, prescribed
from tests.transport.sight import Somebody, for_another, glass, somebody, token
from tests.transport.tables import Tables
from tests.transport.wire import Caller
from tilts.access.routes import Route
from tilts.ids import new_id
from tilts.indexing import PARAMETERS
from tilts.transport.listeners import all_routes
from tilts.transport.search import PageLinks
from tilts.transport.validation import ValidationParts

Callers = Callable[..., Caller]
ROUTES = all_routes(PageLinks(bytes(32), minutes=1, pages=1), checks=ValidationParts(takes_definitions=True))
CLINICAL = {
    "Patient",
    "MedicationRequest",
    "MedicationDispense",
    "Provenance",
    "Consent",
    "Task",
    "AuditEvent",
    "Bundle",
}
# Routes that name nothing of a patient's, or where naming is the proof; each with its reason.
NAMES_NOTHING = {
    "POST /": "a prescription of one's own: its patient is named, and sees who wrote",
    "POST /MedicationRequest": "as above",
    "POST /Task/$find": "number and name together are the proof; wrong ones look alike: test_find.py",
    "POST /oauth/introspect": "about a token of one's own; the operator's",
    "POST /{type}/$validate": "looks at what is sent and at nothing else",
    "GET /classifiers": "no patient's",
}
BODIES: dict[str, Any] = {
    "$cancel": parameters(reason="other"),
    "$release": parameters(reason="other"),
    "$break-glass": glass(),
    "$claim": b"",
    "$end": parameters(evidence="P-1"),
}
OURS = re.compile(r"x-request-id|date|x-tilts-time")
TESTED = [
    route
    for route in ROUTES
    if route.resource_type in CLINICAL and f"{route.method} {route.path}" not in NAMES_NOTHING
]


@dataclass(frozen=True)
class Things:
    """What somebody has, by type; and the values under which it could be found."""

    who: Somebody
    ids: dict[str, str]
    identifiers: dict[str, dict[str, str]]
    number: str


@dataclass(frozen=True)
class Foreigner:
    caller: Caller
    role: str
    token: str


@pytest.fixture(scope="module")
def things(exchange: Running, caller: Callers) -> Things:
    who = somebody(exchange, 160)
    writer, shop, portal = caller("practice-4"), caller("pharmacy-4"), caller("portal")
    line = prescribed(writer, who.patient)
    handed = handed_out(shop, line)
    closed = prescribed(writer, who.patient)
    handed_out(shop, closed, packs=2)
    task = shop.post(f"Task/{closed.task}/$close").json()
    receipt = next(one for one in task["output"] if one["type"]["coding"][0]["code"] == "receipt")
    person = next(
        one["id"]
        for one in exchange.environment.population.resources
        if one["resourceType"] == "Patient" and one["id"] != who.patient and one["birthDate"] < "1990"
    )
    given = portal.post(
        "Consent", consent(portal, who.patient, "collection", person=person), patient=who.patient
    )
    seen = portal.found("AuditEvent", {"patient": who.patient})["entry"][0]["resource"]
    proof = writer.found("Provenance", target=f"MedicationRequest/{line.request}")["entry"][0]["resource"]
    request = writer.get(f"MedicationRequest/{line.request}").json()
    people = exchange.environment.population.resources
    patient = next(one for one in people if one["id"] == who.patient)
    return Things(
        who,
        {
            "Patient": who.patient,
            "MedicationRequest": line.request,
            "MedicationDispense": handed["id"],
            "Provenance": proof["id"],
            "Consent": given.json()["id"],
            "Task": line.task,
            "AuditEvent": seen["id"],
            "Bundle": receipt["valueReference"]["reference"].partition("/")[2],
        },
        {
            "MedicationRequest": request["identifier"][0],
            "MedicationDispense": handed["identifier"][0],
            "Consent": given.json()["identifier"][0],
            "Patient": patient["identifier"][0],
        },
        line.number,
    )


@pytest.fixture(scope="module")
def foreigners(exchange: Running, caller: Callers, things: Things) -> dict[str, list[Foreigner]]:
    """Each kind of party that has nothing to do with the patient, in each of its roles."""
    who = things.who
    hospital_visit = 160 % 10 == 7
    assert not hospital_visit and who.gp not in ("practice-4", who.stranger)
    found = {name: [*in_every_role(caller(name))] for name in (who.stranger, "hospital", "pharmacy-5")}
    people = [one for one in exchange.environment.population.resources if one["resourceType"] == "Patient"]
    adults = [one["id"] for one in people[45:] if one["birthDate"] < "1990" and one["id"] != who.patient]
    portal, authority, vendor = caller("portal"), caller("authority"), caller("vendor")
    found["authority"] = [Foreigner(authority, "", authority.token())]
    found["vendor"] = [Foreigner(vendor, "", vendor.token())]
    found["another resident"] = [Foreigner(portal, "", portal.token(patient=adults[3]))]
    wanted = consent(portal, adults[3], "delegation", person=adults[4])
    assert portal.post("Consent", wanted, patient=adults[3]).status_code == 201
    found["another's delegate"] = [Foreigner(portal, "", for_another(portal, adults[4], adults[3]))]
    return found


def in_every_role(one: Caller) -> Iterator[Foreigner]:
    people = one.exchange.environment.population.resources
    roles: dict[str, dict[str, Any]] = {}
    for role in people:
        if (
            role["resourceType"] == "PractitionerRole"
            and one.facts["org"] in role["organization"]["reference"]
        ):
            roles.setdefault(role["code"][0]["coding"][0]["code"], role)
    for code, role in roles.items():
        practitioner = role["practitioner"]["reference"].partition("/")[2]
        yield Foreigner(one, code, token(one, subject_id=practitioner, subject_role=role["id"]))


PARTIES = (
    "stranger",
    "hospital",
    "pharmacy-5",
    "authority",
    "vendor",
    "another resident",
    "another's delegate",
)


def asked(route: Route, things: Things, *, there: bool) -> Iterator[tuple[str, Any]]:
    """Address and body of every way in which this route can name the thing, or one that is not there."""
    kind = route.resource_type
    own_id = things.ids[kind] if there else str(new_id())
    path = route.path.lstrip("/").format(id=own_id, version=1)
    if "{id}" in route.path:
        yield path, BODIES.get(path.rpartition("/")[2]) if route.method == "POST" else None
    elif route.interaction == "by-identity":
        if kind in things.identifiers and kind != "Patient":  # a person is found by whoever names them
            known = things.identifiers[kind]
            yield path, parameters(system=known["system"], value=known["value"] if there else str(uuid4()))
    elif route.interaction == "search-type":
        for form in forms(kind, things, there=there):
            yield (f"{path}?{form}", None) if route.method == "GET" else (path, form)


def forms(kind: str, things: Things, *, there: bool) -> Iterator[str]:
    """One search by each parameter that can name something; a patient only together with nothing else."""
    values = {
        "_id": things.ids[kind],
        "patient": things.who.patient,
        "subject": things.who.patient,
        "focus": things.ids["MedicationRequest"],
        "prescription": f"MedicationRequest/{things.ids['MedicationRequest']}",
        "target": f"MedicationRequest/{things.ids['MedicationRequest']}",
        "group-identifier": things.number,
        "identifier": things.identifiers.get(kind, {}).get("value", ""),
    }
    for name in [parameter.name for parameter in PARAMETERS[kind] if values.get(parameter.name)]:
        if (kind, name) == ("Patient", "identifier"):
            continue
        value = values[name] if there else value_of_nothing(values[name])
        yield f"{name}={value}"
        yield f"{name}={value}&_summary=count"


def value_of_nothing(value: str) -> str:
    kind, slash, _ = value.rpartition("/")
    return f"{kind}{slash}{uuid4()}" if slash or len(value) == 36 else "0000-0000-0000"


def told(answer: httpx.Response, sent: str) -> tuple[int, dict[str, str], str]:
    headers = {name: value for name, value in answer.headers.items() if not OURS.fullmatch(name)}
    text = answer.text
    for part in re.split(r"[/?=&]", sent):
        if len(part) > 8:
            text = text.replace(part, "#")
    headers.pop("content-length", None)  # of a text in which the ids that were sent may stand
    return answer.status_code, headers, text


@pytest.mark.parametrize("party", PARTIES)
def test_what_is_foreign_answers_as_what_is_missing_on_every_route(
    things: Things, foreigners: dict[str, list[Foreigner]], party: str
) -> None:
    secrets = [*things.ids.values(), things.number, *(one["value"] for one in things.identifiers.values())]
    asked_of = 0
    for somebody_else in foreigners[things.who.stranger if party == "stranger" else party]:
        for route in TESTED:
            pairs = zip(asked(route, things, there=True), asked(route, things, there=False), strict=True)
            for (there, body), (nowhere, other) in pairs:
                how = {"token": somebody_else.token}
                answers = [
                    somebody_else.caller.send(route.method, path, content, **how)  # type: ignore[arg-type]
                    for path, content in ((there, body), (nowhere, other))
                ]
                where = f"{party} {somebody_else.role}: {route.method} {there} {body!r}"
                sent = f"{there}/{body if isinstance(body, str) else ''}"
                sent_other = f"{nowhere}/{other if isinstance(other, str) else ''}"
                assert told(answers[0], sent) == told(answers[1], sent_other), where
                leaked = [one for one in secrets if one in answers[0].text and one not in sent]
                assert not leaked and answers[0].status_code != 201, where
                asked_of += 2
    assert asked_of > 50


def test_every_route_is_asked_or_has_its_reason() -> None:
    left = {
        f"{route.method} {route.path}"
        for route in ROUTES
        if route not in TESTED and not route.open_in_sandbox and route.method != "HEAD"
    }
    registers = {"Practitioner", "PractitionerRole", "Organization", "CodeSystem"}  # everybody's to read
    open_to_all = {f"{route.method} {route.path}" for route in ROUTES if route.resource_type in registers}
    assert left - open_to_all <= NAMES_NOTHING.keys()


def test_a_dispense_of_a_foreign_line_looks_like_one_of_no_line(caller: Callers, things: Things) -> None:
    shop = caller("pharmacy-5")
    answers = []
    for request in (things.ids["MedicationRequest"], str(new_id())):
        line = type("Line", (), {"request": request, "patient": things.who.patient})()
        body = dispense(shop, line, identifier=[identifier_of(shop)])
        answers.append(told(shop.post("MedicationDispense", body, signed=True), request))
    assert answers[0] == answers[1] and answers[0][0] == 422


def test_the_patient_is_told_of_a_dispense_that_named_a_hidden_line(
    caller: Callers, things: Things, tables: Tables
) -> None:
    """MAY-012 is the true reason; it counts as asked for without a relationship, as a read would."""
    shop, request = caller("pharmacy-5"), things.ids["MedicationRequest"]
    line = type("Line", (), {"request": request, "patient": things.who.patient})()
    answer = shop.post("MedicationDispense", dispense(shop, line), signed=True)
    entry = tables.audit(answer.headers["x-request-id"])
    told_of = tables.rows("SELECT patient_id FROM audit_subject WHERE audit_id = %s", entry["audit_id"])
    assert (entry["rule_id"], entry["detail"]["reason"]) == ("DSP-007", "MAY-012")
    assert [str(row["patient_id"]) for row in told_of] == [things.who.patient]
