"""The reference system in the scenarios of the connection (CON): tokens as they should and should not be asked for."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from tilts.clock import WallClock
from tilts.lab.conformance.reference.client import ReferenceClient, Shown
from tilts.lab.conformance.reference.habits import Habits
from tilts_connector import Actor, Pharmacy, Practice, PrescriptionOrder, Refused, packs

Facts = Mapping[str, str]
DOSAGE: Final = "1 tablete 3 reizes dienā"


@dataclass(frozen=True, slots=True)
class Tester:
    """Who plays: the client, its habits, and how to tell the lab to go on."""

    client: ReferenceClient
    habits: Habits
    go_on: Callable[[], None]

    @property
    def is_practice(self) -> bool:
        return self.client.entry["kind"] in ("practice", "hospital")


def own_connection(tester: Tester, facts: Facts) -> None:
    with tester.client.connect() as exchange:
        exchange.read("Organization", facts["organization_id"])


def without_certificate(tester: Tester, facts: Facts) -> None:
    refused_then_right(tester, None)


def with_other_certificate(tester: Tester, facts: Facts) -> None:
    refused_then_right(tester, (facts["certificate_file"], facts["key_file"]))


def refused_then_right(tester: Tester, shown: Shown) -> None:
    tester.client.ask_token(tester.client.assertion(), shown)
    tester.client.ask_token(tester.client.assertion(), tester.client.own)


def expired(tester: Tester, facts: Facts) -> None:
    client = tester.client
    old = client.assertion(exp=int(WallClock().wall().timestamp()) - 60)
    for _ in range(2 if tester.habits.old_assertion_again else 1):
        client.ask_token(old, client.own)
    client.ask_token(client.assertion(), client.own)


def replayed(tester: Tester, facts: Facts) -> None:
    client = tester.client
    assertion = client.assertion()
    for _ in range(2):
        client.ask_token(assertion, client.own)
    client.ask_token(client.assertion(), client.own)


def other_address(tester: Tester, facts: Facts) -> None:
    client = tester.client
    client.ask_token(client.assertion(aud="https://elsewhere.example/token"), client.own)
    client.ask_token(client.assertion(), client.own)


def without_person(tester: Tester, facts: Facts) -> None:
    with tester.client.connect() as exchange:
        nobody = exchange.acting_as(Actor(purpose="TREAT"))
        find = {"number": facts["number"], "family": facts["family"], "given": facts["given"]}
        if tester.is_practice:
            token = nobody.bearer_token()
            tester.client.send("POST", "MedicationRequest", token, b'{"resourceType": "MedicationRequest"}')
        else:
            with suppress(Refused):  # as it should be: nobody is named
                Pharmacy(nobody).find(**find)
        if tester.habits.gives_up_without_person:
            return
        if tester.is_practice:
            Practice(exchange).prescribe(
                facts["patient"], PrescriptionOrder(facts["medicine"], packs(1), DOSAGE)
            )
        else:
            Pharmacy(exchange).find(**find)
