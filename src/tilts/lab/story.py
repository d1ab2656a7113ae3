"""The story of the sandbox: a doctor, two pharmacies, a patient; through the connector, over real TLS.

Each scene is one step as a person would tell it, with the calls it took; a scene that does not end as
it should raises `StoryWrong`. The same story is told in the terminal and run as a test.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from tilts.clock import RIGA
from tilts.rules import Language
from tilts_connector import (
    Access,
    Credentials,
    Exchange,
    Line,
    Options,
    PatientPortal,
    Pharmacy,
    Practice,
    Prescription,
    PrescriptionOrder,
    Refused,
    Seen,
    packs,
)

Found = TypeVar("Found")
MEDICINE: Final = "Paraugols 500 mg"  # an invented product


class StoryWrong(Exception):
    """A scene did not end as it should; the text says what was expected and what came."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One step as told: who, what happened, and the calls on the wire."""

    who: str
    text: str
    refused: bool
    calls: tuple[Seen, ...]


@dataclass
class Cast:
    """Who plays: each with their own certificate, and the line of calls they make."""

    facts: dict[str, Any]
    language: Language
    stack: ExitStack
    calls: list[Seen] = field(default_factory=list)

    def connect(self, client: str) -> Exchange:
        options = Options(language=self.language, on_call=self.calls.append)
        credentials = Credentials.from_ready_line(self.facts["clients"][client])
        return self.stack.enter_context(Exchange(self.facts["fhir"], credentials, options=options))

    def name(self, client: str) -> str:
        return str(self.facts["clients"][client]["name"])

    def scene(self, client: str, text_lv: str, text_en: str, *, refused: bool = False) -> Scene:
        calls, self.calls[:] = tuple(self.calls), []
        text = text_lv if self.language == "lv" else text_en
        return Scene(self.name(client), text, refused, calls)


def play(facts: dict[str, Any], language: Language) -> Iterator[Scene]:
    """The whole story, scene by scene, on the sandbox of this ready line."""
    with ExitStack() as stack:
        cast = Cast(facts, language, stack)
        patient = facts["persons"][0]
        practice = Practice(cast.connect("practice"))
        first = Pharmacy(cast.connect("pharmacy"))
        second = Pharmacy(cast.connect("second-pharmacy"))
        prescription = yield from prescribing(cast, practice, patient)
        yield from first_pharmacy(cast, first, prescription, patient)
        line = yield from second_is_refused(cast, second, prescription, patient)
        yield from release_and_rest(cast, first, second, line)
        yield from too_much_and_too_late(cast, practice, second, line)
        yield from revoked(cast)
        yield from patient_looks(cast, patient)


def prescribing(
    cast: Cast, practice: Practice, patient: dict[str, Any]
) -> Generator[Scene, None, Prescription]:
    person = practice.find_patient(patient["code"])
    name = f"{' '.join(patient['given'])} {patient['family']}"
    yield cast.scene(
        "practice",
        f"Ārsts atrod pacienti pēc personas koda: {name}.",
        f"The doctor finds the patient by person code: {name}.",
    )
    order = PrescriptionOrder(MEDICINE, packs(3), "1 tablete 3 reizes dienā")
    prescription = practice.prescribe(person.id, order)
    yield cast.scene(
        "practice",
        f"Izraksta 3 iepakojumus. Receptes numurs, ko nosaukt aptiekā: {prescription.number}.",
        f"Prescribes 3 packs. The number to say at the counter: {prescription.number}.",
    )
    return prescription


def first_pharmacy(
    cast: Cast, pharmacy: Pharmacy, prescription: Prescription, patient: dict[str, Any]
) -> Iterator[Scene]:
    line = found(pharmacy, prescription, patient)
    line = pharmacy.claim(line.task_id)
    expect(line.state == "claimed", f"claimed, not {line.state}")
    yield cast.scene(
        "pharmacy",
        "Atrod recepti pēc numura un vārda un piesaka to sev.",
        "Finds the prescription by number and name, and claims it.",
    )
    pharmacy.dispense(line, 1)
    yield cast.scene("pharmacy", "Izsniedz 1 iepakojumu no 3.", "Hands out 1 pack of 3.")


def second_is_refused(
    cast: Cast, pharmacy: Pharmacy, prescription: Prescription, patient: dict[str, Any]
) -> Generator[Scene, None, Line]:
    line = found(pharmacy, prescription, patient)
    no = refusal(lambda: pharmacy.claim(line.task_id), "DSP-001")
    expect(no.facts.get("holder") == cast.name("pharmacy"), "told who holds it")
    yield cast.scene(
        "second-pharmacy",
        f"Otra aptieka mēģina: {no.text}",
        f"The other pharmacy tries: {no.text}",
        refused=True,
    )
    return line


def release_and_rest(cast: Cast, first: Pharmacy, second: Pharmacy, line: Line) -> Iterator[Scene]:
    released = first.release(line.task_id, "patient-left")
    expect(released.state == "partly-dispensed", f"a balance, not {released.state}")
    yield cast.scene(
        "pharmacy",
        "Pirmā aptieka atbrīvo recepti; atlikums, 2 iepakojumi, atkal pieejams visām.",
        "The first pharmacy releases it; the balance, 2 packs, is open to all again.",
    )
    claimed = second.claim(line.task_id)
    second.dispense(claimed, 2)
    yield cast.scene(
        "second-pharmacy",
        "Otra aptieka piesaka recepti un izsniedz abus atlikušos.",
        "The other pharmacy claims it and hands out the two that are left.",
    )


def too_much_and_too_late(cast: Cast, practice: Practice, pharmacy: Pharmacy, line: Line) -> Iterator[Scene]:
    no = refusal(lambda: pharmacy.dispense(pharmacy.state(line.task_id), 1), "DSP-003")
    yield cast.scene("second-pharmacy", f"Vēl viens? {no.text}", f"One more? {no.text}", refused=True)
    no = refusal(lambda: practice.cancel(line.task_id, "therapy-changed"), "PRE-009")
    yield cast.scene("practice", f"Anulēt? {no.text}", f"Cancel it? {no.text}", refused=True)


def revoked(cast: Cast) -> Iterator[Scene]:
    exchange = cast.connect("revoked")
    no = refusal(lambda: exchange.read("Organization", exchange.credentials.organization_id), "TOK-001")
    yield cast.scene(
        "revoked",
        f"Aptieka ar anulētu sertifikātu nesaņem neko: {no.text}",
        f"A pharmacy with a revoked certificate gets nothing: {no.text}",
        refused=True,
    )


def patient_looks(cast: Cast, patient: dict[str, Any]) -> Iterator[Scene]:
    accesses = PatientPortal(cast.connect("portal")).accesses(patient["patient"])
    names = {access.organization for access in accesses}
    for client in ("practice", "pharmacy", "second-pharmacy"):
        expect(cast.name(client) in names, f"{cast.name(client)} in the patient's list")
    expect(any(access.refused for access in accesses), "attempts that were refused are in the list too")
    listed = "\n".join(told(access) for access in reversed(accesses) if access.practitioner)
    yield cast.scene(
        "portal",
        f"Paciente redz, kurš skatījies viņas datus:\n{listed}",
        f"The patient sees who looked:\n{listed}",
    )


def told(access: Access) -> str:
    """One line of the patient's list, in Riga time."""
    at = access.at.astimezone(RIGA)
    why = f" ({access.why_refused})" if access.refused else ""
    return f"{at:%H:%M:%S}  {access.organization}, {access.practitioner}: {access.words}{why}"


def found(pharmacy: Pharmacy, prescription: Prescription, patient: dict[str, Any]) -> Line:
    lines = pharmacy.find(prescription.number, patient["family"], " ".join(patient["given"]))
    expect(len(lines) == 1, f"one line found, not {len(lines)}")
    return lines[0]


def refusal(attempt: Callable[[], Found], rule_id: str) -> Refused:
    """The refusal that must come; an attempt that succeeds is a story gone wrong."""
    try:
        attempt()
    except Refused as no:
        expect(no.rule_id == rule_id, f"{rule_id}, not {no.rule_id}: {no.text}")
        return no
    raise StoryWrong(f"expected the refusal {rule_id}, but it was done")


def expect(holds: bool, what: str) -> None:
    if not holds:
        raise StoryWrong(f"expected {what}")
