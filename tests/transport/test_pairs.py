"""Every verb as request and answer, run against the exchange: the examples of docs/reference/verbs are these.

What cannot be shown over the wire stands in docs/examples/without.json with its reason.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any

import pytest

from tests.exchange.sheets import codes_on
from tests.transport.documents import (
    ABSENT,
    NUMBER_SYSTEM,
    PACKS,
    Line,
    bundle,
    claimed,
    dispense,
    handed_out,
    identifier_of,
    parameters,
    patient_of,
    prescribed,
    prescription,
    presented,
)
from tests.transport.pairs import Stage
from tests.transport.tables import Tables
from tests.transport.test_corrections import amendment, cancelling
from tests.transport.test_prescription_law import BASE, SPECIAL, collected, diagnosis, on_paper, reimbursement
from tests.transport.test_products import REGISTER, TABLETS, concept, tablets_of_a_group
from tests.transport.test_sheets import told
from tests.transport.wire import Caller, decode, refused
from tilts.clock import day_in_riga
from tilts.exchange.medicines.substitution import cheapest
from tilts.ids import new_id
from tilts.lab.medicines import VALID_FROM
from tilts.rules.profiles.verbs import operations


@pytest.fixture(scope="module")
def stage(practice: Caller) -> Stage:
    return Stage(practice)


@pytest.fixture(scope="module")
def other(caller: Callable[..., Caller]) -> Caller:
    return caller("pharmacy-5")


def shifted(caller: Caller, days: int) -> str:
    """A day in Riga, so many from today."""
    return day_in_riga(caller.exchange.clock.now() + timedelta(days=days)).isoformat()


def supply(packs: int = 2, **more: Any) -> dict[str, Any]:
    return {"dispenseRequest": {"quantity": {"value": packs, **PACKS}, **more}}


def last_day(caller: Caller, packs: int = 2) -> dict[str, Any]:
    """A prescription that is valid today only."""
    day = shifted(caller, 0)
    return supply(packs, validityPeriod={"start": day, "end": day})


def later(caller: Caller, **by: float) -> AbstractContextManager[None]:
    return caller.exchange.clock.moved(**by)


def withdrawing(made: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return f"MedicationDispense/{made['id']}/$withdraw", parameters(reason="not-collected")


def amending(
    caller: Caller, line: Line, made: dict[str, Any], packs: int, **changes: Any
) -> tuple[str, dict[str, Any]]:
    document = dispense(caller, line, packs=packs, identifier=made["identifier"], **changes)
    return f"MedicationDispense/{made['id']}/$amend", amendment(document, "wrong-quantity")


# What is prescribed.


def test_prescribing(stage: Stage, practice: Caller, patient: str) -> None:
    made = stage.show(
        "prescribe", "one-line", practice, "MedicationRequest", prescription(practice, patient), signed=True
    )
    assert made.status_code == 201
    two = bundle(*(prescription(practice, patient) for _ in range(2)))
    stage.show("prescribe", "two-lines", practice, "", two, signed=True, key=str(new_id()))
    repeated = supply(
        numberOfRepeatsAllowed=2,
        dispenseInterval={"value": 30, "unit": "d", "system": "http://unitsofmeasure.org", "code": "d"},
    )
    stage.show(
        "prescribe",
        "three-issues",
        practice,
        "MedicationRequest",
        prescription(practice, patient, **repeated),
        signed=True,
    )


def faulty_prescriptions(practice: Caller, patient: str) -> dict[str, dict[str, Any]]:
    day = {"unit": "d", "system": "http://unitsofmeasure.org", "code": "d"}
    hours = {"value": 12, "unit": "h", "system": "http://unitsofmeasure.org", "code": "h"}
    inn = {"reasonCode": diagnosis("E11.0")}
    ordinary = [{"coding": [{**SPECIAL[0]["coding"][0], "code": "ordinary"}]}]
    return {
        "PRE-001": {"status": "draft"},
        "PRE-002": {"subject": {"reference": f"Patient/{new_id()}"}},
        "PRE-003": {"requester": {"reference": f"PractitionerRole/{new_id()}"}},
        "PRE-004": {"dispenseRequest": ABSENT},
        "PRE-005": supply(validityPeriod={"start": shifted(practice, -9), "end": shifted(practice, -2)}),
        "PRE-015": {
            "identifier": [identifier_of(practice), {"system": NUMBER_SYSTEM, "value": "7K3M-Q2XR-9TBV"}]
        },
        "PRE-016": supply(numberOfRepeatsAllowed=100),
        "PRE-017": supply(numberOfRepeatsAllowed=2, dispenseInterval={"value": 300, **day}),
        "PRE-018": supply(numberOfRepeatsAllowed=1, dispenseInterval=hours),
        "PRE-019": {"category": SPECIAL, **supply(validityPeriod={"end": shifted(practice, 400)})},
        "PRE-021": {"extension": reimbursement(by="inn"), "reasonCode": diagnosis("E11")},
        "PRE-022": {"extension": reimbursement(by="brand"), **inn},
        "PRE-023": {"extension": reimbursement(by="inn", list="D"), **inn},
        "PRE-024": {"category": ordinary, "extension": reimbursement(by="inn", list="A", rate=75), **inn},
    }


RULES_OF_PRESCRIBING = [f"PRE-{number:03}" for number in (1, 2, 3, 4, 5, 15, 16, 17, 18, 19, 21, 22, 23, 24)]


@pytest.mark.parametrize("rule", RULES_OF_PRESCRIBING)
def test_what_is_not_taken_as_a_prescription(stage: Stage, practice: Caller, patient: str, rule: str) -> None:
    document = prescription(practice, patient, **faulty_prescriptions(practice, patient)[rule])
    stage.show("prescribe", rule.lower(), practice, "MedicationRequest", document, signed=True, rule=rule)


@contextmanager
def acting(caller: Caller, code: str) -> Iterator[Caller]:
    """Somebody else of the same organisation, by the code of the role."""
    people = caller.exchange.environment.population.resources
    role = next(
        one
        for one in people
        if one["resourceType"] == "PractitionerRole"
        and one["organization"]["reference"].endswith(caller.facts["org"])
        and one["code"][0]["coding"][0]["code"] == code
    )
    found = Caller(caller.exchange, caller.name)
    person = role["practitioner"]["reference"].partition("/")[2]
    found.facts = {**found.facts, "practitioner": person, "role": role["id"]}
    yield found
    found.close()


def test_several_lines_that_are_not_one_prescription(stage: Stage, practice: Caller, patient: str) -> None:
    people = practice.exchange.environment.population.resources
    another = [one["id"] for one in people if one["resourceType"] == "Patient"][41]
    mixed = bundle(prescription(practice, patient), prescription(practice, another))
    stage.show("prescribe", "pre-007", practice, "", mixed, signed=True, rule="PRE-007")
    batch = {**bundle(prescription(practice, patient)), "type": "batch"}
    stage.show("prescribe", "pre-008", practice, "", batch, signed=True, rule="PRE-008")


def test_entering_a_paper_prescription(
    stage: Stage, practice: Caller, pharmacy: Caller, patient: str
) -> None:
    def entered(name: str, form: str, rule: str | None = None, **changes: Any) -> None:
        paper = on_paper(practice, pharmacy, patient, form, **changes)
        stage.show("digitise", name, pharmacy, "MedicationRequest/$digitise", paper, signed=True, rule=rule)

    entered("paper", "AB 700001")
    entered("pre-028", "ab700001", "PRE-028")
    entered("pre-025", "AB 700002", "PRE-025", meta=ABSENT_META)
    entered("pre-026", "AB 700003", "PRE-026", requester={"reference": f"PractitionerRole/{new_id()}"})
    entered("pre-027", "AB 700004", "PRE-027", category=SPECIAL)


ABSENT_META = {"tag": [{"system": "urn:tags", "code": "digitised"}]}


def test_who_may_not_prescribe(stage: Stage, practice: Caller, patient: str) -> None:
    for code, rule, changes in (
        ("nurse", "PRE-006", {}),
        ("physician-assistant", "PRE-020", {"category": SPECIAL}),
    ):
        with acting(practice, code) as somebody:
            document = prescription(somebody, patient, **changes)
            path = "MedicationRequest"
            stage.show("prescribe", rule.lower(), somebody, path, document, signed=True, rule=rule)


# What is found.


def test_finding(stage: Stage, practice: Caller, pharmacy: Caller, patient: str) -> None:
    line = prescribed(practice, patient)
    name = patient_of(practice, patient)["name"][0]
    asked = {"family": name["family"], "given": " ".join(name["given"])}
    stage.show("find", "found", pharmacy, "Task/$find", parameters(number=line.number, **asked))
    wrong = parameters(number=line.number, family="Cits", given="Vārds")
    stage.show("find", "not-found", pharmacy, "Task/$find", wrong)
    stage.show("find", "pre-011", pharmacy, "Task/$find", parameters(number=line.number), rule="PRE-011")
    stage.show(
        "find",
        "dsp-011",
        practice,
        "Task/$find",
        parameters(number=line.number, **asked),
        rule="DSP-011",
    )


def test_guessing(stage: Stage, practice: Caller, caller: Callable[..., Caller], tables: Tables) -> None:
    guesser = caller("pharmacy-8")
    wrong = parameters(number="7K3M-Q2XR-9TBV", family="Cits", given="Vārds")
    with tables.guessing(guesser.facts["client_id"]), later(practice, hours=20):
        for _ in range(guesser.exchange.settings.find_misses):
            guesser.post("Task/$find", wrong)
        stage.show("find", "pre-012", guesser, "Task/$find", wrong, rule="PRE-012")


# What is held, handed out and given back.


def test_holding(stage: Stage, practice: Caller, pharmacy: Caller, other: Caller, patient: str) -> None:
    line = prescribed(practice, patient)
    task = f"Task/{line.task}"
    reason = parameters(reason="not-in-stock")
    for one in (pharmacy, other):
        presented(one, line)

    def show(verb: str, name: str, who: Caller, body: Any = b"", rule: str | None = None, **how: Any) -> None:
        stage.show(verb, name, who, f"{task}/${verb}", body, line=line, rule=rule, **how)

    show("claim", "dsp-011", practice, rule="DSP-011")
    show("release", "dsp-011", practice, reason, "DSP-011")
    show("close", "dsp-011", practice, rule="DSP-011")
    show("release", "dsp-004-ready", pharmacy, reason, "DSP-004")
    show("close", "dsp-004", pharmacy, rule="DSP-004")
    show("close-remaining", "dsp-004", pharmacy, rule="DSP-004")
    show("close-remaining", "dsp-013-ready", practice, rule="DSP-013")
    show("transfer-request", "dsp-014", pharmacy, rule="DSP-014")
    show("transfer-request", "dsp-002", practice, rule="DSP-002")
    show("claim", "ready", pharmacy, key=str(new_id()))
    show("claim", "again", pharmacy)
    show("claim", "dsp-001", other, rule="DSP-001")
    show("release", "dsp-001", other, reason, "DSP-001")
    show("close", "dsp-001", other, rule="DSP-001")
    show("close-remaining", "dsp-001", practice, rule="DSP-001")
    show("close", "dsp-002", pharmacy, rule="DSP-002")
    show("close-remaining", "dsp-013", pharmacy, rule="DSP-013")
    show("release", "dsp-008", pharmacy, rule="DSP-008")
    show("release", "nothing-handed-out", pharmacy, reason)


def test_a_key_that_comes_again(stage: Stage, practice: Caller, pharmacy: Caller, patient: str) -> None:
    line, key = prescribed(practice, patient), str(new_id())
    claimed(pharmacy, line, key=key)
    stage.show("claim", "key-again", pharmacy, f"Task/{line.task}/$claim", line=line, key=key)


def test_handing_out_in_parts(
    stage: Stage, practice: Caller, pharmacy: Caller, other: Caller, patient: str
) -> None:
    line = prescribed(practice, patient, packs=4)
    task = f"Task/{line.task}"

    def hand(name: str, who: Caller, packs: int = 1, rule: str | None = None, **changes: Any) -> Any:
        document = dispense(who, line, packs=packs, **changes)
        return stage.show(
            "dispense", name, who, "MedicationDispense", document, line=line, rule=rule, signed=True
        )

    presented(other, line)
    presented(pharmacy, line)
    hand("dsp-004", pharmacy, rule="DSP-004")
    claimed(pharmacy, line)
    hand("dsp-001", other, rule="DSP-001")
    hand("dsp-003", pharmacy, 5, rule="DSP-003")
    hand("dsp-005", pharmacy, rule="DSP-005", status="in-progress")
    hand("dsp-006", pharmacy, rule="DSP-006", quantity={"value": 1, "unit": "tablete"})
    hand("dsp-007", pharmacy, rule="DSP-007", authorizingPrescription=ABSENT)
    hand("dsp-009", pharmacy, rule="DSP-009", subject={"reference": f"Patient/{new_id()}"})
    wrong = [{"actor": {"reference": f"PractitionerRole/{new_id()}"}}]
    hand("dsp-010", pharmacy, rule="DSP-010", performer=wrong)
    number = {"system": NUMBER_SYSTEM, "value": line.number}
    hand("pre-015", pharmacy, rule="PRE-015", identifier=[identifier_of(pharmacy), number])
    hand("a-part", pharmacy)
    stage.show(
        "transfer-request", "dsp-015", practice, f"{task}/$transfer-request", line=line, rule="DSP-015"
    )
    stage.show(
        "cancel",
        "pre-013",
        practice,
        f"{task}/$cancel",
        parameters(reason="other"),
        line=line,
        rule="PRE-013",
    )
    stage.show(
        "release",
        "a-part-handed-out",
        pharmacy,
        f"{task}/$release",
        parameters(reason="patient-left"),
        line=line,
    )
    hand("dsp-004-partly", other, rule="DSP-004")
    stage.show("claim", "the-balance", other, f"{task}/$claim", line=line)
    hand("the-rest", other, 3)
    hand("dsp-003-nothing-left", other, rule="DSP-003")
    hand("dsp-001-dispensed", pharmacy, rule="DSP-001")
    stage.show("claim", "dsp-002", pharmacy, f"{task}/$claim", line=line, rule="DSP-002")
    stage.show(
        "cancel",
        "pre-009-dispensed",
        practice,
        f"{task}/$cancel",
        parameters(reason="other"),
        line=line,
        rule="PRE-009",
    )
    stage.show("close", "all-handed-out", other, f"{task}/$close", line=line)
    hand("dsp-002", other, rule="DSP-002")


def test_closing_with_a_balance(stage: Stage, practice: Caller, pharmacy: Caller, patient: str) -> None:
    for name, who in (("by-the-holder", pharmacy), ("by-the-prescriber", practice)):
        line = prescribed(practice, patient)
        handed_out(pharmacy, line)
        task = f"Task/{line.task}"
        if who is practice:
            assert pharmacy.post(f"{task}/$release", parameters(reason="patient-left")).status_code == 200
        stage.show("close-remaining", name, who, f"{task}/$close-remaining", line=line)
    stage.show("close-remaining", "dsp-002", practice, f"{task}/$close-remaining", line=line, rule="DSP-002")
    stage.show(
        "release",
        "dsp-002",
        pharmacy,
        f"{task}/$release",
        parameters(reason="other"),
        line=line,
        rule="DSP-002",
    )


def test_asking_for_a_line_to_be_given_up(
    stage: Stage, practice: Caller, pharmacy: Caller, caller: Callable[..., Caller], patient: str
) -> None:
    for name, who, how in (
        ("by-the-prescriber", practice, {}),
        ("by-the-patient", caller("portal"), {"patient": patient}),
    ):
        line = prescribed(practice, patient)
        claimed(pharmacy, line)
        path = f"Task/{line.task}/$transfer-request"
        stage.show("transfer-request", name, who, path, line=line, **how)


def test_several_issues_of_one_line(stage: Stage, practice: Caller, pharmacy: Caller, patient: str) -> None:
    document = prescription(practice, patient, **supply(numberOfRepeatsAllowed=1))
    made = decode(practice.post("MedicationRequest", document, signed=True).content)
    tasks = practice.found("Task", focus=f"MedicationRequest/{made['id']}")["entry"]
    first = tasks[0]["resource"]
    line = Line(made["id"], first["id"], first["groupIdentifier"]["value"], patient)
    presented(pharmacy, line)
    for one in tasks:
        assert pharmacy.post(f"Task/{one['resource']['id']}/$claim").status_code == 200
    path = "MedicationDispense"
    stage.show(
        "dispense",
        "dsp-016",
        pharmacy,
        path,
        dispense(pharmacy, line),
        line=line,
        signed=True,
        rule="DSP-016",
    )
    named = dispense(pharmacy, line, supportingInformation=[{"reference": f"Task/{line.task}"}])
    stage.show("dispense", "one-issue-of-two", pharmacy, path, named, line=line, signed=True)


def test_who_collects(stage: Stage, practice: Caller, pharmacy: Caller, patient: str) -> None:
    people = practice.exchange.environment.population.resources
    child = next(
        one["id"] for one in people if one["resourceType"] == "Patient" and one["birthDate"] > "2020"
    )

    def hand(file: str, who: str, rule: str | None, *told: Any, **parts: str) -> None:
        line = prescribed(practice, who, category=SPECIAL)
        claimed(pharmacy, line)
        extension = {"extension": collected(*told, **parts)} if told else {}
        document = dispense(pharmacy, line, **extension)
        stage.show(
            "dispense", file, pharmacy, "MedicationDispense", document, line=line, signed=True, rule=rule
        )

    hand("dsp-017", patient, "DSP-017")
    hand("dsp-018", patient, "DSP-018", "number-and-name")
    hand("dsp-019", child, "DSP-019", "self")
    hand("dsp-020", patient, "DSP-020", "parent", name="Anna Paraudziņa", document="identity-card")
    hand("to-a-buyer", patient, None, "number-and-name", name="Anna Paraudziņa", document="identity-card")


# What is chosen from the register of medicines.

AGREED = {"url": f"{BASE}/StructureDefinition/dearer-agreed", "valueBoolean": True}
UNKNOWN = {"coding": [{"system": REGISTER, "code": "XX-none"}]}


def test_prescribing_by_the_register(stage: Stage, practice: Caller, patient: str) -> None:
    group, icd = tablets_of_a_group()
    paid = next(one for one in group[0].reimbursed if one.icd == icd)
    named = {"medicationCodeableConcept": concept(group[0], "-by-inn")}

    def show(name: str, rule: str | None = None, code: str = icd, **changes: Any) -> None:
        document = prescription(practice, patient, **named, reasonCode=diagnosis(code), **changes)
        stage.show("prescribe", name, practice, "MedicationRequest", document, signed=True, rule=rule)

    show("by-general-name", extension=reimbursement(by="inn", list=paid.listed, rate=paid.rate_percent))
    show("pre-033", "PRE-033", "E11.0", extension=reimbursement(by="inn"))
    show("pre-034", "PRE-034", extension=reimbursement(by="inn", list="B"))
    unknown = prescription(practice, patient, medicationCodeableConcept=UNKNOWN)
    path = "MedicationRequest"
    stage.show("prescribe", "pre-032", practice, path, unknown, signed=True, rule="PRE-032")


def test_handing_out_by_the_register(stage: Stage, practice: Caller, pharmacy: Caller, patient: str) -> None:
    group, icd = tablets_of_a_group()
    best = cheapest(group, VALID_FROM, icd)[0]
    dear = next(one for one in group if one not in cheapest(group, VALID_FROM, icd))
    by_inn = {"medicationCodeableConcept": concept(dear, "-by-inn"), "extension": reimbursement(by="inn")}
    line = prescribed(practice, patient, **by_inn, reasonCode=diagnosis(icd))
    name = patient_of(practice, patient)["name"][0]
    asked = parameters(number=line.number, family=name["family"], given=" ".join(name["given"]))
    stage.show("find", "the-cheapest", pharmacy, "Task/$find", asked)
    claimed(pharmacy, line)

    def hand(name: str, product: dict[str, Any], tablets: int, rule: str | None = None, *told: Any) -> None:
        document = dispense(
            pharmacy,
            line,
            medicationCodeableConcept=product,
            quantity={"value": tablets, **TABLETS},
            extension=[*collected("self"), *told],
        )
        path = "MedicationDispense"
        stage.show("dispense", name, pharmacy, path, document, line=line, signed=True, rule=rule)

    hand("dsp-051", UNKNOWN, 10, "DSP-051")
    hand("dsp-053", concept(dear), 10, "DSP-053")
    hand("dsp-052", concept(best), int(3 * (dear.units or 0)), "DSP-052")
    hand("another-of-the-group", concept(best), 10)
    hand("a-dearer-one", concept(dear), 5, None, AGREED)


# What is taken back.


def test_cancelling(stage: Stage, practice: Caller, pharmacy: Caller, patient: str) -> None:
    reason = parameters(reason="therapy-changed")

    def show(name: str, who: Caller, line: Line, body: Any = reason, rule: str | None = None) -> None:
        stage.show("cancel", name, who, f"Task/{line.task}/$cancel", body, line=line, rule=rule)

    ready = prescribed(practice, patient)
    presented(pharmacy, ready)
    show("pre-014", pharmacy, ready, rule="PRE-014")
    show("pre-010", practice, ready, b"", "PRE-010")
    show("ready", practice, ready)
    show("pre-009", practice, ready, rule="PRE-009")
    start = {"validityPeriod": {"start": shifted(practice, 5), "end": shifted(practice, 25)}}
    future = prescribed(practice, patient, **supply(**start))
    presented(pharmacy, future)
    path = f"Task/{future.task}"
    stage.show("claim", "dsp-002-future", pharmacy, f"{path}/$claim", line=future, rule="DSP-002")
    show("future", practice, future)
    held = prescribed(practice, patient)
    claimed(pharmacy, held)
    show("claimed", practice, held)
    show("again", practice, held)
    path = f"Task/{held.task}"
    stage.show("claim", "dsp-012", pharmacy, f"{path}/$claim", line=held, rule="DSP-012")
    stage.show("close", "dsp-012", pharmacy, f"{path}/$close", line=held, rule="DSP-012")
    stage.show("close-remaining", "dsp-012", pharmacy, f"{path}/$close-remaining", line=held, rule="DSP-012")
    document = dispense(pharmacy, held)
    stage.show(
        "dispense",
        "dsp-012",
        pharmacy,
        "MedicationDispense",
        document,
        line=held,
        signed=True,
        rule="DSP-012",
    )
    stage.show(
        "release", "cancellation-waits", pharmacy, f"{path}/$release", parameters(reason="other"), line=held
    )


def test_cancelling_by_an_own_identifier(
    stage: Stage, practice: Caller, pharmacy: Caller, patient: str
) -> None:
    def show(name: str, body: Any, line: Line | None = None, rule: str | None = None) -> None:
        stage.show(
            "cancel-by-identifier", name, practice, "Task/$cancel", body, line=line, rule=rule, signed=True
        )

    known, coming = identifier_of(practice), identifier_of(practice)
    line = prescribed(practice, patient, identifier=[known])
    show("pre-010", cancelling(known, "mistake"), rule="PRE-010")
    show("pre-031", parameters(reason="other"), rule="PRE-031")
    show("known", cancelling(known), line)
    show("known-again", cancelling(known))
    show("not-yet-come", cancelling(coming))
    late = prescription(practice, patient, identifier=[coming])
    stage.show("prescribe", "born-cancelled", practice, "MedicationRequest", late, signed=True)
    out = identifier_of(practice)
    line = prescribed(practice, patient, identifier=[out])
    handed_out(pharmacy, line)
    show("pre-013", cancelling(out), line, "PRE-013")
    assert pharmacy.post(f"Task/{line.task}/$close-remaining").status_code == 200
    show("pre-009", cancelling(out), line, "PRE-009")


# What is corrected.


def test_withdrawing(stage: Stage, practice: Caller, pharmacy: Caller, other: Caller, patient: str) -> None:
    def show(name: str, line: Line, made: dict[str, Any], rule: str | None = None) -> None:
        stage.show("withdraw", name, pharmacy, *withdrawing(made), line=line, rule=rule)

    line = prescribed(practice, patient)
    made = handed_out(pharmacy, line)
    path, _ = withdrawing(made)
    stage.show("withdraw", "dsp-034", pharmacy, path, line=line, rule="DSP-034")
    show("held", line, made)
    stage.show(
        "amend",
        "dsp-033",
        pharmacy,
        *amending(pharmacy, line, made, 1),
        line=line,
        signed=True,
        rule="DSP-033",
    )
    line = prescribed(practice, patient)
    made = handed_out(pharmacy, line)
    assert pharmacy.post(f"Task/{line.task}/$release", parameters(reason="other")).status_code == 200
    show("back-to-this-pharmacy", line, made)


def test_correcting_when_the_validity_is_over(
    stage: Stage, practice: Caller, pharmacy: Caller, patient: str
) -> None:
    whole = prescribed(practice, patient, **last_day(practice))
    made = handed_out(pharmacy, whole, packs=2)
    parts = prescribed(practice, patient, **last_day(practice, 4))
    first = handed_out(pharmacy, parts, packs=2)
    handed_out(pharmacy, parts, packs=2)
    with later(practice, hours=30):
        stage.show("amend", "over", pharmacy, *amending(pharmacy, parts, first, 1), line=parts, signed=True)
        stage.show("withdraw", "over", pharmacy, *withdrawing(made), line=whole)
        stage.show("withdraw", "over-a-part-stays", pharmacy, *withdrawing(first), line=parts)


def test_amending(stage: Stage, practice: Caller, pharmacy: Caller, other: Caller, patient: str) -> None:
    def show(
        name: str, line: Line, made: dict[str, Any], packs: int, rule: str | None = None, **more: Any
    ) -> None:
        path, body = amending(pharmacy, line, made, packs, **more)
        stage.show("amend", name, pharmacy, path, body, line=line, rule=rule, signed=True)

    line = prescribed(practice, patient, packs=3)
    made = handed_out(pharmacy, line)
    path, body = amending(pharmacy, line, made, 1)
    stage.show(
        "amend", "dsp-036", pharmacy, path, parameters(reason="other"), line=line, signed=True, rule="DSP-036"
    )
    body["parameter"] = body["parameter"][1:]
    stage.show("amend", "dsp-034", pharmacy, path, body, line=line, signed=True, rule="DSP-034")
    elsewhere = [{"reference": f"MedicationRequest/{new_id()}"}]
    show("dsp-035", line, made, 1, "DSP-035", authorizingPrescription=elsewhere)
    show("dsp-003", line, made, 4, "DSP-003")
    show("held-more", line, made, 2)
    show("held-the-rest", line, made, 3)
    show("less", line, made, 2)
    assert pharmacy.post(f"Task/{line.task}/$release", parameters(reason="other")).status_code == 200
    show("partly", line, made, 1)
    presented(other, line)
    claimed(other, line)
    show("dsp-001", line, made, 3, "DSP-001")
    assert other.post(f"Task/{line.task}/$release", parameters(reason="other")).status_code == 200
    show("partly-the-rest", line, made, 3)


def test_wire_012_a_definition_is_read_where_the_capability_statement_says(practice: Caller) -> None:
    rest = practice.get("metadata").json()["rest"][0]
    told = {one["definition"] for kind in rest["resource"] for one in kind.get("operation", ())}
    ours = [one for one in told if one.startswith("https://tilts.example/fhir/")]
    assert len(ours) == len(operations().by_id)
    for definition in ours:
        found = practice.get(definition.removeprefix("https://tilts.example/fhir/"), token="").json()
        assert (found["resourceType"], found["url"]) == ("OperationDefinition", definition)
    refused(practice.get("OperationDefinition/Task-sell", token=""), 404, "WIRE-012")


# What was handed out by a printed sheet.


def printed(caller: Caller, line: Line) -> str:
    """The code on the sheet."""
    [found] = codes_on(caller.get(f"Task/{line.task}/$sheet").content)
    return found


def by_sheet(caller: Caller, code: str, **changes: Any) -> dict[str, Any]:
    return told(caller, code, **{"whenHandedOver": now(caller), **changes})


def now(caller: Caller) -> str:
    return caller.exchange.clock.now().isoformat(timespec="seconds")


def test_printing_and_reconciling(
    stage: Stage, practice: Caller, pharmacy: Caller, other: Caller, patient: str
) -> None:
    def show(name: str, who: Caller, body: Any, rule: str | None = None) -> None:
        stage.show("reconcile", name, who, "Task/$reconcile", body, rule=rule, signed=True)

    line = prescribed(practice, patient)
    stage.show("sheet", "printed", practice, f"Task/{line.task}/$sheet", None, language="lv")
    code = printed(practice, line)
    show("dsp-041", pharmacy, by_sheet(pharmacy, "4750000000017"), "DSP-041")
    show("dsp-042", pharmacy, by_sheet(pharmacy, code, whenHandedOver="2026-11-24"), "DSP-042")
    show("dsp-046", pharmacy, parameters(code=code), "DSP-046")
    body = by_sheet(pharmacy, code)
    show("recorded", pharmacy, body)
    show("told-again", pharmacy, body)
    show("dsp-044", pharmacy, by_sheet(pharmacy, code, quantity={"value": 1, **PACKS}), "DSP-044")
    show("dsp-043", other, by_sheet(other, code), "DSP-043")
    cancelled = prescribed(practice, patient)
    code = printed(practice, cancelled)
    assert practice.post(f"Task/{cancelled.task}/$cancel", parameters(reason="other")).status_code == 200
    show("dsp-043-cancelled", other, by_sheet(other, code), "DSP-043")
    short = prescribed(practice, patient, **last_day(practice))
    code = printed(practice, short)
    with later(practice, hours=30):
        show("dsp-043-another-day", pharmacy, by_sheet(pharmacy, code), "DSP-043")


def faulty_dispenses(caller: Caller) -> dict[str, dict[str, Any]]:
    number = {"system": NUMBER_SYSTEM, "value": "7K3M-Q2XR-9TBV"}
    return {
        "DSP-005": {"status": "in-progress"},
        "DSP-006": {"quantity": {"value": 1, "unit": "tablete"}},
        "DSP-007": {"authorizingPrescription": [{"reference": f"MedicationRequest/{new_id()}"}]},
        "DSP-009": {"subject": {"reference": f"Patient/{new_id()}"}},
        "DSP-010": {"performer": [{"actor": {"reference": f"PractitionerRole/{new_id()}"}}]},
        "PRE-015": {"identifier": [identifier_of(caller), number]},
    }


def test_what_is_wrong_with_a_dispense_by_a_sheet(
    stage: Stage, practice: Caller, pharmacy: Caller, patient: str
) -> None:
    code = printed(practice, prescribed(practice, patient))
    for rule, changes in faulty_dispenses(pharmacy).items():
        body = by_sheet(pharmacy, code, **changes)
        stage.show("reconcile", rule.lower(), pharmacy, "Task/$reconcile", body, rule=rule, signed=True)


# What is told.


def test_events(stage: Stage, practice: Caller, caller: Callable[..., Caller], patient: str) -> None:
    quiet = caller("pharmacy-7")
    line = prescribed(practice, patient)
    claimed(quiet, line)
    assert practice.post(f"Task/{line.task}/$transfer-request").status_code == 200
    asked = {"resourceType": "Parameters", "parameter": [{"name": "most", "valueInteger": 1}]}
    told = stage.show("events", "fetched", quiet, "Task/$events", asked).json()
    number = next(one["valueInteger"] for one in told["parameter"] if one["name"] == "next")
    done = {"resourceType": "Parameters", "parameter": [{"name": "number", "valueInteger": number}]}
    stage.show("acknowledge-events", "acknowledged", quiet, "Task/$acknowledge-events", done)
