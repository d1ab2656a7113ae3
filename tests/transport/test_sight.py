"""Who sees what: each kind of party looks at one prescription by every way in; foreign looks missing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.transport.documents import Line, dispense, parameters, prescribed, presented
from tests.transport.wire import Caller
from tilts.ids import new_id

CLINICAL = ("MedicationRequest", "Task", "MedicationDispense", "Provenance")
Eyes = tuple[str, str | None]  # client, and through the portal the patient


@dataclass
class Case:
    """One prescription of practice-3, of which pharmacy-4 handed out a part."""

    line: Line
    dispense: str
    identifiers: dict[str, dict[str, str]]  # type -> the sender's own identifier
    provenances: dict[str, str]  # type -> id
    other_patient: str


@pytest.fixture(scope="module")
def case(practice: Caller, pharmacy: Caller, caller: Callable[..., Caller], patient: str) -> Case:
    line = prescribed(practice, patient)
    shown_too = caller("pharmacy-6")
    for shop in (pharmacy, shown_too):
        presented(shop, line)
    pharmacy.post(f"Task/{line.task}/$claim")
    handed = dispense(pharmacy, line)
    answer = pharmacy.post("MedicationDispense", handed, signed=True)
    assert answer.status_code == 201, answer.text
    request = practice.get(f"MedicationRequest/{line.request}").json()
    provenances = {
        "MedicationRequest": practice.found("Provenance", target=f"MedicationRequest/{line.request}"),
        "MedicationDispense": pharmacy.found(
            "Provenance", target=f"MedicationDispense/{answer.json()['id']}"
        ),
    }
    people = practice.exchange.environment.population.resources
    return Case(
        line=line,
        dispense=answer.json()["id"],
        identifiers={
            "MedicationRequest": request["identifier"][0],
            "MedicationDispense": handed["identifier"][0],
        },
        provenances={kind: found["entry"][0]["resource"]["id"] for kind, found in provenances.items()},
        other_patient=next(
            one["id"] for one in people if one["resourceType"] == "Patient" and one["id"] != patient
        ),
    )


def ids_of(case: Case) -> dict[str, str]:
    """What is looked for, by a name of its own."""
    return {
        "MedicationRequest": case.line.request,
        "Task": case.line.task,
        "MedicationDispense": case.dispense,
        "Provenance of the prescription": case.provenances["MedicationRequest"],
        "Provenance of the dispense": case.provenances["MedicationDispense"],
    }


def reads(what: str, resource_id: str) -> list[tuple[str, str, Any]]:
    kind = what.split()[0]
    calls: list[tuple[str, str, Any]] = [("GET", f"{kind}/{resource_id}", None)]
    if kind != "Task":
        calls.append(("GET", f"{kind}/{resource_id}/_history/1", None))
    if kind == "Provenance":
        calls.append(("GET", f"{kind}/{resource_id}/$signed-content", None))
    return calls


def searches(case: Case, unknown: bool) -> list[tuple[str, str]]:
    """Every way of searching that could find something of this case; or the same for what is not there."""
    none = str(new_id())
    request, patient = (none, none) if unknown else (case.line.request, case.line.patient)
    number = "0000-0000-0000" if unknown else case.line.number
    own = {kind: none if unknown else found["value"] for kind, found in case.identifiers.items()}
    handed = none if unknown else case.dispense
    found: list[tuple[str, str]] = []
    for kind in ("MedicationRequest", "MedicationDispense"):
        found += [(kind, f"patient={patient}"), (kind, f"subject=Patient/{patient}")]
        found += [(kind, f"identifier={own[kind]}"), (kind, f"patient={patient}&status=active,completed")]
    found += [
        ("MedicationRequest", f"_id={request}"),
        ("MedicationRequest", f"group-identifier={number}"),
        ("MedicationRequest", "" if not unknown else f"_id={none}"),
        ("MedicationDispense", f"_id={handed}"),
        ("MedicationDispense", f"prescription=MedicationRequest/{request}"),
        ("Task", f"patient=Patient/{patient}"),
        ("Task", f"focus=MedicationRequest/{request}"),
        ("Task", f"group-identifier={number}"),
        ("Task", f"_id={none if unknown else case.line.task}"),
        ("Provenance", f"target=MedicationRequest/{request}"),
        ("Provenance", f"target=MedicationDispense/{handed}"),
    ]
    return found


FOREIGN: dict[str, Eyes] = {
    "another practice": ("practice-4", None),
    "a hospital": ("hospital", None),
    "a pharmacy it was not shown to": ("pharmacy-5", None),
    "the authority": ("authority", None),
    "a vendor": ("vendor", None),
    "another patient": ("portal", "other"),
}


def eyes(caller: Callable[..., Caller], case: Case, who: Eyes) -> tuple[Caller, dict[str, Any]]:
    name, patient = who
    return caller(name), {"patient": case.other_patient if patient == "other" else patient}


def told(answer: httpx.Response, *hidden: str) -> tuple[int, str]:
    """Status and body, without what the caller itself asked for."""
    text = answer.text
    for one in hidden:
        text = text.replace(one, "#")
    return answer.status_code, text


@pytest.mark.parametrize("who", FOREIGN)
def test_reads_of_what_is_foreign_look_like_reads_of_what_is_missing(
    case: Case, caller: Callable[..., Caller], who: str
) -> None:
    somebody, how = eyes(caller, case, FOREIGN[who])
    for what, resource_id in ids_of(case).items():
        missing = str(new_id())
        for (method, there, body), (_, nowhere, _) in zip(
            reads(what, resource_id), reads(what, missing), strict=True
        ):
            answer = somebody.send(method, there, body, **how)
            assert answer.status_code in (403, 404), f"{who} sees {what}"
            assert told(answer) == told(somebody.send(method, nowhere, body, **how)), there


@pytest.mark.parametrize("who", FOREIGN)
def test_searches_for_what_is_foreign_find_what_searches_for_the_missing_find(
    case: Case, caller: Callable[..., Caller], who: str
) -> None:
    somebody, how = eyes(caller, case, FOREIGN[who])
    hidden = [*ids_of(case).values(), case.line.number]
    for (kind, form), (_, nothing) in zip(searches(case, False), searches(case, True), strict=True):
        answer = somebody.post(f"{kind}/_search", form, **how)
        assert not any(one in answer.text for one in hidden), f"{who} finds {kind}?{form}"
        if form and answer.status_code == 200 and "patient" not in form and "subject" not in form:
            empty = somebody.post(f"{kind}/_search", nothing, **how)
            assert told(answer) == told(empty), form


@pytest.mark.parametrize("who", FOREIGN)
def test_operations_on_what_is_foreign_look_like_operations_on_what_is_missing(
    case: Case, caller: Callable[..., Caller], who: str
) -> None:
    somebody, how = eyes(caller, case, FOREIGN[who])
    verbs: dict[str, Any] = {
        "$claim": b"",
        "$release": parameters(reason="other"),
        "$cancel": parameters(reason="other"),
    }
    for verb, body in verbs.items():
        answers = [
            somebody.post(f"Task/{task}/{verb}", body, **how) for task in (case.line.task, str(new_id()))
        ]
        assert answers[0].status_code in (403, 404)
        assert told(answers[0]) == told(answers[1])


@pytest.mark.parametrize("who", FOREIGN)
def test_by_identity_finds_nothing_foreign(case: Case, caller: Callable[..., Caller], who: str) -> None:
    somebody, how = eyes(caller, case, FOREIGN[who])
    for kind, known in case.identifiers.items():
        answers = [
            somebody.post(f"{kind}/by-identity", parameters(system=known["system"], value=value), **how)
            for value in (known["value"], "none")
        ]
        assert answers[0].status_code in (403, 404)
        assert told(answers[0]) == told(answers[1])


SEEN: dict[str, tuple[Eyes, set[str]]] = {
    "the prescriber": (
        ("practice-3", None),
        {
            "MedicationRequest",
            "Task",
            "MedicationDispense",
            "Provenance of the prescription",
            "Provenance of the dispense",
        },
    ),
    "the pharmacy that handed out": (
        ("pharmacy-4", None),
        {
            "MedicationRequest",
            "Task",
            "MedicationDispense",
            "Provenance of the prescription",
            "Provenance of the dispense",
        },
    ),
    "a pharmacy it was shown to": (
        ("pharmacy-6", None),
        {"MedicationRequest", "Task", "Provenance of the prescription"},
    ),
    "the patient": (
        ("portal", "own"),
        {
            "MedicationRequest",
            "Task",
            "MedicationDispense",
            "Provenance of the prescription",
            "Provenance of the dispense",
        },
    ),
}


@pytest.mark.parametrize("who", SEEN)
def test_those_whom_it_concerns_see_exactly_what_concerns_them(
    case: Case, caller: Callable[..., Caller], who: str
) -> None:
    (name, patient), expected = SEEN[who]
    somebody = caller(name)
    at_the_screen = case.line.patient if patient else None
    seen = {
        what
        for what, resource_id in ids_of(case).items()
        if all(
            somebody.send(method, path, body, patient=at_the_screen).status_code == 200
            for method, path, body in reads(what, resource_id)
        )
    }
    assert seen == expected


def test_a_presentation_is_over_after_72_hours(case: Case, caller: Callable[..., Caller]) -> None:
    shown = caller("pharmacy-6")
    assert shown.get(f"Task/{case.line.task}").status_code == 200
    with shown.exchange.clock.moved(hours=72, minutes=1):
        for what in ("Task", "MedicationRequest"):
            assert shown.get(f"{what}/{ids_of(case)[what]}").status_code == 404


def test_a_pharmacy_that_holds_a_line_sees_it_also_after_72_hours(
    practice: Caller, pharmacy: Caller, patient: str
) -> None:
    line = prescribed(practice, patient)
    presented(pharmacy, line)
    with pharmacy.exchange.clock.moved(hours=71, minutes=30):
        assert pharmacy.post(f"Task/{line.task}/$claim").status_code == 200
    with pharmacy.exchange.clock.moved(hours=72, minutes=30):
        assert pharmacy.get(f"Task/{line.task}").json()["businessStatus"]["coding"][0]["code"] == "claimed"
        assert pharmacy.get(f"MedicationRequest/{line.request}").status_code == 200
