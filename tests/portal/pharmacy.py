"""A pharmacist at the portal, for the tests: prescriptions to hand out, and what stands in a page."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
from lxml import html

from tests.portal.attacking import Visitor
from tests.running import Running
from tilts_connector import Practice, PrescriptionOrder
from tilts_connector.quantities import Quantity

PACK = ("iepakojums", "http://unitsofmeasure.org", "{pack}")
LOZENGES = "Paraugols 500 mg apvalkotās tabletes, 30 gab."


@dataclass(frozen=True, slots=True)
class Written:
    """A prescription of three packs, and what its patient says at the counter."""

    number: str
    patient: str
    given: str
    family: str

    @property
    def said(self) -> str:
        return f"{self.number} {self.given} {self.family}"


def written(exchange: Running, person: int = 0, packs: int = 3) -> Written:
    one = exchange.facts["persons"][person]
    with exchange.connect("practice") as practice:
        order = PrescriptionOrder(
            medication=LOZENGES,
            quantity=Quantity(Decimal(packs), *PACK),
            dosage_text="Pa 1 tabletei divas reizes dienā pēc ēšanas",
            identifier=str(uuid4()),
        )
        found = Practice(practice).prescribe(one["patient"], order)
    return Written(found.number, str(one["patient"]), " ".join(one["given"]), one["family"])


def subject_of(exchange: Running, client: str) -> str:
    """By which the test sign-in offers the practitioner of that client."""
    return f"practitioner-{exchange.facts['clients'][client]['practitioner']}"


def form_in(page: httpx.Response, step: str) -> tuple[str, dict[str, Any]]:
    """Address and hidden fields of the form for that step."""
    found = html.fromstring(page.text).xpath(f"//form[contains(@action, '/{step}')]")
    assert found, f"no form for {step}"
    hidden = {one.get("name"): one.get("value") for one in found[0].xpath(".//input[@type='hidden']")}
    return found[0].get("action"), hidden


def steps_in(page: httpx.Response) -> set[str]:
    """What the page offers to do."""
    actions = html.fromstring(page.text).xpath("//main//form[@class='step']/@action")
    return {action.rpartition("/")[2] for action in actions}


def found(visitor: Visitor, prescription: Written) -> str:
    """The address of the prescription, found as its patient says it."""
    return visitor.done("/pharmacy/find", {"asked": prescription.said})


def take(visitor: Visitor, address: str, step: str, **typed: str) -> httpx.Response:
    """A step by the form of the page."""
    action, hidden = form_in(visitor.get(address), step)
    return visitor.post(action, {**hidden, **typed})
