"""Several parties with work under way at a running portal, and visitors who ask for it by raw HTTP."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
from joserfc.jwk import ECKey
from lxml import html

from tests.onboarding.procedures.filling import right_values
from tests.onboarding.trusting import House, Leaf
from tests.running import Running, running_exchange
from tilts.clock import RIGA
from tilts.house import pages_alone
from tilts.lab.people import BY_SUBJECT, NEW_VENDOR
from tilts.lab.pki_trust.layout import open_trust
from tilts.onboarding.procedures import procedures
from tilts.store.tx import Database

VENDOR, RIVAL = "vendor-1", "new-vendor-1"
HEAD, IT_PERSON, PHARMACIST = "practice-head", "practice-it", "pharmacy-head"
CLERK, COLLEAGUE = "clerk-a", "clerk-b"
RESIDENT, NOBODY = "resident", ""
OWNERS = (VENDOR, RIVAL, HEAD, PHARMACIST)
AGREEMENTS = {
    VENDOR: "operator-agreement",
    RIVAL: "testing-agreement",
    HEAD: "cooperation-institution",
    PHARMACIST: "cooperation-pharmacy",
}
NUMBER = re.compile(r"TL-20\d\d-\d{5}")
Parts = dict[str, Any]


class Visitor:
    """A browser of one person; nobody's without a subject. Fills no form in by its labels: sends what it likes."""

    def __init__(self, base: str, subject: str = "", language: str = "en") -> None:
        self.subject = subject
        self._kept = ""  # the token of the forms
        headers = {"accept-language": language}
        self.http = httpx.Client(base_url=base, headers=headers, timeout=120)
        if subject:
            self._sign_in()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        self.http.close()

    def _sign_in(self) -> None:
        page = self.http.get("/sign-in", follow_redirects=True)
        form = {one.get("name"): one.get("value") for one in html.fromstring(page.text).iter("input")}
        answer = self.http.post("/test-sign-in/authorize", data=form | {"person": self.subject})
        assert answer.status_code == 303, answer.text
        self.http.get(answer.headers["location"])

    def token(self) -> str:
        """As it stands in the forms of a page that everybody may open."""
        page = self.http.get("/trust/why").content
        return str(html.fromstring(page).xpath("//input[@name='form_token']/@value")[0])

    def get(self, address: str) -> httpx.Response:
        return self.http.get(address)

    def post(self, address: str, data: Parts | None = None, files: Any = None) -> httpx.Response:
        """Again with another token when it changed with the session."""
        for kept in (self._kept, ""):
            self._kept = kept or self.token()
            answer = self.http.post(address, data={**(data or {}), "form_token": self._kept}, files=files)
            if rule_of(answer) != "USR-001":
                break
        return answer

    def done(self, address: str, data: Parts | None = None, files: Any = None) -> str:
        """A POST that is taken: where it leads to."""
        answer = self.post(address, data, files)
        assert answer.status_code == 303, (address, answer.status_code, said(answer))
        return str(answer.headers["location"])


def said(answer: httpx.Response) -> str:
    """The main part of a page in words."""
    return " ".join(html.fromstring(answer.content or b"<p>").xpath("string(//main)").split())


def rule_of(answer: httpx.Response) -> str:
    """The id that the summary of a refusal names."""
    found = html.fromstring(answer.content or b"<p>").xpath(
        "//div[@class='fault-summary']/p[last()]/a/text()"
    )
    return str(found[0]) if found else ""


@dataclass
class Belongings:
    """What one party has: the values that can stand in an address, and words that only it may read."""

    owner: str
    mark: str
    numbers: dict[str, str] = field(default_factory=dict)  # what the case is about -> its number
    documents: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    clients: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)

    @property
    def secrets(self) -> set[str]:
        found = {self.mark, *self.numbers.values(), *self.documents, *self.messages, *self.runs}
        return found | {*self.clients, *self.versions}


def ask(visitor: Visitor, clerk: Visitor, own: Belongings) -> None:
    """A question with a thread and a document in it."""
    text = {"desk": "test", "subject": own.mark, "text": f"text {own.mark}", "e_mail": "a@a.example"}
    number = own.numbers["question"] = visitor.done("/my/questions", text).rpartition("/")[2]
    seen = html.fromstring(clerk.get(f"/desk/mail/{number}").text).xpath("//input[@name='seen']/@value")[0]
    files = [("files", (f"{own.mark}.txt", own.mark.encode(), "text/plain"))]
    clerk.done(f"/desk/mail/{number}/answer", {"text": f"answer {own.mark}", "seen": seen}, files)
    visitor.done(f"/cases/{number}/messages", {"text": f"long {own.mark} " + "text " * 400})
    page = visitor.get(f"/cases/{number}").text
    own.documents += re.findall(r"/documents/([0-9a-f-]{36})", page)
    own.messages += re.findall(rf"/cases/{number}/messages/([0-9a-f-]{{36}})", page)
    assert own.documents, page
    assert own.messages, page


def new_system(visitor: Visitor, own: Belongings, pem: Callable[[], bytes]) -> None:
    """A version, a test client of it, a plan of tests, a certificate handed in, a run to practise."""
    visitor.done("/my/test-persons")
    visitor.done("/my/systems", {"name": own.mark, "version": "1", "functionalities": "prescribing"})
    page = html.fromstring(visitor.get("/my/systems").text)
    address = page.xpath(f"//main//a[contains(., '{own.mark}')]/@href")[0]
    own.versions.append(address.partition("version=")[2])
    site = page.xpath("//input[@name='site']/@value")[0]
    key = json.dumps(ECKey.generate_key("P-256").as_dict(private=False))
    client = {"site": site, "version": own.versions[0], "functionalities": "prescribing", "key_text": key}
    own.clients.append(visitor.done("/my/systems/clients", client).rpartition("/")[2])
    offered = html.fromstring(visitor.get(address).text).xpath("//input[@name='scenarios']/@value")[:2]
    plan = visitor.done("/my/plans", {"version": own.versions[0], "scenarios": offered})
    own.numbers["test-plan"] = number_in(plan)
    paste = {"client": own.clients[0], "pasted": pem().decode()}
    own.numbers["certificate"] = number_in(visitor.done("/my/certificates", paste))
    run = visitor.done("/lab/runs", {"client": own.clients[0], "scenarios": offered})
    own.runs.append(run.rpartition("/")[2])


def declare(visitor: Visitor, own: Belongings) -> None:
    """A declaration begun, with a file that proves something."""
    place = visitor.done("/my/checklist")
    own.numbers["checklist"] = number_in(place)
    form = html.fromstring(visitor.get(place).text)
    hidden = {one.get("name"): one.get("value") for one in form.xpath("//main//input[@type='hidden']")}
    field_name = form.xpath("//input[@type='file']/@name")[0]
    answer = {field_name.removesuffix("_files") + "_reason": own.mark}
    files = [(field_name, (f"{own.mark}.txt", own.mark.encode(), "text/plain"))]
    visitor.done(place, hidden | answer | {"do": "keep"}, files)
    own.documents += re.findall(r"/documents/([0-9a-f-]{36})", visitor.get(place).text)


def agree(visitor: Visitor, clerk: Visitor, own: Belongings) -> None:
    """The agreements of four parties stand at four places of their way."""
    number, person = own.numbers["agreement"], BY_SUBJECT[own.owner]
    values = right_values(procedures()[AGREEMENTS[own.owner]])
    who = {"party_name": person.organisation, "registration_number": person.registration_number}
    if own.owner == VENDOR:
        return  # only opened
    visitor.done(f"/cases/{number}/fill-here", values | who)
    visitor.done(f"/cases/{number}/send")
    if own.owner == PHARMACIST:
        return  # being looked at
    clerk.done(f"/cases/{number}/agree-text", {"authority_number": "TL-1"})
    if own.owner == HEAD:
        return  # to be signed
    asked = {"letter_number": own.mark, "channel": "post", "copies": "2", "cover_letter": "yes"}
    today = datetime.now(RIGA)
    parts = {"day": today.day, "month": today.month, "year": today.year}
    received = {f"received_on-{part}": str(value) for part, value in parts.items()}
    scan = [("scans", ("scan.pdf", b"%PDF-1.4 a scan", "application/pdf"))]
    clerk.done(f"/cases/{number}/receive-paper", asked | received, scan)  # a second person is awaited


def number_in(address: str) -> str:
    return NUMBER.findall(address)[0]


@dataclass
class World:
    exchange: Running
    visitors: dict[str, Visitor]
    belongings: dict[str, Belongings]

    @property
    def base(self) -> str:
        return str(self.exchange.facts["portal"]).rstrip("/")


def routes_of(exchange: Running) -> list[tuple[str, str]]:
    """Every method and address that this portal answers, as it lists them itself."""
    found = pages_alone(exchange.settings, Database(exchange.settings.database_url, connections=1))
    pairs = [
        (method, route.path)  # type: ignore[attr-defined]
        for route in found.routes
        for method in route.methods or ()  # type: ignore[attr-defined]
    ]
    return sorted((method, path) for method, path in pairs if method in ("GET", "POST"))


def settled(exchange: Running, visitors: dict[str, Visitor]) -> dict[str, Belongings]:
    """A vendor, its rival, a practice and a pharmacy, each with cases of its own."""
    clerk, found = visitors[CLERK], {}
    house = House(exchange.settings.pki_folder, open_trust(exchange.settings.pki_folder))
    rival = visitors[RIVAL]
    name, number = NEW_VENDOR
    rival.done("/register", {"kind": "vendor", "name": name, "number": number})
    for subject in OWNERS:
        visitor = visitors[subject]
        own = found[subject] = Belongings(subject, f"MARK{subject.replace('-', '').upper()}")
        ask(visitor, clerk, own)
        declare(visitor, own)
        opened = visitor.done(f"/cases/new/{AGREEMENTS[subject]}")
        own.numbers["agreement"] = number_in(opened)
        agree(visitor, clerk, own)
        own.roles = html.fromstring(visitor.get("/my/roles").text).xpath("//main//*[@name='role']/@value")
        if subject in (VENDOR, RIVAL):
            leaf = Leaf(identifiers=(f"NTRLV-{BY_SUBJECT[subject].registration_number}",))
            new_system(visitor, own, partial(leaf.pem, house))
    own = found[VENDOR]
    clerk.done(f"/cases/{own.numbers['test-plan']}/agree-to-plan")
    testing = visitors[VENDOR].done("/my/testing", {"version": own.versions[0]})
    own.numbers["testing"] = number_in(testing)
    for visitor in visitors.values():
        visitor.get("/trust")  # what was said about the last step is said once
    return found


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """A sandbox of its own: what is done to it is seen by no other test."""
    with running_exchange(folder / "sandbox") as exchange, ExitStack() as open_ones:
        base = exchange.facts["portal"]
        resident = "resident-" + exchange.facts["persons"][0]["patient"]
        people = {subject: subject for subject in (*OWNERS, IT_PERSON, CLERK, COLLEAGUE)}
        visitors = {
            name: open_ones.enter_context(Visitor(base, subject))
            for name, subject in {**people, RESIDENT: resident, NOBODY: ""}.items()
        }
        yield World(exchange, visitors, settled(exchange, visitors))
