"""Our profiles at the doors of clinical writes: each right example is taken, each wrong one is refused and leaves nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.transport.documents import (
    Line,
    claimed,
    parameters,
    patient_of,
    prescribed,
)
from tests.transport.tables import Tables
from tests.transport.wire import Caller, refused, rule_of
from tilts.rules.profiles import right, wrong
from tilts_fhir.json_strict import decode, encode

EXAMPLE = "019a0000-0000-7000-8000-0000000000"  # ids in the examples; the two digits after it say whose
DATED = ("authoredOn", "whenHandedOver", "validityPeriod", "meta", "id")  # true on the day they were written
NUMBER = "7K3M-Q2XR-9TBV"


@dataclass(frozen=True)
class Scene:
    """A line of a prescription that a pharmacy has claimed, and who plays in it."""

    practice: Caller
    pharmacy: Caller
    line: Line

    def moved(self, example: dict[str, Any]) -> dict[str, Any]:
        """An example whose persons, places and prescription are those of this scene."""
        name = patient_of(self.practice, self.line.patient)["name"][0]
        mark = f'"{uuid4()}-'  # identifiers of the sender's own: never used before
        text = encode(example).decode()
        for theirs, ours in {
            f"{EXAMPLE}01": self.line.patient,
            f"{EXAMPLE}03": self.practice.facts["role"],
            f"{EXAMPLE}04": self.practice.facts["org"],
            f"{EXAMPLE}05": self.pharmacy.facts["org"],
            f"{EXAMPLE}06": self.line.request,
            f"{EXAMPLE}12": self.pharmacy.facts["role"],
            "Kļavmākonis": name["family"],
            "Jēkabs": " ".join(name["given"]),
            '"rx-': f"{mark}rx-",
            '"disp-': f"{mark}disp-",
            '"group-': f"{mark}group-",
        }.items():
            text = text.replace(theirs, ours)
        found = undated(decode(text.encode()))
        if found["resourceType"] == "MedicationRequest":  # the exchange gives its number
            found.pop("groupIdentifier", None)
            found["identifier"] = [each for each in found["identifier"] if each["value"] != NUMBER]
            found = {key: value for key, value in found.items() if value != []}
        written: dict[str, Any] = decode(encode(found).replace(NUMBER.encode(), self.line.number.encode()))
        return written

    def sent(self, profile: str, resource: dict[str, Any]) -> httpx.Response:
        """To the door that holds the profile, by the one who uses it."""
        task, key = f"Task/{self.line.task}", str(uuid4())
        match profile:
            case "tilts-prescription-line":
                return self.practice.post("MedicationRequest", encode(resource), signed=True)
            case "tilts-prescription-bundle":
                return self.practice.post("", encode(resource), signed=True, key=key)
            case "tilts-cancel":
                return self.practice.post(f"{task}/$cancel", encode(resource), key=key)
            case "tilts-dispense":
                return self.pharmacy.post("MedicationDispense", encode(resource), signed=True)
            case "tilts-release":
                return self.pharmacy.post(f"{task}/$release", encode(resource), key=key)
        return self.pharmacy.post("Task/$find", encode(resource))


def undated(part: Any) -> Any:
    """Without what the exchange gives and what was true on one day only."""
    if isinstance(part, list):
        return [undated(each) for each in part]
    if not isinstance(part, dict):
        return part
    return {key: undated(value) for key, value in part.items() if key not in DATED}


HELD = (
    "tilts-prescription-line",
    "tilts-prescription-bundle",
    "tilts-dispense",
    "tilts-find",
    "tilts-release",
    "tilts-cancel",
)
WRONG = [(profile, one.name) for profile in HELD for one in wrong(profile)]


@pytest.fixture(scope="module")
def scenes(practice: Caller, pharmacy: Caller, patient: str) -> Callable[[str], Scene]:
    """The scene that suits a profile: what is to be cancelled is claimed by nobody."""

    @cache
    def scene(profile: str) -> Scene:
        line = prescribed(practice, patient)
        if profile != "tilts-cancel":
            claimed(pharmacy, line)
        return Scene(practice, pharmacy, line)

    return scene


@pytest.mark.parametrize(("profile", "name"), WRONG)
def test_a_wrong_example_is_refused_at_its_door(
    scenes: Callable[[str], Scene], tables: Tables, profile: str, name: str
) -> None:
    example = next(one.resource for one in wrong(profile) if one.name == name)
    scene = scenes(profile)
    with tables.unchanged():
        answer = scene.sent(profile, scene.moved(example))
    assert answer.status_code in (400, 422), answer.text


@pytest.mark.parametrize("profile", HELD)
def test_the_right_example_is_taken_at_its_door(scenes: Callable[[str], Scene], profile: str) -> None:
    scene = scenes(profile)
    answer = scene.sent(profile, scene.moved(right(profile)))
    assert answer.status_code in (200, 201), answer.text


def test_what_meets_the_rules_but_not_the_profile_is_refused_and_leaves_nothing(
    practice: Caller, pharmacy: Caller, patient: str, tables: Tables
) -> None:
    line = prescribed(practice, patient)
    claimed(pharmacy, line)
    address, key, request_id = f"Task/{line.task}/$release", str(uuid4()), str(uuid4())
    two = next(one.resource for one in wrong("tilts-release") if one.name == "two-reasons")
    with tables.unchanged():
        answer = pharmacy.post(address, two, key=key, headers={"X-Request-Id": request_id})
    assert refused(answer, 422, "WIRE-017")["expression"] == ["Parameters.parameter"]
    entry = tables.audit(request_id)
    told = (entry["event"], entry["outcome"], entry["rule_id"])
    assert told == ("prescription.released", "refused", "WIRE-017")
    assert pharmacy.get(f"Task/{line.task}").json()["status"] == "in-progress"
    again = pharmacy.post(address, parameters(reason="not-in-stock"), key=key)  # the key was not taken
    assert (again.status_code, "idempotency-replayed" in again.headers) == (200, False), again.text


@pytest.mark.parametrize(
    ("profile", "name", "rule_id"),
    [
        ("tilts-prescription-line", "draft", "PRE-001"),
        ("tilts-prescription-bundle", "two-groups", "PRE-007"),
        ("tilts-dispense", "no-quantity", "DSP-006"),
        ("tilts-cancel", "no-reason", "PRE-010"),
    ],
)
def test_a_rule_speaks_before_the_profile(
    scenes: Callable[[str], Scene], profile: str, name: str, rule_id: str
) -> None:
    scene = scenes(profile)
    example = next(one.resource for one in wrong(profile) if one.name == name)
    assert rule_of(scene.sent(profile, scene.moved(example))) == rule_id


def test_a_wrong_search_for_a_prescription_is_not_told_whether_it_would_have_found_it(
    scenes: Callable[[str], Scene],
) -> None:
    scene = scenes("tilts-find")
    name = patient_of(scene.practice, scene.line.patient)["name"][0]
    asked = parameters(number=scene.line.number, family=name["family"], given=" ".join(name["given"]))
    told = set()
    for number in (scene.line.number, "0000-0000-0000"):
        twice = {"name": "number", "valueString": number}
        body = {**asked, "parameter": [twice, *asked["parameter"][1:], twice]}
        told.add(scene.pharmacy.post("Task/$find", body).text)
    assert len(told) == 1
    assert "WIRE-017" in told.pop()
