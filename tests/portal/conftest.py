"""What the portal's tests share: a visitor, a prescription that was handled, and what stands in a page."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.portal.browsing import DESKTOP, launched, watched
from tests.running import Running
from tilts_connector import Pharmacy, Practice, PrescriptionOrder, Refused, packs


@pytest.fixture
def visitor(exchange: Running) -> Iterator[httpx.Client]:
    """Somebody with a browser, without cookies so far."""
    with httpx.Client(base_url=exchange.facts["portal"], headers={"accept-language": "lv"}) as found:
        yield found


@pytest.fixture(scope="session")
def anna(exchange: Running) -> str:
    """A test person with a prescription, a dispense and a refusal."""
    person = exchange.facts["persons"][0]
    with (
        exchange.connect("practice") as at_practice,
        exchange.connect("pharmacy") as at_pharmacy,
        exchange.connect("second-pharmacy") as at_second,
    ):
        order = PrescriptionOrder(
            medication="Paraugols 500 mg", quantity=packs(2), dosage_text="1 tablete", identifier=str(uuid4())
        )
        prescription = Practice(at_practice).prescribe(person["patient"], order)
        pharmacy, second = Pharmacy(at_pharmacy), Pharmacy(at_second)
        asked = prescription.number, person["family"], " ".join(person["given"])
        [line] = pharmacy.find(*asked)
        pharmacy.dispense(pharmacy.claim(line.task_id), 1, identifier=str(uuid4()))
        [line] = second.find(*asked)
        with pytest.raises(Refused, match="DSP-001"):
            second.claim(line.task_id)
    return str(person["patient"])


@pytest.fixture(scope="module")
def browser(exchange: Running) -> Iterator[Browser]:
    with launched() as found:
        yield found


@pytest.fixture
def context(browser: Browser, exchange: Running, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """One visitor; a test chooses window, colours and scripts by an indirect parameter."""
    chosen = {"viewport": DESKTOP, "locale": "lv", **getattr(request, "param", {})}
    found = browser.new_context(base_url=exchange.facts["portal"], **chosen)
    yield found
    found.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Of pages that open, but for one that is not there; a module that expects other refusals says which."""
    with watched(context, refused="404") as found:
        yield found
