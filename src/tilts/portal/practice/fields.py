"""What stands in the form of a prescription, read as it was typed; each field says by itself what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from starlette.datastructures import FormData

from tilts.portal.incoming_forms import LONGEST_LINE, not_longer, text_in
from tilts.portal.resident.pages import day_from
from tilts.portal.words import N_
from tilts.rules import Refusal
from tilts.rules.accounts import USR_FIELD_EMPTY, USR_NOT_A_NUMBER
from tilts.rules.prescriptions import PRE_PERIOD_WRONG, PRE_QUANTITY_MISSING

UCUM: Final = "http://unitsofmeasure.org"
MOST_LINES: Final = 20  # of one prescription, as by the wire
MOST: Final = Decimal(100_000)  # of anything that is typed here
NAMES: Final = (
    "medicine",
    "chosen",
    "dose",
    "unit",
    "times",
    "every",
    "days",
    "needed",
    "note",
    "packs",
    "kind",
    "reimbursed",
    "diagnosis",
    "why-brand",
    "issues",
    "interval",
    "until",
)
LABELS: Final = {
    "medicine": N_("Medicine"),
    "dose": N_("Dose at one time"),
    "times": N_("How many times"),
    "days": N_("For how many days"),
    "packs": N_("Packages at one time"),
    "issues": N_("How often it may be collected"),
    "interval": N_("Days from one time to the next"),
}
PRESET: Final = ("unit", "every", "packs", "issues", "kind")  # stand there before anybody types
EVERY: Final = ("d", "h", "wk")


@dataclass(slots=True)
class LineFields:
    """One line as it was typed, with what is wrong by field."""

    number: int
    given: dict[str, str]
    faults: dict[str, Refusal] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)  # as the visitor reads them

    @property
    def is_empty(self) -> bool:
        """Nothing was typed: a line that was added and left."""
        return not any(self.given[name] for name in NAMES if name not in PRESET)

    def at(self, name: str) -> str:
        return f"{name}-{self.number}"

    def refuse(self, name: str, no: Refusal) -> None:
        self.faults.setdefault(self.at(name), Refusal(no.rule, expressions=(self.at(name),), **no.facts))

    def decimal(self, name: str) -> Decimal | None:
        """None where nothing stands, or no number above zero: then that is told."""
        written = self.given[name].replace(",", ".").replace(" ", "")
        if not written:
            return None
        try:
            found = Decimal(written) if written.isascii() else Decimal(0)
        except InvalidOperation:
            found = Decimal(0)
        if not found.is_finite() or not 0 < found < MOST or len(written) > len("99999.999"):
            self.refuse(name, Refusal(USR_NOT_A_NUMBER, field=self.labels.get(name, name)))
            return None
        return found

    def whole(self, name: str) -> int | None:
        found = self.decimal(name)
        if found is not None and found != int(found):
            self.refuse(name, Refusal(USR_NOT_A_NUMBER, field=self.labels.get(name, name)))
            return None
        return None if found is None else int(found)

    def day(self, name: str) -> date | None:
        written = self.given[name]
        found = day_from(written) if written else None
        if written and found is None:
            self.refuse(name, Refusal(PRE_PERIOD_WRONG, valid_from="–", valid_to=written))
        return found

    def packs(self) -> Decimal | None:
        found = self.decimal("packs")
        if found is None and self.at("packs") not in self.faults:
            self.refuse("packs", Refusal(PRE_QUANTITY_MISSING))
        return found

    def dosage(self, unit: str) -> dict[str, Any] | None:
        """A FHIR Dosage without its text; None when no dose was given, which is told."""
        dose, times, days = self.decimal("dose"), self.whole("times"), self.whole("days")
        if dose is None and not self.given["note"]:
            self._refuse_empty("dose")
        if dose is not None and times is None and not self.given["needed"]:
            self._refuse_empty("times")
        found: dict[str, Any] = {}
        repeat: dict[str, Any] = {}
        if times:
            every = self.given["every"] if self.given["every"] in EVERY else "d"
            repeat |= {"frequency": times, "period": 1, "periodUnit": every}
            if every == "h":  # so many hours from one dose to the next
                repeat |= {"frequency": 1, "period": times}
        if days:
            repeat["boundsDuration"] = {"value": days, "unit": "d", "system": UCUM, "code": "d"}
        if repeat:
            found["timing"] = {"repeat": repeat}
        if self.given["needed"]:
            found["asNeededBoolean"] = True
        if dose is not None:
            amount = {"value": dose, "unit": unit.strip("{}[]"), "system": UCUM, "code": unit}
            found["doseAndRate"] = [{"doseQuantity": amount}]
        if self.given["note"]:
            found["patientInstruction"] = self.given["note"]
        return found

    def _refuse_empty(self, name: str) -> None:
        if self.at(name) not in self.faults:
            self.refuse(name, Refusal(USR_FIELD_EMPTY, field=self.labels.get(name, name)))


def lines_in(form: FormData, labels: Mapping[str, str]) -> list[LineFields]:
    """The lines that the form says it has, in its order; too long a text is refused at its field."""
    numbers = [int(one) for one in text_in(form, "lines").split(",") if one.isascii() and one.isdigit()]
    found = []
    for number in dict.fromkeys(numbers[:MOST_LINES]):
        line = LineFields(number, {name: text_in(form, f"{name}-{number}") for name in NAMES}, labels=labels)
        for name, text in line.given.items():
            try:
                not_longer(text, LONGEST_LINE, name)
            except Refusal as no:
                line.refuse(name, no)
        found.append(line)
    return found or [new_line(1, labels)]


def new_line(number: int, labels: Mapping[str, str], **given: str) -> LineFields:
    first = {"packs": "1", "issues": "1", "every": "d"}
    return LineFields(number, {name: given.get(name, first.get(name, "")) for name in NAMES}, labels=labels)
