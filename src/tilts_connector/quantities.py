"""How much: exact amounts with their unit, and what a medicine is called."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from tilts_connector.errors import Misused

UCUM = "http://unitsofmeasure.org"


@dataclass(frozen=True, slots=True)
class Quantity:
    """An exact amount: `Decimal`, so that 0.1 of something stays 0.1."""

    value: Decimal
    unit: str
    system: str | None = None
    code: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.value, Decimal):
            raise Misused("a quantity is a Decimal; a float is not exact")

    def to_fhir(self) -> dict[str, Any]:
        """The Quantity as it goes over the wire; what is not known is left out."""
        parts = {"value": self.value, "unit": self.unit, "system": self.system, "code": self.code}
        return {name: part for name, part in parts.items() if part is not None}


@dataclass(frozen=True, slots=True)
class Coding:
    """A concept of a classifier, for example a medicine of the register of medicines."""

    system: str
    code: str
    display: str | None = None

    def to_fhir(self) -> dict[str, Any]:
        """The Coding as it goes over the wire."""
        coding = {"system": self.system, "code": self.code}
        return coding if self.display is None else {**coding, "display": self.display}


# A concept, a text, or a CodeableConcept as FHIR writes it.
Medication: TypeAlias = Coding | str | Mapping[str, Any]


def packs(count: int) -> Quantity:
    """Whole packs."""
    return Quantity(Decimal(count), "pack", UCUM, "{pack}")


def quantity_of(element: Mapping[str, Any]) -> Quantity:
    """From a FHIR Quantity."""
    value = element["value"]
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    unit = str(element.get("unit") or element.get("code") or "")
    return Quantity(exact, unit, element.get("system"), element.get("code"))


def codeable_concept(medication: Medication) -> dict[str, Any]:
    if isinstance(medication, Coding):
        concept: dict[str, Any] = {"coding": [medication.to_fhir()]}
        return concept if medication.display is None else {**concept, "text": medication.display}
    if isinstance(medication, str):
        return {"text": medication}
    return dict(medication)
