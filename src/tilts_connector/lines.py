"""A line of a prescription as it stands now: its state, what is left, and what the caller may do with it.

A line is one MedicationRequest (what was prescribed, signed, never changed) and one Task (its state).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tilts_connector.errors import reading
from tilts_connector.quantities import Quantity, quantity_of

ALLOWED_ACTION_END = "/StructureDefinition/allowed-action"


@dataclass(frozen=True, slots=True)
class Action:
    """Something a caller may do with a line now, or the reason why not."""

    name: str  # claim, dispense, release, cancel ...
    allowed: bool
    rule_id: str | None = None
    reason: str | None = None  # in the language of the options


@dataclass(frozen=True, slots=True)
class Line:
    """
    One line of a prescription, as it was when the exchange answered.

    Attributes:
        state: future, ready, claimed, partly-dispensed, dispensed, completed, cancelled or expired.
        allowed: What the prescriber allowed in all, with `dispensed` and `remaining` in the same unit.
        holder: The Organization that holds the line, as a reference; None if nobody does.
        held_until: When the claim or the hand-over period ends.
        actions: What this caller may do now and, for the rest, why not.
        medication_request: The prescribed content; None where the answer held the state only.
    """

    task_id: str
    medication_request_id: str
    number: str
    patient_id: str
    state: str
    allowed: Quantity | None = None
    dispensed: Quantity | None = None
    remaining: Quantity | None = None
    holder: str | None = None
    held_until: datetime | None = None
    actions: tuple[Action, ...] = ()
    medication_request: Mapping[str, Any] | None = field(default=None, repr=False)

    def may(self, action: str) -> bool:
        """Whether an action is allowed to this caller now, as the exchange said with the line."""
        return any(one.allowed for one in self.actions if one.name == action)

    def why_not(self, action: str) -> str | None:
        """The reason why an action is not allowed now; None if it is allowed or not spoken of."""
        return next((one.reason for one in self.actions if one.name == action and not one.allowed), None)


def line_of(task: Mapping[str, Any], medication_request: Mapping[str, Any] | None = None) -> Line:
    with reading("Task"):
        amounts = _amounts([*task.get("input", []), *task.get("output", [])])
        held_until = task.get("restriction", {}).get("period", {}).get("end")
        return Line(
            task_id=task["id"],
            medication_request_id=id_in(task["focus"]["reference"]),
            number=task["groupIdentifier"]["value"],
            patient_id=id_in(task["for"]["reference"]),
            state=task["businessStatus"]["coding"][0]["code"],
            allowed=amounts.get("allowed"),
            dispensed=amounts.get("dispensed"),
            remaining=amounts.get("remaining"),
            holder=task.get("owner", {}).get("reference"),
            held_until=datetime.fromisoformat(held_until) if held_until else None,
            actions=tuple(_actions(task.get("extension", []))),
            medication_request=medication_request,
        )


def lines_of(tasks: Iterable[Mapping[str, Any]], requests: Iterable[Mapping[str, Any]]) -> list[Line]:
    """Tasks with their MedicationRequests, in the order of the tasks."""
    with reading("Task"):
        by_id = {request["id"]: request for request in requests}
        return [line_of(task, by_id.get(id_in(task["focus"]["reference"]))) for task in tasks]


def id_in(reference: str) -> str:
    """`MedicationRequest/{id}`, also with a base before it and a version behind it."""
    return reference.partition("/_history/")[0].rpartition("/")[2]


def _amounts(parts: Iterable[Mapping[str, Any]]) -> dict[str, Quantity]:
    amounts: dict[str, Quantity] = {}
    for part in parts:
        if "valueQuantity" in part:
            codes = [coding["code"] for coding in part["type"]["coding"]]
            amounts |= dict.fromkeys(codes, quantity_of(part["valueQuantity"]))
    return amounts


def _actions(extensions: Iterable[Mapping[str, Any]]) -> Iterable[Action]:
    for extension in extensions:
        if not extension.get("url", "").endswith(ALLOWED_ACTION_END):
            continue
        parts = {part["url"]: part for part in extension["extension"]}
        yield Action(
            name=parts["action"]["valueCode"],
            allowed=parts["allowed"]["valueBoolean"],
            rule_id=parts.get("rule", {}).get("valueCode"),
            reason=parts.get("reason", {}).get("valueString"),
        )
